"""Pictures of a clip: how its frames and its sound differ in scale and in structure.

Conventions
-----------
Frames are uint8 (n_frames, height, width, 3), waveforms (time,) in [−1, 1]. Time runs to the right in seconds
or, where the axis says so, in milliseconds.

Source
------
Figure 1.
"""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import ConnectionPatch
from numpy.typing import ArrayLike, NDArray

from v2ra.drawing import BLUE, GREEN, MEDIUM, RED, SMALL, new_figure, tidy
from v2ra.errors import InputError
from v2ra.timing import PAPER, Timing
from v2ra.waveforms import check_waveform

Array = NDArray[np.floating]

N_MAPS = 5  # Figure 1(b): "the top 5 features"


def plot_scales(
    frames: NDArray[np.uint8],
    waveform: Array,
    *,
    timing: Timing = PAPER,
    start_seconds: float = 0.0,
    n_frames: int = 8,
) -> Figure:
    """Show frames above the sound of the same time, and one frame's share of it enlarged (Figure 1a).

    Parameters
    ----------
    frames : uint8 (n_frames, height, width, 3)
        Of a clip, at the frame rate.
    waveform : float (time,)
        Of the same clip.
    timing : Timing
        Rates of both.
    start_seconds : float
        Where the part that is shown begins.
    n_frames : int
        How many frames are shown.

    Returns
    -------
    Figure

    Raises
    ------
    InputError
        If the clip does not reach that far.

    Examples
    --------
    >>> figure = plot_scales(np.zeros((30, 8, 8, 3), np.uint8), np.zeros(44100))
    >>> figure.axes[-1].get_title()
    'one frame = 1470 samples'
    """
    first = round(start_seconds * timing.frame_rate)
    n_samples = timing.sample_rate // timing.frame_rate
    shown = waveform[first * n_samples : (first + n_frames) * n_samples]
    if first < 0 or len(frames) < first + n_frames or len(shown) < n_frames * n_samples:
        raise InputError(
            f"found {len(frames)} frames and {len(waveform)} samples; expected those of {n_frames} frames from "
            f"{start_seconds:g} s; choose another part"
        )
    figure = new_figure(4.4)
    grid = figure.add_gridspec(3, n_frames, height_ratios=[1.1, 1, 1], wspace=0)
    for index in range(n_frames):
        _show_image(figure.add_subplot(grid[0, index]), frames[first + index], f"frame {first + index}")
    time = (first * n_samples + np.arange(len(shown))) / timing.sample_rate
    sound = tidy(figure.add_subplot(grid[1, :]), x_label="time (s)", y_label="amplitude")
    sound.plot(time, shown, color=GREEN, linewidth=0.5)
    sound.set_xlim(time[0], time[0] + n_frames / timing.frame_rate)
    for index in range(1, n_frames):
        sound.axvline((first + index) / timing.frame_rate, color=BLUE, linewidth=0.6, linestyle=":")
    _enlarge(figure.add_subplot(grid[2, :]), sound, time, shown, n_samples=n_samples)
    return figure


def _show_image(axes: Axes, image: Array | NDArray[np.uint8], title: str, **options: object) -> None:
    axes.imshow(image, **options)  # type: ignore[arg-type]  # passed through
    axes.set_axis_off()
    axes.set_title(title, fontsize=SMALL)


def _enlarge(axes: Axes, sound: Axes, time: Array, shown: Array, *, n_samples: int) -> None:
    """Draw the frame with the loudest sample, sample by sample, and tie it to its place above."""
    frame = int(np.abs(shown).argmax()) // n_samples
    part = slice(frame * n_samples, (frame + 1) * n_samples)
    begin, end = time[part][0], time[part][0] + n_samples * (time[1] - time[0])
    sound.axvspan(begin, end, color=RED, alpha=0.2, linewidth=0)
    tidy(axes, x_label="time in this frame (ms)", y_label="amplitude")
    axes.set_title(f"one frame = {n_samples} samples", fontsize=MEDIUM)  # between the two ties
    axes.plot(1000 * (time[part] - begin), shown[part], color=RED, linewidth=0.5, marker=".", markersize=1.5)
    axes.set_xlim(0, 1000 * (end - begin))
    for corner, x in ((0, begin), (1, end)):
        tie = ConnectionPatch(
            (x, 0), (corner, 1), sound.get_xaxis_transform(), axes.transAxes, color=RED, linewidth=0.6
        )
        axes.figure.add_artist(tie)


def top_feature_maps(activations: ArrayLike, *, n_maps: int = N_MAPS) -> NDArray[np.int64]:
    """Return the channels of a layer that answer most to a frame.

    Parameters
    ----------
    activations : float (n_channels, height, width)
        Output of one convolution layer after its ReLU, for one frame.
    n_maps : int
        How many channels.

    Returns
    -------
    int64 (n_maps,)
        Channels by falling mean activation; of equal ones the first.

    Raises
    ------
    InputError
        If the shape is another, or there are fewer channels.

    Examples
    --------
    >>> top_feature_maps(np.arange(8.0).reshape(4, 2, 1), n_maps=2).tolist()
    [3, 2]
    """
    maps = np.asarray(activations, dtype=np.float64)
    if maps.ndim != 3 or len(maps) < n_maps:
        raise InputError(
            f"found activations {maps.shape}; expected ({n_maps} or more, height, width); give one layer"
        )
    return np.argsort(-maps.mean(axis=(1, 2)), kind="stable")[:n_maps]


def sound_image(waveform: ArrayLike, *, n_columns: int) -> NDArray[np.float64]:
    """Fold a waveform into the rows of an image, the first sample at the top left.

    Parameters
    ----------
    waveform : float (time,)
        As many samples as fill at least one row; those of an unfinished last row are left out.
    n_columns : int
        Samples a row.

    Returns
    -------
    float64 (n_rows, n_columns)

    Examples
    --------
    >>> sound_image([0.1, 0.2, 0.3, 0.4, 0.5], n_columns=2).tolist()
    [[0.1, 0.2], [0.3, 0.4]]
    """
    samples = np.asarray(waveform, dtype=np.float64)
    check_waveform(samples)
    if not 1 <= n_columns <= len(samples):
        raise InputError(
            f"found {len(samples)} samples; expected one row of {n_columns} or more; give more sound"
        )
    return samples[: len(samples) // n_columns * n_columns].reshape(-1, n_columns)


def plot_frame_features(
    frame: NDArray[np.uint8], activations: ArrayLike, *, waveform: Array, timing: Timing = PAPER
) -> Figure:
    """Show a frame, its five strongest feature maps, and its sound as an image (Figure 1b).

    Parameters
    ----------
    frame : uint8 (height, width, 3)
        RGB.
    activations : float (n_channels, height, width)
        Of one convolution layer for this frame; the strongest are chosen by `top_feature_maps`.
    waveform : float (time,)
        The sound of the frame's time, or more.
    timing : Timing
        Rate of the sound.

    Returns
    -------
    Figure

    Examples
    --------
    >>> picture = plot_frame_features(np.zeros((8, 8, 3), np.uint8), np.ones((6, 4, 4)), waveform=np.ones(1470))
    >>> [axes.get_title() for axes in picture.axes[:3]]
    ['frame', 'map 0', 'map 1']
    """
    maps, chosen = np.asarray(activations), top_feature_maps(activations)
    image = sound_image(
        waveform, n_columns=max(round(np.sqrt(6 * len(waveform))), 1)
    )  # six times as wide as high
    figure = new_figure(2.9)
    grid = figure.add_gridspec(2, 1 + len(chosen), height_ratios=[1, 0.9])
    _show_image(figure.add_subplot(grid[0, 0]), frame, "frame")
    for index, channel in enumerate(chosen):
        axes = figure.add_subplot(grid[0, 1 + index])
        _show_image(axes, maps[channel], f"map {channel}", cmap="viridis")
    row_ms = 1000 * image.shape[1] / timing.sample_rate
    axes = tidy(figure.add_subplot(grid[1, :]), x_label="time in a row (ms)", y_label="time (ms)")
    peak = max(float(np.abs(image).max()), 1e-9)
    drawn = axes.imshow(
        image, cmap="gray", vmin=-peak, vmax=peak, extent=(0, row_ms, row_ms * len(image), 0), aspect="auto"
    )
    bar = figure.colorbar(drawn, ax=axes, pad=0.01)
    bar.set_label("amplitude", fontsize=MEDIUM)
    bar.ax.tick_params(labelsize=SMALL)
    return figure
