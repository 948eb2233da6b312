"""A figure as an SVG that stays small and repeats: text as text, dense lines as pixels, ids from a name.

Conventions
-----------
A line is dense from 1,000 points on (a second of sound has 44,100): as a path it would take a megabyte.

Source
------
Ours: results are kept in the repository, where a file must be small and equal figures give equal bytes.
"""

from pathlib import Path

import numpy as np
from matplotlib import rc_context
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

DENSE_POINTS = 1000
DPI = 120  # of what is drawn as pixels


def save_svg(figure: Figure, path: Path, *, name: str) -> None:
    """Write a figure as SVG; the figure stays as it is.

    Parameters
    ----------
    figure : Figure
        A matplotlib figure.
    path : Path
        File to write.
    name : str
        What ids inside the file are made from: one name and one figure give one file.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "empty.svg"
    >>> save_svg(Figure(), path, name="empty")
    >>> "<svg" in path.read_text()
    True
    """
    dense = [
        line
        for line in figure.findobj(Line2D)
        if isinstance(line, Line2D) and np.size(line.get_xdata()) >= DENSE_POINTS
    ]
    before = [line.get_rasterized() for line in dense]
    for line in dense:
        line.set_rasterized(True)
    try:
        with rc_context({"svg.hashsalt": name, "svg.fonttype": "none"}):
            figure.savefig(path, dpi=DPI, metadata={"Date": None, "Creator": None})
    finally:
        for line, rasterized in zip(dense, before, strict=True):
            line.set_rasterized(rasterized)
