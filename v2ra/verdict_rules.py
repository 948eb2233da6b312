"""The rules that turn rows into a verdict, fixed in code before a run, and the same rules stricter and looser.

Conventions
-----------
A row of `v2ra.claims` is judged by its own rule: `check` where it has a tolerance, `check_direction` where it has
none. A claim holds of *each* of its rows: reproduced where all are, contradicted where one is, inconclusive otherwise;
rows that cannot be compared or were not measured do not count, unless there are no others.

Source
------
Ours.
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from v2ra.claims import check, check_direction

VERDICTS = ("reproduced", "contradicted", "inconclusive", "not comparable", "not measured")
OPEN = VERDICTS[3:]  # nothing is decided


class Rule(NamedTuple):
    """One way to judge: factors of interval and tolerance, and whether each row must hold or most."""

    name: str
    interval: float = 1.0
    tolerance: float = 1.0
    most: bool = False


FIXED = Rule("as fixed")
RULES = (
    FIXED,
    Rule("most rows decide", most=True),
    Rule("intervals twice as wide", interval=2.0),
    Rule("intervals half as wide", interval=0.5),
    Rule("tolerances doubled", tolerance=2.0),
    Rule("tolerances halved", tolerance=0.5),
)


def together(verdicts: Iterable[str], *, most: bool = False) -> str:
    """Return the verdict of a claim from those of its rows.

    Parameters
    ----------
    verdicts : iterable of str
        Of `VERDICTS`; none at all is "not measured".
    most : bool
        More than half of the rows decide, in place of each.

    Examples
    --------
    >>> together(["reproduced", "reproduced", "not comparable"])
    'reproduced'
    >>> rows = ["reproduced", "reproduced", "contradicted"]
    >>> together(rows), together(rows, most=True)
    ('contradicted', 'reproduced')
    """
    given = list(verdicts)
    decided = [verdict for verdict in given if verdict not in OPEN]
    if not decided:
        return "not comparable" if given and set(given) == {"not comparable"} else "not measured"
    counts = {verdict: decided.count(verdict) for verdict in VERDICTS[:2]}
    if most:
        found = [verdict for verdict, n_rows in counts.items() if 2 * n_rows > len(decided)]
        return found[0] if found else "inconclusive"
    if counts["contradicted"]:
        return "contradicted"
    return "reproduced" if counts["reproduced"] == len(decided) else "inconclusive"


def judged(rows: pd.DataFrame, rule: Rule = FIXED) -> list[str]:
    """Return the verdict of each row of `v2ra.claims` under a rule; what was left open stays so.

    Parameters
    ----------
    rows : DataFrame
        Columns published, measured, low, high, tolerance, verdict.

    Examples
    --------
    >>> row = {"published": 1.0, "measured": 0.2, "low": 0.1, "high": 0.3, "tolerance": float("nan")}
    >>> rows = pd.DataFrame([row | {"verdict": "reproduced"}])
    >>> judged(rows), judged(rows, Rule("wide", interval=2.5))
    (['reproduced'], ['inconclusive'])
    """
    return [_judged(row, rule) for row in rows.to_dict("records")]


def under_rules(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the verdict of every claim under each of `RULES`.

    Parameters
    ----------
    rows : DataFrame
        Columns of `v2ra.claims`, and id: the claim that they speak to.

    Returns
    -------
    DataFrame
        A row a claim that has rows, a column a rule.
    """
    table = pd.DataFrame({rule.name: judged(rows, rule) for rule in RULES}, index=rows["id"])
    groups = {str(name): own for name, own in table.groupby(level=0, sort=False)}
    found = {
        rule.name: [together(own[rule.name], most=rule.most) for own in groups.values()] for rule in RULES
    }
    return pd.DataFrame(found, index=pd.Index(groups, name="id"))


def _judged(row: Mapping[Any, Any], rule: Rule) -> str:
    verdict = str(row["verdict"])
    if verdict in OPEN:
        return verdict
    published, measured, low, high, tolerance = (
        float(row[name]) for name in ("published", "measured", "low", "high", "tolerance")
    )
    ends = measured - rule.interval * (measured - low), measured + rule.interval * (high - measured)
    interval = (min(ends[0], measured), max(ends[1], measured))  # rounding in the file moves an end past it
    if np.isnan(tolerance):
        found = check_direction(published, measured, claim="", where="", interval=interval)
    else:
        allowed = rule.tolerance * tolerance
        found = check(
            published, measured, claim="", where="", tolerance=allowed, reason="", interval=interval
        )
    return str(found["verdict"].item())
