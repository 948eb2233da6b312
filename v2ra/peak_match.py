"""Peak-match, Algorithm 1: each peak of a generated sound is replaced by a piece, a grain, of a recording.

Two modes. *literal* does what Algorithm 1 writes, line by line. *corrected* keeps its idea and mends what is
heard to go wrong. By the lines of Algorithm 1:

- Lines 2 and 3, ``findpeaks``: literal takes every local maximum of the waveform, thousands a second.
  corrected takes one peak an event (`v2ra.sound_events`), upwards or downwards, in both sounds.
- Line 4 deletes the heights under 0.1 and leaves their positions in the list, so that heights and positions
  no longer belong together. Both modes delete both.
- Line 7 runs out of peaks where the recording has fewer. literal begins again at its first. corrected takes
  the peak whose level, relative to the loudest, is nearest to that of the generated peak; of those within
  3 dB of it the one used least, so that no grain repeats like a machine gun.
- Lines 8 and 9: a grain that begins at the peak has lost its attack. literal does so; corrected begins at the
  onset before the peak, ends at the next onset of the recording, and lands on the generated onset.
- Lines 9 and 10: grains that run past the end of the recording or of the sound are cut, in both modes.
- Line 10 assigns: in literal a later grain overwrites an earlier one, with a click at every edge. corrected
  adds grains up; each fades in over 2 ms, and out over 50 ms or where the next begins.
- Line 10 multiplies the recording, whose peak has a height of its own, by the generated height: soft events
  become softer still. corrected divides by the height of the recording's peak first.
- Line 12 does not say to what it normalises: `level`.

Conventions
-----------
Waveforms are (time,) in [−1, 1], both at `sample_rate` Hz. Positions are samples from the start, ascending.

Source
------
Section 3.3, Algorithm 1. `grain_seconds` is its ``interval``, which the paper does not give (`v2ra.scheme_settings`).
"""

import warnings
from dataclasses import dataclass
from typing import get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from v2ra.errors import InputError
from v2ra.scheme_settings import PEAK_MATCHING, Level, Mode
from v2ra.sound_events import EventPeaks, event_peaks, waveform_peaks
from v2ra.waveforms import Waveform, check_waveform

FloatArray = NDArray[np.float64]
Indices = NDArray[np.int64]

GRAIN_SECONDS, MIN_HEIGHT = PEAK_MATCHING.grain_seconds, PEAK_MATCHING.min_height
FADE_IN_SECONDS = 0.002  # before the onset, so that the attack stays whole; too short to be heard
FADE_OUT_SECONDS = 0.05
SAME_LEVEL_DB = 3.0


@dataclass(frozen=True)
class PeakMatch:
    """A matched sound and what it was made of; arrays of the length n_events, one entry a grain.

    Attributes
    ----------
    waveform : float32 (time,)
        As long as the generated sound.
    positions : int64 (n_events,)
        Peaks of the generated sound.
    heights : float64 (n_events,)
        Its height at them, from `min_height`.
    starts : int64 (n_events,)
        Where the grains begin in it: at the peaks (literal) or at the onsets (corrected).
    grains : int64 (n_events,)
        Which peak of the recording each was taken from, counted from 0.
    recording_starts : int64 (n_events,)
        Where the grains begin in the recording.
    """

    waveform: Waveform
    positions: Indices
    heights: FloatArray
    starts: Indices
    grains: Indices
    recording_starts: Indices


def peak_match(
    waveform: ArrayLike,
    recording: ArrayLike,
    *,
    sample_rate: int,
    mode: Mode = "literal",
    grain_seconds: float = GRAIN_SECONDS,
    min_height: float = MIN_HEIGHT,
    level: Level = "peak",
) -> PeakMatch:
    """Replace the events of a sound by those of a recording.

    Parameters
    ----------
    waveform : float (time,)
        Generated sound.
    recording : float (time,)
        Of any length; shorter than a grain is cut like any end.
    sample_rate : int
        Of both, in Hz.
    mode : {"literal", "corrected"}
        See the module.
    grain_seconds : float
        Longest grain.
    min_height : float
        Peaks under it do not count, in either sound.
    level : {"peak", "rms", "full_scale", "none"}
        Level of the result: the peak or the RMS of `waveform`, a peak of 1, or as it comes.

    Returns
    -------
    PeakMatch
        Silence, with a warning, where no peak of `waveform` reaches `min_height`.

    Raises
    ------
    InputError
        If one is no waveform, the recording has no peak, or a number or word does not fit.

    Examples
    --------
    >>> click, ring = np.eye(1, 100, 40)[0] / 2, np.exp(-np.arange(20) / 5) * np.sin(np.arange(20))
    >>> matched = peak_match(click, ring, sample_rate=100)
    >>> matched.positions, matched.recording_starts, matched.waveform[38:43].round(2)
    (array([40]), array([1]), array([0.  , 0.  , 0.5 , 0.44, 0.06], dtype=float32))
    """
    samples, source = np.asarray(waveform), np.asarray(recording)
    check_waveform(samples)
    check_waveform(source)
    _check_choices(mode, level, grain_seconds=grain_seconds, min_height=min_height, sample_rate=sample_rate)
    samples, source = samples.astype(np.float64), source.astype(np.float64)
    find = waveform_peaks if mode == "literal" else event_peaks
    wanted = find(samples, sample_rate=sample_rate, min_height=min_height)
    offered = find(source, sample_rate=sample_rate, min_height=min_height)
    if not len(offered.positions):
        raise InputError(
            f"found no peak of {min_height:g} in the recording, whose largest sample is {np.abs(source).max():.3g}; "
            "expected one or more; take another or a louder recording, or lower the height"
        )
    n_grain = max(round(grain_seconds * sample_rate), 1)
    if mode == "literal":
        grains = np.arange(len(wanted.positions)) % len(offered.positions)
        matched = _overwritten(samples, source, wanted, offered, grains, n_grain)
    else:
        grains = _grains_by_level(wanted.heights, offered.heights)
        matched = _crossfaded(samples, source, wanted, offered, grains, n_grain, sample_rate)
    if not len(grains):
        warnings.warn(f"no peak of the sound reaches {min_height:g}: the result is silent", stacklevel=2)
    return PeakMatch(
        waveform=_levelled(samples, matched, level).astype(np.float32),
        positions=wanted.positions,
        heights=wanted.heights,
        starts=wanted.onsets,
        grains=grains,
        recording_starts=offered.onsets[grains],
    )


def _check_choices(mode: str, level: str, **numbers: float) -> None:
    for name, word, allowed in (("mode", mode, get_args(Mode)), ("level", level, get_args(Level))):
        if word not in allowed:
            raise InputError(f"found {name} {word!r}; expected one of {', '.join(allowed)}; correct the word")
    for name, number in numbers.items():
        if not 0 < number < np.inf:
            raise InputError(f"found {name} = {number}; expected a number above 0; correct it")


def _overwritten(
    samples: FloatArray,
    source: FloatArray,
    wanted: EventPeaks,
    offered: EventPeaks,
    grains: Indices,
    n_grain: int,
) -> FloatArray:
    """Algorithm 1, lines 5 to 11."""
    matched = np.zeros_like(samples)
    starts = offered.positions[grains]
    for position, height, start in zip(
        wanted.positions.tolist(), wanted.heights.tolist(), starts.tolist(), strict=True
    ):
        grain = source[start : start + n_grain][: len(matched) - position]
        np.multiply(height, grain, out=matched[position : position + len(grain)])
    return matched


def _grains_by_level(wanted: FloatArray, offered: FloatArray) -> Indices:
    """Choose a peak of the recording for each height, by level below the loudest, in turn among equals."""
    if not len(wanted):
        return np.zeros(0, np.int64)
    levels = 20 * np.log10(offered / offered.max())
    n_uses = np.zeros(len(offered), np.int64)
    grains = []
    for level in 20 * np.log10(wanted / wanted.max()):
        distance = np.abs(levels - level)
        close = np.flatnonzero(distance <= distance.min() + SAME_LEVEL_DB)
        grains.append(close[np.lexsort((distance[close], n_uses[close]))[0]])
        n_uses[grains[-1]] += 1
    return np.array(grains, np.int64)


def _crossfaded(
    samples: FloatArray,
    source: FloatArray,
    wanted: EventPeaks,
    offered: EventPeaks,
    grains: Indices,
    n_grain: int,
    sample_rate: int,
) -> FloatArray:
    """Add grains up, onset on onset. Fades in and out over the same samples add up to one."""
    n_in, n_out = round(FADE_IN_SECONDS * sample_rate), round(FADE_OUT_SECONDS * sample_rate)
    source_ends = np.append(offered.onsets[1:], len(source)) - offered.onsets
    ends = np.append(wanted.onsets[1:], len(samples) + n_grain) - wanted.onsets
    padded = np.pad(source, (n_in, 0))
    matched = np.zeros(n_in + len(samples) + n_grain)  # sample 0 of the sound at n_in
    for event, grain in enumerate(grains.tolist()):
        own = min(n_grain, int(source_ends[grain]))
        length = min(own, int(ends[event]))
        fade_out = n_in if length < own else min(n_out, length // 2)
        piece = padded[offered.onsets[grain] :][: n_in + length].copy()
        piece[:n_in] *= _rise(n_in)
        piece[len(piece) - fade_out :] *= 1 - _rise(fade_out)
        gain = wanted.heights[event] / offered.heights[grain]
        start = int(wanted.onsets[event])
        matched[start : start + len(piece)] += gain * piece
    return matched[n_in : n_in + len(samples)]


def _rise(n_samples: int) -> FloatArray:
    """Return a raised cosine from 0 to 1."""
    return np.asarray(0.5 - 0.5 * np.cos(np.pi * (np.arange(n_samples) + 0.5) / max(n_samples, 1)))


def _levelled(samples: FloatArray, matched: FloatArray, level: Level) -> FloatArray:
    """Line 12: bring the result to a level; silence stays silence."""
    if level == "none" or not matched.any():
        return matched
    if level == "rms":
        gain = np.sqrt(np.mean(samples**2) / np.mean(matched**2))
    else:
        gain = (1.0 if level == "full_scale" else np.abs(samples).max()) / np.abs(matched).max()
    return np.asarray(gain * matched)
