"""All synchrony scores of one sound against the real one, with its controls.

Conventions
-----------
Arguments are (reference, estimate), waveforms (time,) in [−1, 1]. Scores are a dict by name; a control of NAME
is NAME_mismatched or NAME_chance.

Source
------
Ours; the mismatched control is that of Section 4.7.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from v2ra.envelopes import chance_best_correlation, envelope_correlation, rms_ratio
from v2ra.onsets import detect_onsets
from v2ra.synchrony import (
    TOLERANCE_SECONDS,
    WIDE_SECONDS,
    chance_f_measure,
    check_onsets,
    onset_f_measure,
)
from v2ra.waveforms import check_waveform

Array = NDArray[np.floating]

N_DRAWS = 100  # of the chance onset F of one clip: a standard error of 0.015, less over several clips


@dataclass(frozen=True, eq=False)
class Sound:
    """A waveform with its onsets, which are found once and compared often."""

    waveform: Array
    onsets: Array

    def until(self, n_samples: int, *, sample_rate: int) -> "Sound":
        """Return the first samples, with the onsets in them."""
        return Sound(self.waveform[:n_samples], self.onsets[self.onsets < n_samples / sample_rate])


def hear(waveform: Array, *, sample_rate: int, event_times: Array | None = None) -> Sound:
    """Return a sound with its annotated onsets, or with those that are detected.

    Examples
    --------
    >>> hear(np.zeros(44100), sample_rate=44100, event_times=np.array([0.5])).onsets
    array([0.5])
    """
    check_waveform(waveform)
    if event_times is not None and len(event_times):
        return Sound(waveform, check_onsets(event_times))
    return Sound(waveform, detect_onsets(waveform, sample_rate=sample_rate))


def synchrony_scores(
    reference: Sound, estimate: Sound, *, sample_rate: int, window_seconds: float = TOLERANCE_SECONDS
) -> dict[str, float]:
    """Score one sound against the real one.

    Parameters
    ----------
    reference, estimate : Sound
        Of the same length within 10 ms; the reference is not silent.
    sample_rate : int
        In Hz.
    window_seconds : float
        Tolerance of the onset F-measure.

    Returns
    -------
    dict
        onset_f, onset_precision, onset_recall, onset_f_100ms (0 to 1; the last within ±100 ms whatever the
        window), envelope_correlation, best_envelope_correlation (−1 to 1): higher is better;
        best_lag_seconds: 0 is best, positive is late; rms_ratio: 1 is right; n_onsets: how many the estimate
        has, to be read beside the ground truth's.

    Examples
    --------
    >>> click = hear(np.eye(1, 44100, 22050)[0], sample_rate=44100)
    >>> scores = synchrony_scores(click, click, sample_rate=44100)
    >>> scores["onset_f"], scores["rms_ratio"]
    (1.0, 1.0)
    """
    scores = _timing_scores(reference, estimate, sample_rate=sample_rate, window_seconds=window_seconds)
    return {**scores, "rms_ratio": rms_ratio(reference.waveform, estimate.waveform)}


def mismatched_scores(
    reference: Sound, others: Sequence[Sound], *, sample_rate: int, window_seconds: float = TOLERANCE_SECONDS
) -> dict[str, float]:
    """Score sounds of other clips against the real one: the mean of each score, NAME_mismatched.

    Parameters
    ----------
    reference : Sound
        The real sound.
    others : sequence of Sound
        Of other clips; each is compared over the length it shares with the reference, its level
        over the whole. No other clips give no scores.
    sample_rate : int
        In Hz.
    window_seconds : float
        Tolerance of the onset F-measure.

    Examples
    --------
    >>> early, late = (hear(np.eye(1, 44100, k)[0], sample_rate=44100) for k in (11025, 33075))
    >>> mismatched_scores(early, [late], sample_rate=44100)["onset_f_mismatched"]
    0.0
    """
    found = []
    for other in others:
        n_samples = min(len(reference.waveform), len(other.waveform))
        both = (sound.until(n_samples, sample_rate=sample_rate) for sound in (reference, other))
        scores = _timing_scores(*both, sample_rate=sample_rate, window_seconds=window_seconds)
        found.append({**scores, "rms_ratio": rms_ratio(reference.waveform, other.waveform)})
    names = found[0] if found else ()
    return {f"{name}_mismatched": float(np.mean([scores[name] for scores in found])) for name in names}


def chance_scores(
    reference: Sound,
    estimate: Sound,
    *,
    sample_rate: int,
    window_seconds: float = TOLERANCE_SECONDS,
    n_draws: int = N_DRAWS,
    rng: np.random.Generator,
) -> dict[str, float]:
    """Score the estimate with its events at random times: NAME_chance, where chance is defined.

    The level of a sound and the number of its onsets do not depend on when its events come: `rms_ratio` and
    `n_onsets` have no chance level.

    Parameters
    ----------
    reference, estimate : Sound
        As in `synchrony_scores`.
    sample_rate : int
        In Hz.
    window_seconds : float
        Tolerance of the onset F-measure.
    n_draws : int
        Draws of random onsets; a fifth of that many rotations of the envelope.
    rng : Generator
        Source of chance.

    Examples
    --------
    >>> click = hear(np.eye(1, 44100, 22050)[0], sample_rate=44100)
    >>> sorted(chance_scores(click, click, sample_rate=44100, rng=np.random.default_rng(0)))
    ['best_envelope_correlation_chance', 'envelope_correlation_chance', 'onset_f_100ms_chance', 'onset_f_chance']
    """
    counted: dict[str, Any] = {
        "n_seconds": len(reference.waveform) / sample_rate,
        "n_draws": n_draws,
        "rng": rng,
    }
    n_onsets = len(estimate.onsets)
    onset_f = chance_f_measure(reference.onsets, n_onsets, window_seconds=window_seconds, **counted)
    best = chance_best_correlation(
        reference.waveform, estimate.waveform, sample_rate=sample_rate, n_draws=max(n_draws // 5, 1), rng=rng
    )
    return {
        "onset_f_chance": onset_f,
        "onset_f_100ms_chance": chance_f_measure(
            reference.onsets, n_onsets, window_seconds=WIDE_SECONDS, **counted
        ),
        "envelope_correlation_chance": 0.0,  # exactly: see `chance_best_correlation`
        "best_envelope_correlation_chance": best,
    }


def _timing_scores(
    reference: Sound, estimate: Sound, *, sample_rate: int, window_seconds: float
) -> dict[str, float]:
    onsets = onset_f_measure(reference.onsets, estimate.onsets, window_seconds=window_seconds)
    wide = onset_f_measure(reference.onsets, estimate.onsets, window_seconds=WIDE_SECONDS)
    envelopes = envelope_correlation(reference.waveform, estimate.waveform, sample_rate=sample_rate)
    return {
        "onset_f": onsets.f_measure,
        "onset_precision": onsets.precision,
        "onset_recall": onsets.recall,
        "onset_f_100ms": wide.f_measure,
        "n_onsets": float(len(estimate.onsets)),
        "envelope_correlation": envelopes.correlation,
        "best_envelope_correlation": envelopes.best_correlation,
        "best_lag_seconds": envelopes.best_lag_seconds,
    }
