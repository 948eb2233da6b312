"""Tests of the split into training, validation and test."""

import os

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from v2ra.errors import InputError
from v2ra.splits import SPLITS, assign_splits, official_splits, split_of

SHARES = {"test_share": 0.25, "validation_share": 0.2}
names = st.text(st.characters(codec="utf-8"), max_size=8)
seeds = st.integers(0, 1000)


def test_the_shares_of_many_names_are_those_asked_for() -> None:
    splits = [split_of(f"video_{i:05d}", seed=0, **SHARES) for i in range(4000)]
    shares = {part: splits.count(part) / 4000 for part in SPLITS}
    # binomial with 4000 draws: a standard deviation is below 0.8 %, and the tolerance four of them
    assert shares == pytest.approx({"train": 0.55, "validation": 0.2, "test": 0.25}, abs=0.03)


def test_another_seed_gives_another_independent_split() -> None:
    both = [
        split_of(f"video_{i}", seed=0, **SHARES) == split_of(f"video_{i}", seed=1, **SHARES) == "test"
        for i in range(4000)
    ]
    assert np.mean(both) == pytest.approx(0.25**2, abs=0.02)  # five standard deviations of 0.4 %


def test_the_split_of_a_name_is_the_same_on_every_machine() -> None:
    # `printf 0:rex | sha256sum` begins 09ca (0.04), of f 49f4 (0.29), of a 9df3 (0.62), of b e021 (0.88)
    found = {name: split_of(name, seed=0, **SHARES) for name in ("rex", "f", "a", "b")}
    assert found == {"rex": "test", "f": "validation", "a": "train", "b": "train"}


def test_a_file_name_that_is_no_text_has_a_part_too() -> None:
    name = os.fsdecode(b"caf\xe9")  # Latin-1 in a system of UTF-8
    assert split_of(name, seed=0, **SHARES) in SPLITS


@given(st.sets(names), seeds)
def test_every_clip_is_in_one_part(clips: set[str], seed: int) -> None:
    splits = assign_splits(clips, seed=seed, **SHARES)
    assert set(splits) == clips
    assert set(splits.values()) <= set(SPLITS)


@given(st.sets(names, min_size=3), seeds)
def test_no_part_is_empty_from_three_clips_on(clips: set[str], seed: int) -> None:
    assert set(assign_splits(clips, seed=seed, **SHARES).values()) == set(SPLITS)


@given(st.sets(names, max_size=2), seeds)
def test_one_or_two_clips_stay_where_their_hash_puts_them(clips: set[str], seed: int) -> None:
    splits = assign_splits(clips, seed=seed, **SHARES)
    assert splits == {name: split_of(name, seed=seed, **SHARES) for name in clips}


@given(st.sets(names), st.sets(names), seeds)
def test_clips_that_are_added_move_no_other_unless_a_part_was_empty(
    clips: set[str], added: set[str], seed: int
) -> None:
    before = assign_splits(clips, seed=seed, **SHARES)
    after = assign_splits(clips | added, seed=seed, **SHARES)
    by_hash = {name: split_of(name, seed=seed, **SHARES) for name in clips}
    moved = {name for name in clips if before[name] != after[name]}
    if set(by_hash.values()) == set(SPLITS):
        assert not moved
    # who moves was or is the one clip that stands in for an empty part
    assert all(by_hash[name] != before[name] or by_hash[name] != after[name] for name in moved)
    assert len(moved) <= 4


@given(st.sets(names, min_size=3), seeds)
def test_the_clip_that_is_moved_lies_nearest(clips: set[str], seed: int) -> None:
    splits = assign_splits(clips, seed=seed, test_share=0.0, validation_share=1e-12)  # nobody's by hash
    (validation,) = (name for name, part in splits.items() if part == "validation")
    for end in np.linspace(0, 1, 9)[1:-1]:  # whoever lies below an end, the nearest to 0 does as well
        below = [
            name for name in clips if split_of(name, seed=seed, test_share=end, validation_share=0) == "test"
        ]
        assert not below or validation in below


def test_a_share_of_zero_wants_no_clip() -> None:
    splits = assign_splits([f"clip_{i}" for i in range(20)], seed=0, test_share=0, validation_share=0)
    assert set(splits.values()) == {"train"}


@pytest.mark.parametrize(("test", "validation"), [(-0.1, 0.2), (0.5, 0.5), (1.0, 0.0), (float("nan"), 0.0)])
def test_shares_that_leave_nothing_for_training_are_refused(test: float, validation: float) -> None:
    with pytest.raises(InputError, match="together below 1"):
        split_of("clip", seed=0, test_share=test, validation_share=validation)


def test_an_official_test_part_stays_and_validation_has_its_share_of_all_clips() -> None:
    official = {f"video_{i:05d}": "test" if i % 4 == 0 else "train" for i in range(4000)}
    splits = official_splits(official, seed=0, **SHARES)
    assert {name for name, part in splits.items() if part == "test"} == {
        name for name, part in official.items() if part == "test"
    }
    # 0.2 of all are 0.27 of what is not tested; a standard deviation of 3000 draws is 0.6 % of all.
    assert list(splits.values()).count("validation") / 4000 == pytest.approx(0.2, abs=0.024)
