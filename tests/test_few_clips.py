"""Three videos in a folder, a name, and a dubbed one."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from v2ra.catalogue import find_clips
from v2ra.checkpoint import load_run
from v2ra.clips import probe_clip, write_video
from v2ra.errors import InputError
from v2ra.few_clips import copied_clips, dub_own_clips


def write_clips(folder: Path, n_clips: int) -> Path:
    """Write clips of two seconds with a click a second, and contact times beside them."""
    rng = np.random.default_rng(0)
    folder.mkdir(parents=True)
    for index in range(n_clips):
        frames = rng.integers(0, 255, (60, 8, 8, 3), np.uint8).repeat(8, 1).repeat(8, 2)
        sound = np.zeros(88_200, np.float32)
        sound[11_025 * (index + 1) :: 44_100] = 0.5
        write_video(folder / f"{folder.name}_{index}.mp4", frames, sound)
        (folder / f"{folder.name}_{index}_times.txt").write_text("0.25 wood hit static\n")
    return folder


def test_three_videos_alone_are_copied_under_another_name(tmp_path: Path) -> None:
    write_clips(tmp_path / "data" / "cloth", 2)
    write_clips(tmp_path / "data" / "wood", 4)
    folder = copied_clips(find_clips(tmp_path / "data"), tmp_path / "my_clips" / "door")
    assert sorted(path.name for path in folder.iterdir()) == [f"door_{i}.mp4" for i in range(3)]
    found = find_clips(tmp_path / "my_clips")
    assert found.categories == ("door",)
    assert [entry.times_path for entry in found.entries] == [None] * 3  # as from a phone


def test_copies_of_clips_with_a_layout_of_their_own_are_plain_clips(tmp_path: Path) -> None:
    write_clips(tmp_path / "wood", 3)
    plain = find_clips(tmp_path / "wood")
    entries = []
    for number, entry in enumerate(plain.entries):
        named = entry.path.with_name(f"2015-03-0{number + 1}-00-00-00_denoised.mp4")  # as in Greatest Hits
        entries.append(replace(entry, path=entry.path.rename(named)))
    folder = copied_clips(replace(plain, entries=tuple(entries)), tmp_path / "my_clips" / "door")
    found = find_clips(folder, category="door")
    assert (found.categories, len(found.entries)) == (("door",), 3)


def test_a_folder_of_three_becomes_a_model_and_a_dub_and_may_be_tried_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write_clips(tmp_path / "door", 3)
    for path in folder.glob("*_times.txt"):
        path.unlink()
    for _ in range(2):
        dubbed = dub_own_clips(folder, "door", tmp_path / "run")
    (held_out,) = dubbed.pack.part("test")
    assert dubbed.source == folder / f"{held_out.name}.mp4"
    assert probe_clip(dubbed.path).has_audio
    assert load_run(tmp_path / "run").category == "door"
    assert "contacts of 3 found in their sound" in capsys.readouterr().out
    assert "door, a model of 3 clips" in dubbed.player().document


def test_two_videos_are_too_few(tmp_path: Path) -> None:
    folder = write_clips(tmp_path / "door", 2)
    with pytest.raises(InputError, match=r"found 2 clips in .*; expected at least three"):
        dub_own_clips(folder, "door", tmp_path / "run")
    assert not (tmp_path / "run" / "run.json").exists()
