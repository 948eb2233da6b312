"""A published number beside a measured one, with a verdict by a fixed rule.

Conventions
-----------
The verdict is one of "reproduced" (the whole 95 % interval lies within the tolerance of the published
value), "contradicted" (the whole interval lies outside), "inconclusive" (it straddles the border) and
"not comparable" (another data set, device or size was measured than the paper's). Where two papers' scales
differ, the direction of a change can still be held against the printed one: `check_direction`.

Source
------
The rule is ours; published numbers come from `v2ra.published` alone.
"""

import pandas as pd

from v2ra.errors import InputError

ROUNDING = 1e-12  # a change below it is what sums of floats leave of none


def check(
    published: float,
    measured: float,
    *,
    claim: str,
    where: str,
    tolerance: float,
    reason: str,
    interval: tuple[float, float] | None = None,
    not_comparable: str = "",
) -> pd.DataFrame:
    """Return one row of the scorecard.

    Parameters
    ----------
    published, measured : float
        In the same unit.
    claim, where : str
        What is claimed, and the section or table of the paper.
    tolerance, reason : float, str
        How far apart they may lie, in that unit, and why.
    interval : (low, high), optional
        95 % interval of the measured value; default the value alone (a count, say).
    not_comparable : str
        Why the two cannot be compared; empty where they can.

    Raises
    ------
    InputError
        Where the interval does not hold the measured value, or the tolerance is negative.

    Examples
    --------
    >>> check(0.5, 0.52, claim="share", where="Table 0", tolerance=0.05, reason="rounding")["verdict"].item()
    'reproduced'
    """
    low, high = interval or (measured, measured)
    if not low <= measured <= high or tolerance < 0:
        raise InputError(
            f"found {measured} with interval ({low}, {high}) and tolerance {tolerance}; "
            "expected a value inside its interval and a tolerance of at least 0"
        )
    row = {
        "claim": claim,
        "where": where,
        "published": published,
        "measured": measured,
        "low": low,
        "high": high,
        "tolerance": tolerance,
        "reason": reason,
        "verdict": _verdict(
            published, low=low, high=high, tolerance=tolerance, not_comparable=not_comparable
        ),
        "note": not_comparable,
    }
    return pd.DataFrame([row])


def check_direction(
    published: float,
    measured: float,
    *,
    claim: str,
    where: str,
    interval: tuple[float, float],
) -> pd.DataFrame:
    """Return one row of the scorecard that asks whether a quantity rises or falls as the paper prints.

    A published rise is "reproduced" where the whole interval of the measured change is above 0, "contradicted"
    where it is below, else "inconclusive"; a fall likewise. That nothing changes is "contradicted" by an
    interval without 0, and never reproduced: an interval with 0 may also be a wide one. An end nearer to 0 than
    `ROUNDING` is 0.

    Parameters
    ----------
    published, measured : float
        Change of the quantity, in the same unit; only the sign of the published one counts.
    claim, where : str
        What changes, and the section or table of the paper.
    interval : (low, high)
        95 % interval of the measured change; NaN where it is not known.

    Returns
    -------
    DataFrame
        The columns of `check`.

    Raises
    ------
    InputError
        Where the interval does not hold the measured change.

    Examples
    --------
    >>> check_direction(-0.5, -0.1, claim="OSG", where="Table 0", interval=(-0.2, -0.05))["verdict"].item()
    'reproduced'
    """
    low, measured, high = (
        0.0 if abs(end) < ROUNDING else end for end in (interval[0], measured, interval[1])
    )
    if low > measured or measured > high:
        raise InputError(f"found {measured} with interval ({low}, {high}); expected a value inside it")
    sign = (low > 0) - (high < 0)  # 0 also where nothing is known
    wanted = (published > 0) - (published < 0)
    verdict = "inconclusive" if not sign else "reproduced" if sign == wanted else "contradicted"
    numbers = {"published": published, "measured": measured, "low": low, "high": high}
    rule = {"tolerance": float("nan"), "reason": "the sign alone", "verdict": verdict, "note": ""}
    return pd.DataFrame([{"claim": claim, "where": where, **numbers, **rule}])


def scorecard(*rows: pd.DataFrame) -> pd.DataFrame:
    """Return several rows of `check` as one table.

    Examples
    --------
    >>> row = check(1, 1, claim="one", where="Table 0", tolerance=0, reason="a count")
    >>> len(scorecard(row, row))
    2
    """
    return pd.concat(rows, ignore_index=True)


def _verdict(published: float, *, low: float, high: float, tolerance: float, not_comparable: str) -> str:
    if not_comparable:
        return "not comparable"
    nearest = max(low - published, published - high, 0.0)
    farthest = max(abs(low - published), abs(high - published))
    if farthest <= tolerance:
        return "reproduced"
    return "contradicted" if nearest > tolerance else "inconclusive"
