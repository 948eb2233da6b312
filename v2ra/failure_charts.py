"""Figures of the failure cases: one clip beside its sound, and synchrony against severity.

Conventions
-----------
Those of `v2ra.drawing`. What is boxed in red is matched, in green dashes mismatched, as in the paper; a cross below
says it again without colour.

Source
------
Figure 13: frames in boxes above the waveform (yellow) and its envelope (blue); the curves are ours.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure

from v2ra.degradations import DEGRADATIONS
from v2ra.drawing import BLACK, BLUE, GREEN, GREY, MEDIUM, ORANGE, RED, SMALL, YELLOW, new_figure, tidy
from v2ra.envelopes import ENVELOPE_RATE, envelope
from v2ra.errors import InputError
from v2ra.failure_case import N_MARKS, Case, Mark, shown_seconds
from v2ra.timing import PAPER

CURVES = {  # metric: label, colour, mark, dashes
    "onset_f": ("onset F", BLUE, "o", "-"),
    "onset_f_mismatched": ("onset F, other clips", GREY, "v", "--"),
    "envelope_correlation": ("envelope correlation", ORANGE, "s", "-."),
}
MARGINS = {"left": 0.09, "right": 0.985, "top": 0.9, "bottom": 0.17}
FRAME_STEP = 2  # every second pixel: a frame is drawn half an inch wide


def plot_failure_case(cases: Sequence[Case], *, sample_rate: int = PAPER.sample_rate) -> Figure:
    """Show frames at the moments where something happens or sounds, above the sound; one below the other.

    Parameters
    ----------
    cases : sequence of Case
        Of one clip; they share the time that is shown, from its start.
    sample_rate : int
        In Hz.

    Returns
    -------
    Figure

    Raises
    ------
    InputError
        If there is no case.

    Examples
    --------
    >>> case = Case("(a)", np.zeros((30, 8, 8, 3), np.uint8), np.zeros(44100), (Mark(0.5, True),), np.array([0.5]))
    >>> figure = plot_failure_case([case])
    >>> [axes.get_title(loc="left") for part in figure.subfigs for axes in part.axes][0]
    '(a)'
    """
    if not cases:
        raise InputError("found no case; expected one or more; use case_of")
    n_seconds = shown_seconds(cases)
    peak = max(float(np.abs(case.waveform[: round(n_seconds * sample_rate)]).max()) for case in cases) or 1.0
    figure = new_figure(2.5 * len(cases))
    figure.set_layout_engine(
        "none"
    )  # axes as narrow as a frame leave a layout no room for what is written below
    parts = figure.subfigures(len(cases), 1, squeeze=False)[:, 0]
    for part, case in zip(parts, cases, strict=True):
        _draw_case(part, case, n_seconds=n_seconds, peak=peak, sample_rate=sample_rate)
    return figure


def _draw_case(part: SubFigure, case: Case, *, n_seconds: float, peak: float, sample_rate: int) -> None:
    marks = [mark for mark in case.marks if mark.seconds < n_seconds][:N_MARKS]
    grid = part.add_gridspec(2, N_MARKS, height_ratios=[0.62, 1], wspace=0.12, hspace=0.42, **MARGINS)
    for column, mark in enumerate(marks):
        _draw_frame(part.add_subplot(grid[0, column]), case, mark)
    sound = tidy(part.add_subplot(grid[1, :]), x_label="time (s)", y_label="amplitude")
    if part.axes:
        part.axes[0].set_title(case.title, fontsize=MEDIUM, loc="left")
    shown = np.asarray(case.waveform[: round(n_seconds * sample_rate)], np.float64)
    sound.plot(np.arange(len(shown)) / sample_rate, shown, color=YELLOW, linewidth=0.5, rasterized=True)
    course = envelope(shown, sample_rate=sample_rate)
    sound.plot((np.arange(len(course)) + 0.5) / ENVELOPE_RATE, course, color=BLUE, linewidth=1.0)
    sound.set(xlim=(0, n_seconds), ylim=(-1.25 * peak, 1.25 * peak))
    for met, colour, shape in ((True, RED, "o"), (False, GREEN, "x")):
        times = [mark.seconds for mark in marks if mark.matched is met]
        sound.plot(times, np.full(len(times), -1.1 * peak), shape, color=colour, markersize=4)
    events = case.event_times[case.event_times < n_seconds]
    sound.plot(events, np.full(len(events), 1.15 * peak), "v", color=BLACK, markersize=3.5)


def _draw_frame(axes: Axes, case: Case, mark: Mark) -> None:
    """Draw the frame that is seen at a mark, in a box that says whether sound and video meet there."""
    number = min(round(mark.seconds * PAPER.frame_rate), len(case.frames) - 1)
    axes.imshow(case.frames[number, ::FRAME_STEP, ::FRAME_STEP])
    axes.set(xticks=[], yticks=[])
    axes.set_xlabel(f"{mark.seconds:.2f} s", fontsize=SMALL, labelpad=2)
    colour, dashes = (RED, "-") if mark.matched else (GREEN, (0, (1.6, 1)))
    for spine in axes.spines.values():
        spine.set(color=colour, linewidth=2, linestyle=dashes, capstyle="butt")


def plot_failure_curves(
    table: pd.DataFrame, *, category: str = "all", curves: Mapping[str, tuple[str, str, str, str]] = CURVES
) -> Figure:
    """Show synchrony against the severity of each degradation, with 95 % intervals.

    Parameters
    ----------
    table : DataFrame
        Of `v2ra.failure_sweep.sweep_table`.
    category : str
        "all", or one of them.
    curves : mapping of str to tuple of str
        Metrics with label, colour, mark and dashes; one that the table lacks is left out.

    Returns
    -------
    Figure
        A panel a degradation.

    Raises
    ------
    InputError
        If the table holds nothing of that category.

    Examples
    --------
    >>> rows = [("gain", s, "all", "onset_f", 0.8 - s / 9, 0.1, 0.9) for s in (0.0, 2.0, 4.0)]
    >>> columns = ["degradation", "severity", "category", "metric", "mean", "low", "high"]
    >>> plot_failure_curves(pd.DataFrame(rows, columns=columns)).axes[0].get_xlabel()
    'stops over'
    """
    own = table[table["category"] == category]
    names = [name for name in DEGRADATIONS if name in set(own["degradation"])]
    if not names:
        raise InputError(f"found no degradation of {category}; expected one or more; use sweep_table")
    n_columns = min(4, len(names))
    n_rows = -(-len(names) // n_columns)
    figure = new_figure(1.75 * n_rows + 0.3)
    panels = figure.subplots(n_rows, n_columns, sharey=True, squeeze=False).ravel()
    for place, (axes, name) in enumerate(zip(panels, names, strict=False)):
        tidy(axes, x_label=DEGRADATIONS[name].unit, title=name.replace("_", " "))
        axes.set_ylabel("score" if place % n_columns == 0 else "", fontsize=MEDIUM)
        _draw_curves(axes, own[own["degradation"] == name], curves)
        axes.set_ylim(-0.4, 1.05)
    for axes in panels[len(names) :]:
        axes.set_axis_off()
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside upper right", ncols=3, fontsize=SMALL)
    return figure


def _draw_curves(axes: Axes, rows: pd.DataFrame, curves: Mapping[str, tuple[str, str, str, str]]) -> None:
    for metric, (text, colour, mark, dashes) in curves.items():
        own = rows[rows["metric"] == metric].sort_values("severity")
        if own.empty:
            continue
        # An interval that is not known (one clip) is not drawn.
        errors = np.nan_to_num(np.array([own["mean"] - own["low"], own["high"] - own["mean"]]).clip(0))
        line = axes.errorbar(
            own["severity"], own["mean"], errors, fmt=mark, color=colour, label=text, capsize=2
        )
        line.lines[0].set(linestyle=dashes, linewidth=1.0, markersize=4.0)
