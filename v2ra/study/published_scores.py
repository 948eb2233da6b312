"""Table 9 and what Section 4.7 claims, held against ratings of people; where there are none, that is what is said.

Conventions
-----------
Scores are from 1 to 5, higher is better. Claims have the columns of `v2ra.claims`; verdict "not measured" where no
ratings are at hand. Measured values come from people alone: ratings of another kind are refused.

Source
------
Section 4.7; Table 9; Figures 11 and 12, whose values are not printed.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd

from v2ra.bootstrap import Interval
from v2ra.claims import check, check_direction, scorecard
from v2ra.errors import InputError
from v2ra.published import load_published
from v2ra.study.analysis import difference, interval_of, table_of
from v2ra.study.own_clips import MISMATCHED, OURS, PREVIOUS, REAL
from v2ra.study.ratings import Ratings
from v2ra.study.store import PEOPLE

QUESTIONS = {"sound quality": "clarity", "synchronization": "synchrony", "overall quality": "overall"}
METHODS = {"[12]": "visually_indicated", "[14]": "sample_rnn"}
NONE_YET = "no ratings yet"
CLEAR = ("gravel", "wood", "cloth", "plastic")  # "easier to distinguish which video is ground truth"
OTHER_CLIPS = "other clips and listeners than the paper's"
DRAWN = "no value is printed: 1 stands for a rise"
PRINTED_STEP = 0.05  # 20 listeners move the mean of one clip by this


class Row(NamedTuple):
    """One printed number of Table 9 with what was measured."""

    compared_with: str
    method: str
    question: str
    published: float
    measured: float
    low: float
    high: float
    n_listeners: int
    n_clips: int
    status: str


def table_nine(ratings: Ratings) -> pd.DataFrame:
    """Return Table 9 with measured means beside the published ones.

    Parameters
    ----------
    ratings : Ratings
        Of people, screened; may hold none.

    Returns
    -------
    DataFrame
        The fields of `Row`, one row a printed number. Measured means are over the clips of the categories in which
        the paper compares with that method, and which have both systems; NaN and status "no ratings yet" otherwise.

    Raises
    ------
    InputError
        For ratings that are not people's.

    Examples
    --------
    >>> from v2ra.study.ratings import no_ratings
    >>> table = table_nine(no_ratings())
    >>> table["published"].tolist()[:3], set(table["status"])
    ([4.5, 4.75, 4.4], {'no ratings yet'})
    """
    check_people(ratings)
    return pd.DataFrame(_rows(ratings), columns=list(Row._fields))


def as_printed(table: pd.DataFrame) -> pd.DataFrame:
    """Return Table 9 in the paper's form, a row a method, published and measured side by side."""
    rows = []
    for (other, method), own in table.groupby(["compared_with", "method"], sort=False):
        row = {"method": method if method != "Ours" else f"Ours, beside {other}"}
        for entry in own.to_dict("records"):
            row[f"{entry['question']}, published"] = f"{entry['published']:.2f}"
            row[f"{entry['question']}, measured"] = _cell(entry["measured"], entry["low"], entry["high"])
        rows.append(row)
    return pd.DataFrame(rows)


def listening_claims(ratings: Ratings, *, not_comparable: str = OTHER_CLIPS) -> pd.DataFrame:
    """Return the scorecard of Section 4.7.

    Parameters
    ----------
    ratings : Ratings
        Of people, screened; may hold none.
    not_comparable : str
        Why printed values themselves cannot be compared; directions can.

    Returns
    -------
    DataFrame
        The columns of `v2ra.claims.check`: twelve printed values; ours minus each method on each question; matched
        minus mismatched; the real sound minus ours in the categories that the text calls easy to tell.

    Examples
    --------
    >>> from v2ra.study.ratings import no_ratings
    >>> set(listening_claims(no_ratings())["verdict"])
    {'not measured'}
    """
    check_people(ratings)
    return scorecard(*_values(ratings, not_comparable), *_directions(ratings))


def check_people(ratings: Ratings) -> None:
    """Refuse ratings that are not people's: no table of the paper holds simulated raters."""
    kinds = {ratings.kind, *ratings.scores["listener_kind"], *ratings.choices["listener_kind"]}
    if kinds != {PEOPLE}:
        raise InputError(
            f"found ratings of kind {sorted(kinds - {PEOPLE})[0]}; expected people's; keep them apart"
        )


def _rows(ratings: Ratings) -> Iterator[Row]:
    printed = load_published("table9").to_dict("records")
    for first, second in zip(printed[::2], printed[1::2], strict=True):
        other = METHODS[str(first["method"])]
        for line, system in ((first, other), (second, OURS)):
            for question, key in QUESTIONS.items():
                table = _compared(ratings, system, other, key)
                known = not table.empty
                numbers = interval_of(table.to_numpy()) if known else (np.nan, np.nan, np.nan)
                name, names = str(line["method"]), (str(first["method"]),)
                status = "measured" if known else NONE_YET
                yield Row(*names, name, question, float(line[question]), *numbers, *table.shape, status)


def _compared(ratings: Ratings, system: str, other: str, question: str) -> pd.DataFrame:
    """Return the answers about a system on the clips that the other one has too."""
    own, theirs = (
        table_of(ratings.scores, system=name, question=question, categories=PREVIOUS[other])
        for name in (system, other)
    )
    return own[[clip for clip in own if clip in theirs.columns]] if not theirs.empty else theirs


def _values(ratings: Ratings, not_comparable: str) -> Iterator[pd.DataFrame]:
    for row in _rows(ratings):
        method = f"ours, beside {row.compared_with}" if row.method == "Ours" else row.method
        claim = f"{row.question} (1 to 5), {method}"
        if np.isnan(row.measured):
            yield not_measured(row.published, claim=claim, where="Table 9")
            continue
        yield check(
            row.published,
            row.measured,
            claim=claim,
            where="Table 9",
            tolerance=PRINTED_STEP,
            reason="one answer of twenty",
            interval=None if np.isnan(row.low) else (row.low, row.high),
            not_comparable=not_comparable,
        )


def _directions(ratings: Ratings) -> Iterator[pd.DataFrame]:
    printed = load_published("table9").to_dict("records")
    for first, second in zip(printed[::2], printed[1::2], strict=True):
        other = METHODS[str(first["method"])]
        for question, key in QUESTIONS.items():
            change = round(float(second[question]) - float(first[question]), 2)
            found = difference(ratings, OURS, other, question=key, categories=PREVIOUS[other])
            yield _direction(
                change, found, claim=f"{question}: ours minus {first['method']}", where="Table 9"
            )
    found = difference(ratings, OURS, MISMATCHED, question="synchrony")
    claim = "synchronization: matched minus mismatched"
    yield _direction(1.0, found, claim=claim, where="Figure 12", note=DRAWN)
    for question in ("clarity", "synchrony"):
        found = difference(ratings, REAL, OURS, question=question, categories=CLEAR)
        claim = f"{question}: real minus ours, {', '.join(CLEAR)}"
        yield _direction(1.0, found, claim=claim, where="Figure 11", note=DRAWN)


def _direction(
    published: float, found: tuple[Interval, int, int] | None, *, claim: str, where: str, note: str = ""
) -> pd.DataFrame:
    if found is None:
        row = not_measured(published, claim=claim, where=where, reason="the sign alone")
        return row.assign(note="; ".join(filter(None, (NONE_YET, note))))
    ends = (found[0].low, found[0].high)
    row = check_direction(published, found[0].mean, claim=claim, where=where, interval=ends)
    return row.assign(note=note)


def not_measured(
    published: float, *, claim: str, where: str, reason: str = "one answer of twenty"
) -> pd.DataFrame:
    """Return a row of the scorecard for which nobody has listened yet."""
    numbers = {"published": published, "measured": np.nan, "low": np.nan, "high": np.nan}
    rule = {"tolerance": np.nan, "reason": reason, "verdict": "not measured", "note": NONE_YET}
    return pd.DataFrame([{"claim": claim, "where": where, **numbers, **rule}])


def _cell(mean: float, low: float, high: float) -> str:
    if np.isnan(mean):
        return NONE_YET
    return f"{mean:.2f}" if np.isnan(low) else f"{mean:.2f} [{low:.2f}, {high:.2f}]"
