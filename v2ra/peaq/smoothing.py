"""Smoothing of patterns along time: a first-order filter whose time constant falls with frequency.

Conventions
-----------
Patterns are float64 tensors (bands, ..., frames); memories are empty before the first frame. A time constant
is named by its value at 100 Hz; towards high bands it falls to 8 ms.

Source
------
ITU-R BS.1387-1, annex 2, clauses 2.1.8, 3.1 and 3.2. The filter is computed in blocks of frames, each as a
matrix product, which gives the recursion's result but for rounding.
"""

from functools import cache
from itertools import pairwise

import numpy as np
import torch
from torch import Tensor

from v2ra.peaq.inputs import HOP_SIZE, SAMPLE_RATE
from v2ra.peaq.tables import N_BANDS, FloatArray, load_bands

FRAME_RATE = SAMPLE_RATE / HOP_SIZE  # frames a second
SHORTEST_SECONDS = 0.008
BLOCK = 12  # frames: of 8 to 48 the quickest; 10 s at 48 kHz are 39 of them


def decay_factors(longest_seconds: float) -> FloatArray:
    """Return the factor by which each band decays in one frame, (bands,).

    The time constant is `longest_seconds` at 100 Hz and falls towards 8 ms.

    Examples
    --------
    >>> decay_factors(0.03)[[0, -1]].round(4)
    array([0.5133, 0.0724])
    """
    seconds = SHORTEST_SECONDS + 100 / load_bands().centre * (longest_seconds - SHORTEST_SECONDS)
    return np.asarray(np.exp(-1 / (FRAME_RATE * seconds)))


def smooth(values: Tensor, longest_seconds: float, *, as_average: bool = False) -> Tensor:
    """Filter each band along time: y[t] = decay · y[t−1] + values[t], from y = 0.

    Parameters
    ----------
    values : float64 (bands, ..., frames)
        Input.
    longest_seconds : float
        Time constant at 100 Hz.
    as_average : bool
        Scale the input by 1 − decay.

    Returns
    -------
    float64 (bands, ..., frames)

    Examples
    --------
    >>> smooth(torch.ones(109, 3, dtype=torch.float64), 0.03)[0]
    tensor([1.0000, 1.5133, 1.7768], dtype=torch.float64)
    """
    # Within a block of frames the filter is a triangular matrix; from block to block it is one number.
    matrix, fading = _smoothing(longest_seconds, as_average, values.dtype, str(values.device))
    n_frames = values.shape[-1]
    n_blocks = -(-n_frames // BLOCK)
    missing = n_blocks * BLOCK - n_frames
    padded = torch.nn.functional.pad(values, (0, missing)) if missing else values  # no copy where none is due
    inside = (padded.reshape(N_BANDS, -1, BLOCK) @ matrix).reshape(N_BANDS, -1, n_blocks, BLOCK)
    blocks = inside.unbind(dim=2)  # each (bands, signals, BLOCK)
    for before, block in pairwise(blocks):
        block.addcmul_(before[..., -1:], fading)
    return inside.reshape(padded.shape)[..., :n_frames]


def average(values: Tensor, longest_seconds: float) -> Tensor:
    """Smooth so that what is constant stays as it is in the end: `smooth` with an input of 1 − decay."""
    return smooth(values, longest_seconds, as_average=True)


@cache
def _smoothing(
    longest_seconds: float, as_average: bool, dtype: torch.dtype, device: str
) -> tuple[Tensor, Tensor]:
    """Return the filter within a block, (bands, from, to), and how a past fades in it, (bands, 1, to)."""
    decay = decay_factors(longest_seconds)[:, None, None]
    steps = np.arange(BLOCK)
    lag = steps[None] - steps[:, None]
    matrix = np.where(lag >= 0, decay ** lag.clip(min=0), 0.0)
    matrix = matrix * (1 - decay) if as_average else matrix
    return torch.as_tensor(matrix, device=device).to(dtype), torch.as_tensor(
        decay ** (steps + 1), device=device
    ).to(dtype)
