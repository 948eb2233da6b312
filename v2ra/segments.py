"""One-second pairs (V, X) of encoded clips, in the order that training draws them.

Conventions
-----------
A pair starts on the grid of feature vectors (0.1 s), so that picture and sound stay aligned. V and X are
float32 ``(batch, 1, 44100)`` in [−1, 1].

Source
------
Section 3.1 (segments of equal length), Section 4.5 ("reshape operation instead of random cropping").
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from torch import Tensor

from v2ra.datasets import INT16, EncodedClip
from v2ra.encoding import encode_windows
from v2ra.errors import InputError
from v2ra.timing import PAPER, Timing


@dataclass(frozen=True)
class Segments:
    """One-second pairs (V, X), drawn as a function of the step alone, so that a resumed run sees the same.

    Parameters
    ----------
    segmenting : "whole" or "crop"
        Whole seconds in shuffled rounds, or a random start on the grid of feature vectors (0.1 s), so
        that V and X stay aligned.
    """

    clips: tuple[EncodedClip, ...]
    segmenting: str
    batch_size: int
    seed: int
    timing: Timing = PAPER

    def __post_init__(self) -> None:
        """Refuse a set without a whole second."""
        if not self.starts:
            raise InputError(
                f"found {len(self.clips)} training clips without one whole second; "
                "expected at least one clip of 1 s; give longer or more clips"
            )

    @cached_property
    def starts(self) -> list[tuple[int, int]]:
        """Every possible (clip, first vector)."""
        p = self.timing.vectors_per_second
        step = p if self.segmenting == "whole" else 1
        lengths = [
            min(len(clip.features), len(clip.sound) // self.timing.samples_per_vector) for clip in self.clips
        ]  # whole vectors that have both picture and sound
        return [(i, first) for i, n in enumerate(lengths) for first in range(0, n - p + 1, step)]

    def order(self, step: int) -> list[tuple[int, int]]:
        """Return the (clip, first vector) pairs of one step's batch."""
        starts = self.starts
        places = np.arange(step * self.batch_size, (step + 1) * self.batch_size)
        rounds, within = places // len(starts), places % len(starts)
        shuffles = {
            r: np.random.default_rng((self.seed, int(r))).permutation(len(starts)) for r in set(rounds)
        }
        return [starts[shuffles[r][w]] for r, w in zip(rounds, within, strict=True)]

    def batch(self, step: int) -> tuple[Tensor, Tensor]:
        """Return V and X of a step, each float32 ``(batch, 1, 44100)``."""
        length = self.timing.n_samples(1)
        vectors, sounds = [], []
        for index, first in self.order(step):
            clip = self.clips[index]
            features = torch.from_numpy(clip.features).float()
            vectors.append(encode_windows(features, [first], timing=self.timing))  # (1, 44100)
            start = first * self.timing.samples_per_vector
            sounds.append(clip.sound[None, start : start + length] / np.float32(INT16))  # (1, 44100)
        return torch.stack(vectors), torch.from_numpy(np.stack(sounds))  # (batch, 1, 44100)
