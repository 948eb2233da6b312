"""What each optimization scheme changes, with intervals.

Conventions
-----------
Those of `v2ra.drawing`. Points are means over clips and seeds, bars their 95 % intervals; the table is that of
`v2ra.evaluation.summarise`.

Source
------
Section 4.6, Table 8.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from v2ra.drawing import BLACK, BLUE, RED, SKY, SMALL, new_figure, tidy
from v2ra.errors import InputError

CHANGES = {
    "odg_change": "ODG (better: up)",
    "osg_change": "OSG (better: down)",
    "onset_f_change": "onset F (better: up)",
}


def plot_changes(summary: pd.DataFrame, *, metrics: Mapping[str, str] | None = None) -> Figure:
    """Show what each scheme changes, a panel a metric, with intervals.

    Parameters
    ----------
    summary : DataFrame
        Of `v2ra.evaluation.summarise`, over `v2ra.scheme_scores.with_changes`.
    metrics : mapping of str to str, optional
        Metrics with the labels of their axes; by default the changes of ODG, OSG and onset F.

    Returns
    -------
    Figure

    Raises
    ------
    InputError
        If a metric is not in the summary.

    Examples
    --------
    >>> columns = ["system", "category", "metric", "mean", "low", "high"]
    >>> summary = pd.DataFrame([("denoised", "wood", "odg_change", 0.5, 0.4, 0.6)], columns=columns)
    >>> [axes.get_ylabel() for axes in plot_changes(summary, metrics={"odg_change": "ODG"}).axes]
    ['ODG']
    """
    metrics = CHANGES if metrics is None else metrics
    missing = set(metrics) - set(summary["metric"])
    if missing:
        raise InputError(f"found no {sorted(missing)[0]}; expected changes; use with_changes")
    categories = list(dict.fromkeys(summary["category"]))
    figure = new_figure(0.6 + 1.5 * len(metrics))
    panels = figure.subplots(len(metrics), 1, sharex=True, squeeze=False)[:, 0]
    for axes, (metric, label) in zip(panels, metrics.items(), strict=True):
        rows = summary[summary["metric"] == metric]
        for number, (system, own) in enumerate(rows.groupby("system", sort=False)):
            across = [categories.index(category) + 0.2 * (number - 1) for category in own["category"]]
            errors = np.nan_to_num(np.array([own["mean"] - own["low"], own["high"] - own["mean"]]).clip(0))
            mark, colour = "osD"[number % 3], (SKY, RED, BLUE)[number % 3]
            axes.errorbar(
                across, own["mean"], errors, fmt=mark, color=colour, label=system, capsize=2, markersize=5
            )
        tidy(axes, y_label=label).axhline(0, color=BLACK, linewidth=0.6)
    panels[-1].set_xticks(range(len(categories)), categories)
    panels[0].legend(fontsize=SMALL, frameon=False, ncols=3, loc="lower right", bbox_to_anchor=(1.0, 1.0))
    return figure
