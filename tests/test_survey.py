"""Tests of what is counted in a folder of clips, and of the real gaps."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from v2ra.catalogue import find_clips
from v2ra.contacts import Contact, write_times
from v2ra.errors import InputError
from v2ra.foley.categories import IMPACT_CATEGORIES, MIN_GAP_SECONDS
from v2ra.foley.events import MAX_GAP_SECONDS, draw_events
from v2ra.listening import find_example, play_entry
from v2ra.muxing import write_video
from v2ra.survey import event_gaps, event_times, real_gap_quartiles, real_gap_share, survey

ANNOTATION_STEP = 1 / 15  # s; the real contacts are annotated on a grid about this wide


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return three wood clips, two of them with events, and a dog clip without."""
    root = tmp_path_factory.mktemp("clips")
    events = {"wood/a": [0.2, 0.5], "wood/b": [0.1], "wood/c": None, "dog/d": None}
    for name, times in events.items():
        (root / name).parent.mkdir(exist_ok=True)
        write_video(root / f"{name}.mp4", np.zeros((24, 64, 64, 3), np.uint8), np.zeros(35_280, np.float32))
        if times is not None:
            write_times(root / f"{name}_times.txt", [Contact(seconds, "wood", "hit") for seconds in times])
    return root


def test_clips_seconds_events_and_parts_are_counted_by_category(folder: Path) -> None:
    table = survey(find_clips(folder), data="made by hand").set_index("category")
    assert table["clips"].to_dict() == {"dog": 1, "wood": 3}
    assert table["events"].to_dict() == {"dog": 0, "wood": 3}
    assert table["seconds"].to_dict() == pytest.approx({"dog": 0.8, "wood": 2.4})
    assert (table[["train", "validation", "test"]].sum(axis=1) == table["clips"]).all()
    assert set(table["data"]) == {"made by hand"}


def test_gaps_do_not_reach_from_one_clip_into_the_next(folder: Path) -> None:
    assert event_gaps(find_clips(folder), "wood") == pytest.approx([0.3])
    assert event_gaps(find_clips(folder), "dog").size == 0


def test_events_are_in_order_of_time_whatever_the_file_says(folder: Path, tmp_path: Path) -> None:
    write_times(tmp_path / "a_times.txt", [Contact(2.0), Contact(1.0)])
    entry = replace(find_clips(folder).entries[0], times_path=tmp_path / "a_times.txt")
    assert event_times(entry).tolist() == [1.0, 2.0]


@pytest.mark.parametrize("category", IMPACT_CATEGORIES)
def test_the_share_of_real_gaps_grows_from_nothing_to_all_of_them(category: str) -> None:
    share = real_gap_share(category, np.linspace(0, 30, 500))
    assert share[0] == 0
    assert (np.diff(share) >= 0).all()
    assert share[-1] == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize("category", IMPACT_CATEGORIES)
def test_the_fit_passes_the_annotated_quartiles_within_a_step_of_the_annotation(category: str) -> None:
    for share, seconds in zip((0.25, 0.5, 0.75), real_gap_quartiles(category), strict=True):
        low, high = real_gap_share(category, [seconds - ANNOTATION_STEP, seconds + ANNOTATION_STEP])
        assert low < share < high


@pytest.mark.parametrize("category", IMPACT_CATEGORIES)
def test_synthetic_gaps_follow_the_fit_between_the_two_limits(category: str) -> None:
    rng = np.random.default_rng(3)
    clips = [draw_events(category, n_seconds=60, rng=rng) for _ in range(150)]
    gaps = np.sort(np.concatenate([np.diff([event.seconds for event in events]) for events in clips]))
    assert real_gap_share(category, [MIN_GAP_SECONDS, MAX_GAP_SECONDS], limited=True).tolist() == [0, 1]
    expected = real_gap_share(category, gaps, limited=True)
    found = np.arange(1, len(gaps) + 1) / len(gaps)
    # Quick clips hold more gaps than slow ones and gaps over the end are lost: both favour short gaps by
    # a few per cent of the shares.
    assert np.abs(found - expected).max() < 0.12


def test_quartiles_of_a_category_without_contacts_are_refused() -> None:
    with pytest.raises(InputError, match="found 'dog'; expected one of cloth, wood"):
        real_gap_quartiles("dog")


def test_an_example_is_of_the_category_or_says_that_it_is_not(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    catalogue = find_clips(folder)
    assert find_example(catalogue, "wood").name == "a"
    assert capsys.readouterr().out == ""
    assert find_example(catalogue, "firework").category == "dog"
    assert "no firework in this set: dog is shown" in capsys.readouterr().out


def test_a_player_of_a_clip_marks_its_events_and_leaves_out_those_after_its_end(
    folder: Path, tmp_path: Path
) -> None:
    entry = find_clips(folder, category="wood").entries[0]
    assert "wood: a" in play_entry(entry).document
    write_times(tmp_path / "late_times.txt", [Contact(0.25), Contact(5.0)])
    page = play_entry(replace(entry, times_path=tmp_path / "late_times.txt")).document
    assert "1 event times" in page
