"""Sound sample after sample, as the video goes: SampleRNN conditioned on what is seen.

Frame-to-frame, the video joins the coarsest tier at each of its steps. Sequence-to-sequence, an encoder reads a
second of video and its last state becomes the coarsest tier's first; [14] does so once for its 10 s, which a dozen
training clips cannot teach, and ours at every second, as long as the streams that training sees.

Conventions
-----------
Inside, sound is at 16 kHz in 256 μ-law levels; what comes out is float32 at 44.1 kHz, as long as the clip, and holds
nothing above 8 kHz. Training takes features as they came (`v2ra.datasets.load_pack`).

Source
------
[14] (Zhou et al. 2018), Sections 4.1 to 4.3; Section 4.4.2, Tables 6 and 9 of the paper. Optical flow, [14]'s third
variant, is left out: packs hold no features of flow.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import soxr
import torch
from numpy.typing import NDArray
from torchaudio.functional import mu_law_decoding

from v2ra.baselines.base import generator_of
from v2ra.baselines.code_windows import MODEL_RATE, STEP_RATE, CodeWindows
from v2ra.baselines.fitting import fit_network, n_parameters, seeded
from v2ra.baselines.sample_rnn_network import COARSE, N_LEVELS, Conditioning, SampleRNN, WindowLoss
from v2ra.baselines.sampling import Weights, sample_codes, weights_of
from v2ra.baselines.video_conditions import Conditions, Kind, fit_conditions
from v2ra.datasets import EncodedClip, Pack
from v2ra.errors import InputError
from v2ra.timing import PAPER
from v2ra.waveforms import clipped

Float32 = NDArray[np.float32]


@dataclass(frozen=True)
class Settings:
    """Choices of the system; tuned on the validation parts of wood and dog."""

    conditioning: Conditioning = "frame"  # [14], 4.2; "sequence": [14], 4.3
    features: Kind = (
        "level"  # what V2RA's tuned recipe is told; onset F 0.83, "components" 0.63 (wood, validation)
    )
    n_around: int = 3  # slots of 33 ms before and after a step: an event is announced
    n_components: int = 16  # of the other kind of features
    width: int = 64  # of every layer; [15] has 1024, for 20 hours of sound and a GPU
    batch_size: int = 8
    n_steps: int = 400  # with 700 the dog follows its video less: its own sound tells it what comes
    window_steps: int = 25  # 0.1 s through which is backpropagated: 1600 samples, [15] 512
    share: float = (
        0.25  # of the samples that the finest tier learns from at each step: more steps for the time
    )
    learning_rate: float = 3e-3
    temperature: float = 0.9  # below 1: less hiss between events

    def __post_init__(self) -> None:
        """Refuse numbers that nothing can be drawn or learnt with."""
        if not self.temperature > 0 or not 0 < self.share <= 1:
            raise InputError(
                f"found a temperature of {self.temperature} and a share of {self.share}; expected a temperature above "
                "0 and a share from above 0 to 1; correct the settings"
            )


DEFAULT = Settings()
SMOKE = Settings(width=16, batch_size=4, n_steps=10)
"""Runs everything in seconds; its sound says nothing."""


@dataclass(frozen=True, eq=False)
class SampleRNNSystem:
    """The fitted system."""

    network: SampleRNN
    weights: Weights  # of the network, laid out for sampling
    conditions: Conditions
    settings: Settings
    losses: NDArray[np.float64]  # of each training step, in nats a sample
    name: ClassVar[str] = "sample_rnn"
    needs_events: ClassVar[bool] = False

    @property
    def n_parameters(self) -> int:
        """Trained numbers of the network and of what it is conditioned on."""
        return n_parameters(self.network) + self.conditions.n_parameters

    def synthesise(self, clip: EncodedClip, *, seed: int = 0) -> Float32:
        """Return the sound of a clip, ``(len(clip.sound),)``."""
        n_samples = len(clip.sound)
        n_low = -(-n_samples * MODEL_RATE // PAPER.sample_rate)
        n_steps = -(-n_low // COARSE) + 1  # one more: resampling may round down
        video = self.conditions(clip.features, n_steps=n_steps, step_rate=STEP_RATE)[None]
        uniform = generator_of(self.name, clip.name, seed).random((1, n_steps * COARSE), np.float32)
        states = self._states(video)
        heard = video if self.network.hears_video else video[..., :0]
        codes = sample_codes(
            self.weights,
            heard,
            states,
            uniform,
            steps_per_state=STEP_RATE,
            temperature=self.settings.temperature,
        )
        low = mu_law_decoding(torch.from_numpy(codes[0].astype(np.int64)), N_LEVELS).numpy()
        return clipped(soxr.resample(low, MODEL_RATE, PAPER.sample_rate)[:n_samples])

    def _states(self, video: Float32) -> Float32:
        """Return the states that the coarsest tier is set to at each second, ``(1, n_seconds, width)``."""
        if self.network.hears_video:
            return np.zeros((1, 1, self.network.width), np.float32)
        device = next(self.network.parameters()).device
        with torch.inference_mode(), seeded(0):  # one thread; nothing is drawn
            seconds = torch.split(torch.from_numpy(video).to(device), STEP_RATE, 1)
            states = [self.network.first_state(second).coarse[0] for second in seconds]  # (1, width) each
            return torch.stack(states, 1).cpu().numpy()


def fit(pack: Pack, settings: Settings = DEFAULT, *, seed: int = 0) -> SampleRNNSystem:
    """Fit the system to the training part of a pack.

    Parameters
    ----------
    pack : Pack
        Features as they came.
    settings : Settings
        All choices.
    seed : int
        Of the first weights and the batches.

    Returns
    -------
    SampleRNNSystem

    Raises
    ------
    InputError
        If no training clip has a whole second, or the settings do not fit together.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> sound = rng.integers(-9999, 9999, 44100).astype(np.int16)
    >>> clip = EncodedClip("a", "train", rng.standard_normal((10, 4096)).astype(np.float16), sound, np.zeros(0))
    >>> system = fit(Pack("wood", (clip,), {}), Settings(width=4, batch_size=1, n_steps=1))
    >>> system.synthesise(clip).shape
    (44100,)
    """
    clips = [clip for clip in pack.part("train") if len(clip.sound) >= PAPER.sample_rate]
    if not clips:
        raise InputError(
            f"found no training clip of {pack.category} of one second; expected at least one; add clips"
        )
    conditions, video = fit_conditions(
        clips,
        settings.features,
        n_around=settings.n_around,
        n_components=settings.n_components,
        step_rate=STEP_RATE,
    )
    batches = CodeWindows(
        clips, video, n_steps=settings.window_steps, batch_size=settings.batch_size, seed=seed
    )
    with seeded(seed):
        network = SampleRNN(
            width=settings.width, n_conditions=conditions.n_conditions, conditioning=settings.conditioning
        )
    loss = WindowLoss(settings.share)
    losses = fit_network(
        network, loss, batches, n_steps=settings.n_steps, learning_rate=settings.learning_rate, seed=seed
    )
    return SampleRNNSystem(network, weights_of(network), conditions, settings, losses)
