"""Sounds of one clip side by side: waveforms and spectrograms on one clock, with the events of the clip.

Conventions
-----------
Waveforms are (time,) in [−1, 1] at one rate. All share the axes: a level looks the same in every row.
Frequencies are mel-spaced, levels in dB re a full-scale sine.

Source
------
The spectra of Figures 5 and 7.
"""

from collections.abc import Mapping

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike, NDArray

from v2ra.drawing import BLACK, BLUE, MEDIUM, SMALL, new_figure, tidy
from v2ra.errors import InputError
from v2ra.player_pictures import COLOUR_MAP, N_COLOURS, shared_range_db, spectrogram_db
from v2ra.synchrony import check_onsets
from v2ra.waveforms import check_waveform

Array = NDArray[np.floating]

TICKS_HZ = np.array([0, 500, 2000, 5000, 10_000, 20_000])


def plot_comparison(
    waveforms: Mapping[str, Array], *, sample_rate: int, event_times: ArrayLike = ()
) -> Figure:
    """Show sounds one above the other, each as waveform and spectrogram, with the events across all.

    Parameters
    ----------
    waveforms : mapping of str to float (time,)
        By name, in the order of drawing.
    sample_rate : int
        In Hz.
    event_times : float (n_events,)
        Seconds, ascending; dashed lines.

    Returns
    -------
    Figure

    Raises
    ------
    InputError
        If there is no sound, or one is not a waveform.

    Examples
    --------
    >>> figure = plot_comparison({"ours": np.zeros(8000)}, sample_rate=8000, event_times=[0.5])
    >>> [axes.get_ylabel() for axes in figure.axes[:2]]
    ['amplitude', 'frequency (kHz)']
    """
    if not waveforms:
        raise InputError("found no sounds; expected one or more; name them")
    for waveform in waveforms.values():
        check_waveform(waveform)
    events = check_onsets(event_times)
    levels = {
        name: spectrogram_db(np.asarray(waveform, dtype=np.float64), sample_rate=sample_rate)
        for name, waveform in waveforms.items()
    }
    range_db = shared_range_db(list(levels.values()))
    peak = max(float(np.abs(waveform).max()) for waveform in waveforms.values()) or 1.0
    figure = new_figure(0.5 + 2.0 * len(waveforms))
    heights = {"height_ratios": [0.8, 1.2] * len(waveforms)}
    rows = figure.subplots(2 * len(waveforms), 1, sharex=True, squeeze=False, gridspec_kw=heights)[:, 0]
    for (name, waveform), above, below in zip(waveforms.items(), rows[::2], rows[1::2], strict=True):
        n_seconds = len(waveform) / sample_rate
        tidy(above, y_label="amplitude", title=name).set_ylim(-1.05 * peak, 1.05 * peak)
        above.plot(np.arange(len(waveform)) / sample_rate, waveform, color=BLUE, linewidth=0.4)
        draw_spectrogram(below, levels[name], n_seconds=n_seconds, sample_rate=sample_rate, range_db=range_db)
        for axes, colour in ((above, BLACK), (below, "white")):
            axes.vlines(events, *axes.get_ylim(), colors=colour, linestyles="--", linewidth=0.9)
    rows[-1].set_xlim(0, max(map(len, waveforms.values())) / sample_rate)
    rows[-1].set_xlabel("time (s)", fontsize=MEDIUM)
    bar = figure.colorbar(rows[-1].images[0], ax=list(rows), pad=0.01, aspect=40)
    bar.set_label("level (dB re full scale)", fontsize=MEDIUM)
    bar.ax.tick_params(labelsize=SMALL)
    return figure


def draw_spectrogram(
    axes: Axes,
    level: NDArray[np.float64],
    *,
    n_seconds: float,
    sample_rate: int,
    range_db: tuple[float, float],
) -> None:
    """Draw a spectrogram on axes.

    Parameters
    ----------
    axes : Axes
        Empty.
    level : float64 (rows, columns)
        In dB, of `v2ra.player_pictures.spectrogram_db`: mel-spaced from 0 Hz to half the rate.
    n_seconds : float
        Length of the sound.
    sample_rate : int
        In Hz.
    range_db : (low, high)
        Ends of the colour scale.

    Examples
    --------
    >>> axes = new_figure(2).add_subplot()
    >>> draw_spectrogram(axes, np.zeros((120, 640)), n_seconds=1, sample_rate=8000, range_db=(-80, 0))
    >>> [label.get_text() for label in axes.get_yticklabels()]
    ['0', '0.5', '2']
    """
    tidy(axes, y_label="frequency (kHz)")
    axes.imshow(
        level,
        origin="lower",
        aspect="auto",
        extent=(0, n_seconds, 0, _mel(sample_rate / 2)),
        cmap=colormaps[COLOUR_MAP].resampled(N_COLOURS),
        interpolation="nearest",  # a third of the bytes
        vmin=range_db[0],
        vmax=range_db[1],
    )
    ticks = TICKS_HZ[sample_rate / 2 >= TICKS_HZ]
    axes.set_yticks([_mel(tick) for tick in ticks], [f"{tick / 1000:g}" for tick in ticks])


def _mel(hertz: float) -> float:
    return float(2595 * np.log10(1 + hertz / 700))
