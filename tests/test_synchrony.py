"""Tests of the onset F-measure and its chance level."""

import itertools
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from v2ra.errors import InputError
from v2ra.synchrony import chance_f_measure, check_onsets, detect_onsets, onset_f_measure

ONSETS = np.array([0.5, 1.0, 1.75, 2.5, 3.1])
times = st.lists(st.integers(0, 40), max_size=6).map(lambda steps: np.sort(steps) / 50)


def best_matching_by_search(reference: list[float], estimate: list[float], window: float) -> int:
    """Size of the largest matching, by trying every assignment of the shorter list."""
    short, long = sorted((reference, estimate), key=len)
    return max(
        sum(abs(a - b) <= window for a, b in zip(short, chosen, strict=True))
        for chosen in itertools.permutations(long, len(short))
    )


def test_a_sound_agrees_with_itself(rng: np.random.Generator) -> None:
    waveform = 0.001 * rng.standard_normal(4 * 44_100)
    waveform[(ONSETS * 44_100).astype(int)] = 0.9
    found = detect_onsets(waveform, sample_rate=44_100)
    assert onset_f_measure(found, found) == (1, 1, 1)
    assert onset_f_measure(ONSETS, found) == (1, 1, 1)


@pytest.mark.parametrize("shift_seconds", [-0.03, 0.03])
def test_a_shift_of_30_ms_passes_at_50_ms_and_fails_at_20_ms(shift_seconds: float) -> None:
    assert onset_f_measure(ONSETS, ONSETS + shift_seconds, window_seconds=0.05) == (1, 1, 1)
    assert onset_f_measure(ONSETS, ONSETS + shift_seconds, window_seconds=0.02) == (0, 0, 0)


def test_precision_falls_with_extra_onsets_and_recall_with_missing_ones() -> None:
    extra = np.sort(np.append(ONSETS, [0.1, 2.0, 3.6, 3.8, 3.9]))
    assert onset_f_measure(ONSETS, extra) == pytest.approx((2 / 3, 0.5, 1))
    assert onset_f_measure(extra, ONSETS) == pytest.approx((2 / 3, 1, 0.5))


def test_one_onset_cannot_answer_for_two() -> None:
    assert onset_f_measure([1.0, 1.02], [1.01]).recall == 0.5
    assert onset_f_measure([1.0], [0.99, 1.0, 1.01]).precision == pytest.approx(1 / 3)


@pytest.mark.parametrize(("reference", "estimate"), [([], []), ([], [1.0]), ([1.0], [])])
def test_an_empty_side_scores_0_without_a_warning(reference: list[float], estimate: list[float]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert onset_f_measure(reference, estimate) == (0, 0, 0)


@settings(max_examples=150)
@given(reference=times, estimate=times)
def test_the_matching_is_the_largest_there_is(reference: np.ndarray, estimate: np.ndarray) -> None:
    score = onset_f_measure(reference, estimate, window_seconds=0.05)
    if not len(reference) or not len(estimate):
        assert max(score) == 0
        return
    # Times are multiples of 20 ms: no distance is at the edge of 50 ms.
    n_matched = best_matching_by_search(list(reference), list(estimate), 0.05)
    assert score.precision == pytest.approx(n_matched / len(estimate))
    assert score.recall == pytest.approx(n_matched / len(reference))
    assert score.f_measure == pytest.approx(2 * n_matched / (len(reference) + len(estimate)))


@settings(max_examples=50)
@given(reference=times, estimate=times)
def test_the_two_sides_may_change_places(reference: np.ndarray, estimate: np.ndarray) -> None:
    there, back = onset_f_measure(reference, estimate), onset_f_measure(estimate, reference)
    assert (there.f_measure, there.precision, there.recall) == pytest.approx(
        (back.f_measure, back.recall, back.precision)
    )


@pytest.mark.parametrize(
    ("onsets", "message"),
    [
        ([1.0, 0.5], r"out of order at 0\.5 s"),
        ([-0.1], r"found an onset at -0\.1 s; expected 0 to 30000 s"),
        ([np.nan], "found an onset at nan s"),
        ([4e4], "found an onset at 40000 s"),
        ([[0.1]], r"shape \(1, 1\)"),
    ],
)
def test_what_are_no_onsets_is_refused(onsets: list[float], message: str) -> None:
    with pytest.raises(InputError, match=message):
        check_onsets(onsets)
    with pytest.raises(InputError, match=message):
        onset_f_measure([1.0], onsets)


@pytest.mark.parametrize("window_seconds", [0.0, -0.05, np.nan])
def test_a_window_that_holds_nothing_is_refused(window_seconds: float) -> None:
    with pytest.raises(InputError, match="expected a positive time"):
        onset_f_measure([1.0], [1.0], window_seconds=window_seconds)


def test_the_chance_of_one_onset_has_a_closed_form(rng: np.random.Generator) -> None:
    # One onset meets one of five windows of 0.1 s in 4 s with p = 5 · 0.1 / 4; it then scores 2 / (5 + 1).
    expected = 5 * 0.1 / 4 * 2 / 6
    found = chance_f_measure(ONSETS, 1, n_seconds=4, n_draws=3000, rng=rng)
    # One draw has a standard deviation of 0.11: 0.002 over 3000 draws, and four times that is allowed.
    assert found == pytest.approx(expected, abs=0.008)


def test_chance_is_what_other_random_onsets_score(rng: np.random.Generator) -> None:
    scores = []
    for _ in range(300):
        steps = np.sort(rng.integers(0, 400, size=5)) / 100 + 0.005
        matched = best_matching_by_search(list(ONSETS), list(steps), 0.05)
        scores.append(2 * matched / 10)
    found = chance_f_measure(ONSETS, 5, n_seconds=4, n_draws=300, rng=rng)
    # Each side has a standard error of about 0.13 / √300 = 0.008.
    assert found == pytest.approx(np.mean(scores), abs=0.035)


def test_chance_grows_with_the_window_and_is_0_without_onsets() -> None:
    by_window = [
        chance_f_measure(ONSETS, 5, n_seconds=4, window_seconds=w, rng=np.random.default_rng(0))
        for w in (0.02, 0.05, 0.1, 0.3)
    ]
    assert by_window == sorted(by_window)
    assert by_window[0] < by_window[-1]
    assert chance_f_measure(ONSETS, 0, n_seconds=4, rng=np.random.default_rng(0)) == 0
    assert chance_f_measure([], 5, n_seconds=4, rng=np.random.default_rng(0)) == 0


@pytest.mark.parametrize(("n_estimate", "n_seconds", "n_draws"), [(-1, 4.0, 10), (1, 0.0, 10), (1, 4.0, 0)])
def test_impossible_draws_are_refused(n_estimate: int, n_seconds: float, n_draws: int) -> None:
    with pytest.raises(InputError, match="expected one draw or more"):
        chance_f_measure(
            ONSETS, n_estimate, n_seconds=n_seconds, n_draws=n_draws, rng=np.random.default_rng(0)
        )


def test_sight_and_sound_within_50_ms_are_one_event() -> None:
    found = [onset_f_measure([1.0], [1.0 + late]).f_measure for late in (-0.051, -0.049, 0.049, 0.051)]
    assert found == [0, 1, 1, 0]
