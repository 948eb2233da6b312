"""From rows to a verdict: what each rule gives, and that a looser one never turns a verdict round."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from v2ra.claims import check, check_direction
from v2ra.verdict_rules import FIXED, OPEN, RULES, VERDICTS, Rule, judged, together, under_rules

verdicts = st.lists(st.sampled_from(VERDICTS), max_size=9)
NAMES: dict[str, Any] = {"claim": "c", "where": "Table 1"}


@pytest.mark.parametrize(
    ("rows", "verdict"),
    [
        ([], "not measured"),
        (["not comparable", "not measured"], "not measured"),
        (["not comparable", "not comparable"], "not comparable"),
        (["reproduced", "not comparable", "not measured"], "reproduced"),
        (["reproduced", "inconclusive"], "inconclusive"),
        (["reproduced"] * 6 + ["contradicted"], "contradicted"),
    ],
)
def test_a_claim_holds_of_each_row_that_was_decided(rows: list[str], verdict: str) -> None:
    assert together(rows) == verdict


def test_most_is_more_than_half() -> None:
    assert together(["reproduced", "contradicted"], most=True) == "inconclusive"
    assert together(["reproduced", "reproduced", "contradicted"], most=True) == "reproduced"
    assert together(["contradicted", "contradicted", "inconclusive"], most=True) == "contradicted"


@given(verdicts, st.randoms(), st.booleans())
def test_the_order_of_rows_is_of_no_account(rows: list[str], random: np.random.Generator, most: bool) -> None:
    mixed = rows.copy()
    random.shuffle(mixed)
    assert together(mixed, most=most) == together(rows, most=most)


@given(verdicts)
def test_what_each_row_reproduces_most_rows_reproduce(rows: list[str]) -> None:
    if together(rows) == "reproduced":
        assert together(rows, most=True) == "reproduced"


@given(st.floats(-5, 5), st.floats(-5, 5), st.floats(0, 3), st.floats(0, 3), st.floats(0, 2))
def test_the_fixed_rule_gives_the_verdict_that_the_notebook_gave(
    published: float, measured: float, down: float, up: float, tolerance: float
) -> None:
    interval = (measured - down, measured + up)
    rows = pd.concat(
        [
            check(published, measured, tolerance=tolerance, reason="r", interval=interval, **NAMES),
            check_direction(published, measured, interval=interval, **NAMES),
        ]
    )
    assert judged(rows, FIXED) == rows["verdict"].tolist()


@given(st.floats(-5, 5), st.floats(-5, 5), st.floats(0, 3))
def test_a_wider_interval_never_turns_a_verdict_into_the_opposite(
    published: float, measured: float, half: float
) -> None:
    rows = check_direction(published, measured, interval=(measured - half, measured + half), **NAMES)
    (narrow,), (wide,) = judged(rows, Rule("narrow", interval=0.5)), judged(rows, Rule("wide", interval=2.0))
    assert wide in {narrow, "inconclusive"}


def test_what_is_open_stays_open_under_every_rule() -> None:
    row = check(1.0, 1.0, tolerance=1.0, reason="r", not_comparable="other clips", **NAMES)
    for verdict in OPEN:
        assert {judged(row.assign(verdict=verdict), rule)[0] for rule in RULES} == {verdict}


def test_an_unknown_interval_stays_inconclusive() -> None:
    row = check_direction(1.0, 5.0, interval=(float("nan"), float("nan")), **NAMES)
    assert {judged(row, rule)[0] for rule in RULES} == {"inconclusive"}


def test_a_table_of_rules_has_a_row_a_claim_in_their_order() -> None:
    up, down = (check_direction(1.0, x, interval=(x - 0.1, x + 0.1), **NAMES) for x in (1.0, -1.0))
    rows = pd.concat([up.assign(id="b"), up.assign(id="b"), down.assign(id="b"), down.assign(id="a")])
    table = under_rules(rows)
    assert table.index.tolist() == ["b", "a"]
    assert table["as fixed"].tolist() == ["contradicted", "contradicted"]
    assert table["most rows decide"].tolist() == ["reproduced", "contradicted"]


@pytest.mark.parametrize("sign", [-1, 1])
def test_both_ends_of_an_interval_are_stretched_about_the_mean(sign: int) -> None:
    def found(near: float, far: float, width: float) -> str:
        low, high = sorted((sign * near, sign * far))
        row = check_direction(sign, sign * 1.0, interval=(low, high), **NAMES)
        return judged(row, Rule("stretched", interval=width))[0]

    assert [found(0.1, 1.1, width) for width in (1.0, 1.2)] == ["reproduced", "inconclusive"]
    assert [found(-0.1, 1.1, width) for width in (1.0, 0.8)] == ["inconclusive", "reproduced"]
