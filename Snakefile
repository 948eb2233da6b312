"""From clips to tables: one rule a step, one rule a notebook.

Run by `v2ra reproduce`. Paths come from v2ra.workspace, so that a notebook opened alone finds the same
files. Library files are inputs: a changed module reruns what depends on it. Seeds, recipes, categories and
notebooks are jobs of their own; none runs beside Snakemake itself (`localrules`), because each imports PyTorch.
"""

import sys
from pathlib import Path

from v2ra.ablations import Study
from v2ra.forked_jobs import starter
from v2ra.job_limits import job_limits
from v2ra.mixed_training import failures_file, mixed_categories, mixed_dir
from v2ra.workspace import RECIPES, Workspace

W = Workspace(config.get("profile", "quick"), config.get("data") or "", config.get("out", "runs"))
SEEDS = range(int(config.get("n_seeds", 1)))
CATEGORIES = W.categories
COMPARED = W.compared  # what other systems are fitted to too
SETTINGS = W.config("paper").data
PACKS = [str(W.pack_path(category)) for category in CATEGORIES]
MODELS = [
    str(W.run_dir(recipe, category, seed=seed) / "generator.safetensors")
    for recipe in RECIPES
    for category in CATEGORIES
    for seed in SEEDS
]
FITTED = [str(W.folder / "baselines" / f".{category}{seed}.done") for category in COMPARED for seed in SEEDS]
STUDY = Study(W, n_seeds=len(SEEDS))
ABLATED = [str(STUDY.run_dir(row, seed=seed) / "generator.safetensors") for row, seed in STUDY.models()]


MIXED = mixed_categories(W)  # what one model learns together; none where there is one category
MIXED_MODELS = [str(mixed_dir(W, seed=seed) / "generator.safetensors") for seed in SEEDS if MIXED]
LOGS = str(W.folder / "logs")
RUN = starter()


def library(*names):
    """Return the module files of some names."""
    return [f"v2ra/{name}.py" for name in names]


ENCODING = library(
    *("timing", "catalogue", "choice", "clean_rule", "cleanness", "clip_files", "greatest_hits", "layout", "plain_folders"),
    *("recognition", "splits", "vegas", "precision", "weights", "early_stages", "backends", "features", "encoding"),
    *("onsets", "packing", "datasets", "frames", "media", "sound"),
)
TRAINING = library(
    *("config", "timing", "encoding", "readout", "datasets", "segments", "layers", "generator", "discriminator", "losses"),
    *("networks", "transfer", "balance", "training", "checkpoint", "selection", "generation", "synchrony"),
    *("lags", "envelopes", "onset_matching"),
)
STARTING = ("cli", "fork_server", "forked_jobs", "reproduction")  # no number depends on how a job is started
EVERYTHING = sorted(str(path) for path in Path("v2ra").glob("*.py") if path.stem not in STARTING)


def tables(*names):
    """Return the three files of each table."""
    return [str(W.tables / f"{name}{suffix}") for name in names for suffix in (".csv", ".md", ".json")]


def figures(*names):
    """Return the three files of each figure."""
    return [str(W.figures / f"{name}{suffix}") for name in names for suffix in (".png", ".svg", ".json")]


# A study that was taken is read anew; without one, notebook 15 says so.
LISTENING = sorted(str(path) for path in Path("v2ra/study").glob("*.*"))
LISTENING += sorted(str(path) for path in (W.folder / "study").glob("*.*") if path.suffix in (".json", ".sqlite"))

# notebook → what it reads, what it leaves
NOTEBOOKS = {
    "00_tour": (MODELS, []),
    "01_clips_and_data": (PACKS, tables("supplement_data", "supplement_data_claims") + figures("supplement_gaps")),
    "02_video_encoder": (
        PACKS,
        tables("supplement_encoding_claims") + figures("figure01a_scales", "figure01b_features", "figure03_encoding"),
    ),
    "03_networks": (
        [],
        tables("table1", "table2", "supplement_network_claims")
        + figures("figure02_framework", "figure04_conditioning"),
    ),
    "04_training": (MODELS, tables("table3", "supplement_training_claims") + figures("supplement_losses")),
    "05_generation": (
        MODELS,
        tables("supplement_synchrony", "supplement_speed", "supplement_motion", "supplement_generation_claims")
        + figures("supplement_synchrony"),
    ),
    "08_peaq": (
        MODELS,
        tables("table4", "supplement_odg_protocols", "supplement_odg_claims") + figures("supplement_peaq"),
    ),
    "09_similarity": (
        MODELS,
        tables("supplement_similarity_readings", "supplement_similarity_claims") + figures("supplement_similarity"),
    ),
    "10_physics_comparison": (MODELS + FITTED, tables("table5", "supplement_physics_claims") + figures("figure06")),
    "11_learning_comparison": (
        MODELS + FITTED,
        tables("table6", "supplement_systems", "supplement_learning_claims") + figures("figure07", "supplement_systems"),
    ),
    "14_retrieval": (
        MODELS,
        tables("supplement_retrieval", "supplement_frechet", "supplement_retrieval_claims"),
    ),
    "15_user_study": (
        PACKS + tables("supplement_synchrony") + LISTENING,
        tables("table9", "supplement_listening_claims")
        + figures("figure11", "figure12", "supplement_correspondence", "supplement_power"),
    ),
    "06_denoising": (
        MODELS,
        tables("supplement_denoising", "supplement_denoising_claims")
        + figures("figure05a_denoising", "figure05b_denoising", "supplement_blocks"),
    ),
    "07_peak_match": (
        MODELS,
        tables("supplement_recordings", "supplement_recording_claims")
        + figures("figure05c_peaks", "figure05d_selected", "figure10_recordings"),
    ),
    "12_ablations": (
        PACKS + ABLATED,
        tables("table7", "supplement_ablation_claims", *(["supplement_choices"] * bool(STUDY.rows("choices"))))
        + figures("figure08", "supplement_ablations"),
    ),
    "13_optimization": (
        MODELS,
        tables("table8", "supplement_scheme_claims")
        + figures("figure09a", "figure09b", "figure09c", "figure09d", "figure09e"),
    ),
    "16_failure_cases": (
        MODELS + MIXED_MODELS + [str(failures_file(W))],
        tables("supplement_failures", "supplement_mismatched", "supplement_mixed", "supplement_failure_claims")
        + figures("figure13", "supplement_failures"),
    ),
}
# Last: it reads what all others leave.
NOTEBOOKS |= {
    "17_scorecard": (
        [path for _, outputs in NOTEBOOKS.values() for path in outputs],
        tables("supplement_audit", "supplement_verdicts", "scorecard") + figures("supplement_scorecard"),
    ),
}
# The longest begin first, so that no core waits for one at the end.
PRIORITY = {"16_failure_cases": 3, "12_ablations": 3, "05_generation": 2, "01_clips_and_data": 2, "13_optimization": 1, "06_denoising": 1}
EXECUTED = [str(W.folder / "notebooks" / f".{name}.done") for name in NOTEBOOKS]


rule all:
    input:
        EXECUTED,
        PACKS,
        MODELS,
        ABLATED,
        [path for _, outputs in NOTEBOOKS.values() for path in outputs],


if not W.data:

    # A process of its own: the server that forks the others is still importing.
    rule clips:
        output:
            str(W.data_dir / "manifest.json"),
        input:
            sorted(str(path) for path in Path("v2ra/foley").glob("*.py")),
            sorted(str(path) for path in Path("v2ra/reference_data").glob("*.csv")),
        params:
            options=" ".join(f"--category {category}" for category in CATEGORIES)
            + f" --n-clips {SETTINGS.n_clips} --seconds {SETTINGS.n_clip_seconds}"
            + f" --seed {SETTINGS.seed} --noise-db {SETTINGS.noise_db}",
            folder=str(W.data_dir),
        threads: 8  # or as many as there are
        resources:
            **job_limits("clips", W.profile),
        log:
            f"{LOGS}/clips.log",
        shell:
            "{sys.executable} -m v2ra.cli data make --out {params.folder} {params.options} --jobs {threads} > {log} 2>&1 "
            "|| (cat {log} >&2; false)"


for category in CATEGORIES:

    rule:
        name:
            f"pack_{category}"
        priority: 7
        input:
            *([] if W.data else [str(W.data_dir / "manifest.json")]),
            *ENCODING,
            config=list(map(str, W.config_files("paper"))),
        output:
            str(W.pack_path(category)),
        params:
            category=category,
            data=str(W.data_dir),
            out=str(W.pack_path(category).parent),
            cache=str(W.folder / "cache"),
            configs=" ".join(f"--config {path}" for path in W.config_files("paper")),
        resources:
            **job_limits("pack", W.profile),
        log:
            f"{LOGS}/pack_{category}.log",
        shell:
            "{RUN} v2ra.cli features {params.data} --category {params.category} --out {params.out} "
            "--cache {params.cache} {params.configs} > {log} 2>&1 || (cat {log} >&2; false)"

    for recipe in RECIPES:
        for seed in SEEDS:

            rule:
                name:
                    f"train_{recipe}_{category}_{seed}"
                priority: 6
                input:
                    *TRAINING,
                    pack=str(W.pack_path(category)),
                    config=list(map(str, W.config_files(recipe))),
                output:
                    str(W.run_dir(recipe, category, seed=seed) / "generator.safetensors"),
                    str(W.run_dir(recipe, category, seed=seed) / "history.csv"),
                    str(W.run_dir(recipe, category, seed=seed) / "run.json"),
                params:
                    category=category,
                    seed=seed,
                    out=str(W.run_dir(recipe, category, seed=seed)),
                    configs=" ".join(f"--config {path}" for path in W.config_files(recipe)),
                resources:
                    **job_limits("train", W.profile),
                log:
                    f"{LOGS}/train_{recipe}_{category}_{seed}.log",
                shell:
                    "{RUN} v2ra.cli train --data {input.pack} --category {params.category} --out {params.out} "
                    "--seed {params.seed} --resume {params.configs} > {log} 2>&1 || (cat {log} >&2; false)"


# Rows of Table 7 and open choices: one model a rule, as above, with the steps that the settings name.
for row, seed in STUDY.models():

    rule:
        name:
            f"ablate_{row}_{seed}"
        priority: 4
        input:
            *TRAINING,
            pack=str(W.pack_path(STUDY.category)),
            config=list(map(str, STUDY.config_files(row))),
        output:
            str(STUDY.run_dir(row, seed=seed) / "generator.safetensors"),
            str(STUDY.run_dir(row, seed=seed) / "history.csv"),
            str(STUDY.run_dir(row, seed=seed) / "run.json"),
        params:
            category=STUDY.category,
            seed=seed,
            out=str(STUDY.run_dir(row, seed=seed)),
            configs=" ".join(f"--config {path}" for path in STUDY.config_files(row))
            + "".join(f" --set {key}={value}" for key, value in STUDY.overrides.items()),
        resources:
            **job_limits("train", W.profile),
        log:
            f"{LOGS}/ablate_{row}_{seed}.log",
        shell:
            "{RUN} v2ra.cli train --data {input.pack} --category {params.category} --out {params.out} "
            "--seed {params.seed} --resume {params.configs} > {log} 2>&1 || (cat {log} >&2; false)"


for seed in SEEDS if MIXED else ():

    rule:
        name:
            f"train_mixed_{seed}"
        priority: 5
        input:
            *TRAINING,
            *library("failure_settings", "mixing", "mixed_training"),
            str(failures_file(W)),
            packs=[str(W.pack_path(category)) for category in MIXED],
            config=list(map(str, W.config_files("tuned"))),
        output:
            str(mixed_dir(W, seed=seed) / "generator.safetensors"),
            str(mixed_dir(W, seed=seed) / "history.csv"),
            str(mixed_dir(W, seed=seed) / "run.json"),
        params:
            options=f"--seed {seed} --profile {W.profile} --data '{W.data}' --out '{W.out}'",
        resources:
            **job_limits("train", W.profile),
        log:
            f"{LOGS}/train_mixed_{seed}.log",
        shell:
            "{RUN} v2ra.mixed_training {params.options} > {log} 2>&1 || (cat {log} >&2; false)"


# All systems of a category in one process: importing PyTorch takes longer than most of their fits. What is up to
# date is known by each system's own key, so that the mark alone is an output here.
for category in COMPARED:
    for seed in SEEDS:

        rule:
            name:
                f"systems_{category}_{seed}"
            priority: 4
            input:
                *TRAINING,
                *library("system_sounds", "sections", "sound_events"),
                sorted(str(path) for path in Path("v2ra/baselines").glob("*.py")),
                str(W.baseline_file),
                pack=str(W.pack_path(category)),
            output:
                touch(str(W.folder / "baselines" / f".{category}{seed}.done")),
            params:
                options=f"--category {category} --seed {seed} --profile {W.profile} --data '{W.data}' --out '{W.out}'",
            resources:
                **job_limits("systems", W.profile),
            log:
                f"{LOGS}/systems_{category}_{seed}.log",
            shell:
                "{RUN} v2ra.system_sounds {params.options} > {log} 2>&1 || (cat {log} >&2; false)"


for name, (needed, outputs) in NOTEBOOKS.items():

    rule:
        name:
            f"notebook_{name}"
        input:
            needed,
            EVERYTHING,
            notebook=f"notebooks/{name}.ipynb",
        priority: PRIORITY.get(name, 0)
        output:
            outputs,
            done=touch(str(W.folder / "notebooks" / f".{name}.done")),
        params:
            profile=W.profile,
            data=W.data,
            out=W.out,
            n_seeds=len(SEEDS),
        resources:
            **job_limits("notebook", W.profile),
        log:
            # A log survives a failure: the executed notebook shows the cell that failed.
            str(W.folder / "notebooks" / f"{name}.ipynb"),
        shell:
            "{RUN} v2ra.execution {input.notebook} {log} PROFILE='{params.profile}' DATA='{params.data}' "
            "OUT='{params.out}' N_SEEDS={params.n_seeds}"
