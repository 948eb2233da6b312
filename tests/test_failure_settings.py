"""Settings of the failure cases: every profile's file fits, and what does not is refused."""

from dataclasses import fields
from pathlib import Path

import pytest

from v2ra.degradations import DEGRADATIONS
from v2ra.errors import InputError
from v2ra.failure_settings import Severities, at_hand, read_failures
from v2ra.foley.categories import CATEGORIES
from v2ra.profiles import PROFILES

FOLDER = Path(__file__).resolve().parent.parent / "configs" / "failures"


@pytest.mark.parametrize("profile", PROFILES)
def test_every_profile_has_a_file_that_fits(profile: str) -> None:
    found = read_failures(FOLDER / f"{profile}.toml")
    for categories in (found.sweep.categories, found.mismatched.categories, found.mixed.categories):
        assert set(categories) <= set(CATEGORIES)


def test_every_degradation_has_severities_and_no_other_has() -> None:
    assert [entry.name for entry in fields(Severities)] == list(DEGRADATIONS)


def test_the_paper_s_pair_is_held_against_each_other_at_the_default_size() -> None:
    assert {"bird", "dog"} <= set(read_failures(FOLDER / "quick.toml").mismatched.categories)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[sweeps]", "found 'sweeps'"),
        ("[sweep]\nclips = 2", "found unknown key 'sweep.clips'"),
        ("[sweep.severities]\nfog = [1]", "found unknown key 'sweep.severities.fog'"),
        ("[sweep.severities]\ngain = [2, 1]", "found the severities .* of gain; expected .* ascending"),
        ("[sweep.severities]\ngain = [0, 1]", "expected one or more above 0"),
        ("[sweep.severities]\ngain = []", "expected one or more above 0"),
        ("[sweep.severities]\nocclusion = [2]", "found occlusion of severity 2"),
        ("[sweep.severities]\nlow_frame_rate = [1.5]", "expected a whole number"),
        ("[sweep]\nn_clips = -1", "found sweep.n_clips = -1"),
        ("[mixed]\nsteps_a_category = 0", "mixed.steps_a_category = 0"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "a.toml").write_text(text)
    with pytest.raises(InputError, match=message):
        read_failures(tmp_path / "a.toml")


def test_categories_that_are_not_there_give_way_to_those_that_are() -> None:
    known = ("door", "steps", "rain")
    assert at_hand(("steps", "door", "dog"), known) == ("steps", "door")
    assert at_hand(("bird", "dog"), known) == ("door", "steps")
    assert at_hand(("bird", "door"), known, n_least=2) == ("door", "steps")
    assert at_hand(("bird", "dog"), known[:1], n_least=2) == ("door",)
