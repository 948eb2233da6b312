"""Tests of motion peaks of files, and of AV-Align in the evaluation table."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from v2ra.av_align import chance_av_align
from v2ra.errors import InputError
from v2ra.evaluation import SCALE_SYSTEMS, Pair, evaluate_clips, over_categories, summarise
from v2ra.flow import flow_magnitude, flow_peaks
from v2ra.frames import stream_frames
from v2ra.motion import motion_of_pairs, motion_peaks
from v2ra.muxing import write_video
from v2ra.pairs import generator_of
from v2ra.scale_systems import onset_clicks
from v2ra.score_cache import Runner

RATE = 16_000
EVENTS = {"a": [0.5, 1.5, 2.5, 3.1], "b": [0.3, 0.9, 1.9, 2.8], "c": [0.7, 1.2, 2.2, 3.3]}


def clicks(*times: float, n_seconds: float = 4) -> np.ndarray:
    return onset_clicks(times, n_samples=round(n_seconds * RATE), sample_rate=RATE)


@pytest.fixture(scope="module")
def pairs() -> list[Pair]:
    """Return a system that is in time and one that is 0.3 s late, on clips whose pictures move at each event."""
    made = []
    for clip, times in EVENTS.items():
        real = clicks(*times)
        late = clicks(*(time + 0.3 for time in times))
        for system, sound in (("good", 0.5 * real), ("late", late)):
            made.append(Pair(system, "dog", clip, real, sound, 0, np.array(times), np.array(times)))
    return made


@pytest.fixture(scope="module")
def table(pairs: list[Pair]) -> pd.DataFrame:
    return evaluate_clips(pairs, sample_rate=RATE, metrics=["motion"], n_draws=20)


def moving_square(path: Path, frames_of_jumps: list[int], *, n_frames: int = 60) -> Path:
    """Write a textured square that jumps up and back in some frames and drifts in the others."""
    rng = np.random.default_rng(0)
    square = rng.integers(0, 255, (80, 80, 3), np.uint8)
    frames = np.full((n_frames, 256, 256, 3), 90, np.uint8)
    top = 80
    for index, frame in enumerate(frames):
        top += (6 if top < 100 else -6) if index in frames_of_jumps else 0
        frame[top : top + 80, 80 + index // 4 : 160 + index // 4] = square
    write_video(path, frames)
    return path


def test_a_picture_that_jumps_has_a_peak_at_each_jump(tmp_path: Path) -> None:
    found = motion_peaks([moving_square(tmp_path / "a.mp4", [15, 30, 45])])
    for jump in (15, 30, 45):
        assert np.abs(found[0] - jump / 30).min() < 1 / 60, jump  # the very frame


def test_the_peaks_of_a_file_are_those_of_its_frames(tmp_path: Path) -> None:
    # 30 frames a second and 256 pixels: nothing is resampled but by the codec.
    path = moving_square(tmp_path / "a.mp4", [20, 40])
    frames = [frame for _, frame in stream_frames(path)]
    expected = flow_peaks(flow_magnitude(frames), frame_rate=30)
    np.testing.assert_array_equal(motion_peaks([path])[0], expected)


def test_a_file_is_read_once_and_known_by_its_contents(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runner = Runner(tmp_path / "scores")
    first = moving_square(tmp_path / "a.mp4", [10, 30])
    other = moving_square(tmp_path / "b.mp4", [20, 50])
    found = motion_peaks([first, other], runner=runner)
    monkeypatch.setattr("v2ra.motion.flow_magnitude", None)
    again = motion_peaks([other, first.rename(tmp_path / "c.mp4")], runner=runner)
    for one, two in zip(found, again[::-1], strict=True):
        np.testing.assert_array_equal(one, two)
    with pytest.raises(TypeError):  # another file is read anew
        motion_peaks([moving_square(tmp_path / "d.mp4", [25])], runner=runner)


def test_files_that_show_no_motion_are_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"found no file .*gone\.mp4; expected the clip's video"):
        motion_peaks([tmp_path / "gone.mp4"])
    write_video(tmp_path / "one.mp4", np.zeros((1, 64, 64, 3), np.uint8))
    with pytest.raises(InputError, match=r"one\.mp4: found fewer than two frames"):
        motion_peaks([tmp_path / "one.mp4"])
    (tmp_path / "text.mp4").write_text("no video")
    with pytest.raises(InputError, match=r"text\.mp4") as caught:
        motion_peaks([tmp_path / "text.mp4"])
    assert str(caught.value).count("text.mp4") == 1


def test_every_system_has_the_score_and_both_controls(table: pd.DataFrame) -> None:
    names = {"av_align", "av_align_mismatched", "av_align_chance"}
    assert set(table["system"]) == {"good", "late", *SCALE_SYSTEMS}
    for system, rows in table.groupby("system"):
        expected = names - ({"av_align_mismatched"} if system == "mismatched" else set())
        assert set(rows["metric"]) == expected, system
    assert np.isfinite(table["value"]).all()


def test_sounds_in_time_score_1_and_late_ones_and_silence_0(table: pd.DataFrame) -> None:
    scores = table[table["metric"] == "av_align"]
    for system, value in (
        ("good", 1),
        ("ground_truth", 1),
        ("oracle_clicks", 1),
        ("late", 0),
        ("silence", 0),
    ):
        assert set(scores.loc[scores["system"] == system, "value"]) == {value}, system
    # No event of one clip is within a frame of one of another clip that stands in for it.
    assert set(scores.loc[scores["system"] == "mismatched", "value"]) == {0}


def test_the_gain_has_an_interval(table: pd.DataFrame) -> None:
    summary = summarise(table)
    gains = summary[summary["metric"] == "av_align_gain"]
    good = gains.loc[gains["system"] == "good", ["mean", "low", "high"]]
    assert good.to_numpy().tolist() == [[1, 1, 1]]
    assert gains.loc[gains["system"] == "late", "high"].item() <= 0
    assert "mismatched" not in set(gains["system"])


def test_peaks_behind_the_end_of_the_sound_do_not_count(pairs: list[Pair]) -> None:
    long = replace(pairs[0], motion_peaks=np.append(EVENTS["a"], [4.0, 5.2]))
    scores = [motion_of_pairs([pair], sample_rate=RATE, n_draws=2, seed=0)[0] for pair in (pairs[0], long)]
    assert scores[0] == scores[1]


def test_a_clip_that_stands_still_scores_0(pairs: list[Pair]) -> None:
    still = replace(pairs[0], motion_peaks=np.zeros(0))
    (scores,) = motion_of_pairs([still], sample_rate=RATE, n_draws=2, seed=0)
    assert scores == {"av_align": 0, "av_align_chance": 0}


def test_chance_is_that_of_the_pair_alone(pairs: list[Pair], table: pd.DataFrame) -> None:
    expected = chance_av_align(
        EVENTS["a"], 4, n_seconds=4, n_draws=20, rng=generator_of(pairs[0], seed=0)
    )  # four onsets are found in four clicks
    rows = table[
        (table["system"] == "good") & (table["clip"] == "a") & (table["metric"] == "av_align_chance")
    ]
    assert rows["value"].item() == expected


def test_onsets_are_shared_with_synchrony(
    pairs: list[Pair], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    evaluate_clips(pairs[:2], sample_rate=RATE, n_draws=2, cache=tmp_path)
    monkeypatch.setattr("v2ra.heard_sounds.detect_onsets", None)  # found in the cache, or not at all
    found = evaluate_clips(pairs[:2], sample_rate=RATE, metrics=["motion"], n_draws=2, cache=tmp_path)
    assert set(found["metric"]) == {"av_align", "av_align_chance"}


def test_a_pair_without_motion_is_refused_by_name_before_anything_is_scored(
    pairs: list[Pair], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("v2ra.evaluation.synchrony_of_pairs", None)
    wrong = [pairs[0], replace(pairs[1], motion_peaks=None)]
    with pytest.raises(InputError, match="no motion_peaks: late on dog/a, seed 0; expected") as caught:
        evaluate_clips(wrong, sample_rate=RATE, metrics=["synchrony", "motion"])
    assert "\n" not in str(caught.value)
    with pytest.raises(InputError, match="no motion_peaks"):
        motion_of_pairs(wrong, sample_rate=RATE, n_draws=1, seed=0)


def test_motion_peaks_out_of_order_are_refused(pairs: list[Pair]) -> None:
    with pytest.raises(InputError, match="out of order"):
        evaluate_clips(
            [replace(pairs[0], motion_peaks=np.array([1.0, 0.5]))], sample_rate=RATE, metrics=["motion"]
        )


def test_categories_together_keep_their_clips_apart(pairs: list[Pair], table: pd.DataFrame) -> None:
    both = pd.concat([table, table.assign(category="bird", value=0.0)])
    whole = summarise(over_categories(both)).query("system == 'good' and metric == 'av_align'")
    assert whole[["category", "mean", "n_clips"]].values.tolist() == [["all", 0.5, 6]]
