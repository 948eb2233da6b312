"""Peak-match with other recordings and other grains, on every test clip of a category.

Conventions
-----------
Sounds are float32 (time,), as long as the clip's own; recordings are (time,) at the same rate, by name.

Source
------
Section 4.6, Figure 10: "choosing different recordings will produce different results"; Algorithm 1, ``interval``.
"""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from v2ra.datasets import Pack
from v2ra.evaluation import Pair
from v2ra.scheme_settings import PEAK_MATCHING, PeakMatching
from v2ra.schemes import MODES, SYSTEMS, find_recording, matched, pair_of
from v2ra.timing import PAPER
from v2ra.waveforms import Waveform

Array = NDArray[np.floating]

GRAINS = (0.05, 0.1, PEAK_MATCHING.grain_seconds, 1.0)


def find_recordings(
    pack: Pack,
    *,
    n_recordings: int,
    path: str = "",
    synthetic: bool = True,
    settings: PeakMatching = PEAK_MATCHING,
) -> dict[str, Waveform]:
    """Return several recordings of a category by name; fewer where a folder holds fewer.

    Parameters
    ----------
    pack, path, synthetic
        As of `v2ra.schemes.find_recording`.
    n_recordings : int
        How many are drawn.
    settings : PeakMatching
        Its recording stands where there is no path; its seed is the place of the first.

    Examples
    --------
    >>> list(find_recordings(Pack("wood", (), {}), n_recordings=2))
    ['synthetic wood 0', 'synthetic wood 1']
    """
    drawn = (
        find_recording(
            pack, place=settings.seed + place, path=path or settings.recording, synthetic=synthetic
        )
        for place in range(n_recordings)
    )
    return {recording.name: recording.waveform for recording in drawn}


def recording_pairs(
    pack: Pack,
    generated: Mapping[str, Waveform],
    recordings: Mapping[str, Array],
    *,
    seed: int = 0,
    settings: PeakMatching = PEAK_MATCHING,
) -> list[Pair]:
    """Return the sound of every test clip as generated, and matched to each recording in both modes.

    Parameters
    ----------
    pack : Pack
        Of the category.
    generated : mapping of str to float32 (time,)
        By clip.
    recordings : mapping of str to float (time,)
        By name.
    seed : int
        Of the model.
    settings : PeakMatching
        All but the mode, the recording and its seed.

    Returns
    -------
    list of Pair
        Systems are "original" and "RECORDING, MODE".
    """
    pairs = []
    for name, waveform in generated.items():
        pairs.append(pair_of(pack, name, waveform, system=SYSTEMS[0], seed=seed))
        for (title, recording), mode in itertools.product(recordings.items(), MODES.values()):
            sound = matched(waveform, recording, mode=mode, settings=settings)
            pairs.append(pair_of(pack, name, sound, system=f"{title}, {mode}", seed=seed))
    return pairs


def grain_pairs(
    pack: Pack,
    generated: Mapping[str, Waveform],
    recording: Array,
    *,
    grains: Sequence[float] = GRAINS,
    settings: PeakMatching = PEAK_MATCHING,
    sample_rate: int = PAPER.sample_rate,
) -> list[Pair]:
    """Return the sound of every test clip matched with grains of several lengths, in both modes.

    Parameters
    ----------
    pack, generated
        As of `recording_pairs`.
    recording : float (time,)
        With a peak of 0.1 or more.
    grains : sequence of float
        Seconds.
    settings : PeakMatching
        All but the mode and the grain.
    sample_rate : int
        In Hz.

    Returns
    -------
    list of Pair
        Systems are "original" and "GRAIN s, MODE".
    """
    pairs = []
    for name, waveform in generated.items():
        pairs.append(pair_of(pack, name, waveform, system=SYSTEMS[0]))
        for mode, grain in itertools.product(MODES.values(), grains):
            cut = replace(settings, grain_seconds=grain)
            sound = matched(waveform, recording, mode=mode, settings=cut, sample_rate=sample_rate)
            pairs.append(pair_of(pack, name, sound, system=f"{grain:g} s, {mode}"))
    return pairs
