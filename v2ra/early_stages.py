"""The first stages of an EfficientNet on a few pictures at a time: what they fill then stays in a cache.

A stage at half the size of the picture fills 77 MB for 16 of them, which come from the system and go back to it for
each layer. The later stages are small, and all pictures share their weights. Each picture is computed as before: on
the processors at hand to the last bit.

Conventions
-----------
Images are (n, 3, height, width), features (n, n_features).

Source
------
Ours.
"""

from typing import Any

import torch
from torch import Tensor, nn

N_EARLY = 2  # stages, down to a quarter of the size
N_TOGETHER = 4  # pictures; 2 to 8 take about as long


def features_of_images(network: nn.Module, images: Tensor) -> Tensor:
    """Return what the network makes of images.

    Parameters
    ----------
    network : Module
        An EfficientNet of timm gains from it; any other, and every one on a GPU, runs as it is.
    images : Tensor (n, 3, height, width)
        As the network takes them.

    Returns
    -------
    Tensor (n, n_features)

    Examples
    --------
    >>> features_of_images(nn.Flatten(), torch.ones(2, 3, 4, 4)).shape
    torch.Size([2, 48])
    """
    if not hasattr(network, "conv_stem") or images.device.type != "cpu":
        return torch.as_tensor(network(images))
    parts: Any = network
    early = nn.Sequential(parts.conv_stem, parts.bn1, *parts.blocks[:N_EARLY])
    late = nn.Sequential(*parts.blocks[N_EARLY:], parts.conv_head, parts.bn2)
    seen = torch.cat([early(part) for part in torch.split(images, N_TOGETHER)])
    return torch.as_tensor(parts.forward_head(late(seen)))
