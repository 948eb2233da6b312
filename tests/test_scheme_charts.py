"""Figures of the schemes: what is drawn where."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.lines import Line2D

from v2ra.block_map import KINDS, BlockMap
from v2ra.change_charts import plot_changes
from v2ra.errors import InputError
from v2ra.scheme_charts import KIND_LABELS, plot_blocks, plot_peaks, plot_spectra
from v2ra.sound_events import event_peaks, waveform_peaks


def test_spectra_stand_beside_each_other_on_one_scale_with_the_events() -> None:
    tone = np.sin(2 * np.pi * 1000 * np.arange(8000) / 8000)
    figure = plot_spectra(
        {"loud": tone, "soft": 0.01 * tone}, sample_rate=8000, event_times=[0.25], title="a tone"
    )
    loud, soft = figure.axes[:2]
    assert loud.images[0].get_clim() == soft.images[0].get_clim()
    levels = [np.asarray(axes.images[0].get_array()).max() for axes in (loud, soft)]
    assert levels[0] - levels[1] == pytest.approx(40, abs=0.01)  # a hundredth of the amplitude
    assert np.asarray(loud.lines[0].get_xdata()).tolist() == [0.25]
    assert figure.get_suptitle() == "a tone"


def test_no_sounds_no_spectra() -> None:
    with pytest.raises(InputError, match="found no sounds"):
        plot_spectra({}, sample_rate=8000)
    with pytest.raises(InputError, match="expected floats"):
        plot_spectra({"stereo": np.zeros((2, 100))}, sample_rate=8000)


def test_peaks_are_marked_where_they_are_and_counted() -> None:
    sound = np.zeros(8000)
    sound[1000:1200] = 0.5 * np.sin(2 * np.pi * np.arange(200) / 20)
    every = waveform_peaks(sound, sample_rate=8000, min_height=0.1)
    one = event_peaks(sound, sample_rate=8000, min_height=0.1)
    figure = plot_peaks(sound, {"selected": every, "one": one}, sample_rate=8000, min_height=0.1)
    for axes in figure.axes:
        dots = [line for line in axes.lines if line.get_marker() == "o"]
        assert np.asarray(dots[0].get_xdata()).tolist() == (every.positions / 8000).tolist()
    legend = figure.axes[0].get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == [
        f"selected ({len(every.positions)})",
        "one (1)",
    ]
    faint = plot_peaks(sound, {"all": every}, sample_rate=8000, faint=True).axes[1]
    assert [line.get_marker() for line in faint.lines] == ["None", "."]
    low, high = figure.axes[1].get_xlim()
    assert low < 1000 / 8000 < high


def test_blocks_are_drawn_in_their_cells() -> None:
    found = BlockMap(
        np.array([[0, 4], [10, 0]]),
        np.array([[1, 1], [1, 0]]),
        np.array([-0.1, 0.1, 0.3]),
        np.array([0.0, 300, 600]),
    )
    figure = plot_blocks({"clip": found}, n_seconds=0.2, high_hz=600)
    (axes,) = figure.axes
    drawn = np.asarray(axes.collections[0].get_array()).reshape(2, 2)  # rows are bands
    named = [[KINDS[int(kind)] for kind in row] for row in drawn]
    assert named == [["whole", "wide"], ["long", "removed"]]
    assert axes.get_xlim() == (0, 0.2)
    assert len(KIND_LABELS) == len(KINDS)
    with pytest.raises(InputError, match="found no maps"):
        plot_blocks({}, n_seconds=1)


def test_changes_have_a_panel_a_metric_and_a_point_a_category() -> None:
    columns = ["system", "category", "metric", "mean", "low", "high"]
    rows = [
        (system, category, metric, 0.1, 0.0, np.nan)
        for system in ("denoised", "peak-match")
        for category in ("dog", "wood")
        for metric in ("odg_change", "osg_change", "onset_f_change")
    ]
    figure = plot_changes(pd.DataFrame(rows, columns=columns))
    assert len(figure.axes) == 3
    points = [
        line for line in figure.axes[0].lines if isinstance(line, Line2D) and str(line.get_marker()) in "os"
    ]
    assert [len(np.asarray(line.get_xdata())) for line in points] == [2, 2]
    with pytest.raises(InputError, match="found no osg_change"):
        plot_changes(pd.DataFrame(rows, columns=columns).query("metric != 'osg_change'"))
