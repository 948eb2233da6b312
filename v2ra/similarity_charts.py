"""The similarity grade in pictures: what moves each feature, and how readings order the systems.

Conventions
-----------
Tables are those of `v2ra.similarity_sounds` and `v2ra.similarity_study`. Features have the unit of their
reading; rank 1 is on top.

Source
------
Section 4.3.2, Eq. 12.
"""

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from v2ra.drawing import BLACK, BLUE, GREEN, GREY, MEDIUM, ORANGE, PINK, RED, SKY, SMALL, new_figure, tidy
from v2ra.errors import InputError
from v2ra.similarity import SimilarityFeatures

NAMES = {"mms": "modulation", "msf": "spectral flux", "rms": "level"}
COLOURS = (BLUE, RED, BLACK, ORANGE, GREEN, PINK, SKY, GREY)
MARKS = "os^vDP*X"
LINES = ("-", "--", "-.", ":")


def plot_feature_courses(features: pd.DataFrame) -> Figure:
    """Show how the three features follow the one thing that varies.

    Parameters
    ----------
    features : DataFrame
        Of `varied_features`.

    Returns
    -------
    Figure
        A row a feature, a column a thing that varies.

    Examples
    --------
    >>> from v2ra.similarity_sounds import varied_features
    >>> len(plot_feature_courses(varied_features(sample_rate=8000)).axes)
    12
    """
    varied = list(dict.fromkeys(features["varied"]))
    names = SimilarityFeatures._fields
    figure = new_figure(4.4)
    grid = figure.subplots(len(names), len(varied), sharey="row", sharex="col", squeeze=False)
    for row, name in zip(grid, names, strict=True):
        for axes, what in zip(row, varied, strict=True):
            tidy(axes, y_label=NAMES[name] if what == varied[0] else "")
            course = features[features["varied"] == what]
            axes.plot(course["value"], course[name], "o-", color=BLUE, markersize=3, linewidth=1)
            axes.set_ylim(0, 1.1 * features[name].max())
    for axes, what in zip(grid[-1], varied, strict=True):
        axes.set_xlabel(what, fontsize=MEDIUM)
    return figure


def plot_reading_ranks(ranks: pd.DataFrame) -> Figure:
    """Show the place of each system under each reading; lines that cross are orders that differ.

    Parameters
    ----------
    ranks : DataFrame
        Of `reading_ranks`.

    Returns
    -------
    Figure

    Raises
    ------
    InputError
        If there are more systems than colours.

    Examples
    --------
    >>> rows = [("one", "a", 1, 1.0), ("two", "a", 2, 0.5), ("one", "b", 2, 1.0), ("two", "b", 1, 0.5)]
    >>> table = pd.DataFrame(rows, columns=["reading", "system", "rank", "tau"])
    >>> plot_reading_ranks(table).axes[0].get_ylabel()
    'rank by OSG'
    """
    readings = list(dict.fromkeys(ranks["reading"]))
    places = ranks.pivot(index="system", columns="reading", values="rank")[readings]
    places = places.sort_values(readings[0])
    if len(places) > len(COLOURS):
        raise InputError(f"found {len(places)} systems; expected {len(COLOURS)} or fewer; leave some out")
    figure = new_figure(3.2)
    axes = tidy(figure.add_subplot(), y_label="rank by OSG")
    for number, (system, row) in enumerate(places.iterrows()):
        axes.plot(
            range(len(readings)),
            row,
            LINES[number % len(LINES)],
            marker=MARKS[number],
            color=COLOURS[number],
            linewidth=1.4,
            markersize=6,
        )
        label = str(system).replace("_", " ")
        axes.text(
            len(readings) - 0.9, row.iloc[-1], label, va="center", fontsize=MEDIUM, color=COLOURS[number]
        )
    tau = ranks.groupby("reading", sort=False)["tau"].first()
    axes.set_xticks(
        range(len(readings)), [f"{name}\nτ = {tau[name]:.2f}" for name in readings], fontsize=SMALL
    )
    axes.set_xlim(-0.2, len(readings) + 0.1)
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    axes.invert_yaxis()
    return figure
