"""Tests of AV-Align, its chance level and its mismatched control."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from v2ra.av_align import av_align, av_align_scores, chance_av_align
from v2ra.errors import InputError
from v2ra.flow import flow_magnitude, flow_peaks
from v2ra.frames import stream_frames
from v2ra.onsets import detect_onsets
from v2ra.sound import read_waveform

PEAKS = np.array([0.5, 1.0, 1.75, 2.5])
times = st.lists(st.integers(0, 40), max_size=6).map(lambda steps: np.sort(steps) / 20)


def test_onsets_at_every_peak_and_nowhere_else_score_1() -> None:
    assert av_align(PEAKS, PEAKS) == 1
    assert av_align(PEAKS, PEAKS + 0.02) == 1
    assert av_align(PEAKS, PEAKS + 0.05) == 0
    assert [av_align(PEAKS, PEAKS + late) for late in (0.033, 0.034)] == [1, 0]  # a frame of 1/30 s
    assert av_align(PEAKS, PEAKS + 0.05, window_seconds=0.1) == 1


def test_missing_and_extra_onsets_cost_the_same() -> None:
    assert av_align(PEAKS, PEAKS[:2]) == 0.5
    assert av_align(PEAKS[:2], PEAKS) == 0.5
    assert av_align([], PEAKS) == av_align(PEAKS, []) == av_align([], []) == 0


def test_a_peak_answers_for_one_onset() -> None:
    assert av_align([1.0], [0.98, 1.0, 1.02]) == pytest.approx(1 / 3)


@settings(max_examples=80)
@given(peaks=times, onsets=times)
def test_it_is_symmetric_and_from_0_to_1(peaks: np.ndarray, onsets: np.ndarray) -> None:
    score = av_align(peaks, onsets)
    assert score == av_align(onsets, peaks)
    assert 0 <= score <= 1


def test_chance_has_a_closed_form_for_one_onset(rng: np.random.Generator) -> None:
    # One onset meets one of four windows of ±0.05 s in 4 s with p = 0.1; the score is then 1 / 4.
    found = chance_av_align(PEAKS, 1, n_seconds=4, window_seconds=0.05, n_draws=3000, rng=rng)
    # Standard deviation of a draw 0.3 / 4: 0.0014 over 3000, four times that is allowed.
    assert found == pytest.approx(0.025, abs=0.006)


def test_dense_motion_lets_chance_score() -> None:
    dense = np.arange(0.05, 4, 0.1)
    chance = chance_av_align(dense, 40, n_seconds=4, rng=np.random.default_rng(0))
    assert chance > 0.2  # two thirds of all times lie within a frame of a peak


def test_the_controls_stand_beside_the_score() -> None:
    rng = np.random.default_rng(0)
    scores = av_align_scores(PEAKS, PEAKS, others=[PEAKS, [0.2, 5.0], []], n_seconds=3, rng=rng)
    assert scores["av_align"] == 1
    assert scores["av_align_mismatched"] == pytest.approx(1 / 3)
    expected = chance_av_align(PEAKS, 4, n_seconds=3, rng=np.random.default_rng(0))
    assert scores["av_align_chance"] == expected
    alone = av_align_scores(PEAKS, PEAKS, n_seconds=3, rng=rng)
    assert set(alone) == {"av_align", "av_align_chance"}


@given(times, st.integers(0, 6), st.sampled_from([0.05, 0.1]))
def test_chance_is_the_mean_of_each_draw_alone(
    seen: NDArray[np.float64], n_onsets: int, window: float
) -> None:
    found = chance_av_align(
        seen, n_onsets, n_seconds=2, window_seconds=window, n_draws=5, rng=np.random.default_rng(0)
    )
    draws = np.sort(np.random.default_rng(0).uniform(0, 2, size=(5, n_onsets)), axis=1)
    assert found == np.mean([av_align(seen, draw, window_seconds=window) for draw in draws])


def test_what_are_no_times_is_refused(rng: np.random.Generator) -> None:
    with pytest.raises(InputError, match="out of order"):
        av_align([1.0, 0.5], [1.0])
    with pytest.raises(InputError, match="expected a positive time"):
        av_align([1.0], [1.0], window_seconds=0)
    for n_onsets, n_seconds, n_draws in ((-1, 4.0, 1), (1, 0.0, 1), (1, 4.0, 0)):
        with pytest.raises(InputError, match="expected one draw or more"):
            chance_av_align(PEAKS, n_onsets, n_seconds=n_seconds, n_draws=n_draws, rng=rng)


def test_a_drumstick_on_a_door_is_seen_and_heard_together(shared: Path) -> None:
    path = shared / "real" / "clips" / "wood" / "door_drumstick.mp4"
    flow = flow_magnitude(frame for _, frame in stream_frames(path))
    onsets = detect_onsets(read_waveform(path), sample_rate=44_100)
    scores = av_align_scores(
        flow_peaks(flow, frame_rate=30),
        onsets,
        n_seconds=len(flow) / 30,
        window_seconds=0.05,
        rng=np.random.default_rng(0),
    )
    # Measured 0.40 against 0.155: every one of four knocks has a peak of ten at it.
    assert scores["av_align"] == pytest.approx(0.4)
    assert scores["av_align"] > 2 * scores["av_align_chance"]


def test_score_control_and_chance_share_the_window_the_draws_and_the_number_of_onsets() -> None:
    onsets = np.array([0.58, 1.3])
    options = {"n_seconds": 3.0, "window_seconds": 0.1, "n_draws": 3}
    scores = av_align_scores(PEAKS, onsets, others=[[1.08]], rng=np.random.default_rng(0), **options)  # type: ignore[arg-type]
    assert scores["av_align"] == 1 / 5  # one of four peaks and two onsets in common
    assert scores["av_align_mismatched"] == 1 / 4
    chance = chance_av_align(PEAKS, 2, rng=np.random.default_rng(0), **options)  # type: ignore[arg-type]
    assert scores["av_align_chance"] == chance
    others = [
        chance_av_align(PEAKS, 2, rng=np.random.default_rng(0), **(options | change))
        for change in ({"window_seconds": 0.02}, {"n_draws": 50})
    ]
    assert chance not in others
