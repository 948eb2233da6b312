import pytest
from hypothesis import given
from hypothesis import strategies as st

from v2ra.claims import check
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
