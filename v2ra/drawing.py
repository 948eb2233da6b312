"""What all figures share: sizes, colours, axes, and the blocks and arrows of the schematics.

Conventions
-----------
A figure is 6.67 inches wide: 800 pixels at the 120 dots per inch of `v2ra.provenance.save_figure`, and no
text in it is smaller than 7 points. Colours are those of Okabe and Ito, which colour-blind people can tell
apart; what they tell is also told by a mark, a dash or a label. Figures are `matplotlib.figure.Figure`
objects: nothing is kept in pyplot. A drawn block has a *gid*, its name in the SVG file.

Source
------
Figures 2 to 4: video encoder blue, generator green, discriminator red.
"""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from v2ra.shown_figure import ShownFigure

WIDTH_INCHES = 6.67
SMALL, MEDIUM = 7.0, 8.5  # points

BLACK, ORANGE, SKY, GREEN = "#000000", "#E69F00", "#56B4E9", "#009E73"
YELLOW, BLUE, RED, PINK, GREY = "#F0E442", "#0072B2", "#D55E00", "#CC79A7", "#666666"

SHADES = {"Conv1D": 0.45, "Trans Conv1D": 0.85, "Tanh": 0.15}  # opacity of an operation's blocks


class TableRow(Protocol):
    """What a schematic needs to know of one row of Table 1 or 2."""

    @property
    def operation(self) -> str:
        """Conv1D, Trans Conv1D or Tanh."""

    @property
    def stride(self) -> int:
        """Samples from one output to the next."""

    @property
    def kernel_size(self) -> int:
        """Length of the filters."""

    @property
    def n_in(self) -> str:
        """Input channels as the table writes them, c, d or 2d."""

    @property
    def n_out(self) -> str:
        """Output channels as the table writes them."""

    @property
    def output_length(self) -> int:
        """Samples of the output."""


def new_figure(height_inches: float, *, width_inches: float = WIDTH_INCHES) -> ShownFigure:
    """Return an empty figure whose parts make room for each other.

    Examples
    --------
    >>> new_figure(2).get_size_inches().tolist()
    [6.67, 2.0]
    """
    return ShownFigure(figsize=(width_inches, height_inches), layout="constrained", dpi=120)


def tidy(axes: Axes, *, x_label: str = "", y_label: str = "", title: str = "") -> Axes:
    """Label axes, with units in brackets, and take away what no one reads.

    Examples
    --------
    >>> tidy(new_figure(2).add_subplot(), x_label="time (s)").get_xlabel()
    'time (s)'
    """
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(labelsize=SMALL)
    axes.set_xlabel(x_label, fontsize=MEDIUM)
    axes.set_ylabel(y_label, fontsize=MEDIUM)
    if title:
        axes.set_title(title, fontsize=MEDIUM, loc="left")
    return axes


def canvas(figure: Figure, *, width: float, height: float) -> Axes:
    """Add an empty drawing board over the whole figure, its units those of the drawing.

    Examples
    --------
    >>> canvas(new_figure(2), width=10, height=3).get_xlim()
    (np.float64(0.0), np.float64(10.0))
    """
    figure.set_layout_engine("none")
    axes = figure.add_axes((0.01, 0.01, 0.98, 0.98))
    axes.set(xlim=(0, width), ylim=(0, height))
    axes.set_axis_off()
    return axes


def block(
    axes: Axes,
    corner: tuple[float, float],
    size: tuple[float, float],
    *,
    colour: str,
    label: str = "",
    gid: str = "",
    opacity: float = 0.45,
    edge: str = BLACK,
    dashes: str = "-",
    font_size: float = MEDIUM,
) -> Rectangle:
    """Draw a filled rectangle, which hides what was drawn before, with a label in its middle.

    Examples
    --------
    >>> board = canvas(new_figure(1), width=10, height=3)
    >>> block(board, (1, 1), (2, 1), colour=SKY, label="G", gid="generator").get_gid()
    'generator'
    """
    shape = Rectangle(corner, *size, edgecolor=edge, linestyle=dashes, zorder=3)
    shape.set_linewidth(0.8 if dashes == "-" else 1.8)
    red, green, blue = (1 - opacity * (1 - value) for value in to_rgb(colour))  # mixed with white
    shape.set_facecolor((red, green, blue))
    shape.set_gid(gid)
    axes.add_patch(shape)
    middle = corner[0] + size[0] / 2, corner[1] + size[1] / 2
    axes.text(*middle, label, ha="center", va="center", fontsize=font_size, zorder=4)
    return shape


def arrow(axes: Axes, *points: tuple[float, float], colour: str = BLACK) -> None:
    """Draw a line through points with a head at its end.

    Examples
    --------
    >>> board = canvas(new_figure(1), width=10, height=3)
    >>> arrow(board, (1, 1), (2, 1), (2, 2))
    >>> len(board.lines), len(board.texts)
    (1, 1)
    """
    across, up = zip(*points[:-1], strict=True)
    axes.plot(across, up, color=colour, linewidth=1, zorder=1)
    head = {
        "arrowstyle": "-|>",
        "color": colour,
        "linewidth": 1,
        "shrinkA": 0,
        "shrinkB": 0,
        "mutation_scale": 8,
    }
    axes.annotate("", xy=points[-1], xytext=points[-2], arrowprops=head, zorder=1)


def row_heights(rows: Sequence[TableRow], *, tallest: float) -> list[float]:
    """Heights of the blocks of a network: the logarithm of each output length.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> [round(h, 2) for h in row_heights([SimpleNamespace(output_length=n) for n in (44100, 210, 1)], tallest=1)]
    [1.0, 0.56, 0.12]
    """
    longest = np.log(max(row.output_length for row in rows) + 1e-9)
    return [tallest * (0.12 + 0.88 * float(np.log(row.output_length) / longest)) for row in rows]


def draw_rows(
    axes: Axes,
    rows: Sequence[TableRow],
    *,
    corner: tuple[float, float],
    size: tuple[float, float],
    colour: str,
    name: str,
    labels: bool = True,
) -> None:
    """Draw a network as one block a row, as tall as its output is long.

    Parameters
    ----------
    axes : Axes
        A `canvas`.
    rows : sequence of TableRow
        The code's own rows.
    corner, size : tuple of float
        Lower left corner, width and height, in units of the canvas. Labels go above and below it.
    colour : str
        Of the network; its shade tells the operation.
    name : str
        The blocks' gids are ``NAME-row-0``, ``NAME-row-1`` …
    labels : bool
        Whether output length, channels, kernel and stride are written at each block.

    Examples
    --------
    >>> from v2ra.discriminator import ROWS
    >>> board = canvas(new_figure(2), width=10, height=3)
    >>> draw_rows(board, ROWS, corner=(0, 1), size=(8, 1), colour=RED, name="discriminator")
    >>> [patch.get_gid() for patch in board.patches if patch.get_gid()][-1]
    'discriminator-row-4'
    """
    step, middle = size[0] / len(rows), corner[1] + size[1] / 2
    for index, (row, height) in enumerate(zip(rows, row_heights(rows, tallest=size[1]), strict=True)):
        left = corner[0] + index * step
        block(
            axes,
            (left + 0.14 * step, middle - height / 2),
            (0.72 * step, height),
            colour=colour,
            gid=f"{name}-row-{index}",
            opacity=SHADES.get(row.operation, 0.3),
        )
        if labels:
            across = left + step / 2
            above = f"{row.output_length}\n× {row.n_out}"
            below = "" if row.operation == "Tanh" else f"{row.kernel_size}\n/{row.stride}"
            axes.text(across, corner[1] + size[1] + 0.05, above, ha="center", va="bottom", fontsize=SMALL)
            axes.text(across, corner[1] - 0.05, below, ha="center", va="top", fontsize=SMALL)
