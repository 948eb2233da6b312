"""Drawing of the video encoding: frames to vectors to V, beside the sound of the same second.

Conventions
-----------
Everything is to the scale of the samples of one second. Every frame, vector and gap is counted off the
rates in use: another rate gives another drawing.

Source
------
Figure 3; Eq. 3.
"""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from v2ra.drawing import BLUE, GREEN, GREY, MEDIUM, RED, SKY, SMALL, YELLOW, arrow, block, canvas, new_figure
from v2ra.encoding import used_frames
from v2ra.timing import PAPER, Timing

LEFT, RIGHT = 1.4, 15.9  # ends of the second on a canvas of 16 units


def plot_encoding(
    *, timing: Timing = PAPER, which: str = "last", waveform: NDArray[np.floating] | None = None
) -> Figure:
    """Draw how one second of frames becomes V, as long as one second of sound (Figure 3).

    Parameters
    ----------
    timing : Timing
        Rates.
    which : str
        Which frame of a group is used, as in `v2ra.encoding.used_frames`.
    waveform : float (time,), optional
        A second of sound to draw as X; without one X is a plain bar.

    Returns
    -------
    Figure

    Examples
    --------
    >>> figure = plot_encoding()
    >>> sum((patch.get_gid() or "").startswith("gap-") for patch in figure.axes[0].patches)
    10
    """
    figure = new_figure(3.5)
    axes = canvas(figure, width=16, height=8.4)
    for text, height in (("frames", 7.05), ("fc6", 5.15), ("$V_1$", 3.3), ("$X_1$", 1.5)):
        axes.text(0, height, text, fontsize=MEDIUM, va="center")
    used = used_frames(1, timing=timing, which=which)
    _draw_frames(axes, used, timing)
    _draw_vectors(axes, used, timing)
    block(axes, (LEFT, 1.0), (RIGHT - LEFT, 1.0), colour=GREEN, opacity=0.25, gid="X")
    if waveform is not None:
        time = np.linspace(LEFT, RIGHT, len(waveform))
        axes.plot(
            time, 1.5 + 0.48 * waveform / max(np.abs(waveform).max(), 1e-9), color=GREEN, lw=0.4, zorder=4
        )
    arrow(axes, (LEFT, 0.55), (RIGHT, 0.55))
    for text, at, side in (("0 s", LEFT, "left"), ("1 s", RIGHT, "right")):
        axes.text(at, 0.4, text, fontsize=SMALL, ha=side, va="top")
    length = f"{timing.sample_rate} samples, as many as values in V"
    axes.text((LEFT + RIGHT) / 2, 0.4, length, fontsize=SMALL, ha="center", va="top")
    return figure


def _draw_frames(axes: Axes, used: NDArray[np.int64], timing: Timing) -> None:
    """Draw frames of one second in groups of q, the used ones in yellow with their number."""
    width = (RIGHT - LEFT) / timing.frame_rate
    for frame in range(timing.frame_rate):
        chosen = frame in used
        block(
            axes,
            (LEFT + (frame + 0.08) * width, 6.75),
            (0.84 * width, 0.6),
            colour=YELLOW if chosen else SKY,
            opacity=0.9 if chosen else 0.25,
            label=str(frame + 1) if chosen else "",
            gid=f"frame-{frame}" + ("-used" if chosen else ""),
            font_size=SMALL,
        )
    q = timing.frame_step
    for group in range(timing.vectors_per_second):
        ends = [LEFT + (group * q + 0.1) * width, LEFT + ((group + 1) * q - 0.1) * width]
        axes.plot(ends, [7.55, 7.55], color=GREY, linewidth=1)
    rates = f"{timing.frame_rate} frames; one of every {q} is used"
    axes.text((LEFT + RIGHT) / 2, 7.7, rates, fontsize=SMALL, ha="center", va="bottom")


def _draw_vectors(axes: Axes, used: NDArray[np.int64], timing: Timing) -> None:
    """Draw feature vectors, and V with a gap of zeros behind each; all to the scale of the samples."""
    frame = (RIGHT - LEFT) / timing.frame_rate
    slot = (RIGHT - LEFT) * timing.samples_per_vector / timing.sample_rate
    share = timing.feature_size / timing.samples_per_vector
    for index, number in enumerate(used):
        left = LEFT + index * slot
        size = (share * slot, 0.8)
        label = f"$v_{{1,{number + 1}}}$"
        block(axes, (left, 4.75), size, colour=YELLOW, opacity=0.9, label=label, gid=f"vector-{index}")
        block(axes, (left, 2.9), size, colour=BLUE, opacity=0.45, gid=f"V-{index}")
        gap = block(
            axes, (left + size[0], 2.9), (slot - size[0], 0.8), colour=RED, opacity=0.15, gid=f"gap-{index}"
        )
        gap.set(hatch="//////", linewidth=0.4)
        arrow(axes, (LEFT + (number + 0.5) * frame, 6.7), (left + size[0] / 2, 5.6))
        arrow(axes, (left + size[0] / 2, 4.7), (left + size[0] / 2, 3.75))
    notes = f"{timing.feature_size} values", f"{timing.padding_per_vector} zeros (hatched)"
    axes.text(LEFT, 2.8, notes[0], fontsize=SMALL, va="top")
    axes.text(LEFT + slot + 0.4, 2.8, notes[1], fontsize=SMALL, va="top", color=RED)
