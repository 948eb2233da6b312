"""Correlations of envelopes at every lag, for a reference that is prepared once."""

import numpy as np
import pytest
from numpy.typing import NDArray

from v2ra.lags import correlations, lagged

FloatArray = NDArray[np.float64]


def envelope(seed: int, n_frames: int = 40) -> FloatArray:
    """Return a course of loudness with pauses."""
    rng = np.random.default_rng(seed)
    return np.asarray(rng.random(n_frames) * (rng.random(n_frames) > 0.3))


def slow(reference: FloatArray, estimate: FloatArray, lag: int) -> float:
    """Correlate what overlaps where the estimate is late by a lag."""
    n_frames = len(reference)
    early, late = slice(max(lag, 0), n_frames + min(lag, 0)), slice(max(-lag, 0), n_frames - max(lag, 0))
    return float(np.corrcoef(reference[late], estimate[early])[0, 1])


def test_the_same_envelope_agrees_best_at_no_lag() -> None:
    found = correlations(lagged(envelope(0), largest=10), envelope(0))
    assert found.argmax() == 10
    assert found[10] == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("flat", [np.zeros(40), np.full(40, 0.3)])
def test_what_does_not_change_correlates_with_nothing(flat: FloatArray) -> None:
    assert not correlations(lagged(envelope(0), largest=10), flat).any()
    assert not correlations(lagged(flat, largest=10), envelope(0)).any()


def test_each_lag_is_the_correlation_of_what_overlaps() -> None:
    found = correlations(lagged(envelope(0), largest=10), envelope(1))
    expected = [slow(envelope(0), envelope(1), lag) for lag in range(-10, 11)]
    np.testing.assert_allclose(found, expected, atol=1e-12)  # sums in another order


def test_a_reference_that_was_used_before_gives_the_same_bits() -> None:
    prepared = {seed: lagged(envelope(seed), largest=10) for seed in (0, 1)}
    for _ in range(2):
        for seed in (0, 1):
            for other in (2, 3):
                anew = correlations(lagged(envelope(seed), largest=10), envelope(other))
                assert (correlations(prepared[seed], envelope(other)) == anew).all()
    assert (correlations(prepared[0], envelope(2)) != correlations(prepared[1], envelope(2))).any()
