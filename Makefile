# Targets make what they need, the environment included. `make` alone lists them.

PROFILE ?= quick
JOBS ?= $(shell nproc 2>/dev/null || getconf _NPROCESSORS_ONLN)
SEEDS ?= 1
# A folder of clips in place of the embedded set (DATA=vis-data-256), and how it is split: random or official.
DATA ?=
SPLIT ?= random
# Notebooks alone (ONLY="05 08"), and a profile that hands the jobs to a cluster (CLUSTER=profiles/slurm).
ONLY ?=
CLUSTER ?=
UV_VERSION := 0.13.9

SUPPORTED := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 12))
# The first interpreter that will do; `make PYTHON=/path/to/python` names another.
PYTHON ?= $(shell for name in python3 python3.12 python3.11; do \
	"$$name" -c '$(SUPPORTED)' 2>/dev/null && { echo "$$name"; break; }; done)
# A uv on the path is used when it runs; otherwise one is installed into .venv.
UV := $(shell uv --version >/dev/null 2>&1 && echo uv)
ready := .venv/.ready
notebooks := $(wildcard notebooks/*.ipynb)
# Scripts that ask for nothing: no positional and no required argument.
benchmarks := $(shell grep -LE 'add_argument."[a-z]|required=True' benchmarks/*.py 2>/dev/null)

.DEFAULT_GOAL := help
.PHONY: help reproduce verify test check lint lab site bench clean

help:
	@echo 'make reproduce  data, features, training, the notebooks: every table and figure (PROFILE=smoke|quick|paper JOBS=n SEEDS=n)'
	@echo '                DATA=folder takes your clips, SPLIT=official the lists of their makers in place of a random 75/25'
	@echo '                ONLY=05 makes one notebook and what it needs; CLUSTER=profiles/slurm hands the jobs to Slurm'
	@echo 'make verify     the same beside the committed results: what differs beyond its tolerance is listed, nothing overwritten'
	@echo 'make test       make check, then all tests'
	@echo 'make check      style, types, spelling, stripped notebooks, examples in docstrings'
	@echo 'make lab        the first notebook in JupyterLab, where the live widgets work'
	@echo 'make site       the executed notebooks as a book in site/_build (after make reproduce)'
	@echo 'make bench      the scripts in benchmarks/'
	@echo 'make clean      remove runs/, site/_build/ and caches; .venv, tables and figures stay'

# The stamp is written last: an installation that was interrupted starts again.
$(ready): requirements.lock pyproject.toml
	@$(if $(PYTHON),,echo 'found no Python 3.11 or 3.12; expected one on the path; install it or use make PYTHON=/path/to/python' >&2; exit 2)
	@"$(PYTHON)" -c '$(SUPPORTED)' 2>/dev/null || { \
		echo 'found $(PYTHON), which is not Python 3.11 or 3.12; use make PYTHON=/path/to/python' >&2; exit 2; }
	"$(PYTHON)" -m venv .venv
	$(if $(UV),,.venv/bin/python -m pip install --quiet uv==$(UV_VERSION))
	$(or $(UV),.venv/bin/uv) pip install --python .venv/bin/python --compile-bytecode --require-hashes -r requirements.lock
	$(or $(UV),.venv/bin/uv) pip install --python .venv/bin/python --no-deps --no-build-isolation -e .
	.venv/bin/python -m v2ra.warm_up
	@touch $@

reproduce: $(ready)
	.venv/bin/v2ra reproduce --profile $(PROFILE) --seeds $(SEEDS) $(if $(CLUSTER),--cluster $(CLUSTER),--jobs $(JOBS)) \
		--split $(SPLIT) $(if $(DATA),--data "$(DATA)") $(addprefix --only ,$(ONLY))

verify: $(ready)
	.venv/bin/v2ra reproduce --verify --jobs $(JOBS) --seeds $(SEEDS)

test: export OMP_NUM_THREADS = 1
test: lint
	.venv/bin/pytest -n 2

check: lint
	.venv/bin/pytest v2ra

lint: $(ready)
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/codespell *.md *.cff Makefile Snakefile .ci benchmarks configs site/*.py tests v2ra
	$(if $(notebooks),.venv/bin/nbstripout --verify --extra-keys 'metadata.papermill cell.metadata.papermill' $(notebooks))

lab: $(ready)
	.venv/bin/jupyter lab notebooks/00*.ipynb

site: $(ready)
	.venv/bin/python site/build.py --profile $(PROFILE)$(if $(filter official,$(SPLIT)),-official) \
		--runs "runs$(if $(DATA),/$(notdir $(abspath $(DATA))))"

# glibc keeps freed memory, as in `v2ra reproduce`.
bench: export MALLOC_MMAP_THRESHOLD_ = 1073741824
bench: export MALLOC_TRIM_THRESHOLD_ = 1073741824
bench: $(ready)
	@$(if $(benchmarks),,echo "found no script in benchmarks/ that runs without arguments")
	@set -e; for script in $(benchmarks); do echo "== $$script"; .venv/bin/python "$$script"; done

clean:
	rm -rf runs site/_build .mypy_cache .pytest_cache .ruff_cache .hypothesis .snakemake
	find v2ra tests benchmarks site -name __pycache__ -type d -prune -exec rm -rf {} +
