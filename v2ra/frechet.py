"""How far two sets of sounds lie apart: the Fréchet distance of Gaussians fitted to their descriptors.

It compares what systems make as a whole, clip against no clip in particular. It is *not* the Fréchet audio
distance (FAD), whose vectors come from a trained network: these are log-mel or modulation statistics, and a
result is to be called by that name, with its number of samples. Few samples make any two sets look far apart;
`split_distance` says how far.

Conventions
-----------
Arguments are (reference, estimate), vectors float (n_samples, n_dims) of `v2ra.descriptors`. A distance is
the square |m₁ − m₂|² + tr(C₁ + C₂ − 2 √(C₁C₂)), in dB² for those vectors, as FAD and FID are squares too. From
0, lower is better.

Source
------
Ours: the paper has no such score. Dowson and Landau (1982); shrinkage by Ledoit and Wolf (2004).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.covariance import ledoit_wolf

from v2ra.errors import InputError

FloatArray = NDArray[np.float64]

COVARIANCES = ("sample", "ledoit_wolf")
N_DRAWS = 20


class FrechetDistance(NamedTuple):
    """A squared Fréchet distance, and what it rests on."""

    distance: float
    n_reference: int
    n_estimate: int
    n_dims: int
    covariance: str


def frechet_distance(
    reference: ArrayLike, estimate: ArrayLike, *, covariance: str = "sample"
) -> FrechetDistance:
    """Compare two sets of vectors by the Gaussians that fit them.

    Parameters
    ----------
    reference, estimate : float (n_samples, n_dims)
        One vector a sound, or a piece of one; two or more.
    covariance : str
        ``sample``: the plain covariance, which needs more samples than dimensions on both sides;
        ``ledoit_wolf``: drawn towards a sphere by an amount found from the data, for fewer. Distances of the
        two kinds do not compare.

    Returns
    -------
    FrechetDistance
        The squared distance from 0, lower is better, with both numbers of samples.

    Raises
    ------
    InputError
        If there are too few samples for that covariance, the shapes do not match, or a value is not finite.

    Source
    ------
    Dowson and Landau (1982).

    Examples
    --------
    >>> vectors = np.random.default_rng(0).standard_normal((50, 2))
    >>> found = frechet_distance(vectors, vectors + [3, 4])
    >>> round(found.distance, 6), found.n_reference, found.n_dims
    (25.0, 50, 2)
    """
    first, second = _checked(reference, covariance), _checked(estimate, covariance)
    if first.shape[1] != second.shape[1]:
        raise InputError(
            f"found vectors of {first.shape[1]} and {second.shape[1]} numbers; expected the same; "
            "describe both sets the same way"
        )
    means = first.mean(axis=0) - second.mean(axis=0)
    distance = means @ means + _covariance_distance(*(_covariance(x, covariance) for x in (first, second)))
    return FrechetDistance(float(distance), len(first), len(second), first.shape[1], covariance)


def split_distance(
    vectors: ArrayLike, *, covariance: str = "sample", n_draws: int = N_DRAWS, rng: np.random.Generator
) -> float:
    """Return the distance of two random halves of one set, mean over draws.

    What is nearer to the set than its halves are to each other cannot be told from it by this distance, with
    so many samples. Where samples are pieces of clips, halves share clips and this floor is too low.

    Parameters
    ----------
    vectors : float (n_samples, n_dims)
        Four or more; for ``sample`` more than twice as many as dimensions, and one more.
    covariance : str
        As in `frechet_distance`.
    n_draws : int
        One or more.
    rng : Generator
        Source of chance.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> few, many = (split_distance(rng.standard_normal((n, 4)), rng=rng) for n in (20, 2000))
    >>> bool(few > 10 * many > 0)
    True
    """
    if n_draws < 1:
        raise InputError(f"found {n_draws} draws; expected one or more; raise the number")
    rows = np.asarray(vectors, dtype=np.float64)
    halves = (np.array_split(rng.permutation(rows), 2) for _ in range(n_draws))
    return float(np.mean([frechet_distance(a, b, covariance=covariance).distance for a, b in halves]))


def _checked(vectors: ArrayLike, covariance: str) -> FloatArray:
    if covariance not in COVARIANCES:
        raise InputError(
            f"found the covariance {covariance!r}; expected {' or '.join(COVARIANCES)}; choose one"
        )
    rows = np.asarray(vectors, dtype=np.float64)
    if rows.ndim != 2 or not rows.size or not np.isfinite(rows).all():
        raise InputError(
            f"found vectors of shape {rows.shape}; expected finite (n_samples, n_dims); check what made them"
        )
    needed = rows.shape[1] + 1 if covariance == "sample" else 2
    if len(rows) < needed:
        way_out = ", or choose ledoit_wolf" if covariance == "sample" else ""
        raise InputError(
            f"found {len(rows)} samples of {rows.shape[1]} numbers; expected {needed} or more for a "
            f"{covariance} covariance; add sounds or cut them into pieces{way_out}"
        )
    return rows


def _covariance(rows: FloatArray, covariance: str) -> FloatArray:
    if covariance == "ledoit_wolf":
        return np.asarray(ledoit_wolf(rows)[0])
    return np.atleast_2d(np.cov(rows, rowvar=False))


def _covariance_distance(first: FloatArray, second: FloatArray) -> float:
    """Return tr(C₁ + C₂ − 2 √(C₁C₂)), the squared Bures distance, never below 0.

    √(C₁C₂) has the trace of √(√C₁ C₂ √C₁), whose matrix is symmetric: its eigenvalues are real, and those
    that rounding left below 0 count as 0. A general matrix root gives complex numbers there.
    """
    values, vectors = np.linalg.eigh(first)
    root = (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T
    shared = np.linalg.eigvalsh(root @ second @ root)
    distance = np.trace(first) + np.trace(second) - 2 * np.sqrt(np.maximum(shared, 0)).sum()
    return max(float(distance), 0.0)
