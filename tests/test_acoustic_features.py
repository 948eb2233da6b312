"""Tests of the three features of the similarity grade on signals whose features are known."""

from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from v2ra.acoustic_features import CHOICES, max_modulation_spectrum, mean_spectral_flux, rms
from v2ra.errors import InputError

Array = NDArray[np.float64]
RATE = 16_000
TIME = np.arange(2 * RATE) / RATE
TONE = 0.5 * np.sin(2 * np.pi * 1000 * TIME)
AM_TONE = (1 + 0.6 * np.cos(2 * np.pi * 4 * TIME)) * TONE


@pytest.mark.parametrize("bands", CHOICES["bands"])
def test_an_am_tone_reads_its_depth_its_decibels_and_its_frequency(bands: str) -> None:
    def found(measure: str) -> float:
        return max_modulation_spectrum(AM_TONE, sample_rate=RATE, measure=measure, bands=bands)

    assert found("depth") == pytest.approx(0.6, abs=1e-4)
    assert found("decibel") == pytest.approx(20 * np.log10(0.6), abs=1e-3)
    assert found("frequency") == pytest.approx(4, rel=0.03)  # half a step of the grid: 2.9 %
    # Mean envelope 0.5, depth 0.6, 200 envelope samples: 0.5 × 0.6 × 200 / 2.
    assert found("unscaled") == pytest.approx(30, rel=1e-3)


def test_without_modulation_each_measure_is_at_its_least() -> None:
    for sound in (np.zeros(RATE), TONE):
        found = [max_modulation_spectrum(sound, sample_rate=RATE, measure=m) for m in CHOICES["modulation"]]
        assert found == pytest.approx([0, -60, 0, 0], abs=1e-6)


@pytest.mark.parametrize("frequency_hz", [1000, 1003.7])
def test_a_stationary_sine_has_no_flux(frequency_hz: float) -> None:
    sine = np.sin(2 * np.pi * frequency_hz * TIME)
    # Off the bins, the window's side lobes beat a little: 1e-3 of a full change would be heard as none.
    assert mean_spectral_flux(sine, sample_rate=RATE) < 1e-3
    assert mean_spectral_flux(sine, sample_rate=RATE, measure="logarithmic") < 1e-3
    assert mean_spectral_flux(sine, sample_rate=RATE, measure="unscaled") < 0.05  # of lines of 200


def test_silence_has_no_flux() -> None:
    assert [mean_spectral_flux(np.zeros(RATE), sample_rate=RATE, measure=m) for m in CHOICES["flux"]] == [
        0,
        0,
        0,
    ]


def test_flux_is_what_scipy_correlates_from_frame_to_frame(rng: np.random.Generator) -> None:
    sound = rng.standard_normal(RATE)
    frames = [sound[k : k + 800] * np.hanning(801)[:-1] for k in range(0, RATE - 799, 400)]
    spectra = [np.abs(np.fft.rfft(frame)) for frame in frames]
    pairs = list(pairwise(spectra))
    expected = np.mean([1 - stats.pearsonr(a, b).statistic for a, b in pairs])
    assert mean_spectral_flux(sound, sample_rate=RATE) == pytest.approx(expected, abs=1e-9)
    loudest = np.max(spectra)
    steps = [
        np.log(a / loudest + 1e-4) - np.log(b / loudest + 1e-4) for a, b in pairs
    ]  # Lu et al.'s δ: −80 dB
    assert mean_spectral_flux(sound, sample_rate=RATE, measure="logarithmic") == pytest.approx(
        np.mean(np.square(steps)), rel=1e-9
    )
    expected = np.mean([np.linalg.norm(a - b) for a, b in pairs])
    assert mean_spectral_flux(sound, sample_rate=RATE, measure="unscaled") == pytest.approx(
        expected, rel=1e-9
    )


def test_a_tone_that_jumps_has_more_flux_than_one_that_stays() -> None:
    jumping = np.where(np.floor(TIME * 10) % 2 == 0, TONE, 0.5 * np.sin(2 * np.pi * 3000 * TIME))
    for measure in CHOICES["flux"]:
        still, moving = (mean_spectral_flux(x, sample_rate=RATE, measure=measure) for x in (TONE, jumping))
        assert moving > 10 * still + 0.1


def test_sound_behind_silence_changes_the_spectrum_once() -> None:
    onset = np.where(TIME < 1, 0, TONE)
    n_changes = 2 * RATE // 400 - 2  # steps of 400 samples, the last window has 800
    # One step is a full change; of the windows around the onset a few correlate in part.
    assert 1 / n_changes <= mean_spectral_flux(onset, sample_rate=RATE) <= 3 / n_changes


def test_level_is_that_of_a_sine() -> None:
    assert rms(TONE, sample_rate=RATE) == pytest.approx(0.5 / np.sqrt(2))
    assert rms(TONE, sample_rate=RATE, measure="decibel") == pytest.approx(-9.03, abs=0.005)
    assert rms(TONE, sample_rate=RATE, measure="pauses") == pytest.approx(1)


def test_pauses_are_measured_whatever_the_level() -> None:
    for gain in (1, 0.01):
        quarter = np.where(TIME < 0.5, gain * TONE, 0)
        # A quarter of the time at full level: the whole has √¼ of its root mean square.
        assert rms(quarter, sample_rate=RATE, measure="pauses") == pytest.approx(0.5)
    assert rms(np.zeros(RATE), sample_rate=RATE, measure="pauses") == 0


@pytest.mark.parametrize("gain", [0.1, 3.0])
def test_what_depends_on_level_says_so(gain: float, rng: np.random.Generator) -> None:
    sound = rng.standard_normal(RATE) * np.linspace(0, 1, RATE)

    def ratio(feature: object, measure: str) -> float:
        assert callable(feature)
        loud, quiet = (feature(x, sample_rate=RATE, measure=measure) for x in (gain * sound, sound))
        return float(loud / quiet)

    for measure in ("depth", "decibel", "frequency"):
        assert ratio(max_modulation_spectrum, measure) == pytest.approx(1)
    for measure in ("correlation", "logarithmic"):
        assert ratio(mean_spectral_flux, measure) == pytest.approx(1)
    assert ratio(rms, "pauses") == pytest.approx(1)
    for feature in (max_modulation_spectrum, mean_spectral_flux):
        assert ratio(feature, "unscaled") == pytest.approx(gain)
    assert ratio(rms, "linear") == pytest.approx(gain)


def test_what_is_no_measure_is_refused() -> None:
    for feature, key in (
        (max_modulation_spectrum, "modulation"),
        (mean_spectral_flux, "flux"),
        (rms, "level"),
    ):
        with pytest.raises(InputError, match=f"found {key} 'loud'; expected one of {CHOICES[key][0]}, "):
            feature(TONE, sample_rate=RATE, measure="loud")
    with pytest.raises(InputError, match="found bands 'many'; expected one of critical, whole"):
        max_modulation_spectrum(TONE, sample_rate=RATE, bands="many")
    with pytest.raises(InputError, match=r"expected 0\.5 s or more"):
        mean_spectral_flux(TONE[:1000], sample_rate=RATE)
