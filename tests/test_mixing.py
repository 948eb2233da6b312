"""A mixed pack is its parts and nothing else."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from v2ra.catalogue import SPLITS
from v2ra.datasets import EncodedClip, Pack, load_pack, save_pack
from v2ra.errors import InputError
from v2ra.failure_settings import mixed_name
from v2ra.mixing import mixed_pack

DETAILS = {"features": {"name": "seeded"}, "which_frame": "last", "timing": {"frame_rate": 30}}
parts = st.lists(st.sampled_from(SPLITS), max_size=5)


def pack_of(category: str, splits: list[str]) -> Pack:
    """Return clips of ones, each with a number of its own."""
    clips = tuple(
        EncodedClip(
            f"clip{k}", split, np.full((3, 4), k, np.float16), np.full(9, k, np.int16), np.array([0.1 * k])
        )
        for k, split in enumerate(splits)
    )
    files = {clip.name: f"{category}/{clip.name}.mp4" for clip in clips}
    own = {"dataset_hash": category, "files": files, "detected": ["clip0"] if splits else [], "n_unusable": 2}
    return Pack(category, clips, {**DETAILS, **own, "left_out": [category], "layout": "plain"})


@given(first=parts, second=parts, third=parts)
def test_every_clip_is_there_once_in_the_part_that_it_had(
    first: list[str], second: list[str], third: list[str]
) -> None:
    packs = [pack_of(name, splits) for name, splits in zip("abc", (first, second, third), strict=True)]
    mixed = mixed_pack(packs)
    assert len(mixed.clips) == len({clip.name for clip in mixed.clips}) == sum(len(p.clips) for p in packs)
    for split in SPLITS:
        expected = [(f"{pack.category}/{clip.name}", clip) for pack in packs for clip in pack.part(split)]
        assert [clip.name for clip in mixed.part(split)] == [name for name, _ in expected]
        for found, (name, clip) in zip(mixed.part(split), expected, strict=True):
            assert found.features is clip.features
            assert found.sound is clip.sound
            assert found.event_times is clip.event_times
            assert mixed.details["files"][found.name] == f"{name}.mp4"


def test_details_are_those_of_all_and_say_from_which_data() -> None:
    first, second = pack_of("bird", ["train"]), pack_of("dog", ["test"])
    mixed = mixed_pack([first, second])
    assert mixed.category == mixed_name(["bird", "dog"]) == "bird+dog"
    assert {key: mixed.details[key] for key in DETAILS} == DETAILS
    assert mixed.details["detected"] == ["bird/clip0", "dog/clip0"]
    assert mixed.details["left_out"] == ["bird", "dog"]
    assert mixed.details["n_unusable"] == 4
    assert mixed.details["layout"] == "plain"
    hashes = {mixed_pack(packs).details["dataset_hash"] for packs in ([first, second], [second, first])}
    assert len(hashes) == 2


def test_a_mixed_pack_is_a_pack_on_disk_too(tmp_path: Path) -> None:
    mixed = mixed_pack([pack_of("bird", ["train", "test"]), pack_of("dog", ["validation"])])
    save_pack(mixed, tmp_path / "mixed.npz")
    again = load_pack(tmp_path / "mixed.npz")
    assert (again.category, again.details) == (mixed.category, mixed.details)
    assert [(clip.name, clip.split) for clip in again.clips] == [(c.name, c.split) for c in mixed.clips]
    np.testing.assert_array_equal(again.clips[1].features, mixed.clips[1].features)


@pytest.mark.parametrize("categories", [[], ["dog"], ["dog", "dog"], ["dog", "bird", "dog"]])
def test_fewer_than_two_categories_or_one_twice_are_refused(categories: list[str]) -> None:
    with pytest.raises(InputError, match="expected two or more categories, each once"):
        mixed_pack([pack_of(name, ["train"]) for name in categories])


@pytest.mark.parametrize("key", list(DETAILS))
def test_packs_that_were_made_in_different_ways_are_refused(key: str) -> None:
    other = pack_of("dog", ["train"])
    other = Pack("dog", other.clips, {**other.details, key: "another"})
    with pytest.raises(InputError, match=f"found packs whose {key} differ"):
        mixed_pack([pack_of("bird", ["train"]), other])
