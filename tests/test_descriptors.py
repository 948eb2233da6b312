"""Tests of log-mel and modulation statistics."""

import librosa
import numpy as np
import pytest
from numpy.typing import NDArray

from v2ra.descriptors import (
    DEPTH_FLOOR_DB,
    HOP_SECONDS,
    KINDS,
    LEVEL_FLOOR_DB,
    MEL_EDGES_HZ,
    N_MELS,
    WINDOW_SECONDS,
    described,
    log_mel_statistics,
    modulation_statistics,
)
from v2ra.errors import InputError

Array = NDArray[np.float64]
RATE = 44_100
TIME = np.arange(2 * RATE) / RATE


def test_silence_lies_at_every_floor_and_does_not_vary() -> None:
    vector = log_mel_statistics(np.zeros(RATE), sample_rate=RATE)
    np.testing.assert_allclose(vector, [LEVEL_FLOOR_DB] * 32 + [0.0] * 32, atol=1e-12)
    assert set(modulation_statistics(np.zeros(RATE), sample_rate=RATE)) == {DEPTH_FLOOR_DB}


def test_a_full_scale_sine_in_the_middle_of_a_band_has_0_db_there() -> None:
    centre = librosa.mel_frequencies(34, fmin=50, fmax=11_000)[20]
    vector = log_mel_statistics(np.sin(2 * np.pi * centre * TIME), sample_rate=RATE)
    assert vector[:32].argmax() == 19
    # The window's main lobe, 86 Hz wide, reaches down the slopes of a band of 300 Hz: 1 dB.
    assert vector[19] == pytest.approx(0, abs=1)
    assert vector[32 + 19] < 0.1  # it does not vary


@pytest.mark.parametrize("gain_db", [-20, -6])
def test_a_change_of_level_moves_the_means_by_it_and_not_the_deviations(
    gain_db: float, rng: np.random.Generator
) -> None:
    noise = 0.1 * rng.standard_normal(RATE)
    loud, quiet = (log_mel_statistics(g * noise, sample_rate=RATE) for g in (1, 10 ** (gain_db / 20)))
    np.testing.assert_allclose(quiet[:32] - loud[:32], gain_db, atol=1e-6)
    np.testing.assert_allclose(quiet[32:], loud[32:], atol=1e-6)


def test_the_level_of_noise_is_that_of_its_power_in_each_band(rng: np.random.Generator) -> None:
    noise = 0.1 * rng.standard_normal(20 * RATE)
    found = log_mel_statistics(noise, sample_rate=RATE)[:32]
    n_fft = round(0.046 * RATE)
    bands = librosa.filters.mel(sr=RATE, n_fft=n_fft, n_mels=32, fmin=50, fmax=11_000, norm=None).sum(axis=1)
    # White noise of variance σ² has σ² / (n / 2) a bin; a full-scale sine ½. The mean of a logarithm lies below
    # the logarithm of the mean: 2.5 dB for one bin, less for wide bands.
    expected = 10 * np.log10(bands * 0.01 / (n_fft / 2) / 0.5)
    assert np.all((found > expected - 2.7) & (found < expected + 0.1))
    assert abs(found[-1] - expected[-1]) < 0.2  # the widest, 27 bins, varies least


def test_modulation_is_told_by_pitch_and_by_rate() -> None:
    low = (1 + 0.5 * np.cos(2 * np.pi * 2 * TIME)) * np.sin(2 * np.pi * 250 * TIME)
    high = (1 + 0.8 * np.cos(2 * np.pi * 16 * TIME)) * np.sin(2 * np.pi * 2500 * TIME)
    depths = modulation_statistics(0.2 * (low + high), sample_rate=RATE).reshape(4, 6)
    assert depths[0, 1] == pytest.approx(20 * np.log10(0.5), abs=0.1)
    assert depths[2, 4] == pytest.approx(20 * np.log10(0.8), abs=0.1)
    assert np.sum(depths > DEPTH_FLOOR_DB + 10) == 2


def test_rates_agree_on_what_they_both_hold() -> None:
    def sound(rate: int) -> Array:
        time = np.arange(2 * rate) / rate
        swell = 1 + 0.6 * np.cos(2 * np.pi * 4 * time)
        return np.asarray(0.1 * swell * sum(np.sin(2 * np.pi * f * time) for f in (220, 900, 3000, 8000)))

    for describe in (log_mel_statistics, modulation_statistics):
        slow, fast = (describe(sound(rate), sample_rate=rate) for rate in (24_000, 48_000))
        heard = slow > -50  # below lie side lobes, which depend on the window's samples
        np.testing.assert_allclose(fast[heard], slow[heard], atol=0.5)


def test_many_sounds_are_rows_and_pieces_are_more_rows(rng: np.random.Generator) -> None:
    sounds = [0.1 * rng.standard_normal(n) for n in (RATE, 2 * RATE)]
    for kind, n_dims in zip(KINDS, (64, 24), strict=True):
        whole = described(sounds, sample_rate=RATE, kind=kind)
        pieces = described(sounds, sample_rate=RATE, kind=kind, piece_seconds=0.6)
        assert whole.shape == (2, n_dims)
        assert pieces.shape == (1 + 3, n_dims)
    first = modulation_statistics(sounds[0][: round(0.6 * RATE)], sample_rate=RATE)
    np.testing.assert_array_equal(pieces[0], first)


def test_what_cannot_be_described_is_refused() -> None:
    with pytest.raises(InputError, match="found 16000 Hz; expected 22000 Hz or more"):
        log_mel_statistics(np.zeros(16_000), sample_rate=16_000)
    with pytest.raises(InputError, match="found the kind 'vggish'; expected one of log_mel, modulation"):
        described([np.zeros(RATE)], sample_rate=RATE, kind="vggish")
    with pytest.raises(InputError, match="found no sound to describe"):
        described([np.zeros(RATE)], sample_rate=RATE, piece_seconds=2)
    for describe in (log_mel_statistics, modulation_statistics):
        with pytest.raises(InputError, match=r"expected 0\.5 s or more"):
            describe(np.zeros(1000), sample_rate=RATE)


@pytest.mark.parametrize(
    "rate", [22_050, 44_100, 48_000]
)  # of 44.1 kHz the window is a prime number of samples
def test_log_mel_statistics_are_those_of_librosas_spectrogram(rate: int, rng: np.random.Generator) -> None:
    sound = 0.3 * rng.standard_normal(rate) * np.geomspace(1, 1e-5, rate)
    sound[rate // 3 : rate // 2] = 0  # frames without sound are not transformed
    n_fft = round(WINDOW_SECONDS * rate)
    window = librosa.filters.get_window("hann", n_fft)
    power = librosa.feature.melspectrogram(
        y=sound,
        sr=rate,
        n_fft=n_fft,
        hop_length=round(HOP_SECONDS * rate),
        window=window,
        n_mels=N_MELS,
        fmin=MEL_EDGES_HZ[0],
        fmax=MEL_EDGES_HZ[1],
        norm=None,
        center=False,
    )
    levels = 10 * np.log10(np.maximum(power / (n_fft * np.sum(window**2) / 4), 10 ** (LEVEL_FLOOR_DB / 10)))
    expected = np.concatenate([levels.mean(axis=1), levels.std(axis=1)])
    # Two frames share a transform: the rounding of the louder one, 1e-16 of it, lies 200 dB below the floor.
    np.testing.assert_allclose(log_mel_statistics(sound, sample_rate=rate), expected, atol=1e-9)


def test_a_sound_that_comes_again_is_described_once(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []

    def counted(waveform: np.ndarray, *, sample_rate: int) -> np.ndarray:
        calls.append(waveform)
        return log_mel_statistics(waveform, sample_rate=sample_rate)

    monkeypatch.setattr("v2ra.descriptors.log_mel_statistics", counted)
    silence, noise = np.zeros(44_100), np.random.default_rng(0).standard_normal(44_100)
    found = described([silence, noise, silence], sample_rate=44_100, piece_seconds=0.5)
    assert len(calls) == 3  # one silence, two halves of noise
    np.testing.assert_array_equal(found[0], found[5])
    np.testing.assert_array_equal(found[3], log_mel_statistics(noise[22_050:], sample_rate=44_100))
