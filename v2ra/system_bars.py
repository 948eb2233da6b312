"""Scores of all compared systems as bars.

Conventions
-----------
Those of `v2ra.drawing`. Bars are means over clips and seeds with their 95 % intervals; the table is that of
`v2ra.evaluation.summarise`.

Source
------
Ours: Tables 5 and 6 give single numbers.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from v2ra.drawing import BLACK, BLUE, GREY, ORANGE, SMALL, new_figure, tidy
from v2ra.errors import InputError

N_STEPS = 3  # of an axis of scores, so that the labels of four narrow panels do not touch
BARS = {
    "onset_f_gain": "onset gain (better: right)",
    "osg": "OSG (better: left)",
    "odg": "ODG (better: right)",
}


def plot_system_bars(
    summary: pd.DataFrame, *, labels: Mapping[str, str], metrics: Mapping[str, str] = BARS
) -> Figure:
    """Show scores of all systems, a panel a metric, a bar a category, with intervals.

    Parameters
    ----------
    summary : DataFrame
        Of `v2ra.evaluation.summarise`.
    labels : mapping of str to str
        Of systems, in the order of drawing from the top.
    metrics : mapping of str to str
        Metrics with the labels of their axes; one that the summary lacks, such as a gain over one clip, has an
        empty panel that says so.

    Returns
    -------
    Figure

    Raises
    ------
    InputError
        If the summary holds none of the metrics, or none of the systems.

    Examples
    --------
    >>> columns = ["system", "category", "metric", "mean", "low", "high"]
    >>> summary = pd.DataFrame([("tuned", "wood", "osg", 0.5, 0.4, 0.6)], columns=columns)
    >>> figure = plot_system_bars(summary, labels={"tuned": "V2RA"}, metrics={"osg": "OSG"})
    >>> figure.axes[0].get_yticklabels()[0].get_text()
    'V2RA'
    """
    shown = [name for name in labels if name in set(summary["system"])]
    if not shown or not set(metrics) & set(summary["metric"]):
        raise InputError(
            f"found none of {', '.join(metrics if shown else labels)} in the summary; expected scores of the systems; "
            "use summarise"
        )
    categories = list(dict.fromkeys(summary["category"]))
    figure = new_figure(1.0 + 0.28 * len(shown))
    panels = figure.subplots(1, len(metrics), sharey=True, squeeze=False)[0]
    for axes, (metric, label) in zip(panels, metrics.items(), strict=True):
        rows = summary[(summary["metric"] == metric) & summary["system"].isin(shown)]
        _draw_bars(axes, rows, shown, categories)
        if rows.empty:
            axes.text(0.5, 0.5, "not known", transform=axes.transAxes, fontsize=SMALL, ha="center")
        tidy(axes, x_label=label).axvline(0, color=BLACK, linewidth=0.6)
        axes.locator_params(axis="x", nbins=N_STEPS, steps=(1, 2, 5, 10))
        axes.grid(axis="x", color=GREY, alpha=0.25, linewidth=0.5)
    panels[0].set_yticks(range(len(shown)), [labels[name] for name in shown])
    panels[0].set_ylim(len(shown) - 0.5, -0.5)
    figure.legend(*panels[-1].get_legend_handles_labels(), loc="outside upper right", ncols=4, fontsize=SMALL)
    return figure


def _draw_bars(axes: Axes, rows: pd.DataFrame, systems: Sequence[str], categories: Sequence[str]) -> None:
    height = 0.8 / len(categories)
    for place, category in enumerate(categories):
        own = rows[rows["category"] == category]
        across = [
            systems.index(name) + height * (place - (len(categories) - 1) / 2) for name in own["system"]
        ]
        # An interval that is not known (one clip) is not drawn.
        errors = np.nan_to_num(np.array([own["mean"] - own["low"], own["high"] - own["mean"]]).clip(0))
        axes.barh(
            across,
            own["mean"],
            0.9 * height,
            xerr=errors,
            color=(BLUE, ORANGE)[place % 2],
            hatch=("", "///")[place % 2],
            edgecolor="white",
            linewidth=0.3,
            error_kw={"linewidth": 0.9, "capsize": 1.5},
            label=category,
        )
