"""How far a mean may be off: intervals by resampling clips and seeds.

Conventions
-----------
Values are ``(n_seeds, n_clips)``; NaN marks a clip that a seed has no value for. Every seed is scored on the
same clips, so that the two are crossed: each resample draws seeds and clips apart, with replacement, and
takes the mean of all their pairs. Clips of one seed alone would call the luck of a training run certain.

Source
------
Ours: the paper gives no interval. Percentile bootstrap (Efron and Tibshirani, 1993).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from v2ra.errors import InputError

SHARE = 0.95
N_RESAMPLES = 2000  # the ends of a 95 % interval then rest on 50 resamples each


class Interval(NamedTuple):
    """A mean, and the ends of its 95 % interval."""

    mean: float
    low: float
    high: float


def mean_interval(values: ArrayLike, *, n_resamples: int = N_RESAMPLES, seed: int = 0) -> Interval:
    """Return the mean over seeds and clips with its 95 % interval.

    Parameters
    ----------
    values : float (n_seeds, n_clips) or (n_clips,)
        One score each; NaN where there is none.
    n_resamples : int
        Number of resamples.
    seed : int
        Of the draws: equal values give equal intervals.

    Returns
    -------
    Interval
        With one clip alone low and high are NaN: nothing is known of how clips differ.

    Raises
    ------
    InputError
        If there is no value, or the shape is another.

    Examples
    --------
    >>> mean_interval([0.5, 0.5, 0.5])
    Interval(mean=0.5, low=0.5, high=0.5)
    """
    table = np.atleast_2d(np.asarray(values, dtype=np.float64))  # (n_seeds, n_clips)
    if table.ndim != 2 or np.isnan(table).all():
        raise InputError(
            f"found values of shape {table.shape}; expected (n_seeds, n_clips); give some scores"
        )
    mean = float(np.nanmean(table))
    if table.shape[1] < 2:
        return Interval(mean, np.nan, np.nan)
    rng = np.random.default_rng(seed)
    seeds, clips = (rng.integers(n, size=(n_resamples, n)) for n in table.shape)
    drawn = table[seeds[:, :, None], clips[:, None, :]]  # (n_resamples, n_seeds, n_clips)
    if np.isnan(table).any():
        drawn = drawn[~np.isnan(drawn).all(axis=(1, 2))]
        means = np.nanmean(drawn, axis=(1, 2))
    else:  # the same in half the time
        means = drawn.mean(axis=(1, 2))
    low, high = np.percentile(means, [50 * (1 - SHARE), 50 * (1 + SHARE)])
    return Interval(mean, float(low), float(high))
