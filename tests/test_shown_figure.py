"""Figures that are drawn once for a file and a notebook, and laid out as Matplotlib would."""

from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest
from matplotlib.figure import Figure

from v2ra.drawing import new_figure
from v2ra.shown_figure import ShownFigure, save_pictures
from v2ra.svg import save_svg

Layout = Literal["constrained", "tight"] | None


def drawn(kind: type[Figure], *, layout: Layout = "constrained") -> Figure:
    """Return a figure whose parts must make room for labels, a colour bar, a legend and a picture."""
    figure = kind(figsize=(4, 3), layout=layout, dpi=120)
    left, right = figure.subplots(1, 2)
    left.plot(np.arange(2000.0) * 1e4, np.sin(np.arange(2000.0)), label="a wave of many points")
    left.set(xlabel="time (s)", ylabel="level\nin two lines", title="left")
    left.legend(loc="best", fontsize=6)
    picture = right.imshow(np.arange(12.0).reshape(3, 4), aspect="auto")
    right.set_yticks([0, 1, 2], ["one", "a label that is long", "three"])
    figure.colorbar(picture, ax=right, label="dB")
    figure.suptitle("two parts")
    return figure


@pytest.mark.parametrize("layout", ["constrained", "tight", None])
def test_both_files_are_those_that_matplotlib_writes(tmp_path: Path, layout: Layout) -> None:
    plain, ours = drawn(Figure, layout=layout), drawn(ShownFigure, layout=layout)
    plain.savefig(tmp_path / "plain.png", dpi=120, metadata={"Software": None})
    save_svg(plain, tmp_path / "plain.svg", name="ours")
    save_pictures(ours, tmp_path, "ours")
    for suffix in ("png", "svg"):
        assert (tmp_path / f"ours.{suffix}").read_bytes() == (tmp_path / f"plain.{suffix}").read_bytes()


def test_a_notebook_shows_the_picture_that_was_saved(tmp_path: Path) -> None:
    figure = drawn(ShownFigure)
    assert isinstance(figure, ShownFigure)
    save_pictures(figure, tmp_path, "figure")
    assert figure._repr_png_() == (tmp_path / "figure.png").read_bytes()


@pytest.mark.parametrize("change", ["line", "label", "title", "limits", "text"])
def test_a_figure_that_was_changed_is_drawn_anew(tmp_path: Path, change: str) -> None:
    figure = drawn(ShownFigure)
    assert isinstance(figure, ShownFigure)
    save_pictures(figure, tmp_path, "figure")
    before, axes = figure._repr_png_(), figure.axes[0]
    changes: dict[str, Any] = {
        "line": lambda: axes.plot([0, 1], [0, 1]),
        "label": lambda: axes.set_xlabel("another"),
        "title": lambda: axes.set_title("another"),
        "limits": lambda: axes.set_ylim(0, 0.5),
        "text": lambda: figure.suptitle("another"),
    }
    changes[change]()
    assert figure._repr_png_() != before


def test_two_figures_keep_their_own_pictures(tmp_path: Path) -> None:
    one, two = new_figure(1), new_figure(1)
    two.text(0.5, 0.5, "two")
    for name, figure in (("one", one), ("two", two)):
        save_pictures(figure, tmp_path, name)
    assert one._repr_png_() != two._repr_png_() == (tmp_path / "two.png").read_bytes()


def test_a_figure_is_drawn_once_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drawings: list[Figure] = []
    whole = Figure.draw

    def counted(self: Figure, renderer: Any) -> None:
        drawings.append(self)
        whole(self, renderer)

    monkeypatch.setattr(Figure, "draw", counted)
    figure = drawn(ShownFigure)
    assert isinstance(figure, ShownFigure)
    save_pictures(figure, tmp_path, "figure")
    figure._repr_png_()
    assert len(drawings) == 2
