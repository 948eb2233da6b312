"""Onsets as the peers' evaluation scripts find them, for numbers that are set beside theirs.

librosa's detector at its defaults with a fixed threshold, then thinning: of onsets closer than 50 ms the one
with the loudest neighbourhood stays. For every other purpose use `v2ra.onsets`, whose onsets are one an event.

Their flaws are kept. The thinning removes from the list that it walks through, so the onset behind a removed
one is skipped and may stay although it is too close. The threshold, 0.3 of the strongest onset, is the same for
clips with one hit and with crackle. Nothing is found in the first 70 ms, and onsets come up to 30 ms late.

Conventions
-----------
A waveform is (time,) in [−1, 1]; it is resampled to 22,050 Hz. Onsets are float64 seconds, ascending.

Source
------
CondFoleyGen (Du and others, 2023), from whose script those of SyncFusion (2023) and MMAudio (2025) come;
written anew from what they do.
"""

from typing import NamedTuple

import librosa
import numpy as np
from numpy.typing import ArrayLike, NDArray

from v2ra.errors import InputError
from v2ra.waveforms import check_waveform

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

PEER_RATE = 22_050  # Hz
THRESHOLD = 0.3
NEIGHBOURHOOD_SECONDS = 0.05  # to either side: what an onset's confidence is taken from
THINNING_SECONDS = 0.05


class PeerOnsets(NamedTuple):
    """Onsets as detected, and what thinning left of them with the loudness around each, and at it.

    Attributes
    ----------
    detected : float64 (n_detected,)
        Seconds, before thinning: what the scripts count, and what they take for the reference.
    times : float64 (n_onsets,)
        Seconds, after thinning.
    confidences : float64 (n_onsets,)
        Largest value within 50 ms, 0 to 1: the scripts call it confidence.
    values : float64 (n_onsets,)
        Value at the onset itself, 0 to 1.
    """

    detected: FloatArray
    times: FloatArray
    confidences: FloatArray
    values: FloatArray


def find_peer_onsets(
    waveform: ArrayLike, *, sample_rate: int, threshold: float = THRESHOLD, signed: bool = False
) -> PeerOnsets:
    """Find onsets as the peers' scripts do.

    Parameters
    ----------
    waveform : float (time,)
        In [−1, 1]; silence has no onsets.
    sample_rate : int
        In Hz.
    threshold : float
        librosa's ``delta``.
    signed : bool
        Take values from the waveform itself, as MMAudio's script does, so that a negative peak counts as
        quiet; otherwise from its magnitude.

    Raises
    ------
    InputError
        If it is not a waveform.

    Examples
    --------
    >>> click = np.zeros(22050)
    >>> click[11025:11225] = 0.9
    >>> find_peer_onsets(click, sample_rate=22050).times.round(2)
    array([0.51])
    """
    samples = np.asarray(waveform)
    check_waveform(samples)
    sound = librosa.resample(samples.astype(np.float32), orig_sr=sample_rate, target_sr=PEER_RATE)
    values = _scaled(sound if signed else np.abs(sound))
    found = librosa.onset.onset_detect(y=sound, sr=PEER_RATE, units="samples", delta=threshold)
    kept = thinned(found, _confidences(found, values))
    return PeerOnsets(found / PEER_RATE, kept / PEER_RATE, _confidences(kept, values), values[kept])


def thinned(onsets: ArrayLike, confidences: ArrayLike) -> IntArray:
    """Remove onsets near more confident ones, with the scripts' flaw.

    Parameters
    ----------
    onsets : int (n_onsets,)
        Samples at 22,050 Hz.
    confidences : float (n_onsets,)
        The most confident stays.

    Returns
    -------
    int64 (n_kept,)
        Ascending. Two may still be closer than 50 ms.

    Examples
    --------
    >>> thinned([0, 500, 1000], [1.0, 0.5, 0.5])  # 500 goes, 1000 is skipped and stays
    array([   0, 1000])
    """
    samples, trust = np.asarray(onsets, dtype=np.int64), np.asarray(confidences, dtype=np.float64)
    if samples.shape != trust.shape or samples.ndim != 1:
        raise InputError(
            f"found onsets {samples.shape} and confidences {trust.shape}; expected one each; match them"
        )
    left, kept = samples.tolist(), []
    for index in np.argsort(trust)[::-1]:
        current = int(samples[index])
        if current not in left:
            continue
        kept.append(current)
        left.remove(current)
        position = 0
        while position < len(left):
            if abs(left[position] - current) < THINNING_SECONDS * PEER_RATE:
                del left[position]  # what follows moves up, and the next step passes it by
            position += 1
    return np.array(sorted(kept), dtype=np.int64)


def _scaled(values: NDArray[np.float32]) -> FloatArray:
    """Bring values to 0 … 1; silence stays 0, where the scripts divide by 0."""
    span = float(values.max() - values.min())
    return np.asarray((values - values.min()) / span if span else np.zeros(len(values)), dtype=np.float64)


def _confidences(onsets: IntArray, values: FloatArray) -> FloatArray:
    reach = int(NEIGHBOURHOOD_SECONDS * PEER_RATE)  # less than the 70 ms before the first onset
    return np.array(
        [values[max(onset - reach, 0) : onset + reach].max() for onset in onsets], dtype=np.float64
    )
