"""Stated tolerances: what the project's own say, and that a rule which cannot be right is refused."""

import re
import tomllib
from pathlib import Path

import pandas as pd
import pytest

from v2ra.errors import InputError
from v2ra.tolerances import FILE, Tolerance, load_tolerances

ROOT = Path(__file__).resolve().parent.parent
LAST = '[[rule]]\nreason = "the rest"\n'


def test_each_rule_has_a_reason_and_each_key_a_table_that_the_pipeline_makes() -> None:
    stated = load_tolerances()
    assert all(len(rule.reason) > 10 for rule in stated.rules)
    made = (ROOT / "Snakefile").read_text(encoding="utf-8")
    named = [*stated.keys, *(rule.table for rule in stated.rules)]
    assert [name for name in named if "*" not in name and f'"{name}"' not in made] == []


def test_every_committed_column_of_a_key_is_there() -> None:
    stated = load_tolerances()
    keyed = {path: stated.key_of(path.stem) for path in sorted((ROOT / "tables").glob("*.csv"))}
    assert sum(key is not None for key in keyed.values()) >= len(stated.keys)  # every pattern has its table
    for path, key in keyed.items():
        assert set(key or ()) <= set(pd.read_csv(path, nrows=1).columns), path.name


def test_what_is_named_as_apart_is_committed_and_not_made_by_the_pipeline() -> None:
    made = (ROOT / "Snakefile").read_text(encoding="utf-8")
    for name in load_tolerances().apart:
        assert (ROOT / "tables" / f"{name}.csv").is_file()
        assert f'"{name}"' not in made


@pytest.mark.parametrize(
    ("cell", "wanted"),
    [
        (
            ("table8", "mean", "system=denoised, category=wood, metric=odg"),
            {"intervals": 1.0, "ignore": False},
        ),
        (
            ("table8", "n_clips", "system=denoised, category=wood, metric=odg"),
            {"relative": 1e-5, "intervals": 0.0},
        ),
        (
            ("table6", "mean", "system=ground_truth, category=all, metric=odg"),
            {"relative": 1e-3, "intervals": 0.0},
        ),
        (("supplement_speed", "seconds_per_second", "part=x"), {"ignore": True}),
        (("supplement_systems", "mean", "system=a, category=b, metric=fit_seconds"), {"ignore": True}),
        (("supplement_systems", "mean", "system=a, category=b, metric=best_lag_seconds"), {"ignore": False}),
        (("scorecard", "verdict", "id=speed"), {"ignore": False}),
        (("scorecard", "measured", "id=speed"), {"ignore": True}),
        (("supplement_retrieval", "permutation_p", "descriptor=a"), {"ignore": True}),
        (("supplement_retrieval", "accuracy", "descriptor=a"), {"intervals": 0.5}),
    ],
)
def test_a_cell_gets_the_rule_that_is_meant_for_it(
    cell: tuple[str, str, str], wanted: dict[str, object]
) -> None:
    rule = load_tolerances().of(*cell)
    assert {name: getattr(rule, name) for name in wanted} == wanted


def test_verdicts_and_counts_are_exact_to_the_last_digit_but_one() -> None:
    rule = load_tolerances().of("supplement_scheme_claims", "verdict", "claim=a, where=b")
    assert not rule.ignore
    assert rule.allowed(100.0, width=5.0) == pytest.approx(1e-3)


def test_the_first_rule_that_fits_holds(tmp_path: Path) -> None:
    path = tmp_path / "t.toml"
    path.write_text('[[rule]]\ntable = "a*"\nabsolute = 1\nreason = "first"\n' + LAST)
    assert load_tolerances(path).of("ab", "c", "r").reason == "first"
    assert load_tolerances(path).of("b", "c", "r").reason == "the rest"


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ('[[rule]]\ntabel = "a"\nreason = "r"\n' + LAST, "the key 'tabel'"),
        ('[[rule]]\ntable = "a"\n' + LAST, "a rule without a reason"),
        ('[[rule]]\nabsolute = -1\nreason = "r"\n' + LAST, "a negative tolerance"),
        ('[[rule]]\ntable = "a"\nreason = "r"\n', "no rule for everything"),
        ("", "no rule for everything"),
    ],
)
def test_a_file_of_tolerances_that_cannot_be_right_is_refused(text: str, named: str, tmp_path: Path) -> None:
    path = tmp_path / "t.toml"
    path.write_text(text)
    with pytest.raises(InputError, match=re.escape(named)):
        load_tolerances(path)


def test_an_unknown_interval_adds_nothing() -> None:
    assert Tolerance("r", absolute=0.1, intervals=5.0).allowed(1.0, width=float("nan")) == 0.1


def test_the_file_is_plain_toml() -> None:
    assert set(tomllib.loads(FILE.read_text(encoding="utf-8"))) == {"keys", "apart", "rule"}


@pytest.mark.parametrize("committed", [2.0, -2.0])
def test_parts_of_a_tolerance_add_up_whatever_the_sign_of_the_result(committed: float) -> None:
    rule = Tolerance("r", absolute=0.1, relative=0.25, intervals=2.0)
    assert rule.allowed(committed, width=0.5) == pytest.approx(0.1 + 0.25 * 2 + 2 * 0.5)
