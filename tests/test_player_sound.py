"""Tests of what the player does to sound: nothing, but for a gain that it shows."""

import io
from typing import Any

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from v2ra.errors import InputError
from v2ra.player_sound import (
    check_text,
    check_tracks,
    encode_track,
    headroom_gain_db,
    matching_gains_db,
    pad_together,
)

RATE = 44_100


def rms(waveform: np.ndarray) -> float:
    return float(np.sqrt(np.mean(waveform**2)))


@pytest.mark.parametrize(
    ("tracks", "message"),
    [
        ({}, "no tracks"),
        ({"a": []}, "shape"),
        ({"a": 0.5}, "shape"),
        ({"a": np.zeros((2, 5))}, "shape"),
        ({"a": [0.0, np.nan]}, "NaN"),
        ({"a": [0.0, np.inf]}, "infinity"),
        ({"a": [0.0, -8.01]}, "peaks at 8.01"),
        ({" ": [0.0]}, "label"),
        ({"\ud800": [0.0]}, "half a character"),
    ],
)
def test_tracks_that_cannot_be_played_are_refused_in_one_line(tracks: Any, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        check_tracks(tracks, sample_rate=RATE)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("rate", [0, 4_000, 192_000])
def test_rates_that_browsers_refuse_are_refused_here(rate: int) -> None:
    with pytest.raises(InputError, match="sample rate"):
        check_tracks({"a": [0.0]}, sample_rate=rate)


def test_a_title_may_be_empty_but_a_label_may_not() -> None:
    assert check_text("", what="title", empty=True) == ""
    with pytest.raises(InputError, match="label"):
        check_text("", what="label")


def test_a_track_beyond_full_scale_lowers_all_alike_and_none_otherwise() -> None:
    tracks = [np.array([0.1, -2.0]), np.array([0.5, 0.0])]
    gain = 10 ** (headroom_gain_db(tracks) / 20)
    assert gain == pytest.approx(0.5)  # the loudest peak, 2, comes to 1
    assert headroom_gain_db([np.array([1.0, -1.0])]) == 0.0


def test_matched_levels_are_equal_and_never_clip(rng: np.random.Generator) -> None:
    tracks = [
        0.9 * np.sin(np.arange(RATE) / 7),
        0.01 * rng.standard_normal(RATE).clip(-4, 4),
        np.eye(1, RATE)[0],  # one click: the highest crest factor there is
    ]
    gains = 10 ** (np.array(matching_gains_db(tracks)) / 20)
    matched = [gain * track for gain, track in zip(gains, tracks, strict=True)]
    levels_db = [20 * np.log10(rms(track)) for track in matched]
    assert np.ptp(levels_db) < 0.1  # a tenth of the just noticeable difference of 1 dB
    assert max(np.abs(track).max() for track in matched) <= 1 + 1e-12  # rounding of one product


@settings(max_examples=60)
@given(
    st.lists(
        st.lists(st.floats(-1, 1, width=32), min_size=1, max_size=30).map(np.array), min_size=1, max_size=5
    )
)
def test_matching_holds_for_any_tracks(tracks: Any) -> None:
    gains = 10 ** (np.array(matching_gains_db(tracks)) / 20)
    heard = [track - track.mean() for track in tracks]
    levels = [gain * rms(track) for gain, track in zip(gains, heard, strict=True) if rms(track) >= 1e-4]
    assert np.ptp(levels or [0.0]) <= 1e-9  # rounding of sums over at most 30 samples
    for gain, track in zip(gains, tracks, strict=True):
        assert gain * np.abs(track).max() <= 1 + 1e-9


def test_the_first_track_keeps_its_level_where_no_track_would_clip() -> None:
    tone = np.sin(np.arange(RATE) / 5)
    gains = matching_gains_db([0.1 * tone, 0.4 * tone, 0.02 * tone])
    # 20 log10 of the ratios 1, 1/4 and 5
    assert gains == pytest.approx([0.0, -12.0412, 13.9794], abs=1e-4)


def test_silence_is_left_alone_by_the_matching() -> None:
    assert matching_gains_db([np.zeros(10), np.full(10, 0.5)]) == [0.0, 0.0]
    assert matching_gains_db([np.zeros(10)]) == [0.0]


def test_shorter_tracks_are_followed_by_silence() -> None:
    short, long = pad_together([np.full(3, 0.25), np.full(8, 0.5)])
    assert len(short) == len(long) == 8
    assert short.tolist() == [0.25] * 3 + [0.0] * 5


@pytest.mark.parametrize("file_format", ["WAV", "FLAC"])
def test_files_decode_to_within_half_a_step(rng: np.random.Generator, file_format: str) -> None:
    waveform = rng.uniform(-1, 32767 / 32768, 5_000)
    content = encode_track(waveform, sample_rate=22_050, file_format=file_format)
    decoded, rate = soundfile.read(io.BytesIO(content), dtype="float64")
    assert rate == 22_050
    assert np.abs(decoded - waveform).max() <= 0.5 / 32768  # rounding to the nearest of 65,536 steps


def test_full_scale_does_not_wrap_around() -> None:
    content = encode_track(np.array([1.0, -1.0]), sample_rate=RATE, file_format="WAV")
    decoded, _ = soundfile.read(io.BytesIO(content), dtype="int16")
    assert decoded.tolist() == [32767, -32768]


def test_a_constant_behind_a_sound_does_not_count_as_level() -> None:
    tone = np.sin(np.arange(4410) * 0.1)
    gains = matching_gains_db([0.1 * tone, 0.1 * tone - 0.28])
    assert gains == pytest.approx([gains[0]] * 2, abs=0.01)
