"""Tests of modulation spectra on signals whose modulation is known."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.signal import hilbert

from v2ra.errors import InputError
from v2ra.modulation import CENTRES_HZ, CRITICAL_EDGES_HZ, WHOLE_EDGES_HZ, modulation_spectrum

Array = NDArray[np.float64]
RATE = 16_000


def am_tone(
    modulation_hz: float,
    depth: float,
    *,
    carrier_hz: float = 850.0,
    n_seconds: float = 4,
    sample_rate: int = RATE,
) -> Array:
    time = np.arange(round(n_seconds * sample_rate)) / sample_rate
    envelope = 1 + depth * np.cos(2 * np.pi * modulation_hz * time)
    return np.asarray(0.4 * envelope * np.sin(2 * np.pi * carrier_hz * time))


@pytest.mark.parametrize("edges_hz", [CRITICAL_EDGES_HZ, WHOLE_EDGES_HZ], ids=["critical bands", "whole"])
@pytest.mark.parametrize(("modulation_hz", "depth"), [(1, 0.2), (4, 0.6), (8, 1.0), (25, 0.5)])
def test_an_am_tone_has_its_depth_at_its_frequency(
    edges_hz: tuple[float, ...], modulation_hz: float, depth: float
) -> None:
    spectrum = modulation_spectrum(am_tone(modulation_hz, depth), sample_rate=RATE, edges_hz=edges_hz)
    # Carrier and modulation fill whole periods: what is left is rounding and, at depth 1, the corners at 0.
    assert spectrum.overall.max() == pytest.approx(depth, abs=1e-3)
    where = spectrum.centres_hz[spectrum.overall > 0.99 * depth]
    assert where.min() * 2 ** (-1 / 6) <= modulation_hz <= where.max() * 2 ** (1 / 6)
    # The bands that hold a single line are a third of an octave wide: five twelfths at most.
    assert np.log2(where.max() / where.min()) <= 1 / 3 + 1e-9


def test_a_modulation_off_the_grid_of_the_clip_is_found_too() -> None:
    spectrum = modulation_spectrum(am_tone(5.37, 0.4, n_seconds=7.3), sample_rate=RATE)
    assert spectrum.overall.max() == pytest.approx(0.4, abs=0.02)  # a few percent leak out of the band


def test_two_modulations_are_told_apart() -> None:
    sound = am_tone(2, 0.3) + am_tone(16, 0.7, carrier_hz=2500)
    spectrum = modulation_spectrum(sound, sample_rate=RATE, centres_hz=[2.0, 16.0])
    low, high = spectrum.depths[[7, 14]]  # the bands of 770 to 920 and of 2320 to 2700 Hz
    np.testing.assert_allclose(low, [0.3, 0], atol=0.01)
    np.testing.assert_allclose(high, [0, 0.7], atol=0.01)
    # Equally loud bands weigh the same.
    np.testing.assert_allclose(spectrum.overall, [0.15, 0.35], atol=0.01)


def test_the_whole_band_agrees_with_scipys_hilbert_envelope(rng: np.random.Generator) -> None:
    sound = rng.standard_normal(4 * RATE) * np.exp(-(np.arange(4 * RATE) % 8000) / 1500)
    sound -= sound.mean()  # the band leaves the offset out
    envelope = np.abs(hilbert(sound))
    bins = np.abs(np.fft.rfft(envelope)) / len(envelope)
    centres = np.array([2.0, 4.0, 8.0])
    expected = [
        2
        * np.sqrt(np.sum(bins[int(np.ceil(f * 4 / 2 ** (1 / 6))) : int(np.ceil(f * 4 * 2 ** (1 / 6)))] ** 2))
        / bins[0]
        for f in centres
    ]
    found = modulation_spectrum(sound, sample_rate=RATE, edges_hz=WHOLE_EDGES_HZ, centres_hz=centres)
    np.testing.assert_allclose(
        found.overall, expected, rtol=2e-3
    )  # harmonics of the corners fold differently


def test_silence_a_steady_tone_and_an_offset_have_no_modulation() -> None:
    for sound in (np.zeros(RATE), am_tone(1, 0.0), np.full(RATE, 0.3)):
        assert modulation_spectrum(sound, sample_rate=RATE).overall.max() < 1e-9  # rounding


def test_regular_clicks_are_modulated_by_more_than_1() -> None:
    clicks = np.zeros(4 * RATE)
    clicks[:: RATE // 4] = 1
    spectrum = modulation_spectrum(clicks, sample_rate=RATE, edges_hz=WHOLE_EDGES_HZ)
    # An impulse train has equal lines at every multiple of 4 Hz: each an amplitude of twice the mean.
    assert spectrum.overall[np.argmin(np.abs(CENTRES_HZ - 4))] > 1.5


@settings(max_examples=25)
@given(gain=st.floats(1e-3, 10), seed=st.integers(0, 100), n_samples=st.integers(8000, 20_000))
def test_neither_level_polarity_nor_length_in_odd_samples_matters(
    gain: float, seed: int, n_samples: int
) -> None:
    sound = np.random.default_rng(seed).standard_normal(n_samples)
    before = modulation_spectrum(sound, sample_rate=RATE).overall
    after = modulation_spectrum(-gain * sound, sample_rate=RATE).overall
    np.testing.assert_allclose(after, before, rtol=1e-6)
    assert np.all(np.isfinite(before) & (before >= 0))


def test_a_rotation_in_time_changes_nothing(rng: np.random.Generator) -> None:
    sound = rng.standard_normal(RATE)
    np.testing.assert_allclose(
        modulation_spectrum(np.roll(sound, 1234), sample_rate=RATE).depths,
        modulation_spectrum(sound, sample_rate=RATE).depths,
        atol=0.05,  # the coarse envelopes are sampled at other instants
    )


@pytest.mark.parametrize("sample_rate", [8000, 22_050, 44_100, 48_000])
def test_rates_agree_on_what_they_both_hold(sample_rate: int) -> None:
    sound = am_tone(4, 0.6, sample_rate=sample_rate)
    assert modulation_spectrum(sound, sample_rate=sample_rate).overall.max() == pytest.approx(0.6, abs=1e-3)


@pytest.mark.parametrize(
    ("sound", "sample_rate", "message"),
    [
        (np.zeros(3999), 8000, r"found 0\.4999 s of sound; expected 0\.5 s or more"),
        (np.zeros(8000), 4000, "found 4000 Hz; expected 8000 Hz or more"),
        (np.zeros((2, 8000)), 8000, r"found a waveform \(2, 8000\)"),
        (np.full(8000, np.nan), 8000, "8000 samples that are NaN"),
    ],
)
def test_what_cannot_be_measured_is_refused(sound: Array, sample_rate: int, message: str) -> None:
    with pytest.raises(InputError, match=message):
        modulation_spectrum(sound, sample_rate=sample_rate)
