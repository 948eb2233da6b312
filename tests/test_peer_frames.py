"""Tests that the peers' frame-wise scores are theirs, with the flaws that their docstrings name."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from v2ra.av_align import av_align
from v2ra.errors import InputError
from v2ra.peer_frames import peer_av_align, syncfusion_frame_score

LABELS = np.array([[0, 1, 0, 0, 0, 1, 0, 0], [0, 0, 0, 1, 0, 0, 0, 0]])


def test_the_right_frames_score_1_throughout() -> None:
    assert syncfusion_frame_score(LABELS, LABELS) == (1, 1, 1)


def test_false_onsets_late_in_the_batch_are_never_seen() -> None:
    # Three onsets: only the first three of the frames without one (0, 2 and 3 of the first clip) are looked at.
    late, early = LABELS.astype(float), LABELS.astype(float)
    late[:, 6:] = 1
    early[0, 2:4] = 1
    assert syncfusion_frame_score(LABELS, late)[:2] == (1, 1)
    assert syncfusion_frame_score(LABELS, early)[:2] != (1, 1)


def test_right_numbers_in_wrong_frames_are_rewarded() -> None:
    assert syncfusion_frame_score(LABELS, np.roll(LABELS, 2, axis=1)).count_accuracy == 1


def test_a_run_of_three_frames_counts_as_two_onsets() -> None:
    one = np.array([[0, 1, 0, 0, 0, 0, 0, 0]])
    for run, expected in ((1, 1), (2, 1), (3, 0)):
        guess = np.zeros((1, 8))
        guess[0, 1 : 1 + run] = 1
        assert syncfusion_frame_score(one, guess).count_accuracy == expected


def test_a_frame_needs_more_than_three_quarters() -> None:
    half = 0.6 * LABELS
    score = syncfusion_frame_score(LABELS, half)
    assert score == (1, 0.5, 0)  # the order is right, no frame passes


def test_an_onset_matches_twice_in_the_peers_av_align_and_once_in_ours() -> None:
    peaks, onsets = [1.0], [0.98, 1.0, 1.02]
    assert peer_av_align(peaks, onsets, frame_rate=30) == 3  # an intersection larger than the union
    assert av_align(peaks, onsets) == pytest.approx(1 / 3)


times = st.lists(st.integers(0, 12), max_size=5, unique=True).map(lambda steps: np.sort(steps) / 4)


@settings(max_examples=80)
@given(peaks=times, onsets=times)
def test_where_nothing_matches_twice_the_two_agree(peaks: np.ndarray, onsets: np.ndarray) -> None:
    # Times are 0.25 s apart: an onset is near one peak at most, and a peak near one onset.
    assert peer_av_align(peaks, onsets + 0.01, frame_rate=30) == av_align(peaks, onsets + 0.01)


def test_nothing_seen_and_nothing_heard_is_0() -> None:
    assert peer_av_align([], [], frame_rate=30) == 0
    assert peer_av_align([1.0], [], frame_rate=30) == peer_av_align([], [1.0], frame_rate=30) == 0


def test_what_cannot_be_scored_is_refused() -> None:
    for labels, guess in (
        (LABELS, LABELS[:, :4]),
        (0 * LABELS, LABELS),
        (0 * LABELS + 1, LABELS),
        ([1], [1]),
    ):
        with pytest.raises(InputError, match="with some onsets"):
            syncfusion_frame_score(labels, guess)
    with pytest.raises(InputError, match="found a frame rate of 0 Hz"):
        peer_av_align([1.0], [1.0], frame_rate=0)
