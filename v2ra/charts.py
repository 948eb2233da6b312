"""Charts of results: losses of a run, scores beside their controls, speed.

Conventions
-----------
Points are means and bars their 95 % intervals; a control is told from a score by its mark as well as by its
colour. Tables are those of `v2ra.training` and `v2ra.evaluation`.

Source
------
Ours; the real-time line and the paper's 0.03 s a second are those of Section 4.2.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from v2ra.drawing import BLACK, BLUE, GREEN, GREY, MEDIUM, ORANGE, PINK, RED, SMALL, new_figure, tidy
from v2ra.errors import InputError
from v2ra.evaluation import SCALE_SYSTEMS

CONTROLS = {  # suffix of the metric: name, mark and colour
    "": ("matched", "o", BLUE),
    "_mismatched": ("other clips", "s", ORANGE),
    "_chance": ("chance", "_", BLACK),
}
LABELS = {
    "d_loss": "D (Eq. 8)",
    "g_adversarial": "adversarial",
    "g_l1": "λ · L1",
    "validation_onset_f": "onset F",
    "validation_onset_f_mismatched": "… other clips",
    "validation_correlation_mismatched": "… other clips",
    "validation_rms_ratio": "RMS ratio",
}
SMOOTHING = 20  # steps of the running mean


def plot_losses(
    history: pd.DataFrame, *, best_step: int | None = None, chance_loss: float | None = None
) -> Figure:
    """Show the losses of a training run, and its validation scores where there are any.

    Parameters
    ----------
    history : DataFrame
        Columns step, d_loss, g_… and validation_…, as `v2ra.training.train` returns them.
    best_step : int, optional
        The step that was kept; a vertical line.
    chance_loss : float, optional
        D's loss where it cannot tell real from generated; a horizontal line.

    Returns
    -------
    Figure

    Raises
    ------
    InputError
        If there are no losses.

    Examples
    --------
    >>> history = pd.DataFrame({"step": [1, 2], "d_loss": [0.5, 0.3], "g_l1": [0.2, 0.1]})
    >>> [axes.get_ylabel() for axes in plot_losses(history).axes]
    ['D loss', 'weighted G losses']
    """
    columns = [str(name) for name in history]
    d_terms, g_terms, scores = (
        [name for name in columns if name.startswith(start)] for start in ("d_loss", "g_", "validation_")
    )
    panels = {"D loss": d_terms, "weighted G losses": g_terms, "validation scores": scores}
    panels = {label: names for label, names in panels.items() if names}
    if not d_terms and not g_terms:
        raise InputError(f"found the columns {columns}; expected d_loss or g_…; give a run's history")
    figure = new_figure(0.5 + 1.6 * len(panels))
    rows = figure.subplots(len(panels), 1, sharex=True, squeeze=False)[:, 0]
    for axes, (label, names) in zip(rows, panels.items(), strict=True):
        _draw_lines(tidy(axes, y_label=label), history, names)
        if label == "D loss" and chance_loss is not None:
            axes.axhline(chance_loss, color=BLACK, linestyle=":", linewidth=1, label="undecided")
        if best_step is not None:
            axes.axvline(best_step, color=GREY, linestyle="--", linewidth=1, label="step that is kept")
        axes.legend(fontsize=SMALL, frameon=False, loc="upper left", bbox_to_anchor=(1.0, 1.0))
    rows[-1].set_xlabel("step (updates of G)", fontsize=MEDIUM)
    return figure


def _draw_lines(axes: Axes, history: pd.DataFrame, names: Sequence[str]) -> None:
    """Draw losses faintly with their running mean on top, scores with marks, controls dashed."""
    plain = list(dict.fromkeys(name.removesuffix("_mismatched") for name in names))
    for name in names:
        known = history[["step", name]].dropna()
        index = plain.index(name.removesuffix("_mismatched"))
        colour = (BLUE, RED, GREEN, ORANGE, PINK, BLACK)[index % 6]
        values = known[name]
        if name.startswith("validation_"):
            mark, dashes = "o^sDvP"[index % 6], "--" if name.endswith("_mismatched") else "-"
        else:
            axes.plot(known["step"], values, color=colour, alpha=0.25, linewidth=0.6)
            values = values.rolling(SMOOTHING, min_periods=1, center=True).mean()
            mark, dashes = "", "-" if index == 0 else "-."
        label = LABELS.get(name, name.removeprefix("validation_").replace("_", " "))
        axes.plot(known["step"], values, dashes, marker=mark, markersize=4, color=colour, label=label)


def plot_scores(
    summary: pd.DataFrame,
    *,
    metric: str = "onset_f",
    systems: Sequence[str] | None = None,
    label: str | None = None,
) -> Figure:
    """Show a score for each category, beside that of other clips' sounds and of chance.

    Parameters
    ----------
    summary : DataFrame
        Of `v2ra.evaluation.summarise`.
    metric : str
        One that it holds.
    systems : sequence of str, optional
        One panel each; by default all but those that show the scale.
    label : str, optional
        Of the axis, with a unit if there is one; by default the name of the metric.

    Returns
    -------
    Figure

    Raises
    ------
    InputError
        If the metric or a system is not in the summary.

    Examples
    --------
    >>> columns = ["system", "category", "metric", "mean", "low", "high"]
    >>> summary = pd.DataFrame([("ours", "wood", "onset_f", 0.5, 0.4, 0.6)], columns=columns)
    >>> plot_scores(summary).axes[0].get_title(loc="left")
    'ours'
    """
    known = list(dict.fromkeys(summary.loc[summary["metric"] == metric, "system"]))
    wanted = [s for s in known if s not in SCALE_SYSTEMS] if systems is None else list(systems)
    missing = [system for system in wanted if system not in known]
    if missing or not wanted:
        found = f"no {metric} of {', '.join(missing) or 'any system'}"
        raise InputError(
            f"found {found}; expected one of {known or sorted(set(summary['metric']))}; choose again"
        )
    categories = list(dict.fromkeys(summary["category"]))
    figure = new_figure(0.9 + 1.6 * len(wanted))
    panels = figure.subplots(len(wanted), 1, sharex=True, sharey=True, squeeze=False)[:, 0]
    for axes, system in zip(panels, wanted, strict=True):
        tidy(axes, y_label=label or metric.replace("_", " "), title=system)
        rows = summary[summary["system"] == system]
        for index, suffix in enumerate(CONTROLS):
            _draw_points(
                axes, rows[rows["metric"] == metric + suffix], categories, suffix, offset=0.2 * (index - 1)
            )
        axes.axhline(0, color=GREY, linewidth=0.6)
        axes.set_xticks(range(len(categories)), categories)
        axes.set_xlim(-0.5, len(categories) - 0.5)
    panels[-1].set_xlabel("category", fontsize=MEDIUM)
    panels[0].legend(fontsize=SMALL, frameon=False, ncols=3, loc="lower right", bbox_to_anchor=(1.0, 1.0))
    return figure


def _draw_points(
    axes: Axes, rows: pd.DataFrame, categories: Sequence[str], suffix: str, *, offset: float
) -> None:
    """Draw the means of one metric with their intervals."""
    if rows.empty:
        return
    name, mark, colour = CONTROLS[suffix]
    across = [categories.index(category) + offset for category in rows["category"]]
    below, above = rows["mean"] - rows["low"], rows["high"] - rows["mean"]
    # An interval that is not known (one clip) is not drawn.
    errors = np.nan_to_num(np.array([below, above]).clip(0))
    axes.errorbar(
        across,
        rows["mean"],
        errors,
        fmt=mark,
        color=colour,
        label=name,
        markersize=6,
        capsize=2,
        linewidth=1.2,
    )


def plot_speed(seconds: pd.DataFrame, *, published: float | None = None) -> Figure:
    """Show how long a second of sound takes, part by part.

    Parameters
    ----------
    seconds : DataFrame
        Rows are machines, columns the parts of the work, values seconds of computation for a second of
        sound: above 0, lower is better.
    published : float, optional
        The paper's figure for its generator.

    Returns
    -------
    Figure

    Raises
    ------
    InputError
        If there is no value, or one is missing or not above 0.

    Examples
    --------
    >>> speed = pd.DataFrame({"features": [0.8], "generator": [0.1]}, index=["two CPU cores"])
    >>> plot_speed(speed).axes[0].get_xlabel()
    'computation for 1 s of sound (s)'
    """
    values = seconds.to_numpy(dtype=np.float64)
    if not values.size or not np.all(values > 0):
        raise InputError("found no seconds, or some missing or 0; expected measured times; leave the row out")
    figure = new_figure(1.1 + 0.4 * len(seconds))
    axes = tidy(figure.add_subplot(), x_label="computation for 1 s of sound (s)")
    columns = {str(part): values[:, index] for index, part in enumerate(seconds)}
    if len(columns) > 1:
        columns["together"] = values.sum(axis=1)
    for index, (part, taken) in enumerate(columns.items()):
        mark, colour = "os^vP"[index % 5], (BLUE, ORANGE, GREEN, PINK)[index % 4]
        if part == "together":
            mark, colour = "D", BLACK
        axes.plot(taken, range(len(seconds)), mark, color=colour, markersize=6, label=part)
    axes.axvline(1, color=GREY, linestyle="--", linewidth=1, label="real time")
    if published is not None:
        axes.axvline(published, color=RED, linestyle=":", linewidth=1.4, label=f"paper's G: {published:g} s")
    axes.set_xscale("log")
    axes.set_ylim(len(seconds) - 0.5, -0.5)
    axes.set_yticks(range(len(seconds)), [str(name) for name in seconds.index])
    axes.grid(axis="x", color=GREY, alpha=0.25, linewidth=0.5)
    axes.legend(fontsize=SMALL, frameon=False, loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return figure
