"""Charts of the data: gaps between events, and what the features show of an event.

Conventions
-----------
Times in seconds. Measured values are solid lines, what they are held against is dashed or grey.

Source
------
Ours, for Sections 4.1 and 3.1.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike, NDArray

from v2ra.drawing import BLACK, BLUE, GREEN, GREY, MEDIUM, ORANGE, PINK, RED, SKY, SMALL, new_figure, tidy
from v2ra.foley.categories import IMPACT_CATEGORIES
from v2ra.survey import real_gap_quartiles, real_gap_share
from v2ra.timing import PAPER

COLOURS = (BLUE, RED, GREEN, ORANGE, PINK, SKY, BLACK)
MARKS = ("o", "s", "^", "v", "D", "P", "X")
LONGEST_GAP = 2.2  # s; the axis ends here


def plot_gaps(gaps: Mapping[str, ArrayLike]) -> Figure:
    """Show gaps between events against those of real contacts, a panel a material.

    Parameters
    ----------
    gaps : mapping of category to array (n_gaps,)
        Measured gaps in seconds; one without any is shown with the real ones alone.

    Returns
    -------
    Figure

    Examples
    --------
    >>> [axes.get_title(loc="left") for axes in plot_gaps({"wood": [0.5, 0.7]}).axes[:2]]
    ['cloth: no gaps here', 'wood: 2 gaps']
    """
    figure = new_figure(4.2)
    panels = figure.subplots(2, 2, sharex=True, sharey=True)
    seconds = np.linspace(0, LONGEST_GAP, 400)
    for axes, category in zip(panels.flat, IMPACT_CATEGORIES, strict=True):
        measured = np.sort(np.asarray(gaps.get(category, ()), np.float64))
        count = f"{len(measured)} gaps" if len(measured) else "no gaps here"
        tidy(axes, title=f"{category}: {count}")
        axes.plot(seconds, real_gap_share(category, seconds), "--", color=GREY, label="real contacts, fitted")
        limited = real_gap_share(category, seconds, limited=True)
        axes.plot(seconds, limited, ":", color=BLACK, label="fit cut at 0.35 and 2 s")
        if len(measured):
            share = np.arange(1, len(measured) + 1) / len(measured)
            axes.step(measured, share, color=BLUE, where="post", label="these clips")
        low, middle, high = real_gap_quartiles(category)
        marks: dict[str, Any] = {"marker": "s", "markersize": 4, "linestyle": "none", "color": RED}
        axes.plot([low, middle, high], [0.25, 0.5, 0.75], label="real contacts, quartiles", **marks)
    panels[0, 0].set(xlim=(0, LONGEST_GAP), ylim=(0, 1.02))
    figure.supxlabel("gap to the next event (s)", fontsize=MEDIUM)
    figure.supylabel("share of gaps that are no longer", fontsize=MEDIUM)
    handles = {
        label: handle
        for axes in panels.flat
        for handle, label in zip(*axes.get_legend_handles_labels(), strict=True)
    }
    place: dict[str, Any] = {"loc": "outside upper center", "ncols": 4}
    figure.legend(list(handles.values()), list(handles), fontsize=SMALL, frameon=False, **place)
    return figure


def plot_visibility(
    times: NDArray[np.float64],
    distances: NDArray[np.float64],
    *,
    event_times: ArrayLike,
    profiles: Mapping[str, pd.DataFrame],
) -> Figure:
    """Show how far the features move in one clip, and on average around the events of each category.

    Parameters
    ----------
    times, distances : float64 (n_vectors,)
        Of one clip: `v2ra.visibility.step_times` and `step_distances`.
    event_times : array_like, (n_events,)
        Of that clip, in seconds.
    profiles : mapping of category to DataFrame
        Of `v2ra.visibility.event_profile`.

    Returns
    -------
    Figure

    Examples
    --------
    >>> profile = pd.DataFrame({"lag_seconds": [0.0], "matched": [1.2], "control": [1.0]})
    >>> figure = plot_visibility(np.arange(3.0), np.ones(3), event_times=[1.0], profiles={"wood": profile})
    >>> [axes.get_xlabel() for axes in figure.axes]
    ['time (s)', 'time from the event (s)']
    """
    figure = new_figure(4.6)
    above, below = figure.subplots(2, 1)
    tidy(above, x_label="time (s)", y_label="step / mean step", title="one clip, events dashed")
    above.step(times, distances, where="pre", color=BLUE, linewidth=1)  # a step ends at its time
    for event in np.asarray(event_times):
        above.axvline(event, color=RED, linestyle="--", linewidth=0.8)
    known = any(profile["matched"].notna().any() for profile in profiles.values())
    title = "all clips: coloured around their own events, grey around those of another clip"
    title = title if known else "these clips have no event times"
    tidy(below, x_label="time from the event (s)", y_label="step / mean step", title=title)
    for index, (category, profile) in enumerate(profiles.items()):
        _draw_profile(below, profile, index, category)
    below.axhline(1, color=BLACK, linewidth=0.6)
    below.legend(fontsize=SMALL, frameon=False, loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return figure


def plot_readout(levels: NDArray[np.floating], *, event_times: ArrayLike) -> Figure:
    """Show what the read-out says of a clip's level, beside the clip's events.

    Parameters
    ----------
    levels : array (n_vectors, n_slots)
        The number of each slot, in [−1, 1]; a vector with its gap is 0.1 s long.
    event_times : array_like, (n_events,)
        In seconds.

    Returns
    -------
    Figure

    Examples
    --------
    >>> plot_readout(np.zeros((10, 3)), event_times=[0.5]).axes[0].get_ylabel()
    'predicted level'
    """
    figure = new_figure(2.2)
    axes = tidy(figure.add_subplot(), x_label="time (s)", y_label="predicted level")
    step = PAPER.samples_per_vector / PAPER.sample_rate / levels.shape[1]  # s a slot
    edges = step * np.arange(levels.size + 1)
    axes.stairs(levels.ravel(), edges, color=BLUE, label="read out of an unseen clip")
    for index, event in enumerate(np.asarray(event_times)):
        label = "events" if index == 0 else None
        axes.axvline(event, color=RED, linestyle="--", linewidth=0.8, label=label)
    axes.set_xlim(0, edges[-1])
    axes.legend(fontsize=SMALL, frameon=False, loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return figure


def _draw_profile(axes: Axes, profile: pd.DataFrame, index: int, category: str) -> None:
    axes.plot(profile["lag_seconds"], profile["control"], color=GREY, linewidth=0.8, zorder=1)
    colour, mark = COLOURS[index % len(COLOURS)], MARKS[index % len(MARKS)]
    axes.plot(
        profile["lag_seconds"], profile["matched"], color=colour, marker=mark, markersize=4, label=category
    )
