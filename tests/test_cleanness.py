"""Signal-to-noise and held tones of sounds that are made for it."""

import numpy as np
import pytest

from v2ra.cleanness import signal_to_noise_db, tone_share
from v2ra.errors import InputError

RATE = 22_050
TIME = np.arange(4 * RATE) / RATE
CHORD = sum(np.sin(2 * np.pi * hertz * TIME) for hertz in (440.0, 554.4, 659.3))


def hits(rng: np.random.Generator) -> np.ndarray:
    """Return a burst of noise every 0.5 s that has died away after 0.1 s."""
    return np.asarray(0.5 * rng.normal(size=len(TIME)) * np.exp(-(TIME % 0.5) / 0.02))


def test_silence_has_neither_signal_nor_tones() -> None:
    assert signal_to_noise_db(np.zeros(RATE), sample_rate=RATE) == 0
    assert tone_share(np.zeros(RATE), sample_rate=RATE) == 0


def test_noise_alone_has_hardly_any_signal_and_no_tones(rng: np.random.Generator) -> None:
    noise = 0.1 * rng.normal(size=len(TIME))
    assert signal_to_noise_db(noise, sample_rate=RATE) < 1
    assert tone_share(noise, sample_rate=RATE) < 0.02


@pytest.mark.parametrize("ratio_db", [6, 20, 40])
def test_the_ratio_of_a_square_signal_and_its_floor_is_found(
    ratio_db: float, rng: np.random.Generator
) -> None:
    gain = np.where(TIME % 1 < 0.2, 10 ** (ratio_db / 20), 1.0)
    sound = 0.001 * gain * rng.normal(size=len(TIME))
    # A percentile of levels that fluctuate by 0.13 dB lies within 0.5 dB of their mean.
    assert signal_to_noise_db(sound, sample_rate=RATE) == pytest.approx(ratio_db, abs=0.5)


def test_level_changes_neither_measure(rng: np.random.Generator) -> None:
    sound = hits(rng) + 0.02 * CHORD
    for measure in (signal_to_noise_db, tone_share):
        assert measure(0.1 * sound, sample_rate=RATE) == pytest.approx(measure(sound, sample_rate=RATE))


def test_impacts_hold_no_tones_and_a_chord_under_them_does(rng: np.random.Generator) -> None:
    impacts = hits(rng)
    assert tone_share(impacts, sample_rate=RATE) < 0.05
    assert tone_share(impacts + 0.02 * CHORD, sample_rate=RATE) > 0.5


def test_a_struck_bar_that_rings_briefly_is_no_music() -> None:
    decay = np.exp(-(TIME % 0.6) / 0.03)  # 60 dB down after 0.2 s
    assert tone_share(decay * CHORD, sample_rate=RATE) < 0.5


def test_what_is_too_short_or_too_slow_is_refused() -> None:
    for measure in (signal_to_noise_db, tone_share):
        with pytest.raises(InputError, match=r"found 100 samples at 22050 Hz; expected 0\.2 s or more"):
            measure(np.zeros(100), sample_rate=RATE)
        with pytest.raises(InputError, match=r"expected 0\.2 s or more at 8000 Hz"):
            measure(np.zeros(8000), sample_rate=4000)


def test_one_held_tone_may_be_a_bird_and_two_are_music(rng: np.random.Generator) -> None:
    noise = 1e-3 * rng.normal(size=len(TIME))
    one, two = (sum(np.sin(2 * np.pi * hertz * TIME) for hertz in some) for some in ([2000], [2000, 2600]))
    assert tone_share(one + noise, sample_rate=RATE) < 0.05
    assert tone_share(two + noise, sample_rate=RATE) > 0.95


def test_tones_that_end_before_they_count_as_held_are_none(rng: np.random.Generator) -> None:
    noise = 1e-3 * rng.normal(size=len(TIME))
    short, long = (np.where(length > TIME % 1, CHORD, 0) + noise for length in (0.15, 0.7))
    assert tone_share(short, sample_rate=RATE) < 0.02
    assert 0.4 < tone_share(long, sample_rate=RATE) < 0.8


def test_one_event_of_a_tenth_of_a_second_each_second_is_loud_enough(rng: np.random.Generator) -> None:
    sound = 0.001 * np.where(TIME % 1 < 0.1, 10.0, 1.0) * rng.normal(size=len(TIME))
    # Of twenty levels a second two are loud, one of which may be cut at its ends.
    assert signal_to_noise_db(sound, sample_rate=RATE) == pytest.approx(20, abs=1.5)
