"""Texts for people: clips by category, this machine."""

from pathlib import Path

import numpy as np
import pytest

from v2ra.backends import BACKENDS
from v2ra.catalogue import Catalogue, Entry, Problem
from v2ra.clips import write_video
from v2ra.errors import InputError
from v2ra.report import catalogue_report, catalogue_text, doctor_text


@pytest.fixture
def catalogue(tmp_path: Path) -> Catalogue:
    """Return three clips of half a second, one with contact times, and a file that is none."""
    entries = []
    for name, split, times in (
        ("a", "train", tmp_path / "a_times.txt"),
        ("b", "train", None),
        ("c", "test", None),
    ):
        write_video(tmp_path / f"{name}.mp4", np.zeros((15, 64, 64, 3), np.uint8))
        entries.append(Entry(tmp_path / f"{name}.mp4", "wood", name, None, times, split))
    return Catalogue(tuple(entries), (Problem(tmp_path / "d.mp4", "d.mp4 is empty; expected a video"),))


def test_clips_seconds_and_parts_are_counted(catalogue: Catalogue) -> None:
    report = catalogue_report(catalogue)
    assert report["categories"] == {
        "wood": {"n_clips": 3, "n_seconds": 1.5, "annotated": 1, "n_test": 1, "n_train": 2}
    }
    assert [problem["reason"] for problem in report["problems"]] == ["d.mp4 is empty; expected a video"]


def test_the_text_has_a_line_a_category_and_a_line_a_problem(catalogue: Catalogue) -> None:
    assert catalogue_text(catalogue_report(catalogue)).splitlines() == [
        "wood            3 clips      1.50 s, 1 with contact times; test 1, train 2",
        "left out: d.mp4 is empty; expected a video",
    ]


def test_the_doctor_says_of_each_backend_whether_it_is_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    def load_backend(name: str) -> None:
        raise InputError(f"found no weights of {name}")

    monkeypatch.setattr("v2ra.backends.load_backend", load_backend)
    lines = doctor_text().splitlines()
    assert lines[-3:] == [f"{name}: found no weights of {name}" for name in BACKENDS]
    assert lines[0].startswith("python ")
