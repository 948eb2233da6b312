"""Cochleagram: how loud a sound is in each band of hearing, over time.

A bank of band-pass filters, half a cosine each on the scale of equivalent rectangular bandwidths, with a low pass
below and a high pass above; the envelope of each band, its mean in frames that touch, compressed as the ear does.
Squares of the responses add up to 1, so that filtering twice and adding up gives the sound back.

Conventions
-----------
A waveform is float (time,) in [−1, 1]. A cochleagram is float32 ``(n_frames, n_bands + 2)``, linear amplitude to
the power of `exponent`, from 0; frame k covers the samples from k to k + 1 frames of ``sample_rate /
envelope_rate`` samples, and the last may reach past the end of the sound. *Subbands* are complex
``(n_bands + 2, n_coarse)``: analytic signals moved down to 0 Hz, which leaves the envelope as it is, at a rate
just above the widest band's width.

Source
------
Owens et al. (2016), the paper's [12], Section 4: 40 bands, low and high pass, 90 Hz, exponent 0.3; filters of
McDermott and Simoncelli (2011); the scale of Glasberg and Moore (1990). Limits in Hz and means in frames are ours.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import fft

from v2ra.errors import InputError
from v2ra.timing import PAPER
from v2ra.waveforms import check_waveform

Float32 = NDArray[np.float32]
Complex64 = NDArray[np.complex64]

PADDING_FRAMES = 9  # 0.1 s of zeros: the filters' ringing must not come in again at the start


@dataclass(frozen=True)
class Settings:
    """Choices of a cochleagram."""

    n_bands: int = 40  # [12], Section 4; a low and a high pass come on top
    low_hz: float = 50.0  # edge of the lowest band: below lies no sound of a contact
    high_hz: float = 20_000.0  # edge of the highest band: the end of hearing
    exponent: float = 0.3  # [12], Section 4
    envelope_rate: int = 90  # Hz; [12], Section 4: three values a frame of video
    sample_rate: int = PAPER.sample_rate

    def __post_init__(self) -> None:
        """Refuse limits between which no bands lie, and frames of no whole number of samples."""
        if not (self.n_bands >= 1 and 0 < self.low_hz < self.high_hz < self.sample_rate / 2):
            raise InputError(
                f"found {self.n_bands} bands from {self.low_hz:g} to {self.high_hz:g} Hz; expected one or more, "
                f"rising, below {self.sample_rate / 2:g} Hz; correct the settings"
            )
        if self.envelope_rate < 1 or self.sample_rate % self.envelope_rate or not self.exponent > 0:
            raise InputError(
                f"found {self.envelope_rate} frames a second at {self.sample_rate} Hz, exponent {self.exponent:g}; "
                "expected a divisor of the rate and a positive exponent; correct the settings"
            )

    @property
    def samples_per_frame(self) -> int:
        """Samples that one frame covers."""
        return self.sample_rate // self.envelope_rate

    def n_frames(self, n_samples: int) -> int:
        """Frames that cover a sound."""
        return -(-n_samples // self.samples_per_frame)


DEFAULT = Settings()


def erb_number(frequency_hz: ArrayLike) -> NDArray[np.float64]:
    """Return how many equivalent rectangular bandwidths lie below a frequency (Glasberg and Moore, 1990).

    Examples
    --------
    >>> erb_number([0.0, 1000.0]).round(2).tolist()
    [0.0, 15.62]
    """
    return np.asarray(21.4 * np.log10(1 + 0.00437 * np.asarray(frequency_hz, np.float64)))


@dataclass(frozen=True, eq=False)
class Bank:
    """The filters for sounds of one length.

    Attributes
    ----------
    n_fft, n_coarse : int
        Length of a padded sound and of its subbands.
    first_bins : tuple of int
        Where in the spectrum of a sound each band begins.
    weights : tuple of float32 (n_bins,)
        Response of each band from there on, real: without delay.
    """

    n_fft: int
    n_coarse: int
    first_bins: tuple[int, ...]
    weights: tuple[Float32, ...]

    def responses(self) -> Float32:
        """Return the whole responses, ``(n_bands + 2, n_fft // 2 + 1)``."""
        whole = np.zeros((len(self.weights), self.n_fft // 2 + 1), np.float32)
        for row, first, weights in zip(whole, self.first_bins, self.weights, strict=True):
            row[first : first + len(weights)] = weights
        return whole

    def split(self, waveform: NDArray[np.floating]) -> Complex64:
        """Return the subbands of a sound of at most `n_fft` samples."""
        spectrum = 2 * fft.rfft(np.asarray(waveform, np.float32), self.n_fft)
        spectrum[0] /= 2  # DC is there once, all else at ±f
        bands = np.zeros((len(self.weights), self.n_coarse), np.complex64)
        for band, first, weights in zip(bands, self.first_bins, self.weights, strict=True):
            band[: len(weights)] = weights * spectrum[first : first + len(weights)]
        return np.asarray(fft.ifft(bands, axis=1) * np.float32(self.n_coarse / self.n_fft))

    def join(self, subbands: Complex64) -> Float32:
        """Return the sound, ``(n_fft,)``, whose bands come nearest to these: each is filtered again."""
        bands = fft.fft(subbands, axis=1) * np.float32(self.n_fft / self.n_coarse)
        spectrum = np.zeros(self.n_fft // 2 + 1, np.complex64)
        for band, first, weights in zip(bands, self.first_bins, self.weights, strict=True):
            spectrum[first : first + len(weights)] += weights * band[: len(weights)]
        spectrum[1:] /= 2
        return np.asarray(fft.irfft(spectrum, self.n_fft), np.float32)


@lru_cache(maxsize=4)
def filter_bank(n_frames: int, settings: Settings) -> Bank:
    """Return the filters for sounds of so many frames.

    Examples
    --------
    >>> bank = filter_bank(90, DEFAULT)
    >>> responses = bank.responses()
    >>> responses.shape[0], bool(np.allclose((responses**2).sum(0), 1, atol=1e-6))
    (42, True)
    """
    n_padded = n_frames + PADDING_FRAMES
    n_fft = n_padded * settings.samples_per_frame
    low, high = erb_number([settings.low_hz, settings.high_hz])
    last = settings.n_bands + 1  # of the steps between the limits; band k is highest at step k
    steps = (erb_number(fft.rfftfreq(n_fft, 1 / settings.sample_rate)) - low) / (high - low) * last
    steps = steps.clip(0, last)  # (n_bins,): outside the limits the low and the high pass are flat
    firsts, weights = [], []
    for band in range(last + 1):
        bins = np.flatnonzero(np.abs(steps - band) < 1)
        found = np.cos(np.pi / 2 * np.abs(steps - band))
        firsts.append(int(bins[0]) if len(bins) else 0)
        weights.append(found[firsts[-1] : bins[-1] + 1 if len(bins) else 0].astype(np.float32))
    widest = -(-max(map(len, weights)) // n_padded)
    return Bank(n_fft, n_padded * fft.next_fast_len(widest), tuple(firsts), tuple(weights))


def frame_envelopes(subbands: Complex64, *, n_frames: int) -> Float32:
    """Return the mean envelope in each of the first frames, ``(n_frames, n_bands + 2)``, not compressed."""
    n_padded = n_frames + PADDING_FRAMES
    envelopes = np.abs(subbands).reshape(len(subbands), n_padded, -1).mean(2)  # (n_bands + 2, n_padded)
    return np.ascontiguousarray(envelopes[:, :n_frames].T, np.float32)


def cochleagram(waveform: NDArray[np.floating], *, settings: Settings = DEFAULT) -> Float32:
    """Return the cochleagram of a sound.

    Parameters
    ----------
    waveform : float (time,)
        At ``settings.sample_rate``.
    settings : Settings
        Bands, rate and compression.

    Returns
    -------
    float32 (n_frames, n_bands + 2)
        From 0, silence, on; a full-scale tone gives about 1 in its band.

    Raises
    ------
    InputError
        If it is not a waveform.

    Source
    ------
    Owens et al. (2016), Section 4.

    Examples
    --------
    >>> tone = np.sin(2 * np.pi * 1000 * np.arange(44100) / 44100)
    >>> bands = cochleagram(tone)
    >>> bands.shape, int(bands[45].argmax())
    ((90, 42), 14)
    """
    check_waveform(waveform)
    n_frames = settings.n_frames(len(waveform))
    subbands = filter_bank(n_frames, settings).split(waveform)
    return np.asarray(frame_envelopes(subbands, n_frames=n_frames) ** np.float32(settings.exponent))
