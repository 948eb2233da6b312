"""Figures of the two schemes: spectra side by side, peaks, and the blocks that block thresholding chooses.

Conventions
-----------
Those of `v2ra.drawing`; waveforms are (time,) in [−1, 1], spectra as in `v2ra.comparison`.

Source
------
Figures 5 and 9.
"""

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from numpy.typing import ArrayLike, NDArray

from v2ra.block_map import KINDS, BlockMap
from v2ra.comparison import draw_spectrogram
from v2ra.drawing import BLACK, BLUE, GREY, MEDIUM, ORANGE, RED, SKY, SMALL, new_figure, tidy
from v2ra.errors import InputError
from v2ra.player_pictures import shared_range_db, spectrogram_db
from v2ra.sound_events import EventPeaks
from v2ra.synchrony import check_onsets
from v2ra.waveforms import check_waveform

Array = NDArray[np.floating]

KIND_COLOURS = ("white", "#aaaaaa", SKY, BLUE, ORANGE)  # in the order of KINDS
KIND_LABELS = ("removed", "whole", "even", "long: a tone stays", "wide: an impact")
MERGED = 2  # columns of a spectrogram in a panel that has others beside it
ZOOM_SECONDS = 0.03


def plot_spectra(
    waveforms: Mapping[str, Array], *, sample_rate: int, event_times: ArrayLike = (), title: str = ""
) -> Figure:
    """Show the spectrograms of sounds beside each other, on one scale, with the events of the clip.

    Parameters
    ----------
    waveforms : mapping of str to float (time,)
        By name, from left to right; of one length.
    sample_rate : int
        In Hz.
    event_times : float (n_events,)
        Seconds, ascending; small marks on top.
    title : str
        Above all.

    Returns
    -------
    Figure

    Raises
    ------
    InputError
        If there is no sound, or one is not a waveform.

    Examples
    --------
    >>> figure = plot_spectra({"before": np.zeros(8000), "after": np.zeros(8000)}, sample_rate=8000)
    >>> [axes.get_title(loc="left") for axes in figure.axes[:2]]
    ['before', 'after']
    """
    if not waveforms:
        raise InputError("found no sounds; expected one or more; name them")
    for waveform in waveforms.values():
        check_waveform(waveform)
    events = check_onsets(event_times)
    levels = [
        spectrogram_db(np.asarray(sound, np.float64), sample_rate=sample_rate) for sound in waveforms.values()
    ]
    range_db = shared_range_db(levels)
    figure = new_figure(2.6)
    panels = figure.subplots(1, len(levels), sharey=True, squeeze=False)[0]
    for axes, (name, waveform), level in zip(panels, waveforms.items(), levels, strict=True):
        n_seconds = len(waveform) / sample_rate
        narrow = power_mean(level, MERGED if len(levels) > 1 else 1)
        draw_spectrogram(axes, narrow, n_seconds=n_seconds, sample_rate=sample_rate, range_db=range_db)
        tidy(axes, x_label="time (s)", y_label="frequency (kHz)" if axes is panels[0] else "", title=name)
        top = axes.get_ylim()[1]
        axes.plot(events, np.full(len(events), 0.97 * top), "v", color="white", markersize=3.5)
    if title:
        figure.suptitle(title, fontsize=MEDIUM)
    bar = figure.colorbar(panels[-1].images[0], ax=list(panels), pad=0.01, aspect=30)
    bar.set_label("level (dB re full scale)", fontsize=SMALL)
    bar.ax.tick_params(labelsize=SMALL)
    return figure


def power_mean(level: NDArray[np.float64], n_columns: int) -> NDArray[np.float64]:
    """Make one column of several, in power: a narrow panel has no more pixels."""
    power = 10 ** (level.reshape(len(level), -1, n_columns) / 10)
    return np.asarray(10 * np.log10(power.mean(axis=2)))


def plot_peaks(
    waveform: Array,
    peaks: Mapping[str, EventPeaks],
    *,
    sample_rate: int,
    min_height: float | None = None,
    faint: bool = False,
    title: str = "",
) -> Figure:
    """Mark peaks in a sound: the whole of it above, 30 ms around its largest sample below.

    Parameters
    ----------
    waveform : float (time,)
        The sound.
    peaks : mapping of str to EventPeaks
        By name; up to two kinds: red dots and black triangles.
    sample_rate : int
        In Hz.
    min_height : float, optional
        A line at the height that peaks must reach.
    faint : bool
        Small grey dots for the first kind: nothing is selected yet.
    title : str
        Of the figure.

    Returns
    -------
    Figure

    Raises
    ------
    InputError
        If the sound is no waveform.

    Examples
    --------
    >>> one = EventPeaks(np.array([40]), np.array([0.5]), np.array([38]))
    >>> figure = plot_peaks(np.eye(1, 100, 40)[0] / 2, {"selected": one}, sample_rate=100)
    >>> figure.axes[0].lines[1].get_xdata().tolist()
    [0.4]
    """
    check_waveform(waveform)
    seconds = np.arange(len(waveform)) / sample_rate
    middle = float(np.abs(waveform).argmax()) / sample_rate
    figure = new_figure(3.4)
    whole, zoom = figure.subplots(2, 1)
    for axes, size in ((whole, 2.5), (zoom, 5.0)):
        tidy(axes, y_label="amplitude")
        axes.plot(seconds, waveform, color=BLUE, linewidth=0.4 if axes is whole else 0.9)
        _draw_peaks(axes, waveform, peaks, sample_rate=sample_rate, size=size, faint=faint)
        if min_height is not None:
            axes.axhline(min_height, color=BLACK, linestyle=":", linewidth=0.8)
    whole.set(xlim=(0, len(waveform) / sample_rate))
    zoom.set(xlim=(middle - ZOOM_SECONDS / 3, middle + 2 * ZOOM_SECONDS / 3))
    zoom.set_xlabel("time (s)", fontsize=MEDIUM)
    whole.legend(
        fontsize=SMALL, frameon=False, ncols=3, loc="lower right", bbox_to_anchor=(1.0, 1.0), markerscale=2
    )
    tidy(whole, x_label="time (s)", y_label="amplitude", title=title)
    return figure


def _draw_peaks(
    axes: Axes,
    waveform: Array,
    peaks: Mapping[str, EventPeaks],
    *,
    sample_rate: int,
    size: float,
    faint: bool,
) -> None:
    marks = ((GREY, ".") if faint else (RED, "o"), (BLACK, "^"))
    for (name, found), (colour, mark) in zip(peaks.items(), marks, strict=False):
        axes.plot(
            found.positions / sample_rate,
            waveform[found.positions],
            mark,
            color=colour,
            markersize=size + 3 if mark == "^" else size,
            label=f"{name} ({len(found.positions)})",
        )


def plot_blocks(maps: Mapping[str, BlockMap], *, n_seconds: float, high_hz: float = 6000) -> Figure:
    """Show which kind of block is taken where.

    Parameters
    ----------
    maps : mapping of str to BlockMap
        By name of the sound.
    n_seconds : float
        Length of the sounds.
    high_hz : float
        End of the frequency axis.

    Returns
    -------
    Figure

    Raises
    ------
    InputError
        If there is no map.

    Examples
    --------
    >>> found = BlockMap(np.array([[0, 0, 4, 10]]), np.ones((1, 4)), np.arange(2.0), np.arange(5.0))
    >>> [label.get_text()[:4] for label in plot_blocks({"click": found}, n_seconds=1).legends[0].get_texts()]
    ['remo', 'whol', 'even', 'long', 'wide']
    """
    if not maps:
        raise InputError("found no maps; expected one or more; name them")
    figure = new_figure(2.8)
    panels = figure.subplots(1, len(maps), sharey=True, squeeze=False)[0]
    for axes, (name, found) in zip(panels, maps.items(), strict=True):
        tidy(axes, x_label="time (s)", y_label="frequency (kHz)" if axes is panels[0] else "", title=name)
        axes.pcolormesh(
            found.edges_seconds,
            found.edges_hz / 1000,
            found.kinds.T,
            cmap=ListedColormap(KIND_COLOURS),
            vmin=-0.5,
            vmax=len(KINDS) - 0.5,
            rasterized=True,
        )
        axes.set(xlim=(0, n_seconds), ylim=(0, high_hz / 1000))
    patches = [
        Patch(facecolor=colour, edgecolor=BLACK, linewidth=0.5, label=label)
        for colour, label in zip(KIND_COLOURS, KIND_LABELS, strict=True)
    ]
    figure.legend(handles=patches, loc="outside lower center", ncols=5, fontsize=SMALL, frameon=False)
    return figure
