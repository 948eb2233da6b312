"""Scores laid out for a person."""

import pandas as pd
import pytest

from v2ra.errors import InputError
from v2ra.score_tables import MOTION, SYNCHRONY, with_intervals


def summary(*rows: tuple[str, str, str, float, float, float]) -> pd.DataFrame:
    """Return a summary of three clips and two seeds."""
    columns = ["system", "category", "metric", "mean", "low", "high"]
    return pd.DataFrame(rows, columns=columns).assign(n_clips=3, n_seeds=2)


def test_systems_and_categories_keep_their_order_and_counts() -> None:
    table = with_intervals(
        summary(("tuned", "wood", "onset_f", 0.9, 0.8, 1.0), ("paper", "dog", "onset_f", 0.1, 0.0, 0.2))
    )
    assert table[["system", "category", "clips", "seeds"]].values.tolist() == [
        ["tuned", "wood", 3, 2],
        ["paper", "dog", 3, 2],
    ]
    assert table.columns.tolist() == ["system", "category", *SYNCHRONY.values(), "clips", "seeds"]


def test_what_is_not_known_is_a_dash_and_never_a_zero() -> None:
    nan = float("nan")
    (row,) = with_intervals(
        summary(
            ("ours", "wood", "onset_f", 0.256, nan, nan),
            ("ours", "wood", "onset_f_gain", nan, nan, nan),
            ("ours", "wood", "rms_ratio", -0.5, -1.0, 0.004),
        )
    ).itertuples(index=False)
    assert (row[2], row[5], row[7]) == ("0.26 –", "–", "-0.50 [-1.00, 0.00]")


def test_other_metrics_are_left_out_and_none_at_all_is_refused() -> None:
    rows = summary(("ours", "wood", "onset_f", 1, 1, 1), ("ours", "wood", "best_lag_seconds", 0, 0, 0))
    assert with_intervals(rows, {"onset_f": "F"}, digits=1).values.tolist() == [
        ["ours", "wood", "1.0 [1.0, 1.0]", 3, 2]
    ]
    with pytest.raises(InputError, match="found none of onset_f"):
        with_intervals(rows.iloc[1:], {"onset_f": "F"})


@pytest.mark.parametrize(("name", "columns"), [("onset_f", SYNCHRONY), ("av_align", MOTION)])
def test_controls_and_chance_stand_under_their_own_heads(name: str, columns: dict[str, str]) -> None:
    values = {"": 0.9, "_mismatched": 0.3, "_chance": 0.1, "_gain": 0.6}
    rows = [("ours", "wood", f"{name}{part}", value, value, value) for part, value in values.items()]
    table = with_intervals(summary(*rows), columns, digits=1).iloc[0]
    heads = {"": columns[name], "_mismatched": "other clips", "_chance": "chance", "_gain": "gain"}
    assert {part: table[head] for part, head in heads.items()} == {
        part: f"{value} [{value}, {value}]" for part, value in values.items()
    }
