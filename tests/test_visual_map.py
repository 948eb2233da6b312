"""Tests of the linear map from visual features to sound descriptors."""

import numpy as np
import pytest
from sklearn.linear_model import Ridge
from sklearn.preprocessing import StandardScaler

from v2ra.errors import InputError
from v2ra.visual_map import check_vectors, clip_features, fit_visual_map


def test_a_clip_is_its_mean_and_its_deviation(rng: np.random.Generator) -> None:
    rows = rng.standard_normal((10, 6))
    np.testing.assert_allclose(clip_features(rows), [*rows.mean(axis=0), *rows.std(axis=0)])


def test_a_linear_relation_is_found_from_more_clips_than_features(rng: np.random.Generator) -> None:
    seen, slope = rng.standard_normal((50, 4)), rng.standard_normal((4, 3))
    found = fit_visual_map(seen, seen @ slope + 7, ridge=1e-9)
    new = rng.standard_normal((5, 4))
    np.testing.assert_allclose(found(new), new @ slope + 7, atol=1e-5)  # the ridge pulls a little


def test_it_is_scikit_learns_ridge_on_scaled_inputs(rng: np.random.Generator) -> None:
    seen, heard, new = (
        rng.standard_normal((12, 40)),
        rng.standard_normal((12, 5)),
        rng.standard_normal((3, 40)),
    )
    scaler = StandardScaler().fit(seen)
    # 12 clips of 40 scaled features: the Gram matrix has trace 12 × 40 and mean eigenvalue 40.
    expected = Ridge(alpha=2.0 * 40).fit(scaler.transform(seen), heard).predict(scaler.transform(new))
    np.testing.assert_allclose(fit_visual_map(seen, heard, ridge=2.0)(new), expected, atol=1e-9)


def test_features_that_never_change_say_nothing(rng: np.random.Generator) -> None:
    seen, heard = rng.standard_normal((10, 2)), rng.standard_normal((10, 3))
    still = np.column_stack([seen, np.full(10, 5.0)])
    with_it = fit_visual_map(still, heard)(np.array([[0.1, 0.2, 99.0]]))
    np.testing.assert_allclose(with_it, fit_visual_map(seen, heard)(np.array([[0.1, 0.2]])))


def test_where_all_clips_look_the_same_the_mean_is_what_is_expected(rng: np.random.Generator) -> None:
    heard = rng.standard_normal((6, 3))
    found = fit_visual_map(np.ones((6, 4)), heard)(np.zeros((2, 4)))
    np.testing.assert_allclose(found, [heard.mean(axis=0)] * 2)


def test_a_heavy_ridge_forgets_what_is_seen(rng: np.random.Generator) -> None:
    seen, heard = rng.standard_normal((10, 4)), rng.standard_normal((10, 3))
    np.testing.assert_allclose(
        fit_visual_map(seen, heard, ridge=1e9)(seen), [heard.mean(axis=0)] * 10, atol=1e-6
    )


def test_what_cannot_be_fitted_is_refused(rng: np.random.Generator) -> None:
    rows = rng.standard_normal((5, 3))
    for features, descriptors, ridge in ((rows, rows[:4], 1.0), (rows[:1], rows[:1], 1.0), (rows, rows, 0.0)):
        with pytest.raises(InputError, match="expected the same two or more, and a positive ridge"):
            fit_visual_map(features, descriptors, ridge=ridge)
    with pytest.raises(InputError, match="found 2 features a clip; expected 3"):
        fit_visual_map(rows, rows)(rows[:, :2])
    with pytest.raises(InputError, match=r"found queries of shape \(3,\)"):
        check_vectors([1, 2, 3], name="queries")
