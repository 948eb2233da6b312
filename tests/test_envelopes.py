"""Tests of envelopes, their correlation and levels."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from v2ra.envelopes import (
    chance_best_correlation,
    envelope,
    envelope_correlation,
    rms_db,
    rms_ratio,
)
from v2ra.errors import InputError

Array = NDArray[np.float64]

RATE = 44_100


@pytest.fixture
def knocks(rng: np.random.Generator) -> Array:
    """Return 4 s with six noise bursts at uneven times."""
    waveform = 0.003 * rng.standard_normal(4 * RATE)
    burst = np.exp(-np.arange(4410) / 1000)
    for onset in (0.3, 0.9, 1.3, 2.1, 2.9, 3.3):
        start = round(onset * RATE)
        waveform[start : start + 4410] += 0.2 * burst * rng.standard_normal(4410)
    return waveform


def test_a_sound_correlates_fully_with_itself(knocks: Array) -> None:
    score = envelope_correlation(knocks, knocks, sample_rate=RATE)
    assert score == pytest.approx((1, 1, 0), abs=1e-12)  # a sum of 400 products in double precision


@pytest.mark.parametrize("shift_seconds", [-0.25, -0.03, 0.03, 0.1, 0.48])
def test_the_lag_of_a_shifted_sound_is_found_to_10_ms(knocks: Array, shift_seconds: float) -> None:
    shifted = np.roll(knocks, round(shift_seconds * RATE))
    score = envelope_correlation(knocks, shifted, sample_rate=RATE)
    assert score.best_lag_seconds == pytest.approx(shift_seconds, abs=0.01)  # one envelope frame
    assert score.best_correlation > 0.95 > score.correlation


def test_neither_level_nor_polarity_changes_the_correlation(knocks: Array) -> None:
    assert envelope_correlation(knocks, -0.2 * knocks, sample_rate=RATE).correlation == pytest.approx(1)


def test_the_correlation_at_lag_0_is_that_of_scipy(knocks: Array, rng: np.random.Generator) -> None:
    other = knocks + 0.05 * rng.standard_normal(len(knocks))
    expected = stats.pearsonr(*(envelope(x, sample_rate=RATE) for x in (knocks, other))).statistic
    found = envelope_correlation(knocks, other, sample_rate=RATE).correlation
    assert found == pytest.approx(expected, abs=1e-12)  # the same sums in another order


def test_the_best_lag_is_the_best_of_all_slices(rng: np.random.Generator) -> None:
    levels = rng.uniform(0.1, 1, size=(2, 40))
    first, second = (np.repeat(level, RATE // 100) for level in levels)
    slow = {}
    for lag in range(-5, 6):
        pairs = [(levels[0, i], levels[1, i + lag]) for i in range(40) if 0 <= i + lag < 40]
        slow[lag / 100] = np.corrcoef(np.array(pairs).T)[0, 1]
    score = envelope_correlation(first, second, sample_rate=RATE, max_lag_seconds=0.05)
    assert score.best_lag_seconds == max(slow, key=lambda lag: slow[lag])
    assert score.best_correlation == pytest.approx(max(slow.values()), abs=1e-12)


@pytest.mark.parametrize("flat", [np.zeros(2 * RATE), np.full(2 * RATE, 0.3)], ids=["silence", "constant"])
def test_an_envelope_without_a_course_correlates_with_nothing(flat: Array, knocks: Array) -> None:
    cut = knocks[: 2 * RATE]
    assert envelope_correlation(cut, flat, sample_rate=RATE) == (0, 0, 0)
    assert envelope_correlation(flat, cut, sample_rate=RATE) == (0, 0, 0)
    assert envelope_correlation(flat, flat, sample_rate=RATE) == (0, 0, 0)


def test_the_correlations_of_all_rotations_add_up_to_the_chance_level_of_0(knocks: Array) -> None:
    frames = RATE // 100
    scores = [
        envelope_correlation(knocks, np.roll(knocks, k * frames), sample_rate=RATE, max_lag_seconds=0)
        for k in range(400)
    ]
    assert np.mean([score.correlation for score in scores]) == pytest.approx(0, abs=1e-10)


def test_the_best_of_many_lags_is_above_0_by_chance_and_below_a_match(
    knocks: Array, rng: np.random.Generator
) -> None:
    chance = chance_best_correlation(knocks, knocks, sample_rate=RATE, n_draws=50, rng=rng)
    assert 0.05 < chance < 0.8 * envelope_correlation(knocks, knocks, sample_rate=RATE).best_correlation


def test_chance_is_a_function_of_the_seed(knocks: Array) -> None:
    first, second = (
        chance_best_correlation(knocks, knocks, sample_rate=RATE, rng=np.random.default_rng(3)) for _ in "ab"
    )
    assert first == second


def test_the_envelope_of_a_sine_is_its_rms() -> None:
    tone = 0.8 * np.sin(2 * np.pi * 1000 * np.arange(RATE) / RATE)
    # 1000 Hz fits ten times into a frame of 10 ms: each is 0.8 / √2 but for rounding.
    np.testing.assert_allclose(envelope(tone, sample_rate=RATE), 0.8 / np.sqrt(2), rtol=1e-9)


@settings(max_examples=60)
@given(
    n_samples=st.integers(1, 5000),
    sample_rate=st.integers(100, 9000),
    envelope_rate=st.sampled_from([25, 100]),
)
def test_the_envelope_is_the_rms_frame_by_frame(n_samples: int, sample_rate: int, envelope_rate: int) -> None:
    waveform = np.random.default_rng(n_samples).uniform(-1, 1, n_samples)
    n_frames = n_samples * envelope_rate // sample_rate
    if not n_frames:
        with pytest.raises(InputError, match=f"found {n_samples} samples"):
            envelope(waveform, sample_rate=sample_rate, envelope_rate=envelope_rate)
        return
    found = envelope(waveform, sample_rate=sample_rate, envelope_rate=envelope_rate)
    assert found.shape == (n_frames,)
    for k, value in enumerate(found):
        start, stop = k * sample_rate // envelope_rate, (k + 1) * sample_rate // envelope_rate
        assert value == pytest.approx(np.sqrt(np.mean(waveform[start:stop] ** 2)), abs=1e-12)


@settings(max_examples=40)
@given(n_samples=st.integers(80, 4000), difference=st.integers(-80, 80), seed=st.integers(0, 99))
def test_lengths_may_differ_by_a_frame(n_samples: int, difference: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    reference, estimate = rng.uniform(-1, 1, n_samples), rng.uniform(-1, 1, max(n_samples + difference, 80))
    score = envelope_correlation(reference, estimate, sample_rate=8000)
    assert -1 <= score.correlation <= score.best_correlation <= 1


def test_lengths_that_differ_by_more_are_refused() -> None:
    with pytest.raises(
        InputError, match=r"found 8000 and 8081 samples; expected the same length within 0\.01 s"
    ):
        envelope_correlation(np.ones(8000), np.ones(8081), sample_rate=8000)


@pytest.mark.parametrize("estimate", [np.ones((8000, 1)), np.full(8000, np.inf)])
def test_an_estimate_that_is_no_waveform_is_refused(estimate: Array) -> None:
    with pytest.raises(InputError, match="found"):
        envelope_correlation(np.ones(8000), estimate, sample_rate=8000)


@pytest.mark.parametrize(("gain", "expected"), [(1.0, 1.0), (0.5, 0.5), (-2.0, 2.0), (0.0, 0.0)])
def test_the_rms_ratio_is_the_gain(knocks: Array, gain: float, expected: float) -> None:
    assert rms_ratio(knocks, gain * knocks) == pytest.approx(expected, rel=1e-12)


def test_a_silent_reference_has_no_ratio(knocks: Array) -> None:
    with pytest.raises(InputError, match="silent reference; expected sound"):
        rms_ratio(np.zeros(100), knocks)


def test_levels_of_a_sine_of_noise_and_of_silence(rng: np.random.Generator) -> None:
    assert rms_db(np.sin(2 * np.pi * 100 * np.arange(8000) / 8000)) == pytest.approx(-3.0103, abs=1e-4)
    # 44,100 draws: the level has a standard error of 8.7 / √(2 · 44,100) = 0.03 dB.
    assert rms_db(0.01 * rng.standard_normal(RATE)) == pytest.approx(-40, abs=0.15)
    assert rms_db(np.zeros(5)) == -120
