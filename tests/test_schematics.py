"""Tests of Figures 2, 3 and 4: they are drawn from the code's own rows and rates."""

import dataclasses
import io
import re
from collections.abc import Sequence

import numpy as np
import pytest
from matplotlib.figure import Figure

from v2ra import discriminator, generator
from v2ra.drawing import SMALL, TableRow, row_heights
from v2ra.figures import plot_conditional_gan, plot_encoding, plot_framework
from v2ra.timing import PAPER, Timing

G_ROWS, D_ROWS = generator.ROWS, discriminator.ROWS


def gids(figure: Figure, pattern: str) -> list[str]:
    names = [patch.get_gid() or "" for axes in figure.axes for patch in axes.patches]
    return [name for name in names if re.fullmatch(pattern, name)]


def texts(figure: Figure) -> list[str]:
    return [text.get_text() for axes in figure.axes for text in axes.texts if text.get_text()]


def picture(figure: Figure) -> bytes:
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=60, metadata={"Software": None})
    return file.getvalue()


def assert_inside_and_apart(figure: Figure) -> None:
    """No text reaches over the edge, is too small, or lies on another text."""
    figure.draw_without_rendering()
    shown = [t for axes in figure.axes for t in axes.texts if t.get_text()]
    boxes = [text.get_window_extent() for text in shown]
    for text, box in zip(shown, boxes, strict=True):
        assert float(text.get_fontsize()) >= SMALL
        assert figure.bbox.x0 <= box.x0 <= box.x1 <= figure.bbox.x1, text.get_text()
        assert figure.bbox.y0 <= box.y0 <= box.y1 <= figure.bbox.y1, text.get_text()
    for index, box in enumerate(boxes):
        for other in range(index):
            assert not box.overlaps(boxes[other]), (shown[index].get_text(), shown[other].get_text())


def test_the_framework_has_one_block_a_row() -> None:
    figure = plot_framework(G_ROWS, D_ROWS)
    assert len(gids(figure, r"generator-row-\d+")) == len(G_ROWS) == 16
    assert len(gids(figure, r"discriminator-row-\d+")) == len(D_ROWS) == 5


def test_the_framework_writes_every_output_length_kernel_and_stride() -> None:
    written = texts(plot_framework(G_ROWS, D_ROWS))
    for row in (*G_ROWS, *D_ROWS):
        assert f"{row.output_length}\n× {row.n_out}" in written
        if row.operation != "Tanh":
            assert f"{row.kernel_size}\n/{row.stride}" in written


def test_the_framework_names_its_parts_and_rates() -> None:
    written = texts(plot_framework(G_ROWS, D_ROWS))
    for part in ("Video encoder", "V2RA generator G", "V2RA discriminator D", "10 vectors of 4096"):
        assert part in written
    assert "687 patch scores × 8d" in written
    assert "side by side: 2c" in written
    assert "V: 22050 values a second" in texts(
        plot_framework(G_ROWS, D_ROWS, timing=Timing(22_050, 30, 2205, 256))
    )


@pytest.mark.parametrize(
    "change", [{"stride": 2}, {"kernel_size": 31}, {"n_out": "2d"}, {"output_length": 20_000}], ids=str
)
def test_a_changed_row_changes_the_framework(change: dict[str, int | str]) -> None:
    changed = (dataclasses.replace(G_ROWS[0], **change), *G_ROWS[1:])  # type: ignore[arg-type]
    assert picture(plot_framework(changed, D_ROWS)) != picture(plot_framework(G_ROWS, D_ROWS))


def test_equal_rows_give_equal_bytes() -> None:
    assert picture(plot_framework(G_ROWS, D_ROWS)) == picture(plot_framework(G_ROWS, D_ROWS))


@pytest.mark.parametrize(("g_rows", "d_rows"), [(G_ROWS[:-1], D_ROWS), (G_ROWS, D_ROWS[:3])])
def test_a_row_less_is_a_block_less(g_rows: Sequence[TableRow], d_rows: Sequence[TableRow]) -> None:
    for figure in (plot_framework(g_rows, d_rows), plot_conditional_gan(g_rows, d_rows)):
        n_rows = len(g_rows) + len(d_rows)
        assert len(gids(figure, r".*-row-\d+")) == n_rows * (
            2 if "conditional-V" in gids(figure, ".*") else 1
        )


def test_a_block_is_as_tall_as_the_logarithm_of_its_length() -> None:
    heights = row_heights(G_ROWS, tallest=2)
    lengths = [row.output_length for row in G_ROWS]
    assert heights[-1] == pytest.approx(2)
    assert np.argsort(heights, kind="stable").tolist() == np.argsort(lengths, kind="stable").tolist()
    assert min(heights) > 0


def test_only_the_left_gan_has_z_in_a_dotted_red_box() -> None:
    figure = plot_conditional_gan(G_ROWS, D_ROWS)
    assert gids(figure, ".*-z") == ["conditional-z"]
    assert gids(figure, ".*-dropout") == ["v2ra-dropout"]
    assert sorted(gids(figure, ".*-V")) == ["conditional-V", "v2ra-V"]
    box = next(patch for patch in figure.axes[0].patches if patch.get_gid() == "conditional-z")
    assert box.get_linestyle() == ":"
    assert {"G(z, V)", "G(V)"} <= set(texts(figure))


def test_both_gans_are_drawn_from_the_rows() -> None:
    figure = plot_conditional_gan(G_ROWS, D_ROWS)
    for side in ("conditional", "v2ra"):
        assert len(gids(figure, rf"{side}-g-row-\d+")) == len(G_ROWS)
        assert len(gids(figure, rf"{side}-d-row-\d+")) == len(D_ROWS)


def test_the_encoding_counts_frames_vectors_and_gaps_off_the_rates() -> None:
    figure = plot_encoding()
    assert len(gids(figure, r"frame-\d+(-used)?")) == 30
    assert gids(figure, r"frame-\d+-used") == [
        f"frame-{k}-used" for k in range(2, 30, 3)
    ]  # v_{t,q} … v_{t,pq}
    assert (
        len(gids(figure, r"vector-\d+")) == len(gids(figure, r"gap-\d+")) == len(gids(figure, r"V-\d+")) == 10
    )
    assert {"4096 values", "314 zeros (hatched)", "$v_{1,3}$", "$v_{1,30}$"} <= set(texts(figure))


def test_the_gaps_are_to_scale_and_end_with_the_second() -> None:
    patches = {patch.get_gid(): patch for patch in plot_encoding().axes[0].patches}
    vector, gap, sound = (patches[name].get_bbox() for name in ("V-9", "gap-9", "X"))  # type: ignore[attr-defined]
    assert gap.width / vector.width == pytest.approx(314 / 4096)
    assert gap.x1 == pytest.approx(sound.x1)


@pytest.mark.parametrize(("which", "first"), [("first", 0), ("middle", 1), ("last", 2)])
def test_the_encoding_shows_the_frame_that_is_used(which: str, first: int) -> None:
    assert gids(plot_encoding(which=which), r"frame-\d+-used")[0] == f"frame-{first}-used"


def test_other_rates_give_another_encoding() -> None:
    figure = plot_encoding(timing=Timing(sample_rate=8000, frame_rate=12, feature_size=2000, frame_size=64))
    assert len(gids(figure, r"frame-\d+(-used)?")) == 12
    assert len(gids(figure, r"vector-\d+")) == 4
    assert "8000 samples, as many as values in V" in texts(figure)


def test_the_encoding_can_show_a_real_second(rng: np.random.Generator) -> None:
    plain, with_sound = plot_encoding(), plot_encoding(waveform=rng.uniform(-1, 1, PAPER.sample_rate))
    longest = [max(len(line.get_xdata()) for line in f.axes[0].lines) for f in (plain, with_sound)]  # type: ignore[arg-type]
    assert longest[0] < longest[1] == PAPER.sample_rate


def test_no_text_of_a_schematic_is_cut_off_too_small_or_on_another() -> None:
    for figure in (plot_framework(G_ROWS, D_ROWS), plot_conditional_gan(G_ROWS, D_ROWS), plot_encoding()):
        assert_inside_and_apart(figure)
