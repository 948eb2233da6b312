"""The averages behind the eleven variables, the frames that count, and the network, on numbers written out."""

import dataclasses
import math

import numpy as np
import pytest
from numpy.typing import NDArray

from v2ra.errors import InputError
from v2ra.peaq.grade import distortion_index, grade
from v2ra.peaq.inputs import frame_bounds, prepare_pair
from v2ra.peaq.movs import DELAY_FRAMES, Courses, model_output_variables
from v2ra.peaq.tables import load_bands, load_itu_items, load_network

N_FRAMES = 60
FloatArray = NDArray[np.float64]


def calm(n_channels: int = 1, n_frames: int = N_FRAMES, **changed: FloatArray) -> Courses:
    """Return courses in which all is 1 but what a test changes, and nothing is detected."""
    names = [field.name for field in dataclasses.fields(Courses)]
    values: dict[str, FloatArray] = {name: np.ones((n_channels, n_frames)) for name in names}
    values |= {name: np.zeros(n_frames) for name in names if name.startswith("detection")}
    return Courses(**(values | changed))


def course(*values: float) -> FloatArray:
    return np.array([values], dtype=np.float64)


def variables(courses: Courses, first_frame: int = 0) -> dict[str, float]:
    return model_output_variables(courses, first_frame=first_frame)


def test_the_variables_are_those_of_the_network_in_its_order() -> None:
    assert tuple(variables(calm())) == load_network().names


def test_constant_courses_have_their_value_as_average() -> None:
    found = variables(calm())
    one = ("bandwidth_ref_b", "bandwidth_test_b", "win_mod_diff1_b", "avg_mod_diff1_b", "avg_mod_diff2_b")
    assert [found[name] for name in (*one, "rms_noise_loud_b")] == pytest.approx([1.0] * 6)
    assert found["ehs_b"] == pytest.approx(1000)
    assert found["total_nmr_b"] == 0  # dB
    assert (found["adb_b"], found["mfpd_b"], found["rel_dist_frames_b"]) == (0, 0, 0)


def test_frames_that_do_not_count_are_left_out_of_bandwidth_and_harmonics() -> None:
    some = course(np.nan, 400, np.nan, 600)
    found = variables(calm(n_frames=4, bandwidth_reference=some, error_harmonics=some / 1000))
    assert found["bandwidth_ref_b"] == pytest.approx(500)
    assert found["ehs_b"] == pytest.approx(500)
    none = np.full((1, 4), np.nan)
    found = variables(
        calm(n_frames=4, bandwidth_reference=none, bandwidth_estimate=none, error_harmonics=none)
    )
    assert (found["bandwidth_ref_b"], found["bandwidth_test_b"], found["ehs_b"]) == (0, 0, 0)


def test_the_first_half_second_is_left_out_of_modulation_and_the_frames_before_the_sound_belong_to_it() -> (
    None
):
    ramp = np.arange(N_FRAMES, dtype=np.float64)[None]
    courses = calm(modulation_change=ramp, modulation_change_soft=2 * ramp)
    for first_frame, skipped in ((0, DELAY_FRAMES), (10, DELAY_FRAMES - 10), (100, 0)):
        found = variables(courses, first_frame)
        assert found["avg_mod_diff1_b"] == pytest.approx(ramp[0, skipped:].mean())
        assert found["avg_mod_diff2_b"] == pytest.approx(2 * ramp[0, skipped:].mean())


def test_averages_over_no_frame_are_0() -> None:
    short = variables(calm(n_frames=DELAY_FRAMES))
    names = ("win_mod_diff1_b", "avg_mod_diff1_b", "avg_mod_diff2_b", "rms_noise_loud_b")
    assert [short[name] for name in names] == [0, 0, 0, 0]
    assert variables(calm(n_frames=DELAY_FRAMES + 3))["win_mod_diff1_b"] == 0  # no window of 4 frames


def test_modulation_is_weighted_and_windows_stress_the_largest() -> None:
    change = np.ones((1, N_FRAMES))
    change[0, -1] = 16
    weight = np.ones((1, N_FRAMES))
    weight[0, -1] = 0.5
    found = variables(calm(modulation_change=change, modulation_weight=weight))
    n_late = N_FRAMES - DELAY_FRAMES
    assert found["avg_mod_diff1_b"] == pytest.approx((n_late - 1 + 8) / (n_late - 0.5))
    windows = [1.0] * (n_late - 4) + [((3 + 4) / 4) ** 4]
    assert found["win_mod_diff1_b"] == pytest.approx(math.sqrt(np.mean(windows)))


def test_noise_loudness_begins_50_ms_after_one_channel_is_loud_on_both_sides() -> None:
    ramp = np.tile(np.arange(N_FRAMES, dtype=np.float64), (2, 1))
    quiet = np.full((2, N_FRAMES), 0.05)
    reference, estimate = quiet.copy(), quiet.copy()
    reference[0, 5:], estimate[0, 30:], estimate[1, 8:] = 1, 1, 1  # both only in channel 0, from frame 30
    found = variables(
        calm(2, noise_loudness=ramp, loudness_reference=reference, loudness_estimate=estimate), 100
    )
    assert found["rms_noise_loud_b"] == pytest.approx(np.sqrt(np.mean(ramp[0, 33:] ** 2)))
    never = calm(2, noise_loudness=ramp, loudness_estimate=quiet)
    assert variables(never, 100)["rms_noise_loud_b"] == 0


def test_noise_to_mask_is_averaged_as_a_ratio_over_frames_and_in_db_over_channels() -> None:
    ratios = np.array([[1.0, 19.0], [0.1, 0.1]])
    peaks = np.array([[1.4, 1.5], [0.0, 1.42]])  # disturbed above 1.5 dB, 1.4125
    found = variables(calm(2, 2, noise_to_mask=ratios, noise_to_mask_peak=peaks))
    assert found["total_nmr_b"] == pytest.approx((10 - 10) / 2)
    assert found["rel_dist_frames_b"] == 0.5


def test_detection_takes_its_maximum_after_smoothing_and_its_steps_where_it_is_more_likely_than_not() -> None:
    probability, steps = np.array([0, 1, 1, 0.5, 0]), np.array([7.0, 10, 30, 50, 7])
    found = variables(calm(n_frames=5, detection_probability=probability, detection_steps=steps))
    assert found["mfpd_b"] == pytest.approx(0.9 * (0.9 * 0.1 + 0.1) + 0.05)
    assert found["adb_b"] == pytest.approx(math.log10(20))
    without = variables(calm(n_frames=5, detection_probability=probability, detection_steps=0 * steps))
    assert without["adb_b"] == -0.5


@pytest.mark.parametrize(
    ("start", "end", "frames"),
    [
        (0, 48_000, (0, 45)),  # the last frame has 1024 samples of sound at least
        (1023, 5119, (0, 3)),
        (1024, 5120, (1, 4)),
        (20_000, 20_010, (19, 19)),  # a click: no frame would count, so the one that it begins in does
    ],
)
def test_frames_count_from_the_first_sound_to_the_last(start: int, end: int, frames: tuple[int, int]) -> None:
    samples = np.zeros((2, 50_000), np.int16)
    samples[1, start:end] = -50  # only five in a row reach more than 200
    assert frame_bounds(samples) == frames


def test_the_boundary_is_a_sum_above_200_steps_over_five_samples_in_either_channel() -> None:
    samples = np.zeros((2, 4096), np.int16)
    samples[0, 2048:2053] = 40
    with pytest.raises(InputError, match="expected sound to compare with"):
        frame_bounds(samples)
    samples[0, 2052] = 41
    assert frame_bounds(samples) == (2, 2)


def test_samples_are_rounded_down_to_16_bits() -> None:
    step = 2.0**-15
    one = np.tile([0.5, 0.5 + 0.9 * step, -0.1 * step, 1.0, -1.0], 10_000)
    pair = prepare_pair(one, -one, sample_rate=48_000)
    assert pair.samples[0, 0, :5].tolist() == [16384, 16384, -1, 32767, -32768]
    assert pair.samples.dtype == np.int16


def test_the_official_grades_follow_from_the_official_indices() -> None:
    items = load_itu_items()
    assert len(items) == 16
    # Half of the last digit of the index, at a slope of 1.05 at most, and half of that of the grade.
    assert [grade(index) for index in items["di"]] == pytest.approx(items["odg"].tolist(), abs=1.1e-3)


def test_the_network_is_the_formula() -> None:
    network = load_network()
    middle = dict(zip(network.names, (network.lowest + network.highest) / 2, strict=True))
    hidden = [1 / (1 + math.exp(-(network.biases[k] + 0.5 * network.weights[:, k].sum()))) for k in range(3)]
    expected = network.output_bias + sum(h * w for h, w in zip(hidden, network.output_weights, strict=True))
    assert distortion_index(middle) == pytest.approx(expected)
    assert (network.weights.shape, network.biases.shape, network.output_weights.shape) == (
        (11, 3),
        (3,),
        (3,),
    )


def test_the_bands_are_a_quarter_bark_wide_from_80_hz_to_18_khz() -> None:
    bands = load_bands()
    barks = 7 * np.arcsinh(np.stack([bands.lower, bands.centre, bands.upper]) / 650)
    assert len(bands.centre) == 109
    assert (barks[2] - barks[0])[:-1] == pytest.approx(0.25, abs=0.042)  # three are misprinted, as they stay
    assert np.median(barks[2] - barks[0]) == pytest.approx(0.25, abs=1e-4)
    assert barks[1] == pytest.approx(
        barks[0][0] + 0.25 * (np.arange(109) + 0.5), abs=0.13
    )  # the last is short
