"""What the paper says of its two schemes, held against what was measured; every rule stands here.

Conventions
-----------
Input is the table of `v2ra.evaluation.summarise`; output is the scorecard of `v2ra.claims`. A category that was
not measured has no row.

Source
------
Section 3.3 (de-noising suits bird, not dog or wood); Section 4.6, Table 8 and Figures 9 and 10.
"""

import itertools
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from v2ra.claims import check, check_direction, scorecard
from v2ra.published import load_published
from v2ra.scheme_scores import METRICS, PRINTED

SYNTHETIC = "other clips than the paper's, and its ODG and OSG are not fully specified"
SAME_ONSET_F = 0.1  # a clip has some ten events: one that is lost or added moves F by 0.05
SUITED, UNSUITED = "bird", ("dog", "wood")
STILL = ("cloth", "wood", "gravel", "plastic")  # Figures 9(c) to 9(e) are not named: recorded in a lab
SAME_ODG = 0.1  # tests of hearing report grades to one decimal


def printed_changes() -> pd.DataFrame:
    """Return how far the printed Table 8 says that each scheme moves ODG and OSG.

    Returns
    -------
    DataFrame
        Columns category, scheme, odg_change (above 0 is better), osg_change (below 0 is better) and worse: what
        the scheme harms, as printed.

    Examples
    --------
    >>> table = printed_changes()
    >>> table[table.worse.str.contains("OSG")].category.tolist()
    ['bird', 'gravel', 'plastic']
    """
    rows = []
    for row in load_published("table8").to_dict("records"):
        for system in tuple(PRINTED)[1:]:
            moved = {m: round(row[f"{PRINTED[system]}_{m}"] - row[f"original_{m}"], 4) for m in METRICS}
            worse = ["ODG"] * (moved["odg"] < 0) + ["OSG"] * (moved["osg"] > 0)
            changes = {f"{metric}_change": change for metric, change in moved.items()}
            category = str(row["category"]).lower()
            rows.append({"category": category, "scheme": system, **changes, "worse": ", ".join(worse)})
    return pd.DataFrame(rows)


def value_claims(summary: pd.DataFrame) -> pd.DataFrame:
    """Return the scorecard of the printed values themselves, none of which can be compared.

    Parameters
    ----------
    summary : DataFrame
        Of `summarise`.

    Returns
    -------
    DataFrame
        A row a printed cell of Table 8 of a category that was measured; empty where there is none.
    """
    rows = [
        check(
            cell.printed,
            cell.mean,
            claim=f"{cell.metric.upper()}, {cell.category}, {cell.system}",
            where="Table 8",
            tolerance=0.0,
            reason="as printed",
            interval=None if np.isnan(cell.low) else (cell.low, cell.high),
            not_comparable=SYNTHETIC,
        )
        for cell in _cells(summary, tuple(PRINTED), suffix="")
    ]
    return scorecard(*rows) if rows else pd.DataFrame()


def direction_claims(summary: pd.DataFrame) -> pd.DataFrame:
    """Return the scorecard of the direction of each change from the sound as generated.

    The rule is that of `v2ra.claims.check_direction`; where both printed values are equal, the claim is that
    nothing changes.

    Parameters
    ----------
    summary : DataFrame
        Of `summarise`, with odg_change and osg_change.

    Returns
    -------
    DataFrame
        A row a category, scheme and metric that the paper prints; empty where there is none.
    """
    rows = [
        check_direction(
            round(cell.printed - cell.printed_original, 4),
            cell.mean,
            claim=f"{cell.metric.upper()} after {cell.system}, {cell.category}",
            where="Table 8",
            interval=(cell.low, cell.high),
        )
        for cell in _cells(summary, tuple(PRINTED)[1:], suffix="_change")
    ]
    return scorecard(*rows) if rows else pd.DataFrame()


def standstill_claims(summary: pd.DataFrame) -> pd.DataFrame:
    """Return the scorecard of "no significant difference" where the training sounds have little noise.

    Reproduced where the whole interval of the change of ODG lies within ±0.1, contradicted where it lies outside.

    Parameters
    ----------
    summary : DataFrame
        Of `summarise`, with odg_change.

    Examples
    --------
    >>> row = {"system": "denoised", "category": "wood", "metric": "odg_change", "mean": 0.5}
    >>> standstill_claims(pd.DataFrame([row | {"low": 0.3, "high": 0.7}]))["verdict"].item()
    'contradicted'
    """
    chosen = summary[summary["system"].isin(tuple(PRINTED)[1:]) & (summary["metric"] == "odg_change")]
    still, reason = chosen[chosen["category"].isin(STILL)], "grades are told to one decimal"
    where = "Section 4.6, Figure 9"
    return _unchanged(still, "change of ODG", where=where, tolerance=SAME_ODG, reason=reason)


class _Cell(NamedTuple):
    """One printed number of Table 8 with what was measured."""

    category: str
    system: str
    metric: str
    printed: float
    printed_original: float
    mean: float
    low: float
    high: float


def _cells(summary: pd.DataFrame, systems: Sequence[str], *, suffix: str) -> Iterator[_Cell]:
    printed = {row["category"].lower(): row for row in load_published("table8").to_dict("records")}
    keys = zip(summary["category"], summary["system"], summary["metric"], strict=True)
    numbers = summary[["mean", "low", "high"]].to_numpy(dtype=np.float64).tolist()
    measured = dict(zip(keys, numbers, strict=True))
    for category in summary["category"].unique():
        if category not in printed:
            continue
        for system, metric in itertools.product(systems, METRICS):
            mean, low, high = measured[category, system, metric + suffix]
            cell, original = (
                float(printed[category][f"{PRINTED[name]}_{metric}"]) for name in (system, "original")
            )
            yield _Cell(category, system, metric, cell, original, mean, low, high)


def unchanged_claims(summary: pd.DataFrame, *, metric: str = "onset_f_change") -> pd.DataFrame:
    """Return the scorecard of "it does not affect the synchronization", a row a system and category.

    Reproduced where the whole interval of the change lies within ±0.1, contradicted where it lies outside.

    Parameters
    ----------
    summary : DataFrame
        Of `summarise`, with the metric.
    metric : str
        A change of a share.

    Examples
    --------
    >>> row = {"system": "ours", "category": "gravel", "metric": "onset_f_change", "mean": 0.01}
    >>> unchanged_claims(pd.DataFrame([row | {"low": -0.03, "high": 0.04}]))["verdict"].item()
    'reproduced'
    """
    changes, reason = summary[summary["metric"] == metric], "one event of ten moves F by half of it"
    return _unchanged(changes, "change of onset F", where="Figure 10", tolerance=SAME_ONSET_F, reason=reason)


def _unchanged(
    changes: pd.DataFrame, what: str, *, where: str, tolerance: float, reason: str
) -> pd.DataFrame:
    """Return the scorecard of "it does not change", a row a system and category; empty where there is none."""
    rows = [
        check(
            0.0,
            float(row["mean"]),
            claim=f"{what}, {row['category']}, {row['system']}",
            where=where,
            tolerance=tolerance,
            reason=reason,
            interval=None if np.isnan(row["low"]) else (float(row["low"]), float(row["high"])),
            not_comparable="one clip has no interval" if np.isnan(row["low"]) else "",
        )
        for row in changes.to_dict("records")
    ]
    return scorecard(*rows) if rows else pd.DataFrame()


def suited_claims(summary: pd.DataFrame, *, system: str, metric: str = "gain_white") -> pd.DataFrame:
    """Return the scorecard of "robust for bird, not suitable for dog or wood", as a difference of gains.

    The interval of a difference is taken from the ends of both, which is wider than it need be.

    Parameters
    ----------
    summary : DataFrame
        Of `summarise`, over `v2ra.noise_trials.noise_trials`.
    system : str
        The de-noiser.
    metric : str
        A gain in dB.

    Examples
    --------
    >>> gains = {"bird": (9.0, 10.0, 11.0), "dog": (5.0, 6.0, 7.0)}
    >>> rows = [("ours", name, "gain_white", *ends) for name, ends in gains.items()]
    >>> table = pd.DataFrame(rows, columns=["system", "category", "metric", "low", "mean", "high"])
    >>> suited_claims(table, system="ours")[["measured", "low", "high", "verdict"]].values.tolist()
    [[4.0, 2.0, 6.0, 'reproduced']]
    """
    chosen = summary[(summary["system"] == system) & (summary["metric"] == metric)]
    found = {row["category"]: row for row in chosen.to_dict("records")}
    rows = [
        check_direction(
            1.0,
            found[SUITED]["mean"] - found[other]["mean"],
            claim=f"SNR gain (dB), {SUITED} minus {other}",
            where="Section 3.3",
            interval=(
                found[SUITED]["low"] - found[other]["high"],
                found[SUITED]["high"] - found[other]["low"],
            ),
        )
        for other in UNSUITED
        if SUITED in found and other in found
    ]
    return scorecard(*rows) if rows else pd.DataFrame()
