"""Scores as a person reads them: a row a system and category, a mean with its interval in each cell.

Conventions
-----------
Input is the tidy table of `v2ra.evaluation.summarise`; nothing is computed here, only laid out and rounded.

Source
------
The form of Tables 5 to 8: one row a system.
"""

import math
from collections.abc import Mapping

import pandas as pd

from v2ra.errors import InputError

SYNCHRONY = {  # metric: its column
    "onset_f": "onset F",
    "onset_f_mismatched": "other clips",
    "onset_f_chance": "chance",
    "onset_f_gain": "gain",
    "envelope_correlation": "envelope correlation",
    "rms_ratio": "RMS ratio",
}
MOTION = {
    "av_align": "AV-Align",
    "av_align_mismatched": "other clips",
    "av_align_chance": "chance",
    "av_align_gain": "gain",
}


def with_intervals(
    summary: pd.DataFrame, columns: Mapping[str, str] = SYNCHRONY, *, digits: int = 2
) -> pd.DataFrame:
    """Return one row a system and category, each metric as "mean [low, high]".

    Parameters
    ----------
    summary : DataFrame
        Columns system, category, metric, mean, low, high, n_clips, n_seeds.
    columns : mapping of str to str
        Metrics to show, with the heads of their columns.
    digits : int
        Decimal places.

    Returns
    -------
    DataFrame
        Columns system, category, those of `columns`, clips, seeds. A metric that a system lacks is "–"; so
        is an interval that is not known.

    Raises
    ------
    InputError
        Where the summary holds none of the metrics.

    Examples
    --------
    >>> row = {"system": "ours", "category": "wood", "metric": "onset_f", "mean": 0.5, "low": 0.4, "high": 0.62}
    >>> table = with_intervals(pd.DataFrame([row | {"n_clips": 3, "n_seeds": 1}]))
    >>> table["onset F"].item(), table["gain"].item()
    ('0.50 [0.40, 0.62]', '–')
    """
    shown = summary[summary["metric"].isin(columns)]
    if shown.empty:
        raise InputError(f"found none of {', '.join(columns)}; expected one or more; use summarise")
    rows = []
    for (system, category), group in shown.groupby(["system", "category"], sort=False):
        numbers = zip(*(group[name] for name in ("metric", "mean", "low", "high")), strict=True)
        cells = {metric: _cell(mean, low, high, digits) for metric, mean, low, high in numbers}
        counts = {"clips": group["n_clips"].max(), "seeds": group["n_seeds"].max()}
        heads = {head: cells.get(metric, "–") for metric, head in columns.items()}
        rows.append({"system": system, "category": category, **heads, **counts})
    return pd.DataFrame(rows)


def _cell(mean: float, low: float, high: float, digits: int) -> str:
    if math.isnan(mean):
        return "–"
    interval = "–" if math.isnan(low) or math.isnan(high) else f"[{low:.{digits}f}, {high:.{digits}f}]"
    return f"{mean:.{digits}f} {interval}"
