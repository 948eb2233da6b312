"""Regenerated against committed: equal gives nothing, one changed cell gives that cell, order is of no account."""

import tempfile
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure

from v2ra.svg import save_svg
from v2ra.tolerances import Tolerance, Tolerances
from v2ra.verification import COLUMNS, compare

Edit = Callable[[pd.DataFrame], pd.DataFrame]
EXACT = Tolerances((Tolerance("exact"),), {}, {})
NAMES = [f"{system}{number}" for system in ("paper", "tuned", "noise") for number in range(3)]
numbers = st.lists(st.floats(-1e6, 1e6), min_size=len(NAMES), max_size=len(NAMES))


def summary(means: list[float]) -> pd.DataFrame:
    """Return a table of scores, one row a system."""
    means = [float(f"{mean:.6g}") for mean in means]
    table = pd.DataFrame({"system": NAMES, "metric": "onset_f", "mean": means})
    return table.assign(low=table["mean"] - 0.5, high=table["mean"] + 0.5, n_clips=8)


def between(
    old: pd.DataFrame, new: pd.DataFrame, *, rules: Tolerances | None = EXACT, name: str = "table6"
) -> pd.DataFrame:
    """Return the differences of two tables, each in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        sides = [Path(folder) / side for side in ("old", "new")]
        for side, table in zip(sides, (old, new), strict=True):
            side.mkdir()
            table.to_csv(side / f"{name}.csv", index=False, float_format="%.6g")
        return compare(*sides, tolerances=rules)


@given(numbers)
def test_a_table_differs_in_nothing_from_itself(means: list[float]) -> None:
    found = between(summary(means), summary(means))
    assert found.empty
    assert tuple(found.columns) == COLUMNS


@given(numbers, st.integers(0, len(NAMES) - 1), st.sampled_from(["mean", "low", "high"]))
def test_one_changed_cell_is_exactly_that_one_row(means: list[float], place: int, column: str) -> None:
    old = summary(means)
    new = old.copy()
    before = float(old[column].iloc[place])
    after = before + max(1.0, abs(before) / 10)
    new.loc[place, column] = after
    (found,) = between(old, new).to_dict("records")
    assert (found["file"], found["column"]) == ("table6.csv", column)
    assert found["row"] == f"system={NAMES[place]}, metric=onset_f"
    assert float(found["committed"]) == pytest.approx(before, rel=1e-5, abs=1e-9)
    assert float(found["regenerated"]) == pytest.approx(after, rel=1e-5, abs=1e-9)


@given(numbers, st.permutations(range(len(NAMES))))
def test_the_order_of_rows_is_of_no_account(means: list[float], order: list[int]) -> None:
    table = summary(means)
    assert between(table, table.iloc[order]).empty


@given(numbers, st.floats(0, 3))
def test_what_differs_by_less_than_is_stated_is_no_difference(means: list[float], shift: float) -> None:
    rules = Tolerances((Tolerance("r", column="mean", intervals=2.0), Tolerance("exact")), {}, {})
    old = summary([mean / 1e6 for mean in means])
    new = old.assign(mean=(old["mean"] + shift).round(6))
    n_found = len(between(old, new, rules=rules))
    assert n_found == (0 if shift <= 1.999 else n_found if shift < 2.001 else len(NAMES))


@pytest.mark.parametrize(
    ("edit", "found"),
    [
        (lambda t: t.iloc[1:], [("system=paper0, metric=onset_f", "", "there", "missing")]),
        (lambda t: t.assign(extra=1), [("", "extra", "missing", "there")]),
        (lambda t: t.drop(columns="n_clips"), [("", "n_clips", "there", "missing")]),
        (
            lambda t: t.assign(low=t["low"].where(t.index > 0)),
            [("system=paper0, metric=onset_f", "low", "0.5", "")],
        ),
        (lambda t: t[list(t)[::-1]], []),
    ],
)
def test_rows_and_columns_and_cells_of_one_side_alone_are_named(
    edit: Edit, found: list[tuple[str, str, str, str]]
) -> None:
    table = summary([1.0] * len(NAMES))
    listed = between(table, edit(table))
    assert (
        list(listed[["row", "column", "committed", "regenerated"]].itertuples(index=False, name=None))
        == found
    )


def test_text_has_to_be_equal_and_its_column_is_no_key_where_a_key_is_stated() -> None:
    old = pd.DataFrame({"claim": ["a"], "where": ["Table 1"], "measured": [1.0], "verdict": ["reproduced"]})
    new = old.assign(verdict="contradicted")
    (row,) = between(old, new, rules=None, name="supplement_x_claims").to_dict("records")
    assert (row["row"], row["column"]) == ("claim=a, where=Table 1", "verdict")
    assert (row["committed"], row["regenerated"]) == ("reproduced", "contradicted")


def test_rows_of_equal_names_are_told_apart_by_their_number() -> None:
    old = pd.DataFrame({"system": ["a", "a"], "mean": [1, 2]})
    assert between(old, old.assign(mean=[1, 3]))["row"].tolist() == ["system=a #2"]


def test_a_missing_and_a_new_file_are_named_and_what_is_made_elsewhere_is_not(tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    (tmp_path / "new").mkdir()
    (tmp_path / "old" / "table1.csv").write_text("a\n1\n")
    (tmp_path / "old" / "apart.csv").write_text("a\n1\n")
    (tmp_path / "old" / "table1.json").write_text("{}")
    (tmp_path / "new" / "figure01.png").write_bytes(b"")
    rules = Tolerances((Tolerance("exact"),), {}, {"apart": "by hand"})
    found = compare(tmp_path / "old", tmp_path / "new", tolerances=rules)
    assert found[["file", "committed", "regenerated"]].values.tolist() == [
        ["figure01.png", "missing", "there"],
        ["table1.csv", "there", "missing"],
    ]
    assert len(compare(tmp_path / "none", tmp_path / "new")) == 1


def test_a_figure_is_held_by_what_is_drawn_and_not_by_how(tmp_path: Path) -> None:
    for side, n_axes, colour in (("old", 2, "red"), ("same", 2, "blue"), ("other", 3, "red")):
        (tmp_path / side).mkdir()
        figure = Figure()
        for axes in figure.subplots(1, n_axes):
            axes.plot([0, 1], [1, 0], color=colour)
            axes.vlines([0.5], 0, 1)
        save_svg(figure, tmp_path / side / "figure03.svg", name="figure03")
    assert compare(tmp_path / "old", tmp_path / "same").empty
    found = compare(tmp_path / "old", tmp_path / "other").set_index("column")
    assert list(found.loc["axes", ["committed", "regenerated"]]) == ["2", "3"]
    assert list(found.loc["LineCollection", ["committed", "regenerated"]]) == ["2", "3"]


def test_the_committed_results_differ_in_nothing_from_themselves() -> None:
    for folder in ("tables", "figures"):
        path = Path(__file__).resolve().parent.parent / folder
        assert compare(path, path).empty
