"""Grades by protocol beside the printed ones: means, intervals, distances.

Conventions
-----------
Grades are the table of `v2ra.odg_protocols.protocol_grades`; ODG is −3.98 to 0.22, higher is better. A distance is in
grades, 0 is best.

Source
------
Tables 6 to 8; the distances are ours.
"""

import numpy as np
import pandas as pd

from v2ra.bootstrap import mean_interval
from v2ra.published import load_published


def protocol_summary(grades: pd.DataFrame) -> pd.DataFrame:
    """Average over clips and seeds, beside what the paper prints for such a system.

    Parameters
    ----------
    grades : DataFrame
        Of `protocol_grades`.

    Returns
    -------
    DataFrame
        A row a protocol and system: mean with its 95 % interval (low, high), lowest and highest grade, n_clips,
        n_undefined, published, and how far the mean lies from it (distance).

    Examples
    --------
    >>> row = {"protocol": "exchanged", "system": "tuned", "category": "wood", "seed": 0, "odg": -1.0}
    >>> found = protocol_summary(pd.DataFrame([row | {"clip": clip} for clip in "ab"]))
    >>> found[["mean", "n_clips", "n_undefined"]].values.tolist()
    [[-1.0, 2.0, 0.0]]
    """
    rows = []
    for (protocol, system), group in grades.groupby(["protocol", "system"], sort=False):
        values = group.pivot(index="seed", columns=["category", "clip"], values="odg").to_numpy()
        counts = {"n_clips": values.shape[1], "n_undefined": int(np.isnan(values).sum())}
        row = {"protocol": protocol, "system": system}
        if np.isnan(values).all():
            rows.append({**row, "mean": np.nan, **counts})
            continue
        interval = mean_interval(values)._asdict()
        ends = {"lowest": float(np.nanmin(values)), "highest": float(np.nanmax(values))}
        published = published_grade(str(system))
        distance = abs(interval["mean"] - published)
        rows.append({**row, **interval, **ends, **counts, "published": published, "distance": distance})
    return pd.DataFrame(rows)


def protocol_distances(grades: pd.DataFrame) -> pd.DataFrame:
    """Return how far each protocol lies from the paper, nearest first.

    A protocol has to explain the ground truth's grade and the systems' grades at once.

    Parameters
    ----------
    grades : DataFrame
        Of `protocol_grades`.

    Returns
    -------
    DataFrame
        By protocol: the distance of each system's mean from the printed grade, their mean and largest value, and
        in_range, the share of single grades between the lowest and the highest that the paper prints.

    Examples
    --------
    >>> rows = [("exchanged", "tuned", -1.0), ("unaligned", "tuned", -0.2)]
    >>> grades = pd.DataFrame(rows, columns=["protocol", "system", "odg"]).assign(category="", clip="", seed=0)
    >>> protocol_distances(grades)[["tuned", "in_range"]].round(1).values.tolist()
    [[0.0, 1.0], [0.8, 0.0]]
    """
    summary = protocol_summary(grades)
    table = summary.pivot(index="protocol", columns="system", values="distance")
    table = table[list(dict.fromkeys(summary["system"]))].dropna(how="all")
    low, high = published_range()
    known = grades.dropna(subset="odg")
    in_range = known["odg"].between(low, high).groupby(known["protocol"]).mean()
    extra = {"mean": table.mean(axis=1), "largest": table.max(axis=1), "in_range": in_range}
    return table.assign(**extra).sort_values("mean")


def published_range() -> tuple[float, float]:
    """Return the lowest and the highest ODG of Tables 6 to 8.

    Examples
    --------
    >>> published_range()
    (-0.3362, -0.0907)
    """
    tables = [load_published(f"table{number}") for number in (6, 7, 8)]
    found = np.concatenate([table.filter(like="odg").to_numpy().ravel() for table in tables])
    return float(found.min()), float(found.max())


def published_grade(system: str) -> float:
    """Return the ODG that the paper prints for the ground truth, or for its own method: mean of Tables 6 and 7.

    Examples
    --------
    >>> published_grade("ground_truth"), published_grade("tuned")
    (-0.225, -0.19565)
    """
    rows = {"table6": "Ground truth", "table7": "ground truth"}
    if system != "ground_truth":
        rows = {"table6": "Our method", "table7": "Full system"}
    tables = {name: load_published(name) for name in rows}
    found = [table[table.iloc[:, 0] == rows[name]]["odg"].item() for name, table in tables.items()]
    return round(float(np.mean(found)), 5)
