"""Names of profiles: a size, and a split behind it."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from v2ra.errors import InputError
from v2ra.job_limits import job_limits
from v2ra.profiles import KINDS, PROFILES, check_profile, profile_files, profile_name, size_of

ROOT = Path(__file__).resolve().parent.parent


@given(st.sampled_from(PROFILES), st.sampled_from(KINDS))
def test_a_name_gives_its_size_back_and_every_one_of_its_files_is_there(size: str, split: str) -> None:
    name = profile_name(size, split)
    assert size_of(name) == size
    assert (name == size) == (split == "random")
    assert profile_name(name, split) == name
    check_profile(name, data="clips")
    assert all(path.is_file() for path in profile_files(name, ROOT / "configs"))


@pytest.mark.parametrize(
    ("profile", "data", "named"),
    [
        ("fast", "clips", "profile 'fast'; expected one of tour, smoke, quick, paper"),
        ("quick-", "clips", "profile 'quick-'; expected quick, or quick-official"),
        ("quick-random", "clips", "profile 'quick-random'; expected quick, or quick-official"),
        ("quick-official", "", "official split without a folder of clips"),
    ],
)
def test_a_profile_that_means_nothing_is_refused(profile: str, data: str, named: str) -> None:
    with pytest.raises(InputError, match=named):
        check_profile(profile, data=data)


def test_an_unknown_split_is_refused() -> None:
    with pytest.raises(InputError, match=re.escape("found split 'theirs'; expected one of random, official")):
        profile_name("quick", "theirs")


def test_a_split_changes_no_limit_of_a_job() -> None:
    assert job_limits("train", "paper-official") == job_limits("train", "paper")
    assert job_limits("train", "paper-official") != job_limits("train", "quick-official")
