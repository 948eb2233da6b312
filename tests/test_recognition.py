"""Layouts side by side in one folder."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from v2ra.catalogue import find_clips
from v2ra.config import Data
from v2ra.errors import InputError
from v2ra.recognition import categories_in, find_layouts


@pytest.fixture(scope="module")
def root(
    tmp_path_factory: pytest.TempPathFactory,
    make_greatest_hits: Callable[..., None],
    make_vegas: Callable[..., None],
    videos: dict[str, Path],
) -> Path:
    """Return the three sources of the paper: Greatest Hits, VEGAS, and a folder of birds."""
    root = tmp_path_factory.mktemp("paper")
    recordings = {f"2015-03-01-00-00-0{i}": ("clean", ("wood",) * 5) for i in range(4)}
    make_greatest_hits(root / "vis-data-256", recordings, test=["2015-03-01-00-00-00"])
    make_vegas(root / "VEGAS", {"dog": ["clean"] * 3, "drum": ["clean"]})
    (root / "bird").mkdir()
    for index in range(3):
        shutil.copy(videos["clean"], root / "bird" / f"bird_{index}.mp4")
    return root


def test_the_three_sources_of_the_paper_make_one_catalogue(root: Path) -> None:
    catalogue = find_clips(root)
    assert dict(catalogue.layouts) == {"bird": "plain folders", "dog": "VEGAS", "wood": "Greatest Hits"}
    assert catalogue.problems == catalogue.left_out == ()
    assert categories_in(root) == catalogue.categories


def test_an_official_split_is_one_of_the_categories_that_have_it(root: Path) -> None:
    catalogue = find_clips(root, settings=Data(split="official"))
    assert catalogue.official == ("wood",)
    assert catalogue.of("wood", "test")[0].name == "2015-03-01-00-00-00"
    assert {entry.split for entry in catalogue.of("bird")} == {"train", "validation", "test"}


def test_a_category_in_two_sources_is_taken_from_both(
    root: Path, tmp_path: Path, videos: dict[str, Path]
) -> None:
    shutil.copytree(root, tmp_path / "all")
    (tmp_path / "all" / "dog").mkdir()
    shutil.copy(videos["clean"], tmp_path / "all" / "dog" / "rex.mp4")
    shutil.copy(videos["clean"], tmp_path / "all" / "dog" / "video_00001.mp4")
    catalogue = find_clips(tmp_path / "all")
    assert catalogue.layouts["dog"] == "VEGAS + plain folders"
    assert [entry.name for entry in catalogue.of("dog")] == ["rex", *(f"video_0000{i}" for i in range(3))]
    (problem,) = catalogue.problems
    assert "another video_00001" in problem.reason


def test_recordings_sorted_into_a_folder_by_hand_are_plain(
    tmp_path: Path, make_greatest_hits: Callable[..., None]
) -> None:
    make_greatest_hits(tmp_path / "door", {"2015-03-01-00-00-00": ("clean", ("wood",) * 5)})
    for name in ("train.txt", "test.txt"):
        (tmp_path / "door" / name).unlink()
    (layout,) = find_layouts(tmp_path)
    assert (layout.name, list(layout.videos)) == ("plain folders", ["door"])


def test_a_category_of_broken_clips_alone_is_not_listed(tmp_path: Path, videos: dict[str, Path]) -> None:
    for name in ("cat", "dog"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.mp4").touch()
    with pytest.raises(InputError, match="found no usable clip"):
        categories_in(tmp_path)
    shutil.copy(videos["clean"], tmp_path / "dog" / "b.mp4")
    assert categories_in(tmp_path) == ("dog",)
