"""The scorecard: one row a claim whatever is there, numbers from the tables alone, nothing dropped unseen."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex

from v2ra import provenance, scorecard
from v2ra.claim_list import load_claims
from v2ra.claim_tables import COLUMNS, NOTHING, save_claims
from v2ra.claims import check, check_direction
from v2ra.errors import InputError
from v2ra.scorecard_charts import SHAPES, plot_scorecard, turned
from v2ra.verdict_rules import VERDICTS


@pytest.fixture
def run() -> dict[str, Any]:
    """Return the details of a run."""
    return provenance.details(notebook="13_optimization.ipynb", profile="smoke", parameters={}, seeds=[0])


def change(claim: str, measured: float, published: float = 1.0) -> pd.DataFrame:
    """Return a row about a change with a narrow interval."""
    interval = (measured - 0.1, measured + 0.1)
    return check_direction(published, measured, claim=claim, where="Table 8", interval=interval)


def card_of(folder: Path) -> pd.DataFrame:
    """Return the scorecard by the id of a claim."""
    return scorecard.scorecard(folder, profile="smoke").set_index("id")


def test_without_any_table_every_claim_has_its_one_row_and_is_not_measured(tmp_path: Path) -> None:
    card = card_of(tmp_path)
    assert card.index.tolist() == [claim.id for claim in load_claims()]
    assert set(card["verdict"]) == {"not measured"}
    measured = card[card["kind"] != "statement"]
    assert measured["note"].str.contains("is not there: run the command").all()
    assert measured["command"].str.contains(r"make reproduce ONLY=\d\d PROFILE=smoke").all()
    assert scorecard.counts(card).tolist() == [0, 0, 0, 0, len(card)]


def test_the_command_names_the_folder_of_clips_whose_results_are_judged(tmp_path: Path) -> None:
    card = scorecard.scorecard(tmp_path, profile="quick-official", data="/clips/vis-data-256")
    commands = card["command"][card["command"] != ""]
    assert len(commands) > 0
    assert commands.str.endswith("PROFILE=quick-official DATA=/clips/vis-data-256").all()


def test_a_claim_of_one_row_shows_its_numbers_and_the_minutes_of_its_table(
    tmp_path: Path, run: dict[str, Any]
) -> None:
    row = change("OSG between two sounds of ours, minus those of [2]", -0.5, published=-5.155)
    save_claims(row, "physics", directory=tmp_path, details=run)
    line = card_of(tmp_path).loc["timbre_consistency"]
    assert line["verdict"] == "reproduced"
    assert (line["published"], line["measured"], line["low"], line["high"]) == (-5.155, -0.5, -0.6, -0.4)
    seconds = json.loads((tmp_path / "supplement_physics_claims.json").read_text())["seconds"]
    assert line["minutes"] == pytest.approx(seconds / 60, abs=0.006)


def test_the_published_number_is_the_same_with_and_without_the_table(
    tmp_path: Path, run: dict[str, Any]
) -> None:
    before = card_of(tmp_path)["published"]
    row = change("OSG: ours minus [14]", -0.5, published=-4.8123)
    save_claims(row, "learning", directory=tmp_path, details=run)
    assert card_of(tmp_path)["published"]["osg_14"] == before["osg_14"] == -4.8123


def test_one_category_against_the_claim_contradicts_it_and_the_counts_say_so(
    tmp_path: Path, run: dict[str, Any]
) -> None:
    rows = [change(f"ODG after denoised, {name}", x) for name, x in (("bird", 1), ("dog", 1), ("wood", -1))]
    save_claims(pd.concat(rows), "scheme", directory=tmp_path, details=run)
    line = card_of(tmp_path).loc["denoise_odg"]
    assert line["verdict"] == "contradicted"
    assert (line["n_rows"], line["n_reproduced"], line["n_contradicted"]) == (3, 2, 1)
    assert np.isnan(line["measured"])
    shown = scorecard.printed_card(card_of(tmp_path).reset_index()).set_index("claim")
    assert shown.loc[line["claim"], "measured [95 %]"] == "2 of 3 hold"


def test_a_sign_without_a_number_shows_none(tmp_path: Path, run: dict[str, Any]) -> None:
    row = change("onset F beyond that of other clips, paper, all", 0.4)
    save_claims(row, "generation", directory=tmp_path, details=run)
    line = card_of(tmp_path).loc["synchronized"]
    assert np.isnan(line["published"])
    assert line["measured"] == 0.4


def test_a_table_without_the_row_says_so_and_one_that_stands_for_none_counts_for_nothing(
    tmp_path: Path, run: dict[str, Any]
) -> None:
    save_claims(pd.DataFrame(), "denoising", directory=tmp_path, details=run)
    line = card_of(tmp_path).loc["denoise_bird"]
    assert line["verdict"] == "not measured"
    assert "has no such row" in line["note"]
    assert not scorecard.claim_rows(tmp_path)["claim"].eq(NOTHING).any()


def test_the_reason_why_nothing_can_be_compared_is_handed_on(tmp_path: Path, run: dict[str, Any]) -> None:
    row = check(
        0.03,
        0.3,
        claim="seconds to generate one second",
        where="w",
        tolerance=0,
        reason="r",
        not_comparable="a CPU",
    )
    save_claims(row, "generation", directory=tmp_path, details=run)
    line = card_of(tmp_path).loc["speed"]
    assert (line["verdict"], line["note"]) == ("not comparable", "a CPU")


def test_a_row_that_no_claim_takes_is_kept_under_a_name_of_its_own(
    tmp_path: Path, run: dict[str, Any]
) -> None:
    rows = pd.concat([change("something new", 1), change("ODG after denoised, bird", 1)])
    save_claims(rows, "scheme", directory=tmp_path, details=run)
    save_claims(change("of a notebook to come", 1), "later", directory=tmp_path, details=run)
    found = scorecard.claim_rows(tmp_path)
    others = found[found["id"] == scorecard.UNCLAIMED]["claim"]
    assert sorted(others) == ["of a notebook to come", "something new"]
    assert found.columns.tolist() == ["id", "table", *COLUMNS]


def test_a_table_with_other_columns_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "supplement_x_claims.csv").write_text("claim,where\na,b\n")
    with pytest.raises(InputError, match=r"no column 'published' in supplement_x_claims\.csv"):
        scorecard.claim_rows(tmp_path)


def test_the_sidecar_states_what_the_verdicts_rest_on(tmp_path: Path, run: dict[str, Any]) -> None:
    save_claims(change("a", 1), "scheme", directory=tmp_path, details=run | {"dataset": {"name": "x"}})
    save_claims(change("b", 1), "physics", directory=tmp_path, details=run | {"seeds": [0, 1]})
    stated = scorecard.sources(tmp_path)
    assert stated["dataset"] == {"name": "x"}
    assert stated["seeds"] == [0, 1]
    assert sorted(stated["sources"]) == ["supplement_physics_claims", "supplement_scheme_claims"]
    file = tmp_path / "supplement_physics_claims.csv"
    assert stated["sources"]["supplement_physics_claims"]["sha256"] == provenance.sha256_of(file)


def test_changes_turn_to_the_printed_side_and_keep_their_side_of_zero() -> None:
    rows = pd.concat(
        [
            change("falls as printed", -2.0, published=-1).assign(id="a"),
            change("rises against print", 2.0, published=-1).assign(id="b"),
            change("printed standstill", 2.0, published=0).assign(id="c"),
            check(1, 1, claim="a count", where="w", tolerance=0, reason="r").assign(id="d"),
        ]
    )
    table = turned(rows).set_index("id")
    assert table.index.tolist() == ["a", "b"]
    assert list(table.loc["a"]) == pytest.approx([2.0 / 2.1, 1.9 / 2.1, 1.0])
    assert list(table.loc["b"]) == pytest.approx([-2.0 / 2.1, -1.0, -1.9 / 2.1])


def test_a_verdict_is_told_by_shape_and_word(tmp_path: Path, run: dict[str, Any]) -> None:
    assert set(SHAPES) == set(VERDICTS)
    assert len({shape for shape, _, _ in SHAPES.values()}) == len(VERDICTS)
    rows = pd.concat([change("ODG after denoised, bird", 1), change("ODG after peak-match, bird", -1)])
    save_claims(rows, "scheme", directory=tmp_path, details=run)
    card, found = scorecard.scorecard(tmp_path, profile="smoke"), scorecard.claim_rows(tmp_path)
    (axes,) = plot_scorecard(card, found).axes
    assert [text.get_text() for text in axes.texts] == ["reproduced", "contradicted"]
    shapes = [line.get_marker() for line in axes.lines if np.atleast_1d(line.get_xdata())[0] == 1.25]
    assert shapes == ["o", "X"]
    assert len({to_hex(line.get_color()) for line in axes.lines}) > 2


def test_a_long_claim_is_written_whole_in_two_lines(tmp_path: Path, run: dict[str, Any]) -> None:
    wood = change("change of ODG, wood, denoised", 0.5).assign(claim="change of ODG: denoised, wood")
    save_claims(wood, "scheme", directory=tmp_path, details=run)
    card, found = scorecard.scorecard(tmp_path, profile="smoke"), scorecard.claim_rows(tmp_path)
    (axes,) = plot_scorecard(card, found).axes
    (label,) = [label.get_text() for label in axes.get_yticklabels()]
    (whole,) = [claim.claim for claim in load_claims() if claim.id == "no_difference"]
    assert label.count("\n") == 1
    assert label.replace("\n", " ") == whole


def test_a_scorecard_without_anything_measured_has_no_chart(tmp_path: Path) -> None:
    card, rows = scorecard.scorecard(tmp_path, profile="smoke"), scorecard.claim_rows(tmp_path)
    with pytest.raises(InputError, match="no claim that was measured"):
        plot_scorecard(card, rows)


def test_rows_that_decide_nothing_are_not_counted(tmp_path: Path, run: dict[str, Any]) -> None:
    rows = [change("ODG after denoised, bird", 1), change("ODG after denoised, dog", 1)]
    rows.append(change("ODG after denoised, wood", 1).assign(verdict="not comparable", note="one clip"))
    save_claims(pd.concat(rows), "scheme", directory=tmp_path, details=run)
    line = card_of(tmp_path).loc["denoise_odg"]
    assert (line["n_rows"], line["n_reproduced"], line["verdict"]) == (2, 2, "reproduced")
    assert "one clip" in line["note"]
