"""What a folder of clips lacks is said before the work, in one line."""

from collections.abc import Callable
from pathlib import Path

import pytest

from v2ra.catalogue import Catalogue, Entry
from v2ra.errors import InputError
from v2ra.readiness import notes_of, readiness
from v2ra.workspace import Workspace


def catalogue(official: bool = False, **parts: str) -> Catalogue:
    """Return clips of some categories: a letter a clip, t for test, v for validation, l for learning."""
    named = {"t": "test", "v": "validation", "l": "train"}
    entries = tuple(
        Entry(Path(f"{name}{i}.mp4"), name, f"{name}{i}", None, None, named[letter])
        for name, letters in parts.items()
        for i, letter in enumerate(letters)
    )
    return Catalogue(entries, official=tuple(parts) if official else ())


def test_nothing_is_said_of_categories_that_have_all_they_need() -> None:
    assert notes_of(catalogue(wood="lvtt", cloth="ltt"), ("cloth", "wood")) == []


def test_a_category_that_is_not_used_and_one_with_a_single_test_clip_are_named() -> None:
    lines = notes_of(catalogue(wood="lvt", gravel="v"), ("wood",))
    assert lines == [
        "left out: gravel: clips 1, the least are 3 (one a part)",
        "note: wood has one test clip: its scores have no mismatched control and no interval",
    ]


@pytest.mark.parametrize(
    ("parts", "official", "named"),
    [
        ("ttt", False, r"found 3 clean clips of wood, none of them in the train part of the random split"),
        ("llv", True, r"found 3 clean clips of wood, none of them in the test part of the official split"),
        ("", False, r"found 0 clean clips of wood"),
    ],
)
def test_a_category_without_clips_to_learn_or_to_test_is_refused(
    parts: str, official: bool, named: str
) -> None:
    with pytest.raises(InputError, match=named) as refusal:
        notes_of(catalogue(official, wood=parts), ("wood",))
    assert "\n" not in str(refusal.value)


def test_one_clip_to_train_on_is_too_few_where_other_systems_are_fitted_and_there_alone() -> None:
    found = catalogue(dog="lvtt", wood="llvtt")
    assert notes_of(found, ("dog", "wood"), fitted=("wood",)) == []
    assert notes_of(found, ("dog", "wood")) == []
    with pytest.raises(
        InputError, match=r"found one clip of dog to train on; .* `v2ra train --category dog`"
    ) as e:
        notes_of(found, ("dog", "wood"), fitted=("dog", "wood"))
    assert "\n" not in str(e.value)


def test_a_folder_is_looked_at_by_its_layout_and_too_few_clips_are_left_out(
    tmp_path: Path, make_greatest_hits: Callable[..., None]
) -> None:
    clips = {f"2015-03-01-00-00-0{i}": ("clean", ("wood",) * 5) for i in range(4)}
    make_greatest_hits(tmp_path / "vis", clips | {"2015-03-02-00-00-00": ("clean", ("gravel",) * 5)})
    workspace = Workspace("smoke", str(tmp_path / "vis"), str(tmp_path / "runs"))
    assert workspace.categories == ("wood",)
    assert readiness(workspace)[0] == "left out: gravel: clips 1, the least are 3 (one a part)"
    noisy = {f"2015-03-01-00-00-0{i}": ("noisy", ("wood",) * 5) for i in range(4)}
    make_greatest_hits(tmp_path / "noisy", noisy | {"2015-03-02-00-00-00": ("clean", ("wood",) * 5)})
    with pytest.raises(InputError, match="found 1 clean clips of wood, none of them in the"):
        readiness(Workspace("smoke", str(tmp_path / "noisy"), str(tmp_path / "runs")))


def test_packs_that_are_there_are_not_looked_for_again(tmp_path: Path) -> None:
    from tests.test_few_clips import write_clips

    write_clips(tmp_path / "data" / "door", 3)
    workspace = Workspace("smoke", str(tmp_path / "data"), str(tmp_path / "runs"))
    with pytest.raises(InputError, match="found one clip of door to train on; expected two or more"):
        readiness(workspace)
    assert readiness(workspace, ["05_generation"]) == [
        "note: door has one test clip: its scores have no mismatched control and no interval"
    ]
    workspace.pack_path("door").parent.mkdir(parents=True)
    workspace.pack_path("door").touch()
    assert readiness(workspace) == []
