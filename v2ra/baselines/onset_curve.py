"""The onset curve: a bump at every onset, on a grid of slots, and its peaks.

Conventions
-----------
Times in seconds from the start of a clip. A curve is float ``(n_slots,)``, each point in the middle of its slot,
from 0 to about 1.

Source
------
Ours. A bump that falls on several points lets a parabola place its peak between them.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import signal

FloatArray = NDArray[np.float64]


def onset_curve(onsets: FloatArray, *, n_slots: int, slot_seconds: float, bump_seconds: float) -> FloatArray:
    """Return a Gaussian bump of height 1 at each onset.

    Parameters
    ----------
    onsets : float64 (n_onsets,)
        In seconds, in any order.
    n_slots : int
        Points of the curve.
    slot_seconds : float
        Their distance.
    bump_seconds : float
        Standard deviation of a bump.

    Returns
    -------
    float64 (n_slots,)
        Where bumps meet, the higher counts.

    Examples
    --------
    >>> onset_curve(np.array([0.2]), n_slots=5, slot_seconds=0.1, bump_seconds=0.05).round(2)
    array([0.01, 0.61, 0.61, 0.01, 0.  ])
    """
    times = (np.arange(n_slots) + 0.5) * slot_seconds
    distance = (times[:, None] - onsets) / bump_seconds  # (n_slots, n_onsets)
    return np.asarray(np.exp(-0.5 * distance**2).max(axis=1, initial=0.0), np.float64)


def pick_onsets(
    curve: NDArray[np.floating], *, threshold: float, slot_seconds: float, wait_seconds: float
) -> FloatArray:
    """Return the times of the peaks of a curve.

    Parameters
    ----------
    curve : float (n_slots,)
        One point or more.
    threshold : float
        Lower peaks do not count.
    slot_seconds : float
        Distance of the points.
    wait_seconds : float
        Of two peaks that are closer, the lower does not count.

    Returns
    -------
    float64 (n_onsets,)
        In seconds, ascending: the vertex of the parabola through each peak and its neighbours.

    Examples
    --------
    >>> curve = onset_curve(np.array([0.52]), n_slots=40, slot_seconds=0.025, bump_seconds=0.03)
    >>> pick_onsets(curve, threshold=0.3, slot_seconds=0.025, wait_seconds=0.25).round(2)
    array([0.52])
    """
    neighbours = np.pad(curve, 1, mode="edge")  # (n_slots + 2,): a peak at an end counts, too
    peaks, _ = signal.find_peaks(
        np.pad(curve, 1, constant_values=-np.inf),
        height=threshold,
        distance=max(round(wait_seconds / slot_seconds), 1),
    )  # (n_onsets,), counted from 1
    before, top, after = (neighbours[peaks + shift] for shift in (-1, 0, 1))
    vertex = 0.5 * (after - before) / np.maximum(2 * top - before - after, 1e-12)
    return np.asarray((peaks - 0.5 + np.clip(vertex, -0.5, 0.5)) * slot_seconds, np.float64)
