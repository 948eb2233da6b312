"""The peers' own synchrony scores, flaws and all, so that numbers can be set beside theirs.

Never judge by them: each docstring says what its score rewards, and ``tests/test_peer_scores.py`` shows it.
`v2ra.synchrony` is what to judge by. What the peers score frame by frame is in `v2ra.peer_frames`.

Conventions
-----------
Arguments are (reference, estimate). Onsets are float64 seconds, ascending; scores are from 0 to 1, higher was meant
to be better.

Source
------
CondFoleyGen (Du and others, 2023), SyncFusion (Comunità and others, 2023), MMAudio (Cheng and others, 2025): what
their evaluation scripts compute, written anew.
"""

from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.metrics import average_precision_score, f1_score

from v2ra.errors import InputError
from v2ra.peer_onsets import PeerOnsets, find_peer_onsets
from v2ra.synchrony import check_onsets

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class PeerStyle:
    """What tells the peers' scripts apart."""

    window_seconds: float  # half width of the window in which two onsets match
    signed: bool = False  # confidence from the waveform, not its magnitude
    stale_index: bool = False  # looks up the wrong onset's value once one has been matched
    zero_without_onsets: bool = False  # a clip without onsets on one side scores 0 throughout


STYLES = MappingProxyType(
    {
        "condfoleygen": PeerStyle(window_seconds=0.1),
        "syncfusion": PeerStyle(window_seconds=0.1, zero_without_onsets=True),
        # One number, 0.3, serves as librosa's threshold and as a window in seconds.
        "mmaudio": PeerStyle(window_seconds=0.3, signed=True, stale_index=True),
    }
)
"""The scripts by name."""


class PeerOnsetScore(NamedTuple):
    """Scores of one clip; the peers report means over clips.

    Attributes
    ----------
    count_accuracy : float
        1 if there are as many onsets in both, whenever they are; counted before thinning.
    accuracy : float
        Share of the reference's onsets that are matched.
    average_precision, f1 : float
        Of a list in which matched onsets and missed ones are positives, further ones negatives.
    """

    count_accuracy: float
    accuracy: float
    average_precision: float
    f1: float


def peer_onset_score(
    reference_onsets: ArrayLike, estimate: ArrayLike, *, sample_rate: int, style: str = "condfoleygen"
) -> PeerOnsetScore:
    """Score a sound as a peer's script does.

    Parameters
    ----------
    reference_onsets : float (n_onsets,)
        Annotated (MMAudio), or what `find_peer_onsets` has detected in the real sound (the other two).
    estimate : float (time,)
        The sound that is scored.
    sample_rate : int
        In Hz.
    style : str
        A name of `STYLES`.

    Returns
    -------
    PeerOnsetScore

    Raises
    ------
    InputError
        If onsets are no times, the estimate is no waveform, or there is no such style.

    Notes
    -----
    Flaws: once the estimate's onsets are used up the remaining misses are left out, so that one right hit of ten
    has an average precision of 1; so has silence against a clip with hits, for then there are only positives.
    The count rewards right numbers at wrong times. Accuracy does not see false onsets. Matching takes the
    loudest candidate and not the nearest, and is not the largest possible. Windows of ±0.1 and ±0.3 s let random
    onsets score. Where there is no onset at all the scripts stop; here the last three are 0.

    Examples
    --------
    >>> silence = np.zeros(44100)
    >>> peer_onset_score([0.2, 0.5], silence, sample_rate=44100).average_precision
    1.0
    >>> peer_onset_score([0.2, 0.5], silence, sample_rate=44100, style="syncfusion").average_precision
    0.0
    """
    if style not in STYLES:
        raise InputError(f"found the style {style!r}; expected one of {', '.join(STYLES)}; choose one")
    settings = STYLES[style]
    onsets = find_peer_onsets(estimate, sample_rate=sample_rate, signed=settings.signed)
    return peer_match_score(reference_onsets, onsets, style=settings)


def peer_match_score(
    reference_onsets: ArrayLike, estimate_onsets: PeerOnsets, *, style: PeerStyle
) -> PeerOnsetScore:
    """Score onsets that were found already; see `peer_onset_score`.

    Examples
    --------
    >>> time, loud = np.array([0.5]), np.array([0.9])
    >>> one = PeerOnsets(time, time, loud, loud)
    >>> peer_match_score(np.arange(0.5, 5, 0.5), one, style=STYLES["condfoleygen"]).average_precision
    1.0
    """
    reference = check_onsets(reference_onsets)
    check_onsets(estimate_onsets.times)
    same_count = float(len(reference) == len(estimate_onsets.detected))
    empty = not len(reference) or not len(estimate_onsets.times)
    if style.zero_without_onsets and empty:
        return PeerOnsetScore(0.0, 0.0, 0.0, 0.0)
    truth, trust, n_hits = _matched(reference, estimate_onsets, style)
    if not truth:
        return PeerOnsetScore(same_count, 0.0, 0.0, 0.0)
    accuracy = n_hits / len(reference) if len(reference) else 0.0
    if not any(truth):
        return PeerOnsetScore(same_count, accuracy, 0.0, 0.0)
    precision = float(average_precision_score(truth, trust))
    return PeerOnsetScore(
        same_count, accuracy, precision, float(f1_score(truth, np.array(trust) > 0, zero_division=0))
    )


def _matched(
    reference: FloatArray, onsets: PeerOnsets, style: PeerStyle
) -> tuple[list[int], list[float], int]:
    """Go through the reference as the scripts do: truth and confidence of each entry, number of hits."""
    left = list(range(len(onsets.times)))
    truth, trust, n_hits = [], [], 0
    for time in reference:
        near = [
            place
            for place, index in enumerate(left)
            if abs(onsets.times[index] - time) < style.window_seconds
        ]
        truth.append(1)
        if not near:
            trust.append(0.0)
            continue
        loudness = [onsets.values[place if style.stale_index else left[place]] for place in near]
        best = near[int(np.argsort(loudness)[-1])]
        trust.append(float(onsets.confidences[left[best]]))
        n_hits += 1
        del left[best]
        if not left:
            break  # the misses that follow are never counted
    further = [float(onsets.confidences[index]) for index in left]
    return truth + [0] * len(further), trust + further, n_hits
