"""Visually indicated sounds: features, a recurrent network, a cochleagram, and a sound from it.

Conventions
-----------
The network takes ``(batch, n_frames, n_components + 1)`` at the cochleagram's 90 Hz and gives principal
components of the cochleagram's square root, ``(batch, n_frames, n_sound_components)``. Waveforms are float32 (time,)
at 44.1 kHz.

Source
------
Owens et al. (2016), the paper's [12], Sections 4 and 5; Section 4.4.2 of the paper. Theirs trains a convolutional
network from pictures with it; here all systems get the same features. Sizes are ours: theirs saw 977 videos.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from v2ra.baselines import cochleagram as bands
from v2ra.baselines import exemplars
from v2ra.baselines.base import generator_of
from v2ra.baselines.cochleagram_inversion import impose_on_noise
from v2ra.baselines.fitting import fit_network, n_parameters, seeded
from v2ra.baselines.visual_inputs import VisualInputs, at_rate, fit_inputs
from v2ra.datasets import EncodedClip, Pack
from v2ra.errors import InputError
from v2ra.waveforms import clipped

Float32 = NDArray[np.float32]


@dataclass(frozen=True)
class Settings:
    """Choices of the system; tuned on the validation parts of wood and dog."""

    inversion: Literal["example", "parametric"] = "example"  # [12], 5.2: the plausible one of the two
    n_components: int = 48  # of the features; more learn the training clips by heart
    n_sound_components: int = 10  # [12], 5.1
    root: float = 0.5  # [12], 5.1: the square root of the envelopes is predicted
    n_hidden: int = 64  # a quarter of [12]'s, for a hundredth of its videos
    n_layers: int = 1  # [12], 5.1: "depends on the task"
    dropout: float = 0.3  # on inputs and outputs; [12] has none, and more to learn from
    robust_epsilon: float = 1 / 25**2  # [12], 5.1: ε of the loss log(ε + r²)
    crop_seconds: float = 2.0  # of a training sequence: two or three events
    batch_size: int = 16
    n_steps: int = 400
    learning_rate: float = 3e-3
    n_iterations: int = 10  # of the parametric inversion; [12], 5.2 has one
    windows: exemplars.Settings = field(default_factory=exemplars.Settings)
    frames: bands.Settings = bands.DEFAULT


DEFAULT = Settings()


class SoundPredictor(nn.Module):
    """A recurrent network from what is seen to principal components of what is heard."""

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self.dropout = nn.Dropout(settings.dropout)
        self.recurrent = nn.LSTM(
            settings.n_components + 1, settings.n_hidden, settings.n_layers, batch_first=True
        )
        self.output = nn.Linear(settings.n_hidden, settings.n_sound_components)

    def forward(self, inputs: Tensor) -> Tensor:
        """Return ``(batch, n_frames, n_sound_components)``."""
        states, _ = self.recurrent(self.dropout(inputs))  # (batch, n_frames, n_hidden)
        components: Tensor = self.output(self.dropout(states))
        return components


def robust_loss(reference: Tensor, estimate: Tensor, *, epsilon: float) -> Tensor:
    """Return the mean of log(ε + r²), r the distance of two frames: one that is far off counts little more.

    Examples
    --------
    >>> round(robust_loss(torch.zeros(1, 9, 10), torch.zeros(1, 9, 10), epsilon=0.0016).item(), 2)
    -6.44
    """
    return torch.log(epsilon + (reference - estimate).square().sum(-1)).mean()


@dataclass(frozen=True, eq=False)
class SoundComponents:
    """Principal components of the root of training cochleagrams: `centre` (n_bands + 2,), `axes` (…, n)."""

    centre: Float32
    axes: Float32
    root: float

    def of(self, cochleagram: Float32) -> Float32:
        """Return the components of a cochleagram, ``(n_frames, n_sound_components)``."""
        return np.asarray((cochleagram**self.root - self.centre) @ self.axes, np.float32)

    def back(self, components: Float32) -> Float32:
        """Return the cochleagram, ``(n_frames, n_bands + 2)``; what comes out below 0 is silence."""
        rooted = np.maximum(components @ self.axes.T + self.centre, 0)
        return np.asarray(rooted ** (1 / self.root), np.float32)


@dataclass(frozen=True, eq=False)
class VisuallyIndicated:
    """The fitted system."""

    network: SoundPredictor
    inputs: VisualInputs
    components: SoundComponents
    snippets: exemplars.Exemplars
    settings: Settings
    losses: NDArray[np.float64]  # of each training step
    name: ClassVar[str] = "visually_indicated"
    needs_events: ClassVar[bool] = False

    @property
    def n_parameters(self) -> int:
        """Trained numbers of the network."""
        return n_parameters(self.network)

    def cochleagram(self, clip: EncodedClip) -> Float32:
        """Return the predicted cochleagram of a clip, ``(n_frames, n_bands + 2)``."""
        frames = self.settings.frames
        seen = at_rate(
            self.inputs(clip.features),
            n_frames=frames.n_frames(len(clip.sound)),
            frame_rate=frames.envelope_rate,
        )
        device = next(self.network.parameters()).device
        with torch.inference_mode(), seeded(0):  # one thread; nothing is drawn
            predicted = self.network(torch.from_numpy(seen)[None].to(device))[0]
        return self.components.back(predicted.cpu().numpy())

    def synthesise(self, clip: EncodedClip, *, seed: int = 0) -> Float32:
        """Return the sound of a clip, ``(len(clip.sound),)``; only the parametric inversion draws noise."""
        n_samples, predicted = len(clip.sound), self.cochleagram(clip)
        if self.settings.inversion == "example":
            return clipped(self.snippets.lay(predicted, n_samples=n_samples))
        sound = impose_on_noise(
            predicted,
            n_samples=n_samples,
            n_iterations=self.settings.n_iterations,
            rng=generator_of(self.name, clip.name, seed),
            settings=self.settings.frames,
        )
        return clipped(sound)


def fit(pack: Pack, settings: Settings = DEFAULT, *, seed: int = 0) -> VisuallyIndicated:
    """Fit the system to the training part of a pack.

    Parameters
    ----------
    pack : Pack
        Features as they came.
    settings : Settings
        All choices.
    seed : int
        Of the first weights, the batches and the dropout.

    Returns
    -------
    VisuallyIndicated

    Raises
    ------
    InputError
        If there is no training clip, or they are too short, still, or without events.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> sound = np.zeros(3 * 44100, np.int16)
    >>> sound[44100:48510] = rng.integers(-9999, 9999, 4410)
    >>> clip = EncodedClip("a", "train", rng.standard_normal((30, 4096)).astype(np.float16), sound, np.zeros(0))
    >>> system = fit(Pack("wood", (clip,), {}), Settings(n_components=4, n_steps=1))
    >>> system.synthesise(clip).shape
    (132300,)
    """
    clips = pack.part("train")
    if not clips:
        raise InputError(f"found no training clip of {pack.category}; expected at least one; add clips")
    inputs = fit_inputs([clip.features for clip in clips], settings.n_components)
    heard = [bands.cochleagram(clip.waveform, settings=settings.frames) for clip in clips]
    components, rate = _sound_components(heard, settings), settings.frames.envelope_rate
    snippets = exemplars.collect_exemplars(
        zip(heard, (clip.waveform for clip in clips), strict=True),
        settings=settings.windows,
        frames=settings.frames,
    )
    pairs = [
        (at_rate(inputs(clip.features), n_frames=len(sound), frame_rate=rate), components.of(sound))
        for clip, sound in zip(clips, heard, strict=True)
    ]
    with seeded(seed):
        network = SoundPredictor(settings)

    def loss(net: nn.Module, seen: Tensor, sound: Tensor) -> Tensor:
        return robust_loss(sound, net(seen), epsilon=settings.robust_epsilon)

    losses = fit_network(
        network,
        loss,
        lambda step: _crops(pairs, settings, rng=np.random.default_rng((seed, step))),
        n_steps=settings.n_steps,
        learning_rate=settings.learning_rate,
        seed=seed,
    )
    return VisuallyIndicated(network, inputs, components, snippets, settings, losses)


def _sound_components(heard: Sequence[Float32], settings: Settings) -> SoundComponents:
    rows = np.concatenate(heard) ** settings.root  # (n_frames of all clips, n_bands + 2)
    centre = rows.mean(0)
    _, axes = np.linalg.eigh((rows - centre).T @ (rows - centre))
    return SoundComponents(centre, axes[:, ::-1][:, : settings.n_sound_components], settings.root)


def _crops(
    pairs: Sequence[tuple[Float32, Float32]], settings: Settings, *, rng: np.random.Generator
) -> tuple[Tensor, Tensor]:
    """Return a batch of stretches of random clips, ``(batch, n_frames, …)`` each."""
    wanted = round(settings.crop_seconds * settings.frames.envelope_rate)
    length = min(wanted, *(len(seen) for seen, _ in pairs), wanted)
    chosen = rng.integers(len(pairs), size=settings.batch_size)
    firsts = [int(rng.integers(len(pairs[index][0]) - length + 1)) for index in chosen]
    crops = [
        [pairs[index][side][first : first + length] for index, first in zip(chosen, firsts, strict=True)]
        for side in (0, 1)
    ]
    seen, sound = (torch.from_numpy(np.stack(side)) for side in crops)
    return seen, sound
