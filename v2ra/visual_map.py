"""From what is seen to what should be heard: a linear map from visual features to sound descriptors.

It is the simplest model that can retrieve sound for a silent clip, and the floor that a trained generator is to
be held against: ridge regression, fitted on training clips, from a clip's mean features to its sound's vector.

Conventions
-----------
Features are float (n_vectors, n_features) of one clip, or (n_clips, n_features) once `clip_features` has made a
row of each; descriptors are float (n_clips, n_dims) of `v2ra.descriptors`.

Source
------
Section 4.3.3 uses "visual features" to retrieve sound and does not say how; this map is ours.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.linear_model import Ridge

from v2ra.errors import InputError

FloatArray = NDArray[np.float64]

RIDGE = 1.0  # penalty, in units of the mean eigenvalue of the inputs' Gram matrix, as in the read-out
STILL = 1e-9  # a number that varies by less is the same for all, and is left out


def check_vectors(vectors: ArrayLike, *, name: str) -> FloatArray:
    """Return vectors as float64 (n, n_dims), or raise where they are none or not finite.

    Examples
    --------
    >>> check_vectors([[1, 2]], name="queries")
    array([[1., 2.]])
    """
    rows = np.asarray(vectors, dtype=np.float64)
    if rows.ndim != 2 or not rows.size or not np.isfinite(rows).all():
        raise InputError(
            f"found {name} of shape {rows.shape}; expected finite (n, n_dims); check what made them"
        )
    return rows


@dataclass(frozen=True, eq=False)
class VisualMap:
    """A linear map from visual features to sound descriptors; called with features, it gives queries."""

    centre: FloatArray
    spread: FloatArray
    weights: FloatArray
    offset: FloatArray

    def __call__(self, features: ArrayLike) -> FloatArray:
        """Return descriptors (n_clips, n_dims) for features (n_clips, n_features) of `clip_features`."""
        rows = check_vectors(features, name="features")
        if rows.shape[1] != len(self.centre):
            raise InputError(
                f"found {rows.shape[1]} features a clip; expected {len(self.centre)}; use the backend of the fit"
            )
        return np.asarray((rows - self.centre) / self.spread @ self.weights + self.offset)


def clip_features(features: ArrayLike) -> FloatArray:
    """Return one vector for a clip: mean and standard deviation over time of its feature vectors.

    Examples
    --------
    >>> clip_features([[0.0, 2.0], [2.0, 2.0]])
    array([1., 2., 1., 0.])
    """
    rows = check_vectors(features, name="features")
    return np.concatenate([rows.mean(axis=0), rows.std(axis=0)])


def fit_visual_map(features: ArrayLike, descriptors: ArrayLike, *, ridge: float = RIDGE) -> VisualMap:
    """Fit the linear protocol's map on training clips.

    Parameters
    ----------
    features : float (n_clips, n_features)
        Of `clip_features`. None of the clips may be among the queries or in the gallery.
    descriptors : float (n_clips, n_dims)
        Of the same clips' sounds.
    ridge : float
        Penalty, in units of the mean eigenvalue of the inputs' Gram matrix.

    Raises
    ------
    InputError
        If the numbers of clips differ or are below two, or a value is not finite.

    Examples
    --------
    >>> seen, heard = np.array([[0.0], [1.0], [2.0]]), np.array([[1.0], [3.0], [5.0]])
    >>> fit_visual_map(seen, heard, ridge=1e-9)([[3.0]]).round(3)
    array([[7.]])
    """
    inputs, targets = check_vectors(features, name="features"), check_vectors(descriptors, name="descriptors")
    if len(inputs) != len(targets) or len(inputs) < 2 or not ridge > 0:
        raise InputError(
            f"found features of {len(inputs)} clips, descriptors of {len(targets)}, ridge {ridge:g}; expected "
            "the same two or more, and a positive ridge; give both for each training clip"
        )
    centre, spread = inputs.mean(axis=0), inputs.std(axis=0)
    spread = np.where(spread > STILL, spread, np.inf)  # a feature that never changes says nothing
    scaled = (inputs - centre) / spread
    mean_eigenvalue = max(float(np.sum(scaled**2)) / len(scaled), STILL)
    model = Ridge(alpha=ridge * mean_eigenvalue).fit(scaled, targets)
    return VisualMap(centre, spread, np.atleast_2d(model.coef_).T, np.atleast_1d(model.intercept_))
