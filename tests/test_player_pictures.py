"""Tests of the player's pictures: levels, places and sizes."""

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib import colormaps
from PIL import Image

from v2ra.player_pictures import (
    shared_range_db,
    spectrogram_db,
    spectrogram_png,
    time_ticks,
    waveform_path,
)

RATE = 44_100


def mel(hertz: float) -> float:
    return float(2595 * np.log10(1 + hertz / 700))


@pytest.mark.parametrize("hertz", [500, 2_000, 10_000])
def test_a_tone_lies_in_the_row_of_its_mel_frequency(hertz: float) -> None:
    level = spectrogram_db(0.5 * np.sin(2 * np.pi * hertz * np.arange(RATE) / RATE), sample_rate=RATE)
    row = int(np.argmax(level.mean(axis=1)))
    # one row, and one bin of 43 Hz, which is two rows at 500 Hz
    assert row == pytest.approx(120 * mel(hertz) / mel(RATE / 2), abs=2)


def test_levels_are_in_decibels_re_a_full_scale_sine() -> None:
    # 430.7 Hz falls on bin 10 of 1024; a row there is narrower than a bin, so the cell holds its power
    tone = np.sin(2 * np.pi * 10 * RATE / 1024 * np.arange(RATE) / RATE)
    loud = spectrogram_db(tone, sample_rate=RATE)[:, 100:-100].max()
    soft = spectrogram_db(0.1 * tone, sample_rate=RATE)[:, 100:-100].max()
    assert loud == pytest.approx(0, abs=0.1)  # the peak of the window's main lobe, averaged over one bin
    assert loud - soft == pytest.approx(20, abs=1e-6)  # a tenth of the amplitude


@pytest.mark.parametrize("n_samples", [40, 5_000, 352_800, 3_000_000])
def test_a_click_lies_in_the_column_of_its_time_at_any_length(n_samples: int) -> None:
    waveform = np.zeros(n_samples)
    waveform[3 * n_samples // 4 : 3 * n_samples // 4 + max(1, n_samples // 100)] = 0.5
    level = spectrogram_db(waveform, sample_rate=RATE)
    power = (10 ** (level / 10)).sum(axis=0)
    centre = (power * np.arange(640)).sum() / power.sum()
    assert level.shape == (120, 640)
    assert np.isfinite(level).all()
    # 1 % of the columns, and the window of 1024 samples, which may be longer than the clip
    assert centre == pytest.approx(480, abs=7 + min(320, 640 * 512 / n_samples))


def test_silence_is_the_darkest_colour_all_over() -> None:
    level = spectrogram_db(np.zeros(RATE), sample_rate=RATE)
    assert shared_range_db([level]) == (-80.0, 0.0)
    picture = Image.open(io.BytesIO(spectrogram_png(level, range_db=(-80, 0)))).convert("RGB")
    assert picture.getcolors() == [(640 * 120, tuple(round(255 * v) for v in colormaps["magma"](0)[:3]))]


def test_the_picture_is_small_and_has_the_low_frequencies_at_the_bottom(rng: np.random.Generator) -> None:
    level = rng.uniform(-80, 0, (120, 640))  # noise: what compresses worst
    level[0] = 0
    content = spectrogram_png(level, range_db=(-80, 0))
    picture = np.asarray(Image.open(io.BytesIO(content)).convert("L")).astype(int)
    assert picture.shape == (120, 640)
    assert picture[-1].min() > picture[:-1].mean()
    assert len(content) < 80_000  # 76,800 cells of 6 bits are 57,600 bytes


def test_one_colour_scale_serves_all_tracks() -> None:
    assert shared_range_db([np.array([-70.0]), np.array([-12.0])]) == (-90.0, -10.0)


def test_the_path_of_a_waveform_stays_inside_its_picture(rng: np.random.Generator) -> None:
    waveform = rng.uniform(-0.5, 0.5, 10_000)
    points = [
        tuple(map(float, point.split()))
        for point in waveform_path(waveform, full_scale=0.5).strip("MZ").split("L")
    ]
    across, down = np.array(points).T
    assert len(points) == 800
    assert across.min() >= 0
    assert across.max() <= 400
    assert np.abs(down).max() <= 1
    assert np.abs(down).max() > 0.99  # the loudest of 10,000 draws reaches the edge


@given(st.floats(0.001, 7_200))
def test_an_axis_has_two_to_nine_numbers_inside_it(n_seconds: float) -> None:
    ticks = time_ticks(n_seconds)
    assert 2 <= len(ticks) <= 9
    assert ticks[0] == 0
    assert ticks[-1] <= n_seconds * (1 + 1e-6)  # rounding to microseconds
    assert np.diff(ticks).std() < 1e-6
