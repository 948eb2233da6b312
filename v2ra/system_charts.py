"""Figures of the comparison: frames above the spectra of several systems' sounds.

Conventions
-----------
Those of `v2ra.drawing`. Frames are uint8 (n_frames, height, width, 3), evenly spaced in time; sounds are (time,), each
brought to a peak of 1 before its spectrum is drawn ("All the results were normalized", Figure 7); silence stays.

Source
------
Figures 6 and 7.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from v2ra.comparison import draw_spectrogram
from v2ra.drawing import MEDIUM, SMALL, new_figure
from v2ra.errors import InputError
from v2ra.player_pictures import shared_range_db, spectrogram_db
from v2ra.scheme_charts import power_mean
from v2ra.waveforms import check_waveform

Array = NDArray[np.floating]

MERGED = 2, 4  # columns of a spectrogram that become one where two, where three panels stand side by side
BARS = {
    "onset_f_gain": "onset gain (better: right)",
    "osg": "OSG (better: left)",
    "odg": "ODG (better: right)",
}


@dataclass(frozen=True, eq=False)
class Scene:
    """One test clip.

    Attributes
    ----------
    title : str
        As "(a) wood".
    frames : uint8 (n_frames, height, width, 3)
        Evenly spaced, each from the middle of its share of the clip.
    sounds : mapping of str to float (time,)
        By label, in the order of drawing; of one length.
    event_times : float (n_events,)
        True events in seconds.
    """

    title: str
    frames: NDArray[np.uint8]
    sounds: Mapping[str, Array]
    event_times: Array


def plot_scene_columns(scenes: Sequence[Scene], *, sample_rate: int) -> Figure:
    """Show each scene as a column: frames on top, below them a spectrum a system (Figure 6).

    Parameters
    ----------
    scenes : sequence of Scene
        With the same systems.
    sample_rate : int
        In Hz.

    Returns
    -------
    Figure

    Raises
    ------
    InputError
        If there is no scene, or a sound is not a waveform.

    Examples
    --------
    >>> scene = Scene("(a)", np.zeros((2, 8, 8, 3), np.uint8), {"ours": np.zeros(8000)}, np.array([0.5]))
    >>> [axes.get_title(loc="left") for axes in plot_scene_columns([scene], sample_rate=8000).axes[:2]]
    ['(a)', 'ours']
    """
    levels = _levels(scenes, sample_rate, MERGED[0])
    n_rows = 1 + max(len(scene.sounds) for scene in scenes)
    figure = new_figure(0.9 + 1.35 * (n_rows - 1))
    panels = figure.subplots(n_rows, len(scenes), squeeze=False, height_ratios=[0.6, *[1.0] * (n_rows - 1)])
    range_db = shared_range_db([level for column in levels for level in column])
    for column, (scene, own) in enumerate(zip(scenes, levels, strict=True)):
        _draw_frames(panels[0, column], scene)
        for axes, name, level in zip(panels[1:, column], scene.sounds, own, strict=True):
            _draw_sound(axes, scene, name, level, sample_rate=sample_rate, range_db=range_db)
            axes.set_ylabel(axes.get_ylabel() if column == 0 else "", fontsize=MEDIUM)
        panels[-1, column].set_xlabel("time (s)", fontsize=MEDIUM)
    _add_bar(figure, list(panels[1:].flat))
    return figure


def plot_scene_rows(scenes: Sequence[Scene], *, sample_rate: int) -> Figure:
    """Show each scene as a row: frames on top, below them the spectra side by side (Figure 7).

    Parameters
    ----------
    scenes : sequence of Scene
        With the same number of sounds.
    sample_rate : int
        In Hz.

    Returns
    -------
    Figure

    Raises
    ------
    InputError
        If there is no scene, or a sound is not a waveform.

    Examples
    --------
    >>> scene = Scene("(a)", np.zeros((2, 8, 8, 3), np.uint8), {"ours": np.zeros(8000)}, np.array([0.5]))
    >>> [axes.get_title(loc="left") for axes in plot_scene_rows([scene], sample_rate=8000).axes[:2]]
    ['(a)', 'ours']
    """
    levels = _levels(scenes, sample_rate, MERGED[1])
    n_columns = max(len(scene.sounds) for scene in scenes)
    figure = new_figure(0.1 + 1.9 * len(scenes))  # lower than Figure 6: noise makes large files
    grid = figure.add_gridspec(2 * len(scenes), n_columns, height_ratios=[0.42, 1.0] * len(scenes))
    range_db = shared_range_db([level for row in levels for level in row])
    drawn = []
    for row, (scene, own) in enumerate(zip(scenes, levels, strict=True)):
        _draw_frames(figure.add_subplot(grid[2 * row, :]), scene)
        for column, (name, level) in enumerate(zip(scene.sounds, own, strict=True)):
            axes = figure.add_subplot(grid[2 * row + 1, column])
            _draw_sound(axes, scene, name, level, sample_rate=sample_rate, range_db=range_db)
            axes.set_ylabel(axes.get_ylabel() if column == 0 else "", fontsize=MEDIUM)
            drawn.append(axes)
    for axes in drawn[-len(levels[-1]) :]:
        axes.set_xlabel("time (s)", fontsize=MEDIUM)
    _add_bar(figure, drawn)
    return figure


def _levels(scenes: Sequence[Scene], sample_rate: int, n_merged: int) -> list[list[NDArray[np.float64]]]:
    """Return the normalized spectrogram of each sound of each scene, in dB."""
    if not scenes:
        raise InputError("found no scene; expected one or more; choose clips")
    found = []
    for scene in scenes:
        own = []
        for sound in scene.sounds.values():
            check_waveform(sound)
            whole = np.asarray(sound, np.float64) / (float(np.abs(sound).max()) or 1.0)
            own.append(power_mean(spectrogram_db(whole, sample_rate=sample_rate), n_merged))
        found.append(own)
    return found


def _draw_frames(axes: Axes, scene: Scene) -> None:
    height, width = scene.frames.shape[1:3]
    gap = np.full((height, max(1, width // 24), 3), 255, np.uint8)
    strip = np.concatenate([part for frame in scene.frames for part in (frame, gap)], axis=1)
    axes.imshow(strip[:, : -gap.shape[1]])
    axes.set_axis_off()
    axes.set_anchor("W")  # above the first panel
    axes.set_title(scene.title, fontsize=MEDIUM, loc="left")


def _draw_sound(
    axes: Axes,
    scene: Scene,
    name: str,
    level: NDArray[np.float64],
    *,
    sample_rate: int,
    range_db: tuple[float, float],
) -> None:
    n_seconds = len(scene.sounds[name]) / sample_rate
    draw_spectrogram(axes, level, n_seconds=n_seconds, sample_rate=sample_rate, range_db=range_db)
    axes.set_title(name, fontsize=MEDIUM, loc="left")
    top = axes.get_ylim()[1]
    axes.plot(
        scene.event_times, np.full(len(scene.event_times), 0.97 * top), "v", color="white", markersize=3.5
    )


def _add_bar(figure: Figure, panels: Sequence[Axes]) -> None:
    bar = figure.colorbar(panels[-1].images[0], ax=list(panels), pad=0.01, aspect=40)
    bar.set_label("level (dB re peak)", fontsize=SMALL)
    bar.ax.tick_params(labelsize=SMALL)
