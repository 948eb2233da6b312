"""The peers' synchrony scores that go by video frames: SyncFusion's, and AV-Align.

As in `v2ra.peer_scores`, their flaws are kept and named, and shown by ``tests/test_peer_frames.py``. Judge by
`v2ra.synchrony` and `v2ra.av_align`.

Conventions
-----------
Arguments are (reference, estimate). Labels and probabilities are (n_clips, n_frames); peaks and onsets float64
seconds, ascending. Higher was meant to be better.

Source
------
SyncFusion (Comunità and others, 2023); TempoTokens (Yariv and others, 2024): what their scripts compute, written
anew.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.metrics import average_precision_score

from v2ra.errors import InputError
from v2ra.synchrony import check_onsets

BoolArray = NDArray[np.bool_]

FRAME_THRESHOLD = 0.75  # SyncFusion: a frame above it holds an onset


class FrameScore(NamedTuple):
    """SyncFusion's scores of onset probabilities by frame, each from 0 to 1."""

    average_precision: float
    binary_accuracy: float
    count_accuracy: float


def syncfusion_frame_score(labels: ArrayLike, probabilities: ArrayLike) -> FrameScore:
    """Score frame-wise onset probabilities as SyncFusion's training code does.

    Parameters
    ----------
    labels : bool (n_clips, n_frames)
        Whether an onset falls in a frame; at least one does.
    probabilities : float (n_clips, n_frames)
        From 0 to 1.

    Returns
    -------
    FrameScore

    Raises
    ------
    InputError
        If shapes differ, no frame holds an onset, or all do.

    Notes
    -----
    Flaws: to balance the two kinds, only the *first* frames without onset are looked at, as many as there are
    onsets, so that false onsets later in the batch are never seen. The count rewards right numbers at wrong
    times. Its merging of neighbours leaves every other frame of a long run, so a run of three counts as two.

    Examples
    --------
    >>> labels = np.array([[0, 1, 0, 0, 0, 0]])
    >>> syncfusion_frame_score(labels, [[0.0, 1.0, 0.0, 0.0, 1.0, 0.0]])  # a false onset in frame 4
    FrameScore(average_precision=1.0, binary_accuracy=1.0, count_accuracy=0.0)
    """
    truth, trust = np.asarray(labels).astype(bool), np.asarray(probabilities, dtype=np.float64)
    if truth.shape != trust.shape or truth.ndim != 2 or truth.all() or not truth.any():
        raise InputError(
            f"found labels {truth.shape} with {int(truth.sum())} onsets and probabilities {trust.shape}; expected "
            "two (n_clips, n_frames) with some onsets; check the clips"
        )
    positive, negative = np.flatnonzero(truth), np.flatnonzero(~truth)
    n_each = min(len(positive), len(negative))
    seen = np.concatenate([positive[:n_each], negative[:n_each]])
    flat_truth, flat_trust = truth.ravel()[seen], trust.ravel()[seen]
    counts = np.array([_merged(row > FRAME_THRESHOLD).sum() for row in trust])
    return FrameScore(
        float(average_precision_score(flat_truth, flat_trust)),
        float(np.mean((flat_trust > FRAME_THRESHOLD) == flat_truth)),
        float(np.mean(counts == truth.sum(axis=1))),
    )


def peer_av_align(video_peaks: ArrayLike, onsets: ArrayLike, *, frame_rate: float) -> float:
    """Return AV-Align as TempoTokens' script computes it.

    Parameters
    ----------
    video_peaks, onsets : float
        Seconds, ascending.
    frame_rate : float
        In Hz: they match where they are less than one frame apart.

    Returns
    -------
    float
        From 0; meant to be at most 1. 0 where both are empty, where the script divides by 0.

    Notes
    -----
    Flaw: every onset near a peak counts, though the peak was matched before. Three onsets at one peak have an
    intersection of 3 and a union of 1.

    Examples
    --------
    >>> peer_av_align([1.0], [0.98, 1.0, 1.02], frame_rate=30)
    3.0
    """
    seen, heard = check_onsets(video_peaks), check_onsets(onsets)
    if not frame_rate > 0:
        raise InputError(
            f"found a frame rate of {frame_rate} Hz; expected a positive one; give frames a second"
        )
    n_near = int((np.abs(heard[:, None] - seen) < 1 / frame_rate).any(axis=1).sum())
    union = len(seen) + len(heard) - n_near
    return n_near / union if union else 0.0


def _merged(frames: BoolArray) -> BoolArray:
    """Drop a frame behind one that is kept, from left to right."""
    kept = frames.copy()
    for index in range(1, len(kept)):
        kept[index] &= ~kept[index - 1]
    return kept
