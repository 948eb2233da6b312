"""Log-amplitude mel spectrogram of a sound, and the sound that Griffin and Lim's iteration finds for one.

Conventions
-----------
A waveform is float (time,) in [−1, 1] at 44.1 kHz. A spectrogram is float32 ``(n_mels, n_frames)`` in [−1, 1]: −1
is `floor_db`, 1 is `ceiling_db`, both re a full-scale tone. Frame k is centred on the middle of its hop, so
that frames tile the sound.

Source
------
Chen et al. (2017), the paper's [13], Section 4: log-amplitude of the mel spectrum, found back by Griffin and Lim
(1984). The sizes are ours; the mel scale is Slaney's, whose bands are wide enough for the transform at 40 Hz.
"""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torchaudio.functional import griffinlim, melscale_fbanks

from v2ra.baselines.fitting import seeded
from v2ra.errors import InputError
from v2ra.timing import PAPER
from v2ra.waveforms import check_waveform

Float32 = NDArray[np.float32]


@dataclass(frozen=True)
class Settings:
    """Choices of a spectrogram."""

    n_mels: int = 128  # [13], Section 4
    n_fft: int = 2048  # 46 ms: shorter windows merge the lowest bands
    hop_length: int = 882  # 20 ms: five frames a feature vector
    low_hz: float = 40.0
    high_hz: float = 20_000.0  # the end of hearing
    floor_db: float = -100.0  # below the last of 16 bits in a band
    ceiling_db: float = 0.0  # a full-scale tone
    n_iterations: int = 32  # of Griffin and Lim; twice as many change the spectrogram by 0.1 dB on average
    sample_rate: int = PAPER.sample_rate

    def __post_init__(self) -> None:
        """Refuse a spectrogram that could not be turned back."""
        if not (0 < self.hop_length <= self.n_fft // 2 and self.floor_db < self.ceiling_db):
            raise InputError(
                f"found windows of {self.n_fft} every {self.hop_length} samples, {self.floor_db:g} to "
                f"{self.ceiling_db:g} dB; expected two windows or more over each sample and a rising range; "
                "correct the settings"
            )

    def n_frames(self, n_samples: int) -> int:
        """Frames that cover a sound."""
        return -(-n_samples // self.hop_length)


DEFAULT = Settings()


def log_mel(waveform: NDArray[np.floating], *, settings: Settings = DEFAULT) -> Float32:
    """Return the spectrogram of a sound.

    Parameters
    ----------
    waveform : float (time,)
        Samples.
    settings : Settings
        Sizes and range.

    Returns
    -------
    float32 (n_mels, n_frames)
        In [−1, 1]; silence is −1.

    Raises
    ------
    InputError
        If it is not a waveform.

    Examples
    --------
    >>> tone = np.sin(2 * np.pi * 1000 * np.arange(44100) / 44100)
    >>> spectrogram = log_mel(tone)
    >>> spectrogram.shape, int(spectrogram[:, 25].argmax())
    ((128, 50), 31)
    """
    check_waveform(waveform)
    n_frames = settings.n_frames(len(waveform))
    before = settings.n_fft // 2 - settings.hop_length // 2
    length = settings.n_fft + (n_frames - 1) * settings.hop_length
    padded = torch.zeros(max(length, before + len(waveform)))
    padded[before : before + len(waveform)] = torch.from_numpy(np.asarray(waveform, np.float32))
    window = torch.hann_window(settings.n_fft)
    spectrum = torch.stft(
        padded[:length],
        settings.n_fft,
        settings.hop_length,
        window=window,
        center=False,
        return_complex=True,
    ).abs()  # (n_fft / 2 + 1, n_frames)
    amplitude = _filters(settings).T @ (spectrum / window.sum())  # (n_mels, n_frames)
    decibels = 20 * torch.log10(amplitude.clamp(min=1e-9)).numpy()
    scaled = (decibels - settings.floor_db) / (settings.ceiling_db - settings.floor_db)
    return np.asarray(2 * scaled - 1, np.float32).clip(-1, 1)


def sound_of(spectrogram: Float32, *, n_samples: int, seed: int, settings: Settings = DEFAULT) -> Float32:
    """Return a sound that has nearly this spectrogram.

    Parameters
    ----------
    spectrogram : float32 (n_mels, n_frames)
        In [−1, 1]; what is at the floor is silent.
    n_samples : int
        Length of the sound; the frames must cover it.
    seed : int
        Of the first phases.
    settings : Settings
        Of the spectrogram.

    Returns
    -------
    float32 (n_samples,)
        The first half hop is silent: no frame begins there.

    Raises
    ------
    InputError
        If the shape is another, or a value is not finite.

    Source
    ------
    Griffin and Lim (1984).

    Examples
    --------
    >>> tone = 0.5 * np.sin(2 * np.pi * 1000 * np.arange(44100) / 44100)
    >>> sound = sound_of(log_mel(tone), n_samples=44100, seed=0)
    >>> bool(0.3 < np.sqrt(np.mean(sound**2)) < 0.5)
    True
    """
    shape = (settings.n_mels, settings.n_frames(n_samples))
    if spectrogram.shape != shape or not np.isfinite(spectrogram).all():
        raise InputError(
            f"found a spectrogram {spectrogram.shape}, {np.count_nonzero(~np.isfinite(spectrogram))} values not "
            f"finite; expected {shape} for {n_samples} samples, all finite; check what made it"
        )
    scaled = (torch.from_numpy(spectrogram).float() + 1) / 2
    amplitude = 10 ** ((settings.floor_db + scaled * (settings.ceiling_db - settings.floor_db)) / 20)
    amplitude = torch.where(scaled > 0, amplitude, 0)  # (n_mels, n_frames)
    window = torch.hann_window(settings.n_fft)
    # Least squares over the bands, and no amplitude below 0.
    magnitude = (torch.linalg.pinv(_filters(settings).T) @ amplitude).clamp(min=0) * window.sum()
    half = settings.hop_length // 2
    with seeded(seed):
        found = griffinlim(
            magnitude,
            window=window,
            n_fft=settings.n_fft,
            hop_length=settings.hop_length,
            win_length=settings.n_fft,
            power=1.0,
            n_iter=settings.n_iterations,
            momentum=0.99,  # of the fast variant, torchaudio's own value
            length=max(n_samples - half, 1),
            rand_init=True,
        )
    return np.concatenate([np.zeros(half, np.float32), found.numpy()])[:n_samples]


def _filters(settings: Settings) -> Tensor:
    """Return the triangles of the mel bands, ``(n_fft / 2 + 1, n_mels)``.

    The three bins that a Hann window makes of a tone add up to twice its middle one, and so to its amplitude.
    """
    filters: Tensor = melscale_fbanks(
        settings.n_fft // 2 + 1,
        settings.low_hz,
        settings.high_hz,
        settings.n_mels,
        settings.sample_rate,
        norm=None,
        mel_scale="slaney",
    )
    return filters
