"""WaveGAN: a second of a category's sound from noise, without looking at the video.

It stands in the comparison for its filter, which the V2RA generator takes over, and for its speed. Its sounds are
those of the category and fall on no event; what they score for synchrony is chance.

Conventions
-----------
Inside, sound is at 16 kHz in windows of 1.024 s; what comes out is float32 at 44.1 kHz, as long as the clip, holds
nothing above 8 kHz and is a function of the seed and the clip's name. Longer clips are windows of other latents,
crossfaded with equal power, since they are unrelated.

Source
------
[36] (Donahue et al. 2018), Sections 3 and 4; Section 3.2, "Audio filter", of the paper. V2RA's own least squares
and steps stand for [36]'s WGAN-GP: five updates of D for one of G, each with a gradient of a gradient, leave too few
updates of G in a minute.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd
import soxr
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from v2ra.baselines.base import generator_of
from v2ra.baselines.fitting import seeded
from v2ra.baselines.gan_fitting import fit_gan
from v2ra.baselines.wavegan_network import N_LATENTS, WINDOW, WaveCritic, WaveGenerator
from v2ra.config import Config, Loss, Training
from v2ra.datasets import EncodedClip, Pack
from v2ra.errors import InputError
from v2ra.timing import PAPER
from v2ra.waveforms import clipped

Float32 = NDArray[np.float32]

MODEL_RATE = 16_000  # Hz, as in [36]


@dataclass(frozen=True)
class Settings:
    """Choices of the system; tuned on the validation parts of wood and dog."""

    width: int = 4  # d; [36] has 64
    max_shift: int = 2  # of the phase shuffle, as in [36]
    sound_gain: float = 10.0  # of the sound at D's input, as in V2RA's tuned recipe: impacts are faint
    batch_size: int = 8  # [36]: 64
    n_steps: int = 500
    learning_rate: float = 1e-3  # of G
    d_learning_rate: float = 3e-4  # slower, or D wins within 100 steps
    beta1: float = 0.5  # [36]
    beta2: float = 0.9  # [36]
    average_decay: float = 0.98  # of G's weights
    overlap_seconds: float = 0.064  # of neighbouring windows

    def training(self) -> Config:
        """Return the terms of the loss and the steps as V2RA's own training reads them."""
        steps = Training(
            n_steps=self.n_steps,
            learning_rate=self.learning_rate,
            d_learning_rate=self.d_learning_rate,
            beta1=self.beta1,
            beta2=self.beta2,
            d_steps_per_g_step=1,
            average_decay=self.average_decay,
        )
        return Config(loss=Loss(l1_weight=0.0), training=steps)


DEFAULT = Settings()
SMOKE = Settings(width=4, batch_size=2, n_steps=5)
"""Runs everything in seconds; its sound says nothing."""


@dataclass(frozen=True, eq=False)
class WaveGan:
    """The fitted system."""

    generator: nn.Module
    settings: Settings
    losses: pd.DataFrame  # by step: d_loss, g_adversarial
    name: ClassVar[str] = "wavegan"
    needs_events: ClassVar[bool] = False

    @property
    def n_parameters(self) -> int:
        """Trained numbers of the generator."""
        return sum(parameter.numel() for parameter in self.generator.parameters())

    def synthesise(self, clip: EncodedClip, *, seed: int = 0) -> Float32:
        """Return a sound as long as the clip, ``(len(clip.sound),)``; its video is not looked at."""
        overlap = round(self.settings.overlap_seconds * MODEL_RATE)
        n_low = (
            -(-len(clip.sound) * MODEL_RATE // PAPER.sample_rate) + 1
        )  # one more: resampling may round down
        n_windows = max(1, -(-(n_low - overlap) // (WINDOW - overlap)))
        rng = generator_of(self.name, clip.name, seed)
        latents = rng.uniform(-1, 1, (n_windows, N_LATENTS)).astype(np.float32)
        device = next(self.generator.parameters()).device
        with torch.inference_mode(), seeded(seed):  # one thread
            windows = self.generator(torch.from_numpy(latents).to(device))[:, 0].cpu().numpy()
        low = joined(windows, overlap=overlap)
        return clipped(soxr.resample(low, MODEL_RATE, PAPER.sample_rate)[: len(clip.sound)])


def joined(windows: Float32, *, overlap: int) -> Float32:
    """Join windows of unrelated sound, crossfaded so that the power of their sum stays.

    Parameters
    ----------
    windows : float32 (n_windows, n_samples)
        In order.
    overlap : int
        Samples that neighbours share, at most half a window.

    Returns
    -------
    float32 (n_windows * (n_samples - overlap) + overlap,)

    Examples
    --------
    >>> joined(np.ones((2, 4), np.float32), overlap=2).round(2)
    array([1.  , 1.  , 1.31, 1.31, 1.  , 1.  ], dtype=float32)
    """
    n_windows, n_samples = windows.shape
    hop = n_samples - overlap
    rise = np.sin(np.pi / 2 * (np.arange(overlap) + 0.5) / max(overlap, 1)).astype(np.float32)
    mixed = np.zeros(n_windows * hop + overlap, np.float32)
    for index, window in enumerate(windows):
        faded = window.copy()
        if index > 0:
            faded[:overlap] *= rise
        if index < n_windows - 1:
            faded[hop:] *= rise[::-1]
        mixed[index * hop : index * hop + n_samples] += faded
    return mixed


def fit(pack: Pack, settings: Settings = DEFAULT, *, seed: int = 0) -> WaveGan:
    """Fit the system to the sound of a pack's training part.

    Parameters
    ----------
    pack : Pack
        Its features are not used.
    settings : Settings
        All choices.
    seed : int
        Of the first weights, the latents and the windows.

    Returns
    -------
    WaveGan

    Raises
    ------
    InputError
        If no training clip is as long as a window, or a loss is no longer a number.

    Examples
    --------
    >>> sound = np.random.default_rng(0).integers(-9999, 9999, 2 * 44100).astype(np.int16)
    >>> clip = EncodedClip("a", "train", np.zeros((20, 4096), np.float16), sound, np.zeros(0))
    >>> system = fit(Pack("wood", (clip,), {}), Settings(width=1, batch_size=1, n_steps=1))
    >>> system.synthesise(clip).shape
    (88200,)
    """
    low = [soxr.resample(clip.waveform, PAPER.sample_rate, MODEL_RATE) for clip in pack.part("train")]
    low = [sound for sound in low if len(sound) >= WINDOW]
    if not low:
        raise InputError(
            f"found no training clip of {pack.category} of {WINDOW / MODEL_RATE} s; expected at least one; add clips"
        )
    with seeded(seed):
        generator = WaveGenerator(settings.width)
        critic = WaveCritic(settings.width, max_shift=settings.max_shift, sound_gain=settings.sound_gain)
    average, losses = fit_gan(
        generator,
        critic,
        lambda step: _batch(low, settings.batch_size, rng=np.random.default_rng((seed, step))),
        config=settings.training(),
        seed=seed,
    )
    return WaveGan(average, settings, losses)


def _batch(sounds: Sequence[Float32], batch_size: int, *, rng: np.random.Generator) -> tuple[Tensor, Tensor]:
    """Return latents and windows of random clips from random samples on."""
    chosen = [sounds[index] for index in rng.integers(len(sounds), size=batch_size)]
    starts = [int(rng.integers(len(sound) - WINDOW + 1)) for sound in chosen]
    windows = [sound[start : start + WINDOW] for sound, start in zip(chosen, starts, strict=True)]
    latents = rng.uniform(-1, 1, (batch_size, N_LATENTS)).astype(np.float32)
    return torch.from_numpy(latents), torch.from_numpy(np.stack(windows))[:, None]  # (batch, 1, WINDOW)
