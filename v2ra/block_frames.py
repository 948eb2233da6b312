"""From a sound to the windows that block thresholding works on, and back.

Conventions
-----------
A window is 50 ms or little more, Hann, and starts a quarter of its length after the one before: a *hop*.
Spectra are complex64 (n_frames, n_bins), bin 0 is DC; white noise has its own power in every cell.

Source
------
Section 3.3; [44] (Yu, Mallat and Bacry 2008). Windows at a quarter instead of half of their length are ours.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from v2ra.waveforms import Waveform

WINDOW_SECONDS = 0.05  # the authors' choice; shorter ones blur calls, longer ones impacts
WINDOWS_PER_LENGTH = 4  # Hann windows, applied twice, add up to a constant from four on

STAGGER = WINDOWS_PER_LENGTH // 2  # sets of windows that overlap by half


def window_length(sample_rate: int) -> int:
    """Return the samples of a window: 50 ms or little more, four hops, quick to transform.

    Examples
    --------
    >>> window_length(44_100), window_length(48_000)
    (2240, 2400)
    """
    hop = fft.next_fast_len(int(np.ceil(WINDOW_SECONDS * sample_rate / WINDOWS_PER_LENGTH)))
    return WINDOWS_PER_LENGTH * int(hop)


def mirrored(samples: Waveform, width: int, *, multiple: int) -> Waveform:
    """Mirror a sound around its ends: a window before it, one or more behind, (time,) → (longer,).

    Parameters
    ----------
    samples : float32 (time,)
        At least one sample.
    width : int
        Of a window.
    multiple : int
        The windows of the result are a multiple of this.

    Examples
    --------
    >>> len(spectra_of(mirrored(np.ones(1000, np.float32), 400, multiple=16), 400))
    32
    """
    hop = width // WINDOWS_PER_LENGTH
    n_frames = -(-(len(samples) + 2 * width) // (hop * multiple)) * multiple
    n_padded = (n_frames - 1) * hop + width
    return np.pad(samples, (width, n_padded - width - len(samples)), mode="symmetric")


def spectra_of(samples: Waveform, width: int) -> NDArray[np.complex64]:
    """Transform the whole windows of a sound, (time,) → (n_frames, n_bins).

    Examples
    --------
    >>> noise = np.random.default_rng(0).standard_normal(80_000).astype(np.float32)
    >>> round(float(power_of(spectra_of(noise, 400))[:, 1:-1].mean()), 1)
    1.0
    """
    frames = np.lib.stride_tricks.sliding_window_view(samples, width)[:: width // WINDOWS_PER_LENGTH]
    hann = _hann(width)
    return np.asarray(fft.rfft(frames * (hann / np.linalg.norm(hann)), axis=1))


def sound_of(spectra: NDArray[np.complex64], width: int) -> Waveform:
    """Add windows up, (n_frames, n_bins) → (time,); the inverse of `spectra_of` but for a window at each end.

    Examples
    --------
    >>> sound = np.sin(np.arange(200, dtype=np.float32))
    >>> bool(np.allclose(sound_of(spectra_of(sound, 40), 40)[40:160], sound[40:160], atol=1e-6))
    True
    """
    hann, hop = _hann(width), width // WINDOWS_PER_LENGTH
    # The sum of hann² over the windows at one sample is 3/8 of their number there: 1.5.
    gain = hann * np.float32(np.linalg.norm(hann) / (0.375 * WINDOWS_PER_LENGTH))
    frames = fft.irfft(spectra, width, axis=1) * gain  # (n_frames, width)
    parts = frames.reshape(len(frames), WINDOWS_PER_LENGTH, hop)
    summed = np.zeros((len(frames) + WINDOWS_PER_LENGTH - 1, hop), np.float32)
    for place in range(WINDOWS_PER_LENGTH):
        summed[place : place + len(frames)] += parts[:, place]
    return summed.ravel()


def power_of(spectra: NDArray[np.complex64]) -> NDArray[np.float32]:
    """Return |Y|² of each cell.

    Examples
    --------
    >>> power_of(np.array([3 + 4j], np.complex64))
    array([25.], dtype=float32)
    """
    return np.asarray(np.square(spectra.real) + np.square(spectra.imag))


def _hann(width: int) -> NDArray[np.float32]:
    return np.asarray(0.5 - 0.5 * np.cos(2 * np.pi * np.arange(width) / width), np.float32)
