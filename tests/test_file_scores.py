"""Scores of two files: channels, rates, lengths, and what is said of them."""

import warnings
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from v2ra.errors import InputError
from v2ra.file_scores import MEANINGS, score_files, score_text
from v2ra.peaq import objective_difference_grade
from v2ra.similarity import objective_similarity_grade
from v2ra.sound import read_waveform
from v2ra.sound_format import SoundFormat, sound_format

Array = NDArray[np.float64]
RATE = 48_000


def sound(seed: int, *, n_channels: int = 2, rate: int = RATE) -> Array:
    """Return a second of knocks over a little noise, (time, channels), in whole steps of 16 bits."""
    rng = np.random.default_rng(seed)
    samples = 0.003 * rng.standard_normal((rate, n_channels))
    for start in (rate // 5, rate // 2):
        fade = np.exp(-np.arange(rate // 5) / (rate / 40))[:, None]
        samples[start : start + rate // 5] += 0.2 * fade * rng.standard_normal((rate // 5, n_channels))
    return np.round(samples * 32768) / 32768


@pytest.fixture(autouse=True)
def _no_warning_is_expected() -> None:
    warnings.simplefilter("error")


def written(path: Path, samples: Array, *, rate: int = RATE) -> Path:
    soundfile.write(path, samples, rate, subtype="PCM_16")
    return path


def test_two_stereo_files_are_graded_in_both_channels_and_scored_in_their_mean(tmp_path: Path) -> None:
    one, two = sound(0), sound(1)
    scores = score_files(written(tmp_path / "a.wav", one), written(tmp_path / "b.wav", two))
    grade = objective_difference_grade(one.T, two.T, sample_rate=RATE)
    assert (scores["odg"], scores["movs"]) == (pytest.approx(grade.odg), pytest.approx(grade.movs))
    mono = objective_difference_grade(one.mean(axis=1), two.mean(axis=1), sample_rate=RATE)
    assert abs(mono.odg - grade.odg) > 0.001  # the channels do count
    similarity = objective_similarity_grade(one.mean(axis=1), two.mean(axis=1), sample_rate=RATE)
    # The files' mean is in float32: 1e-7 of a level of 0.05.
    assert scores["osg"] == pytest.approx(similarity.osg, abs=1e-5)
    assert scores["onset_f"] == 1


def test_a_channel_can_be_read_alone(tmp_path: Path) -> None:
    both = sound(0)
    path = written(tmp_path / "a.wav", both)
    assert sound_format(path) == SoundFormat(RATE, 2)
    for channel in (0, 1):
        assert np.array_equal(read_waveform(path, sample_rate=RATE, channel=channel), both[:, channel])
    mean = read_waveform(path, sample_rate=RATE)
    np.testing.assert_allclose(mean, both.mean(axis=1), atol=1e-7)  # float32


def test_stereo_against_mono_is_told_and_graded_as_mono(tmp_path: Path) -> None:
    stereo = written(tmp_path / "a.wav", np.repeat(sound(0, n_channels=1), 2, axis=1))
    mono = written(tmp_path / "b.wav", sound(0, n_channels=1))
    with pytest.warns(UserWarning, match="2 and 1 channels: PEAQ hears the mean"):
        scores = score_files(stereo, mono)
    assert scores["odg"] > 0


def test_another_rate_is_told_and_brought_to_the_references(tmp_path: Path) -> None:
    mono = written(tmp_path / "a.wav", sound(0, n_channels=1, rate=44_100), rate=44_100)
    other = written(tmp_path / "b.wav", sound(0, n_channels=1), rate=RATE)
    with pytest.warns(UserWarning, match="resampled from 48000 to the reference's 44100 Hz"):
        scores = score_files(mono, other)
    assert (scores["sample_rate"], scores["n_seconds"]) == (44_100, 1.0)


def test_lengths_may_differ_by_one_frame_of_video_and_no_more(tmp_path: Path) -> None:
    whole = sound(0)
    path = written(tmp_path / "a.wav", whole)
    scores = score_files(path, written(tmp_path / "b.wav", whole[:-1600]))
    assert scores["n_seconds"] == pytest.approx(1 - 1 / 30)
    with pytest.raises(InputError, match=r"1\.00 s and 0\.97 s"):
        score_files(path, written(tmp_path / "c.wav", whole[:-1601]))


@pytest.mark.parametrize(
    ("samples", "rate", "named"),
    [
        (np.zeros((RATE, 1)), RATE, "no 5 samples"),
        (sound(0)[: RATE // 4], RATE, "0.250 s"),
        (sound(0, rate=16_000), 16_000, "16000 Hz"),
    ],
    ids=["silent", "short", "low rate"],
)
def test_what_peaq_cannot_grade_is_refused(samples: Array, rate: int, named: str, tmp_path: Path) -> None:
    path = written(tmp_path / "a.wav", samples, rate=rate)
    with pytest.raises(InputError, match=named):
        score_files(path, path)


def test_a_silent_estimate_has_scores_and_the_text_names_each(tmp_path: Path) -> None:
    one = written(tmp_path / "a.wav", sound(0))
    scores = score_files(one, written(tmp_path / "b.wav", np.zeros((RATE, 2))))
    numbers = [value for value in scores.values() if not isinstance(value, dict)]
    assert np.isfinite([*numbers, *scores["movs"].values()]).all()
    assert scores["onset_f"] == scores["rms_ratio"] == 0
    text = score_text(scores)
    for name in (*MEANINGS, *scores["movs"]):
        assert f"\n{name} " in text or f"\n  {name} " in text
    assert all("better" in line for line in text.splitlines()[1 : 1 + len(MEANINGS)])
