"""Peaks of known sounds: all of them, or one an event, with the onset before it."""

import zlib

import mir_eval.util
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from v2ra.foley.categories import CATEGORIES
from v2ra.foley.events import draw_events
from v2ra.foley.sounds import synthesise_sound
from v2ra.sound_events import MIN_GAP_SECONDS, event_peaks, waveform_peaks

Array = NDArray[np.float64]
RATE = 44_100


def make_hits(heights: list[float], *, attack_seconds: float = 0.004, sample_rate: int = RATE) -> Array:
    """Return tones of 900 Hz, the first at 0.5 s and then every 0.5 s, that rise in a line and decay."""
    since = np.arange(round(0.5 * sample_rate)) / sample_rate
    swell = np.minimum(since / attack_seconds, 1) * np.exp(-np.maximum(since - attack_seconds, 0) / 0.03)
    hit = swell * np.sin(2 * np.pi * 900 * since)
    hit /= np.abs(hit).max()
    return np.concatenate([np.zeros(len(since)), *(height * hit for height in heights)])


def test_every_local_maximum_counts_in_the_literal_reading() -> None:
    seconds = np.arange(RATE) / RATE
    found = waveform_peaks(0.5 * np.sin(2 * np.pi * 100 * seconds), sample_rate=RATE, min_height=0.1)
    assert len(found.positions) == 100
    np.testing.assert_allclose(found.positions / RATE, (np.arange(100) + 0.25) / 100, atol=1 / RATE)
    np.testing.assert_array_equal(found.onsets, found.positions)


def test_low_peaks_go_with_their_positions() -> None:
    sound = np.array([0, 0.3, 0, 0.05, 0, 0.1, 0, 0.0999, 0, 0.7, 0])
    found = waveform_peaks(sound, sample_rate=RATE, min_height=0.1)
    assert found.positions.tolist() == [1, 5, 9]
    assert found.heights.tolist() == [0.3, 0.1, 0.7]


@pytest.mark.parametrize("sample_rate", [8000, 44_100, 96_000])
@pytest.mark.parametrize("attack_seconds", [0.002, 0.02, 0.1])
def test_one_peak_an_event_and_its_onset_before_it(sample_rate: int, attack_seconds: float) -> None:
    heights = [0.9, 0.12, 0.05, 0.4]
    sound = make_hits(heights, attack_seconds=attack_seconds, sample_rate=sample_rate)
    found = event_peaks(sound, sample_rate=sample_rate, min_height=0.1)
    np.testing.assert_allclose(found.heights, [0.9, 0.12, 0.4], rtol=0.02)  # the mean is taken off
    onsets = np.array([0.5, 1.0, 2.0])
    # A fifth of the rise, and of a tone of 900 Hz a period at most in which it is first seen.
    np.testing.assert_allclose(found.onsets / sample_rate, onsets + attack_seconds / 5, atol=0.0025)
    assert np.all(found.onsets <= found.positions)
    assert np.all(found.positions / sample_rate < onsets + attack_seconds + 0.005)


def test_a_peak_downwards_and_one_at_either_end_count() -> None:
    sound = np.zeros(RATE)
    sound[[0, RATE // 2, RATE - 1]] = [0.5, -0.5, 0.5]
    found = event_peaks(sound, sample_rate=RATE, min_height=0.1)
    assert found.positions.tolist() == [0, RATE // 2, RATE - 1]
    assert found.onsets.tolist() == found.positions.tolist()


def test_an_offset_has_no_peak_and_moves_none() -> None:
    sound = make_hits([0.6, 0.3])
    one, two = (event_peaks(wave, sample_rate=RATE, min_height=0.1) for wave in (sound, sound + 0.3))
    np.testing.assert_array_equal(one.positions, two.positions)
    np.testing.assert_allclose(one.heights, two.heights, atol=1e-9)
    assert len(event_peaks(np.full(RATE, 0.5), sample_rate=RATE, min_height=0.1).positions) == 0


def test_clipping_leaves_one_peak_an_event() -> None:
    sound = np.clip(3 * make_hits([0.9, 0.5, 0.7]), -1, 1)
    assert len(event_peaks(sound, sample_rate=RATE, min_height=0.1).positions) == 3


@pytest.mark.parametrize("sound", [np.zeros(1000), np.full(1000, 0.05), np.ones(1)], ids=str)
def test_what_has_no_event_gives_empty_lists(sound: Array) -> None:
    found = event_peaks(sound, sample_rate=RATE, min_height=0.1)
    assert [part.shape for part in found] == [(0,), (0,), (0,)]


@settings(max_examples=30)
@given(n_samples=st.integers(1, 60_000), sample_rate=st.integers(8000, 96_000), seed=st.integers(0, 999))
def test_peaks_lie_in_the_sound_in_order_and_apart(n_samples: int, sample_rate: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    sound = 0.01 * rng.standard_normal(n_samples)
    sound[rng.integers(n_samples, size=6)] = rng.uniform(-1, 1, size=6)
    found = event_peaks(sound, sample_rate=sample_rate, min_height=0.1)
    assert np.all((found.onsets >= 0) & (found.onsets <= found.positions) & (found.positions < n_samples))
    assert np.all(np.diff(found.onsets) >= 0)
    assert np.all(found.heights > 0.09)  # the mean is taken off
    # `distance` holds for the tops of the envelope; peaks lie up to half its 40 ms beside them.
    assert np.all(np.diff(found.positions) / sample_rate > MIN_GAP_SECONDS - 0.045)


def test_events_of_made_clips_are_found_at_their_times() -> None:
    scores, errors = [], []
    for category in CATEGORIES:
        rng = np.random.default_rng(zlib.crc32(category.encode()))
        events = draw_events(category, n_seconds=8, rng=rng)
        sound = synthesise_sound(category, events, n_seconds=8, rng=rng, noise_db=-40)
        times = np.array([event.seconds for event in events])
        found = event_peaks(sound / np.abs(sound).max(), sample_rate=RATE, min_height=0.1).onsets / RATE
        pairs = mir_eval.util.match_events(times, found, 0.05)
        scores.append(2 * len(pairs) / (len(times) + len(found)))
        errors += [found[j] - times[i] for i, j in pairs]
    assert min(scores) > 0.8, dict(zip(CATEGORIES, scores, strict=True))
    assert np.mean(scores) > 0.93  # measured over 28 clips: 0.96
    assert abs(np.median(errors)) < 0.005
