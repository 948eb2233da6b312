"""The course of loudness of a sound, and its level, against those of another.

Conventions
-----------
Arguments are (reference, estimate). A waveform is (time,) in [−1, 1]; two that are compared in time may
differ in length by one envelope frame (10 ms) and are compared over the shorter. Positive lags mean that
the estimate is late. Levels in dB are re an RMS of 1.

Source
------
Ours: Section 4.7 judges synchrony by listening. Pearson correlation of RMS envelopes.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from v2ra.errors import InputError
from v2ra.lags import FLAT, correlations
from v2ra.waveforms import check_waveform

FloatArray = NDArray[np.float64]

ENVELOPE_RATE = 100  # Hz
MAX_LAG_SECONDS = 0.5
FLOOR_DB = -120.0  # stands for silence: far below the last of 16 bits


class EnvelopeScore(NamedTuple):
    """Pearson correlation of two envelopes: as they are, and at the lag where it is highest."""

    correlation: float
    best_correlation: float
    best_lag_seconds: float


def envelope(waveform: ArrayLike, *, sample_rate: int, envelope_rate: int = ENVELOPE_RATE) -> FloatArray:
    """RMS in frames that touch and do not overlap.

    Parameters
    ----------
    waveform : float (time,)
        At least one frame.
    sample_rate, envelope_rate : int
        In Hz. Where they do not divide, some frames have a sample more than others.

    Returns
    -------
    float64 (n_frames,)
        Linear, from 0. An unfinished last frame is left out.

    Raises
    ------
    InputError
        If it is not a waveform, or shorter than a frame.

    Examples
    --------
    >>> envelope(np.full(44100, 0.5), sample_rate=44100).shape
    (100,)
    """
    samples = np.asarray(waveform)
    check_waveform(samples)
    n_frames = len(samples) * envelope_rate // sample_rate
    if not n_frames or envelope_rate > sample_rate:
        raise InputError(
            f"found {len(samples)} samples at {sample_rate} Hz; expected {1 / envelope_rate:g} s or more; "
            "give a longer waveform"
        )
    edges = np.arange(n_frames + 1) * sample_rate // envelope_rate  # (n_frames + 1,)
    squares = samples[: edges[-1]].astype(np.float64) ** 2
    return np.asarray(np.sqrt(np.add.reduceat(squares, edges[:-1]) / np.diff(edges)))


def envelope_correlation(
    reference: ArrayLike, estimate: ArrayLike, *, sample_rate: int, max_lag_seconds: float = MAX_LAG_SECONDS
) -> EnvelopeScore:
    """Compare the course of loudness of two sounds.

    Parameters
    ----------
    reference, estimate : float (time,)
        Of the same length within 10 ms.
    sample_rate : int
        In Hz.
    max_lag_seconds : float
        Lags up to this, and up to half the clip, are tried, over what then overlaps.

    Returns
    -------
    EnvelopeScore
        Correlations from −1 to 1, higher is better; the lag in steps of 10 ms, 0 is best and positive means
        that the estimate is late. An envelope that does not change has no course to follow: its
        correlation, undefined, counts as 0.

    Raises
    ------
    InputError
        If one is not a waveform, or their lengths differ.

    Examples
    --------
    >>> click = np.eye(1, 44100, 11025)[0]
    >>> envelope_correlation(click, np.roll(click, 4410), sample_rate=44100).best_lag_seconds
    0.1
    """
    first, second = _two_envelopes(reference, estimate, sample_rate=sample_rate)
    return _compared(first, second, max_lag_seconds)


def chance_best_correlation(
    reference: ArrayLike,
    estimate: ArrayLike,
    *,
    sample_rate: int,
    max_lag_seconds: float = MAX_LAG_SECONDS,
    n_draws: int = 20,
    rng: np.random.Generator,
) -> float:
    """Best correlation after the estimate is rotated in time by random amounts, mean over draws.

    The best of many lags is above 0 by chance. At lag 0 alone the chance level is 0 exactly: the
    correlations over all rotations add up to 0.

    Parameters
    ----------
    reference, estimate, sample_rate, max_lag_seconds
        As in `envelope_correlation`.
    n_draws : int
        Number of rotations, each by 0 to the whole length.
    rng : Generator
        Source of chance.

    Returns
    -------
    float
        Between −1 and 1; a best correlation must be above it to mean anything.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> first, second = rng.standard_normal((2, 44100))
    >>> 0 < chance_best_correlation(first, second, sample_rate=44100, rng=rng) < 0.6
    True
    """
    first, second = _two_envelopes(reference, estimate, sample_rate=sample_rate)
    rotations = rng.integers(len(second), size=n_draws)
    rotated = np.stack([np.roll(second, rotation) for rotation in rotations])
    largest = _largest_lag(len(first), max_lag_seconds)
    return float(correlations(first, rotated, largest=largest).max(axis=1).mean())


def rms_db(waveform: ArrayLike) -> float:
    """Level of a waveform in dB re an RMS of 1, from −120, which stands for silence.

    Examples
    --------
    >>> rms_db([0.1, -0.1]), rms_db([0.0, 0.0])
    (-20.0, -120.0)
    """
    return float(20 * np.log10(max(root_mean_square(waveform), 10 ** (FLOOR_DB / 20))))


def rms_ratio(reference: ArrayLike, estimate: ArrayLike) -> float:
    """RMS of the estimate over that of the reference.

    Parameters
    ----------
    reference, estimate : float (time,)
        Of any length.

    Returns
    -------
    float
        0 for a silent estimate, 1 is right, above 1 the estimate is louder.

    Raises
    ------
    InputError
        If one is not a waveform, or the reference is silent: no level is right or wrong then.

    Examples
    --------
    >>> rms_ratio([0.5, -0.5], [0.25, -0.25])
    0.5
    """
    level = root_mean_square(reference)
    if level == 0:
        raise InputError("found a silent reference; expected sound to compare with; leave this clip out")
    return root_mean_square(estimate) / level


def root_mean_square(waveform: ArrayLike) -> float:
    """Level of a waveform, from 0 to 1 for samples in [−1, 1].

    Examples
    --------
    >>> root_mean_square([0.5, -0.5])
    0.5
    """
    samples = np.asarray(waveform)
    check_waveform(samples)
    return float(np.sqrt(np.mean(samples.astype(np.float64) ** 2)))


def _two_envelopes(
    reference: ArrayLike, estimate: ArrayLike, *, sample_rate: int
) -> tuple[FloatArray, FloatArray]:
    """Envelopes of two waveforms, cut to the same length."""
    n_reference, n_estimate = np.size(reference), np.size(estimate)
    if abs(n_reference - n_estimate) * ENVELOPE_RATE > sample_rate:
        raise InputError(
            f"found {n_reference} and {n_estimate} samples; expected the same length within "
            f"{1 / ENVELOPE_RATE:g} s; cut both to the same part of the clip"
        )
    first, second = (envelope(waveform, sample_rate=sample_rate) for waveform in (reference, estimate))
    n_frames = min(len(first), len(second))
    return first[:n_frames], second[:n_frames]


def _largest_lag(n_frames: int, max_lag_seconds: float) -> int:
    return min(round(max_lag_seconds * ENVELOPE_RATE), n_frames // 2)


def _compared(reference: FloatArray, estimate: FloatArray, max_lag_seconds: float) -> EnvelopeScore:
    """Correlate two envelopes at every lag; of equal correlations the smallest lag wins."""
    largest = _largest_lag(len(reference), max_lag_seconds)
    lags = np.arange(-largest, largest + 1)
    padded = np.pad(estimate, largest, constant_values=np.nan)
    late = np.lib.stride_tricks.sliding_window_view(padded, len(estimate))  # (n_lags, n_frames)
    overlap = np.isfinite(late)
    first, second = (
        _standardised(np.broadcast_to(reference, late.shape), overlap),
        _standardised(late, overlap),
    )
    by_lag = np.clip((first * second).sum(axis=1), -1, 1)
    by_size = np.argsort(np.abs(lags), kind="stable")
    best = by_size[np.argmax(by_lag[by_size].round(12))]  # rounded: equal but for the order of sums
    return EnvelopeScore(float(by_lag[largest]), float(by_lag[best]), float(lags[best] / ENVELOPE_RATE))


def _standardised(values: FloatArray, overlap: NDArray[np.bool_]) -> FloatArray:
    """Each row less its mean, of norm 1, over the overlap; 0 elsewhere and in rows that do not change."""
    kept = np.where(overlap, values, 0.0)
    mean = kept.sum(axis=1, keepdims=True) / overlap.sum(axis=1, keepdims=True)
    deviation = np.where(overlap, kept - mean, 0.0)
    flat = np.abs(deviation).max(axis=1) <= FLAT * kept.max(axis=1)
    norm = np.linalg.norm(deviation, axis=1)
    return np.asarray(deviation * np.where(flat, 0.0, 1 / np.where(flat, 1.0, norm))[:, None])
