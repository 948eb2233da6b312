"""From waveforms to what PEAQ judges: 16-bit samples at 48 kHz, and the frames that count.

Conventions
-----------
A waveform is float (time,) or (channels, time) with one or two channels in [−1, 1]; full scale is 32768
steps. A frame holds 2048 samples and begins 1024 after the one before, the first at the first sample. A
frame counts from the one in which the reference begins to the last that begins 1024 samples or more before
the reference ends; the reference begins and ends where five samples in a row, in either channel, add up to
more than 200 steps. The last frame is filled up with what follows in the file, then with zeros. A reference
whose sound is so short that no frame would count is judged on the one in which it begins.

Samples are rounded down to steps: the standard takes 16-bit files, and without the noise of 16 bits the
bandwidth and the error spectrum of a quiet sound are others. A sample beyond ±1 is clipped with a warning.

Source
------
ITU-R BS.1387-1, annex 2, clauses 2.1.3 (frames) and 5.2.4.4 (data boundary). Where the standard is silent
on the last frame, ours is that of Kabal's report of 2002.
"""

import math
import warnings
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.signal import resample_poly

from v2ra.errors import InputError

FloatArray = NDArray[np.float64]

SAMPLE_RATE = 48_000
LOWEST_RATE = 32_000  # Hz; below, three and more of the 27 Bark would be judged as missing in both
MIN_SECONDS = 0.5  # the first half second is left out of four of the averages
FULL_SCALE = 32_768
FRAME_SIZE = 2048
HOP_SIZE = 1024
BOUNDARY_SAMPLES = 5
BOUNDARY_SUM = 200  # in steps, over those samples


class Pair(NamedTuple):
    """A checked pair: samples float64 (2, channels, time), and which frames count."""

    samples: FloatArray
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
    both = np.stack(sides)  # (2, channels, time)
    if sample_rate != SAMPLE_RATE:
        both = resample(both, sample_rate=sample_rate)
    samples = np.floor(both * FULL_SCALE).clip(-FULL_SCALE, FULL_SCALE - 1)
    return Pair(samples, *frame_bounds(samples[0]))


def resample(waveform: FloatArray, *, sample_rate: int) -> FloatArray:
    """Bring a waveform to 48 kHz.

    Parameters
    ----------
    waveform : float64 (..., time)
        At any rate.
    sample_rate : int
        Its rate in Hz.

    Returns
    -------
    float64 (..., time)
        At 48 kHz.

    Examples
    --------
    >>> resample(np.zeros(44100), sample_rate=44100).shape
    (48000,)
    """
    common = math.gcd(SAMPLE_RATE, sample_rate)
    resampled = resample_poly(waveform, SAMPLE_RATE // common, sample_rate // common, axis=-1)
    return np.asarray(resampled, dtype=np.float64)


def frame_bounds(reference: FloatArray) -> tuple[int, int]:
    """Return the first and the last frame that count.

    Parameters
    ----------
    reference : float64 (channels, time)
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
    >>> frame_bounds(np.r_[np.zeros(3000), np.full(5000, 100), np.zeros(3000)][None])
    (2, 6)
    """
    n_sums = reference.shape[-1] - BOUNDARY_SAMPLES + 1
    sizes = np.abs(reference)
    sums = np.sum([sizes[:, k : k + n_sums] for k in range(BOUNDARY_SAMPLES)], axis=0)  # (channels, n_sums)
    loud = np.flatnonzero((sums > BOUNDARY_SUM).any(axis=0))
    if not len(loud):
        raise InputError(
            f"found a reference in which no {BOUNDARY_SAMPLES} samples in a row reach {BOUNDARY_SUM} steps "
            "of 16 bits together; expected sound to compare with; leave this clip out"
        )
    first = int(loud[0]) // HOP_SIZE
    n_samples = int(loud[-1]) + BOUNDARY_SAMPLES
    return first, max((n_samples - HOP_SIZE) // HOP_SIZE, first)


def _channels(waveform: ArrayLike) -> FloatArray:
    """Return a checked waveform as (channels, time)."""
    samples = np.asarray(waveform)
    if samples.ndim not in (1, 2) or not np.issubdtype(samples.dtype, np.floating):
        raise InputError(
            f"found a waveform {samples.shape} of {samples.dtype}; expected floats (time,) or (channels, time); "
            "reshape or convert it"
        )
    channels = np.atleast_2d(samples).astype(np.float64)
    if len(channels) not in (1, 2):
        raise InputError(
            f"found {len(channels)} channels; expected 1 or 2; give (time,) or (channels, time), mixed to stereo"
        )
    n_bad = int(np.count_nonzero(~np.isfinite(channels)))
    if n_bad:
        raise InputError(
            f"found {n_bad} samples that are NaN or infinite; expected numbers in [-1, 1]; check what made them"
        )
    n_beyond = int(np.count_nonzero(np.abs(channels) > 1))
    if n_beyond:
        warnings.warn(f"{n_beyond} samples beyond ±1 were clipped", stacklevel=2)
    return channels


def _check_pair(reference: FloatArray, estimate: FloatArray, *, sample_rate: int) -> None:
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
