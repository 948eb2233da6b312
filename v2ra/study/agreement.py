"""How far listeners agree: Krippendorff's alpha.

Conventions
-----------
Ratings are ``(n_listeners, n_items)``; NaN where one gave none. Alpha is 1 where all agree, 0 where agreement is that
of chance, and below 0 where it is worse.

Source
------
Krippendorff (2011), "Computing Krippendorff's Alpha-Reliability": its worked example is a test.
"""

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from v2ra.errors import InputError

Level = Literal["nominal", "ordinal", "interval"]
Array = NDArray[np.float64]


def krippendorff_alpha(ratings: ArrayLike, *, level: Level = "ordinal") -> float:
    """Return 1 − D_observed / D_expected.

    Parameters
    ----------
    ratings : float (n_listeners, n_items)
        NaN where there is none; items that fewer than two rated do not count.
    level : str
        How far apart two values are: "nominal", "ordinal" (the grades of a scale, default) or "interval".

    Returns
    -------
    float
        At most 1, higher is better; NaN where all values are the same: nothing can be told apart then.

    Raises
    ------
    InputError
        Where no item was rated twice.

    Examples
    --------
    >>> krippendorff_alpha([[1, 2, 5], [1, 2, 5]])
    1.0
    """
    table = np.atleast_2d(np.asarray(ratings, dtype=np.float64))
    table = table[:, (~np.isnan(table)).sum(axis=0) > 1]
    if table.ndim != 2 or not table.size:
        raise InputError(
            "found no item with two ratings; expected (n_listeners, n_items); ask more listeners"
        )
    values = np.unique(table[~np.isnan(table)])
    counts = (table[:, :, None] == values).sum(axis=0).astype(np.float64)  # (n_items, n_values)
    n_ratings = counts.sum(axis=1, keepdims=True)
    pairs = counts[:, :, None] * counts[:, None, :] - counts[:, :, None] * np.eye(len(values))
    coincidences = (pairs / (n_ratings[:, :, None] - 1)).sum(axis=0)  # (n_values, n_values)
    totals = coincidences.sum(axis=1)
    distances = _distances(values, totals, level)
    expected = (np.outer(totals, totals) - np.diag(totals)) * distances
    if expected.sum() == 0:
        return float("nan")
    return float(1 - (totals.sum() - 1) * (coincidences * distances).sum() / expected.sum())


def _distances(values: Array, totals: Array, level: Level) -> Array:
    """Return the squared distances between values, (n_values, n_values)."""
    if level == "nominal":
        return 1 - np.eye(len(values))
    if level == "interval":
        return (values[:, None] - values[None]) ** 2
    middles = np.cumsum(totals) - totals / 2  # the mean rank of each value
    return np.asarray((middles[:, None] - middles[None]) ** 2)
