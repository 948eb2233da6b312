"""Recordings for peak-match: embedded ones that no data set holds, files, folders."""

import zlib
from pathlib import Path

import numpy as np
import pytest

from v2ra.errors import InputError
from v2ra.foley.categories import CATEGORIES
from v2ra.foley.events import draw_events
from v2ra.sound_effects import choose_recording, embedded_recording, read_recording
from v2ra.sound_events import event_peaks
from v2ra.waveforms import write_waveform


@pytest.mark.parametrize("category", CATEGORIES)
def test_an_embedded_recording_has_events_over_silence(category: str) -> None:
    recording = embedded_recording(category, seed=0)
    assert recording.shape == (8 * 44_100,)
    assert np.abs(recording).max() == pytest.approx(10 ** (-3 / 20), rel=1e-4)
    # Nothing before the first event, which comes no earlier than 0.25 s; a data set has noise there.
    assert np.abs(recording[: round(0.24 * 44_100)]).max() < 1e-9  # the room is an FFT: rounding alone
    assert len(event_peaks(recording.astype(np.float64), sample_rate=44_100, min_height=0.1).positions) >= 4


def test_a_seed_gives_the_same_recording_and_another_seed_another() -> None:
    one, same, other = (embedded_recording("wood", seed=seed, n_seconds=2) for seed in (3, 3, 4))
    np.testing.assert_array_equal(one, same)
    assert not np.array_equal(one, other)


@pytest.mark.parametrize("category", CATEGORIES)
def test_no_data_set_draws_the_events_of_a_recording(category: str) -> None:
    recording = embedded_recording(category, seed=0)
    starts = event_peaks(recording.astype(np.float64), sample_rate=44_100, min_height=0.1).onsets / 44_100
    for seed in range(3):
        for index in range(10):
            # As in v2ra.foley.clip: the first of three children draws the events.
            sequence = np.random.SeedSequence([seed, zlib.crc32(category.encode()), index])
            events = draw_events(category, n_seconds=8, rng=np.random.default_rng(sequence.spawn(1)[0]))
            times = np.array([event.seconds for event in events])
            nearest = np.abs(times[:, None] - starts).min(axis=1)
            assert np.mean(nearest < 0.02) < 0.5  # by chance a tenth of the events lie so near to one


def test_an_embedded_recording_comes_at_any_rate() -> None:
    assert embedded_recording("dog", seed=1, n_seconds=1.5, sample_rate=16_000).shape == (24_000,)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"category": "brass"}, "found category 'brass'"),
        ({"seed": -1}, "found seed -1; expected zero or more"),
        ({"n_seconds": 0.2}, r"clip of 0\.2 s"),
    ],
)
def test_a_recording_that_cannot_be_made_is_refused(options: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        embedded_recording(**{"category": "wood", "seed": 0, **options})  # type: ignore[arg-type]


def test_a_file_is_read_at_the_rate_asked_for(tmp_path: Path) -> None:
    write_waveform(tmp_path / "a.wav", np.zeros(8000), sample_rate=8000)
    assert read_recording(tmp_path / "a.wav").shape == (44_100,)
    assert read_recording(tmp_path / "a.wav", sample_rate=16_000).shape == (16_000,)


def test_one_sound_file_of_a_folder_is_drawn_by_seed(tmp_path: Path) -> None:
    for name in ("a.wav", "deep/b.flac", "deep/c.WAV"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        write_waveform(path, np.zeros(10), sample_rate=8000)
    (tmp_path / "notes.txt").write_text("no sound")
    (tmp_path / ".hidden.wav").write_text("no sound")
    drawn = [choose_recording(tmp_path, seed=seed).name for seed in range(20)]
    assert set(drawn) == {"a.wav", "b.flac", "c.WAV"}
    assert drawn == [choose_recording(tmp_path, seed=seed).name for seed in range(20)]


def test_a_path_without_sound_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"found 0 sound files in .*; expected one file or more"):
        read_recording(tmp_path)
    with pytest.raises(InputError, match=r"none\.wav does not exist"):
        read_recording(tmp_path / "none.wav")
    (tmp_path / "text.wav").write_text("no sound" * 9)
    with pytest.raises(InputError, match=r"text\.wav is not a media file"):
        read_recording(tmp_path)
