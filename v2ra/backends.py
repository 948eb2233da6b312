"""Networks that turn frames into feature vectors, behind one call.

Conventions
-----------
Frames are uint8 (n_frames, height, width, 3), RGB; features float32 (n_frames, 4096). Weights are
identified by the SHA-256 of their tensors, so the same weights in another file are the same weights.

Source
------
Section 3.1: "fc6 feature of VGG19 network [16]", frames of 256 × 256. The other two backends are ours:
``efficientnet_lite0`` where VGG19's weights are not at hand, ``seeded`` (random weights) for tests and
for work without any. The paper does not say whether fc6 is read before or after its ReLU; after it is
the default, since Caffe, VGG19's first home, rectifies the blob "fc6" in place.
"""

from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from v2ra.early_stages import features_of_images
from v2ra.errors import InputError
from v2ra.precision import multiplies_bf16
from v2ra.timing import PAPER
from v2ra.weights import (
    POOLED,
    efficientnet_lite0,
    efficientnet_lite0_tensors,
    fold_batch_norms,
    random_tensors,
    tensors_hash,
    vgg19_tensors,
    vgg19_to_fc6,
)

ACTIVATIONS = ("relu", "linear")
PRECISIONS = ("auto", "fp32", "bf16")
IMAGE_SIZES = {"vgg19": 256, "efficientnet_lite0": 224, "seeded": 64}
BACKENDS = tuple(IMAGE_SIZES)

IMAGENET_MEAN, IMAGENET_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # torchvision's
# (pixel - 127) / 128, as EfficientNet-Lite was trained.
LITE_MEAN, LITE_STD = (127 / 255,) * 3, (128 / 255,) * 3

SMALLEST_IMAGE = 32
"""Five halvings leave one pixel of a picture this large."""

BATCH_SIZE = 16
"""Frames a pass: fc6 reads 205 to 411 MB of weights, which a batch shares; more was no faster."""


@dataclass(frozen=True)
class Backend:
    """A network that turns frames into feature vectors.

    Attributes
    ----------
    name : str
        One of `BACKENDS`.
    image_size : int
        Height and width in pixels that frames are resized to.
    precision : {"fp32", "bf16"}
        Number format of weights and activations.
    activation : {"relu", "linear"}
        Whether fc6 is read after or before its ReLU.
    weights_hash : str
        SHA-256 of the weights as hexadecimal digits.
    n_features : int
        Values that the network gives; zeros follow up to 4096.
    """

    name: str
    image_size: int
    precision: str
    activation: str
    weights_hash: str
    n_features: int
    network: nn.Module = field(repr=False, compare=False)
    mean: Tensor = field(repr=False, compare=False)
    deviation: Tensor = field(repr=False, compare=False)

    @property
    def details(self) -> dict[str, str | int]:
        """Return what identifies the features: part of every sidecar and of the cache's key."""
        names = ("name", "image_size", "precision", "activation", "weights_hash", "n_features")
        return {name: getattr(self, name) for name in names}

    def __call__(self, frames: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return the feature vectors of frames.

        Parameters
        ----------
        frames : ndarray of uint8, shape (n_frames, height, width, 3)
            RGB.

        Returns
        -------
        ndarray of float32, shape (n_frames, 4096)

        Raises
        ------
        InputError
            Frames of another shape or type.
        """
        if frames.ndim != 4 or frames.shape[3] != 3 or frames.dtype != np.uint8:
            raise InputError(
                f"found frames of shape {frames.shape} and type {frames.dtype}; "
                "expected uint8 (n_frames, height, width, 3); read the clip with read_clip"
            )
        features = np.zeros((len(frames), PAPER.feature_size), np.float32)
        with torch.inference_mode():
            for start in range(0, len(frames), BATCH_SIZE):
                images = self.images(frames[start : start + BATCH_SIZE])
                values = features_of_images(self.network, images).float().cpu().numpy()  # (n, n_features)
                features[start : start + len(values), : self.n_features] = values
        return features

    def images(self, frames: NDArray[np.uint8]) -> Tensor:
        """Return frames as the network takes them: (n, 3, image_size, image_size), normalised."""
        copied = torch.tensor(np.ascontiguousarray(frames), device=self.mean.device)
        pixels = copied.permute(0, 3, 1, 2).float()  # (n, 3, h, w)
        size = (self.image_size, self.image_size)
        if pixels.shape[2:] != size:
            pixels = nn.functional.interpolate(pixels, size, mode="bilinear", antialias=True)
        images = pixels.sub_(255 * self.mean).div_(255 * self.deviation)
        dtype = torch.bfloat16 if self.precision == "bf16" else torch.float32
        return images.to(dtype, memory_format=torch.channels_last)


def load_backend(
    name: str,
    *,
    weights: str | None = None,
    image_size: int | None = None,
    precision: str = "auto",
    seed: int = 0,
    activation: str = "relu",
    device: str = "auto",
) -> Backend:
    """Return a backend with its weights.

    Parameters
    ----------
    name : {"vgg19", "efficientnet_lite0", "seeded"}
        VGG19's fc6 (the paper); pooled features of EfficientNet-Lite0, 1280 values; fc6 of a VGG19 with
        random weights, pooled to the size that its pictures leave (2 × 2 at 64 pixels) instead of 7 × 7.
    weights : str, optional
        State dict of torchvision's VGG19, for "vgg19" alone; without it the file that torchvision keeps
        in its cache is read. Nothing is downloaded.
    image_size : int, optional
        Pixels that frames are resized to; 256, 224 and 64 by backend.
    precision : {"auto", "fp32", "bf16"}
        "auto" is bf16 on hardware that multiplies it (CUDA, AVX512-BF16, AMX), else fp32.
    seed : int
        Of the random weights of "seeded".
    activation : {"relu", "linear"}
        fc6 after or before its ReLU; for the two VGG19 alone.
    device : str
        "auto" (CUDA where there is one), or a name torch knows.

    Returns
    -------
    Backend

    Raises
    ------
    InputError
        Unknown name or option, or weights that are missing or of another network.

    Source
    ------
    Section 3.1.

    Examples
    --------
    >>> backend = load_backend("seeded", image_size=32)
    >>> backend(np.zeros((2, 32, 32, 3), np.uint8)).shape
    (2, 4096)
    """
    _check_options(name, weights, image_size=image_size, precision=precision, activation=activation)
    size = image_size or IMAGE_SIZES[name]
    place = _device(device)
    if precision == "auto":
        precision = "bf16" if multiplies_bf16(place) else "fp32"
    network, weights_hash = _loaded(name, weights, size=size, seed=seed, activation=activation)
    dtype = torch.bfloat16 if precision == "bf16" else torch.float32
    network.requires_grad_(False).to(place, dtype, memory_format=torch.channels_last)  # type: ignore[call-overload]
    lite = name == "efficientnet_lite0"
    n_features = 1280 if lite else PAPER.feature_size
    mean, deviation = (
        torch.tensor(values, device=place).view(3, 1, 1)
        for values in ((LITE_MEAN, LITE_STD) if lite else (IMAGENET_MEAN, IMAGENET_STD))
    )
    return Backend(name, size, precision, activation, weights_hash, n_features, network, mean, deviation)


def _loaded(
    name: str, weights: str | None, *, size: int, seed: int, activation: str
) -> tuple[nn.Module, str]:
    """Return the network in evaluation mode with its weights, fp32, and their hash."""
    if name == "efficientnet_lite0":
        network = efficientnet_lite0()
        tensors = efficientnet_lite0_tensors(network)
    elif name == "vgg19":
        network = vgg19_to_fc6(activation=activation)
        tensors = vgg19_tensors(weights, network)
    else:  # pooling a 2 × 2 map to 7 × 7 would copy its values, to no use for random weights
        network = vgg19_to_fc6(pooled=min(size // SMALLEST_IMAGE, POOLED), activation=activation)
        tensors = random_tensors(network, seed)
    network.load_state_dict(tensors, assign=True)
    network.eval()
    return (fold_batch_norms(network) if name == "efficientnet_lite0" else network), tensors_hash(tensors)


def _device(name: str) -> torch.device:
    """Return the device of this name, "auto" resolved."""
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    if name.partition(":")[0] not in ("cpu", "cuda") or (name != "cpu" and not torch.cuda.is_available()):
        raise InputError(
            f"found device={name!r}; expected auto, cpu, or cuda where there is one; choose another"
        )
    return torch.device(name)


def _check_options(
    name: str, weights: str | None, *, image_size: int | None, precision: str, activation: str
) -> None:
    """Refuse what no backend, or not this one, can be asked for."""
    for found, known in ((name, BACKENDS), (precision, PRECISIONS), (activation, ACTIVATIONS)):
        if found not in known:
            raise InputError(f"found {found!r}; expected one of {', '.join(known)}; change the configuration")
    if image_size is not None and image_size < SMALLEST_IMAGE:
        raise InputError(
            f"found image_size={image_size}; expected {SMALLEST_IMAGE} or more; choose a larger one"
        )
    if weights and name != "vgg19":
        raise InputError(f"found weights for {name}; expected them for vgg19 alone; leave them out")
    if activation != "relu" and name == "efficientnet_lite0":
        raise InputError(
            f"found activation={activation!r} for {name}; expected relu: it has no fc6; leave it out"
        )
