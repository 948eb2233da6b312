"""Figures 11 and 12 from ratings, and what can be measured without listeners beside.

Conventions
-----------
Those of `v2ra.drawing`. Bars are means with 95 % intervals over listeners and clips. Without ratings the axes stay
empty and say so; a dry run of simulated raters says so across the whole figure.

Source
------
Figures 11 and 12, whose bars have no printed values.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from v2ra.drawing import BLUE, GREEN, GREY, MEDIUM, ORANGE, RED, SMALL, new_figure, tidy
from v2ra.errors import InputError
from v2ra.study.analysis import ALL, mean_scores
from v2ra.study.own_clips import MISMATCHED, OURS, REAL
from v2ra.study.published_scores import NONE_YET
from v2ra.study.questions import HIGHEST, LOWEST
from v2ra.study.ratings import Ratings
from v2ra.study.store import PEOPLE

QUALITY = {REAL: "real sound", OURS: "generated"}
CORRESPONDENCE = {OURS: "generated", MISMATCHED: "of another clip"}
STAND_IN = {"onset_f": "matched", "onset_f_mismatched": "of another clip"}
COLOURS = {REAL: GREEN, OURS: BLUE, MISMATCHED: ORANGE, "onset_f": BLUE, "onset_f_mismatched": ORANGE}
BAR = 0.36


def plot_ratings(
    ratings: Ratings,
    *,
    systems: Mapping[str, str],
    questions: Mapping[str, str],
    categories: Sequence[str],
) -> Figure:
    """Show mean scores by category, a panel a question, a bar a system.

    Parameters
    ----------
    ratings : Ratings
        Screened, of one kind of listener; may hold none.
    systems, questions : mappings of str to str
        Keys with their labels.
    categories : sequence of str
        From left to right; "all" follows.

    Returns
    -------
    Figure

    Examples
    --------
    >>> from v2ra.study.ratings import no_ratings
    >>> figure = plot_ratings(no_ratings(), systems=QUALITY, questions={"clarity": "clarity"}, categories=["dog"])
    >>> [text.get_text() for text in figure.axes[0].texts]
    ['no ratings yet']
    """
    if not categories or not systems or not questions:
        raise InputError("found no category, system or question; expected one or more of each; name them")
    figure = new_figure(0.5 + 1.75 * len(questions))
    means = mean_scores(ratings)
    panels = figure.subplots(len(questions), 1, sharex=True, squeeze=False)[:, 0]
    names = [*categories, ALL]
    for axes, (question, label) in zip(panels, questions.items(), strict=True):
        tidy(axes, y_label=f"{label}\n(mean score)")
        axes.set_ylim(LOWEST, HIGHEST + 0.1)
        axes.set_yticks(range(LOWEST, HIGHEST + 1))
        axes.set_xlim(-0.6, len(names) - 0.4)
        axes.set_xticks(range(len(names)), names)
        own = means[means["question"] == question]
        if own.empty:
            axes.text(
                (len(names) - 1) / 2, 3, NONE_YET, ha="center", va="center", fontsize=MEDIUM, color=GREY
            )
        _draw_bars(axes, own, names, systems, column="system", base=LOWEST)
    if not means.empty:
        _legend(panels[0])
    if ratings.kind != PEOPLE:
        figure.suptitle("DRY RUN: invented raters, no person has listened", color=RED, fontsize=MEDIUM)
    return figure


def plot_stand_in(summary: pd.DataFrame) -> Figure:
    """Show onset F of matched and mismatched pairs by category: a stand-in for Figure 12 without listeners.

    Parameters
    ----------
    summary : DataFrame
        Of `v2ra.study.stand_ins.onset_stand_in`.

    Examples
    --------
    >>> columns = ["category", "metric", "mean", "low", "high"]
    >>> rows = [("dog", "onset_f", 0.8, 0.7, 0.9), ("dog", "onset_f_mismatched", 0.2, 0.1, 0.3)]
    >>> plot_stand_in(pd.DataFrame(rows, columns=columns)).axes[0].get_ylabel()
    'onset F'
    """
    names = list(dict.fromkeys(summary["category"]))
    figure = new_figure(2.4)
    axes = tidy(figure.add_subplot(), y_label="onset F", title="an objective stand-in: nobody has listened")
    axes.set_ylim(0, 1.02)
    axes.set_xticks(range(len(names)), names)
    _draw_bars(axes, summary, names, STAND_IN, column="metric", base=0.0)
    _legend(axes)
    return figure


def _draw_bars(
    axes: Axes,
    means: pd.DataFrame,
    names: Sequence[str],
    kinds: Mapping[str, str],
    *,
    column: str,
    base: float,
) -> None:
    for number, (kind, label) in enumerate(kinds.items()):
        own = means[(means[column] == kind) & means["category"].isin(names)]
        if own.empty:
            continue
        across = [names.index(str(name)) + (number - (len(kinds) - 1) / 2) * BAR for name in own["category"]]
        middle = own["mean"].to_numpy(dtype=np.float64)
        errors = np.array([middle - own["low"].to_numpy(float), own["high"].to_numpy(float) - middle])
        axes.bar(
            across,
            middle - base,
            BAR,
            bottom=base,
            color=COLOURS.get(kind, GREY),
            label=label,
            hatch=("", "///")[number % 2],
            edgecolor="white",
            linewidth=0.5,
        )
        known = ~np.isnan(errors).any(axis=0)
        axes.errorbar(
            np.array(across)[known],
            middle[known],
            errors[:, known].clip(0),
            fmt="none",
            color="black",
            capsize=2,
        )


def _legend(axes: Axes) -> None:
    axes.legend(fontsize=SMALL, frameon=False, ncols=3, loc="lower right", bbox_to_anchor=(1.0, 1.0))
