"""What a listener compares a generated sound with: the same model's sound of another clip, under an honest name.

Conventions
-----------
Sounds are float32 (time,) at 44.1 kHz, by clip name. Where a category holds out one clip alone, the other one is
taken from the training part and its name says so: no clip is its own control.

Source
------
Section 4.7 ("the mismatched audio was randomly chosen from another video of the same category"); the stand-in is ours.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from v2ra.checkpoint import Run
from v2ra.datasets import Pack
from v2ra.errors import InputError
from v2ra.heldout import control_of, heldout_sounds

Float32 = NDArray[np.float32]

OTHER, LEARNT = "Another clip", "Another clip (trained on)"


def control_track(
    run: Run, pack: Pack, name: str, *, sounds: Mapping[str, Float32], cache: Path | None = None
) -> dict[str, Float32]:
    """Return the sound that a test clip's own is compared with, by the label that a player shows.

    Parameters
    ----------
    run : Run
        The model that made the sounds.
    pack : Pack
        Clips of its category.
    name : str
        Of a test clip.
    sounds : mapping
        Generated sound of each test clip, of `v2ra.heldout.heldout_sounds`.
    cache : path, optional
        As there.

    Returns
    -------
    dict
        One sound: of the next test clip by name, or of the first training clip where there is no other test clip.

    Raises
    ------
    InputError
        If the category has no other clip at all.
    """
    if len(sounds) > 1:
        return {OTHER: sounds[control_of(name, sounds)]}
    learnt = sorted(pack.part("train"), key=lambda clip: clip.name)
    if not learnt:
        raise InputError(f"found one clip of {pack.category}; expected another to compare with; add clips")
    asked = replace(learnt[0], split="test")  # the readout then treats it as any clip that is dubbed
    clips = tuple(asked if clip.name == asked.name else clip for clip in pack.clips)
    return {LEARNT: heldout_sounds(run, replace(pack, clips=clips), cache=cache)[asked.name]}
