"""Cross-modal generation: an adversarial network from features to a mel spectrogram, and a sound from it.

Conventions
-----------
Training sees seconds that begin on the grid of feature vectors (0.1 s); a clip is made in one piece.
Spectrograms are those of `v2ra.baselines.log_mel`; waveforms are float32 (time,) at 44.1 kHz.

Source
------
Chen et al. (2017), the paper's [13], image to sound: Section 3 (networks, three kinds of pairs for D), Section 4
(log-amplitude mel spectrum). Theirs sees one picture for a sound: so does `condition` = "mean".
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from torch import Tensor

from v2ra.baselines import log_mel
from v2ra.baselines.base import generator_of
from v2ra.baselines.crossmodal_networks import (
    FRAMES_A_VECTOR,
    N_MELS,
    SpectrogramDiscriminator,
    SpectrogramGenerator,
)
from v2ra.baselines.fitting import seeded
from v2ra.baselines.gan_fitting import fit_gan
from v2ra.baselines.visual_inputs import VisualInputs, fit_inputs
from v2ra.config import Config, Loss, Training
from v2ra.datasets import EncodedClip, Pack
from v2ra.errors import InputError
from v2ra.timing import PAPER
from v2ra.waveforms import clipped

Float32 = NDArray[np.float32]


@dataclass(frozen=True)
class Settings:
    """Choices of the system; tuned on the validation parts of wood and dog."""

    condition: Literal["sequence", "mean"] = "sequence"  # "mean": one picture a second, as in [13]
    n_components: int = 48  # of the features
    n_noise: int = 8  # length of z
    width: int = 8  # of the networks
    adversarial: Literal["least_squares", "cross_entropy"] = "cross_entropy"  # [13], Eq. 1 to 3
    adversarial_weight: float = 1.0
    l1_weight: float = 0.0  # λ of Eq. 9; [13] has no such term, and the sound follows the picture without
    mismatched: bool = True  # [13]: D also sees real sound beside another picture
    batch_size: int = 8
    n_steps: int = 300
    learning_rate: float = 1e-3
    d_learning_rate: float = 1e-3  # a slower D leaves the strikes too soft
    average_decay: float = 0.98  # of G's weights
    spectrogram: log_mel.Settings = log_mel.DEFAULT

    def __post_init__(self) -> None:
        """Refuse a spectrogram of another size than the networks give."""
        samples, n_mels = FRAMES_A_VECTOR * self.spectrogram.hop_length, self.spectrogram.n_mels
        if samples != PAPER.samples_per_vector or n_mels != N_MELS:
            raise InputError(
                f"found {n_mels} bands and {samples} samples in {FRAMES_A_VECTOR} frames; expected {N_MELS} and "
                f"{PAPER.samples_per_vector}, as the networks give; leave n_mels and hop_length as they are"
            )

    def training(self) -> Config:
        """Return the terms of the loss and the steps as V2RA's own training reads them."""
        loss = Loss(self.adversarial, self.l1_weight, self.adversarial_weight)
        steps = Training(
            n_steps=self.n_steps,
            learning_rate=self.learning_rate,
            d_learning_rate=self.d_learning_rate,
            d_steps_per_g_step=1,
            average_decay=self.average_decay,
        )
        return Config(loss=loss, training=steps)


DEFAULT = Settings()


@dataclass(frozen=True, eq=False)
class CrossmodalGan:
    """The fitted system."""

    generator: torch.nn.Module
    inputs: VisualInputs
    settings: Settings
    losses: pd.DataFrame  # by training step
    name: ClassVar[str] = "crossmodal_gan"
    needs_events: ClassVar[bool] = False

    @property
    def n_parameters(self) -> int:
        """Trained numbers of the generator."""
        return sum(parameter.numel() for parameter in self.generator.parameters())

    def spectrogram(self, clip: EncodedClip, *, seed: int = 0) -> Float32:
        """Return the generated spectrogram of a clip, ``(128, n_frames)``; z depends on seed and clip."""
        n_frames = self.settings.spectrogram.n_frames(len(clip.sound))
        seen = self.inputs(clip.features)  # (n_vectors, n_components)
        n_vectors = -(-n_frames // FRAMES_A_VECTOR)
        seen = np.pad(seen, ((0, max(n_vectors - len(seen), 0)), (0, 0)), mode="edge")[:n_vectors]
        condition = conditions([seen], self.settings)
        device = next(self.generator.parameters()).device
        with torch.inference_mode(), seeded(_draw(self.name, clip, seed)):
            made = self.generator(condition.to(device))[0, 0]  # (128, 5 × n_vectors)
        return np.asarray(made.cpu().numpy()[:, :n_frames], np.float32)

    def synthesise(self, clip: EncodedClip, *, seed: int = 0) -> Float32:
        """Return the sound of a clip, ``(len(clip.sound),)``; z and first phases depend on seed and clip."""
        sound = log_mel.sound_of(
            self.spectrogram(clip, seed=seed),
            n_samples=len(clip.sound),
            seed=_draw(self.name, clip, seed),
            settings=self.settings.spectrogram,
        )
        return clipped(sound)


def fit(pack: Pack, settings: Settings = DEFAULT, *, seed: int = 0) -> CrossmodalGan:
    """Fit the system to the training part of a pack.

    Parameters
    ----------
    pack : Pack
        Features as they came.
    settings : Settings
        All choices.
    seed : int
        Of the first weights, the batches and z.

    Returns
    -------
    CrossmodalGan

    Raises
    ------
    InputError
        If there is no training clip of a second, or nothing in them moves.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> sound = rng.integers(-9999, 9999, 2 * 44100).astype(np.int16)
    >>> clip = EncodedClip("a", "train", rng.standard_normal((20, 4096)).astype(np.float16), sound, np.zeros(0))
    >>> system = fit(Pack("wood", (clip,), {}), Settings(n_components=4, width=2, n_steps=1, batch_size=2))
    >>> system.synthesise(clip).shape
    (88200,)
    """
    clips = [clip for clip in pack.part("train") if _n_whole(clip) >= PAPER.vectors_per_second]
    if not clips:
        raise InputError(
            f"found no training clip of {pack.category} of one second; expected at least one; add clips"
        )
    inputs = fit_inputs([clip.features for clip in clips], settings.n_components)
    pairs = [
        (
            inputs(clip.features)[: _n_whole(clip)],
            log_mel.log_mel(clip.waveform, settings=settings.spectrogram),
        )
        for clip in clips
    ]
    with seeded(seed):
        generator = SpectrogramGenerator(
            settings.n_components, n_noise=settings.n_noise, width=settings.width
        )
        discriminator = SpectrogramDiscriminator(settings.n_components, width=settings.width)
    average, losses = fit_gan(
        generator,
        discriminator,
        lambda step: _seconds(pairs, settings, rng=np.random.default_rng((seed, step))),
        config=settings.training(),
        seed=seed,
        mismatched=settings.mismatched,
    )
    return CrossmodalGan(average, inputs, settings, losses)


def conditions(seen: Sequence[Float32], settings: Settings) -> Tensor:
    """Return what the networks are given of stretches ``(n_vectors, n_components)`` of one length."""
    stacked = torch.from_numpy(np.stack(seen)).transpose(1, 2)  # (batch, n_components, n_vectors)
    if settings.condition == "sequence":
        return stacked
    p = PAPER.vectors_per_second  # a picture a second, the last one perhaps of less
    means = [part.mean(2, keepdim=True).expand_as(part) for part in torch.split(stacked, p, dim=2)]
    return torch.cat(means, 2)


def _seconds(
    pairs: Sequence[tuple[Float32, Float32]], settings: Settings, *, rng: np.random.Generator
) -> tuple[Tensor, Tensor]:
    """Return a batch of random seconds of random clips: condition and spectrogram."""
    p = PAPER.vectors_per_second
    chosen = rng.integers(len(pairs), size=settings.batch_size)
    firsts = [int(rng.integers(len(pairs[index][0]) - p + 1)) for index in chosen]
    seen = [pairs[index][0][first : first + p] for index, first in zip(chosen, firsts, strict=True)]
    heard = [
        pairs[index][1][:, FRAMES_A_VECTOR * first : FRAMES_A_VECTOR * (first + p)]
        for index, first in zip(chosen, firsts, strict=True)
    ]
    return conditions(seen, settings), torch.from_numpy(np.stack(heard))[:, None]  # (batch, 1, 128, 50)


def _n_whole(clip: EncodedClip) -> int:
    """Return how many vectors have their whole sound."""
    return min(len(clip.features), len(clip.sound) // PAPER.samples_per_vector)


def _draw(system: str, clip: EncodedClip, seed: int) -> int:
    return int(generator_of(system, clip.name, seed).integers(2**31))
