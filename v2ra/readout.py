"""A linear read-out of the sound's level from features: what V holds in the tuned recipe.

Both networks slide one kernel over all 4096 places of a feature vector, so neither can weigh one feature
against another: with the vectors as they come, a discriminator that is asked whether sound and video
match learns next to nothing (PAPER_NOTES.md). The read-out does the weighing first. It is fitted by ridge
regression on the training part and stands in place of the vector, repeated over its 4096 places. A
training clip gets what a fit to the other training clips reads out of it: a fit knows its own clips too well.

Conventions
-----------
For each vector, `N_SLOTS` numbers: the predicted level of the sound in each third of its 0.1 s, in
standard deviations over the training part, a third of that in V so that ±3 deviations fill [−1, 1].
Inputs are scaled features of the vector and of its two neighbours.

Source
------
Ours; the paper concatenates the vectors as they are (Eq. 3), and so does the paper's recipe.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray

from v2ra.encoding import scale_features
from v2ra.timing import PAPER, Timing

Float32 = NDArray[np.float32]

N_SLOTS = 3  # a slot is 33 ms: finer than the ±50 ms of the onset score
FLOOR = 1e-3  # amplitude under which sound counts as silent, -60 dB
RIDGE = 1.0  # penalty, in units of the mean eigenvalue of the inputs' Gram matrix


@dataclass(frozen=True)
class Readout:
    """Weights of the read-out.

    Attributes
    ----------
    weights : float32 (3 × feature_size, N_SLOTS)
        Of the previous, the current and the next vector.
    offset : float32 (N_SLOTS,)
        Added to the weighted sum.
    held_out : tuple of float32 (n_vectors, N_SLOTS)
        For each training clip the levels that a fit to the others gives it: what training is conditioned
        on, so that it sees V as unseen clips show it. Not kept on disk; empty with one clip.
    """

    weights: Float32
    offset: Float32
    held_out: tuple[Float32, ...] = field(default=(), repr=False, compare=False)

    def tensors(self) -> dict[str, torch.Tensor]:
        """Return weights and offset by the names that a run folder keeps them under."""
        return {
            "readout.weights": torch.from_numpy(self.weights),
            "readout.offset": torch.from_numpy(self.offset),
        }

    def __call__(self, features: NDArray[np.floating], *, timing: Timing = PAPER) -> Float32:
        """Return the read-out of a clip in the place of its vectors.

        Parameters
        ----------
        features : array (n_vectors, feature_size)
            Scaled features.

        Returns
        -------
        float32 (n_vectors, feature_size)
            In [−1, 1]: each slot's number, repeated over its third of the vector.
        """
        levels = with_neighbours(features) @ self.weights + self.offset  # (n_vectors, N_SLOTS)
        return placed(levels, timing=timing)


def placed(levels: NDArray[np.floating], *, timing: Timing = PAPER) -> Float32:
    """Return levels (n_vectors, N_SLOTS) in the place of vectors, (n_vectors, feature_size) in [−1, 1]."""
    places = np.arange(timing.feature_size) * N_SLOTS // timing.feature_size
    return np.asarray(np.clip(levels / 3, -1, 1)[:, places], np.float32)  # (n_vectors, feature_size)


def fit_readout(
    features: Sequence[NDArray[np.floating]], waveforms: Sequence[Float32], *, timing: Timing = PAPER
) -> Readout:
    """Fit the read-out by ridge regression.

    Parameters
    ----------
    features : sequence of arrays (n_vectors, feature_size)
        Scaled features of the training clips.
    waveforms : sequence of float32 (time,)
        Their sound.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> loud = np.repeat([0.0, 0.5, 0.0, 0.5], 4410).astype(np.float32)
    >>> vectors = np.repeat(loud[::4410, None], 4096, axis=1)
    >>> (fit_readout([vectors], [loud])(vectors).mean(1) > 0).tolist()
    [False, True, False, True]
    """
    inputs = [with_neighbours(clip) for clip in features]
    rows = np.concatenate(inputs)  # (n, 3 × feature_size)
    targets = np.concatenate(
        [slot_levels(w, n_vectors=len(f), timing=timing) for f, w in zip(features, waveforms, strict=True)]
    )  # (n, N_SLOTS)
    targets = (targets - targets.mean(0)) / (targets.std(0) + 1e-9)
    gram = rows @ rows.T  # (n, n): there are fewer vectors than features
    held_out = _held_out(gram, targets, lengths=[len(clip) for clip in inputs])  # (n, N_SLOTS)
    centre = rows.mean(0)
    weights = (rows - centre).T @ _dual(gram, targets)
    # One deviation of what unseen clips get: a fit says more about its own clips than about others.
    spread = (held_out if len(inputs) > 1 else (rows - centre) @ weights).std(0) + 1e-9
    weights = weights / spread
    levels = np.split(held_out / spread, np.cumsum([len(clip) for clip in inputs])[:-1])
    return Readout(
        weights.astype(np.float32),
        (-centre @ weights).astype(np.float32),
        tuple(level.astype(np.float32) for level in levels) if len(inputs) > 1 else (),
    )


def _dual(gram: NDArray[np.floating], targets: NDArray[np.floating]) -> NDArray[np.floating]:
    """Return the ridge regression's dual weights, ``(n, N_SLOTS)``, for centred inputs."""
    centred = gram - gram.mean(0) - gram.mean(1, keepdims=True) + gram.mean()
    penalty = RIDGE * np.trace(centred) / len(centred) + 1e-9
    return np.asarray(np.linalg.solve(centred + penalty * np.eye(len(centred)), targets - targets.mean(0)))


def _held_out(
    gram: NDArray[np.floating], targets: NDArray[np.floating], *, lengths: Sequence[int]
) -> NDArray[np.float64]:
    """Return for each clip what a fit to the other clips reads out of it, ``(n, N_SLOTS)``."""
    clip_of = np.repeat(np.arange(len(lengths)), lengths)
    read = np.zeros(targets.shape)
    for clip in range(len(lengths)):
        one, others = clip_of == clip, clip_of != clip
        if not others.any():
            continue
        known = gram[np.ix_(others, others)]
        new = gram[np.ix_(one, others)]
        centred = new - new.mean(1, keepdims=True) - known.mean(0) + known.mean()
        read[one] = centred @ _dual(known, targets[others]) + targets[others].mean(0)
    return read


def condition(
    features: NDArray[np.floating], *, scaling: str, readout: Readout | None, timing: Timing = PAPER
) -> Float32:
    """Return what V is made of: features scaled, and read out where there is a read-out.

    Parameters
    ----------
    features : array (n_vectors, feature_size)
        Of one whole clip, as the backend gave them.
    scaling : str
        Mode of `v2ra.encoding.scale_features`.
    """
    scaled = scale_features(features, mode=scaling)
    return scaled if readout is None else readout(scaled, timing=timing)


def with_neighbours(features: NDArray[np.floating]) -> Float32:
    """Return each vector between the one before and the one after it; the clip's ends repeat.

    Examples
    --------
    >>> with_neighbours(np.array([[1.0], [2.0]])).tolist()
    [[1.0, 1.0, 2.0], [1.0, 2.0, 2.0]]
    """
    padded = np.pad(np.asarray(features, np.float32), ((1, 1), (0, 0)), mode="edge")
    return np.concatenate([padded[:-2], padded[1:-1], padded[2:]], axis=1)  # (n_vectors, 3 × feature_size)


def slot_levels(waveform: Float32, *, n_vectors: int, timing: Timing = PAPER) -> NDArray[np.float64]:
    """Return the log amplitude in each slot of each vector, ``(n_vectors, N_SLOTS)``; silence past the end."""
    slot = timing.samples_per_vector // N_SLOTS
    padded = np.zeros(n_vectors * timing.samples_per_vector)
    padded[: len(waveform)] = np.abs(waveform[: len(padded)])
    grouped = padded.reshape(n_vectors, timing.samples_per_vector)[:, : slot * N_SLOTS]
    return np.asarray(np.log(grouped.reshape(n_vectors, N_SLOTS, slot).mean(2) + FLOOR))
