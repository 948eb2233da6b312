"""What is scored: a system's sound for a clip, beside the clip's own.

Conventions
-----------
Waveforms are float (time,) in [−1, 1]. A system, a category, a clip and a seed together name one pair.

Source
------
Ours; Section 4.1 for clips and categories.
"""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from v2ra.errors import InputError

Array = NDArray[np.floating]

SCALE_SYSTEMS = ("ground_truth", "mismatched", "oracle_clicks", "noise", "silence")


@dataclass(frozen=True, eq=False)
class Pair:
    """A system's sound for a clip, and the clip's own.

    Attributes
    ----------
    system, category, clip : str
        Who made the sound, and for what.
    reference, estimate : float (time,)
        The real sound and the system's, of the same length within 10 ms.
    seed : int
        Of the training run; 0 where there is none.
    event_times : float (n_events,), optional
        Annotated onsets in seconds; without any they are detected in the reference.
    motion_peaks : float (n_peaks,), optional
        When the clip's picture moves most, in seconds (`v2ra.motion`); empty where it stands still.
    """

    system: str
    category: str
    clip: str
    reference: Array
    estimate: Array
    seed: int = 0
    event_times: Array | None = None
    motion_peaks: Array | None = None

    @property
    def name(self) -> str:
        """Return what a message calls this pair."""
        return f"{self.system} on {self.category}/{self.clip}, seed {self.seed}"


def is_mismatched(pair: Pair, other: Pair) -> bool:
    """Whether the other pair's sound is a mismatched control for this pair: all is the same but the clip.

    The system *mismatched* has no such control: another clip's sound of it may be this clip's real one.

    Examples
    --------
    >>> pair, other = (Pair("ours", "wood", clip, np.ones(1), np.ones(1)) for clip in "ab")
    >>> is_mismatched(pair, pair), is_mismatched(pair, other)
    (False, True)
    """
    same_run = (pair.system, pair.category, pair.seed) == (other.system, other.category, other.seed)
    return same_run and pair.clip != other.clip and pair.system != "mismatched"


def generator_of(pair: Pair, seed: int) -> np.random.Generator:
    """Return the random generator of one pair: it does not depend on which others there are.

    Examples
    --------
    >>> pair = Pair("ours", "wood", "a", np.ones(1), np.ones(1))
    >>> generator_of(pair, 0).integers(100) == generator_of(pair, 0).integers(100)
    np.True_
    """
    name = f"{pair.system}/{pair.category}/{pair.clip}/{pair.seed}"
    return np.random.default_rng([seed, zlib.crc32(name.encode())])


def motion_of(pair: Pair) -> Array:
    """Return when the picture of a pair's clip moves most.

    Raises
    ------
    InputError
        If the pair has no such times.

    Examples
    --------
    >>> motion_of(Pair("ours", "wood", "a", np.ones(1), np.ones(1), motion_peaks=np.array([0.5])))
    array([0.5])
    """
    if pair.motion_peaks is None:
        raise InputError(
            f"found no motion_peaks: {pair.name}; expected seconds at which the picture moves most; give those of "
            "v2ra.motion.motion_peaks"
        )
    return pair.motion_peaks


def check_pairs(pairs: Sequence[Pair], *, motion: bool = False) -> None:
    """Refuse pairs that would be scored wrongly or twice.

    Parameters
    ----------
    pairs : sequence of Pair
        One or more.
    motion : bool
        Whether each must say when its picture moves.

    Raises
    ------
    InputError
        If there is none, one is there twice, takes the name of a scale system, has a silent reference, or lacks the
        motion that is asked for.

    Examples
    --------
    >>> check_pairs([Pair("noise", "wood", "a", np.ones(1), np.ones(1))])
    Traceback (most recent call last):
        ...
    v2ra.errors.InputError: found the system name 'noise'; expected another, it is added; rename it
    """
    seen = set()
    for pair in pairs:
        if pair.system in SCALE_SYSTEMS:
            raise InputError(
                f"found the system name {pair.system!r}; expected another, it is added; rename it"
            )
        if pair.name in seen:
            raise InputError(f"found {pair.name} twice; expected one sound a seed; leave one out")
        if not np.any(pair.reference):
            raise InputError(f"found a silent reference: {pair.name}; expected sound; leave this clip out")
        if motion:
            motion_of(pair)
        seen.add(pair.name)
    if not pairs:
        raise InputError("found no pairs; expected one or more; check the clips")
