"""Which clips of a collection are chosen, and what is said of the others."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from v2ra.catalogue import find_clips
from v2ra.clean_rule import Clean
from v2ra.config import Data
from v2ra.errors import InputError

PURE, MIXED = ("wood",) * 6, ("wood",) * 4 + ("tile",) * 2
RECORDINGS = {
    **{f"2015-03-01-00-00-0{i}": ("clean", PURE) for i in range(4)},
    **{f"2015-03-02-00-00-0{i}": ("clean", MIXED) for i in range(2)},
    "2015-03-03-00-00-00": ("noisy", PURE),
    "2015-03-03-00-00-01": ("music", PURE),
    "2015-03-03-00-00-02": ("clean", ("wood", "wood")),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, make_greatest_hits: Callable[..., None]) -> Path:
    """Return nine recordings of wood, three of them not clean."""
    folder = tmp_path_factory.mktemp("choice") / "vis-data"
    make_greatest_hits(folder, RECORDINGS)
    return folder


def names(root: Path, rule: Clean, seed: int = 0) -> list[str]:
    """Return the names of the clips that are chosen."""
    catalogue = find_clips(root, category="wood", rule=rule, settings=Data(split_seed=seed))
    return [entry.name for entry in catalogue.entries]


def test_what_is_not_clean_is_left_out_with_its_key(folder: Path) -> None:
    catalogue = find_clips(folder, category="wood")
    assert [entry.name for entry in catalogue.entries] == [*RECORDINGS][:6]
    keys = {problem.path.stem[:19]: problem.reason.split("(")[-1] for problem in catalogue.left_out}
    assert keys == {
        "2015-03-03-00-00-00": "clean.min_snr_db)",
        "2015-03-03-00-00-01": "clean.max_tone_share)",
        "2015-03-03-00-00-02": "clean.min_contacts)",
    }
    assert catalogue.problems == ()


def test_without_the_rule_every_recording_is_chosen(folder: Path) -> None:
    assert names(folder, Clean(apply=False)) == [*RECORDINGS]


def test_the_purest_come_first_and_the_rest_is_listed(folder: Path) -> None:
    catalogue = find_clips(folder, category="wood", rule=Clean(max_clips=4))
    assert [entry.name for entry in catalogue.entries] == [*RECORDINGS][:4]
    enough = [problem for problem in catalogue.left_out if "(clean.max_clips)" in problem.reason]
    assert {problem.path.stem[:19] for problem in enough} == {*[*RECORDINGS][4:6]}
    assert len(catalogue.left_out) == 5


def test_the_choice_is_random_by_its_seed_and_repeats(folder: Path) -> None:
    draws = {seed: names(folder, Clean(max_clips=2), seed) for seed in range(8)}
    assert len({tuple(draw) for draw in draws.values()}) > 1
    assert draws == {seed: names(folder, Clean(max_clips=2), seed) for seed in range(8)}


def test_a_clip_that_is_added_changes_the_choice_by_one_at_most(
    folder: Path, tmp_path: Path, make_greatest_hits: Callable[..., None]
) -> None:
    shutil.copytree(folder, tmp_path / "vis-data")
    make_greatest_hits(tmp_path / "vis-data", {"2015-04-01-00-00-00": ("clean", PURE)})
    before, after = (set(names(root, Clean(max_clips=3))) for root in (folder, tmp_path / "vis-data"))
    assert len(before & after) >= 2


def test_broken_recordings_are_problems_and_take_no_place(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path / "vis-data")
    for index in range(2):
        (tmp_path / "vis-data" / f"2015-03-01-00-00-0{index}_denoised.mp4").write_text("no video")
    catalogue = find_clips(tmp_path / "vis-data", category="wood", rule=Clean(max_clips=4))
    assert len(catalogue.entries) == 4
    assert {problem.path.stem[:19] for problem in catalogue.problems} == {*[*RECORDINGS][:2]}


def test_a_rule_that_leaves_nothing_is_refused_with_a_reason(folder: Path) -> None:
    with pytest.raises(
        InputError, match=r"no usable clip .* \(clean\.min_contacts\) \(9 such lines in all\)"
    ):
        find_clips(folder, category="wood", rule=Clean(min_contacts=50))


def test_clips_of_a_plain_folder_are_chosen_already(tmp_path: Path, videos: dict[str, Path]) -> None:
    (tmp_path / "wood").mkdir()
    for kind, path in videos.items():
        shutil.copy(path, tmp_path / "wood" / f"{kind}.mp4")
    catalogue = find_clips(tmp_path)
    assert len(catalogue.entries) == 3
    assert catalogue.left_out == ()
