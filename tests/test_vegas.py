"""The layouts of VEGAS and VAS: classes, numbers, lists."""

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from v2ra.catalogue import find_clips
from v2ra.clean_rule import Clean
from v2ra.clips import write_waveform
from v2ra.config import Data
from v2ra.vegas import find_vegas

EVERY = Clean(apply=False)
CLIPS = {"dog": ["clean"] * 4, "fireworks": ["clean"] * 3, "drum": ["clean"]}


@pytest.fixture(scope="module")
def vegas(tmp_path_factory: pytest.TempPathFactory, make_vegas: Callable[..., None]) -> Path:
    """Return a miniature of VEGAS."""
    root = tmp_path_factory.mktemp("sets") / "VEGAS"
    make_vegas(root, CLIPS)
    return root


@pytest.fixture(scope="module")
def vas(tmp_path_factory: pytest.TempPathFactory, make_vas: Callable[..., None]) -> Path:
    """Return a miniature of VAS."""
    root = tmp_path_factory.mktemp("sets") / "VAS"
    make_vas(root, CLIPS)
    return root


@pytest.mark.parametrize("inside", ["", "data"])
def test_vegas_is_found_from_its_folder_and_from_the_one_within(vegas: Path, inside: str) -> None:
    layout = find_vegas(vegas / inside)
    assert layout is not None
    assert (layout.name, sorted(layout.videos)) == ("VEGAS", ["dog", "drum", "firework"])
    assert layout.official == {}


@pytest.mark.parametrize("inside", ["", "videos"])
def test_vas_is_found_from_its_folder_and_from_the_one_within(vas: Path, inside: str) -> None:
    layout = find_vegas(vas / inside)
    assert layout is not None
    assert (layout.name, sorted(layout.videos)) == ("VAS", ["dog", "drum", "firework"])
    assert layout.official_part("dog", "video_00003") == "test"
    assert layout.official_part("dog", "video_00002") == "train"
    assert layout.official_part("firework", "video_00002") == "test"  # numbers repeat from class to class


def test_the_categories_of_the_paper_are_listed_under_its_names(vegas: Path) -> None:
    catalogue = find_clips(vegas, rule=EVERY)
    assert catalogue.categories == ("dog", "firework")
    assert dict(catalogue.layouts) == {"dog": "VEGAS", "firework": "VEGAS"}
    assert find_clips(vegas, category="drum").categories == ("drum",)


def test_the_official_lists_of_vas_are_honoured(vas: Path) -> None:
    catalogue = find_clips(vas, settings=Data(split="official"), rule=EVERY)
    splits = {entry.name: entry.split for entry in catalogue.of("dog")}
    assert splits.pop("video_00003") == "test"
    assert set(splits.values()) == {"train", "validation"}


def test_sound_that_somebody_took_out_is_taken(vegas: Path, tmp_path: Path) -> None:
    shutil.copytree(vegas, tmp_path / "VEGAS")
    audios = tmp_path / "VEGAS" / "data" / "dog" / "audios"
    audios.mkdir()
    write_waveform(audios / "video_00001.wav", np.full(8820, 0.1, np.float32), sample_rate=44_100)
    entries = find_clips(tmp_path / "VEGAS", category="dog", rule=EVERY).entries
    assert [entry.wav_path for entry in entries] == [None, audios / "video_00001.wav", None, None]


def test_a_folder_of_other_names_is_a_plain_one(tmp_path: Path, videos: dict[str, Path]) -> None:
    (tmp_path / "dog").mkdir()
    shutil.copy(videos["clean"], tmp_path / "dog" / "rex.mp4")
    shutil.copy(videos["clean"], tmp_path / "dog" / "video_00001.mp4")
    assert find_vegas(tmp_path) is None
    assert find_clips(tmp_path).layouts["dog"] == "plain folders"


def test_real_vegas_clips_are_read_in_the_layout(shared: Path, tmp_path: Path) -> None:
    clips = shared / "real" / "clips"
    for label, clip in (("dog", "dog/vas_dog_02677"), ("fireworks", "firework/vas_fireworks_02997")):
        folder = tmp_path / "VEGAS" / "data" / label / "videos"
        folder.mkdir(parents=True)
        shutil.copy(clips / f"{clip}.mp4", folder / f"video_{clip[-5:]}.mp4")
    catalogue = find_clips(tmp_path / "VEGAS")
    assert [(entry.category, entry.name) for entry in catalogue.entries] == [
        ("dog", "video_02677"),
        ("firework", "video_02997"),
    ]
    assert catalogue.problems == catalogue.left_out == ()
