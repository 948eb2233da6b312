import pytest
from hypothesis import given
from hypothesis import strategies as st

from v2ra.claims import check, check_direction
from v2ra.errors import InputError

FIXED = {"claim": "speed", "where": "Section 4.2", "reason": "one figure is printed"}


def verdict(published: float, measured: float, **options: object) -> str:
    return str(check(published, measured, **FIXED, **options)["verdict"].item())  # type: ignore[arg-type]


def test_an_interval_inside_the_tolerance_is_reproduced() -> None:
    assert verdict(1.0, 1.0, tolerance=0.2, interval=(0.9, 1.1)) == "reproduced"


def test_an_interval_outside_the_tolerance_is_contradicted() -> None:
    assert verdict(1.0, 2.0, tolerance=0.2, interval=(1.5, 2.5)) == "contradicted"


def test_an_interval_across_the_border_is_inconclusive() -> None:
    assert verdict(1.0, 1.2, tolerance=0.2, interval=(0.9, 1.5)) == "inconclusive"


def test_other_data_is_not_comparable_even_where_the_numbers_agree() -> None:
    assert verdict(1.0, 1.0, tolerance=0.2, not_comparable="synthetic clips") == "not comparable"


def test_a_value_outside_its_interval_is_refused() -> None:
    with pytest.raises(InputError, match="expected a value inside its interval"):
        verdict(1.0, 3.0, tolerance=0.2, interval=(0.9, 1.5))


@given(st.floats(-10, 10), st.floats(-10, 10), st.floats(0, 5), st.floats(0, 5))
def test_a_wider_interval_never_turns_a_verdict_into_the_opposite(
    published: float, measured: float, half: float, tolerance: float
) -> None:
    narrow = verdict(published, measured, tolerance=tolerance, interval=(measured, measured))
    wide = verdict(published, measured, tolerance=tolerance, interval=(measured - half, measured + half))
    assert wide in {narrow, "inconclusive"}


def direction(published: float, measured: float, low: float, high: float) -> str:
    row = check_direction(published, measured, claim="c", where="Table 0", interval=(low, high))
    assert row.columns.tolist() == check(1, 1, claim="c", where="w", reason="r", tolerance=0).columns.tolist()
    return str(row["verdict"].item())


def test_a_direction_is_that_of_an_interval_without_zero() -> None:
    assert direction(-0.01, -3, -4, -2) == "reproduced"
    assert direction(0.01, -3, -4, -2) == "contradicted"
    assert direction(0.01, -3, -4, 2) == "inconclusive"


def test_what_rounding_leaves_of_no_change_decides_nothing() -> None:
    row = check_direction(1, -9e-18, claim="c", where="w", interval=(-2e-17, -2e-18))
    assert row["verdict"].item() == "inconclusive"
    assert row[["low", "measured", "high"]].to_numpy().tolist() == [[0.0, 0.0, 0.0]]
    assert direction(1, -1e-6, -2e-6, -1e-7) == "contradicted"  # small, and measured


def test_a_standstill_is_contradicted_by_a_change_and_never_reproduced() -> None:
    assert direction(0, 3, 2, 4) == "contradicted"
    assert direction(0, 0, 0, 0) == direction(0, 1, -1, 2) == "inconclusive"


def test_a_direction_outside_its_interval_is_refused_and_an_unknown_one_is_inconclusive() -> None:
    with pytest.raises(InputError, match="expected a value inside it"):
        direction(1, 5, 0, 1)
    assert direction(1, 5, float("nan"), float("nan")) == "inconclusive"
