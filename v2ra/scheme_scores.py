"""What the schemes of Section 4.6 change: ODG, OSG and synchrony of each sound, and of each change.

Conventions
-----------
Rows are those of `v2ra.evaluation`: system, category, clip, seed, metric, value. ODG and OSG are taken against
the clip's own sound; ODG is better if higher, OSG if lower. METRIC_change is a system's value minus that of the
sound as generated, clip by clip and seed by seed, so that what clips have in common drops out.

Source
------
Section 4.6, Table 8. Against what the paper takes its ODG is not known (PAPER_NOTES, 30); notebook 08 tries.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from v2ra.errors import InputError
from v2ra.evaluation import COLUMNS, Pair
from v2ra.heard_sounds import features_of, heard_pairs
from v2ra.pair_scores import Scores, difference_grades_of_pairs
from v2ra.published import load_published
from v2ra.schemes import SYSTEMS
from v2ra.score_cache import Runner
from v2ra.scores import synchrony_scores
from v2ra.similarity import grade_of_features

TIMING = ("onset_f", "best_lag_seconds", "rms_ratio")
PRINTED = {
    "original": "original",
    "denoised": "denoised",
    "peak-match": "peak_match",
}  # columns of table8.csv
METRICS = ("odg", "osg")
VALUE_COLUMNS = {
    "odg": "ODG",
    "osg": "OSG",
    "onset_f": "onset F",
    "rms_ratio": "RMS ratio",
    "silent": "silent",
}
CHANGE_COLUMNS = {"odg_change": "ODG", "osg_change": "OSG", "onset_f_change": "onset F"}
TIMING_COLUMNS = {
    "onset_f": "onset F",
    "onset_f_change": "change of onset F",
    "best_lag_seconds": "best lag (s)",
    "best_lag_seconds_change": "change of |lag| (s)",
    "osg": "OSG",
    "silent": "silent",
}
"""Heads of columns for `v2ra.score_tables.with_intervals`."""


def scheme_rows(
    pairs: Sequence[Pair], *, sample_rate: int, with_odg: bool = True, cache: Path | None = None
) -> pd.DataFrame:
    """Score sounds against those of their clips.

    Parameters
    ----------
    pairs : sequence of Pair
        Of equal length within a pair, 0.5 s or longer.
    sample_rate : int
        In Hz, 32 000 or more.
    with_odg : bool
        Without it there is neither odg nor di, which cost half of the time.
    cache : path, optional
        As in `v2ra.evaluation.evaluate_clips`.

    Returns
    -------
    DataFrame
        `v2ra.evaluation.COLUMNS`; metrics odg, di, osg, onset_f, best_lag_seconds, rms_ratio, and silent, 1
        where the sound has no sample but 0.

    Raises
    ------
    InputError
        As the metrics do.

    Examples
    --------
    >>> click = np.eye(1, 44100, 22050)[0]
    >>> table = scheme_rows([Pair("original", "wood", "a", click, click)], sample_rate=44100)
    >>> table[table.metric.isin(["osg", "onset_f", "silent"])].value.tolist()
    [0.0, 1.0, 0.0]
    """
    runner, rate = Runner(cache), sample_rate
    graded: Scores = [{}] * len(pairs)
    if with_odg:
        graded = difference_grades_of_pairs(pairs, sample_rate=rate, runner=runner)
    references, estimates = heard_pairs(pairs, sample_rate=rate, runner=runner)
    sides = [side for pair in pairs for side in (pair.reference, pair.estimate)]
    features = features_of(sides, sample_rate=rate, runner=runner)
    rows = []
    for k, pair in enumerate(pairs):
        timing = synchrony_scores(references[k], estimates[k], sample_rate=rate)
        scores = {**graded[k], "osg": grade_of_features(features[2 * k], features[2 * k + 1]).osg}
        scores |= {name: timing[name] for name in TIMING}
        scores["silent"] = float(not np.any(pair.estimate))
        rows += [(pair.system, pair.category, pair.clip, pair.seed, *score) for score in scores.items()]
    return pd.DataFrame(rows, columns=COLUMNS)


def with_changes(rows: pd.DataFrame, *, base: str = "original") -> pd.DataFrame:
    """Add METRIC_change to the rows of every other system.

    Parameters
    ----------
    rows : DataFrame
        Of `scheme_rows`.
    base : str
        The system that others are held against.

    Returns
    -------
    DataFrame
        The rows, then those of the changes; of lags, the change of their size.

    Raises
    ------
    InputError
        If the base is not there.

    Examples
    --------
    >>> rows = [(system, "wood", "a", 0, "odg", value) for system, value in (("original", -3.9), ("ours", -3.5))]
    >>> with_changes(pd.DataFrame(rows, columns=COLUMNS)).value.round(2).tolist()
    [-3.9, -3.5, 0.4]
    """
    if base not in set(rows["system"]):
        raise InputError(f"found no system {base!r}; expected one of {', '.join(rows['system'].unique())}")
    sized = rows.assign(value=rows["value"].where(rows["metric"] != "best_lag_seconds", rows["value"].abs()))
    before = sized[sized["system"] == base].drop(columns="system")
    both = sized[sized["system"] != base].merge(before, on=COLUMNS[1:-1], suffixes=("", "_before"))
    changes = both.assign(metric=both["metric"] + "_change", value=both["value"] - both["value_before"])
    return pd.concat([rows, changes[COLUMNS]], ignore_index=True)


def table_eight(summary: pd.DataFrame) -> pd.DataFrame:
    """Lay a summary out as the paper's Table 8, published and measured cells side by side.

    Parameters
    ----------
    summary : DataFrame
        Of `v2ra.evaluation.summarise`, with odg and osg of all `SYSTEMS`.

    Returns
    -------
    DataFrame
        A row a category; "ODG / OSG" as published and as measured, for each system; "–" is not published.

    Examples
    --------
    >>> rows = [(system, "wood", metric, 0.5) for system in SYSTEMS for metric in ("odg", "osg")]
    >>> table = table_eight(pd.DataFrame(rows, columns=["system", "category", "metric", "mean"]))
    >>> table.iloc[0, 2]
    '0.5000 / 0.5000'
    """
    printed = load_published("table8", as_printed=True)
    printed = printed.set_index(printed["category"].str.lower())
    means = summary.set_index(["category", "system", "metric"])["mean"]
    rows = []
    for category in summary["category"].unique():
        row = {"category": category}
        for system in SYSTEMS:
            cells = [f"{PRINTED.get(system, '')}_{metric}" for metric in METRICS]
            known = category in printed.index and system in PRINTED
            row[f"{system}, published"] = " / ".join(printed.loc[category, cells]) if known else "–"
            measured = (f"{means[category, system, metric]:.4f}" for metric in METRICS)
            row[f"{system}, measured"] = " / ".join(measured)
        rows.append(row)
    return pd.DataFrame(rows).drop(columns=f"{SYSTEMS[-1]}, published")
