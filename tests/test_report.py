"""Texts for people: clips by category, this machine."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from v2ra.backends import BACKENDS
from v2ra.catalogue import Catalogue, Entry, Problem
from v2ra.clips import write_video
from v2ra.config import Data
from v2ra.contacts import Contact, write_times
from v2ra.errors import InputError
from v2ra.report import catalogue_report, catalogue_text, doctor_text


@pytest.fixture
def catalogue(tmp_path: Path) -> Catalogue:
    """Return three clips of half a second, one with contact times, and a file that is none."""
    write_times(tmp_path / "a_times.txt", [Contact(0.1, "wood"), Contact(0.4)])
    entries = []
    for name, split, times in (
        ("a", "train", tmp_path / "a_times.txt"),
        ("b", "validation", None),
        ("c", "test", None),
    ):
        write_video(tmp_path / f"{name}.mp4", np.zeros((15, 64, 64, 3), np.uint8), np.zeros(22_050))
        entries.append(Entry(tmp_path / f"{name}.mp4", "wood", name, None, times, split))
    problem = Problem(tmp_path / "d.mp4", "d.mp4 is empty; expected a video")
    return Catalogue(tuple(entries), (problem,), layouts={"wood": "plain folders"})


def test_clips_seconds_rates_events_and_parts_are_counted(catalogue: Catalogue, tmp_path: Path) -> None:
    report = catalogue_report(catalogue, folder=tmp_path, data=Data())
    assert report["categories"]["wood"] == {
        "layout": "plain folders",
        "n_clips": 3,
        "n_seconds": 1.5,
        "frame_rates": [30.0],
        "sample_rates": [44_100],
        "annotated": 1,
        "n_events": 2,
        "n_train": 1,
        "n_validation": 1,
        "n_test": 1,
        "split_by": "hash of the name",
    }
    assert [problem["reason"] for problem in report["problems"]] == ["d.mp4 is empty; expected a video"]
    assert json.loads(json.dumps(report)) == report


def test_the_text_has_a_table_a_line_a_problem_and_the_next_command(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    text = catalogue_text(catalogue_report(catalogue, folder=tmp_path / "my clips", data=Data(split_seed=3)))
    head, row, *rest = text.splitlines()
    names = "category layout clips seconds frames/s sound Hz annotated events train validation test split by"
    assert " ".join(head.split()) == names
    assert " ".join(row.split()) == "wood plain folders 3 1.5 30 44100 1 2 1 1 1 hash of the name"
    assert head.index("events") == row.index("2  ")  # columns stand below their names
    assert rest == [
        "parts: 0.25 for the test, 0.2 for validation, seed 3",
        "clips without annotated contacts: their events are found in the sound when they are packed",
        "cannot be used: 1 files",
        "cannot be used: d.mp4 is empty; expected a video",
        f"next: v2ra train --data '{tmp_path / 'my clips'}' --category wood",
        f"next: v2ra reproduce --data '{tmp_path / 'my clips'}'",
    ]


def test_too_few_clips_are_told_before_anything_is_typed(catalogue: Catalogue, tmp_path: Path) -> None:
    two = replace(catalogue, entries=catalogue.entries[:2])
    report = catalogue_report(two, folder=tmp_path, data=Data())
    assert report["next"] == ["add clips: wood has 2, 3 are the least (one a part)"]


def test_long_lists_are_counted_by_key_and_cut(catalogue: Catalogue, tmp_path: Path) -> None:
    lines = [Problem(tmp_path / f"{i}.mp4", f"{i}.mp4: 1 dB (clean.min_snr_db)") for i in range(20)]
    report = catalogue_report(replace(catalogue, left_out=tuple(lines)), folder=tmp_path, data=Data())
    told = [line for line in catalogue_text(report).splitlines() if line.startswith("left out")]
    assert told[0] == "left out: 20 files; clean.min_snr_db 20"
    assert told[-1] == "left out: 8 more (--json lists all)"
    assert len(report["left_out"]) == 20


def test_the_doctor_says_of_each_backend_whether_it_is_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    def load_backend(name: str) -> None:
        raise InputError(f"found no weights of {name}")

    monkeypatch.setattr("v2ra.backends.load_backend", load_backend)
    lines = doctor_text().splitlines()
    assert lines[-3:] == [f"{name}: found no weights of {name}" for name in BACKENDS]
    assert lines[0].startswith("python ")
