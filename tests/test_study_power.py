"""The power curve: sure of what is large, blind to what is small, honest where there is nothing."""

import numpy as np
import pytest

from v2ra.errors import InputError
from v2ra.study.power import Spreads, plot_power, power, power_table, simulated_pair

EXACT = Spreads(0, 0, 0, 0, 0)


def test_grades_are_whole_and_stay_on_the_scale() -> None:
    rng = np.random.default_rng(0)
    values = simulated_pair(0.4, n_listeners=50, n_clips=8, mean=4.8, spreads=Spreads(answer=2.0), rng=rng)
    assert np.array_equal(values, values.round())
    assert np.abs(values).max() <= 4


def test_without_spread_the_difference_is_exact() -> None:
    rng = np.random.default_rng(0)
    assert (simulated_pair(2, n_listeners=3, n_clips=2, mean=2, spreads=EXACT, rng=rng) == 2).all()
    assert (simulated_pair(3, n_listeners=3, n_clips=2, mean=4, spreads=EXACT, rng=rng) == 1).all(), (
        "the scale ends"
    )


def test_power_grows_with_the_difference_and_is_the_same_for_the_same_seed() -> None:
    options = {"n_listeners": 20, "n_clips": 8, "n_studies": 60}
    small, large, huge = (power(size, **options) for size in (0.1, 0.5, 1.5))  # type: ignore[arg-type]
    assert small < large <= huge == 1
    assert small == power(0.1, **options)  # type: ignore[arg-type]


def test_a_tenth_of_a_point_is_noise_to_twenty_listeners() -> None:
    options = {"n_listeners": 20, "n_clips": 8, "n_studies": 100}
    assert power(0.1, **options) < 0.3  # type: ignore[arg-type]


def test_false_alarms_are_about_as_rare_as_promised() -> None:
    found = power(0, n_listeners=20, n_clips=16, n_studies=200)
    assert (
        found < 0.11
    )  # 0.05 and three standard deviations of 200 draws, 0.046; a little more with few clips


def test_a_table_has_a_row_for_each_pair_and_a_line_in_the_figure_for_each_difference() -> None:
    table = power_table([0, 1], n_listeners=[5, 10], n_clips=4, n_studies=3)
    assert table[["difference", "n_listeners"]].to_numpy().tolist() == [[0, 5], [0, 10], [1, 5], [1, 10]]
    labels = plot_power(table, n_listeners=20).axes[0].get_legend_handles_labels()[1]
    assert labels == ["no difference", "1 points", "the paper's 20", "four of five"]


@pytest.mark.parametrize(("n_listeners", "n_clips", "n_studies"), [(1, 8, 5), (20, 1, 5), (20, 8, 0)])
def test_a_study_too_small_to_have_an_interval_is_refused(
    n_listeners: int, n_clips: int, n_studies: int
) -> None:
    with pytest.raises(InputError, match="expected 2, 2 and 1 or more"):
        power(1, n_listeners=n_listeners, n_clips=n_clips, n_studies=n_studies)


def test_a_liking_is_rounded_to_the_nearest_grade() -> None:
    rng = np.random.default_rng(0)
    options = {"n_listeners": 2, "n_clips": 2, "spreads": EXACT, "rng": rng}
    assert (simulated_pair(0.2, mean=3.4, **options) == 1).all()  # type: ignore[arg-type]  # 3 and 4
    assert (simulated_pair(0.2, mean=3.1, **options) == 0).all()  # type: ignore[arg-type]  # 3 and 3


@pytest.mark.parametrize(
    ("spreads", "by_listener", "by_clip"),
    [
        (Spreads(0, 0, 0.9, 0, 0), True, False),
        (Spreads(0, 0, 0, 0.9, 0), False, True),
        (Spreads(0, 0, 0, 0, 0.9), True, True),
        (Spreads(0.9, 0.9, 0, 0, 0), False, False),  # strictness and good clips drop out of a difference
    ],
)
def test_each_spread_shows_along_its_own_axis(spreads: Spreads, by_listener: bool, by_clip: bool) -> None:
    rng = np.random.default_rng(0)
    values = simulated_pair(0, n_listeners=40, n_clips=40, mean=3, spreads=spreads, rng=rng)
    assert (np.ptp(values, axis=0).max() > 0) == by_listener
    assert (np.ptp(values, axis=1).max() > 0) == by_clip


def test_how_strict_a_listener_is_shows_where_grades_are_rounded() -> None:
    rng = np.random.default_rng(0)
    options = {"n_listeners": 40, "n_clips": 40, "mean": 3.0, "rng": rng}
    strict = simulated_pair(0.5, spreads=Spreads(0.9, 0, 0, 0, 0), **options)  # type: ignore[arg-type]
    assert np.ptp(strict, axis=0).max() == 1 > np.ptp(strict, axis=1).max() == 0
    good = simulated_pair(0.5, spreads=Spreads(0, 0.9, 0, 0, 0), **options)  # type: ignore[arg-type]
    assert np.ptp(good, axis=1).max() == 1 > np.ptp(good, axis=0).max() == 0


def test_a_difference_is_found_on_either_side() -> None:
    options = {"n_listeners": 20, "n_clips": 8, "n_studies": 20}
    assert power(-1.5, **options) == power(1.5, **options) == 1  # type: ignore[arg-type]
