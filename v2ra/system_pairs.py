"""Sounds of V2RA and of the other systems for the same test clips, with what each costs.

Conventions
-----------
Pairs are those of `v2ra.evaluation`; their systems are the recipes and the names of `v2ra.baselines.systems`. A cost
is a row of system, category, seed and the numbers of `COSTS`; costs are those of `v2ra.system_sounds`.

Source
------
Section 4.4: all compared on the same clips.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from v2ra.baselines.systems import SYSTEMS
from v2ra.datasets import EncodedClip, Pack
from v2ra.evaluation import SCALE_SYSTEMS, Pair
from v2ra.heldout import heldout_pairs, heldout_sounds
from v2ra.system_sounds import made_by, timed_sounds
from v2ra.workspace import RECIPES, Workspace

Float32 = NDArray[np.float32]

COSTS = ("n_parameters", "fit_seconds", "real_time_factor", "latency_seconds")
LABELS = {"tuned": "V2RA, tuned", "paper": "V2RA, paper", **SYSTEMS}
LABELS |= {name: name.replace("_", " ") for name in SCALE_SYSTEMS}


@dataclass(frozen=True)
class Compared:
    """What is compared.

    Attributes
    ----------
    pairs : list of Pair
        Systems × categories × seeds × clips.
    costs : DataFrame
        Columns system, category, seed and `COSTS`.
    """

    pairs: list[Pair]
    costs: pd.DataFrame


def compare_systems(
    workspace: Workspace,
    *,
    systems: Sequence[str] = tuple(SYSTEMS),
    recipes: Sequence[str] = tuple(reversed(RECIPES)),
    categories: Sequence[str] = (),
    seeds: Sequence[int] = (0,),
) -> Compared:
    """Let every system sound for every test clip.

    Parameters
    ----------
    workspace : Workspace
        What it lacks is trained and fitted.
    systems, recipes : sequences of str
        Others' and V2RA's.
    categories : sequence of str
        By default `Workspace.compared`.
    seeds : sequence of int
        Of fits and models.

    Returns
    -------
    Compared
        V2RA first.
    """
    pairs, costs = [], []
    for category, seed in itertools.product(categories or workspace.compared, seeds):
        pack = workspace.pack(category)
        for recipe in recipes:
            sounds, numbers = v2ra_sounds(workspace, recipe, category, seed=seed)
            pairs += heldout_pairs(sounds, pack, system=recipe, seed=seed)
            costs.append({"system": recipe, "category": category, "seed": seed, **numbers})
        for system in systems:
            made = made_by(workspace, system, category, seed=seed)
            pairs += heldout_pairs(made.sounds, pack, system=system, seed=seed)
            costs.append({key: made.details[key] for key in ("system", "category", "seed", *COSTS)})
    order = {name: place for place, name in enumerate((*recipes, *systems))}
    return Compared(sorted(pairs, key=lambda pair: order[pair.system]), pd.DataFrame(costs))


def v2ra_sounds(
    workspace: Workspace, recipe: str, category: str, *, seed: int = 0
) -> tuple[dict[str, Float32], dict[str, Any]]:
    """Return V2RA's sound for each test clip, and its `COSTS`: of the generator, features at hand."""
    pack, run = workspace.pack(category), workspace.run(recipe, category, seed=seed)

    def sound_of(clip: EncodedClip) -> Float32:
        alone = Pack(pack.category, (replace(clip, split="test"),), pack.details)
        return heldout_sounds(run, alone)[clip.name]

    sounds, costs = timed_sounds(sound_of, pack)
    costs["n_parameters"] = sum(parameter.numel() for parameter in run.generator.parameters())
    costs["fit_seconds"] = run.details["seconds"]
    return sounds, {name: costs[name] for name in COSTS}


def scenes_of(pairs: Sequence[Pair], category: str, *, n_scenes: int) -> list[dict[str, Pair]]:
    """Return the last test clips of a category, each with its pair by system, of the first seed.

    Examples
    --------
    >>> pairs = [Pair(name, "wood", clip, np.ones(1), np.ones(1)) for name in ("ours", "theirs") for clip in "abc"]
    >>> [scene["theirs"].clip for scene in scenes_of(pairs, "wood", n_scenes=2)]
    ['b', 'c']
    """
    own = [pair for pair in pairs if pair.category == category]
    first = min(pair.seed for pair in own)
    clips = sorted({pair.clip for pair in own})[-n_scenes:]
    return [{pair.system: pair for pair in own if (pair.clip, pair.seed) == (clip, first)} for clip in clips]
