"""`v2ra study` from the command line: a plan, a dry run, exports, and one line for whatever cannot be used."""

import json
import re
import sqlite3
import sys
import warnings
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
import yaml

from v2ra import cli
from v2ra.study.plan import Plan
from v2ra.study.plan_file import read_plan
from v2ra.study.reporting import DRY_RUN
from v2ra.study.store import Store

MakeStudy = Callable[..., Plan]
Outcome = tuple[int, str, str]
Call = Callable[..., Outcome]


@pytest.fixture
def study(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Call:
    """Return a function that runs `v2ra study` in this process: status, output, errors."""

    def run(*arguments: object) -> Outcome:
        monkeypatch.setattr(sys, "argv", ["v2ra", "study", *map(str, arguments)])
        monkeypatch.setattr(warnings, "showwarning", warnings.showwarning)
        capfd.readouterr()
        with pytest.raises(SystemExit) as left:
            cli.main()
        return int(left.value.code or 0), *capfd.readouterr()

    return run


def refused(outcome: Outcome, named: str) -> None:
    """Check the one line of bad input."""
    status, out, err = outcome
    assert status == 2, outcome
    assert re.fullmatch(r"error: [^\n]+\n", err), err
    assert re.search(named, err), err
    assert out == ""


@pytest.fixture
def folder(tmp_path: Path, study_clips: Path, study: Call) -> Path:
    """Return the folder of a study made by the command line."""
    options = ["--out", tmp_path / "study", "--listeners", 4, "--repeats", 2, "--per-category", 2]
    status, out, _ = study("plan", study_clips, *options, "--pair", "tuned:real", "--json")
    assert status == 0
    figures = json.loads(out)
    assert {
        name: figures[name] for name in ("n_items", "n_pairs", "n_training", "n_listeners", "n_steps")
    } == {
        "n_items": 12,
        "n_pairs": 4,
        "n_training": 3,
        "n_listeners": 4,
        "n_steps": 29,
    }
    return tmp_path / "study"


def test_a_plan_says_what_it_holds_and_what_comes_next(
    study: Call, study_clips: Path, tmp_path: Path
) -> None:
    (tmp_path / "consent.txt").write_text("Please listen for {minutes} minutes.")
    status, out, _ = study(
        "plan",
        study_clips,
        "--out",
        tmp_path / "s",
        "--question",
        "clarity",
        "--consent",
        tmp_path / "consent.txt",
    )
    assert status == 0
    where = re.escape(str(tmp_path / "s"))
    assert re.fullmatch(
        rf"wrote {where}: 12 items, 0 pairs, 3 to practise, 20 listeners, about \d+ minutes each; "
        rf"next: v2ra study serve {where}\n",
        out,
    )
    plan = read_plan(tmp_path / "s")
    assert (plan.questions, plan.consent) == (("clarity",), "Please listen for {minutes} minutes.")


def test_a_dry_run_is_marked_and_leaves_peoples_ratings_alone(folder: Path, study: Call) -> None:
    status, out, _ = study("report", folder, "--simulated")
    assert status == 0
    assert out.startswith(DRY_RUN)
    assert not (folder / "ratings.sqlite").exists()
    report = json.loads(study("report", folder, "--simulated", "--json")[1])
    assert report["listener_kind"] == "simulated"
    assert report["n_finished"] == 4
    refused(study("report", folder), r"found no .*ratings\.sqlite")


def test_a_report_of_people_with_simulated_rows_in_it_is_refused(folder: Path, study: Call) -> None:
    study("report", folder, "--simulated")
    (folder / "simulated.sqlite").rename(folder / "ratings.sqlite")
    refused(study("report", folder), "ratings of kind simulated; expected person")
    refused(study("export", folder, "--out", folder / "out"), "ratings of kind simulated")
    assert not (folder / "out").exists()


def test_an_export_of_a_dry_run_has_names_of_its_own(folder: Path, study: Call) -> None:
    status, out, _ = study("export", folder, "--out", folder / "out", "--simulated")
    assert (status, out.count("wrote ")) == (0, 4)
    names = sorted(path.name for path in (folder / "out").iterdir())
    assert names == [f"simulated_{name}.csv" for name in ("checks", "choices", "listeners", "scores")]
    scores = pd.read_csv(folder / "out" / "simulated_scores.csv")
    assert set(scores["listener_kind"]) == {"simulated"}
    assert len(scores) == 4 * 3 * (12 + 2 + 3)


def test_a_study_that_nobody_has_taken_reports_that(folder: Path, study: Call) -> None:
    plan = read_plan(folder)
    Store(folder / "ratings.sqlite", plan.hash(), n_listeners=4).close()
    status, out, _ = study("report", folder)
    assert (status, out.splitlines()[-1]) == (0, "no ratings to analyse yet")
    assert json.loads(study("report", folder, "--json")[1])["means"] == []


def test_webmushra_gets_every_sound_and_no_system(folder: Path, study: Call) -> None:
    status, _, _ = study("export", folder, "--out", folder / "out", "--webmushra")
    assert status == 0
    text = (folder / "out" / "webmushra" / "v2ra.yaml").read_text()
    assert not re.search("tuned|mismatched|dog|wood|&id", text)
    config = yaml.safe_load(text)
    plan = read_plan(folder)
    assert [page[0] if isinstance(page, list) else page["type"] for page in config["pages"]] == [
        *("generic", "volume", "random", "finish")
    ]
    rated = config["pages"][2][1:]
    assert {page["id"] for page in rated} == {item.id for item in plan.items}
    for page in rated:
        assert (page["type"], page["mustPlayback"]) == ("likert_single_stimulus", "ended")
        assert [point["value"] for point in page["response"]] == [1, 2, 3, 4, 5]
        (place,) = page["stimuli"].values()
        assert (folder / "out" / "webmushra" / place.removeprefix("configs/")).is_file()
    key = pd.read_csv(folder / "out" / "webmushra" / "key.csv")
    assert set(key["system"]) == {"real", "tuned", "mismatched"}


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (["--pair", "tuned"], "found --pair tuned; expected FIRST:SECOND"),
        (["--pair", "tuned:other"], "no clip with both tuned and other"),
        (["--listeners", "0"], "found 0 listeners"),
        (["--repeats", "9"], "found 9 hidden repeats"),
        (["--question", "beauty"], "found questions beauty"),
        (["--consent", "gone.txt"], r"no text in gone\.txt"),
        (["--listeners", "many"], "--listeners"),
    ],
)
def test_bad_options_of_a_plan_are_one_line(
    options: list[str], named: str, study: Call, study_clips: Path, tmp_path: Path
) -> None:
    refused(study("plan", study_clips, "--out", tmp_path / "s", *options), named)
    assert not (tmp_path / "s").exists()


def test_bad_folders_are_one_line(folder: Path, study: Call, study_clips: Path, tmp_path: Path) -> None:
    refused(study("plan", tmp_path / "gone", "--out", tmp_path / "s"), "found no list in")
    refused(study("plan", study_clips, "--out", folder), "found a plan in")
    refused(study("plan", "--out", folder), "found a plan in")
    for verb in (["serve"], ["report"], ["export", "--out", str(tmp_path / "o")]):
        refused(study(verb[0], tmp_path / "gone", *verb[1:]), r"found no .*plan\.json")
    (tmp_path / "file").write_text("")
    refused(study("plan", study_clips, "--out", tmp_path / "file"), "cannot be made")
    refused(study("plan", study_clips, "--out", "/proc/study"), "cannot be made")


def test_a_study_that_cannot_be_served_is_one_line(folder: Path, study: Call) -> None:
    with sqlite3.connect(folder / "ratings.sqlite") as other:
        other.execute("CREATE TABLE study (plan, listener_kind)")
        other.execute("INSERT INTO study VALUES ('another', 'person')")
    other.close()
    refused(study("serve", folder), "ratings of another plan")
    (folder / "ratings.sqlite").unlink()
    (folder / "ratings.sqlite").mkdir()
    refused(study("serve", folder), "cannot be used")
    stimulus = next((folder / "stimuli").glob("*.mp4"))
    stimulus.unlink()
    refused(study("serve", folder), f"found no .*{stimulus.stem}")
    (folder / "plan.json").write_text("{")
    refused(study("serve", folder), "is no plan")
