"""Tests of the list of clips under a folder."""

import shutil
from pathlib import Path

import numpy as np
import pytest

import v2ra.clip_files
from v2ra.catalogue import SPLITS, find_clips
from v2ra.clips import Contact, probe_clip, write_times, write_video, write_waveform
from v2ra.config import Data
from v2ra.errors import InputError

FRAMES = np.zeros((6, 64, 64, 3), np.uint8)
SOUND = np.zeros(8820, np.float32)


@pytest.fixture(scope="session")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a video with sound, 0.2 s."""
    path = tmp_path_factory.mktemp("catalogue") / "video.mp4"
    write_video(path, FRAMES, SOUND)
    return path


@pytest.fixture(scope="session")
def silent(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a video without sound, 0.2 s."""
    path = tmp_path_factory.mktemp("catalogue") / "silent.mp4"
    write_video(path, FRAMES)
    return path


@pytest.fixture
def root(tmp_path: Path, video: Path) -> Path:
    """Return a folder with eight dogs and four birds."""
    for name in [f"dog/dog_{i}.mp4" for i in range(8)] + [f"bird/bird_{i}.mp4" for i in range(4)]:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(video, tmp_path / name)
    return tmp_path


def test_clips_are_listed_by_category_and_name(root: Path) -> None:
    catalogue = find_clips(root)
    assert catalogue.categories == ("bird", "dog")
    assert [entry.name for entry in catalogue.of("dog")] == [f"dog_{i}" for i in range(8)]
    assert [entry.path for entry in catalogue.of("bird")] == [root / f"bird/bird_{i}.mp4" for i in range(4)]
    assert catalogue.problems == ()


def test_each_category_is_split_into_three_parts_that_are_not_empty(root: Path) -> None:
    catalogue = find_clips(root)
    for category in catalogue.categories:
        parts = [catalogue.of(category, split) for split in SPLITS]
        assert all(parts)
        assert sorted(sum(parts, ()), key=lambda entry: entry.name) == list(catalogue.of(category))


def test_the_split_does_not_depend_on_where_the_clips_lie_nor_on_other_categories(
    root: Path, tmp_path: Path
) -> None:
    expected = {entry.name: entry.split for entry in find_clips(root).of("dog")}
    shutil.move(root / "dog", tmp_path / "elsewhere" / "dog")
    assert {entry.name: entry.split for entry in find_clips(tmp_path / "elsewhere").entries} == expected


def test_seed_and_shares_change_the_split(root: Path) -> None:
    default = [entry.split for entry in find_clips(root).entries]
    assert default != [entry.split for entry in find_clips(root, settings=Data(split_seed=1)).entries]
    only_training = find_clips(root, settings=Data(test_share=0, validation_share=0))
    assert {entry.split for entry in only_training.entries} == {"train"}


def test_one_category_can_be_listed_alone(root: Path) -> None:
    alone = find_clips(root, category="bird")
    assert alone.categories == ("bird",)
    assert alone.entries == find_clips(root).of("bird")


def test_videos_of_other_containers_and_spellings_are_found(tmp_path: Path, video: Path) -> None:
    (tmp_path / "dog").mkdir()
    for name in ("a.MP4", "b.mov", "c.Mkv", "d.webm", "e.avi", "f.m4v", "notes.txt", ".hidden.mp4", "g.gif"):
        shutil.copy(video, tmp_path / "dog" / name)
    (tmp_path / "dog" / "folder.mp4").mkdir()
    (tmp_path / ".cache").mkdir()
    shutil.copy(video, tmp_path / ".cache" / "g.mp4")
    (tmp_path / "empty").mkdir()
    (tmp_path / "manifest.json").write_text("{}")
    catalogue = find_clips(tmp_path)
    assert [entry.name for entry in catalogue.entries] == ["a", "b", "c", "d", "e", "f"]
    assert catalogue.problems == ()


def test_sound_and_times_beside_a_video_are_found(tmp_path: Path, silent: Path) -> None:
    folder = tmp_path / "wood"
    folder.mkdir()
    shutil.copy(silent, folder / "hit.mp4")
    write_waveform(folder / "hit.wav", SOUND, sample_rate=44_100)
    write_times(folder / "hit_times.txt", [Contact(0.1, "wood")])
    (entry,) = find_clips(tmp_path).entries
    assert entry.wav_path == folder / "hit.wav"
    assert entry.times_path == folder / "hit_times.txt"


def test_greatest_hits_names_are_understood(tmp_path: Path, video: Path) -> None:
    folder = tmp_path / "wood"
    folder.mkdir()
    shutil.copy(video, folder / "2015-02-16-16-49-06_denoised.mp4")
    write_waveform(folder / "2015-02-16-16-49-06_denoised.wav", SOUND, sample_rate=44_100)
    write_times(folder / "2015-02-16-16-49-06_times.txt", [Contact(0.1)])
    (entry,) = find_clips(tmp_path).entries
    assert entry.name == "2015-02-16-16-49-06"
    assert entry.wav_path == folder / "2015-02-16-16-49-06_denoised.wav"
    assert entry.times_path == folder / "2015-02-16-16-49-06_times.txt"


def test_a_clip_that_is_there_twice_is_listed_once(root: Path, video: Path) -> None:
    shutil.copy(video, root / "dog" / "dog_3.mov")  # in two parts of the split it would be a leak
    catalogue = find_clips(root)
    assert len(catalogue.of("dog")) == 8
    (problem,) = catalogue.problems
    assert "another dog_3" in problem.reason


def test_broken_clips_are_listed_with_a_reason_and_left_out(root: Path, silent: Path) -> None:
    (root / "dog" / "text.mp4").write_text("no video")
    (root / "dog" / "empty.mp4").touch()
    whole = (root / "dog" / "dog_0.mp4").read_bytes()
    (root / "dog" / "cut.mp4").write_bytes(whole[: len(whole) // 2])
    shutil.copy(silent, root / "dog" / "silent.mp4")
    write_waveform(root / "dog" / "sound.wav", SOUND, sample_rate=44_100)
    shutil.move(root / "dog" / "sound.wav", root / "dog" / "sound.avi")  # a sound under a video's name
    catalogue = find_clips(root)
    reasons = {problem.path.name: problem.reason for problem in catalogue.problems}
    assert set(reasons) == {"text.mp4", "empty.mp4", "cut.mp4", "silent.mp4", "sound.avi"}
    assert "no sound" in reasons["silent.mp4"]
    assert "no moving pictures" in reasons["sound.avi"]
    assert all("\n" not in reason for reason in reasons.values())
    assert len(catalogue.of("dog")) == 8


def test_broken_files_beside_a_video_are_left_out_and_the_video_is_kept(root: Path) -> None:
    (root / "dog" / "dog_1.wav").write_text("no sound")
    (root / "dog" / "dog_1_times.txt").write_text("soon wood hit static\n")
    catalogue = find_clips(root)
    assert {problem.path.name for problem in catalogue.problems} == {"dog_1.wav", "dog_1_times.txt"}
    entry = catalogue.of("dog")[1]
    assert (entry.wav_path, entry.times_path) == (None, None)


def test_an_unknown_category_names_those_that_exist(root: Path) -> None:
    with pytest.raises(InputError, match="no category 'cat'; expected one of bird, dog"):
        find_clips(root, category="cat")
    with pytest.raises(InputError, match="no category 'cat'; expected one of bird, dog"):
        find_clips(root).of("cat")


def test_an_unknown_part_is_refused(root: Path) -> None:
    with pytest.raises(InputError, match="expected one of train, validation, test"):
        find_clips(root).of("dog", "valid")


def test_a_part_of_fewer_than_three_clips_is_refused(tmp_path: Path, video: Path) -> None:
    (tmp_path / "dog").mkdir()
    shutil.copy(video, tmp_path / "dog" / "a.mp4")
    shutil.copy(video, tmp_path / "dog" / "b.mp4")
    catalogue = find_clips(tmp_path)
    assert len(catalogue.of("dog")) == 2
    with pytest.raises(InputError, match="found 2 clips of dog; expected at least 3"):
        catalogue.of("dog", "test")


def test_a_root_without_videos_is_refused(tmp_path: Path, video: Path) -> None:
    with pytest.raises(InputError, match="found no folder"):
        find_clips(tmp_path / "missing")
    with pytest.raises(InputError, match=r"found 0 videos .* none in its 0 folders"):
        find_clips(tmp_path)


def test_a_folder_of_nothing_but_videos_is_one_category_of_any_name(tmp_path: Path, video: Path) -> None:
    (tmp_path / "my_clips").mkdir()
    for name in "abc":
        shutil.copy(video, tmp_path / "my_clips" / f"{name}.mp4")
    assert find_clips(tmp_path / "my_clips").categories == ("my_clips",)
    named = find_clips(tmp_path / "my_clips", category="door")
    assert [(entry.category, entry.name) for entry in named.entries] == [("door", name) for name in "abc"]
    with pytest.raises(InputError, match=r"found the category .\.\./door.; expected one word"):
        find_clips(tmp_path / "my_clips", category="../door")


def test_a_root_of_broken_clips_alone_is_refused_with_a_reason(tmp_path: Path) -> None:
    (tmp_path / "cat").mkdir()
    (tmp_path / "cat" / "a.mp4").touch()
    with pytest.raises(InputError, match=r"found no usable clip in .*a\.mp4 is empty"):
        find_clips(tmp_path)


def test_a_category_of_broken_clips_alone_leaves_the_others_usable(root: Path) -> None:
    (root / "cat").mkdir()
    (root / "cat" / "a.mp4").touch()
    catalogue = find_clips(root)
    assert catalogue.categories == ("bird", "dog")
    assert len(catalogue.problems) == 1


def test_files_are_probed_once_until_they_change(
    root: Path, silent: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    probed: list[Path] = []
    monkeypatch.setattr(
        v2ra.clip_files,
        "probe_clip",
        lambda path: probed.append(path) or probe_clip(path),  # type: ignore[func-returns-value]
    )
    find_clips(root)
    assert len(probed) == 12
    find_clips(root)
    assert len(probed) == 12
    shutil.copy(silent, root / "dog" / "dog_5.mp4")
    assert [problem.path.name for problem in find_clips(root).problems] == ["dog_5.mp4"]
    assert len(probed) == 13


def test_the_real_clips_are_all_usable(shared: Path) -> None:
    catalogue = find_clips(shared / "real" / "clips")
    assert catalogue.problems == ()
    assert len(catalogue.entries) == 19
    assert {"bird", "cloth", "dog", "firework", "gravel", "plastic", "wood"} <= set(catalogue.categories)
