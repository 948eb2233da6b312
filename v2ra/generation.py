"""A trained generator over a whole clip: sound of exactly the clip's length.

Conventions
-----------
The generator knows seconds; a clip has any length. With `hop_seconds` 1 the seconds stand side by side,
as in Eq. 4. With a smaller hop, windows of V start every hop, and neighbours are crossfaded with raised
cosines that add up to one, so that no seam falls on an event twice or clicks. Vectors outside the clip
are zero.

Source
------
Eq. 4 (G(V_1 … V_Δt) → X_1 … X_Δt).
"""

import numpy as np
import torch
from numpy.typing import NDArray

from v2ra.encoding import encode_windows
from v2ra.errors import InputError
from v2ra.generator import Generator
from v2ra.timing import PAPER, Timing

Float32 = NDArray[np.float32]


def window_starts(n_vectors: int, *, hop_seconds: float, timing: Timing = PAPER) -> NDArray[np.int64]:
    """Return the first vector of each window that covers a clip.

    Examples
    --------
    >>> window_starts(20, hop_seconds=1.0).tolist(), window_starts(20, hop_seconds=0.5).tolist()
    ([0, 10], [-5, 0, 5, 10, 15])
    """
    p = timing.vectors_per_second
    hop = round(hop_seconds * p)
    if hop < 1 or p % hop or abs(hop / p - hop_seconds) > 1e-6:
        raise InputError(
            f"found generation.hop_seconds = {hop_seconds}; expected a whole fraction of 1 s; try 0.5"
        )
    return np.arange(0 if hop == p else hop - p, n_vectors, hop)


def generate_waveform(
    generator: Generator,
    features: NDArray[np.floating],
    *,
    n_samples: int,
    hop_seconds: float,
    timing: Timing = PAPER,
    batch_size: int = 16,
    seed: int = 0,
) -> Float32:
    """Return the sound for the feature vectors of a clip.

    Parameters
    ----------
    generator : Generator
        In evaluation mode.
    features : array (n_vectors, 4096)
        Scaled to [−1, 1].
    n_samples : int
        Length of the sound; at most what the vectors cover.
    hop_seconds : float
        Distance of windows.
    batch_size : int
        Windows at a time.
    seed : int
        Of z and of dropout, where the generator draws any at test time: a dub can be repeated.

    Returns
    -------
    float32 (n_samples,)
    """
    starts = window_starts(len(features), hop_seconds=hop_seconds, timing=timing)
    length, hop = timing.n_samples(1), timing.n_samples(hop_seconds)
    weight = _crossfade(length, hop)
    offset = -int(starts[0]) * timing.samples_per_vector
    mixed = np.zeros(
        offset + max(n_samples, int(starts[-1]) * timing.samples_per_vector + length), np.float32
    )
    device = next(generator.parameters()).device
    vectors = torch.from_numpy(np.asarray(features, np.float32))
    with torch.inference_mode(), torch.random.fork_rng(range(torch.cuda.device_count())):
        torch.manual_seed(seed)
        for first in range(0, len(starts), batch_size):
            some = starts[first : first + batch_size]
            windows = encode_windows(vectors, some.tolist(), timing=timing)  # (n_windows, 44100)
            sound = generator(windows[:, None].to(device))  # (n_windows, 1, 44100)
            for start, second in zip(some, sound[:, 0].float().cpu().numpy(), strict=True):
                place = offset + int(start) * timing.samples_per_vector
                mixed[place : place + length] += weight * second
    return mixed[offset : offset + n_samples]


def _crossfade(length: int, hop: int) -> Float32:
    """Return window weights that add up to one at every sample: ones, or a Hann window scaled to the hop."""
    if hop == length:
        return np.ones(length, np.float32)
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(length) / length)
    return np.asarray(hann * 2 * hop / length, np.float32)
