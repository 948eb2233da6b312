"""Adaptation, modulation, loudness, noise, detection and harmonic structure, on patterns whose answer is known."""

import numpy as np
import pytest
import torch

from v2ra.peaq.bandwidth import bandwidths
from v2ra.peaq.ear_model import band_powers, ear_constants, smear, spread_bands
from v2ra.peaq.harmonics import energetic, harmonic_structure
from v2ra.peaq.patterns import adapt, detection, loudness, masking_threshold, modulation, noise_loudness
from v2ra.peaq.spectra import power_spectra
from v2ra.peaq.tables import N_BANDS

FRAME_RATE = 46.875


def steady(*powers: float, n_frames: int = 400) -> torch.Tensor:
    """Return the same power in all bands and frames, by side: (bands, sides, 1, frames)."""
    return torch.tensor(powers, dtype=torch.float64)[None, :, None, None].expand(N_BANDS, -1, 1, n_frames)


def test_equal_sides_stay_equal_and_unchanged_once_the_memory_is_full() -> None:
    adapted = adapt(steady(1e4, 1e4))
    torch.testing.assert_close(adapted[:, 0], adapted[:, 1], rtol=1e-12, atol=0)  # rounding
    torch.testing.assert_close(adapted[..., -1], steady(1e4, 1e4)[..., -1], rtol=1e-12, atol=0)


@pytest.mark.parametrize("gain", [0.1, 7.0])
def test_adaptation_undoes_a_gain(gain: float) -> None:
    adapted = adapt(steady(1e4, 1e4 * gain))[..., -1]
    torch.testing.assert_close(adapted[:, 0], adapted[:, 1], rtol=1e-9, atol=0)  # after 400 frames


def test_adaptation_undoes_most_of_a_slow_tilt() -> None:
    tilt = torch.linspace(0.5, 2, N_BANDS, dtype=torch.float64)[:, None, None, None]
    pair = torch.cat([steady(1e4), steady(1e4) * tilt], dim=1)
    ratio = adapt(pair)[:, 1, 0, -1] / adapt(pair)[:, 0, 0, -1]
    assert float((10 * ratio.log10()).abs().max()) < 0.3  # of 3 dB; what is left comes from the 8-band mean


def test_what_is_steady_is_not_modulated() -> None:
    assert float(modulation(steady(1e4)).degree[..., -1].abs().max()) < 1e-9  # the onset has faded


def test_modulation_of_alternating_frames_is_the_formula() -> None:
    powers = steady(1.0).clone()
    powers[..., ::2] = 100.0
    change, mean = 100**0.3 - 1, (100**0.3 + 1) / 2
    found = modulation(powers)
    pairs = found.degree[..., -2:].mean(dim=-1)  # the smoothed mean swings by some per cent
    assert pairs[0].item() == pytest.approx(FRAME_RATE * change / (1 + mean / 0.3), rel=0.03)


def test_a_tone_of_40_db_at_1_khz_has_about_1_sone_and_one_of_60_db_four_times_that() -> None:
    def heard(level: float) -> float:
        peak = 32768 * 10 ** ((level - 92) / 20)
        tone = peak * torch.sin(2 * torch.pi / 48 * torch.arange(4096, dtype=torch.float64))
        return float(loudness(smear(spread_bands(band_powers(power_spectra(tone)))))[-1])

    assert 0.5 < heard(40.0) < 2  # 1 sone by definition; the model is within a factor of two
    assert heard(60.0) / heard(40.0) == pytest.approx(4, rel=0.35)  # Stevens: twice for 10 dB
    assert heard(-40.0) < 0.1


def test_noise_has_no_loudness_where_there_is_none_and_more_where_there_is_more() -> None:
    same = adapt(steady(1e4, 1e4))
    calm = torch.zeros_like(same)
    assert float(noise_loudness(same, calm).max()) < 1e-9  # rounding of equal sides
    louder = [float(noise_loudness(steady(1e4, 1e4 * more), calm[:, :2])[0, -1]) for more in (1.5, 2, 4)]
    assert 0 < louder[0] < louder[1] < louder[2]
    assert float(noise_loudness(steady(1e4, 5e3), calm).max()) == 0  # what is missing is no noise


def test_the_masking_threshold_is_3_db_down_to_12_bark_and_falls_a_quarter_db_a_bark_from_there() -> None:
    below = -10 * masking_threshold(torch.ones(N_BANDS, 1, dtype=torch.float64)).log10()[:, 0]
    assert below[:49].numpy() == pytest.approx(3)
    assert below[52].item() == pytest.approx(0.25 * 13)
    assert below[-1].item() == pytest.approx(0.25 * 27)


def just_heard(level: float) -> float:
    """Return the step of clause 4.7, written out."""
    polynomial = (-0.198719, 0.0550197, -0.00102438, 5.05622e-6, 9.01033e-11)
    return float(5.95072 * (6.39468 / level) ** 1.71332 + sum(c * level**k for k, c in enumerate(polynomial)))


@pytest.mark.parametrize("level", [20.0, 55.0, 90.0])
def test_a_rise_by_the_step_that_is_just_heard_is_found_with_probability_one_half(level: float) -> None:
    pair = 10 ** (torch.tensor([level - just_heard(level), level], dtype=torch.float64) / 10)
    found = detection(pair.reshape(1, 2, 1, 1))
    assert float(found.exponent) == pytest.approx(1, rel=1e-9)


def test_a_drop_is_judged_at_a_level_between_the_two_and_is_found_less_steeply() -> None:
    pair = torch.tensor([1e6, 1e5], dtype=torch.float64).reshape(1, 2, 1, 1)
    step = just_heard(0.3 * 60 + 0.7 * 50)
    assert float(detection(pair).exponent) == pytest.approx((10 / step) ** 4, rel=1e-9)


@pytest.mark.parametrize(("rise", "steps"), [(0.9, 0), (1.1, 1), (2.9, 2), (-2.9, 2)])
def test_steps_above_threshold_are_whole(rise: float, steps: int) -> None:
    pair = 10 ** (torch.tensor([60 - rise, 60.0], dtype=torch.float64) / 10)
    level = 60.0 if rise > 0 else 60 + 0.3 * -rise
    assert float(detection(pair.reshape(1, 2, 1, 1)).steps) == pytest.approx(steps / just_heard(level))


def test_below_the_threshold_of_hearing_nothing_is_found() -> None:
    pair = torch.tensor([1e-3, 1e-1], dtype=torch.float64).reshape(1, 2, 1, 1)
    found = detection(pair)
    assert 0 <= float(found.exponent) <= float(found.steps) < 1e-20  # the step is 10³⁰ dB there


def spectra(rng: np.random.Generator) -> torch.Tensor:
    return torch.from_numpy(rng.uniform(1, 1e6, (1, 4, 1025)))


def test_the_same_spectrum_and_a_proportional_one_have_no_structure(rng: np.random.Generator) -> None:
    powers = spectra(rng)
    assert harmonic_structure(torch.stack([powers, powers])).count_nonzero() == 0
    assert float(harmonic_structure(torch.stack([powers, powers / 4])).max()) < 1e-20  # rounding, squared


def test_an_error_with_a_pitch_has_more_structure_than_one_without(rng: np.random.Generator) -> None:
    powers = spectra(rng)
    pitch = (2 * torch.cos(2 * torch.pi * torch.arange(1025) / 12).double()).exp()
    noise = torch.from_numpy(np.exp(rng.standard_normal(1025)))
    structure = [float(harmonic_structure(torch.stack([powers, powers * e])).min()) for e in (pitch, noise)]
    assert structure[0] > 0.05 > 5 * structure[1]


def test_structure_is_the_definition_written_out(rng: np.random.Generator) -> None:
    powers = torch.stack([spectra(rng), spectra(rng)])
    values = np.log(powers[1, 0, 0, :511].numpy() / powers[0, 0, 0, :511].numpy())
    start = values[:256]
    lags = [start @ values[k : k + 256] for k in range(256)]
    scales = [np.sqrt(start @ start * (values[k : k + 256] @ values[k : k + 256])) for k in range(256)]
    correlation = np.array(lags) / np.array(scales)
    window = np.hanning(256) * np.sqrt(8 / 3) / 256
    peaks = np.abs(np.fft.rfft(window * (correlation - correlation.mean()))) ** 2
    expected = max(peaks[1:][peaks[1:] > peaks[0]], default=0)
    assert float(harmonic_structure(powers)[0, 0]) == pytest.approx(expected, rel=1e-5)  # float32


def test_a_silent_side_has_no_structure_rather_than_nan(rng: np.random.Generator) -> None:
    powers = spectra(rng)
    for pair in ([powers, 0 * powers], [0 * powers, powers], [0 * powers, 0 * powers]):
        assert harmonic_structure(torch.stack(pair)).eq(0).all()


def test_a_frame_is_energetic_by_its_second_half_on_either_side() -> None:
    samples = torch.zeros(2, 1, 4096, dtype=torch.int16)
    samples[1, 0, 1024:2048] = 3  # 1024 · 9 = 9216 ≥ 8000
    samples[0, 0, 2048:3072] = 2  # 1024 · 4 = 4096 < 8000
    assert energetic(samples).tolist() == [[True, False, False]]


def test_a_bandwidth_needs_10_db_over_the_noise_in_the_reference_and_5_db_in_the_estimate() -> None:
    powers = torch.ones(2, 1, 3, 1025, dtype=torch.float64)
    powers[:, 0, 0, :700] = torch.tensor([[10.0], [3.17]])
    powers[:, 0, 1, :700] = torch.tensor([[9.9], [1000.0]])
    powers[0, 0, 2, :700], powers[1, 0, 2, :300] = 10.0, 1000.0
    reference, estimate = (side[0].nan_to_num(nan=0).tolist() for side in bandwidths(powers))
    assert reference == [700, 0, 700]
    assert estimate == [700, 0, 300]


def test_a_reference_that_ends_at_bin_346_has_no_bandwidth() -> None:
    powers = torch.ones(2, 1, 2, 1025, dtype=torch.float64)
    powers[0, 0, 0, :347], powers[0, 0, 1, :348] = 1000.0, 1000.0
    assert bandwidths(powers)[0][0].nan_to_num(nan=0).tolist() == [0, 348]


def test_constants_are_of_float64() -> None:
    constants = ear_constants("cpu")
    assert {constants.groups[0][1].dtype, constants.noise.dtype, constants.lower_spread.dtype} == {
        torch.float64
    }
