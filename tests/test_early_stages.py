"""The first stages of an EfficientNet on a few pictures at a time: the features of the whole network."""

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from v2ra.backends import Backend, load_backend
from v2ra.early_stages import N_TOGETHER, features_of_images


@pytest.fixture(scope="module")
def backend() -> Backend:
    """Return the smaller network."""
    return load_backend("efficientnet_lite0", image_size=64, precision="fp32", device="cpu")


def pictures(backend: Backend, n: int) -> Tensor:
    """Return pictures that all differ."""
    frames = np.random.default_rng(0).integers(256, size=(n, 64, 64, 3), dtype=np.uint8)
    return backend.images(frames)


@pytest.mark.parametrize("n", [1, N_TOGETHER, N_TOGETHER + 1, 3 * N_TOGETHER])
def test_each_picture_has_the_features_of_the_whole_network(backend: Backend, n: int) -> None:
    images = pictures(backend, n)
    with torch.inference_mode():
        found, expected = features_of_images(backend.network, images), backend.network(images)
    assert found.shape == (n, backend.n_features)
    # The same kernels on fewer pictures; where a processor's differ, the last bits of float32 may.
    torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-5)


def test_pictures_do_not_change_places(backend: Backend) -> None:
    images = pictures(backend, 2 * N_TOGETHER)
    with torch.inference_mode():
        found = features_of_images(backend.network, images)
        alone = torch.cat([backend.network(image[None]) for image in images])
    nearest = torch.cdist(found, alone).argmin(dim=1)
    assert nearest.tolist() == list(range(len(images)))


def test_another_network_runs_as_it_is() -> None:
    images = torch.rand(5, 3, 8, 8)
    network = nn.Sequential(nn.Conv2d(3, 2, 3), nn.Flatten())
    assert torch.equal(features_of_images(network, images), network(images))
