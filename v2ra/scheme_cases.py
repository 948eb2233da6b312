"""Which sounds are shown of the many that Section 4.6 compares, and silence beside them.

Conventions
-----------
Pairs are those of `v2ra.evaluation`, systems those of `v2ra.schemes`.

Source
------
Figure 9; silence as a bottom line is ours.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from v2ra.evaluation import Pair
from v2ra.schemes import SYSTEMS

SILENCE = "silence"
FIVE = ("bird", "dog", "wood", "gravel", "plastic")


def with_silence(pairs: Sequence[Pair]) -> list[Pair]:
    """Return the pairs, and one of silence for each clip: what grades say of no sound at all.

    Examples
    --------
    >>> pairs = [Pair(name, "wood", "a", np.ones(1), np.ones(1)) for name in SYSTEMS]
    >>> [pair.system for pair in with_silence(pairs)][-2:]
    ['peak-match, corrected', 'silence']
    """
    silent = [
        replace(p, system=SILENCE, estimate=np.zeros_like(p.estimate))
        for p in pairs
        if p.system == SYSTEMS[0]
    ]
    return [*pairs, *silent]


def last_clip(pairs: Sequence[Pair], category: str) -> list[Pair]:
    """Return the sounds of the last test clip of a category, of the first seed, a pair a system.

    Examples
    --------
    >>> pairs = [Pair("original", "wood", clip, np.ones(1), np.ones(1)) for clip in "ab"]
    >>> [pair.clip for pair in last_clip(pairs, "wood")]
    ['b']
    """
    own = [pair for pair in pairs if pair.category == category]
    return [pair for pair in own if (pair.clip, pair.seed) == (own[-1].clip, own[0].seed)]


def five_cases(categories: Sequence[str]) -> list[str]:
    """Return the categories of Figure 9; where one is not at hand, the first that is stands in its place.

    The paper names bird and dog; the others are those of the least background noise, chosen by us.

    Examples
    --------
    >>> five_cases(["wood", "dog"])
    ['wood', 'dog', 'wood', 'wood', 'wood']
    """
    return [name if name in categories else categories[0] for name in FIVE]
