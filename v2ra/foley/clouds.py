"""Clouds of grains: many small impacts at random times, such as gravel underfoot or a crackle.

Conventions
-----------
Signals are mono ``(time,)`` float64 at ``sample_rate`` Hz without fixed scale. Rates and frequencies are
in Hz, times in seconds; a decay is the time in which the level falls by 60 dB.

Source
------
Particle models of sound: independent grains that arrive as a Poisson process, each a damped resonance.
"""

import numpy as np
from numpy.typing import NDArray

from v2ra.foley.resonators import resonate

FloatArray = NDArray[np.float64]

N_PITCHES = 10  # groups of grains with a pitch of their own: enough that no single one stands out
OVERTONE = 2.3  # ratio of a grain's second mode to its first, not harmonic


def grains(
    n_samples: int, *, rate_hz: float, rng: np.random.Generator, sample_rate: int = 44_100
) -> FloatArray:
    """Impulses at random times (Poisson) with log-normal heights of either sign; one falls on sample 0.

    Parameters
    ----------
    n_samples : int
        Length.
    rate_hz : float
        Mean number of impulses a second.
    rng : Generator
        Source of chance.
    sample_rate : int
        In Hz.

    Returns
    -------
    ndarray, shape (time,)
        Impulses, zero elsewhere.

    Examples
    --------
    >>> cloud = grains(44_100, rate_hz=100, rng=np.random.default_rng(0))
    >>> bool(70 < np.count_nonzero(cloud) < 130)
    True
    """
    n_grains = int(rng.poisson(rate_hz * n_samples / sample_rate)) + 1
    at = rng.integers(0, n_samples, size=n_grains)
    at[0] = 0
    out = np.zeros(n_samples)
    np.add.at(out, at, rng.lognormal(0.0, 0.6, size=n_grains) * rng.choice([-1.0, 1.0], size=n_grains))
    return out


def grain_cloud(
    shape: FloatArray,
    *,
    rate_hz: float,
    pitch_hz: float,
    spread: float,
    decay_seconds: float,
    rng: np.random.Generator,
    sample_rate: int = 44_100,
) -> FloatArray:
    """Cloud of ringing grains under an envelope; the first grains fall on sample 0.

    Parameters
    ----------
    shape : ndarray, shape (time,)
        Envelope 0..1, which weighs each grain.
    rate_hz : float
        Mean number of grains a second.
    pitch_hz : float
        Median pitch of the grains.
    spread : float
        Standard deviation of ln(pitch).
    decay_seconds : float
        Mean 60-dB decay of a grain.
    rng : Generator
        Source of chance.
    sample_rate : int
        In Hz.

    Returns
    -------
    ndarray, shape (time,)
        Sum of the grains.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> grain_cloud(np.ones(4410), rate_hz=500, pitch_hz=3e3, spread=0.3, decay_seconds=0.01, rng=rng).shape
    (4410,)
    """
    out = np.zeros(shape.size)
    for _ in range(N_PITCHES):
        force = shape * grains(shape.size, rate_hz=rate_hz / N_PITCHES, rng=rng, sample_rate=sample_rate)
        pitch = min(pitch_hz * float(np.exp(spread * rng.standard_normal())), 0.4 * sample_rate)
        decay = decay_seconds * rng.uniform(0.7, 1.4)
        out += resonate(
            force,
            pitch * np.array([1.0, OVERTONE]),
            levels_db=np.array([0.0, -8.0]),
            decays_seconds=decay * np.array([1.0, 0.6]),
            sample_rate=sample_rate,
        )
    return out
