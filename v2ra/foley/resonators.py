"""Building blocks of the synthetic sounds: resonating modes, shaped noise, envelopes, levels.

Conventions
-----------
Signals are mono ``(time,)`` float64 at ``sample_rate`` Hz without fixed scale. Frequencies are in Hz,
times in seconds, levels in dB. A decay is the time in which the level falls by 60 dB.

Source
------
Modal synthesis: a struck body is a sum of exponentially damped modes, each a two-pole resonator.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import signal

FloatArray = NDArray[np.float64]

LN_60_DB = np.log(1000.0)  # 60 dB is a factor of 1000 in amplitude


def decaying(n_samples: int, *, decay_seconds: float, sample_rate: int = 44_100) -> FloatArray:
    """Exponential decay from 1.

    Parameters
    ----------
    n_samples : int
        Length.
    decay_seconds : float
        Time of a fall by 60 dB.
    sample_rate : int
        In Hz.

    Returns
    -------
    ndarray, shape (time,)
        Gain 0..1.

    Examples
    --------
    >>> round(float(decaying(4410, decay_seconds=0.05)[2205]), 6)
    0.001
    """
    return np.asarray(np.exp(-LN_60_DB / (decay_seconds * sample_rate) * np.arange(n_samples)))


def ramp(n_samples: int, *, attack_seconds: float, sample_rate: int = 44_100) -> FloatArray:
    """Half-cosine rise from 0 to 1, then 1: keeps an onset free of a step.

    Examples
    --------
    >>> ramp(100, attack_seconds=0.001)[[0, 50]].round(2).tolist()
    [0.0, 1.0]
    """
    phase = np.minimum(np.arange(n_samples) / max(attack_seconds * sample_rate, 1), 1)
    return np.asarray(0.5 - 0.5 * np.cos(np.pi * phase))


def resonate(
    excitation: FloatArray,
    frequencies: FloatArray,
    *,
    levels_db: FloatArray,
    decays_seconds: FloatArray,
    sample_rate: int = 44_100,
) -> FloatArray:
    """Let a bank of modes ring with an excitation.

    Parameters
    ----------
    excitation : ndarray, shape (time,)
        Force; an impulse is a hit.
    frequencies : ndarray, shape (n_modes,)
        In Hz; modes from 0.48 of the sample rate on stay silent.
    levels_db : ndarray, shape (n_modes,)
        Level of each mode's ringing after an impulse.
    decays_seconds : ndarray, shape (n_modes,)
        60-dB decay of each mode.
    sample_rate : int
        In Hz.

    Returns
    -------
    ndarray, shape (time,)
        Sum of the modes.

    Examples
    --------
    >>> hit = np.eye(1, 44_100).ravel()
    >>> one = np.array([1.0])
    >>> ring = resonate(hit, 500 * one, levels_db=0 * one, decays_seconds=0.2 * one)
    >>> int(np.abs(np.fft.rfft(ring)).argmax())
    500
    """
    out = np.zeros_like(excitation)
    for frequency, level, decay in zip(frequencies, levels_db, decays_seconds, strict=True):
        if frequency >= 0.48 * sample_rate:
            continue
        radius = np.exp(-LN_60_DB / (decay * sample_rate))
        angle = 2 * np.pi * frequency / sample_rate
        # Zeros at DC and at half the rate: a strongly damped mode would else reach down to 0 Hz.
        zeros = 10 ** (level / 20) * np.array([0.5, 0.0, -0.5])
        out += signal.lfilter(zeros, [1.0, -2 * radius * np.cos(angle), radius**2], excitation)
    return out


def shaped_noise(
    n_samples: int, *, low_hz: float, high_hz: float, rng: np.random.Generator, sample_rate: int = 44_100
) -> FloatArray:
    """Noise between two frequencies, 12 dB an octave steep on both sides, RMS 1.

    Parameters
    ----------
    n_samples : int
        Length.
    low_hz, high_hz : float
        Corner frequencies; the upper one is held under 0.48 of the sample rate.
    rng : Generator
        Source of chance.
    sample_rate : int
        In Hz.

    Returns
    -------
    ndarray, shape (time,)
        Noise.

    Examples
    --------
    >>> noise = shaped_noise(4410, low_hz=500, high_hz=2000, rng=np.random.default_rng(0))
    >>> float(noise.std().round(2))
    1.0
    """
    # At least half an octave wide, so that the filter stays well-behaved.
    high_hz = min(max(high_hz, 1.5 * low_hz), 0.48 * sample_rate)
    sections = signal.butter(2, [low_hz, high_hz], "bandpass", fs=sample_rate, output="sos")
    warm_up = round(0.02 * sample_rate)  # the filter has settled when the noise is used
    noise = signal.sosfilt(sections, rng.standard_normal(warm_up + n_samples))[warm_up:]
    return np.asarray(noise / max(float(np.sqrt(np.mean(noise**2))), 1e-12))


def limited(sound: FloatArray, *, drive: float) -> FloatArray:
    """Scale a sound to peak 1 and round its peaks, as a recorder's limiter does.

    Parameters
    ----------
    sound : ndarray, shape (time,)
        Any scale.
    drive : float
        0 leaves the form alone; 3 lifts the soft parts by about 9 dB against the peak.

    Returns
    -------
    ndarray, shape (time,)
        Peak 1.

    Examples
    --------
    >>> limited(np.array([0.0, 1.0, -4.0]), drive=3.0).round(2).tolist()
    [0.0, 0.64, -1.0]
    """
    scaled = sound / max(float(np.abs(sound).max()), 1e-12)
    return np.asarray(np.tanh(drive * scaled) / np.tanh(drive)) if drive > 1e-6 else scaled


def unit_energy(sound: FloatArray) -> FloatArray:
    """Scale a sound to energy 1 (sum of squares), so that parts can be mixed by level.

    Examples
    --------
    >>> unit_energy(np.array([3.0, 4.0])).tolist()
    [0.6, 0.8]
    """
    return sound / max(float(np.sqrt(np.sum(sound**2))), 1e-12)
