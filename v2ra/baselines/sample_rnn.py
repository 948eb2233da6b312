"""Sound sample after sample, as the video goes: SampleRNN conditioned on what is seen.

The video tells the network what V2RA's tuned recipe is told (`v2ra.readout`): for each third of 0.1 s the level
that a linear fit expects, from a fit to the other clips where the clip is one to learn from. [14] leaves that to
the network, on 28,109 videos; on a dozen, the network learns the clips by heart and hears no video.

Conventions
-----------
Inside, sound is at 16 kHz in 256 μ-law levels; what comes out is float32 at 44.1 kHz, as long as the clip, and has
nothing above 8 kHz. Conditions are standard deviations of the level over the training part, at each step of the
coarsest tier (4 ms) and `n_slots_around` slots of 33 ms before and after it.

Source
------
[14] (Zhou et al. 2018), Sections 4.1 to 4.3; Section 4.4.2 and Tables 6 and 9 of the paper.
"""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import soxr
import torch
from numpy.typing import NDArray
from torch import Tensor
from torchaudio.functional import mu_law_decoding, mu_law_encoding

from v2ra.baselines.fitting import fit_network, n_parameters, seeded
from v2ra.baselines.sample_rnn_network import COARSE, N_LEVELS, SILENCE, SampleRNN, WindowLoss
from v2ra.baselines.sampling import sample_codes, weights_of
from v2ra.datasets import EncodedClip, Pack
from v2ra.encoding import scale_features
from v2ra.readout import N_SLOTS, Readout, fit_readout
from v2ra.segments import Segments
from v2ra.timing import PAPER

Float32 = NDArray[np.float32]

MODEL_RATE = 16_000  # Hz; [14], 4: "sampling rate 16 kHz"
STEPS_PER_SECOND = MODEL_RATE // COARSE  # of the coarsest tier
N_SLOTS_PER_SECOND = N_SLOTS * PAPER.vectors_per_second


@dataclass(frozen=True)
class Settings:
    """Every choice; the defaults are those of the quick profile.

    Examples
    --------
    >>> Settings().conditioning
    'frame'
    """

    conditioning: Literal["frame", "sequence"] = "frame"  # [14], 4.2 or 4.3
    width: int = 64
    n_slots_around: int = 3
    batch_size: int = 16
    n_steps: int = 600
    window_steps: int = 25
    share: float = 0.5
    learning_rate: float = 3e-3
    temperature: float = 1.0


class SampleRNNSystem:
    name = "sample_rnn"
    needs_events = False

    def __init__(self, network: SampleRNN, readout: Readout, settings: Settings) -> None:
        self.network, self.readout, self.settings = network, readout, settings
        self.weights = weights_of(network)
        self.n_parameters = n_parameters(network) + readout.weights.size + readout.offset.size

    def synthesise(self, clip: EncodedClip, *, seed: int = 0) -> Float32:
        return self.synthesise_all([clip], seed=seed)[0]

    def synthesise_all(self, clips: Sequence[EncodedClip], *, seed: int = 0) -> list[Float32]:
        sounds = []
        for clip in clips:
            levels = levels_of(clip, self.readout)
            n = -(-len(clip.sound) * MODEL_RATE // (PAPER.sample_rate * COARSE))
            n = -(-n // STEPS_PER_SECOND) * STEPS_PER_SECOND
            video = conditions(levels, np.arange(n) / STEPS_PER_SECOND, around=self.settings.n_slots_around)
            rng = np.random.default_rng([seed, zlib.crc32(clip.name.encode())])
            uniform = rng.random((1, n * COARSE), np.float32)
            if self.network.hears_video:
                states = np.zeros((1, self.network.width), np.float32)
                v = video[None]
            else:
                raise NotImplementedError
            codes = sample_codes(self.weights, v, states, uniform, temperature=self.settings.temperature)[0]
            low = mu_law_decoding(torch.from_numpy(codes.astype(np.int64)), N_LEVELS).numpy()
            sounds.append(soxr.resample(low, MODEL_RATE, PAPER.sample_rate)[: len(clip.sound)])
        return sounds


def fit(pack: Pack, settings: Settings = Settings(), *, seed: int = 0):
    clips = pack.part("train")
    readout = fit_readout([scale_features(c.features, mode="clip_mean_3sigma") for c in clips], [c.waveform for c in clips])
    levels = readout.held_out or tuple(levels_of(c, readout) for c in clips)
    with seeded(seed):
        network = SampleRNN(width=settings.width, n_conditions=2*settings.n_slots_around+1, conditioning=settings.conditioning)
    batches = Windows(clips, levels, settings, seed)
    losses = fit_network(network, WindowLoss(settings.share), batches, n_steps=settings.n_steps, learning_rate=settings.learning_rate, seed=seed)
    s = SampleRNNSystem(network, readout, settings)
    s.losses = losses
    return s


def levels_of(clip, readout):
    levels = readout(scale_features(clip.features, mode="clip_mean_3sigma"))
    return 3*levels[:, (np.arange(N_SLOTS)*2+1)*levels.shape[1]//(2*N_SLOTS)]


def conditions(levels, times_seconds, *, around):
    course = levels.reshape(-1)
    centres = (np.arange(len(course)) + .5) / N_SLOTS_PER_SECOND
    offsets = np.arange(-around, around + 1) / N_SLOTS_PER_SECOND
    return np.interp(times_seconds[:, None] + offsets, centres, course).astype(np.float32)


class Windows:
    def __init__(self, clips, levels, settings, seed):
        self.settings = settings
        self.order = Segments(clips, "crop", settings.batch_size, seed)
        self.codes = []
        self.video = []
        for c, l in zip(clips, levels):
            low = soxr.resample(c.waveform, PAPER.sample_rate, MODEL_RATE)
            low = np.concatenate([np.zeros(COARSE, np.float32), low, np.zeros(MODEL_RATE, np.float32)])
            self.codes.append(mu_law_encoding(torch.from_numpy(low).clip(-1, 1), N_LEVELS).to(torch.uint8))
            n = len(low)//COARSE
            self.video.append(torch.from_numpy(conditions(l, np.arange(n)/STEPS_PER_SECOND, around=settings.n_slots_around)))
    def __call__(self, step):
        w = self.settings.window_steps
        per = STEPS_PER_SECOND // w
        order = self.order.order(step // per)
        k = step % per
        codes, video, clip_video = [], [], []
        for index, first in order:
            at = first * STEPS_PER_SECOND // 10 + k * w
            codes.append(self.codes[index][at*COARSE: (at+w+1)*COARSE])
            video.append(self.video[index][at:at+w])
            clip_video.append(self.video[index][at:at+STEPS_PER_SECOND] if k == 0 else torch.zeros(0))
        return torch.stack(codes).long(), torch.stack(video), torch.stack(clip_video)
