"""Block thresholding: noise is taken out of a spectrogram, block by block.

The sound is cut into windows of about 50 ms that start every quarter of one. Each window is transformed,
`v2ra.block_shapes` attenuates the cells, and what comes back is transformed again: from it an empirical
Wiener filter, power over power plus noise, is made and applied to the noisy cells. Even and odd windows
have macroblocks of their own, in which windows overlap by half as in [44], and the mean of both is heard.

The noise is known (`noise_std`), white then, or measured: the quietest fifth of the windows, by their power,
is taken for noise, and the median of its cells over bands of 16 bins (320 Hz), divided by ln 2, for its
power. Medians pass over rare events and over tones up to some 30 dB above the noise; windows of digital
silence do not count.

Conventions
-----------
A waveform is (time,) in [−1, 1] at 8 kHz or more, and what comes back float32 of the same length. Around the
ends the sound is mirrored, so that the first and last sample lie in as many windows as any other.
`noise_std` is the RMS of the noise; 0 leaves the sound as it is.

Source
------
Section 3.3; [44] (Yu, Mallat and Bacry 2008). Windows at a quarter instead of half of their length, the ends
and the measured noise are ours. ``tests/test_denoising.py`` holds it against the authors' own output.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import fft

from v2ra.block_shapes import N_BINS, N_FRAMES, attenuation, n_bands
from v2ra.errors import InputError
from v2ra.waveforms import Waveform, check_waveform

WINDOW_SECONDS = 0.05  # the authors' choice; shorter ones blur calls, longer ones impacts
WINDOWS_PER_LENGTH = 4  # Hann windows, applied twice, add up to a constant from four on
STAGGER = WINDOWS_PER_LENGTH // 2  # sets of windows that overlap by half
PIECE_FRAMES = 256  # windows that are transformed at a time: 5 MB at 44.1 kHz
QUIET_SHARE = 0.2
SILENCE = 1e-12  # power, relative to the loudest window, of one that is digital silence
LOUD = 1e6  # noise so far above the loudest sample leaves nothing, and its power is still a float32
MIN_SAMPLE_RATE = 8000  # as for onsets


def block_threshold(waveform: ArrayLike, *, sample_rate: int, noise_std: float | None = None) -> Waveform:
    """Take noise out of a sound.

    Parameters
    ----------
    waveform : float (time,)
        Any length from one sample on.
    sample_rate : int
        In Hz, 8000 or more.
    noise_std : float, optional
        RMS of white noise. Without it the noise is measured by band from the quietest windows.

    Returns
    -------
    float32 (time,)
        As long as the input. What is steady over the whole sound (DC, a tone) stays.

    Raises
    ------
    InputError
        If it is not a waveform, the rate is too low, the noise negative or no number, or the sound too short
        to measure noise from.

    Examples
    --------
    >>> noise = 0.1 * np.random.default_rng(0).standard_normal(8000)
    >>> bool(block_threshold(noise, sample_rate=8000, noise_std=0.1).std() < 0.01)
    True
    """
    samples = _checked(waveform, sample_rate)
    peak = float(np.abs(samples).max())
    if noise_std is not None and not 0 <= noise_std < np.inf:
        raise InputError(f"found a noise level of {noise_std}; expected an RMS of 0 or more; correct it")
    if peak == 0 or noise_std == 0:
        return samples.astype(np.float32)
    scaled = (samples / peak).astype(np.float32)
    width = window_length(sample_rate)
    n_bins = width // 2 + 1
    if noise_std is None:
        bands = _band_powers(scaled, width)
    else:
        bands = np.full(n_bands(n_bins), min(noise_std / peak, LOUD) ** 2)
    by_bin = np.repeat(bands, N_BINS)
    by_bin = np.pad(by_bin, (1, n_bins - 1 - len(by_bin)), mode="edge")  # (n_bins,)
    return np.asarray(_thresholded(scaled, width, by_bin) * np.float32(peak))


def estimate_noise_std(waveform: ArrayLike, *, sample_rate: int) -> float:
    """Measure the RMS of the noise from the quietest fifth of a sound.

    Parameters
    ----------
    waveform : float (time,)
        One window, 50 ms, or longer; a second or more for a figure within 1 dB.
    sample_rate : int
        In Hz, 8000 or more.

    Returns
    -------
    float
        0 for silence.

    Raises
    ------
    InputError
        If it is not a waveform, too short, or the rate too low.

    Examples
    --------
    >>> noise = 0.1 * np.random.default_rng(0).standard_normal(8000)
    >>> round(estimate_noise_std(noise, sample_rate=8000), 3)
    0.094
    """
    samples = _checked(waveform, sample_rate)
    peak = float(np.abs(samples).max())
    if peak == 0:
        return 0.0
    powers = _band_powers((samples / peak).astype(np.float32), window_length(sample_rate))
    return peak * float(np.sqrt(powers.mean()))


def window_length(sample_rate: int) -> int:
    """Return the samples of a window: 50 ms or little more, four hops, quick to transform.

    Examples
    --------
    >>> window_length(44_100), window_length(48_000)
    (2240, 2400)
    """
    hop = fft.next_fast_len(int(np.ceil(WINDOW_SECONDS * sample_rate / WINDOWS_PER_LENGTH)))
    return WINDOWS_PER_LENGTH * int(hop)


def _checked(waveform: ArrayLike, sample_rate: int) -> NDArray[np.floating]:
    samples = np.asarray(waveform)
    check_waveform(samples)
    if sample_rate < MIN_SAMPLE_RATE:
        raise InputError(f"found {sample_rate} Hz; expected {MIN_SAMPLE_RATE} Hz or more; resample the sound")
    return samples


def _hann(width: int) -> NDArray[np.float32]:
    return np.asarray(0.5 - 0.5 * np.cos(2 * np.pi * np.arange(width) / width), np.float32)


def _spectra(samples: Waveform, width: int) -> NDArray[np.complex64]:
    """Transform the whole windows of a sound, (time,) → (n_frames, n_bins); white noise has its own power."""
    frames = np.lib.stride_tricks.sliding_window_view(samples, width)[:: width // WINDOWS_PER_LENGTH]
    hann = _hann(width)
    return np.asarray(fft.rfft(frames * (hann / np.linalg.norm(hann)), axis=1))


def _sound(spectra: NDArray[np.complex64], width: int) -> Waveform:
    """Add windows up, (n_frames, n_bins) → (time,); the inverse of `_spectra` but for a window at each end."""
    hann, hop = _hann(width), width // WINDOWS_PER_LENGTH
    # The sum of hann² over the windows at one sample is 3/8 of their number there: 1.5.
    gain = hann * np.float32(np.linalg.norm(hann) / (0.375 * WINDOWS_PER_LENGTH))
    frames = fft.irfft(spectra, width, axis=1) * gain  # (n_frames, width)
    parts = frames.reshape(len(frames), WINDOWS_PER_LENGTH, hop)
    summed = np.zeros((len(frames) + WINDOWS_PER_LENGTH - 1, hop), np.float32)
    for place in range(WINDOWS_PER_LENGTH):
        summed[place : place + len(frames)] += parts[:, place]
    return summed.ravel()


def _thresholded(samples: Waveform, width: int, noise: NDArray[np.float64]) -> Waveform:
    """Filter a sound in pieces, each with a macroblock more on both sides than it is wanted for."""
    hop, margin = width // WINDOWS_PER_LENGTH, N_FRAMES * STAGGER
    n_frames = -(-(len(samples) + 2 * width) // (hop * margin)) * margin
    n_padded = (n_frames - 1) * hop + width
    padded = np.pad(samples, (width, n_padded - width - len(samples)), mode="symmetric")
    filtered = np.empty(n_frames * hop, np.float32)
    for first in range(0, n_frames, PIECE_FRAMES):
        start, stop = max(first - margin, 0), min(first + PIECE_FRAMES + margin, n_frames)
        piece = _filtered(padded[start * hop : (stop - 1) * hop + width], width, noise)
        wanted = filtered[first * hop : (first + PIECE_FRAMES) * hop]
        wanted[:] = piece[(first - start) * hop :][: len(wanted)]
    return filtered[width : width + len(samples)]


def _filtered(samples: Waveform, width: int, noise: NDArray[np.float64]) -> Waveform:
    """Threshold and then Wiener-filter a whole number of macroblocks."""
    per_bin = np.maximum(noise, np.finfo(np.float32).tiny).astype(np.float32)  # (n_bins,)
    noisy = _spectra(samples, width)  # (n_frames, n_bins)
    power = _power(noisy) / per_bin
    factors = np.empty_like(power)
    for first in range(STAGGER):
        factors[first::STAGGER] = attenuation(power[first::STAGGER])
    thresholded = _power(_spectra(_sound(noisy * factors, width), width))
    return _sound(noisy * (thresholded / (thresholded + per_bin)), width)


def _power(spectra: NDArray[np.complex64]) -> NDArray[np.float32]:
    return np.asarray(np.square(spectra.real) + np.square(spectra.imag))


def _band_powers(samples: Waveform, width: int) -> NDArray[np.float64]:
    """Measure the noise in each band of 16 bins, (n_bands,)."""
    if len(samples) < width:
        raise InputError(
            f"found {len(samples)} samples; expected {width} or more to measure noise from; give its level"
        )
    power = _power(_spectra(samples, width))  # (n_frames, n_bins)
    level = power.mean(axis=1)
    level[level <= SILENCE * level.max()] = np.nan
    quiet = power[level <= np.nanquantile(level, QUIET_SHARE)]
    n_across = n_bands(power.shape[1])
    bands = quiet[:, 1 : 1 + N_BINS * n_across].reshape(len(quiet), n_across, N_BINS)
    # The power of a noisy cell has an exponential distribution: its median is ln 2 of its mean.
    return np.asarray(np.median(bands, axis=(0, 2)) / np.log(2), np.float64)
