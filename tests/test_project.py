"""The project keeps its own rules: sizes, one-way imports, pinned dependencies, nothing of this machine."""

import ast
import re
import subprocess
import tomllib
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "v2ra"
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if path.read_text(encoding="utf-8").strip())
# Left to right: a module imports only from modules before it. A package counts as one place.
ORDER = (
    *(
        "errors",
        "timing",
        "writing",
        "limits",
        "scheme_settings",
        "clean_rule",
        "sections",
        "config",
        "environment",
        "svg",
        "shown_figure",
    ),
    *("provenance", "published", "claims", "claim_tables", "claim_list", "verdict_rules", "scorecard"),
    *("contacts", "waveforms", "media", "tracks", "frames", "sound_format", "sound", "muxing", "clips"),
    *("foley", "splits", "clip_files", "layout", "greatest_hits", "vegas", "plain_folders", "recognition"),
    *("cleanness", "choice", "catalogue", "survey"),
    *("degradations", "failure_settings"),
    *("precision", "weights", "early_stages", "backends", "feature_maps", "encoding", "features"),
    *("readout", "datasets", "mixing", "segments", "visibility", "onsets", "packing"),
    *("layers", "generator", "discriminator", "losses", "checkpoint", "transfer", "networks"),
    *("balance", "training", "tables"),
    *("generation", "dubbing", "lags", "envelopes", "onset_matching", "synchrony", "peaq", "selection"),
    *(
        "block_frames",
        "block_shapes",
        "denoising",
        "block_map",
        "sound_events",
        "peak_match",
        "sound_effects",
        "baselines",
    ),
    *("flow", "av_align", "peer_onsets", "peer_scores", "peer_frames"),
    *("modulation", "acoustic_features", "similarity", "descriptors", "frechet", "visual_map", "retrieval"),
    *("bootstrap", "scores", "pairs", "scale_systems", "score_cache", "heard_sounds", "pair_scores"),
    "failure_case",
    *("motion", "evaluation", "score_tables", "added_noise", "noise_trials"),
    *(
        "coding",
        "odg_protocols",
        "odg_summary",
        "peaq_tables",
        "similarity_sounds",
        "similarity_study",
        "retrieval_study",
        "retrieval_claim",
    ),
    *(
        "player_sound",
        "player_pictures",
        "player_files",
        "player_legend",
        "player_page",
        "player",
        "listening",
    ),
    *(
        "drawing",
        "pictures",
        "encoding_schematic",
        "network_schematics",
        "data_charts",
        "history_charts",
        "charts",
        "comparison",
        "peaq_charts",
        "similarity_charts",
        "scheme_charts",
        "change_charts",
        "system_charts",
        "system_bars",
        "failure_charts",
        "scorecard_charts",
    ),
    *(
        "figures",
        "profiles",
        "workspace",
        "readiness",
        "heldout",
        "control_sounds",
        "long_clips",
        "schemes",
        "scheme_cases",
        "scheme_variants",
        "scheme_scores",
        "scheme_claims",
        "system_sounds",
        "system_pairs",
        "system_scenes",
        "system_scores",
        "system_tables",
        "system_claims",
        "ablations",
        "ablation_runs",
        "ablation_scores",
        "ablation_claims",
        "degraded_clips",
        "failure_sweep",
        "failure_scenes",
        "category_swap",
        "mixed_training",
        "mixed_scores",
        "failure_claims",
        "audit_layers",
        "audit",
        "study",
        "speed",
        "generation_claims",
        "enhancement",
        "file_scores",
        "lab",
        "enhancement_lab",
        "encoding_lab",
        "clip_lab",
        "upload_lab",
        "kept_training",
        "training_lab",
        "steps",
        "few_clips",
        "report",
        "execution",
        "warm_up",
        "fork_server",
        "forked_jobs",
        "job_limits",
        "tolerances",
        "verification",
        "differences",
        "reproduction",
        "result_map",
        "cli_enhance",
        "cli_study",
        "cli",
    ),
)
MODELS = {
    "layers",
    "generator",
    "discriminator",
    "losses",
    "checkpoint",
    "transfer",
    "networks",
    "training",
    "generation",
    "baselines",
}
METRICS = {"peaq", "onsets", "lags", "envelopes", "onset_matching", "synchrony", "av_align"}
METRICS |= {"peer_onsets", "peer_scores"}
METRICS |= {"flow", "peer_frames", "modulation", "acoustic_features", "similarity"}
METRICS |= {"descriptors", "frechet", "visual_map", "retrieval"}
WITHOUT_SOURCE = {"errors"}  # it states a rule of the project
# Files, texts and processes, no arrays.
WITHOUT_CONVENTIONS = {
    "checkpoint",
    "workspace",
    "report",
    "execution",
    "warm_up",
    "reproduction",
    "cli",
    "cli_enhance",
    "cli_study",
}
MAX_MODULE_LINES = 250
MAX_BODY_LINES = 30
MAX_FILE_BYTES = 100 * 1024
MAX_RESULT_BYTES = 512 * 1024  # a figure with photographs, a table of every clip and seed
# Addresses that are names rather than places to fetch from, and places for people to read.
HOSTS = {"doi.org", "keepachangelog.com", "semver.org", "www.w3.org", "purl.org", "creativecommons.org"}
HOSTS |= {"127.0.0.1", "localhost", "example.org", "json.schemastore.org"}


def place(path: Path) -> str:
    """Return the place of a module in ORDER."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(path: Path) -> set[str]:
    """Return the modules of this package that a module imports, as dotted names without the package."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name}: imports are absolute"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return {name.removeprefix("v2ra.") for name in found if name.startswith("v2ra.")}


def body_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Return the lines of a function after its signature and docstring."""
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    return body[-1].end_lineno - body[0].lineno + 1 if body and body[-1].end_lineno else 0


def tracked_files() -> list[Path]:
    """Return the files that git tracks, or skip outside a checkout."""
    try:
        done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    except (FileNotFoundError, subprocess.CalledProcessError):
        pytest.skip("not a git checkout: there is no list of tracked files")
    return [ROOT / name for name in done.stdout.split("\0") if name and (ROOT / name).is_file()]


def project() -> dict[str, Any]:
    """Return pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def locked() -> dict[str, str]:
    """Return the version of each package in requirements.lock."""
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    pins = re.findall(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^\s;]+)", text, flags=re.MULTILINE)
    return {canonicalize_name(name): version for name, version in pins}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_fits_its_budget(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= MAX_MODULE_LINES
    functions = [
        n for n in ast.walk(ast.parse(text)) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    assert {f.name: body_lines(f) for f in functions if body_lines(f) > MAX_BODY_LINES} == {}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_says_what_it_does_its_conventions_and_its_source(path: Path) -> None:
    text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    assert text.splitlines()[0].endswith("."), "the first line is one sentence"
    if path.name == "__init__.py":
        return
    assert "\nConventions\n-----------\n" in text or place(path) in WITHOUT_CONVENTIONS
    assert "\nSource\n------\n" in text or place(path) in WITHOUT_SOURCE


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_imports_only_from_its_left(path: Path) -> None:
    own = place(path)
    if own == "__init__":
        assert imports(path) == set()
        return
    assert own in ORDER, f"{own} is not in ORDER: put it behind the modules that it imports"
    others = {name.partition(".")[0] for name in imports(path)} - {own}
    assert {other for other in others if ORDER.index(other) > ORDER.index(own)} == set()


def test_no_module_of_a_package_imports_in_a_circle() -> None:
    graph = {}
    for path in MODULES:
        name = ".".join(path.relative_to(PACKAGE).with_suffix("").parts)
        graph[name] = imports(path) | {found.rpartition(".")[0] for found in imports(path)}
    assert len(list(TopologicalSorter(graph).static_order())) >= len(MODULES)


def test_metrics_import_no_models_and_models_no_metrics() -> None:
    for path in MODULES:
        others = {name.partition(".")[0] for name in imports(path)}
        assert not (place(path) in METRICS and others & MODELS), path
        assert not (place(path) in MODELS and others & METRICS), path


def test_the_lock_has_a_hash_for_every_package_and_names_no_host() -> None:
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert "://" not in text
    entries = re.split(r"\n(?=[A-Za-z0-9])", text.strip())
    assert len(entries) > 50
    assert [entry.split("\n")[0] for entry in entries if "--hash=sha256:" not in entry] == []


def test_the_lock_holds_every_declared_dependency_at_an_allowed_version() -> None:
    declared = project()["project"]["dependencies"] + project()["dependency-groups"]["dev"]
    for requirement in map(Requirement, declared):
        version = locked()[canonicalize_name(requirement.name)]
        assert requirement.specifier.contains(version), requirement


def test_the_conda_environment_has_the_same_python_and_reads_the_lock() -> None:
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    *conda, pip = environment["dependencies"]
    assert [Requirement(entry).name for entry in conda] == ["python", "pip"]
    assert Requirement(conda[0]).specifier == SpecifierSet(project()["project"]["requires-python"])
    assert pip == {"pip": ["-r requirements.lock"]}
    assert environment["name"] == project()["project"]["name"]


def test_the_makefile_takes_the_python_versions_that_the_project_takes() -> None:
    supported = re.search(r"not \((\d+), (\d+)\) <= .* <= \((\d+), (\d+)\)", (ROOT / "Makefile").read_text())
    assert supported is not None
    low, high = f"{supported[1]}.{supported[2]}", f"{supported[3]}.{supported[4]}"
    allowed = SpecifierSet(project()["project"]["requires-python"])
    assert [v for v in ("3.10", "3.11", "3.12", "3.13", "3.14") if v in allowed] == [low, high]


def test_every_target_of_the_makefile_is_listed_by_make_alone() -> None:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = set(text.partition(".PHONY:")[2].splitlines()[0].split()) - {"help", "lint"}
    listed = set(re.findall(r"echo 'make (\w+) ", text))
    assert phony == listed == {"reproduce", "verify", "test", "check", "lab", "site", "bench", "clean"}


def test_pre_commit_fetches_no_hook() -> None:
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    assert [repo["repo"] for repo in config["repos"]] == ["local"]
    assert {hook["language"] for repo in config["repos"] for hook in repo["hooks"]} == {"system"}


def test_tracked_files_are_small() -> None:
    results = (ROOT / "figures", ROOT / "tables")
    large = {
        path.name
        for path in tracked_files()
        if path.stat().st_size > (MAX_RESULT_BYTES if path.parent in results else MAX_FILE_BYTES)
    }
    assert large - {"requirements.lock"} == set()


def test_tracked_files_name_no_machine_and_no_registry() -> None:
    machine = re.compile(r"(?<![\w.\-/}\])*])/(?:work|root|home|Users)/\w")
    address = re.compile(r"\w+://(?:[^@/\s]*@)?([\w.-]+)")
    found = []
    for path in tracked_files():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # pictures and other binary files
        found += [(path.name, match[0]) for match in machine.finditer(text)]
        found += [(path.name, match[0]) for match in address.finditer(text) if match[1] not in HOSTS]
    assert found == []
