"""Correlations of one envelope with many at every lag, against what overlaps at each."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from v2ra.envelopes import chance_best_correlation, envelope_correlation
from v2ra.lags import correlations

FloatArray = NDArray[np.float64]

ROUNDING = 1e-11  # sums come in another order; tables print six digits


def envelope(seed: int, n_frames: int = 40) -> FloatArray:
    """Return a course of loudness with pauses."""
    rng = np.random.default_rng(seed)
    return np.asarray(rng.random(n_frames) * (rng.random(n_frames) > 0.3))


def slow(reference: FloatArray, estimate: FloatArray, lag: int) -> float:
    """Correlate what overlaps where the estimate is late by a lag; 0 where nothing changes."""
    n_frames = len(reference)
    first = reference[max(-lag, 0) : n_frames - max(lag, 0)]
    second = estimate[max(lag, 0) : n_frames - max(-lag, 0)]
    if not np.ptp(first) or not np.ptp(second):
        return 0.0
    return float(np.corrcoef(first, second)[0, 1])


def test_the_same_envelope_agrees_best_at_no_lag() -> None:
    found = correlations(envelope(0), envelope(0)[None], largest=10)[0]
    assert found.argmax() == 10
    assert found[10] == pytest.approx(1, abs=ROUNDING)


@pytest.mark.parametrize("flat", [np.zeros(40), np.full(40, 0.3)])
def test_what_does_not_change_correlates_with_nothing(flat: FloatArray) -> None:
    assert not correlations(envelope(0), flat[None], largest=10).any()
    assert not correlations(flat, envelope(0)[None], largest=10).any()


def test_an_overlap_in_which_one_side_rests_correlates_with_nothing() -> None:
    burst = np.zeros(40)
    burst[38:] = 0.7  # behind the overlap where the estimate is early by two and more
    found = correlations(envelope(0), burst[None], largest=5)[0]
    assert not found[:4].any()
    assert found[4:].all()


@settings(deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 60), st.floats(0.001, 1000))
def test_each_lag_is_the_correlation_of_what_overlaps(seed: int, n_frames: int, level: float) -> None:
    reference, *estimates = (envelope(seed + k, n_frames) * level**k for k in range(3))
    largest = n_frames // 2
    found = correlations(reference, np.stack(estimates), largest=largest)
    lags = range(-largest, largest + 1)
    expected = [[slow(reference, estimate, lag) for lag in lags] for estimate in estimates]
    np.testing.assert_allclose(found, expected, atol=ROUNDING)


def test_many_estimates_do_not_mix() -> None:
    together = correlations(envelope(0), np.stack([envelope(k) for k in range(1, 5)]), largest=10)
    alone = [correlations(envelope(0), envelope(k)[None], largest=10)[0] for k in range(1, 5)]
    np.testing.assert_allclose(together, alone, atol=ROUNDING)
    assert abs(together[0] - together[1]).max() > 0.1


def test_chance_is_the_mean_of_the_best_of_each_rotation() -> None:
    rng = np.random.default_rng(0)
    reference, estimate = (
        np.repeat(envelope(seed, 200), 441) * rng.standard_normal(88_200) for seed in (0, 1)
    )
    found = chance_best_correlation(
        reference, estimate, sample_rate=44_100, n_draws=5, rng=np.random.default_rng(1)
    )
    rotations = np.random.default_rng(1).integers(200, size=5) * 441  # whole frames
    each = [
        envelope_correlation(reference, np.roll(estimate, rotation), sample_rate=44_100)
        for rotation in rotations
    ]
    assert found == pytest.approx(np.mean([score.best_correlation for score in each]), abs=ROUNDING)
