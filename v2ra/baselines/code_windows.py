"""Training clips as μ-law codes, window after window, in the order that a SampleRNN's state is carried through.

Conventions
-----------
A *stream* is one second of a clip, drawn by `v2ra.segments` on the grid of feature vectors; a batch of streams is
walked through in windows of equal length. A window holds the `COARSE` codes before it and its own. Codes are int64
``(batch, COARSE + n_samples)``, video is float32 ``(batch, n_steps, n_conditions)``.

Source
------
[15] (Mehri et al. 2017), Section 2.3: truncated backpropagation through time.
"""

from collections.abc import Sequence
from functools import cached_property

import numpy as np
import soxr
import torch
from numpy.typing import NDArray
from torch import Tensor
from torchaudio.functional import mu_law_encoding

from v2ra.baselines.sample_rnn_network import COARSE, N_LEVELS
from v2ra.datasets import EncodedClip
from v2ra.errors import InputError
from v2ra.segments import Segments
from v2ra.timing import PAPER

Float32 = NDArray[np.float32]

MODEL_RATE = 16_000  # Hz, as in [14]
STEP_RATE = MODEL_RATE // COARSE  # of the coarsest tier, 250 Hz
STEPS_PER_VECTOR = STEP_RATE // PAPER.vectors_per_second


def codes_of(waveform: Float32) -> Tensor:
    """Return a sound at 44.1 kHz as codes at 16 kHz, with silence for one step before and after it.

    Examples
    --------
    >>> codes_of(np.zeros(441, np.float32)).shape, codes_of(np.zeros(441, np.float32)).unique().tolist()
    (torch.Size([288]), [128])
    """
    # The last step of a clip is whole although resampling may have rounded its length down.
    low = np.pad(soxr.resample(waveform, PAPER.sample_rate, MODEL_RATE), COARSE)
    codes: Tensor = mu_law_encoding(torch.from_numpy(low.clip(-1, 1)), N_LEVELS)
    return codes


class CodeWindows:
    """Batches of windows as a function of the step.

    Parameters
    ----------
    clips : sequence of EncodedClip
        The training part.
    video : sequence of float32 (n_steps, n_conditions)
        What each shows, at `STEP_RATE`.
    n_steps : int
        Of the coarsest tier in a window; a divisor of `STEP_RATE`.
    batch_size, seed : int
        Of the streams.

    Raises
    ------
    InputError
        If no clip has a whole second, or windows do not fill one.

    Examples
    --------
    >>> clip = EncodedClip("a", "train", np.zeros((10, 4096)), np.zeros(44100, np.int16), np.zeros(0))
    >>> windows = CodeWindows([clip], [np.zeros((250, 3), np.float32)], n_steps=25, batch_size=2, seed=0)
    >>> [tuple(tensor.shape) for tensor in windows(0)]
    [(2, 1664), (2, 25, 3), (2, 250, 3)]
    >>> [tuple(tensor.shape) for tensor in windows(1)]
    [(2, 1664), (2, 25, 3), (2, 0, 3)]
    """

    def __init__(
        self,
        clips: Sequence[EncodedClip],
        video: Sequence[Float32],
        *,
        n_steps: int,
        batch_size: int,
        seed: int,
    ) -> None:
        if n_steps < 1 or STEP_RATE % n_steps:
            raise InputError(
                f"found windows of {n_steps} steps; expected a divisor of {STEP_RATE}, the steps in a second; try 25"
            )
        self.segments = Segments(tuple(clips), "crop", batch_size, seed)
        self.video, self.n_steps = [torch.from_numpy(course) for course in video], n_steps

    @cached_property
    def codes(self) -> list[Tensor]:
        """Codes of each clip, after `COARSE` of silence."""
        return [codes_of(clip.waveform) for clip in self.segments.clips]

    def __call__(self, step: int) -> tuple[Tensor, Tensor, Tensor]:
        """Return codes, their video, and at the start of a stream the video of all of it: else it has no steps."""
        round_, window = divmod(step, STEP_RATE // self.n_steps)
        codes, video, whole = [], [], []
        for clip, vector in self.segments.order(round_):
            start = vector * STEPS_PER_VECTOR
            at = start + window * self.n_steps
            codes.append(self.codes[clip][at * COARSE : (at + self.n_steps + 1) * COARSE])
            video.append(self.video[clip][at : at + self.n_steps])
            whole.append(self.video[clip][start : start + (STEP_RATE if window == 0 else 0)])
        return torch.stack(codes), torch.stack(video), torch.stack(whole)
