"""What separates the recipe *paper* from *tuned*: each difference added to the one, and taken from the other.

Conventions
-----------
One model a row, scored on the validation part at the step that it keeps: optimistic, and never the test
part. The gain is the onset F-measure (±50 ms) of matched clips minus that of mismatched ones, 0 to 1, higher is
better; it is also given as a ratio to that of *tuned* in the same run. D loss is the mean of the last 50 steps
(0.25 is a draw, 0 a discriminator that has won). One seed moves a gain by 0.1 and more: give --seeds.

Source
------
The reasons in PAPER_NOTES.md for what the recipe *tuned* changes.

Usage
-----
python benchmarks/recipe_steps.py --category dog [--profile quick] [--seeds 1] [--jobs 2] [--repeats 1]
"""

import tempfile
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.reference import arithmetic_limits, machine, markdown, parser
from v2ra.config import Config
from v2ra.datasets import load_pack
from v2ra.errors import InputError
from v2ra.selection import train_category
from v2ra.workspace import Workspace

Overrides = Mapping[str, Any]

GROUPS = {  # what belongs together, by the keys that it changes
    "linear read-out in the place of V": ("features.projection",),
    "D's input: louder sound, noise": ("discriminator.sound_gain", "discriminator.input_noise"),
    "D's head: one score": ("discriminator.head",),
    "one D step, λ = 1": ("training.d_steps_per_g_step", "loss.l1_weight"),
    "less norm and dropout in G": ("generator.norm_at_bottleneck", "generator.n_dropout_layers"),
    "random crops": ("training.segmenting",),
    "averaged weights": ("training.average_decay",),
    "high-pass at 60 Hz": ("data.highpass_hz",),
    "overlapping windows": ("generation.hop_seconds",),
}


def differences(paper: Config, tuned: Config) -> dict[str, tuple[Any, Any]]:
    """Return the keys that differ, each with the value of *paper* and of *tuned*."""
    one, other = paper.as_dict(), tuned.as_dict()
    return {
        f"{section}.{key}": (value, other[section][key])
        for section, values in one.items()
        for key, value in values.items()
        if value != other[section][key]
    }


def variants(paper: Config, tuned: Config) -> dict[str, Config]:
    """Return the configurations to train, by name.

    Raises
    ------
    InputError
        Where the recipes differ in a key that no group names.
    """
    found = differences(paper, tuned)
    grouped = {key for keys in GROUPS.values() for key in keys}
    if set(found) != grouped:
        raise InputError(
            f"found {sorted(set(found) ^ grouped)} in the recipes or the groups alone; expected both to name "
            "the same keys; mend GROUPS"
        )
    named = {"paper": paper}
    for name, keys in GROUPS.items():
        named[f"paper + {name}"] = paper.with_overrides({key: found[key][1] for key in keys})
    named["tuned"] = tuned
    for name, keys in GROUPS.items():
        named[f"tuned − {name}"] = tuned.with_overrides({key: found[key][0] for key in keys})
    return named


def trained(pack_path: Path, config: Config, seed: int) -> tuple[float, float, float]:
    """Train one model and return gain, level ratio and D loss."""
    with tempfile.TemporaryDirectory() as folder:
        history = train_category(load_pack(pack_path), config, Path(folder) / "run", seed=seed)
    (kept,) = history.table[history.table["step"] == history.best_step].to_dict("records")
    gain = kept["validation_onset_f"] - kept["validation_onset_f_mismatched"]
    return gain, kept["validation_rms_ratio"], float(history.table["d_loss"].tail(50).mean())


def rows(workspace: Workspace, category: str, *, n_seeds: int, n_jobs: int) -> list[dict[str, object]]:
    """Return a row a variant: mean over seeds, and the lowest and highest gain."""
    workspace.pack(category)  # made if it is not there
    named = variants(workspace.config("paper"), workspace.config("tuned"))
    path = workspace.pack_path(category)
    with ProcessPoolExecutor(n_jobs, mp_context=get_context("spawn")) as pool:
        coming = {
            name: [pool.submit(trained, path, config, seed) for seed in range(n_seeds)]
            for name, config in named.items()
        }
        scores = {name: np.array([run.result() for run in runs]) for name, runs in coming.items()}
    whole = scores["tuned"][:, 0].mean()
    return [
        {
            "variant": name,
            "gain": values[:, 0].mean(),
            "lowest": values[:, 0].min(),
            "highest": values[:, 0].max(),
            "ratio to tuned": values[:, 0].mean() / whole if whole > 0 else float("nan"),
            "RMS ratio": values[:, 1].mean(),
            "D loss": values[:, 2].mean(),
        }
        for name, values in scores.items()
    ]


def main() -> None:
    """Print the table of one category."""
    arguments = parser(__doc__)
    arguments.add_argument("--category", required=True, help="to train on")
    arguments.add_argument("--profile", default="quick", help="smoke, quick or paper")
    arguments.add_argument("--seeds", type=int, default=1, help="models a variant")
    arguments.add_argument("--jobs", type=int, default=2, help="models side by side")
    options = arguments.parse_args()
    workspace = Workspace(options.profile)
    print(machine(arithmetic_limits(n_repeats=1)))
    details = f"{options.category}, profile {options.profile}, validation part, {options.seeds} seed(s)"
    print(f"{details}, synthetic clips")
    table = rows(workspace, options.category, n_seeds=options.seeds, n_jobs=options.jobs)
    print(markdown(table))


if __name__ == "__main__":
    main()
