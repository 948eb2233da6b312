"""From samples to excitation: against sines, single bands, recursions and sums written out."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.signal import lfilter

from v2ra.peaq.ear_model import MIN_POWER, band_powers, smear, spread_bands
from v2ra.peaq.smoothing import average, decay_factors, smooth
from v2ra.peaq.spectra import power_spectra, whole_frames
from v2ra.peaq.tables import BAND_BARKS, N_BANDS, load_bands

ROUNDING = 1e-12  # relative: float64 sums of some thousand terms
BIN = 48_000 / 2048  # Hz


def sine(frequency: float, *, peak: float = 32768.0, n_samples: int = 4096) -> torch.Tensor:
    return peak * torch.sin(2 * torch.pi * frequency / 48_000 * torch.arange(n_samples, dtype=torch.float64))


def lone_band(band: int, power: float) -> torch.Tensor:
    powers = torch.full((N_BANDS, 1), MIN_POWER, dtype=torch.float64)
    powers[band] = power
    return powers


def test_silence_has_no_power() -> None:
    assert power_spectra(torch.zeros(2, 4096, dtype=torch.float64)).count_nonzero() == 0


def test_a_sine_of_full_scale_has_92_db_and_one_of_a_tenth_72() -> None:
    for peak, level in ((32768.0, 92.0), (3276.8, 72.0)):
        powers = power_spectra(sine(1019.5, peak=peak))
        # The two images of the sine, one at the negative frequency, overlap by less than 0.001 dB.
        assert 10 * powers.amax(dim=-1).log10() == pytest.approx(level, abs=1e-3)


def test_frames_begin_1024_samples_apart_and_the_last_is_filled_with_zeros() -> None:
    samples = torch.from_numpy(np.random.default_rng(0).standard_normal(3000))
    framed = whole_frames(samples, 2)
    assert framed.shape == (3072,)
    assert framed[3000:].count_nonzero() == 0
    powers = power_spectra(framed)
    torch.testing.assert_close(powers[1], power_spectra(framed[1024:])[0], rtol=ROUNDING, atol=0)


def test_a_spectrum_is_that_of_a_plain_transform() -> None:
    samples = np.random.default_rng(0).standard_normal(2048) * 1000
    window = np.hanning(2048)
    powers = power_spectra(torch.from_numpy(samples))[0].numpy()
    plain = np.abs(np.fft.fft(samples * window)[:1025]) ** 2
    assert powers / plain == pytest.approx(
        np.full(1025, powers[100] / plain[100]), rel=1e-8
    )  # weak bins round


def test_every_bin_from_80_hz_to_18_khz_counts_once_but_at_three_printed_misfits() -> None:
    bands = load_bands()
    misfit = bands.upper[:-1] != bands.lower[1:]
    assert misfit.sum() == 3
    flat = 1e-9 * band_powers(1e9 * torch.eye(1025, dtype=torch.float64))  # (bands, one frame for each bin)
    shares = flat.sum(dim=0).numpy()
    middle = np.arange(1025) * BIN
    inside = (middle > 80 + BIN) & (middle < 18_000 - BIN)
    gain = _ear_gain(middle[inside])
    near = np.abs(middle[inside][:, None] - bands.upper[:-1][misfit]).min(axis=1) < 2 * BIN
    assert shares[inside][~near] / gain[~near] == pytest.approx(1, rel=1e-9)
    assert shares[~((middle > 80 - BIN) & (middle < 18_000 + BIN))] == pytest.approx(0, abs=1e-9)


def test_the_band_of_a_tone_holds_its_power() -> None:
    found = band_powers(power_spectra(sine(1000.0)))[:, 0]
    bands = load_bands()
    band = int(np.flatnonzero((bands.lower <= 1000) & (bands.upper > 1000))[0])
    assert int(found.argmax()) == band
    assert int((found > found.max() / 1000).sum()) <= 5  # a band is 1 or 2 bins wide there, the window 4


def test_the_internal_noise_alone_spreads_to_little_more_than_itself() -> None:
    quiet = torch.full((N_BANDS, 1), MIN_POWER, dtype=torch.float64)
    noise_db = 1.456 * (load_bands().centre / 1000) ** -0.8
    spread_db = 10 * spread_bands(quiet)[:, 0].log10().numpy()
    assert np.abs(spread_db - noise_db).max() < 1.5  # it is steep in low bands and gives way there
    assert spread_db[60:] == pytest.approx(noise_db[60:], abs=0.1)  # flat in high ones


@pytest.mark.parametrize("level", [60.0, 90.0])
def test_a_lone_band_falls_27_db_a_bark_downwards_and_by_its_level_upwards(level: float) -> None:
    band, power = 60, 10 ** (level / 10)
    unit = spread_bands(torch.full((N_BANDS, 1), MIN_POWER, dtype=torch.float64))
    levels = 10 * (spread_bands(lone_band(band, power)) / unit)[:, 0].log10().numpy()
    # Next to a band of this level the internal noise is nothing; the normalisation changes by little.
    assert (levels[band] - levels[band - 2]) / (2 * BAND_BARKS) == pytest.approx(27, abs=1.5)
    upper = 24 + 230 / load_bands().centre[band] - 0.2 * level
    assert (levels[band] - levels[band + 2]) / (2 * BAND_BARKS) == pytest.approx(upper, abs=1.5)


def test_spreading_is_that_of_the_sum_written_out(rng: np.random.Generator) -> None:
    powers = 10 ** rng.uniform(-3, 9, N_BANDS)
    fast = spread_bands(torch.from_numpy(powers)[:, None])[:, 0].numpy()
    noise = 10 ** (0.1456 * (load_bands().centre / 1000) ** -0.8)
    slow = _spread_slowly(powers + noise) / _spread_slowly(np.ones(N_BANDS))
    assert fast == pytest.approx(slow, rel=1e-10)  # powers of up to 108, each rounded


@settings(max_examples=25)
@given(st.integers(1, 150), st.sampled_from([0.03, 0.05]))
def test_smoothing_is_a_recursion(n_frames: int, seconds: float) -> None:
    values = np.random.default_rng(n_frames).uniform(0, 1e6, (N_BANDS, 2, n_frames))
    fast = smooth(torch.from_numpy(values), seconds).numpy()
    averaged = average(torch.from_numpy(values), seconds).numpy()
    for band in (0, 50, N_BANDS - 1):
        decay = decay_factors(seconds)[band]
        slow = lfilter([1], [1, -decay], values[band], axis=-1)
        assert fast[band] == pytest.approx(slow, rel=ROUNDING)
        assert averaged[band] == pytest.approx((1 - decay) * slow, rel=ROUNDING)


def test_an_onset_is_heard_at_once_and_rings_on_longer_in_low_bands() -> None:
    pattern = torch.full((N_BANDS, 1, 20), 1.0, dtype=torch.float64)
    pattern[:, :, 8] = 1e6
    smeared = smear(pattern)[:, 0]
    assert smeared[:, 8].eq(1e6).all()
    after = smeared[:, 9]
    assert after.gt(1e3).all()
    assert (after[:-1] > after[1:]).all()


def _ear_gain(hertz: NDArray[np.floating]) -> NDArray[np.float64]:
    khz = hertz / 1000
    gain_db = -2.184 * khz**-0.8 + 6.5 * np.exp(-0.6 * (khz - 3.3) ** 2) - 0.001 * khz**3.6
    return np.asarray(10 ** (gain_db / 10))


def _spread_slowly(powers: NDArray[np.float64]) -> NDArray[np.float64]:
    """Every band onto every other, as clause 2.1.7 defines it."""
    total = np.zeros(N_BANDS)
    for source, power in enumerate(powers):
        level = 10 * np.log10(power)
        slope = 24 + 230 / load_bands().centre[source] - 0.2 * level
        distance = (np.arange(N_BANDS) - source) * BAND_BARKS
        shape = 10 ** (np.where(distance < 0, 27 * distance, -slope * distance) / 10)
        total += (power * shape / shape.sum()) ** 0.4
    return total**2.5
