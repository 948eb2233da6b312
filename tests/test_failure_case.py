"""Marks, the case that is shown and its figure."""

from pathlib import Path
from types import SimpleNamespace
from typing import cast

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.colors import to_hex

from v2ra.clips import write_video
from v2ra.datasets import Pack
from v2ra.drawing import GREEN, RED
from v2ra.errors import InputError
from v2ra.evaluation import COLUMNS, Pair
from v2ra.failure_case import Case, Mark, marks_of, shown_seconds
from v2ra.failure_charts import plot_failure_case, plot_failure_curves
from v2ra.failure_scenes import case_of, worst_case
from v2ra.frames import stream_frames
from v2ra.synchrony import onset_f_measure
from v2ra.workspace import Workspace

RATE = 44_100
times = st.lists(st.integers(0, 600), max_size=12, unique=True).map(
    lambda ticks: sorted(k / 100 for k in ticks)
)


def hits(*seconds: float, n_seconds: float = 2.0) -> np.ndarray:
    """Return damped tones at times."""
    sound = np.zeros(round(n_seconds * RATE))
    for time in seconds:
        since = np.arange(len(sound) - round(time * RATE)) / RATE
        sound[round(time * RATE) :] += 0.5 * np.sin(2 * np.pi * 900 * since) * np.exp(-since / 0.02)
    return sound


@given(events=times, onsets=times)
def test_marks_tell_the_onset_f_measure(events: list[float], onsets: list[float]) -> None:
    marks = marks_of(events, onsets)
    n_matched = sum(mark.matched for mark in marks)
    assert len(marks) == len(events) + len(onsets) - n_matched
    assert [mark.seconds for mark in marks] == sorted(mark.seconds for mark in marks)
    score = onset_f_measure(events, onsets)
    if events and onsets:
        assert score.recall == pytest.approx(n_matched / len(events))
        assert score.precision == pytest.approx(n_matched / len(onsets))


def test_the_same_times_match_and_nothing_against_nothing_has_no_mark() -> None:
    assert all(mark.matched for mark in marks_of([0.5, 1.0], [0.5, 1.0]))
    assert marks_of([], []) == ()
    assert marks_of([0.5], []) == (Mark(0.5, False),) == marks_of([], [0.5])


def test_what_is_shown_ends_where_a_case_has_too_many_marks() -> None:
    few = Case("", np.zeros((60, 8, 8, 3), np.uint8), hits(0.5), marks_of([0.5], [0.5]), np.array([0.5]))
    many = Case("", few.frames, few.waveform, marks_of([0.2, 0.4, 0.6], []), np.array([0.5]))
    assert shown_seconds([few]) == 2.0
    assert shown_seconds([few, many], n_marks=2) == 0.6


def swept(values: dict[str, dict[str, float]]) -> tuple[list[Pair], pd.DataFrame]:
    """Return pairs and rows of onset F by system and clip."""
    pairs = [Pair(s, "dog", clip, np.ones(9), np.ones(9)) for s, row in values.items() for clip in row]
    rows = [(s, "dog", clip, 0, "onset_f", v) for s, row in values.items() for clip, v in row.items()]
    return pairs, pd.DataFrame(rows, columns=COLUMNS)


def test_the_worst_case_is_the_largest_fall_by_overexposure_and_by_nothing_else() -> None:
    values = {
        "unchanged": {"a": 0.9, "b": 0.6, "c": 0.9},
        "gain 2": {"a": 0.8, "b": 0.1, "c": 0.5},
        "gamma 1": {"a": 0.9, "b": 0.2, "c": 0.6},
        "blur 6": {"a": 0.0, "b": 0.0, "c": 0.0},
    }
    plain, failed = worst_case(*swept(values))
    assert (plain.system, plain.clip, failed.system, failed.clip) == ("unchanged", "b", "gain 2", "b")


def test_without_overexposure_there_is_no_case() -> None:
    with pytest.raises(InputError, match="found no overexposed clip"):
        worst_case(*swept({"unchanged": {"a": 0.9}, "blur 6": {"a": 0.1}}))


def test_a_case_has_the_degraded_frames_and_the_marks_of_its_sound(tmp_path: Path) -> None:
    write_video(tmp_path / "a.mp4", np.full((60, 64, 64, 3), 100, np.uint8))
    pack = Pack("dog", (), {"files": {"a": str(tmp_path / "a.mp4")}})
    workspace = cast(Workspace, SimpleNamespace(pack=lambda category: pack))
    pair = Pair("gain 2", "dog", "a", hits(0.5, 1.2), hits(0.5), event_times=np.array([0.5, 1.2]))
    case = case_of(workspace, pair, letter="(b)")
    assert case.title == "(b) a, gain, 2 stops over: onset F 0.67"
    assert [mark.matched for mark in case.marks] == [True, False]
    plain = next(frame for _, frame in stream_frames(tmp_path / "a.mp4"))
    assert case.frames[0].mean() == pytest.approx(plain.mean() * 2 ** (2 / 2.2), abs=1)


def test_the_figure_boxes_matched_frames_red_and_mismatched_green() -> None:
    events, onsets = np.array([0.5, 1.2]), np.array([0.5, 1.6])
    case = Case(
        "(a) clip", np.zeros((60, 16, 16, 3), np.uint8), hits(*onsets), marks_of(events, onsets), events
    )
    figure = plot_failure_case([case, case])
    for part in figure.subfigs:
        *frames, sound = part.axes
        boxes = [to_hex(axes.spines["left"].get_edgecolor()).upper() for axes in frames]
        assert boxes == [RED, GREEN, GREEN]
        assert [axes.get_xlabel() for axes in frames] == ["0.50 s", "1.20 s", "1.60 s"]
        assert sound.get_xlim() == (0, 2)
        assert np.size(sound.lines[0].get_xdata()) == 2 * RATE
        assert np.size(sound.lines[1].get_xdata()) == 200  # the envelope, 100 a second
    with pytest.raises(InputError, match="found no case"):
        plot_failure_case([])


def test_a_clip_in_which_nothing_happens_and_nothing_sounds_is_drawn_too() -> None:
    case = Case("(a)", np.zeros((60, 16, 16, 3), np.uint8), np.zeros(2 * RATE), (), np.zeros(0))
    assert len(plot_failure_case([case]).subfigs[0].axes) == 1


def test_curves_show_every_degradation_with_its_unit_and_its_values() -> None:
    rows = [
        (name, severity, "all", metric, value, value - 0.1, value + 0.1)
        for name in ("gain", "blur")
        for severity, value in ((4.0, 0.25), (0.0, 0.75))
        for metric in ("onset_f", "envelope_correlation")
    ]
    columns = ["degradation", "severity", "category", "metric", "mean", "low", "high"]
    figure = plot_failure_curves(pd.DataFrame(rows, columns=columns))
    assert [axes.get_xlabel() for axes in figure.axes] == ["stops over", "pixels of 256"]
    line = figure.axes[0].lines[0]
    assert np.asarray(line.get_data()).tolist() == [[0, 4], [0.75, 0.25]]
    with pytest.raises(InputError, match="found no degradation of dog"):
        plot_failure_curves(pd.DataFrame(rows, columns=columns), category="dog")
