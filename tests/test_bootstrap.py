"""Tests of the bootstrap over clips and seeds."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from v2ra.bootstrap import mean_interval
from v2ra.errors import InputError


def test_equal_values_leave_no_doubt() -> None:
    assert mean_interval(np.full((3, 8), 0.25)) == (0.25, 0.25, 0.25)


def test_the_interval_of_one_seed_is_that_of_the_normal_approximation(rng: np.random.Generator) -> None:
    values = rng.standard_normal(100)
    interval = mean_interval(values)
    error = 1.96 * values.std() / 10
    assert interval.mean == pytest.approx(values.mean())
    # The ends rest on 50 resamples of 2000 each: they are uncertain by about a tenth of their distance.
    assert interval.low == pytest.approx(values.mean() - error, abs=0.15 * error)
    assert interval.high == pytest.approx(values.mean() + error, abs=0.15 * error)


def test_the_interval_holds_the_truth_95_times_in_100(rng: np.random.Generator) -> None:
    n_held = 0
    for draw in range(200):
        interval = mean_interval(rng.standard_normal(30), n_resamples=400, seed=draw)
        n_held += interval.low <= 0 <= interval.high
    # Percentile intervals of 30 values hold a little less than 95 %: 200 trials have a deviation of 3.
    assert 178 <= n_held <= 199


def test_seeds_that_differ_widen_the_interval(rng: np.random.Generator) -> None:
    clips = 0.01 * rng.standard_normal((5, 12))
    steady = mean_interval(clips)
    lucky = mean_interval(clips + np.array([[-0.4], [-0.2], [0.0], [0.2], [0.4]]))
    assert lucky.high - lucky.low > 5 * (steady.high - steady.low)


def test_crossed_resampling_equals_a_slow_loop() -> None:
    values = np.random.default_rng(1).uniform(size=(3, 6))
    rng = np.random.default_rng(7)
    seeds, clips = rng.integers(3, size=(300, 3)), rng.integers(6, size=(300, 6))
    means = [
        np.mean([values[s, c] for s in seed_draw for c in clip_draw])
        for seed_draw, clip_draw in zip(seeds, clips, strict=True)
    ]
    interval = mean_interval(values, n_resamples=300, seed=7)
    assert interval[1:] == pytest.approx(np.percentile(means, [2.5, 97.5]), abs=1e-12)


def test_one_clip_has_no_interval() -> None:
    interval = mean_interval([[0.3], [0.5]])
    assert interval.mean == pytest.approx(0.4)
    assert np.isnan([interval.low, interval.high]).all()


def test_what_a_seed_lacks_is_left_out() -> None:
    interval = mean_interval([[0.2, np.nan, 0.2], [0.2, 0.2, np.nan]])
    assert interval == pytest.approx((0.2, 0.2, 0.2))


@settings(max_examples=40)
@given(
    values=st.lists(st.floats(-5, 5), min_size=2, max_size=12),
    seed=st.integers(0, 99),
)
def test_an_interval_lies_within_the_values_and_repeats(values: list[float], seed: int) -> None:
    interval = mean_interval(values, n_resamples=200, seed=seed)
    assert min(values) - 1e-9 <= interval.low <= interval.high <= max(values) + 1e-9
    assert interval == mean_interval(values, n_resamples=200, seed=seed)


@pytest.mark.parametrize("values", [[], [[np.nan, np.nan]], np.zeros((2, 2, 2))])
def test_nothing_to_average_is_refused(values: np.ndarray) -> None:
    with pytest.raises(InputError, match="found values of shape"):
        mean_interval(values)


def test_every_score_has_the_same_weight_where_some_are_missing() -> None:
    assert mean_interval([[0.0, np.nan], [0.0, 0.9]]).mean == pytest.approx(0.3)  # not the clips' means'


def test_another_seed_draws_other_resamples(rng: np.random.Generator) -> None:
    values = rng.standard_normal(20)
    first, second = (mean_interval(values, n_resamples=50, seed=seed) for seed in (0, 1))
    assert first.mean == second.mean
    assert first[1:] != second[1:]


def test_values_without_gaps_have_the_interval_that_gaps_would_leave_them() -> None:
    values = np.random.default_rng(1).random((2, 9))
    apart = np.random.default_rng(0)
    seeds, clips = (apart.integers(n, size=(2000, n)) for n in values.shape)
    means = np.nanmean(values[seeds[:, :, None], clips[:, None, :]], axis=(1, 2))
    low, high = np.percentile(means, [2.5, 97.5])
    assert mean_interval(values) == (float(np.nanmean(values)), float(low), float(high))
