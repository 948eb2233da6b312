"""A figure that is drawn no more often than needed: a notebook shows the picture that was saved.

Conventions
-----------
A picture is a PNG file's bytes, at the figure's own resolution. A figure is laid out before it is drawn; Matplotlib
draws it whole, unseen, for that alone.

Source
------
Ours.
"""

import io
from pathlib import Path

from matplotlib.backend_bases import RendererBase
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from v2ra.svg import DPI, save_svg


class ShownFigure(Figure):
    """A figure that a notebook shows when it is the last expression of a cell; pyplot is not needed.

    Examples
    --------
    >>> ShownFigure()._repr_png_()[1:4]
    b'PNG'
    """

    _kept: bytes = b""

    def draw(self, renderer: RendererBase) -> None:
        """Draw; while it is saved, only lay it out at first: for the drawing proper the layout is switched off."""
        engine = self.get_layout_engine()
        if isinstance(engine, ConstrainedLayoutEngine) and self.canvas.is_saving():
            if self.axes:
                engine.execute(self)
        else:
            super().draw(renderer)

    def keep_picture(self, picture: bytes) -> None:
        """Show this picture, what was saved, until the figure is changed.

        Examples
        --------
        >>> figure = ShownFigure()
        >>> figure.keep_picture(b"as saved")
        >>> figure._repr_png_()
        b'as saved'
        """
        self._kept = picture
        self.stale = False  # Matplotlib says where something changes

    def _repr_png_(self) -> bytes:
        """Return the picture as a notebook keeps it."""
        if self.stale or not self._kept:
            file = io.BytesIO()
            self.savefig(file, format="png")
            self.keep_picture(file.getvalue())
        return self._kept


def save_pictures(figure: Figure, folder: Path, name: str) -> None:
    """Write NAME.png and NAME.svg; a notebook then shows the former.

    Parameters
    ----------
    figure : Figure
        A matplotlib figure; it stays as it is.
    folder : Path
        That is there.
    name : str
        Of both files, and what ids in the SVG are made from.

    Examples
    --------
    >>> import tempfile
    >>> save_pictures(Figure(), Path(tempfile.mkdtemp()), "empty")
    """
    png = folder / f"{name}.png"
    figure.savefig(png, dpi=DPI, metadata={"Software": None})
    save_svg(figure, folder / f"{name}.svg", name=name)
    if isinstance(figure, ShownFigure):
        figure.keep_picture(png.read_bytes())
