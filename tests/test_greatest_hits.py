"""The layout of Greatest Hits: what is recognised, by which material, and the makers' own split."""

import gzip
import shutil
from collections import Counter
from collections.abc import Callable
from csv import DictReader
from itertools import groupby
from pathlib import Path

import pytest

from v2ra.catalogue import find_clips
from v2ra.clean_rule import Clean
from v2ra.config import Data
from v2ra.contacts import Contact, read_times, write_times
from v2ra.errors import InputError
from v2ra.foley.categories import IMPACT_CATEGORIES
from v2ra.greatest_hits import find_greatest_hits, main_material, material_share, mixed_contacts

WOOD = ("wood",) * 5
RECORDINGS = {
    "2015-02-16-16-49-06": ("clean", ("cloth", "cloth", "None", "cloth", "cloth")),
    "2015-10-03-14-17-02-490": ("clean", WOOD),
    "2015-10-03-14-17-02-491": ("clean", ("wood", "wood", "wood", "tile", "None")),
    "2015-10-03-14-17-02-491-2": ("clean", ("None",) * 5),
    "2015-10-03-14-17-02-492": ("noisy", WOOD),
    "2015-10-03-14-17-02-493": ("clean", ("metal",) * 5),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, make_greatest_hits: Callable[..., None]) -> Path:
    """Return a miniature of the low-resolution release."""
    folder = tmp_path_factory.mktemp("gh") / "vis-data-256"
    make_greatest_hits(folder, RECORDINGS, test=["2015-10-03-14-17-02-490"])
    return folder


def test_recordings_are_sorted_by_their_main_material(folder: Path) -> None:
    layout = find_greatest_hits(folder)
    assert layout is not None
    assert {material: len(videos) for material, videos in layout.videos.items()} == {
        "cloth": 1,
        "metal": 1,
        "wood": 3,
    }
    assert layout.of_the_paper == IMPACT_CATEGORIES
    assert set(layout.official) == set(RECORDINGS)


def test_sound_and_contacts_beside_a_recording_are_taken(folder: Path) -> None:
    (entry,) = find_clips(folder, category="cloth").entries
    name = "2015-02-16-16-49-06"
    assert (entry.name, entry.wav_path) == (name, folder / f"{name}_denoised.wav")
    assert entry.times_path is not None
    contacts = read_times(entry.times_path)
    assert contacts[2] == Contact(0.4, "None", "hit", "static")  # the word, not a missing value


def test_the_categories_of_the_paper_are_listed_and_others_where_they_are_named(folder: Path) -> None:
    assert find_clips(folder).categories == ("cloth", "wood")
    assert find_clips(folder, category="metal").categories == ("metal",)
    with pytest.raises(InputError, match="no category 'door'; expected one of cloth, metal, wood"):
        find_clips(folder, category="door")


def test_the_denoised_sound_comes_before_the_raw_one(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path / "vis-data")
    for path in (tmp_path / "vis-data").glob("*_denoised.*"):
        shutil.copy(path, path.with_name(path.name.replace("_denoised", "_mic")))
    catalogue = find_clips(tmp_path / "vis-data")
    assert catalogue.problems == ()
    assert {entry.path.stem.split("_")[1] for entry in catalogue.entries} == {"denoised"}


def test_a_recording_without_readable_contacts_is_a_problem(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path / "vis-data")
    (tmp_path / "vis-data" / "2015-10-03-14-17-02-490_times.txt").write_text("soon wood hit static\n")
    (tmp_path / "vis-data" / "2015-10-03-14-17-02-491_times.txt").unlink()
    catalogue = find_clips(tmp_path / "vis-data", rule=Clean(apply=False))
    assert [problem.path.stem[:23] for problem in catalogue.problems] == [
        "2015-10-03-14-17-02-490",
        "2015-10-03-14-17-02-491",
    ]


def test_the_official_split_is_honoured_when_it_is_asked_for(folder: Path) -> None:
    catalogue = find_clips(folder, settings=Data(split="official"), rule=Clean(apply=False))
    splits = {entry.name: entry.split for entry in catalogue.of("wood")}
    assert splits.pop("2015-10-03-14-17-02-490") == "test"
    assert set(splits.values()) <= {"train", "validation"}
    assert catalogue.official == ("cloth", "wood")
    assert find_clips(folder).official == ()


def test_a_clip_in_no_list_is_a_problem_and_a_clip_in_both_is_refused(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path / "vis-data")
    lists = tmp_path / "vis-data" / "train.txt"
    lists.write_text(lists.read_text().replace("2015-02-16-16-49-06\n", ""))
    official = Data(split="official")
    catalogue = find_clips(tmp_path / "vis-data", settings=official)
    assert [problem.path.stem[:19] for problem in catalogue.problems] == ["2015-02-16-16-49-06"]
    assert "in no list" in catalogue.problems[0].reason
    lists.write_text(lists.read_text() + "2015-10-03-14-17-02-490\n")
    with pytest.raises(InputError, match="found 2015-10-03-14-17-02-490 in both lists"):
        find_clips(tmp_path / "vis-data", settings=official)
    lists.unlink()
    with pytest.raises(InputError, match=r"found no .*train\.txt; expected it beside the other list"):
        find_clips(tmp_path / "vis-data", settings=official)


def test_an_official_split_without_lists_is_refused(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path / "vis-data", ignore=shutil.ignore_patterns("t*.txt"))
    with pytest.raises(InputError, match="found no lists of an official split"):
        find_clips(tmp_path / "vis-data", settings=Data(split="official"))


def test_of_two_materials_that_are_equally_frequent_the_first_counts() -> None:
    contacts = [Contact(0, "wood"), Contact(1, "cloth"), Contact(2, "None")]
    assert main_material(contacts) == "cloth"
    assert material_share(contacts, "cloth") == 0.5
    assert main_material([Contact(0)]) == main_material([]) == "None"
    assert material_share([], "cloth") == 0


@pytest.mark.parametrize(
    ("materials", "key"),
    [
        (["wood"] * 4, "clean.min_contacts"),
        (["wood"] * 4 + ["None"] * 5, "clean.max_unknown_share"),
        (["wood"] * 4 + ["tile"] * 5, "clean.min_material_share"),
        (["wood"] * 5 + ["None"] * 5, ""),  # just within each limit
        (["wood"] * 4 + ["tile"] * 4, ""),
        (["wood"] * 5, ""),
    ],
)
def test_a_recording_that_does_not_suit_names_the_key(materials: list[str], key: str) -> None:
    reason = mixed_contacts([Contact(i, material) for i, material in enumerate(materials)], "wood", Clean())
    assert (f"({key})" in reason) if key else reason == ""


def test_the_annotations_of_the_whole_set_leave_the_paper_enough_to_choose_from(shared: Path) -> None:
    with gzip.open(shared / "real" / "greatest_hits_contacts.csv.gz", "rt") as file:
        rows = list(DictReader(file))
    counts: Counter[str] = Counter()
    for _, group in groupby(rows, key=lambda row: row["video"]):
        contacts = [Contact(float(row["time_s"]), row["material"], row["action"]) for row in group]
        material = main_material(contacts)
        counts[material] += not mixed_contacts(contacts, material, Clean())
    # Counted with pandas from the same table; the paper chose 10 to 30 a category.
    assert {name: counts[name] for name in IMPACT_CATEGORIES} == {
        "cloth": 88,
        "wood": 127,
        "gravel": 10,
        "plastic": 44,
    }


def test_real_excerpts_are_read_in_the_layout(shared: Path, tmp_path: Path) -> None:
    with (shared / "real" / "clips" / "gh_events.csv").open() as file:
        rows = list(DictReader(file))
    for (name, clip), group in groupby(rows, key=lambda row: (row["gh_video"], row["file"])):
        shutil.copy(shared / "real" / "clips" / clip, tmp_path / f"{name}_denoised.mp4")
        contacts = [Contact(float(row["time_s"]), row["material"], row["action"]) for row in group]
        write_times(tmp_path / f"{name}_times.txt", contacts)
    layout = find_greatest_hits(tmp_path)
    assert layout is not None
    assert {"cloth", "plastic"} <= set(layout.videos)
    catalogue = find_clips(tmp_path, rule=Clean(min_contacts=2))
    assert catalogue.problems == ()
    assert {entry.name for entry in catalogue.of("cloth")} == {"2015-03-25-00-37-48", "2015-10-03-13-39-43-1"}
