"""Tests of top-1 retrieval: counts, chance, interval and p-values."""

from math import comb
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import StandardScaler

from v2ra.errors import InputError
from v2ra.published import published_number
from v2ra.retrieval import permutation_p, top1_accuracy
from v2ra.visual_map import fit_visual_map

Array = NDArray[np.float64]
LABELS = [f"category {k}" for k in range(7) for _ in range(10)]


def clusters(rng: np.random.Generator, *, spread: float, n_dims: int = 8) -> Array:
    """Return 70 vectors, ten around each of seven centres."""
    centres = np.repeat(rng.standard_normal((7, n_dims)), 10, axis=0)
    return np.asarray(centres + spread * rng.standard_normal((70, n_dims)))


def both(labels: list[str]) -> dict[str, Any]:
    return {"query_labels": labels, "gallery_labels": labels}


def test_each_sound_finds_itself_where_it_may(rng: np.random.Generator) -> None:
    rows = rng.standard_normal((70, 8))
    score = top1_accuracy(rows, rows, **both(LABELS))
    assert (score.accuracy, score.n_correct, score.n_queries, score.n_gallery) == (1, 70, 70, 70)
    assert score.chance == pytest.approx(1 / 7)
    assert score.p_value == pytest.approx((1 / 7) ** 70)


def test_its_own_sound_can_be_left_out(rng: np.random.Generator) -> None:
    tight, noise = clusters(rng, spread=0.01), rng.standard_normal((70, 8))
    assert top1_accuracy(tight, tight, **both(LABELS), exclude_self=True).accuracy == 1
    score = top1_accuracy(noise, noise, **both(LABELS), exclude_self=True)
    assert score.chance == pytest.approx(9 / 69)
    assert score.accuracy < 0.3  # noise: six standard deviations of 0.042 above 0.13 would be 0.38


def test_it_is_scikit_learns_nearest_neighbour_on_scaled_vectors(rng: np.random.Generator) -> None:
    gallery, queries = clusters(rng, spread=1.0), clusters(rng, spread=1.0)
    scaler = StandardScaler().fit(gallery)
    model = KNeighborsClassifier(1).fit(scaler.transform(gallery), LABELS)
    expected = np.mean(model.predict(scaler.transform(queries)) == LABELS)
    assert top1_accuracy(queries, gallery, **both(LABELS)).accuracy == pytest.approx(expected)


@settings(max_examples=20)
@given(scale=st.floats(0.01, 100), shift=st.floats(-100, 100), seed=st.integers(0, 99))
def test_units_of_the_descriptors_do_not_matter(scale: float, shift: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    queries, gallery = rng.standard_normal((2, 14, 4))
    labels = both(list("aabbccddeeffgg"))
    units = np.array([scale, 1, 1, 3])
    assert top1_accuracy(units * queries + shift, units * gallery + shift, **labels) == top1_accuracy(
        queries, gallery, **labels
    )


def test_the_papers_figures_follow_from_11_of_70() -> None:
    # One number a sound; a query at a sound of its own category is right, at the next category's wrong.
    gallery = np.repeat(np.arange(7.0), 10)[:, None]
    queries = gallery.copy()
    queries[11:] = (queries[11:] + 1) % 7
    queries[11:20] = 3.0  # the rest of the second category is wrong too
    score = top1_accuracy(queries, gallery, **both(LABELS))
    assert score.n_correct == 11
    assert 100 * score.accuracy == pytest.approx(published_number("retrieval_accuracy"), abs=0.005)
    assert 100 * score.chance == pytest.approx(published_number("retrieval_chance"), abs=0.005)
    assert (score.low, score.high) == pytest.approx((0.0900, 0.2602), abs=5e-4)  # Wilson, by hand
    exact = sum(comb(70, k) * 6 ** (70 - k) for k in range(11, 71)) / 7**70
    assert score.p_value == pytest.approx(exact)
    assert exact == pytest.approx(0.42, abs=0.005)  # as PAPER_NOTES.md has it


def test_wilsons_interval_is_the_closed_form() -> None:
    gallery = np.array([[0.0], [1.0], [2.0], [3.0]])
    score = top1_accuracy(gallery, gallery, query_labels="abcx", gallery_labels="abcd")
    z, n, share = 1.959964, 4, 0.75
    middle = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    assert (score.low, score.high) == pytest.approx((middle - half, middle + half), abs=1e-6)


def test_chance_is_that_of_the_galleries_categories() -> None:
    gallery, queries = np.arange(4.0)[:, None], np.zeros((2, 1))
    score = top1_accuracy(queries, gallery, query_labels="ab", gallery_labels="abbb")
    assert score.chance == pytest.approx((1 / 4 + 3 / 4) / 2)


def test_equally_near_sounds_count_only_where_all_are_right() -> None:
    gallery = np.array([[0.0], [2.0], [9.0]])
    for labels, expected in (("aab", 1), ("abb", 0), ("baa", 0)):
        score = top1_accuracy([[1.0]], gallery, query_labels="a", gallery_labels=labels)
        assert score.n_correct == expected
    # Descriptors that are all alike, as of silent sounds, find nothing in particular.
    assert top1_accuracy(np.ones((3, 2)), np.ones((3, 2)), **both(list("abc"))).n_correct == 0


def test_the_two_p_values_agree_where_no_sound_is_a_favourite(rng: np.random.Generator) -> None:
    rows = clusters(rng, spread=3.0)
    exact = top1_accuracy(rows, rows, **both(LABELS), exclude_self=True).p_value
    dealt = permutation_p(rows, rows, **both(LABELS), exclude_self=True, rng=rng)
    assert dealt == pytest.approx(exact, abs=0.1)


def test_a_favourite_fools_the_binomial_test_but_not_the_permutation(rng: np.random.Generator) -> None:
    # All queries find the same sound; its category happens to be that of 30 of 70 queries.
    labels = ["dog"] * 30 + ["bird"] * 40
    gallery_labels = ["dog", *"bcdefg"]
    gallery, queries = np.arange(7.0)[:, None] * 10, np.zeros((70, 1))
    given_labels: dict[str, Any] = {"query_labels": labels, "gallery_labels": gallery_labels}
    score = top1_accuracy(queries, gallery, **given_labels)
    assert score.n_correct == 30
    assert score.p_value < 1e-6
    assert permutation_p(queries, gallery, **given_labels, n_draws=50, rng=rng) == 1


def test_the_linear_protocol_retrieves_what_training_clips_taught(rng: np.random.Generator) -> None:
    look, sound = rng.standard_normal((7, 30)), rng.standard_normal((7, 8))
    which = np.repeat(np.arange(7), 10)
    seen = [look[which] + 0.5 * rng.standard_normal((70, 30)) for _ in range(2)]
    heard = [sound[which] + 0.2 * rng.standard_normal((70, 8)) for _ in range(2)]
    queries = fit_visual_map(seen[0], heard[0])(seen[1])
    assert top1_accuracy(queries, heard[1], **both(LABELS)).p_value < 1e-6
    shuffled = fit_visual_map(seen[0], rng.permutation(heard[0]))(seen[1])
    assert top1_accuracy(shuffled, heard[1], **both(LABELS)).accuracy < 0.4  # 1/7 and six deviations


@pytest.mark.parametrize(
    ("queries", "gallery", "options", "message"),
    [
        (
            np.zeros((2, 3)),
            np.zeros((2, 4)),
            {},
            r"found queries \(2, 3\) with 2 labels and a gallery \(2, 4\)",
        ),
        (np.zeros((3, 3)), np.zeros((2, 3)), {}, r"found queries \(3, 3\) with 2 labels"),
        (np.zeros((0, 3)), np.zeros((2, 3)), {}, r"found queries of shape \(0, 3\)"),
        (np.full((2, 3), np.inf), np.zeros((2, 3)), {}, "expected finite"),
    ],
)
def test_what_does_not_match_is_refused(
    queries: Array, gallery: Array, options: dict[str, bool], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        top1_accuracy(queries, gallery, query_labels="ab", gallery_labels="ab", **options)


def test_leaving_out_needs_the_same_clips_on_both_sides() -> None:
    with pytest.raises(InputError, match="found 1 queries and 2 sounds; expected the same two or more clips"):
        top1_accuracy([[1.0]], [[1.0], [2.0]], query_labels="a", gallery_labels="ab", exclude_self=True)
    with pytest.raises(InputError, match="found 0 draws"):
        permutation_p([[1.0]], [[1.0]], **both(["a"]), n_draws=0, rng=np.random.default_rng(0))
