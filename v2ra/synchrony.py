"""Whether the events of a sound come when those of its video do.

A score has a *chance level*: what the same sound would get with its events at random times. It says
something about synchrony only where it is above that, and above the score of another clip's sound
(which `v2ra.evaluation` adds). The envelope scores of `v2ra.envelopes` can be had from here too.

Conventions
-----------
Arguments are (reference, estimate). Onsets are float64 (n_onsets,) in seconds, ascending, from 0.

Source
------
Ours: the paper judges synchrony by listening (Section 4.7). The F-measure is that of ``mir_eval.onset``: a
maximum bipartite matching, so that no onset counts twice.
"""

from typing import NamedTuple

import mir_eval.onset
import numpy as np
from numpy.typing import ArrayLike, NDArray

from v2ra.envelopes import (
    EnvelopeScore,
    chance_best_correlation,
    envelope,
    envelope_correlation,
    rms_db,
    rms_ratio,
)
from v2ra.errors import InputError
from v2ra.onset_matching import matched_counts
from v2ra.onsets import detect_onsets

__all__ = [
    "EnvelopeScore",
    "OnsetScore",
    "chance_best_correlation",
    "chance_f_measure",
    "check_onsets",
    "detect_onsets",
    "envelope",
    "envelope_correlation",
    "onset_f_measure",
    "rms_db",
    "rms_ratio",
]

FloatArray = NDArray[np.float64]

TOLERANCE_SECONDS = 0.05  # mir_eval's: sight and sound that far apart still seem one event
WIDE_SECONDS = 0.1  # the window of the peers (CondFoleyGen, SyncFusion), for numbers beside theirs


class OnsetScore(NamedTuple):
    """How well two sets of onsets agree; each from 0 to 1, higher is better."""

    f_measure: float
    precision: float
    recall: float


def check_onsets(onsets: ArrayLike) -> FloatArray:
    """Return onsets as float64, or raise.

    Parameters
    ----------
    onsets : float (n_onsets,)
        May be empty.

    Raises
    ------
    InputError
        If they are not a list of times, out of order, or not between 0 and 30,000 s.

    Examples
    --------
    >>> check_onsets([2, 1])
    Traceback (most recent call last):
        ...
    v2ra.errors.InputError: found onsets out of order at 1 s; expected ascending seconds; sort them
    """
    times = np.asarray(onsets, dtype=np.float64)
    if times.ndim != 1:
        raise InputError(f"found onsets of shape {times.shape}; expected (n_onsets,); give a list of seconds")
    latest = mir_eval.onset.MAX_TIME  # 30,000 s: what is later is no time in seconds
    wrong = times[~((times >= 0) & (times <= latest))]
    if len(wrong):
        raise InputError(
            f"found an onset at {wrong[0]:g} s; expected 0 to {latest:g} s; remove or rescale it"
        )
    unsorted = times[1:][np.diff(times) < 0]
    if len(unsorted):
        raise InputError(
            f"found onsets out of order at {unsorted[0]:g} s; expected ascending seconds; sort them"
        )
    return times


def onset_f_measure(
    reference_onsets: ArrayLike, estimate_onsets: ArrayLike, *, window_seconds: float = TOLERANCE_SECONDS
) -> OnsetScore:
    """Share of onsets that meet, each with a partner of its own.

    Parameters
    ----------
    reference_onsets, estimate_onsets : float (n_onsets,)
        Seconds, ascending.
    window_seconds : float
        Largest distance of two onsets that meet.

    Returns
    -------
    OnsetScore
        0 to 1, higher is better. Where one side is empty, or both, all three are 0, as in mir_eval:
        nothing is shown to be in time.

    Raises
    ------
    InputError
        If onsets are no times in order, or the window is not positive.

    Examples
    --------
    >>> onset_f_measure([0.5, 1.0], [0.52, 0.53])
    OnsetScore(f_measure=0.5, precision=0.5, recall=0.5)
    """
    reference, estimate = check_onsets(reference_onsets), check_onsets(estimate_onsets)
    if not window_seconds > 0:
        raise InputError(f"found a window of {window_seconds} s; expected a positive time; give seconds")
    if not len(reference) or not len(estimate):
        return OnsetScore(0.0, 0.0, 0.0)
    scores = mir_eval.onset.f_measure(reference, estimate, window=window_seconds)
    return OnsetScore(*(float(score) for score in scores))


def chance_f_measure(
    reference_onsets: ArrayLike,
    n_estimate: int,
    *,
    n_seconds: float,
    window_seconds: float = TOLERANCE_SECONDS,
    n_draws: int = 200,
    rng: np.random.Generator,
) -> float:
    """F-measure of onsets at random times, mean over draws.

    Parameters
    ----------
    reference_onsets : float (n_onsets,)
        Seconds, ascending.
    n_estimate : int
        How many onsets are placed, uniformly over the clip.
    n_seconds : float
        Length of the clip.
    window_seconds : float
        As in `onset_f_measure`.
    n_draws : int
        200 leave a standard error of about 0.01.
    rng : Generator
        Source of chance.

    Returns
    -------
    float
        0 to 1; an F-measure must be above it to mean anything.

    Raises
    ------
    InputError
        If there is no draw, a time is not positive, or onsets are no times in order.

    Examples
    --------
    >>> chance_f_measure([1.0], 1, n_seconds=2, window_seconds=1, rng=np.random.default_rng(0))
    1.0
    """
    if n_draws < 1 or n_estimate < 0 or not n_seconds > 0 or not window_seconds > 0:
        found = f"{n_draws} draws of {n_estimate} onsets in {n_seconds} s, a window of {window_seconds} s"
        raise InputError(f"found {found}; expected one draw or more in a positive time; change the numbers")
    draws = np.sort(rng.uniform(0, n_seconds, size=(n_draws, n_estimate)), axis=1)
    reference = check_onsets(reference_onsets)
    if not len(reference) or not n_estimate:
        return 0.0
    n_matched = matched_counts(reference, draws, window_seconds=window_seconds)  # (n_draws,)
    precision, recall = n_matched / n_estimate, n_matched / len(reference)
    total = np.where(n_matched > 0, precision + recall, 1.0)
    return float(np.mean(2 * precision * recall / total))
