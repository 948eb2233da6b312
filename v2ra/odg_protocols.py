"""What "the ODG of a sound" may mean: protocols that say what is held against what.

The paper grades every system, and the ground truth itself, between −0.34 and −0.09, and does not name the
reference. PEAQ grades a sound made anew far below that and a sound against itself above 0, so that neither is what
was done. Each protocol here is a way to get one grade for one sound:

* *against the real sound*: the use that Section 4.3.1 suggests.
* *against itself*.
* *against its own de-noised version* (`v2ra.denoising`): the paper has de-noising at hand (Section 3.3).
* *exchanged*: the sound is the reference, the real one is judged.
* *one second*: against the real sound, the loudest second of it alone.
* *unaligned*: against the real sound, 100 ms late.
* *44.1 kHz taken for 48 kHz*: against the real sound, not resampled.
* *its AAC version*: the sound is the reference, what a codec leaves of it is judged.

Conventions
-----------
Grades are ODG, −3.98 to 0.22, higher is better. A pair whose reference PEAQ takes for silent has no grade, and
is counted.

Source
------
Section 4.3.1; Tables 6 to 8 for what is printed. The protocols are ours, and none is claimed to be the paper's.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from v2ra.coding import aac_coded
from v2ra.denoising import block_threshold
from v2ra.errors import InputError
from v2ra.pair_scores import difference_grades_of_pairs
from v2ra.pairs import Array, Pair
from v2ra.peaq.inputs import FULL_SCALE, SAMPLE_RATE, frame_bounds
from v2ra.score_cache import Runner

LATE_SECONDS = 0.1
SHORT_SECONDS = 1.0

Sides = tuple[Array, Array]


@dataclass(frozen=True)
class Protocol:
    """How one sound gets a grade.

    Attributes
    ----------
    sides : callable
        (real sound, sound, rate) → (reference, estimate).
    taken_rate : int or None
        Rate that PEAQ is told, in Hz; None: the true one.
    """

    sides: Callable[[Array, Array, int], Sides]
    taken_rate: int | None = None


PROTOCOLS = {
    "against the real sound": Protocol(lambda real, sound, rate: (real, sound)),
    "against itself": Protocol(lambda real, sound, rate: (sound, sound)),
    "against its own de-noised version": Protocol(
        lambda real, sound, rate: (block_threshold(sound, sample_rate=rate), sound)
    ),
    "exchanged": Protocol(lambda real, sound, rate: (sound, real)),
    "one second": Protocol(lambda real, sound, rate: _loudest_second(real, sound, rate)),
    "unaligned": Protocol(lambda real, sound, rate: (real, late(sound, sample_rate=rate))),
    "44.1 kHz taken for 48 kHz": Protocol(lambda real, sound, rate: (real, sound), SAMPLE_RATE),
    "its AAC version": Protocol(lambda real, sound, rate: (sound, aac_coded(sound, sample_rate=rate))),
}


def late(waveform: Array, *, sample_rate: int, seconds: float = LATE_SECONDS) -> Array:
    """Return a sound that begins later and is as long.

    Examples
    --------
    >>> late(np.array([1.0, 2.0, 3.0]), sample_rate=10)
    array([0., 1., 2.])
    """
    n_samples = round(seconds * sample_rate)
    return np.asarray(np.pad(waveform, (n_samples, 0))[: len(waveform)])


def protocol_grades(
    pairs: Sequence[Pair],
    *,
    sample_rate: int,
    protocols: Sequence[str] = tuple(PROTOCOLS),
    runner: Runner | None = None,
) -> pd.DataFrame:
    """Grade each pair by each protocol.

    Parameters
    ----------
    pairs : sequence of Pair
        Systems × clips × seeds, with the ground truth as a system of its own. Sounds beyond ±1 are clipped.
    sample_rate : int
        In Hz.
    protocols : sequence of str
        Names of `PROTOCOLS`.
    runner : Runner, optional
        Processes and cache.

    Returns
    -------
    DataFrame
        Columns protocol, system, category, clip, seed, odg; odg is NaN where PEAQ defines none.

    Raises
    ------
    InputError
        If there is no such protocol, or PEAQ refuses a pair for more than a silent reference.

    Examples
    --------
    >>> sound = 0.1 * np.random.default_rng(0).standard_normal(44100)
    >>> pair = Pair("ground_truth", "wood", "a", sound, sound)
    >>> found = protocol_grades([pair], sample_rate=44100, protocols=["against itself", "unaligned"])
    >>> (found.set_index("protocol")["odg"] > 0).to_dict()
    {'against itself': True, 'unaligned': False}
    """
    unknown = [name for name in protocols if name not in PROTOCOLS]
    if unknown or not pairs:
        raise InputError(
            f"found the protocols {unknown} and {len(pairs)} pairs; expected some of {', '.join(PROTOCOLS)} and a "
            "pair or more; choose again"
        )
    parts = []
    for name in protocols:
        judged = [_judged(pair, PROTOCOLS[name], sample_rate) for pair in pairs]
        heard = [not _is_silent(pair.reference) for pair in judged]
        rate = PROTOCOLS[name].taken_rate or sample_rate
        defined = [pair for pair, sounds in zip(judged, heard, strict=True) if sounds]
        grades = iter(difference_grades_of_pairs(defined, sample_rate=rate, runner=runner))
        odg = [next(grades)["odg"] if sounds else np.nan for sounds in heard]
        rows = [(name, p.system, p.category, p.clip, p.seed, g) for p, g in zip(pairs, odg, strict=True)]
        parts.append(pd.DataFrame(rows, columns=["protocol", "system", "category", "clip", "seed", "odg"]))
    return pd.concat(parts, ignore_index=True)


def _judged(pair: Pair, protocol: Protocol, sample_rate: int) -> Pair:
    real, sound = (np.clip(side, -1, 1) for side in (pair.reference, pair.estimate))
    reference, estimate = protocol.sides(real, sound, sample_rate)
    return replace(pair, reference=reference, estimate=estimate)


def _loudest_second(real: Array, sound: Array, rate: int) -> Sides:
    n_samples = min(round(SHORT_SECONDS * rate), len(real))
    energy = np.concatenate([[0], np.cumsum(real.astype(np.float64) ** 2)])
    start = int(np.argmax(energy[n_samples:] - energy[:-n_samples]))
    return real[start : start + n_samples], sound[start : start + n_samples]


def _is_silent(waveform: Array) -> bool:
    """Whether PEAQ finds nothing in it to compare with."""
    steps = np.clip(np.rint(waveform * FULL_SCALE), -FULL_SCALE, FULL_SCALE - 1).astype(np.int16)
    try:
        frame_bounds(steps[None])
    except InputError:
        return True
    return False
