"""Drawings of the networks: the framework and the conditional GAN.

Conventions
-----------
Every block of a network stands for one row of the code's own table, as tall as the logarithm of its output
length: a changed row changes the drawing.

Source
------
Figures 2 and 4; Tables 1 and 2.
"""

from collections.abc import Sequence
from itertools import groupby

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from v2ra.drawing import (
    BLUE,
    GREEN,
    GREY,
    MEDIUM,
    RED,
    SKY,
    SMALL,
    YELLOW,
    TableRow,
    arrow,
    block,
    canvas,
    draw_rows,
    new_figure,
)
from v2ra.timing import PAPER, Timing


def plot_framework(
    generator_rows: Sequence[TableRow], discriminator_rows: Sequence[TableRow], *, timing: Timing = PAPER
) -> Figure:
    """Draw the whole method: encoder, generator and discriminator (Figure 2).

    Parameters
    ----------
    generator_rows, discriminator_rows : sequence of TableRow
        Those of ``v2ra.generator.ROWS`` and ``v2ra.discriminator.ROWS``.
    timing : Timing
        Rates of the encoder.

    Returns
    -------
    Figure

    Examples
    --------
    >>> from v2ra import discriminator, generator
    >>> figure = plot_framework(generator.ROWS, discriminator.ROWS)
    >>> sum("-row-" in (patch.get_gid() or "") for patch in figure.axes[0].patches)
    21
    """
    figure = new_figure(5.6)
    axes = canvas(figure, width=16, height=13.4)
    _draw_encoder(axes, timing)
    _draw_generator(axes, generator_rows)
    _draw_discriminator(axes, discriminator_rows)
    return figure


def _title(axes: Axes, x: float, y: float, text: str, colour: str) -> None:
    axes.text(x, y, text, color=colour, fontsize=MEDIUM, fontweight="bold", va="center")


def _draw_encoder(axes: Axes, timing: Timing) -> None:
    """Draw frames to V, from left to right along the top."""
    _title(axes, 0, 13.0, "Video encoder", BLUE)
    size, p = timing.frame_size, timing.vectors_per_second
    for offset in (0.3, 0.15, 0):
        block(axes, (0.1 + offset, 11 + offset), (1.5, 1.1), colour=SKY, opacity=0.25)
    axes.text(
        0.95, 11.5, f"{timing.frame_rate}\nframes/s", ha="center", va="center", fontsize=SMALL, zorder=5
    )
    axes.text(1.0, 10.85, f"{size} × {size} × 3", ha="center", va="top", fontsize=SMALL)
    block(axes, (3.2, 11), (2.2, 1.3), colour=SKY, label="VGG19\nto fc6", gid="encoder")
    for index in range(p):
        left = 6.9 + index * 2.6 / p
        block(axes, (left, 11.15), (1.8 / p, 1.0), colour=YELLOW, gid=f"vector-{index}", opacity=0.9)
    axes.text(8.2, 10.95, f"{p} vectors of {timing.feature_size}", ha="center", va="top", fontsize=SMALL)
    label = f"V: {timing.sample_rate} values a second"
    block(axes, (11.0, 11.25), (4.9, 0.8), colour=BLUE, opacity=0.35, label=label, font_size=SMALL, gid="V")
    axes.text(13.45, 12.2, "joined, zeros between", ha="center", va="bottom", fontsize=SMALL)
    for start, end in ((2.0, 3.1), (5.5, 6.8), (9.6, 10.9)):
        arrow(axes, (start, 11.65), (end, 11.65))


def _draw_generator(axes: Axes, rows: Sequence[TableRow]) -> None:
    """Draw V to sound, one block a row, from left to right in the middle."""
    _title(axes, 1.0, 9.7, "V2RA generator G", GREEN)
    axes.text(5.2, 9.7, "above: output length × channels", fontsize=SMALL, va="center")
    axes.text(10.2, 9.7, "below: kernel size / stride", fontsize=SMALL, va="center")
    draw_rows(axes, rows, corner=(0, 6.2), size=(16, 2.0), colour=GREEN, name="generator")
    step = 16 / len(rows)
    first = 0
    for operation, group in groupby(rows, key=lambda row: row.operation):
        last = first + len(list(group))
        left, right = (first + 0.1) * step, (last - 0.1) * step
        axes.plot([left, right], [5.25, 5.25], color=GREEN, linewidth=1.5)
        axes.text((left + right) / 2, 5.1, operation, ha="center", va="top", fontsize=SMALL)
        first = last
    entry, end = 0.5 * step, 16 - 0.5 * step
    arrow(axes, (end, 11.2), (end, 10.25), (entry, 10.25), (entry, 9.15), colour=BLUE)
    arrow(axes, (end, 4.75), (end, 4.6), (0.25, 4.6), (0.25, 1.3), (0.65, 1.3), colour=GREEN)  # to D


def _draw_discriminator(axes: Axes, rows: Sequence[TableRow]) -> None:
    """Draw V beside a sound to patch scores, along the bottom."""
    _title(axes, 0.7, 4.1, "V2RA discriminator D", RED)
    for label, colour, bottom in (("V", BLUE, 2.75), ("X (real)", GREY, 1.85), ("or G(V)", GREEN, 0.95)):
        block(axes, (0.7, bottom), (2.0, 0.7), colour=colour, label=label, opacity=0.3, font_size=SMALL)
    axes.text(1.7, 0.75, f"side by side: {rows[0].n_in}", ha="center", va="top", fontsize=SMALL)
    end = 3.8 + 1.15 * len(rows)
    draw_rows(axes, rows, corner=(3.8, 1.0), size=(end - 3.8, 1.7), colour=RED, name="discriminator")
    scores = f"{rows[-1].output_length} patch scores × {rows[-1].n_out}"
    block(axes, (end + 1.0, 1.4), (4.6, 0.9), colour=RED, label=scores, opacity=0.15, font_size=SMALL)
    axes.text(end + 3.3, 1.25, "real: to 1     generated: to 0", ha="center", va="top", fontsize=SMALL)
    arrow(axes, (2.8, 1.85), (3.7, 1.85))
    arrow(axes, (end + 0.05, 1.85), (end + 0.9, 1.85))


def plot_conditional_gan(
    generator_rows: Sequence[TableRow], discriminator_rows: Sequence[TableRow]
) -> Figure:
    """Draw what is fed to a conditional GAN and to the V2RA-GAN (Figure 4, left and right).

    Parameters
    ----------
    generator_rows, discriminator_rows : sequence of TableRow
        Those of ``v2ra.generator.ROWS`` and ``v2ra.discriminator.ROWS``.

    Returns
    -------
    Figure

    Examples
    --------
    >>> from v2ra import discriminator, generator
    >>> figure = plot_conditional_gan(generator.ROWS, discriminator.ROWS)
    >>> [text.get_text() for text in figure.axes[0].texts if "GAN" in text.get_text()]
    ['Conditional GAN, with noise z', 'V2RA-GAN, without z']
    """
    figure = new_figure(3.9)
    axes = canvas(figure, width=16, height=9.4)
    rows = (generator_rows, discriminator_rows)
    _draw_gan(axes, 0.2, rows, name="conditional", title="Conditional GAN, with noise z", with_noise=True)
    _draw_gan(axes, 8.4, rows, name="v2ra", title="V2RA-GAN, without z", with_noise=False)
    axes.plot([8, 8], [0.3, 9], color=GREY, linewidth=0.6)
    return figure


def _draw_gan(
    axes: Axes,
    left: float,
    rows: tuple[Sequence[TableRow], Sequence[TableRow]],
    *,
    name: str,
    title: str,
    with_noise: bool,
) -> None:
    """Draw one half of Figure 4, from the inputs at the top to the decision at the bottom."""
    axes.text(left, 9.0, title, fontsize=MEDIUM, fontweight="bold", va="center")
    block(axes, (left, 7.5), (1.8, 0.8), colour=BLUE, label="V", gid=f"{name}-V")
    arrow(axes, (left + 0.9, 7.5), (left + 1.4, 6.65))
    if with_noise:
        block(
            axes, (left + 2.2, 7.5), (1.8, 0.8), colour=RED, label="z", gid=f"{name}-z", edge=RED, dashes=":"
        )
        arrow(axes, (left + 3.1, 7.5), (left + 1.6, 6.65), colour=RED)
    else:
        decoder = [row.operation for row in rows[0]].index("Trans Conv1D")
        across = left + 1.3 + 5.8 * (decoder + 1.5) / len(rows[0])
        note = "noise only by\ndropout in G"
        block(
            axes,
            (across - 1.2, 7.4),
            (2.4, 1.0),
            colour=YELLOW,
            label=note,
            gid=f"{name}-dropout",
            font_size=SMALL,
        )
        arrow(axes, (across, 7.4), (across, 6.2))
    axes.text(left + 0.75, 5.65, "G", color=GREEN, fontsize=MEDIUM, fontweight="bold", va="center")
    size = (5.8, 1.8)
    draw_rows(
        axes, rows[0], corner=(left + 1.3, 4.75), size=size, colour=GREEN, name=f"{name}-g", labels=False
    )
    _draw_decision(axes, left, rows[1], name=f"{name}-d", made="G(z, V)" if with_noise else "G(V)")


def _draw_decision(axes: Axes, left: float, rows: Sequence[TableRow], *, name: str, made: str) -> None:
    """Draw the two sounds, the discriminator, and V, its condition, that comes from the left."""
    block(axes, (left + 1.9, 3.4), (2.1, 0.7), colour=GREY, label="X (real)", opacity=0.3)
    axes.text(left + 4.5, 3.75, "or", fontsize=MEDIUM, ha="center", va="center")
    block(axes, (left + 5.0, 3.4), (2.2, 0.7), colour=GREEN, label=made, opacity=0.3)
    arrow(axes, (left + 6.9, 4.7), (left + 6.9, 4.15))
    arrow(axes, (left + 2.95, 3.4), (left + 2.4, 2.6))
    arrow(axes, (left + 5.6, 3.4), (left + 2.7, 2.6))
    arrow(axes, (left + 0.3, 7.5), (left + 0.3, 1.85), (left + 1.9, 1.85), colour=BLUE)
    axes.text(left + 0.4, 2.0, "condition", color=BLUE, fontsize=SMALL, va="bottom")
    draw_rows(axes, rows, corner=(left + 2.0, 1.2), size=(3.4, 1.3), colour=RED, name=name, labels=False)
    axes.text(left + 3.7, 0.75, "D", color=RED, fontsize=MEDIUM, fontweight="bold", ha="center", va="center")
    arrow(axes, (left + 5.4, 1.85), (left + 5.9, 1.85))
    axes.text(left + 6.0, 1.85, "real or\ngenerated?", fontsize=SMALL, va="center")
