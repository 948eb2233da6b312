"""From waveforms to what PEAQ judges: 16-bit samples at 48 kHz, and the frames that count.

Conventions
-----------
A waveform is float (time,) or (channels, time) with one or two channels in [−1, 1]; full scale is 32768
steps. A frame holds 2048 samples and begins 1024 after the one before, the first at the first sample. A
frame counts from the one in which the reference begins to the last that begins 1024 samples or more before
the reference ends; the reference begins and ends where five samples in a row, in either channel, add up to
more than 200 steps. The last frame is filled up with what follows in the file, then with zeros. A reference
whose sound is so short that no frame would count is judged on the one in which it begins.

The standard takes 16-bit files; without the noise of 16 bits the bandwidth and the error spectrum of a quiet
sound are others. Samples at 48 kHz are rounded down to steps, as Kabal's program reads them. What is at
another rate is resampled by soxr at its very high quality and rounded to the nearest step, as when a
resampler writes a file. A sample beyond ±1 is clipped with a warning; one that resampling puts there, silently.

The resampler matters, since the grade looks at the faint bins from 21.6 kHz up: on 44.1 kHz pairs, scipy's
default and torchaudio's move single grades by 0.8.

Source
------
ITU-R BS.1387-1, annex 2, clauses 2.1.3 (frames) and 5.2.4.4 (data boundary). Where the standard is silent
on the last frame, ours is that of Kabal's report of 2002.
"""

import warnings
from typing import NamedTuple

import numpy as np
import soxr
from numpy.typing import ArrayLike, NDArray

from v2ra.errors import InputError

FloatArray = NDArray[np.float64]
Floats = NDArray[np.floating]
Steps = NDArray[np.int16]

SAMPLE_RATE = 48_000
LOWEST_RATE = 32_000  # Hz; below, three and more of the 27 Bark would be judged as missing in both
MIN_SECONDS = 0.5  # the first half second is left out of four of the averages
FULL_SCALE = 32_768
FRAME_SIZE = 2048
HOP_SIZE = 1024
CHUNK = 32_768  # samples that are rounded at once: they stay in a cache
BOUNDARY_SAMPLES = 5
BOUNDARY_SUM = 200  # in steps, over those samples


class Pair(NamedTuple):
    """A checked pair: samples int16 (2, channels, time), and which frames count."""

    samples: Steps
    first_frame: int
    last_frame: int  # the last one that counts


def prepare_pair(reference: ArrayLike, estimate: ArrayLike, *, sample_rate: int) -> Pair:
    """Check a pair, bring it to 48 kHz and 16 bits, and find the frames that count.

    Parameters
    ----------
    reference, estimate : float (time,) or (channels, time)
        Of the same shape, in [−1, 1].
    sample_rate : int
        In Hz, from 32 000.

    Returns
    -------
    Pair
        Samples in steps from −32768 to 32767, reference first.

    Raises
    ------
    InputError
        If one is no waveform of one or two channels, their shapes differ, they are shorter than 0.5 s,
        the rate is too low, or the reference is silent.

    Examples
    --------
    >>> tone = 0.5 * np.sin(np.arange(48000) / 10)
    >>> pair = prepare_pair(tone, -tone, sample_rate=48000)
    >>> pair.samples.shape, pair.first_frame, pair.last_frame
    ((2, 1, 48000), 0, 45)
    """
    sides = [_channels(waveform) for waveform in (reference, estimate)]
    _check_pair(*sides, sample_rate=sample_rate)
    steps = [_steps(side, np.floor) for side in sides]  # which also checks the samples
    for side, (_, extent) in zip(sides, steps, strict=True):
        _check_samples(side, extent)
    if sample_rate != SAMPLE_RATE:
        steps = [_steps(resample(side, sample_rate=sample_rate), np.rint) for side in sides]
    samples = np.stack([side for side, _ in steps])  # (2, channels, time)
    return Pair(samples, *frame_bounds(samples[0]))


def resample(waveform: Floats, *, sample_rate: int) -> FloatArray:
    """Bring a waveform to 48 kHz.

    Parameters
    ----------
    waveform : float (channels, time)
        At any rate.
    sample_rate : int
        Its rate in Hz.

    Returns
    -------
    float64 (channels, time)
        At 48 kHz.

    Examples
    --------
    >>> resample(np.zeros((1, 44100)), sample_rate=44100).shape
    (1, 48000)
    """
    resampled = soxr.resample(waveform.T.astype(np.float64), sample_rate, SAMPLE_RATE, quality="VHQ")
    return np.asarray(resampled.T)


def frame_bounds(reference: Steps) -> tuple[int, int]:
    """Return the first and the last frame that count.

    Parameters
    ----------
    reference : int16 (channels, time)
        In steps.

    Returns
    -------
    int, int
        Numbers of frames from 0, both included.

    Raises
    ------
    InputError
        If the reference is silent.

    Examples
    --------
    >>> frame_bounds(np.repeat([0, 100, 0], [3000, 5000, 3000]).astype(np.int16)[None])
    (2, 6)
    """
    start, end = _first_loud(reference), _first_loud(reference[:, ::-1])
    if start is None or end is None:
        raise InputError(
            f"found a reference in which no {BOUNDARY_SAMPLES} samples in a row reach {BOUNDARY_SUM} steps "
            "of 16 bits together; expected sound to compare with; leave this clip out"
        )
    first = start // HOP_SIZE
    return first, max((reference.shape[-1] - end - HOP_SIZE) // HOP_SIZE, first)


def _first_loud(samples: Steps) -> int | None:
    """Return the first sample of the first run that is loud in a channel."""
    for start in range(0, samples.shape[-1] - BOUNDARY_SAMPLES + 1, FRAME_SIZE):
        part = np.abs(samples[:, start : start + FRAME_SIZE + BOUNDARY_SAMPLES - 1].astype(np.int32))
        sums = np.lib.stride_tricks.sliding_window_view(part, BOUNDARY_SAMPLES, axis=1).sum(axis=-1)
        loud = np.flatnonzero((sums > BOUNDARY_SUM).any(axis=0))
        if len(loud):
            return start + int(loud[0])
    return None


def _channels(waveform: ArrayLike) -> Floats:
    """Return a checked waveform as (channels, time)."""
    samples = np.asarray(waveform)
    if samples.ndim not in (1, 2) or not np.issubdtype(samples.dtype, np.floating):
        raise InputError(
            f"found a waveform {samples.shape} of {samples.dtype}; expected floats (time,) or (channels, time); "
            "reshape or convert it"
        )
    channels = np.atleast_2d(samples)
    if len(channels) not in (1, 2):
        raise InputError(
            f"found {len(channels)} channels; expected 1 or 2; give (time,) or (channels, time), mixed to stereo"
        )
    return channels


def _steps(waveform: Floats, rounding: np.ufunc) -> tuple[Steps, tuple[float, float]]:
    """Round to 16 bits; returns also the lowest and the highest sample, NaN if one is."""
    steps = np.empty(waveform.shape, np.int16)
    lowest = highest = np.float64(0)
    for start in range(0, waveform.shape[1], CHUNK):  # each sample is fetched from memory once
        part = np.multiply(waveform[:, start : start + CHUNK], FULL_SCALE, dtype=np.float64)
        low, high = part.min(), part.max()
        lowest, highest = np.minimum(lowest, low), np.maximum(highest, high)
        rounding(part, out=part)
        if not (low >= -FULL_SCALE and high <= FULL_SCALE - 1):
            part.clip(-FULL_SCALE, FULL_SCALE - 1, out=part)
        with np.errstate(invalid="ignore"):  # of NaN, which the extent tells of
            steps[:, start : start + CHUNK] = part
    return steps, (float(lowest) / FULL_SCALE, float(highest) / FULL_SCALE)


def _check_samples(channels: Floats, extent: tuple[float, float]) -> None:
    lowest, highest = extent
    if not np.isfinite(lowest + highest):
        n_bad = int(np.count_nonzero(~np.isfinite(channels)))
        raise InputError(
            f"found {n_bad} samples that are NaN or infinite; expected numbers in [-1, 1]; check what made them"
        )
    if lowest < -1 or highest > 1:
        n_beyond = int(np.count_nonzero(np.abs(channels) > 1))
        warnings.warn(f"{n_beyond} samples beyond ±1 were clipped", stacklevel=3)


def _check_pair(reference: Floats, estimate: Floats, *, sample_rate: int) -> None:
    if reference.shape != estimate.shape:
        raise InputError(
            f"found {reference.shape} and {estimate.shape} (channels, samples); expected the same of both; "
            "cut or pad them to the same part of the clip"
        )
    if sample_rate < LOWEST_RATE:
        raise InputError(
            f"found a rate of {sample_rate} Hz; expected {LOWEST_RATE} or more, as the bands reach 18 kHz; "
            "compare recordings of a higher rate"
        )
    if reference.shape[1] < MIN_SECONDS * sample_rate:
        raise InputError(
            f"found {reference.shape[1] / sample_rate:.3f} s of sound; expected {MIN_SECONDS} s or more; "
            "give longer clips"
        )
