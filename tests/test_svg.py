"""SVG files: small, repeatable, and the figure left alone."""

from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from v2ra.svg import DENSE_POINTS, save_svg


def wave(n_points: int) -> Figure:
    """Return a figure of noise, which no simplification of paths makes shorter."""
    figure = Figure()
    figure.add_subplot(title="noise").plot(np.random.default_rng(0).standard_normal(n_points))
    return figure


def test_a_second_of_sound_makes_a_small_file_and_a_short_line_stays_a_path(tmp_path: Path) -> None:
    save_svg(wave(44_100), tmp_path / "long.svg", name="long")
    save_svg(wave(DENSE_POINTS - 1), tmp_path / "short.svg", name="short")
    long, short = ((tmp_path / f"{name}.svg").read_text() for name in ("long", "short"))
    assert "<image" in long
    assert "<image" not in short
    assert len(long) < 100_000 < 44_100 * 6  # a point of a path takes six bytes or more


def test_the_figure_is_drawn_as_before_afterwards(tmp_path: Path) -> None:
    figure = wave(5000)
    save_svg(figure, tmp_path / "a.svg", name="a")
    assert not figure.axes[0].lines[0].get_rasterized()


def test_equal_figures_give_equal_bytes_and_text_can_be_searched(tmp_path: Path) -> None:
    for name in ("a", "b"):
        save_svg(wave(2000), tmp_path / f"{name}.svg", name="same")
    text = (tmp_path / "a.svg").read_text()
    assert text == (tmp_path / "b.svg").read_text()
    assert ">noise</text>" in text
