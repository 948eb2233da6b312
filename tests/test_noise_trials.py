"""De-noisers on known noise: the measure itself, the noise, and who gains."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from v2ra.added_noise import add_noise, snr_db
from v2ra.errors import InputError
from v2ra.noise_trials import FACTORS, SWEPT, level_sweep, noise_trials

Array = NDArray[np.float32]

RATE = 8000


def rings(n_seconds: float = 2.0) -> Array:
    """Return damped tones, two a second."""
    seconds = np.arange(round(n_seconds * RATE)) / RATE
    since = seconds % 0.5
    return (0.5 * np.sin(2 * np.pi * 700 * since) * np.exp(-since / 0.03)).astype(np.float32)


@given(st.floats(-20, 40), st.sampled_from(["white", "room"]))
def test_noise_is_added_at_the_wanted_ratio_and_the_other_is_as_loud(ratio_db: float, kind: str) -> None:
    clean = rings()
    rng = np.random.default_rng(0)
    noisy, other = add_noise(clean, sample_rate=RATE, ratio_db=ratio_db, kind=kind, rng=rng)
    # float32 samples near 0.5 hold noise of 40 dB less, 3e-8 against 1e-3 a sample: within 0.001 dB.
    assert snr_db(clean, noisy) == pytest.approx(ratio_db, abs=0.01)
    assert np.std(other) == pytest.approx(np.std(noisy - clean), rel=0.02)  # "room" noise has a small mean
    assert abs(np.corrcoef(noisy - clean, other)[0, 1]) < 0.1


def test_room_noise_has_little_above_two_kilohertz() -> None:
    noisy, other = add_noise(
        rings(), sample_rate=44_100, ratio_db=0, kind="room", rng=np.random.default_rng(1)
    )
    power = np.abs(np.fft.rfft(other)) ** 2
    hertz = np.fft.rfftfreq(len(other), 1 / 44_100)
    assert power[hertz > 8000].sum() < 0.01 * power.sum()  # two octaves above at 12 dB each: −24 dB and less
    assert len(noisy) == len(rings())


def test_block_thresholding_gains_and_its_level_may_be_measured() -> None:
    table = noise_trials({"ring": [rings()]}, sample_rate=RATE).set_index(["system", "metric"])["value"]
    told, measured = table["block, level given", "gain_white"], table["block, noise measured", "gain_white"]
    assert told > 5  # most of the clip is pause
    assert measured == pytest.approx(told, abs=3)  # dB; level within 1 dB of the true one
    assert table["block, noise measured", "gain_room"] > 0
    assert ("block, level given", "gain_room") not in table.index


def test_the_same_seed_gives_the_same_table() -> None:
    first, again = (noise_trials({"ring": [rings(1)]}, sample_rate=RATE, seed=3) for _ in range(2))
    assert first.equals(again)


def test_the_true_level_is_better_than_a_fourth_or_four_times_it() -> None:
    clean = rings()
    noisy, _ = add_noise(clean, sample_rate=RATE, ratio_db=10, rng=np.random.default_rng(0))
    table = level_sweep(clean, noisy, sample_rate=RATE, noise_std=float(np.std(noisy - clean)))
    assert table.index.tolist() == list(FACTORS)
    assert table.columns.tolist() == list(SWEPT)
    gains = dict(zip(table.index, table["by risk"], strict=True))
    assert gains[1.0] > max(gains[0.25], gains[4.0])


def test_what_cannot_be_measured_is_refused() -> None:
    with pytest.raises(InputError, match="two equal sounds"):
        snr_db(np.ones(4), np.ones(4))
    with pytest.raises(InputError, match="silence"):
        snr_db(np.zeros(4), np.ones(4))
    with pytest.raises(InputError, match="found 4 and 5 samples"):
        snr_db(np.ones(4), np.ones(5))
    rng = np.random.default_rng(0)
    with pytest.raises(InputError, match="found 'pink' noise"):
        add_noise(np.ones(4), sample_rate=RATE, ratio_db=0, kind="pink", rng=rng)
    with pytest.raises(InputError, match="no silence"):
        add_noise(np.zeros(4), sample_rate=RATE, ratio_db=0, rng=rng)
