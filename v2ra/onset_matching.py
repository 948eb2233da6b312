"""How many onsets of two sounds can meet, each with a partner of its own: for many draws of one sound at once.

Onsets in order whose windows are equally wide are matched best by giving each, in turn, the first partner that is
left: as many as a general matching finds, to be had for thousands of random draws in one go.

Conventions
-----------
Onsets are float64 (n_onsets,) in seconds, ascending, from 0.

Source
------
Glover (1967); the count is that of ``mir_eval.util.match_events``.
"""

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


def matched_counts(
    reference_onsets: FloatArray, estimate_onsets: FloatArray, *, window_seconds: float
) -> NDArray[np.int64]:
    """Count the onsets of each draw that meet one of the reference, each with a partner of its own.

    Parameters
    ----------
    reference_onsets : float64 (n_onsets,)
        Seconds, ascending.
    estimate_onsets : float64 (n_draws, n_estimate)
        Seconds, each row ascending.
    window_seconds : float
        Largest distance of two that meet.

    Returns
    -------
    int64 (n_draws,)
        The most that can be matched.

    Examples
    --------
    >>> draws = np.array([[0.98, 1.02], [0.98, 1.98]])
    >>> matched_counts(np.array([1.0, 2.0]), draws, window_seconds=0.05)
    array([1, 2])
    """
    first = np.searchsorted(reference_onsets, estimate_onsets - window_seconds, side="left").T
    stop = np.searchsorted(reference_onsets, estimate_onsets + window_seconds, side="right").T
    counts = np.zeros(len(estimate_onsets), np.int64)
    free = np.zeros_like(counts)  # the first onset of the reference that no earlier one took
    for low, high in zip(first, stop, strict=True):
        place = np.maximum(free, low)
        meets = place < high
        counts += meets
        free = np.where(meets, place + 1, free)
    return counts
