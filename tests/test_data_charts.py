"""Tests of the charts of the data, and that a notebook can show a figure."""

import struct

import numpy as np
import pandas as pd
import pytest
from matplotlib.patches import StepPatch

from v2ra.data_charts import plot_gaps, plot_readout, plot_visibility
from v2ra.drawing import new_figure
from v2ra.visibility import event_profile


def profile(matched: float) -> pd.DataFrame:
    """Return a profile of three steps."""
    return pd.DataFrame({"lag_seconds": [-0.1, 0, 0.1], "matched": matched, "control": 1.0, "n_events": 4})


def test_every_material_has_a_panel_and_says_how_many_gaps_it_holds() -> None:
    figure = plot_gaps({"wood": [0.5, 0.7, 0.6], "dog": [0.4]})
    titles = [axes.get_title(loc="left") for axes in figure.axes]
    assert titles == ["cloth: no gaps here", "wood: 3 gaps", "gravel: no gaps here", "plastic: no gaps here"]


def test_measured_shares_end_at_the_longest_gap_with_all_of_them() -> None:
    axes = plot_gaps({"wood": [0.7, 0.5]}).axes[1]
    (line,) = (line for line in axes.lines if line.get_label() == "these clips")
    assert np.asarray(line.get_xdata()).tolist() == [0.5, 0.7]
    assert np.asarray(line.get_ydata()).tolist() == [0.5, 1.0]


def test_the_legend_of_the_gaps_names_each_line_once() -> None:
    (legend,) = plot_gaps({"wood": [0.5], "cloth": [0.5]}).legends
    labels = [text.get_text() for text in legend.get_texts()]
    assert "these clips" in labels
    assert len(labels) == len(set(labels)) == 4


def test_every_event_of_the_clip_is_marked_and_every_category_named() -> None:
    times, distances = np.arange(5) / 10, np.ones(5)
    figure = plot_visibility(
        times, distances, event_times=[0.1, 0.3], profiles={"wood": profile(1.2), "dog": profile(1.1)}
    )
    above, below = figure.axes
    assert sum(line.get_linestyle() == "--" for line in above.lines) == 2
    legend = below.get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == ["wood", "dog"]


def test_clips_without_events_are_said_to_have_none() -> None:
    figure = plot_visibility(
        np.arange(3.0), np.ones(3), event_times=[], profiles={"bird": profile(float("nan"))}
    )
    assert figure.axes[1].get_title(loc="left") == "these clips have no event times"
    assert event_profile([])["matched"].isna().all()


@pytest.mark.parametrize("height_inches", [1, 3])
def test_a_notebook_shows_a_figure_in_its_own_size(height_inches: int) -> None:
    png = new_figure(height_inches)._repr_png_()
    assert struct.unpack(">II", png[16:24]) == (800, 120 * height_inches)  # of the PNG header


def test_the_read_out_is_drawn_slot_by_slot_over_its_vectors() -> None:
    levels = np.array([[0.0, 0.5, -0.5], [1.0, 0.0, 0.0]])  # two vectors, 0.2 s
    axes = plot_readout(levels, event_times=[0.1]).axes[0]
    (stairs,) = [patch for patch in axes.patches if isinstance(patch, StepPatch)]
    values, edges, _ = stairs.get_data()
    assert values.tolist() == levels.ravel().tolist()
    np.testing.assert_allclose(edges, np.arange(7) / 30, atol=1e-12)  # a slot is a frame long
    assert [np.asarray(line.get_xdata())[0] for line in axes.lines] == [0.1]
