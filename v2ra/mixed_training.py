"""One model for several categories, and its sounds beside those of one model a category.

The budget is the same in all: the mixed model takes as many steps as the models of its categories do together
(`mixed.steps_a_category` = 1), so that it sees each clip as often as they do and costs what they cost.

Conventions
-----------
Systems are "tuned" (or another recipe: one model a category) and "mixed" (one for all); pairs are those of
`v2ra.evaluation`, by the clips' own categories and names. The mixed run lies beside the others, under the name of
`v2ra.failure_settings.mixed_name`; all of the recipe is made from the mixed pack: read-out, statistics, the kept step.

Source
------
Section 4.2: "we train a separate model for each category".
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from v2ra.config import Config
from v2ra.failure_settings import Failures, at_hand, mixed_name, read_failures
from v2ra.profiles import size_of
from v2ra.workspace import Workspace, checkout

if TYPE_CHECKING:  # the Snakefile needs the paths alone, without the seconds that these imports take
    from v2ra.checkpoint import Run
    from v2ra.evaluation import Pair

MIXED = "mixed"
RECIPE = "tuned"  # what is mixed by default: the paper's recipe has little synchrony to lose


def failures_file(workspace: Workspace) -> Path:
    """Return the file that holds the settings of a profile.

    Examples
    --------
    >>> failures_file(Workspace("quick")).parts[-3:]
    ('configs', 'failures', 'quick.toml')
    """
    return checkout() / "configs" / "failures" / f"{size_of(workspace.profile)}.toml"


def failures_of(workspace: Workspace) -> Failures:
    """Return the settings of a profile.

    Examples
    --------
    >>> failures_of(Workspace("quick")).mixed.categories
    ('bird', 'dog')
    """
    return read_failures(failures_file(workspace))


def mixed_categories(workspace: Workspace) -> tuple[str, ...]:
    """Return which categories are mixed; of one alone there is nothing to mix, and none are.

    Examples
    --------
    >>> mixed_categories(Workspace("smoke"))
    ('wood', 'dog')
    """
    found = at_hand(failures_of(workspace).mixed.categories, workspace.categories, n_least=2)
    return found if len(found) > 1 else ()


def mixed_dir(workspace: Workspace, *, recipe: str = RECIPE, seed: int = 0) -> Path:
    """Return the run folder of the mixed model.

    Examples
    --------
    >>> mixed_dir(Workspace("smoke")).parts[-4:]
    ('models', 'tuned', 'wood+dog', 'seed0')
    """
    return workspace.run_dir(recipe, mixed_name(mixed_categories(workspace)), seed=seed)


def mixed_config(workspace: Workspace, *, recipe: str = RECIPE) -> Config:
    """Return the configuration of the mixed model: the recipe's, with the steps of all its categories.

    Examples
    --------
    >>> mixed_config(Workspace("quick")).training.n_steps // Workspace("quick").config("tuned").training.n_steps
    2
    """
    config = workspace.config(recipe)
    share = failures_of(workspace).mixed.steps_a_category * len(mixed_categories(workspace))
    return config.with_overrides({"training.n_steps": max(1, round(share * config.training.n_steps))})


def mixed_run(workspace: Workspace, *, recipe: str = RECIPE, seed: int = 0) -> "Run":
    """Return the mixed model; it is trained if it is not there.

    Parameters
    ----------
    workspace : Workspace
        Its packs are mixed; two or more categories must be at hand.
    recipe : str
        Of the configuration.
    seed : int
        Of the model.

    Raises
    ------
    InputError
        As `v2ra.mixing.mixed_pack` does; and where the folder holds another run.
    """
    from v2ra.checkpoint import load_run
    from v2ra.mixing import mixed_pack
    from v2ra.selection import train_category

    categories = mixed_categories(workspace)
    folder = mixed_dir(workspace, recipe=recipe, seed=seed)
    if not (folder / "generator.safetensors").is_file():
        print(f"training one model on {', '.join(categories)} in {folder.name} ({workspace.profile} size)")
        pack = mixed_pack([workspace.pack(category) for category in categories])
        train_category(pack, mixed_config(workspace, recipe=recipe), folder, seed=seed, resume=True)
    return load_run(folder)


def mixed_pairs(workspace: Workspace, *, recipe: str = RECIPE, seeds: Sequence[int] = (0,)) -> list["Pair"]:
    """Return the sounds of both for every test clip; those of the separate models alone where nothing is mixed.

    Parameters
    ----------
    workspace : Workspace
        What it lacks is trained.
    recipe : str
        Of all models.
    seeds : sequence of int
        Of the models.
    """
    from v2ra.heldout import heldout_pairs, heldout_sounds

    mixed, pairs, store = mixed_categories(workspace), [], workspace.sound_cache
    if not mixed:
        print("one category here: nothing is mixed, and its own model stands alone")
    for seed in seeds:
        whole = mixed_run(workspace, recipe=recipe, seed=seed) if mixed else None
        for category in mixed or workspace.categories[:1]:
            pack, own = workspace.pack(category), workspace.run(recipe, category, seed=seed)
            for system, run in ((recipe, own), (MIXED, whole)):
                if run is not None:
                    sounds = heldout_sounds(run, pack, cache=store)
                    pairs += heldout_pairs(sounds, pack, system=system, seed=seed)
    return pairs


def main(arguments: list[str] | None = None) -> int:
    """Run ``python -m v2ra.mixed_training``: train the mixed model of a profile."""
    parser = argparse.ArgumentParser(description="Train one model on several categories.")
    for option, default in (("profile", "quick"), ("data", ""), ("out", "runs")):
        parser.add_argument(f"--{option}", default=default)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    mixed_run(Workspace(options.profile, options.data, options.out), seed=options.seed)
    return 0


if __name__ == "__main__":
    sys.exit(main())
