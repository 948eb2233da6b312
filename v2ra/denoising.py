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

from v2ra.block_frames import (
    STAGGER,
    WINDOWS_PER_LENGTH,
    mirrored,
    power_of,
    sound_of,
    spectra_of,
    window_length,
)
from v2ra.block_shapes import N_BINS, N_FRAMES, Shape, attenuation, check_shape, n_bands
from v2ra.errors import InputError
from v2ra.scheme_settings import DENOISING
from v2ra.waveforms import Waveform, check_waveform

PIECE_FRAMES = 256  # windows that are transformed at a time: 5 MB at 44.1 kHz
QUIET_SHARE = DENOISING.quiet_share
SILENCE = 1e-12  # power, relative to the loudest window, of one that is digital silence
LOUD = 1e6  # noise so far above the loudest sample leaves nothing, and its power is still a float32
MIN_SAMPLE_RATE = 8000  # as for onsets


def block_threshold(
    waveform: ArrayLike,
    *,
    sample_rate: int,
    noise_std: float | None = None,
    shape: Shape | None = None,
    quiet_share: float = QUIET_SHARE,
) -> Waveform:
    """Take noise out of a sound.

    Parameters
    ----------
    waveform : float (time,)
        Any length from one sample on.
    sample_rate : int
        In Hz, 8000 or more.
    noise_std : float, optional
        RMS of white noise. Without it the noise is measured by band from the quietest windows.
    shape : (frames, bins), optional
        One block shape for all macroblocks, of `v2ra.block_shapes.SHAPES`; without it each takes the shape
        of the least risk.
    quiet_share : float
        Of the windows, in (0, 1]: the quietest, in which the noise is measured.

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
    check_shape(shape)
    scaled, peak, noise = scaled_and_noise(
        waveform, sample_rate=sample_rate, noise_std=noise_std, quiet_share=quiet_share
    )
    if not peak or noise_std == 0:
        return scaled * np.float32(peak)
    return np.asarray(_thresholded(scaled, window_length(sample_rate), noise, shape) * np.float32(peak))


def scaled_and_noise(
    waveform: ArrayLike, *, sample_rate: int, noise_std: float | None, quiet_share: float = QUIET_SHARE
) -> tuple[Waveform, float, NDArray[np.float32]]:
    """Bring a sound to a peak of 1, and say how much noise is in it.

    Parameters
    ----------
    waveform, sample_rate, noise_std, quiet_share
        As of `block_threshold`.

    Returns
    -------
    float32 (time,)
        The sound over its peak.
    float
        That peak; 0 for silence, which stays as it is.
    float32 (n_bins,)
        Power of the noise in each bin, relative to the square of the peak.

    Raises
    ------
    InputError
        As `block_threshold`.

    Examples
    --------
    >>> sound, peak, noise = scaled_and_noise(np.full(8000, 0.5), sample_rate=8000, noise_std=0.1)
    >>> peak, noise[:2].round(3).tolist()
    (0.5, [0.03999999910593033, 0.03999999910593033])
    """
    samples = _checked(waveform, sample_rate)
    if noise_std is not None and not 0 <= noise_std < np.inf:
        raise InputError(f"found a noise level of {noise_std}; expected an RMS of 0 or more; correct it")
    peak, width = float(np.abs(samples).max()), window_length(sample_rate)
    n_bins = width // 2 + 1
    if not peak:
        return samples.astype(np.float32), peak, np.zeros(n_bins, np.float32)
    scaled = (samples / peak).astype(np.float32)
    if noise_std is None:
        bands = _band_powers(scaled, width, quiet_share)
    else:
        bands = np.full(n_bands(n_bins), min(noise_std / peak, LOUD) ** 2)
    by_bin = np.repeat(bands, N_BINS)
    by_bin = np.pad(by_bin, (1, n_bins - 1 - len(by_bin)), mode="edge")
    return scaled, peak, np.maximum(by_bin, np.finfo(np.float32).tiny).astype(np.float32)


def estimate_noise_std(waveform: ArrayLike, *, sample_rate: int, quiet_share: float = QUIET_SHARE) -> float:
    """Measure the RMS of the noise from the quietest part of a sound.

    Parameters
    ----------
    waveform : float (time,)
        One window, 50 ms, or longer; a second or more for a figure within 1 dB.
    sample_rate : int
        In Hz, 8000 or more.
    quiet_share : float
        As of `block_threshold`.

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
    powers = _band_powers((samples / peak).astype(np.float32), window_length(sample_rate), quiet_share)
    return peak * float(np.sqrt(powers.mean()))


def _checked(waveform: ArrayLike, sample_rate: int) -> NDArray[np.floating]:
    samples = np.asarray(waveform)
    check_waveform(samples)
    if sample_rate < MIN_SAMPLE_RATE:
        raise InputError(f"found {sample_rate} Hz; expected {MIN_SAMPLE_RATE} Hz or more; resample the sound")
    return samples


def _thresholded(samples: Waveform, width: int, noise: NDArray[np.float32], shape: Shape | None) -> Waveform:
    """Filter a sound in pieces, each with a macroblock more on both sides than it is wanted for."""
    hop, margin = width // WINDOWS_PER_LENGTH, N_FRAMES * STAGGER
    padded = mirrored(samples, width, multiple=margin)
    n_frames = (len(padded) - width) // hop + 1
    filtered = np.empty(n_frames * hop, np.float32)
    for first in range(0, n_frames, PIECE_FRAMES):
        start, stop = max(first - margin, 0), min(first + PIECE_FRAMES + margin, n_frames)
        piece = _filtered(padded[start * hop : (stop - 1) * hop + width], width, noise, shape)
        wanted = filtered[first * hop : (first + PIECE_FRAMES) * hop]
        wanted[:] = piece[(first - start) * hop :][: len(wanted)]
    return filtered[width : width + len(samples)]


def _filtered(samples: Waveform, width: int, noise: NDArray[np.float32], shape: Shape | None) -> Waveform:
    """Threshold and then Wiener-filter a whole number of macroblocks."""
    noisy = spectra_of(samples, width)  # (n_frames, n_bins)
    power = power_of(noisy) / noise
    factors = np.empty_like(power)
    for first in range(STAGGER):
        factors[first::STAGGER] = attenuation(power[first::STAGGER], shape=shape)
    thresholded = power_of(spectra_of(sound_of(noisy * factors, width), width))
    return sound_of(noisy * (thresholded / (thresholded + noise)), width)


def _band_powers(samples: Waveform, width: int, quiet_share: float) -> NDArray[np.float64]:
    """Measure the noise in each band of 16 bins, (n_bands,)."""
    if not 0 < quiet_share <= 1:
        raise InputError(f"found quiet_share = {quiet_share}; expected a share in (0, 1]; correct it")
    if len(samples) < width:
        raise InputError(
            f"found {len(samples)} samples; expected {width} or more to measure noise from; give its level"
        )
    power = power_of(spectra_of(samples, width))  # (n_frames, n_bins)
    level = power.mean(axis=1)
    level[level <= SILENCE * level.max()] = np.nan
    quiet = power[level <= np.nanquantile(level, quiet_share)]
    n_across = n_bands(power.shape[1])
    bands = quiet[:, 1 : 1 + N_BINS * n_across].reshape(len(quiet), n_across, N_BINS)
    # The power of a noisy cell has an exponential distribution: its median is ln 2 of its mean.
    return np.asarray(np.median(bands, axis=(0, 2)) / np.log(2), np.float64)
