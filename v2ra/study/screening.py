"""Which listeners are analysed, by the rule that the plan fixed before anyone listened.

Conventions
-----------
A listener stays who finished, found the quieter tone often enough, gave hidden repeats about the same grade, and did
not give one grade to almost everything. A part that the plan does not have (no headphone check, no repeats) leaves
nobody out.

Source
------
ITU-T P.913 for screening by a rule; Woods et al. (2017) for the tones; thresholds are keys of
`v2ra.study.plan.Screening`.
"""

from pathlib import Path

import numpy as np
import pandas as pd

from v2ra.study.plan import Screening
from v2ra.study.plan_file import PLAN_FILE, read_plan
from v2ra.study.ratings import Ratings, no_ratings, read_ratings
from v2ra.study.store import DATABASES, PEOPLE

COLUMNS = ("listener", "finished", "checks_right", "repeat_difference", "same_share", "kept", "reason")


def screen(ratings: Ratings, rule: Screening) -> pd.DataFrame:
    """Return a row for each listener who answered anything.

    Parameters
    ----------
    ratings : Ratings
        All of them.
    rule : Screening
        Of the plan.

    Returns
    -------
    DataFrame
        Columns listener, finished, checks_right (of the tones), repeat_difference (mean absolute difference of the
        hidden repeats, in points), same_share (of the commonest grade), kept, reason (empty where kept). What was
        not asked is NaN.

    Examples
    --------
    >>> from v2ra.study.ratings import no_ratings
    >>> len(screen(no_ratings(), Screening()))
    0
    """
    everyone = sorted(
        {*ratings.scores["listener"], *ratings.choices["listener"], *ratings.checks["listener"]}
    )
    rows = []
    for listener in everyone:
        own = ratings.only([listener])
        rated = own.scores[own.scores["kind"] == "rating"]
        right = float((own.checks["value"] == own.checks["answer"]).sum()) if len(own.checks) else np.nan
        figures = {
            "checks_right": right,
            "repeat_difference": repeat_difference(rated),
            "same_share": _same(rated),
        }
        reason = _reason(listener in ratings.finished, figures, rule)
        rows.append(
            {"listener": listener, "finished": listener in ratings.finished, **figures}
            | {"kept": not reason, "reason": reason}
        )
    return pd.DataFrame(rows, columns=list(COLUMNS))


def screened(ratings: Ratings, rule: Screening) -> Ratings:
    """Return the answers of the listeners who stay, without practice."""
    table = screen(ratings, rule)
    kept = ratings.only([int(listener) for listener in table.loc[table["kept"].astype(bool), "listener"]])
    scores = kept.scores[kept.scores["kind"] == "rating"]
    return Ratings(kept.kind, scores, kept.choices, kept.checks, kept.finished)


def people_at(folder: Path) -> Ratings:
    """Return the screened ratings of people in the folder of a study; none where nobody has been asked yet.

    Raises
    ------
    InputError
        Where there is a study and it cannot be read: a damaged one is not taken for an empty one.

    Examples
    --------
    >>> people_at(Path("no study")).finished
    ()
    """
    if not (folder / PLAN_FILE).is_file() or not (folder / DATABASES[PEOPLE]).is_file():
        return no_ratings()
    plan = read_plan(folder)
    return screened(read_ratings(folder, plan), plan.screening)


def ratings_details(folder: Path, ratings: Ratings) -> dict[str, object]:
    """Return what the sidecar of a result states about its ratings; the plan is None where there is none.

    Examples
    --------
    >>> ratings_details(Path("no study"), no_ratings())
    {'listener_kind': 'person', 'n_analysed': 0, 'plan': None}
    """
    plan = read_plan(folder).hash() if (folder / PLAN_FILE).is_file() else None
    return {"listener_kind": ratings.kind, "n_analysed": len(ratings.finished), "plan": plan}


def repeat_difference(scores: pd.DataFrame) -> float:
    """Return the mean absolute difference between first and second answers, in points; NaN without repeats.

    Examples
    --------
    >>> columns = ["system", "category", "clip", "question", "repeat", "value"]
    >>> rows = [("a", "dog", "d", "clarity", False, 4), ("a", "dog", "d", "clarity", True, 2)]
    >>> repeat_difference(pd.DataFrame(rows, columns=columns))
    2.0
    """
    keys = ["system", "category", "clip", "question"]
    again = scores[scores["repeat"].astype(bool)]
    both = again.merge(scores[~scores["repeat"].astype(bool)], on=keys, suffixes=("_again", "_first"))
    if both.empty:
        return float("nan")
    return float((both["value_again"].astype(float) - both["value_first"].astype(float)).abs().mean())


def _same(scores: pd.DataFrame) -> float:
    """Return the share of the commonest grade."""
    return float(scores["value"].value_counts(normalize=True).max()) if len(scores) else float("nan")


def _reason(finished: bool, figures: dict[str, float], rule: Screening) -> str:
    """Say why a listener is left out; comparisons with NaN are false."""
    if not finished:
        return "not finished"
    if figures["checks_right"] < rule.min_checks:
        return "headphone check"
    if figures["repeat_difference"] > rule.max_repeat_difference:
        return "hidden repeats"
    return "one grade for almost all" if figures["same_share"] > rule.max_same_share else ""
