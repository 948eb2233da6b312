"""How well onsets at random times do, for many draws at once.

What `v2ra.synchrony.chance_f_measure` says, to the last bit, without a general matching for each draw: onsets in
order whose windows are equally wide are matched best by giving each, in turn, the first partner that is left.

Conventions
-----------
Onsets are float64 (n_onsets,) in seconds, ascending, from 0.

Source
------
The F-measure of ``mir_eval.onset``; Glover (1967) for the matching.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from v2ra.errors import InputError
from v2ra.synchrony import TOLERANCE_SECONDS, check_onsets

FloatArray = NDArray[np.float64]


def random_f_measure(
    reference_onsets: ArrayLike,
    n_estimate: int,
    *,
    n_seconds: float,
    window_seconds: float = TOLERANCE_SECONDS,
    n_draws: int = 200,
    rng: np.random.Generator,
) -> float:
    """F-measure of onsets at random times, mean over draws; as `v2ra.synchrony.chance_f_measure`.

    Parameters
    ----------
    reference_onsets, n_estimate, n_seconds, window_seconds, n_draws, rng
        As there.

    Returns
    -------
    float
        0 to 1; an F-measure must be above it to mean anything.

    Raises
    ------
    InputError
        As there.

    Examples
    --------
    >>> random_f_measure([0.5], 1, n_seconds=1, window_seconds=0.6, rng=np.random.default_rng(0))
    1.0
    """
    if n_draws < 1 or n_estimate < 0 or not n_seconds > 0 or not window_seconds > 0:
        raise InputError(
            f"found {n_draws} draws of {n_estimate} onsets in {n_seconds} s and a window of {window_seconds} s; "
            "expected one draw or more in a positive time; change the numbers"
        )
    draws = np.sort(rng.uniform(0, n_seconds, size=(n_draws, n_estimate)), axis=1)
    reference = check_onsets(reference_onsets)
    check_onsets(np.sort(draws, axis=None))
    if not len(reference) or not n_estimate:
        return 0.0
    n_matched = matched_counts(reference, draws, window_seconds=window_seconds)
    precision, recall = n_matched / n_estimate, n_matched / len(reference)
    found = n_matched > 0
    total = np.where(found, precision + recall, 1.0)
    return float(np.mean(np.where(found, 2 * precision * recall / total, 0.0)))


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
