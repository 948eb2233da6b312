"""What of an event is visible in the features: how far each vector lies from the one before it.

Conventions
-----------
Features are (n_vectors, 4096), ten a second. A step is the move from one vector to the next; its distance is
Euclidean, over the mean step of the clip, so that 1 is an ordinary step. Step k ends at the frame that
vector k reads: an event is first seen in the first step that ends at or after it.

Source
------
Ours, for Section 3.1: what the encoder does not show, the generator cannot put in time.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from v2ra.datasets import EncodedClip
from v2ra.encoding import used_frames
from v2ra.errors import InputError
from v2ra.timing import PAPER, Timing

Float64 = NDArray[np.float64]

N_STEPS = 3
"""Steps shown before and after an event: 0.3 s, less than the least gap of the synthetic clips."""


def step_distances(features: ArrayLike) -> Float64:
    """Return the distance of each vector from the one before it, 1 on the clip's mean.

    Parameters
    ----------
    features : array_like, shape (n_vectors, feature_size)
        Of one clip, scaled or not.

    Returns
    -------
    ndarray of float64, shape (n_vectors,)
        The first has no vector before it and is NaN. All 1 where every step is as long as the others;
        0 where nothing changes.

    Raises
    ------
    InputError
        Fewer than two vectors.

    Examples
    --------
    >>> step_distances([[0.0, 0.0], [3.0, 4.0], [3.0, 4.0]]).tolist()
    [nan, 2.0, 0.0]
    """
    values = np.asarray(features, np.float64)
    if values.ndim != 2 or len(values) < 2:
        raise InputError(
            f"found features of shape {values.shape}; expected two vectors or more; take a longer clip"
        )
    distances = np.linalg.norm(np.diff(values, axis=0), axis=1)  # (n_vectors - 1,)
    return np.concatenate([[np.nan], distances / max(distances.mean(), 1e-12)])


def step_times(n_vectors: int, *, timing: Timing = PAPER, which: str = "last") -> Float64:
    """Return when each step ends: the time of the frame that its vector reads, in seconds.

    Examples
    --------
    >>> step_times(3).round(3).tolist()
    [0.067, 0.167, 0.267]
    """
    n_seconds = n_vectors * timing.samples_per_vector / timing.sample_rate
    return used_frames(n_seconds, timing=timing, which=which) / timing.frame_rate


def event_profile(
    clips: Sequence[EncodedClip], *, timing: Timing = PAPER, which: str = "last", n_steps: int = N_STEPS
) -> pd.DataFrame:
    """Return the mean distance in the steps around the events, and around the events of another clip.

    Parameters
    ----------
    clips : sequence of EncodedClip
        Of one category. The control of each is the next one's events.
    timing : Timing
        Rates.
    which : str
        Which frame of a group was read.
    n_steps : int
        Steps before and after an event.

    Returns
    -------
    DataFrame
        A row a step: lag_seconds (0 is the step in which the event is first seen), matched, control, and
        n_events, the number behind matched. NaN where there are no events.

    Examples
    --------
    >>> still, moved = np.zeros((10, 4096), np.float16), np.ones((10, 4096), np.float16)
    >>> clip = EncodedClip("a", "train", np.concatenate([still, moved]), np.zeros(88200, np.int16), np.array([1.0]))
    >>> profile = event_profile([clip])
    >>> profile.loc[profile["matched"].idxmax(), "lag_seconds"]
    np.float64(0.0)
    """
    lags = np.arange(-n_steps, n_steps + 1)
    matched, control = [np.zeros((0, len(lags)))], [np.zeros((0, len(lags)))]
    for index, clip in enumerate(clips):
        distances = step_distances(clip.features)
        times = step_times(len(distances), timing=timing, which=which)
        other = clips[(index + 1) % len(clips)].event_times
        matched.append(_around(distances, times, clip.event_times, lags))
        control.append(_around(distances, times, other, lags))
    found, elsewhere = (np.ma.masked_invalid(np.concatenate(parts)) for parts in (matched, control))
    return pd.DataFrame(
        {
            "lag_seconds": lags * timing.samples_per_vector / timing.sample_rate,
            "matched": found.mean(axis=0).filled(np.nan),
            "control": elsewhere.mean(axis=0).filled(np.nan),
            "n_events": found.count(axis=0),
        }
    )


def _around(distances: Float64, times: Float64, event_times: Float64, lags: NDArray[np.int64]) -> Float64:
    """Return the distances around each event, (n_events, n_lags), NaN outside the clip."""
    padded = np.pad(distances, len(lags), constant_values=np.nan)
    first = np.searchsorted(times, event_times - 1e-9)  # a contact in the very frame is seen in it
    places = np.clip(first[:, None] + lags + len(lags), 0, len(padded) - 1)
    around: Float64 = padded[places]  # (n_events, n_lags)
    return around
