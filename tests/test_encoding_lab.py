"""Equation 3 step by step: the line says what `encode_video` does, and the picture grows."""

import re

import numpy as np
import pytest

from v2ra.encoding import encode_video
from v2ra.encoding_lab import encoding_lab
from v2ra.errors import InputError
from v2ra.timing import PAPER


def test_the_line_names_the_samples_that_the_vector_fills(rng: np.random.Generator) -> None:
    features = rng.uniform(0.1, 1, (20, PAPER.feature_size))
    lab = encoding_lab(features)
    second, vector, shown = lab.children
    video_vector = encode_video(features)
    for t, k in ((1, 1), (1, 10), (2, 4)):
        second.value, vector.value = t, k
        found = re.search(r"frame (\d+) → samples (\d+) to (\d+) of V\((\d)\)", shown.value)
        assert found
        frame, first, last, which = map(int, found.groups())
        assert (frame, which) == (30 * (t - 1) + 3 * k - 1, t)  # the last of each three frames
        np.testing.assert_allclose(video_vector[t - 1][first : last + 1], features[10 * (t - 1) + k - 1])
        assert not video_vector[t - 1][last + 1 : last + 1 + PAPER.padding_per_vector].any()


def test_the_picture_holds_no_more_than_has_been_placed(rng: np.random.Generator) -> None:
    lab = encoding_lab(rng.uniform(0.5, 1, (10, PAPER.feature_size)))
    _, vector, shown = lab.children
    pictures = []
    for k in (1, 5, 10):
        vector.value = k
        pictures.append(shown.value)
        (empty,) = re.findall(r'<rect x="([\d.]+)"', shown.value)
        assert float(empty) == pytest.approx(40 * k)
    assert len(set(pictures)) == 3


def test_features_of_another_shape_are_refused() -> None:
    with pytest.raises(InputError, match="4096"):
        encoding_lab(np.ones((10, 7)))
