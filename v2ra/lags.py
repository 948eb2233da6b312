"""Correlation of two envelopes at every lag, for one reference and many estimates.

Conventions
-----------
An envelope is float64 (n_frames,), finite, from 0; both are as long. A positive lag, in frames, means that the
estimate is late. Each lag is judged over the frames that then overlap. A correlation lies in [−1, 1], higher is
better; 0 where one envelope does not change.

Source
------
Pearson correlation.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

FLAT = 1e-9  # an envelope that varies by less, relative to its peak, is constant but for rounding


class Lagged(NamedTuple):
    """A reference beside which estimates are laid; each but the first is (n_lags, n_frames) or (n_lags, 1)."""

    lags: NDArray[np.int_]  # (n_lags,) in frames, 0 in the middle
    overlap: NDArray[np.bool_]  # where a late estimate has frames
    n_overlapping: NDArray[np.int_]
    standardised: FloatArray  # the reference over each overlap


def lagged(reference: FloatArray, *, largest: int) -> Lagged:
    """Prepare a reference: what depends on no estimate is computed once.

    Parameters
    ----------
    reference : float64 (n_frames,)
        An envelope.
    largest : int
        Lag in frames, less than all of them.

    Examples
    --------
    >>> lagged(np.array([0.0, 1.0, 0.0]), largest=1).overlap.sum(axis=1)
    array([2, 3, 2])
    """
    overlap = np.ascontiguousarray(_late(np.ones(len(reference), bool), largest))
    n_overlapping = overlap.sum(axis=1, keepdims=True)
    rows = _standardised(np.broadcast_to(reference, overlap.shape), overlap, n_overlapping)
    return Lagged(np.arange(-largest, largest + 1), overlap, n_overlapping, rows)


def correlations(reference: Lagged, estimate: FloatArray) -> FloatArray:
    """Return the correlation at each lag, (n_lags,).

    Parameters
    ----------
    reference : Lagged
        Of `lagged`.
    estimate : float64 (n_frames,)
        An envelope as long as the reference.

    Examples
    --------
    >>> early, late = np.eye(9)[3], np.eye(9)[4]
    >>> correlations(lagged(early, largest=1), late).round(2)
    array([-0.17, -0.12,  1.  ])
    """
    late = _late(estimate, len(reference.lags) // 2)
    rows = _standardised(late, reference.overlap, reference.n_overlapping)
    return np.asarray(np.clip((reference.standardised * rows).sum(axis=1), -1, 1))


def _late(values: NDArray[Any], largest: int) -> NDArray[Any]:
    """Return a row for each lag, (n_lags, n_frames), 0 where there are no frames."""
    return np.lib.stride_tricks.sliding_window_view(np.pad(values, largest), len(values))


def _standardised(
    values: FloatArray, overlap: NDArray[np.bool_], n_overlapping: NDArray[np.int_]
) -> FloatArray:
    """Each row less its mean, of norm 1, over the overlap; 0 elsewhere and in rows that do not change."""
    kept = np.where(overlap, values, 0.0)
    mean = kept.sum(axis=1, keepdims=True) / n_overlapping
    deviation = np.where(overlap, kept - mean, 0.0)
    flat = np.abs(deviation).max(axis=1) <= FLAT * kept.max(axis=1)
    norm = np.linalg.norm(deviation, axis=1)
    return np.asarray(deviation * np.where(flat, 0.0, 1 / np.where(flat, 1.0, norm))[:, None])
