"""Tests of the pictures and charts: what they must contain, in which units."""

import re

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from v2ra import figures
from v2ra.errors import InputError
from v2ra.figures import (
    plot_comparison,
    plot_frame_features,
    plot_losses,
    plot_scales,
    plot_scores,
    plot_speed,
    sound_image,
    top_feature_maps,
)
from v2ra.timing import Timing

FRAMES = np.random.default_rng(0).integers(0, 255, (30, 16, 16, 3), dtype=np.uint8)
SECOND = 0.1 * np.random.default_rng(1).standard_normal(44_100)
UNIT = re.compile(r"\((s|ms|kHz|dB re full scale)\)")


def labels(figure: Figure) -> list[str]:
    return [text for axes in figure.axes for text in (axes.get_xlabel(), axes.get_ylabel()) if text]


def legend(axes: Axes) -> list[str]:
    box = axes.get_legend()
    assert box is not None
    return [text.get_text() for text in box.get_texts()]


def assert_texts_are_inside(figure: Figure) -> None:
    figure.draw_without_rendering()
    for axes in figure.axes:
        box = axes.get_tightbbox()
        assert box is not None
        # Constrained layout leaves what it cannot fit outside: 2 pixels are rounding.
        assert box.x0 >= -2
        assert box.y0 >= -2
        assert box.x1 <= figure.bbox.x1 + 2
        assert box.y1 <= figure.bbox.y1 + 2


def test_every_figure_function_is_exported_and_listed() -> None:
    names = [name for name in figures.__all__ if name.startswith("plot_")]
    assert len(names) > 15
    assert set(names) == {name for name in vars(figures) if name.startswith("plot_")}
    for name in names:
        assert f"`{name}`" in (figures.__doc__ or "")


def test_plotting_keeps_nothing_in_pyplot() -> None:
    before = dict(mpl.rcParams)
    plot_comparison({"a": SECOND}, sample_rate=44_100)
    plot_scales(FRAMES, SECOND)
    assert dict(mpl.rcParams) == before
    assert not mpl._pylab_helpers.Gcf.get_all_fig_managers()


def test_scales_show_the_frames_of_the_time_and_one_frame_of_sound() -> None:
    figure = plot_scales(FRAMES, SECOND, start_seconds=0.2, n_frames=5)
    images = [axes for axes in figure.axes if axes.images]
    assert [axes.get_title() for axes in images] == [f"frame {k}" for k in range(6, 11)]
    for axes, frame in zip(images, FRAMES[6:11], strict=True):
        np.testing.assert_array_equal(axes.images[0].get_array(), frame)
    sound, enlarged = figure.axes[-2:]
    assert sound.get_xlim() == pytest.approx((0.2, 0.2 + 5 / 30))
    assert len(np.asarray(sound.lines[0].get_xdata())) == 5 * 1470
    assert len(np.asarray(enlarged.lines[0].get_xdata())) == 1470
    assert enlarged.get_xlim() == pytest.approx((0, 1000 / 30))
    assert labels(figure) == ["time (s)", "amplitude", "time in this frame (ms)", "amplitude"]
    assert_texts_are_inside(figure)


def test_scales_enlarge_the_loudest_frame() -> None:
    waveform = np.zeros(44_100)
    waveform[3 * 1470 + 5] = 0.7
    enlarged = plot_scales(FRAMES, waveform).axes[-1]
    assert np.asarray(enlarged.lines[0].get_ydata())[5] == 0.7


def test_scales_follow_the_rates() -> None:
    timing = Timing(sample_rate=8000, frame_rate=10, feature_size=2000, frame_size=16)
    figure = plot_scales(FRAMES, SECOND[:24_000], timing=timing)
    assert figure.axes[-1].get_title() == "one frame = 800 samples"


@pytest.mark.parametrize(("start_seconds", "n_samples"), [(0.9, 44_100), (0.0, 8 * 1470 - 1), (-0.1, 44_100)])
def test_a_part_that_the_clip_does_not_have_is_refused(start_seconds: float, n_samples: int) -> None:
    with pytest.raises(InputError, match="choose another part"):
        plot_scales(FRAMES, SECOND[:n_samples], start_seconds=start_seconds)


def test_the_strongest_maps_come_first() -> None:
    means = np.array([0.1, 0.9, 0.3, 0.9, 0.0, 0.5, 0.4])
    maps = means[:, None, None] * np.ones((7, 3, 4))
    assert top_feature_maps(maps).tolist() == [1, 3, 5, 6, 2]


@pytest.mark.parametrize("shape", [(4, 3, 3), (5, 3), (1, 5, 3, 3)])
def test_activations_of_another_shape_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(InputError, match=r"expected \(5 or more, height, width\)"):
        top_feature_maps(np.ones(shape))


def test_a_sound_image_reads_like_a_page() -> None:
    image = sound_image(SECOND[:1470], n_columns=100)
    assert image.shape == (14, 100)
    np.testing.assert_array_equal(image.ravel(), SECOND[:1400])
    with pytest.raises(InputError, match="found 10 samples; expected one row of 11"):
        sound_image(SECOND[:10], n_columns=11)


def test_frame_features_show_the_frame_its_maps_and_grey_sound(rng: np.random.Generator) -> None:
    activations = rng.uniform(size=(12, 6, 6))
    figure = plot_frame_features(FRAMES[0], activations, waveform=SECOND[:1470])
    *pictures, sound, bar = figure.axes
    assert [axes.get_title() for axes in pictures] == [
        "frame",
        *(f"map {channel}" for channel in top_feature_maps(activations)),
    ]
    image = sound.images[0]
    assert image.get_cmap().name == "gray"
    low, high = image.get_clim()
    assert -low == high == pytest.approx(np.abs(np.asarray(image.get_array())).max())  # silence is mid-grey
    assert labels(figure) == ["time in a row (ms)", "time (ms)", "amplitude"]
    assert bar.get_ylabel() == "amplitude"
    assert_texts_are_inside(figure)


@pytest.fixture
def sounds() -> dict[str, NDArray[np.float64]]:
    """Return a tone burst at 0.5 s, and a quieter one."""
    time = np.arange(44_100) / 44_100
    burst = 0.5 * np.sin(2 * np.pi * 2000 * time) * np.exp(-np.maximum(time - 0.5, 0) / 0.05) * (time >= 0.5)
    return {"recorded": burst, "ours": 0.2 * burst}


def test_a_comparison_has_two_rows_a_sound_and_marks_each_event_in_all(
    sounds: dict[str, NDArray[np.float64]],
) -> None:
    figure = plot_comparison(sounds, sample_rate=44_100, event_times=[0.25, 0.5])
    *rows, bar = figure.axes
    assert len(rows) == 4
    assert [axes.get_title(loc="left") for axes in rows[::2]] == ["recorded", "ours"]
    for axes in rows:
        marks = [segment[0][0] for c in axes.collections for segment in c.get_segments()]  # type: ignore[attr-defined]
        assert marks == pytest.approx([0.25, 0.5])
        assert axes.get_xlim() == (0, 1)
    assert rows[-1].get_xlabel() == "time (s)"
    assert bar.get_ylabel() == "level (dB re full scale)"
    assert_texts_are_inside(figure)


def test_sounds_share_the_scales_of_a_comparison(sounds: dict[str, NDArray[np.float64]]) -> None:
    *rows, _ = plot_comparison(sounds, sample_rate=44_100).axes
    assert rows[0].get_ylim() == rows[2].get_ylim()
    assert rows[1].images[0].get_clim() == rows[3].images[0].get_clim()


@pytest.mark.parametrize("sample_rate", [8000, 44_100])
def test_a_tone_is_drawn_at_its_frequency(sample_rate: int) -> None:
    tone = np.sin(2 * np.pi * 2000 * np.arange(sample_rate) / sample_rate)
    axes = plot_comparison({"tone": tone}, sample_rate=sample_rate).axes[1]
    image = np.asarray(axes.images[0].get_array())
    bottom, top = axes.images[0].get_extent()[2:]
    height = bottom + (image.mean(axis=1).argmax() + 0.5) / len(image) * (top - bottom)
    ticks = dict(zip([t.get_text() for t in axes.get_yticklabels()], axes.get_yticks(), strict=True))
    # One of 120 rows is a hundredth of the axis.
    assert height == pytest.approx(ticks["2"], abs=0.02 * top)


def test_a_comparison_needs_sounds() -> None:
    with pytest.raises(InputError, match="found no sounds"):
        plot_comparison({}, sample_rate=44_100)
    with pytest.raises(InputError, match="out of order"):
        plot_comparison({"a": SECOND}, sample_rate=44_100, event_times=[0.5, 0.2])


@pytest.fixture
def history() -> pd.DataFrame:
    """Return 60 steps with scores at every twentieth."""
    step = np.arange(1, 61)
    scored = step % 20 == 0
    return pd.DataFrame(
        {
            "step": step,
            "d_loss": 0.25 + 0.01 * np.sin(step),
            "g_adversarial": 0.5,
            "g_l1": 1 / step,
            "validation_score": np.where(scored, step / 60, np.nan),
            "validation_onset_f": np.where(scored, step / 100, np.nan),
            "validation_onset_f_mismatched": np.where(scored, 0.1, np.nan),
        }
    )


def test_losses_show_both_networks_the_scores_and_the_kept_step(history: pd.DataFrame) -> None:
    figure = plot_losses(history, best_step=40, chance_loss=0.25)
    d_loss, g_loss, scores = figure.axes
    assert labels(figure) == ["D loss", "weighted G losses", "step (updates of G)", "validation scores"]
    assert legend(d_loss) == ["D (Eq. 8)", "undecided", "step that is kept"]
    assert legend(g_loss) == ["adversarial", "λ · L1", "step that is kept"]
    assert legend(scores) == ["score", "onset F", "… other clips", "step that is kept"]
    assert np.asarray(scores.lines[0].get_xdata()).tolist() == [20, 40, 60]
    assert all(axes.lines[-1].get_xdata()[0] == 40 for axes in figure.axes)  # type: ignore[index]
    assert_texts_are_inside(figure)


def test_a_control_shares_the_colour_of_its_score_and_is_dashed(history: pd.DataFrame) -> None:
    lines = plot_losses(history).axes[2].lines
    assert lines[1].get_color() == lines[2].get_color() != lines[0].get_color()
    assert [line.get_linestyle() for line in lines] == ["-", "-", "--"]


def test_a_run_without_d_or_without_scores_has_fewer_panels(history: pd.DataFrame) -> None:
    assert [axes.get_ylabel() for axes in plot_losses(history[["step", "g_l1"]]).axes] == [
        "weighted G losses"
    ]
    with pytest.raises(InputError, match=r"expected d_loss or g_…"):
        plot_losses(history[["step", "validation_score"]])


@pytest.fixture
def summary() -> pd.DataFrame:
    """Return two systems and ground truth on two categories."""
    rows = [
        (system, category, "onset_f" + suffix, mean, mean - 0.05, mean + 0.1)
        for system in ("paper", "tuned", "ground_truth")
        for category in ("dog", "wood")
        for suffix, mean in (("", 0.7), ("_mismatched", 0.15), ("_chance", 0.1))
    ]
    return pd.DataFrame(rows, columns=["system", "category", "metric", "mean", "low", "high"])


def test_scores_have_a_panel_a_system_and_three_marks_a_category(summary: pd.DataFrame) -> None:
    figure = plot_scores(summary, label="onset F (±50 ms)")
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["paper", "tuned"]
    for axes in figure.axes:
        assert axes.get_ylabel() == "onset F (±50 ms)"
        assert len(axes.containers) == 3
    assert [tick.get_text() for tick in figure.axes[-1].get_xticklabels()] == ["dog", "wood"]
    assert legend(figure.axes[0]) == ["matched", "other clips", "chance"]
    assert_texts_are_inside(figure)


def test_score_marks_lie_at_the_mean_with_bars_to_the_ends(summary: pd.DataFrame) -> None:
    points, _, bars = plot_scores(summary, systems=["tuned"]).axes[0].containers[0]
    assert np.asarray(points.get_ydata()).tolist() == [0.7, 0.7]
    ends = bars[0].get_segments()[0][:, 1]
    assert ends == pytest.approx([0.65, 0.8])


def test_an_unknown_interval_is_left_out(summary: pd.DataFrame) -> None:
    summary[["low", "high"]] = np.nan
    _, _, bars = plot_scores(summary, systems=["tuned"]).axes[0].containers[0]
    assert np.ptp(bars[0].get_segments()[0][:, 1]) == 0


def test_scores_that_are_not_there_are_refused(summary: pd.DataFrame) -> None:
    with pytest.raises(InputError, match="found no onset_f of others"):
        plot_scores(summary, systems=["others"])
    with pytest.raises(InputError, match="found no odg of any system"):
        plot_scores(summary, metric="odg")


def test_speed_shows_parts_their_sum_and_the_lines_to_beat() -> None:
    speed = pd.DataFrame({"features": [0.8, 0.01], "generator": [0.1, 0.02]}, index=["CPU", "GPU"])
    figure = plot_speed(speed, published=0.03)
    (axes,) = figure.axes
    assert legend(axes) == ["features", "generator", "together", "real time", "paper's G: 0.03 s"]
    assert np.asarray(axes.lines[2].get_xdata()) == pytest.approx([0.9, 0.03])
    assert [tick.get_text() for tick in axes.get_yticklabels()] == ["CPU", "GPU"]
    assert axes.get_xscale() == "log"
    assert UNIT.search(axes.get_xlabel())
    assert_texts_are_inside(figure)


@pytest.mark.parametrize("value", [0.0, -1.0, np.nan])
def test_times_that_cannot_be_are_refused(value: float) -> None:
    with pytest.raises(InputError, match="expected measured times"):
        plot_speed(pd.DataFrame({"generator": [value]}))
    with pytest.raises(InputError, match="expected measured times"):
        plot_speed(pd.DataFrame())
