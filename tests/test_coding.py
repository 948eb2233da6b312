"""Small impairments: they are small, aligned, and what they say they are."""

import numpy as np
import pytest

from v2ra.coding import aac_coded, with_noise
from v2ra.errors import InputError

RATE = 44_100


def knocks(seed: int, n_samples: int = RATE) -> np.ndarray:
    rng = np.random.default_rng(seed)
    sound = 0.003 * rng.standard_normal(n_samples)
    for start in range(5000, n_samples - 4000, 9000):
        sound[start : start + 4000] += 0.3 * np.exp(-np.arange(4000) / 800) * rng.standard_normal(4000)
    return sound.clip(-1, 1)


@pytest.mark.parametrize("n_samples", [RATE, 44_103, 30_000])
def test_a_coded_sound_is_as_long_and_not_delayed(n_samples: int) -> None:
    sound = knocks(0, n_samples)
    coded = aac_coded(sound, sample_rate=RATE)
    assert coded.shape == sound.shape
    assert coded.dtype == np.float32
    lags = range(-3, 4)
    matches = [np.dot(sound[3000:-3000], np.roll(coded, -lag)[3000:-3000]) for lag in lags]
    assert lags[int(np.argmax(matches))] == 0


def test_fewer_bits_lose_more() -> None:
    sound = knocks(1)
    errors = [
        np.sqrt(np.mean((aac_coded(sound, sample_rate=RATE, bit_rate=rate) - sound) ** 2))
        for rate in (32_000, 64_000, 128_000)
    ]
    assert errors[0] > errors[1] > errors[2] > 0
    assert errors[2] < 0.5 * sound.std()  # a third: noise bursts are what a codec does worst


def test_what_cannot_be_coded_is_refused() -> None:
    with pytest.raises(InputError, match="100 bit/s"):
        aac_coded(knocks(0), sample_rate=RATE, bit_rate=100)
    with pytest.raises(InputError, match="AAC at 12345 Hz"):
        aac_coded(knocks(0), sample_rate=12_345)


@pytest.mark.parametrize("ratio_db", [0.0, 10.0, 40.0])
def test_noise_lies_as_far_below_the_sound_as_asked(ratio_db: float) -> None:
    sound = 0.1 * np.sin(np.arange(RATE) / 10)
    noise = with_noise(sound, ratio_db=ratio_db) - sound
    # 44,100 draws: the level is off by 0.3 % or 0.03 dB (one standard error); four times that.
    assert 20 * np.log10(sound.std() / noise.std()) == pytest.approx(ratio_db, abs=0.12)
    assert np.array_equal(with_noise(sound, ratio_db=ratio_db) - sound, noise)
    assert not np.any(with_noise(np.zeros(10), ratio_db=ratio_db))
