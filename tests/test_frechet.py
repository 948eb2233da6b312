"""Tests of the Fréchet distance of Gaussians against what is known of them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import linalg

from v2ra.errors import InputError
from v2ra.frechet import COVARIANCES, frechet_distance, split_distance

Array = NDArray[np.float64]


def whitened(n: int, n_dims: int, *, seed: int = 0) -> Array:
    """Return vectors whose mean is 0 and whose covariance is the identity, exactly."""
    rows = np.random.default_rng(seed).standard_normal((n, n_dims))
    rows -= rows.mean(axis=0)
    return np.asarray(rows @ linalg.inv(linalg.cholesky(np.cov(rows, rowvar=False))))


@pytest.mark.parametrize("covariance", COVARIANCES)
def test_a_set_has_no_distance_to_itself_in_any_order(covariance: str, rng: np.random.Generator) -> None:
    rows = rng.standard_normal((40, 5))
    found = frechet_distance(rows, rng.permutation(rows), covariance=covariance)
    assert found.distance == pytest.approx(0, abs=1e-9)  # rounding of the roots
    assert found[1:] == (40, 40, 5, covariance)


def test_shifted_gaussians_are_the_square_of_the_shift_apart() -> None:
    rows = whitened(50, 4)
    assert frechet_distance(rows, rows + np.array([1, 2, 2, 4])).distance == pytest.approx(25)


def test_scaled_gaussians_are_the_squared_differences_of_their_deviations_apart() -> None:
    rows = whitened(50, 3)
    # tr(I + D² − 2D) = Σ (1 − d)², for deviations 2, 3 and ½.
    assert frechet_distance(rows, rows * [2, 3, 0.5]).distance == pytest.approx(1 + 4 + 0.25)


def test_in_one_dimension_it_is_that_of_two_normal_distributions() -> None:
    rows = whitened(30, 1)
    assert frechet_distance(2 * rows + 1, 5 * rows - 3).distance == pytest.approx(16 + 9)


def test_it_agrees_with_the_matrix_root_of_scipy(rng: np.random.Generator) -> None:
    first, second = (
        rng.standard_normal((60, 6)) @ rng.standard_normal((6, 6)),
        rng.standard_normal((90, 6)) + 1,
    )
    c1, c2 = (np.cov(x, rowvar=False) for x in (first, second))
    shift = first.mean(axis=0) - second.mean(axis=0)
    expected = shift @ shift + np.trace(c1 + c2 - 2 * np.real(linalg.sqrtm(c1 @ c2)))
    assert frechet_distance(first, second).distance == pytest.approx(expected, rel=1e-9)


@settings(max_examples=40)
@given(seed=st.integers(0, 1000), n=st.integers(2, 12), covariance=st.sampled_from(COVARIANCES))
def test_it_is_symmetric_finite_and_from_0(seed: int, n: int, covariance: str) -> None:
    rng = np.random.default_rng(seed)
    first = rng.standard_normal((n + 4, 4)) * [1, 1e-9, 1e3, 0]  # one number never changes
    second = rng.standard_normal((n + 6, 4)) + 1
    there, back = (
        frechet_distance(a, b, covariance=covariance) for a, b in ((first, second), (second, first))
    )
    assert there.distance >= 0
    assert there.distance == pytest.approx(back.distance, rel=1e-6, abs=1e-9)


def test_a_rotation_of_both_changes_nothing(rng: np.random.Generator) -> None:
    first, second = rng.standard_normal((30, 4)), 2 * rng.standard_normal((40, 4))
    turn = linalg.qr(rng.standard_normal((4, 4)))[0]
    assert frechet_distance(first @ turn, second @ turn).distance == pytest.approx(
        frechet_distance(first, second).distance
    )


def test_as_many_samples_as_dimensions_are_too_few_for_a_plain_covariance(rng: np.random.Generator) -> None:
    few, many = rng.standard_normal((10, 10)), rng.standard_normal((99, 10))
    for pair in ((few, many), (many, few)):
        with pytest.raises(
            InputError, match="found 10 samples of 10 numbers; expected 11 or more for a sample"
        ):
            frechet_distance(*pair)
    assert np.isfinite(frechet_distance(few, many, covariance="ledoit_wolf").distance)
    with pytest.raises(
        InputError, match="found 1 samples of 10 numbers; expected 2 or more for a ledoit_wolf"
    ):
        frechet_distance(few[:1], many, covariance="ledoit_wolf")


def test_halves_of_a_set_are_apart_and_less_so_the_more_there_are(rng: np.random.Generator) -> None:
    floors = [split_distance(rng.standard_normal((n, 8)), rng=rng) for n in (40, 400, 4000)]
    # The bias falls with 1 / n: by ten each time, give or take the spread of 20 draws.
    assert floors[0] > 5 * floors[1] > 25 * floors[2] > 0


@pytest.mark.parametrize(
    ("first", "second", "message"),
    [
        (np.zeros((9, 2)), np.zeros((9, 3)), "found vectors of 2 and 3 numbers"),
        (np.zeros(9), np.zeros((9, 3)), r"found vectors of shape \(9,\)"),
        (np.full((9, 2), np.nan), np.zeros((9, 2)), "expected finite"),
        (np.zeros((9, 0)), np.zeros((9, 2)), r"found vectors of shape \(9, 0\)"),
    ],
)
def test_what_are_no_vectors_is_refused(first: Array, second: Array, message: str) -> None:
    with pytest.raises(InputError, match=message):
        frechet_distance(first, second)


def test_wrong_keys_are_refused(rng: np.random.Generator) -> None:
    rows = rng.standard_normal((9, 2))
    with pytest.raises(InputError, match="found the covariance 'oas'; expected sample or ledoit_wolf"):
        frechet_distance(rows, rows, covariance="oas")
    with pytest.raises(InputError, match="found 0 draws"):
        split_distance(rows, n_draws=0, rng=rng)


def test_halves_are_drawn_anew_and_their_distances_averaged(rng: np.random.Generator) -> None:
    rows = np.concatenate(
        [rng.standard_normal((30, 3)), 5 + rng.standard_normal((30, 3))]
    )  # sorted: far apart
    drawn = np.random.default_rng(3)
    halves = [np.array_split(drawn.permutation(rows), 2) for _ in range(4)]
    expected = np.mean([frechet_distance(one, other).distance for one, other in halves])
    found = split_distance(rows, n_draws=4, rng=np.random.default_rng(3))
    assert found == pytest.approx(expected, rel=1e-12)
    assert found < 0.2 * frechet_distance(rows[:30], rows[30:]).distance
