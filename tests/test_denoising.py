"""Block thresholding on limits, known signals, and against the output of its authors' own code."""

import csv
import time
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from v2ra import denoising
from v2ra.block_frames import window_length
from v2ra.block_shapes import SHAPES
from v2ra.denoising import block_threshold, estimate_noise_std
from v2ra.errors import InputError
from v2ra.scheme_settings import Blocks, Denoising

Array = NDArray[np.floating]
RATES = (8000, 11_025, 16_000, 44_100, 48_000)


def snr_db(reference: Array, estimate: Array) -> float:
    """Return the ratio of a sound to what an estimate adds to it."""
    return float(10 * np.log10(np.sum(reference**2) / np.sum((reference - estimate) ** 2)))


def level_db(sound: Array) -> float:
    return float(20 * np.log10(np.sqrt(np.mean(np.square(sound)))))


def make_events(n_seconds: float, *, sample_rate: int) -> Array:
    """Return damped tones, two a second, of 0.2 s each."""
    seconds = np.arange(round(n_seconds * sample_rate)) / sample_rate
    since = seconds % 0.5
    return np.asarray(0.5 * np.sin(2 * np.pi * 700 * since) * np.exp(-since / 0.03) * (since < 0.2))


# --- limits


def test_silence_stays_silence() -> None:
    for noise_std in (None, 0.0, 0.1):
        assert not block_threshold(np.zeros(9000), sample_rate=8000, noise_std=noise_std).any()
    assert estimate_noise_std(np.zeros(9000), sample_rate=8000) == 0


@pytest.mark.parametrize("noise_std", [0.0, 1e-9])
def test_no_noise_leaves_the_sound_as_it_is(noise_std: float, rng: np.random.Generator) -> None:
    sound = rng.uniform(-1, 1, 30_000)
    result = block_threshold(sound, sample_rate=44_100, noise_std=noise_std)
    assert result.dtype == np.float32
    # Four steps of float32 at 1, of which two transforms there and back take two (measured: 3e-7).
    np.testing.assert_allclose(result, sound, rtol=0, atol=5e-7)


@settings(max_examples=30)
@given(n_samples=st.integers(1, 9000), sample_rate=st.integers(8000, 96_000), seed=st.integers(0, 99))
def test_any_length_and_rate_comes_back_whole(n_samples: int, sample_rate: int, seed: int) -> None:
    sound = np.random.default_rng(seed).uniform(-1, 1, n_samples)
    result = block_threshold(sound, sample_rate=sample_rate, noise_std=1e-9)
    np.testing.assert_allclose(result, sound, rtol=0, atol=1e-6)  # as above, and shorter sums
    removed = block_threshold(sound, sample_rate=sample_rate, noise_std=100.0)
    assert removed.shape == sound.shape
    assert np.abs(removed).max() < 1e-6


def test_noise_louder_than_any_number_leaves_nothing() -> None:
    assert np.abs(block_threshold(np.ones(800), sample_rate=8000, noise_std=1e300)).max() < 1e-6


# --- known signals


@pytest.mark.parametrize("sample_rate", RATES)
def test_noise_alone_falls_by_20_db_and_more(sample_rate: int, rng: np.random.Generator) -> None:
    noise = 0.1 * rng.standard_normal(2 * sample_rate)
    for noise_std in (0.1, None):
        result = block_threshold(noise, sample_rate=sample_rate, noise_std=noise_std)
        assert level_db(noise) - level_db(result) > 20


@pytest.mark.parametrize("sample_rate", RATES)
def test_a_tone_in_noise_gains_10_db(sample_rate: int, rng: np.random.Generator) -> None:
    tone = 0.3 * np.sin(2 * np.pi * 440 * np.arange(2 * sample_rate) / sample_rate)
    noisy = tone + 0.1 * rng.standard_normal(len(tone))
    result = block_threshold(noisy, sample_rate=sample_rate, noise_std=0.1)
    # A tone fills 4 of at least 200 bins: 17 dB if only they were kept.
    assert snr_db(tone, result) > snr_db(tone, noisy) + 10


def test_the_ends_are_as_good_as_the_middle(rng: np.random.Generator) -> None:
    rate = 16_000
    tone = 0.3 * np.sin(2 * np.pi * 440 * (np.arange(rate) - rate / 2 + 0.5) / rate + 1)
    errors = []
    for _ in range(10):
        noisy = tone + 0.05 * rng.standard_normal(len(tone))
        errors.append(block_threshold(noisy, sample_rate=rate, noise_std=0.05) - tone)
    power = np.mean(np.square(errors), axis=0)
    n_edge = window_length(rate) // 2
    # Where the sound is mirrored its phase jumps, which costs some dB; ramps and zeroed tails cost all of it.
    assert max(power[:n_edge].mean(), power[-n_edge:].mean()) < 0.05**2 / 4
    assert power[n_edge:-n_edge].mean() < 0.05**2 / 20


def test_events_gain_where_the_noise_is_measured(rng: np.random.Generator) -> None:
    events = make_events(4, sample_rate=44_100)
    noisy = events + 0.02 * rng.standard_normal(len(events))
    measured = block_threshold(noisy, sample_rate=44_100)
    known = block_threshold(noisy, sample_rate=44_100, noise_std=0.02)
    assert snr_db(events, measured) > snr_db(events, noisy) + 10
    assert abs(snr_db(events, measured) - snr_db(events, known)) < 0.5  # 1 dB of noise level, at most


def test_measured_noise_may_have_a_colour(rng: np.random.Generator) -> None:
    events = make_events(4, sample_rate=44_100)
    hiss = np.convolve(rng.standard_normal(len(events)), np.ones(6) / 40, mode="same")  # to 7 kHz
    noisy = events + hiss
    white = block_threshold(noisy, sample_rate=44_100, noise_std=float(hiss.std()))
    assert snr_db(events, block_threshold(noisy, sample_rate=44_100)) > snr_db(events, white) + 3


@pytest.mark.parametrize("sample_rate", RATES)
@pytest.mark.parametrize("noise_std", [0.003, 0.05])
def test_the_noise_level_is_measured_within_1_db(
    sample_rate: int, noise_std: float, rng: np.random.Generator
) -> None:
    noise = noise_std * rng.standard_normal(4 * sample_rate)
    seconds = np.arange(len(noise)) / sample_rate
    for sound in (
        noise,
        noise + make_events(4, sample_rate=sample_rate),  # sparse in time
        noise + 20 * noise_std * np.sin(2 * np.pi * 440 * seconds),  # sparse in frequency, 23 dB above
        np.concatenate([np.zeros(sample_rate), noise + make_events(4, sample_rate=sample_rate)]),
    ):
        found = estimate_noise_std(sound, sample_rate=sample_rate)
        assert abs(20 * np.log10(found / noise_std)) < 1


@pytest.mark.parametrize("gain", [1e-4, 0.3, 20.0])
def test_the_level_of_the_sound_does_not_matter(gain: float, rng: np.random.Generator) -> None:
    noisy = make_events(1, sample_rate=8000) + 0.02 * rng.standard_normal(8000)
    for noise_std in (0.02, None):
        scaled = None if noise_std is None else gain * noise_std
        expected = gain * block_threshold(noisy, sample_rate=8000, noise_std=noise_std)
        result = block_threshold(gain * noisy, sample_rate=8000, noise_std=scaled)
        np.testing.assert_allclose(result, expected, rtol=0, atol=1e-5 * gain)  # rounding of float32


def test_a_constant_offset_stays(rng: np.random.Generator) -> None:
    noisy = 0.2 + 0.01 * rng.standard_normal(16_000)
    result = block_threshold(noisy, sample_rate=8000)
    # 0.01 of noise over a second and a constant: its mean has 0.01/√8000 = 1e-4.
    np.testing.assert_allclose(result, 0.2, rtol=0, atol=0.005)


def test_a_clipped_sound_stays_near_itself(rng: np.random.Generator) -> None:
    clean = np.clip(4 * make_events(2, sample_rate=44_100), -1, 1)
    result = block_threshold(clean + 0.005 * rng.standard_normal(len(clean)), sample_rate=44_100)
    assert snr_db(clean, result) > 35
    assert np.abs(result).max() < 1.05


# --- slow path = fast path


def test_pieces_join_without_a_seam(rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch) -> None:
    noisy = make_events(3, sample_rate=16_000) + 0.02 * rng.standard_normal(48_000)
    whole = block_threshold(noisy, sample_rate=16_000, noise_std=0.02)
    monkeypatch.setattr(denoising, "PIECE_FRAMES", 16)
    pieces = block_threshold(noisy, sample_rate=16_000, noise_std=0.02)
    np.testing.assert_allclose(pieces, whole, rtol=0, atol=1e-6)  # float32, summed in another order


def test_a_second_takes_a_twentieth_of_a_second_at_most(rng: np.random.Generator) -> None:
    noisy = 0.1 * rng.standard_normal(5 * 44_100)
    factors = []
    for _ in range(3):
        started = time.process_time()
        block_threshold(noisy, sample_rate=44_100)
        factors.append((time.process_time() - started) / 5)
    assert min(factors) < 0.05  # measured: 0.015; processor time, so that other work counts little


# --- independent implementation


@pytest.fixture(scope="module")
def oracle(shared: Path) -> Path:
    folder = shared / "oracle" / "block_threshold"
    if not (folder / "bt.csv").is_file():
        pytest.skip(f"no {folder}: outputs of the authors' code are not at hand")
    return folder


def test_every_file_is_at_least_as_good_as_the_authors_output(oracle: Path) -> None:
    with (oracle / "bt.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 16
    for row in rows:
        name, level, window = row["signal"], row["snr_in_dB"], int(row["win_samples(odd)"])
        clean, rate = soundfile.read(oracle / f"{name}_clean.flac")
        noisy, authors = (
            soundfile.read(oracle / f"{name}_{kind}{level}.flac")[0] for kind in ("noisy", "bt")
        )
        result = block_threshold(noisy, sample_rate=rate, noise_std=float(row["sigma_given"]))
        inside = slice(window, len(clean) - 2 * window)  # their first window ramps, their last two are zeroed
        theirs = snr_db(clean[inside], authors[inside])
        assert theirs == pytest.approx(float(row["snr_out_interior"]), abs=1e-3)  # four decimals, 24 bits
        assert snr_db(clean[inside], result[inside]) > theirs, row
        assert snr_db(clean, result) > float(row["snr_out_all"]), row


# --- bad input


@pytest.mark.parametrize(
    ("waveform", "options", "message"),
    [
        (np.zeros((2, 100)), {}, r"found a waveform \(2, 100\)"),
        (np.zeros(0), {}, "without samples"),
        (np.array([0.0, np.nan]), {}, "1 samples that are NaN or infinite"),
        (np.array([np.inf]), {}, "1 samples that are NaN or infinite"),
        (np.ones(100), {"sample_rate": 7999}, "found 7999 Hz; expected 8000 Hz or more"),
        (np.ones(100), {"noise_std": -1.0}, "found a noise level of -1.0"),
        (np.ones(100), {"noise_std": np.nan}, "found a noise level of nan"),
        (np.ones(1), {}, "found 1 samples; expected 400 or more to measure noise from; give its level"),
    ],
)
def test_what_cannot_be_used_is_refused(waveform: Array, options: dict[str, float], message: str) -> None:
    with pytest.raises(InputError, match=message):
        block_threshold(waveform, **{"sample_rate": 8000, **options})  # type: ignore[arg-type]
    with pytest.raises(InputError, match="7000 Hz"):
        estimate_noise_std(np.ones(9000), sample_rate=7000)


def test_one_sample_has_a_result_where_the_noise_is_known() -> None:
    np.testing.assert_allclose(
        block_threshold(np.array([0.5]), sample_rate=8000, noise_std=1e-4), 0.5, atol=1e-3
    )


def test_one_shape_for_all_blocks_takes_noise_out_but_less_well_than_a_choice(
    rng: np.random.Generator,
) -> None:
    sound = make_events(4, sample_rate=8000)
    noisy = sound + 0.05 * rng.standard_normal(len(sound))
    chosen, *fixed = (
        snr_db(sound, block_threshold(noisy, sample_rate=8000, noise_std=0.05, shape=shape))
        for shape in (None, (8, 16), (8, 1), (2, 1))
    )
    assert min(fixed) > snr_db(sound, noisy)
    assert chosen > max(fixed) - 0.5  # dB; the choice is made from an estimate
    with pytest.raises(InputError, match="found blocks of"):
        block_threshold(noisy, sample_rate=8000, shape=(3, 3))


def test_every_block_shape_has_a_word_in_the_configuration() -> None:
    words = get_args(Blocks)
    assert words[0] == "by_risk"
    assert [Denoising(blocks=word).options["shape"] for word in words] == [None, *SHAPES]


def test_noise_is_measured_in_the_share_that_is_named(rng: np.random.Generator) -> None:
    noise = rng.standard_normal(40_000) * np.repeat([0.01, 0.04], 20_000)
    half, most = (estimate_noise_std(noise, sample_rate=8000, quiet_share=share) for share in (0.4, 1.0))
    # By the median over time of windows half of which are 12 dB louder.
    assert abs(20 * np.log10(half / 0.01)) < 1
    assert most > 1.3 * half
    for share in (0.0, 1.1, np.nan):
        with pytest.raises(InputError, match="found quiet_share"):
            estimate_noise_std(noise, sample_rate=8000, quiet_share=share)
