"""Whether the video finds sound of its own category: nearest-neighbour retrieval.

Each query is a vector, each sound of the gallery another; the nearest sound counts as right where its category
is the query's. The paper does not say how visual features and sounds are compared. Two protocols make both
into sound descriptors (`v2ra.descriptors`) first:

1. *generated*: the query is the descriptor of the sound that the clip's model made for it;
2. *linear*: a ridge regression from visual features to descriptors, fitted on training clips, gives the query
   (`v2ra.visual_map`).

Conventions
-----------
Vectors are float (n_queries, n_dims) and (n_gallery, n_dims). Accuracy is from 0 to 1, higher is better; it says
something only where it is above the chance level beside it.

Source
------
Section 4.3.3 (15.71 % against 14.29 %). Wilson (1927) for the interval; the protocols are ours.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from v2ra.errors import InputError
from v2ra.visual_map import STILL, check_vectors

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

SHARE = 0.95


class RetrievalScore(NamedTuple):
    """Top-1 category accuracy with what it takes to judge it.

    Attributes
    ----------
    accuracy : float
        Share of queries whose nearest sound is of their category.
    low, high : float
        Ends of the 95 % Wilson interval.
    chance : float
        What picking at random would reach on average, with these categories.
    p_value : float
        Of the one-sided exact binomial test: how often chance would do as well.
    n_correct, n_queries, n_gallery : int
        Counts.
    """

    accuracy: float
    low: float
    high: float
    chance: float
    p_value: float
    n_correct: int
    n_queries: int
    n_gallery: int


def top1_accuracy(
    queries: ArrayLike,
    gallery: ArrayLike,
    *,
    query_labels: Sequence[str],
    gallery_labels: Sequence[str],
    exclude_self: bool = False,
) -> RetrievalScore:
    """Retrieve the nearest sound for each query and count how often its category is right.

    Every number of the vectors is brought to mean 0 and deviation 1 over the gallery; distance is Euclidean.
    Where several sounds are equally near, the query counts as right only if all of them are of its category.

    Parameters
    ----------
    queries : float (n_queries, n_dims)
        Descriptors made from what is seen.
    gallery : float (n_gallery, n_dims)
        Descriptors of the sounds of the test clips.
    query_labels, gallery_labels : sequence of str
        Categories.
    exclude_self : bool
        Leave a clip's own sound out of what its query may find; row i of both must be the same clip. The
        paper's gallery holds it.

    Returns
    -------
    RetrievalScore

    Raises
    ------
    InputError
        If shapes or numbers of labels do not match, a value is not finite, or nothing is left to find.

    Notes
    -----
    The test treats queries as independent. They share one gallery, so where one sound is nearest to many
    queries the p-value is too small; `permutation_p` holds the gallery fixed instead.

    Source
    ------
    Section 4.3.3.

    Examples
    --------
    >>> gallery = [[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]
    >>> score = top1_accuracy(gallery, gallery, query_labels="aabb", gallery_labels="aabb")
    >>> score.accuracy, score.chance, score.p_value
    (1.0, 0.5, 0.0625)
    """
    nearest, same, allowed = _neighbours(queries, gallery, query_labels, gallery_labels, exclude_self)
    right: BoolArray = np.asarray((same | ~nearest).all(axis=1))
    chance = float(np.mean((same & allowed).sum(axis=1) / allowed.sum(axis=1)))
    test = stats.binomtest(int(right.sum()), len(right), chance, alternative="greater")
    # The interval is two-sided, the test is not.
    interval = stats.binomtest(int(right.sum()), len(right)).proportion_ci(SHARE, method="wilson")
    return RetrievalScore(
        accuracy=float(right.mean()),
        low=float(interval.low),
        high=float(interval.high),
        chance=chance,
        p_value=float(test.pvalue),
        n_correct=int(right.sum()),
        n_queries=len(right),
        n_gallery=nearest.shape[1],
    )


def permutation_p(
    queries: ArrayLike,
    gallery: ArrayLike,
    *,
    query_labels: Sequence[str],
    gallery_labels: Sequence[str],
    exclude_self: bool = False,
    n_draws: int = 1000,
    rng: np.random.Generator,
) -> float:
    """Return how often the queries do as well when their categories are dealt out anew.

    Who finds what stays as it is, so sounds that many queries find are taken into account.

    Parameters
    ----------
    queries, gallery, query_labels, gallery_labels, exclude_self
        As in `top1_accuracy`.
    n_draws : int
        The least p-value is 1 / (n_draws + 1).
    rng : Generator
        Source of chance.

    Examples
    --------
    >>> gallery = np.arange(8.0)[:, None]
    >>> labels = {"query_labels": "aaaabbbb", "gallery_labels": "aaaabbbb"}
    >>> permutation_p(gallery, gallery, **labels, rng=np.random.default_rng(0)) < 0.05
    True
    """
    if n_draws < 1:
        raise InputError(f"found {n_draws} draws; expected one or more; raise the number")
    asked, sounds = (np.array(list(labels), dtype=object) for labels in (query_labels, gallery_labels))
    nearest, _, _ = _neighbours(queries, gallery, query_labels, gallery_labels, exclude_self)
    found = np.array([_only_label(set(sounds[row])) for row in nearest], dtype=object)
    drawn = np.array([np.sum(rng.permutation(asked) == found) for _ in range(n_draws)])
    return float((1 + np.sum(drawn >= np.sum(asked == found))) / (n_draws + 1))


def nearest_sounds(queries: ArrayLike, gallery: ArrayLike) -> NDArray[np.int64]:
    """Return the number of the sound that each query finds; of equally near ones the first.

    Parameters
    ----------
    queries, gallery : float (n_queries, n_dims), (n_gallery, n_dims)
        As in `top1_accuracy`.

    Returns
    -------
    int (n_queries,)

    Examples
    --------
    >>> nearest_sounds([[0.9], [0.2]], [[0.0], [1.0]]).tolist()
    [1, 0]
    """
    asked, sounds = ([""] * len(np.atleast_2d(vectors)) for vectors in (queries, gallery))
    nearest, _, _ = _neighbours(queries, gallery, asked, sounds, exclude_self=False)
    return np.asarray(nearest.argmax(axis=1))


def _neighbours(
    queries: ArrayLike,
    gallery: ArrayLike,
    query_labels: Sequence[str],
    gallery_labels: Sequence[str],
    exclude_self: bool,
) -> tuple[BoolArray, BoolArray, BoolArray]:
    """Which sounds are nearest, of the same category, and allowed; each (n_queries, n_gallery)."""
    asked, sounds = check_vectors(queries, name="queries"), check_vectors(gallery, name="gallery")
    shapes = (asked.shape, len(query_labels), sounds.shape, len(gallery_labels))
    if asked.shape[1] != sounds.shape[1] or shapes[1] != len(asked) or shapes[3] != len(sounds):
        raise InputError(
            f"found queries {shapes[0]} with {shapes[1]} labels and a gallery {shapes[2]} with {shapes[3]}; expected "
            "one label a row and vectors of one length; describe both the same way"
        )
    if exclude_self and (len(asked) != len(sounds) or len(sounds) < 2):
        raise InputError(
            f"found {len(asked)} queries and {len(sounds)} sounds; expected the same two or more clips to leave "
            "each one's own out; match the rows"
        )
    allowed = (
        ~np.eye(len(asked), len(sounds), dtype=bool)
        if exclude_self
        else np.ones((len(asked), len(sounds)), bool)
    )
    spread = sounds.std(axis=0)
    kept = spread > STILL
    scaled = [(x[:, kept] - sounds[:, kept].mean(axis=0)) / spread[kept] for x in (asked, sounds)]
    distances = np.linalg.norm(scaled[0][:, None] - scaled[1][None], axis=2)  # (n_queries, n_gallery)
    distances = np.where(allowed, distances, np.inf)
    same = np.array(list(query_labels))[:, None] == np.array(list(gallery_labels))[None]
    return distances <= distances.min(axis=1, keepdims=True), same, allowed


def _only_label(found: set[str]) -> str | None:
    """Return the category of the nearest sounds, None where they are of several: then no query is right."""
    return next(iter(found)) if len(found) == 1 else None
