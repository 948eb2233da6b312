"""Onsets that meet, many draws at once, against one general matching a draw."""

import mir_eval.util
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from v2ra.errors import InputError
from v2ra.onset_matching import matched_counts
from v2ra.synchrony import chance_f_measure, onset_f_measure

TIMES = st.lists(st.floats(0, 4) | st.integers(0, 40).map(lambda k: k / 10), max_size=9).map(sorted)


@pytest.mark.parametrize("reference", [[], [2.0]])
def test_nothing_to_meet_scores_nothing(reference: list[float]) -> None:
    rng = np.random.default_rng(0)
    assert chance_f_measure(reference, 0, n_seconds=4, rng=rng) == 0
    assert chance_f_measure([], 3, n_seconds=4, rng=rng) == 0


def test_a_window_over_the_whole_clip_lets_everything_meet() -> None:
    rng = np.random.default_rng(0)
    assert chance_f_measure([1.0, 2.0], 2, n_seconds=4, window_seconds=4, rng=rng) == 1


def test_two_onsets_do_not_share_a_partner() -> None:
    draws = np.array([[0.99, 1.01]])
    assert matched_counts(np.array([1.0]), draws, window_seconds=0.05).tolist() == [1]


@settings(deadline=None, max_examples=60)
@given(TIMES, st.integers(0, 9), st.sampled_from([0.05, 0.1, 0.5]), st.integers(0, 5))
def test_each_value_and_the_state_of_chance_are_those_of_one_matching_a_draw(
    reference: list[float], n_estimate: int, window: float, seed: int
) -> None:
    ours, theirs = np.random.default_rng(seed), np.random.default_rng(seed)
    found = chance_f_measure(reference, n_estimate, n_seconds=4.0, window_seconds=window, n_draws=7, rng=ours)
    draws = np.sort(theirs.uniform(0, 4.0, size=(7, n_estimate)), axis=1)
    slow = [onset_f_measure(reference, draw, window_seconds=window).f_measure for draw in draws]
    assert found == float(np.mean(slow))
    assert ours.random() == theirs.random()


@settings(deadline=None)
@given(TIMES, st.lists(TIMES.filter(lambda row: len(row) > 0), min_size=1, max_size=1))
def test_counts_at_the_edge_of_a_window_are_those_of_mir_eval(
    reference: list[float], rows: list[list[float]]
) -> None:
    draws = np.array(rows)
    found = matched_counts(np.array(reference), draws, window_seconds=0.1)
    assert found[0] == len(mir_eval.util.match_events(np.array(reference), draws[0], 0.1))


@pytest.mark.parametrize("wrong", [{"n_draws": 0}, {"window_seconds": 0.0}, {"n_seconds": 0.0}])
def test_what_no_chance_is_defined_for_is_refused(wrong: dict[str, float]) -> None:
    options = {"n_seconds": 4.0, "rng": np.random.default_rng(0), **wrong}
    with pytest.raises(InputError, match="expected one draw or more"):
        chance_f_measure([1.0], 2, **options)  # type: ignore[arg-type]
