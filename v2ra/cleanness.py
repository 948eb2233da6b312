"""How clean a recording is: how far its events stand above its floor, and how long tones are held in it.

Conventions
-----------
A waveform is (time,) in [−1, 1] at any rate of 8 kHz or more; levels are in dB, shares in [0, 1].

Source
------
Section 4.1 asks for "less background noise" and no "background music"; both measures are ours. The first needs
no annotation: percentiles of the level in windows of 50 ms. The second counts windows in which two narrow
peaks of the spectrum stay where they are for 0.3 s, as notes, hum and vowels do and impacts do not.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import ndimage, signal

from v2ra.errors import InputError
from v2ra.waveforms import check_waveform

FloatArray = NDArray[np.float64]

LEVEL_SECONDS = 0.05
LOUD_PERCENTILE, FLOOR_PERCENTILE = 95, 10  # events of 0.1 s, one or two a second, fill the loudest twentieth
LEAST_LEVEL_DB = -100.0  # digital silence: 16 bits end at −96 dB

WINDOW_SECONDS, HOP_SECONDS = 0.1, 0.05
TONE_BAND_HZ = (150.0, 4000.0)  # notes and vowels; mains hum below is no matter of the picture
NEIGHBOURS_HZ = 300.0  # a peak is narrow against the median of what lies around it
PEAK_DB = 15.0  # of noise, one bin in a thousand or fewer reaches it
HELD_SECONDS = 0.3  # struck wood, plastic and cloth have died away by then
HEARD = 1e-3  # of the loudest partial: what is 60 dB below is no matter
N_TONES = 2  # at once: a single one may be a bird


def signal_to_noise_db(waveform: ArrayLike, *, sample_rate: int) -> float:
    """Level of the loud part of a recording over its floor.

    Parameters
    ----------
    waveform : float (time,)
        In [−1, 1], 0.2 s or longer.
    sample_rate : int
        In Hz.

    Returns
    -------
    float
        In dB, 0 or more, higher is cleaner; 0 for silence and about 0.5 for noise alone.

    Raises
    ------
    InputError
        If it is not a waveform, or too short.

    Source
    ------
    Section 4.1; the measure is ours.

    Examples
    --------
    >>> sound = np.full(8000, 0.01)
    >>> sound[4000:5000] = 0.1
    >>> round(signal_to_noise_db(sound, sample_rate=8000))
    20
    """
    samples = _checked(waveform, sample_rate)
    width = round(LEVEL_SECONDS * sample_rate)
    windows = samples[: len(samples) // width * width].reshape(-1, width)  # (n_windows, time)
    power = np.mean(windows**2, axis=1)
    levels = np.maximum(10 * np.log10(np.maximum(power, 1e-30)), LEAST_LEVEL_DB)
    loud, floor = np.percentile(levels, [LOUD_PERCENTILE, FLOOR_PERCENTILE])
    return float(loud - floor)


def tone_share(waveform: ArrayLike, *, sample_rate: int) -> float:
    """Share of the time in which tones are held, as in music.

    Parameters
    ----------
    waveform : float (time,)
        In [−1, 1], 0.2 s or longer; its level plays no part.
    sample_rate : int
        In Hz, 8000 or more.

    Returns
    -------
    float
        In [0, 1], lower is cleaner; 0 for silence, noise and clicks.

    Raises
    ------
    InputError
        If it is not a waveform, too short, or its rate too low.

    Source
    ------
    Section 4.1; the measure is ours.

    Examples
    --------
    >>> time = np.arange(16000) / 8000
    >>> tone_share(np.sin(2 * np.pi * 440 * time) + np.sin(2 * np.pi * 660 * time), sample_rate=8000)
    1.0
    """
    samples = _checked(waveform, sample_rate)
    width, hop = round(WINDOW_SECONDS * sample_rate), round(HOP_SECONDS * sample_rate)
    frequencies, _, spectrum = signal.stft(
        samples, fs=sample_rate, nperseg=width, noverlap=width - hop, boundary=None, padded=False
    )  # (n_bins, n_frames)
    low, high = TONE_BAND_HZ
    magnitude = np.abs(spectrum[(frequencies >= low) & (frequencies <= high)])
    around = ndimage.median_filter(magnitude, (2 * round(NEIGHBOURS_HZ * WINDOW_SECONDS / 2) + 1, 1))
    top = magnitude == ndimage.maximum_filter1d(magnitude, 3, axis=0)
    peaks = top & (magnitude > 10 ** (PEAK_DB / 20) * around) & (magnitude > HEARD * magnitude.max())
    near = ndimage.maximum_filter1d(peaks.astype(np.uint8), 3, axis=0)  # a tone may waver by one bin
    n_held = round((HELD_SECONDS - WINDOW_SECONDS) / HOP_SECONDS) + 1
    held = ndimage.binary_opening(near, np.ones((1, min(n_held, near.shape[1])), bool)) & peaks
    return float(np.mean(np.count_nonzero(held, axis=0) >= N_TONES))


def _checked(waveform: ArrayLike, sample_rate: int) -> FloatArray:
    """Return the samples as float64, or refuse them."""
    samples = np.asarray(waveform)
    check_waveform(samples)
    least = 2 * WINDOW_SECONDS
    if sample_rate < 2 * TONE_BAND_HZ[1] or len(samples) < least * sample_rate:
        raise InputError(
            f"found {len(samples)} samples at {sample_rate} Hz; expected {least} s or more at 8000 Hz or more; "
            "give a longer sound"
        )
    return samples.astype(np.float64)
