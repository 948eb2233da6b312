"""Feature maps: what a convolution layer of a feature backend makes of one frame, before fc6 sums it up.

Conventions
-----------
A map is float32 (height, width). The frame goes through the convolutions at its own size, not at the
smaller one that a profile may use for features, so that a map has enough pixels to be looked at.

Source
------
Figure 1(b): "visualizations of the top 5 features of the VGG19 network". The paper does not name the layer:
here the deepest whose maps keep 28 × 28 pixels, 32 × 32 for VGG19 at 256.
"""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from v2ra.backends import Backend
from v2ra.errors import InputError

SMALLEST_MAP = 28  # pixels


def feature_maps(
    backend: Backend, frame: NDArray[np.uint8], *, smallest: int = SMALLEST_MAP
) -> NDArray[np.float32]:
    """Return the maps of the deepest layer that keeps some pixels.

    Parameters
    ----------
    backend : Backend
        Its convolutions are used.
    frame : uint8 (height, width, 3)
        RGB, square.
    smallest : int
        Least height and width of a map in pixels.

    Returns
    -------
    float32 (n_channels, height, width)
        After the activation of the layer, if it has one.

    Raises
    ------
    InputError
        If no layer has maps that large.

    Source
    ------
    Figure 1(b).

    Examples
    --------
    >>> from v2ra.backends import load_backend
    >>> feature_maps(load_backend("seeded", image_size=32), np.zeros((64, 64, 3), np.uint8)).shape
    (128, 32, 32)
    """
    maps = None
    with torch.inference_mode():
        values = replace(backend, image_size=len(frame)).images(frame[None])  # (1, 3, height, width)
        for layer in _convolutions(backend.network):
            values = layer(values)  # (1, n_channels, height, width)
            if min(values.shape[2:]) < smallest:
                break
            maps = values
    if maps is None:
        raise InputError(
            f"found a frame of {len(frame)} pixels; expected a map of {smallest}; give a larger frame"
        )
    activations: NDArray[np.float32] = maps[0].float().cpu().numpy()  # (n_channels, height, width)
    return activations


def _convolutions(network: nn.Module) -> Iterator[nn.Module]:
    """Yield the layers of a VGG19, or the stages of an EfficientNet, from the frame on."""
    for name, child in network.named_children():
        if isinstance(child, nn.Sequential) and name in ("features", "blocks"):
            yield from child
            return
        yield child
