"""What Section 4.4 says of the systems that it compares with, held against what was measured; every rule stands here.

Conventions
-----------
Input is rows of `v2ra.evaluation` (system, category, clip, seed, metric, value); output is the scorecard of
`v2ra.claims`. Differences are V2RA's (tuned) minus the other system's, paired clip by clip and seed by seed. Printed
grades themselves are not comparable: other clips, and ODG and OSG that are not fully specified.

Source
------
Sections 4.4.1 and 4.4.2; Tables 5, 6 and 9.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from v2ra.bootstrap import Interval, mean_interval
from v2ra.claims import check, check_direction, scorecard
from v2ra.errors import InputError
from v2ra.evaluation import gains
from v2ra.published import load_published
from v2ra.scheme_claims import SYNTHETIC
from v2ra.system_scores import OURS

PARTS = ("mms", "msf", "rms", "osg")  # of Table 6, beside ODG
CLOSE_ODG = 0.1  # Table 4's grades are 1 apart, and tests of hearing report them to one decimal
REAL_TIME = "a smaller network on another machine than [14]'s"


def physics_claims(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the scorecard of Section 4.4.1.

    Parameters
    ----------
    rows : DataFrame
        Of `evaluate_clips` (osg) and `consistency_rows` (osg_between), of one category, with systems tuned and modal.

    Returns
    -------
    DataFrame
        The four printed cells, then the two directions that the text draws from them.
    """
    printed = load_published("table5")["osg"].tolist()
    cells = [("osg_between", "modal"), ("osg_between", OURS), ("osg", "modal"), ("osg", OURS)]
    found = [
        _cell(rows, system, metric, printed[place], where="Table 5")
        for place, (metric, system) in enumerate(cells)
    ]
    found += [
        _direction(rows, "modal", metric, change, claim=claim, where="Section 4.4.1, Table 5")
        for metric, change, claim in (
            ("osg_between", printed[1] - printed[0], "OSG between two sounds of ours, minus those of [2]"),
            ("osg", printed[3] - printed[2], "OSG to the real sound: ours minus [2]"),
        )
    ]
    return _all(found)


def learning_claims(rows: pd.DataFrame, *, real_time_factors: Mapping[str, float]) -> pd.DataFrame:
    """Return the scorecard of Section 4.4.2.

    Parameters
    ----------
    rows : DataFrame
        Of `evaluate_clips`, with systems tuned, sample_rnn and visually_indicated; one category, or several put
        together.
    real_time_factors : mapping of str to float
        By system.

    Returns
    -------
    DataFrame
        Directions of Table 6; "relatively close" ODG; synchrony, as rated in Table 9 and as onset gain here; speed.
    """
    theirs, ours, _ = load_published("table6").to_dict("records")
    changes = {metric: float(ours[metric]) - float(theirs[metric]) for metric in ("odg", *PARTS)}
    found = [
        _direction(
            rows,
            "sample_rnn",
            metric,
            changes[metric],
            claim=f"{metric.upper()}: ours minus [14]",
            where="Section 4.4.2, Table 6",
        )
        for metric in PARTS
    ]
    found.append(_close_odg(rows, changes["odg"]))
    rated = load_published("table9")["synchronization"].tolist()  # [12], ours; [14], ours
    whole = pd.concat([rows, gains(rows)], ignore_index=True)
    for system, label, change in (
        ("sample_rnn", "[14]", rated[3] - rated[2]),
        ("visually_indicated", "[12]", rated[1] - rated[0]),
    ):
        claim = f"synchrony (rated; measured: onset gain): ours minus {label}"
        where = "Section 4.4.2, Table 9"
        found.append(_direction(whole, system, "onset_f_gain", round(change, 2), claim=claim, where=where))
    found.append(_too_slow(real_time_factors["sample_rnn"]))
    return _all(found)


def difference(rows: pd.DataFrame, system: str, metric: str, *, base: str = OURS) -> Interval | None:
    """Return V2RA's mean minus another system's, paired, with its interval; None where one has no score.

    Examples
    --------
    >>> scores = [(name, "wood", clip, 0, "osg", v) for name, v in (("tuned", 0.1), ("modal", 0.4)) for clip in "ab"]
    >>> rows = pd.DataFrame(scores, columns=["system", "category", "clip", "seed", "metric", "value"])
    >>> round(difference(rows, "modal", "osg").mean, 3)
    -0.3
    """
    own = rows[rows["metric"] == metric]
    wide = own.pivot_table(index="seed", columns=["system", "category", "clip"], values="value")
    known = set(own["system"])
    if not {system, base} <= known:
        return None
    return mean_interval((wide[base] - wide[system]).to_numpy())


def _cell(
    rows: pd.DataFrame, system: str, metric: str, published: float, *, where: str
) -> pd.DataFrame | None:
    own = rows[(rows["system"] == system) & (rows["metric"] == metric)]
    if own.empty:
        return None
    found = mean_interval(own.pivot(index="seed", columns="clip", values="value").to_numpy())
    name = "OSG between two sounds" if metric == "osg_between" else "OSG to the real sound"
    return check(
        published,
        found.mean,
        claim=f"{name}, {'ours' if system == OURS else '[2]'}",
        where=where,
        tolerance=0.0,
        reason="as printed",
        interval=None if np.isnan(found.low) else (found.low, found.high),
        not_comparable=SYNTHETIC,
    )


def _direction(
    rows: pd.DataFrame, system: str, metric: str, change: float, *, claim: str, where: str
) -> pd.DataFrame | None:
    found = difference(rows, system, metric)
    if found is None:
        return None
    interval = (found.low, found.high)
    return check_direction(round(change, 4), found.mean, claim=claim, where=where, interval=interval)


def _close_odg(rows: pd.DataFrame, change: float) -> pd.DataFrame | None:
    """Held against what the text says, close, and not against the printed difference: |difference| within 0.1."""
    found = difference(rows, "sample_rnn", "odg")
    if found is None:
        return None
    unknown = bool(np.isnan(found.low))
    return check(
        0.0,
        found.mean,
        claim=f'ODG "relatively close": ours minus [14] (printed {change:+.4f})',
        where="Section 4.4.2, Table 6",
        tolerance=CLOSE_ODG,
        reason="grades are told to one decimal",
        interval=None if unknown else (found.low, found.high),
        not_comparable="one clip has no interval" if unknown else "",
    )


def _too_slow(factor: float) -> pd.DataFrame:
    return check(
        1.0,
        factor,
        claim='[14] "not suitable for real-time applications": real-time factor above 1',
        where="Section 4.4.2",
        tolerance=0.0,
        reason="real time; no factor is printed",
        not_comparable=REAL_TIME,
    )


def _all(found: list[pd.DataFrame | None]) -> pd.DataFrame:
    rows = [row for row in found if row is not None]
    if not rows:
        raise InputError("found no system that the paper compares with; expected one; compare it first")
    return scorecard(*rows)
