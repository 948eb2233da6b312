"""Tests of the video encoding (Eq. 3)."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from v2ra.encoding import MODES, WHICH, encode_video, encode_windows, scale_features, used_frames
from v2ra.errors import InputError
from v2ra.timing import PAPER, Timing


@st.composite
def timings(draw: st.DrawFn) -> Timing:
    """Rates with small vectors, every one of which gives a whole encoding."""
    p, size = draw(st.integers(1, 12)), draw(st.integers(12, 40))
    padding = (
        draw(st.integers(0, size // p - 1)) if size // p > 1 else 0
    )  # p·padding < size keeps p the floor
    return Timing(p * (size + padding), draw(st.integers(p, 60)), size, 8)


def encode_by_equation(features: NDArray[np.float32], timing: Timing) -> NDArray[np.float32]:
    """Encode with a slow loop that copies sample by sample, by the indices of Eq. 3."""
    p, gap, size = timing.vectors_per_second, timing.padding_per_vector, timing.feature_size
    n_seconds = -(-len(features) // p)
    encoded = np.zeros((n_seconds, timing.sample_rate), np.float32)
    for t in range(n_seconds):
        for k in range(min(p, len(features) - t * p)):
            for i in range(size):
                encoded[t, k * (size + gap) + i] = features[t * p + k, i]
    return encoded


def test_a_second_at_the_papers_rates_reads_every_third_frame_counted_from_one() -> None:
    counted_from_one = [q * k for q in (3,) for k in range(1, 11)]  # v_{t,q}, v_{t,2q} … v_{t,pq}
    assert (used_frames(1) + 1).tolist() == counted_from_one


def test_first_and_middle_lie_in_the_same_group_as_last() -> None:
    last, first, middle = (used_frames(4, which=which) for which in WHICH)
    assert (last - first == 2).all()
    assert (middle - first == 1).all()


@given(st.floats(0.05, 20), timings(), st.sampled_from(WHICH))
def test_frames_exist_and_never_run_backwards(n_seconds: float, timing: Timing, which: str) -> None:
    frames = used_frames(n_seconds, timing=timing, which=which)
    assert len(frames) == timing.n_vectors(n_seconds)
    assert (np.diff(frames) >= 0).all()
    assert frames.min(initial=0) >= 0
    assert frames.max(initial=0) <= max(timing.n_frames(n_seconds) - 1, 0)


@given(timings(), st.integers(1, 5), st.sampled_from(WHICH))
def test_each_second_reads_frames_of_its_own_second(timing: Timing, n_seconds: int, which: str) -> None:
    seconds = used_frames(n_seconds, timing=timing, which=which) // timing.frame_rate
    assert seconds.tolist() == [t for t in range(n_seconds) for _ in range(timing.vectors_per_second)]


def test_a_clip_of_no_whole_number_of_groups_ends_on_its_last_frame() -> None:
    frames = used_frames(301 / 30)  # 301 frames: 100 groups and one frame
    assert len(frames) == 101
    assert frames[-2:].tolist() == [299, 300]


@pytest.mark.parametrize("n_seconds", [0, -1, float("nan"), float("inf")])
def test_a_duration_that_is_none_is_refused(n_seconds: float) -> None:
    with pytest.raises(InputError, match="duration above 0"):
        used_frames(n_seconds)


def test_an_unknown_frame_of_the_group_is_refused() -> None:
    with pytest.raises(InputError, match="expected one of last, first, middle"):
        used_frames(1, which="best")


@given(timings(), st.integers(1, 40), st.integers(0, 2**32 - 1))
def test_fast_encoding_equals_the_slow_loop(timing: Timing, n_vectors: int, seed: int) -> None:
    features = np.random.default_rng(seed).uniform(-1, 1, (n_vectors, timing.feature_size)).astype(np.float32)
    encoded = encode_video(features, timing=timing)
    assert encoded.dtype == np.float32
    np.testing.assert_array_equal(encoded, encode_by_equation(features, timing))  # copies: no tolerance


def test_a_second_at_the_papers_rates_has_the_length_of_its_sound(rng: np.random.Generator) -> None:
    features = rng.uniform(-1, 1, (21, 4096))
    encoded = encode_video(features)
    assert encoded.shape == (3, 44_100)
    np.testing.assert_array_equal(encoded, encode_by_equation(features.astype(np.float32), PAPER))


def test_zeros_stand_in_the_gaps_and_nowhere_else() -> None:
    blocks = encode_video(np.full((30, 4096), 0.5)).reshape(30, 4410)
    assert (blocks[:, :4096] == 0.5).all()
    assert (blocks[:, 4096:] == 0).all()


def test_vectors_missing_from_the_last_second_are_zeros() -> None:
    encoded = encode_video(np.ones((13, 4096)))
    assert encoded[1].sum() == 3 * 4096
    assert (encoded[1, 3 * 4410 :] == 0).all()


@given(timings(), st.integers(1, 30), st.lists(st.integers(-40, 60), min_size=1, max_size=6))
def test_a_window_is_the_same_second_cut_from_a_clip_with_zeros_around_it(
    timing: Timing, n_vectors: int, starts: list[int]
) -> None:
    features = (
        np.random.default_rng(n_vectors).uniform(-1, 1, (n_vectors, timing.feature_size)).astype(np.float32)
    )
    around = np.zeros((100, timing.feature_size), np.float32)
    samples = np.concatenate([around, features, around])
    windows = encode_windows(torch.from_numpy(features), starts, timing=timing)
    assert windows.shape == (len(starts), timing.sample_rate)
    for window, start in zip(windows.numpy(), starts, strict=True):
        cut = samples[start + 100 : start + 100 + timing.vectors_per_second]
        np.testing.assert_array_equal(window, encode_by_equation(cut, timing)[0])


def test_windows_keep_the_type_of_the_features() -> None:
    windows = encode_windows(torch.ones(10, 4096, dtype=torch.bfloat16), torch.tensor([0]))
    assert windows.dtype == torch.bfloat16
    assert windows.float().sum() == 10 * 4096


def test_vectors_of_another_length_are_refused() -> None:
    with pytest.raises(InputError, match=r"expected \(n_vectors, 4096\)"):
        encode_video(np.ones((10, 1280)))


@pytest.mark.parametrize("features", [np.ones(4096), np.ones((0, 4096)), np.ones((2, 3, 4))])
def test_features_of_another_rank_or_empty_are_refused(features: NDArray[np.float64]) -> None:
    with pytest.raises(InputError, match="expected \\(n_vectors, feature_size\\)"):
        scale_features(features, mode="min_max")


def test_features_that_are_not_numbers_are_refused() -> None:
    with pytest.raises(InputError, match="not finite"):
        scale_features([[0.0, np.nan]], mode="none")


def test_an_unknown_mode_is_refused() -> None:
    with pytest.raises(InputError, match="expected one of clip_mean_3sigma"):
        scale_features([[0.0]], mode="zscore")


@given(st.integers(1, 20), st.integers(1, 20), st.floats(1e-3, 1e3), st.sampled_from(MODES[:-1]))
def test_scaled_features_lie_in_the_range_of_sound(rows: int, size: int, gain: float, mode: str) -> None:
    features = np.random.default_rng(rows * size).exponential(gain, (rows, size))
    assert np.abs(scale_features(features, mode=mode)).max() <= 1


@given(st.floats(1e-3, 1e3), st.floats(-1e3, 1e3), st.sampled_from(MODES[:-1]))
def test_scaling_does_not_depend_on_gain_and_offset(gain: float, offset: float, mode: str) -> None:
    features = np.random.default_rng(3).normal(size=(12, 7))
    if gain < 1e-3 * abs(offset):
        gain = 1e-3 * abs(offset)  # keep the deviation above the smallest that counts as motion
    moved = scale_features(gain * features + offset, mode=mode)
    # float64 inside: an offset of 1000 deviations costs 3 of 16 digits; then rounded once to float32
    np.testing.assert_allclose(moved, scale_features(features, mode=mode), atol=1e-6)


@pytest.mark.parametrize("mode", MODES[:-1])
@pytest.mark.parametrize("value", [0.0, 0.1, 7.3, -2e6])
def test_a_clip_that_does_not_change_becomes_zeros(mode: str, value: float) -> None:
    still = np.full((33, 5), value, np.float32)
    assert (scale_features(still, mode=mode) == 0).all()


def test_rounding_of_a_still_clip_is_not_blown_up_to_full_scale(rng: np.random.Generator) -> None:
    still = np.tile(rng.exponential(1, 50), (20, 1))
    noisy = still * (1 + 1e-7 * rng.normal(size=still.shape))  # one unit in the last place of float32
    assert (scale_features(noisy, mode="clip_mean_3sigma") == 0).all()


def test_mean_removal_leaves_no_mean_and_a_third_as_standard_deviation(rng: np.random.Generator) -> None:
    scaled = scale_features(rng.uniform(size=(200, 30)) + 9, mode="clip_mean_3sigma")
    # a uniform distribution ends at 1.7 deviations, so nothing is clipped; float32 rounding only
    assert np.abs(scaled.mean(axis=0)).max() < 1e-6
    assert scaled.std() == pytest.approx(1 / 3, rel=1e-5)


def test_standard_scaling_gives_each_dimension_the_same_deviation(rng: np.random.Generator) -> None:
    features = rng.uniform(size=(200, 3)) * [1, 100, 0]
    deviations = scale_features(features, mode="clip_standard_3sigma").std(axis=0)
    np.testing.assert_allclose(deviations, [1 / 3, 1 / 3, 0], rtol=1e-5)  # float32 rounding


def test_min_max_reaches_both_ends(rng: np.random.Generator) -> None:
    scaled = scale_features(rng.exponential(5, (10, 10)), mode="min_max")
    assert scaled.min() == -1
    assert scaled.max() == 1


def test_none_leaves_values_in_range_and_refuses_others() -> None:
    features = np.array([[-1.0, 0.25], [0.5, 1.0]])
    np.testing.assert_array_equal(scale_features(features, mode="none"), features)
    with pytest.raises(InputError, match=r"found features up to 1\.5"):
        scale_features(features * 1.5, mode="none")
