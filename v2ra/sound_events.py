"""The peaks of a sound: every local maximum, or one for each event, with the onset before it.

Conventions
-----------
A waveform is float64 (time,) in [−1, 1]; positions and onsets are int64 samples from its start, ascending;
heights are those of the waveform, not of an envelope.

Source
------
Algorithm 1, lines 2 to 4 (`waveform_peaks`). One peak an event is ours: the constants are held against made
clips with known events in ``tests/test_sound_events.py``. `v2ra.onsets` judges sounds and is kept apart, so that
no sound is made with what it is judged by.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage, signal

FloatArray = NDArray[np.float64]
Indices = NDArray[np.int64]

ENVELOPE_SECONDS = 0.04  # four periods of 100 Hz: neither pitch nor crackle shows as events
MIN_GAP_SECONDS = 0.3  # no two events closer; real contacts are 0.33 s or more apart (95 %)
RISE_DB = 6.0  # between two events the envelope falls by as much below the softer
ATTACK_SECONDS = 0.15  # the longest: the swell of a chirp
ONSET_ENVELOPE_SECONDS = 0.005
ONSET_SHARE = 0.2  # the sound has begun where this share of the rise to the peak is reached


class EventPeaks(NamedTuple):
    """Peaks, (n_peaks,) each: where, how high, and where the sound begins that rises to them."""

    positions: Indices
    heights: FloatArray
    onsets: Indices


def waveform_peaks(waveform: FloatArray, *, sample_rate: int, min_height: float) -> EventPeaks:
    """Find every local maximum of a waveform, as Algorithm 1 does; each is its own onset.

    Parameters
    ----------
    waveform : float64 (time,)
        As it is: DC counts.
    sample_rate : int
        Plays no part.
    min_height : float
        Lower peaks are left out, heights and positions.

    Returns
    -------
    EventPeaks
        The first and the last sample are no peaks; of a flat top the middle counts.

    Examples
    --------
    >>> waveform_peaks(np.array([0, 0.5, 0, 0.05, 0, -0.5, 0]), sample_rate=44_100, min_height=0.1)
    EventPeaks(positions=array([1]), heights=array([0.5]), onsets=array([1]))
    """
    positions, properties = signal.find_peaks(waveform, height=min_height)
    found = positions.astype(np.int64)
    return EventPeaks(found, properties["peak_heights"], found)


def event_peaks(waveform: FloatArray, *, sample_rate: int, min_height: float) -> EventPeaks:
    """Find one peak an event, upwards or downwards, and its onset.

    Parameters
    ----------
    waveform : float64 (time,)
        Its mean is taken off before peaks are looked for.
    sample_rate : int
        In Hz.
    min_height : float
        Lower peaks are left out.

    Returns
    -------
    EventPeaks
        About 0.3 s or more apart, and 6 dB above what lies between them.

    Examples
    --------
    >>> time = np.arange(800) / 8000
    >>> sound = np.concatenate([np.zeros(1000), -0.5 * np.cos(2500 * time) * np.exp(-time / 0.02)])
    >>> event_peaks(sound, sample_rate=8000, min_height=0.1).positions
    array([1000])
    """
    size = np.abs(waveform - waveform.mean())
    reach = max(round(ENVELOPE_SECONDS * sample_rate) // 2, 1)
    # Silence on both sides: what sounds from the first sample on is an event, too.
    padded = np.pad(size, reach + 1)
    envelope = ndimage.maximum_filter1d(padded, 2 * reach + 1)
    level = 20 * np.log10(np.maximum(envelope, 1e-3 * min_height))
    tops, _ = signal.find_peaks(
        level,
        height=20 * np.log10(min_height),
        distance=max(round(MIN_GAP_SECONDS * sample_rate), 1),
        prominence=RISE_DB,
    )
    found = [_highest(size, top - reach - 1, reach) for top in tops.tolist()]
    positions = np.unique(np.array(found, np.int64))
    return EventPeaks(positions, size[positions], _onsets(size, positions, sample_rate))


def _highest(size: FloatArray, centre: int, reach: int) -> int:
    """Return the highest sample that the envelope at a place stands for."""
    first = max(centre - reach, 0)
    return first + int(size[first : centre + reach + 1].argmax())


def _onsets(size: FloatArray, positions: Indices, sample_rate: int) -> Indices:
    """Go back from each peak to where the sound is at a fifth of its rise, not past the peak before it."""
    width = max(round(ONSET_ENVELOPE_SECONDS * sample_rate), 1)
    # The largest of the samples up to and with each one: it rises where the sound does, and falls later.
    envelope = ndimage.maximum_filter1d(size, width, origin=(width - 1) // 2, mode="constant")
    longest = round(ATTACK_SECONDS * sample_rate)
    onsets = np.zeros(len(positions), np.int64)
    for number, position in enumerate(positions.tolist()):
        before = int(positions[number - 1]) if number else 0
        first = max(position - longest, before)
        rising = envelope[first : position + 1]
        limit = rising.min() + ONSET_SHARE * (size[position] - rising.min())
        below = np.flatnonzero(rising <= limit)
        onsets[number] = first + int(below[-1]) + 1 if len(below) else first
    return np.minimum(onsets, positions)
