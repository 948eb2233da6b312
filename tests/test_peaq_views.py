"""PEAQ taken apart: tables that add up to the grade, pictures with the right axes."""

from dataclasses import replace

import numpy as np
import pytest

from v2ra.errors import InputError
from v2ra.figures import plot_grade_curve, plot_masking
from v2ra.peaq import Grade, Patterns, objective_difference_grade
from v2ra.peaq.grade import grade
from v2ra.peaq.tables import load_bands, load_network
from v2ra.peaq_charts import RATIO_DB, _pooled, bark
from v2ra.peaq_tables import MEANINGS, movs_table, network_table

RATE = 48_000


@pytest.fixture(scope="module")
def found() -> Grade:
    """Return the grade of noise against louder noise, with patterns."""
    sound = 0.1 * np.random.default_rng(0).standard_normal(RATE)
    return objective_difference_grade(sound, 1.3 * sound, sample_rate=RATE, patterns=True)


def shown(found: Grade) -> Patterns:
    assert found.patterns is not None
    return found.patterns


def test_the_nodes_add_up_to_the_index_and_the_curve_to_the_grade(found: Grade) -> None:
    table = network_table(found)
    assert table["added"].sum() == pytest.approx(found.di)
    assert grade(table["added"].sum()) == pytest.approx(found.odg)
    assert table["activation"].between(0, 1).all()
    assert table["node"].tolist() == ["hidden node 1", "hidden node 2", "hidden node 3", "bias"]


def test_every_variable_is_named_and_explained_and_scaled_by_its_range(found: Grade) -> None:
    network = load_network()
    assert tuple(MEANINGS) == network.names
    table, scaled = movs_table({"louder": found}), movs_table({"louder": found}, scaled=True)
    assert table["variable"].tolist() == list(network.printed_names)
    assert table["louder"].tolist() == list(found.movs.values())
    again = scaled["louder"].to_numpy() * (network.highest - network.lowest) + network.lowest
    np.testing.assert_allclose(again, table["louder"], atol=1e-9)  # rounding of a division


def test_the_bands_lie_a_quarter_of_a_bark_apart() -> None:
    places = bark(load_bands().lower)
    # The edges are printed to 1 mHz, and three of them do not meet: 0.07 Bark at the worst.
    np.testing.assert_allclose(np.diff(places), 0.25, atol=0.08)


def test_the_masking_picture_shows_each_pattern_over_time_and_bark(found: Grade) -> None:
    figure = plot_masking({"louder": shown(found), "again": shown(found)})
    panels = [axes for axes in figure.axes if axes.images]
    assert len(panels) == 6
    seconds = shown(found).seconds
    left, right, low, high = panels[0].images[0].get_extent()
    assert left < seconds[0] < seconds[-1] < right
    np.testing.assert_allclose([low, high - low], [bark(np.array([80.0]))[0], 109 / 4])
    ratio = panels[-1].images[0]
    # 46 frames are fewer than 80: none are averaged. Whole dB are drawn.
    np.testing.assert_allclose(np.asarray(ratio.get_array()), shown(found).noise_to_mask_db[0].T, atol=0.5)
    assert ratio.get_clim() == (-RATIO_DB, RATIO_DB)
    for wrong in ({}, dict.fromkeys("abcde", shown(found))):
        with pytest.raises(InputError, match="expected one to four"):
            plot_masking(wrong)


def test_frames_are_averaged_where_there_are_many_the_rest_as_it_comes() -> None:
    values = np.arange(250.0)[:, None]
    pooled = _pooled(values)
    assert pooled.shape == (63, 1)  # four a column, two in the last
    assert pooled[[0, 1, 62], 0].tolist() == [1.5, 5.5, 248.5]
    assert np.array_equal(_pooled(values[:80]), values[:80])


def test_a_single_frame_can_be_shown(found: Grade) -> None:
    whole = shown(found)
    names = ("excitation_reference", "excitation_estimate", "masking_threshold", "noise")
    parts = {name: getattr(whole, name)[:, :1] for name in names}
    assert plot_masking({"one": replace(whole, seconds=whole.seconds[:1], **parts)}).axes


def test_points_lie_on_the_curve_of_equation_11() -> None:
    axes = plot_grade_curve({"coded": 1.5, "noise": -3.0}).axes[0]
    lines = [np.asarray(line.get_xydata()) for line in axes.lines]  # (n_points, 2)
    curve, *points = [line for line in lines if len(line) != 2]
    assert np.all(np.diff(curve[:, 1]) > 0)
    assert [point.tolist() for point in points] == [[[d, grade(d)]] for d in (1.5, -3.0)]
    words = [text.get_text() for text in axes.texts]
    assert words == [
        *("imperceptible", "perceptible but not annoying", "slightly annoying"),
        *("annoying", "very annoying"),
    ]
