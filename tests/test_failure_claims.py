"""Verdicts on failure cases, on rows whose answer is known."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest

from v2ra.bootstrap import mean_interval
from v2ra.evaluation import COLUMNS
from v2ra.failure_claims import NOTE, failure_claims, mismatched_claims, mixed_claims, overexposure_claims
from v2ra.mixed_scores import mixed_summary, mixed_table

NOTHING = pd.DataFrame(columns=COLUMNS)


def rows_of(
    values: dict[tuple[str, str], float], *, metrics: Sequence[str] = ("onset_f",), clips: str = "abc"
) -> pd.DataFrame:
    """Return rows by system and category, 0.01 more in each next clip, controls of 0 beside onset F."""
    rows = [
        (system, category, clip, 0, metric, value + 0.01 * place)
        for (system, category), value in values.items()
        for metric in metrics
        for place, clip in enumerate(clips)
    ]
    rows += [(*row[:4], "onset_f_mismatched", 0.0) for row in rows if row[4] == "onset_f"]
    return pd.DataFrame(rows, columns=COLUMNS)


def verdicts(claims: pd.DataFrame) -> list[str]:
    """Return the column of verdicts."""
    return claims["verdict"].tolist()


@pytest.mark.parametrize(
    ("after", "verdict"), [(0.4, "reproduced"), (0.9, "contradicted"), (0.8, "inconclusive")]
)
def test_overexposure_is_judged_by_the_interval_of_the_paired_change(after: float, verdict: str) -> None:
    claims = overexposure_claims(rows_of({("unchanged", "dog"): 0.8, ("gain 2", "dog"): after}))
    assert verdicts(claims) == [verdict, verdict]  # of gain, and of all kinds
    assert claims["measured"].tolist() == pytest.approx([after - 0.8] * 2, abs=1e-9)
    assert set(claims["note"]) == {NOTE}
    assert (claims["published"] == -1).all()


def test_a_degradation_counts_by_the_mean_of_its_severities() -> None:
    values = {
        ("unchanged", "dog"): 0.8,
        ("gain 1", "dog"): 0.8,
        ("gain 4", "dog"): 0.2,
        ("gamma 3", "dog"): 0.7,
    }
    claims = overexposure_claims(rows_of(values | {("blur 6", "dog"): 0.0}))
    assert claims["claim"].str.extract(r"(gain|gamma|all)")[0].tolist() == ["gain", "gain", "gain"]
    assert claims["measured"].tolist() == pytest.approx([-0.3, -0.1, (-0.0 - 0.6 - 0.1) / 3])


def test_severities_do_not_count_as_clips() -> None:
    values = {("unchanged", "dog"): 0.8, **{(f"gain {k}", "dog"): 0.7 for k in range(1, 9)}}
    (claim, _) = overexposure_claims(rows_of(values, clips="a")).to_dict("records")
    assert claim["verdict"] == "inconclusive"  # one clip has no interval, in however many severities
    assert pd.isna(claim["low"])


SWAPPED = {
    ("bird model", "bird"): 0.9,
    ("dog model", "dog"): 0.8,
    ("wood model", "wood"): 0.8,
    ("bird model", "dog"): 0.2,
    ("dog model", "bird"): 0.9,
    ("wood model", "bird"): 0.3,
    ("wood model", "dog"): 0.8,
    ("bird model", "wood"): 0.8,
    ("dog model", "wood"): 0.8,
}


def test_a_foreign_model_counts_against_the_own_one_on_the_same_clips() -> None:
    rows = rows_of(SWAPPED, metrics=("onset_f", "finds_own"))
    claims = mismatched_claims(rows).set_index("claim")["measured"]
    assert claims["synchrony (onset gain): bird model on dog videos"] == pytest.approx(0.2 - 0.8)
    pooled = ((0.9 + 0.3) / 2 - 0.9 + (0.2 + 0.8) / 2 - 0.8 + 0.0) / 3
    assert claims["synchrony (onset gain): models on videos of another category"] == pytest.approx(pooled)
    assert claims["sounds that are like the category seen: bird model on dog videos"] == pytest.approx(-0.6)
    assert len(claims) == 4


def test_the_papers_pair_is_judged_on_its_own_clips_alone() -> None:
    rows = rows_of(SWAPPED, clips="abcdefgh")
    taught = (rows["system"] == "bird model") & (rows["category"] == "dog") & (rows["metric"] == "onset_f")
    rows.loc[taught, "value"] = seen = np.array([0.1, 0.4, 0.7, 0.2, 0.9, 0.3, 0.8, 0.5])
    claim = mismatched_claims(rows).to_dict("records")[0]
    changes = seen - (0.8 + 0.01 * np.arange(8))  # of the dog model
    assert (claim["measured"], claim["low"], claim["high"]) == pytest.approx(tuple(mean_interval(changes)))


def test_without_the_papers_pair_only_the_pooled_claim_is_judged() -> None:
    other = {("wood model", "wood"): 0.8, ("rain model", "rain"): 0.8, ("wood model", "rain"): 0.2}
    claims = mismatched_claims(rows_of(other, metrics=("onset_f", "finds_own")))
    assert claims["claim"].str.contains("another category").all()
    assert verdicts(claims) == ["reproduced", "reproduced"]


MIXED_METRICS = ("onset_f", "osg", "odg", "finds_own")


def test_mixed_training_is_worse_where_synchrony_and_odg_fall_and_osg_rises() -> None:
    rows = rows_of({("tuned", "dog"): 0.6, ("mixed", "dog"): 0.5}, metrics=MIXED_METRICS)
    claims = mixed_claims(rows)
    assert verdicts(claims) == [
        "reproduced",
        "contradicted",
        "reproduced",
        "reproduced",
    ]  # a lower OSG is better
    assert claims["measured"].tolist() == pytest.approx([-0.1] * 4)


def test_of_what_was_not_measured_there_is_no_row() -> None:
    assert mixed_claims(rows_of({("tuned", "dog"): 0.6})).empty
    assert mismatched_claims(rows_of({("dog model", "dog"): 0.8})).empty
    assert overexposure_claims(rows_of({("unchanged", "dog"): 0.8, ("blur 2", "dog"): 0.1})).empty
    whole = failure_claims(rows_of({("unchanged", "dog"): 0.8, ("gain 2", "dog"): 0.1}), NOTHING, NOTHING)
    assert len(whole) == 2
    columns = [
        "claim",
        "where",
        "published",
        "measured",
        "low",
        "high",
        "tolerance",
        "reason",
        "verdict",
        "note",
    ]
    assert whole.columns.tolist() == columns


def test_where_no_category_has_two_test_clips_one_row_says_that_nothing_is_judged() -> None:
    (row,) = failure_claims(NOTHING, NOTHING, NOTHING).to_dict("records")
    assert (row["claim"], row["verdict"]) == ("nothing to check", "not measured")
    assert "two test clips" in row["note"]


def test_the_mixed_table_shows_both_kinds_and_what_changes() -> None:
    values = {
        ("tuned", "dog"): 0.6,
        ("mixed", "dog"): 0.5,
        ("tuned", "bird"): 0.6,
        ("mixed", "bird"): 0.9,
    }
    summary = mixed_summary(rows_of(values, metrics=MIXED_METRICS))
    table = mixed_table(summary).set_index(["trained", "category"])
    assert table.loc[("one model a category", "dog"), "gain"] == "0.61 [0.60, 0.62]"
    assert str(table.loc[("one model for all", "bird"), "OSG"]).startswith("0.91 ")
    change = "change: all minus each"
    assert table.loc[(change, "dog"), "gain"] == "-0.10 [-0.10, -0.10]"
    assert str(table.loc[(change, "all"), "gain"]).startswith("0.10 [")
    assert len(table) == 9


def test_where_nothing_was_mixed_the_table_has_the_separate_model_alone() -> None:
    table = mixed_table(mixed_summary(rows_of({("tuned", "dog"): 0.6}, metrics=MIXED_METRICS)))
    assert set(table["trained"]) == {"one model a category"}
