"""Correlation of one envelope with many, at every lag, from sums that they share.

What overlaps at a lag is the beginning of one envelope and the end of the other: running sums from both ends give
every mean and norm, and one product of matrices all sums of products. So it is as `v2ra.envelopes` has it for two, up
to rounding in the twelfth digit, at a twentieth of the time; of lags that are equally good it does not tell the first.

Conventions
-----------
Envelopes are float64 (n_frames,), finite, from 0. A positive lag, in frames, means that the estimate is late. A
correlation lies in [−1, 1], higher is better; 0 where one side does not change over what overlaps.

Source
------
Pearson correlation.
"""

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

FLAT = 1e-9  # an envelope that varies by less, relative to its peak, is constant but for rounding


def correlations(reference: FloatArray, estimates: FloatArray, *, largest: int) -> FloatArray:
    """Return the correlation of each estimate at each lag.

    Parameters
    ----------
    reference : float64 (n_frames,)
        An envelope.
    estimates : float64 (n_estimates, n_frames)
        Envelopes as long.
    largest : int
        Lags from −largest to largest are tried; fewer than there are frames.

    Returns
    -------
    float64 (n_estimates, 2 × largest + 1)

    Examples
    --------
    >>> early, late = np.eye(9)[3], np.eye(9)[4]
    >>> correlations(early, late[None], largest=1).round(2)
    array([[-0.14, -0.12,  1.  ]])
    """
    n_frames = len(reference)
    n_overlapping = n_frames - np.abs(np.arange(-largest, largest + 1))
    # What is taken off here cancels below; it keeps large sums from hiding small ones.
    first, second = reference[None] - reference.mean(), estimates - estimates.mean(axis=1, keepdims=True)
    rows = np.lib.stride_tricks.sliding_window_view(np.pad(first[0], largest), n_frames)[::-1]
    # The reference overlaps with its beginning where an estimate does with its end.
    sums_first, norms_first = (part[:, ::-1] for part in _sums_and_norms(first, reference[None], largest))
    sums_second, norms_second = _sums_and_norms(second, estimates, largest)
    shared = second @ rows.T - sums_first * sums_second / n_overlapping
    norms = norms_first * norms_second
    return np.asarray(np.clip(np.where(norms > 0, shared / np.where(norms > 0, norms, 1), 0), -1, 1))


def _sums_and_norms(values: FloatArray, levels: FloatArray, largest: int) -> tuple[FloatArray, FloatArray]:
    """Return the sum and the norm about the mean at each lag, (n_rows, n_lags); norm 0 where nothing changes."""
    sums, squares = (_at_lags(np.add, part, largest) for part in (values, values**2))
    n_overlapping = values.shape[1] - np.abs(np.arange(-largest, largest + 1))
    norms = np.sqrt(np.maximum(squares - sums**2 / n_overlapping, 0))
    high, low = (_at_lags(ends, levels, largest) for ends in (np.maximum, np.minimum))
    mean = _at_lags(np.add, levels, largest) / n_overlapping
    flat = np.maximum(high - mean, mean - low) <= FLAT * high
    return sums, np.where(flat, 0.0, norms)


def _at_lags(ufunc: np.ufunc, values: FloatArray, largest: int) -> FloatArray:
    """Accumulate a late estimate over what overlaps: its end where the lag is positive, else its beginning."""
    first = values.shape[1] - largest - 1
    beginnings = ufunc.accumulate(values, axis=1)[:, first:]  # the whole last
    ends = ufunc.accumulate(values[:, ::-1], axis=1)[:, first:-1]
    return np.concatenate([beginnings, ends[:, ::-1]], axis=1)
