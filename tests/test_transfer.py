"""A run that starts from another: the same weights at step 0, and one line for networks that do not fit."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from lightning_fabric import Fabric

from tests.test_training import TINY, assert_same_run, toy_pack
from v2ra.checkpoint import load_checkpoint, load_run
from v2ra.config import Config
from v2ra.datasets import Pack
from v2ra.errors import InputError
from v2ra.generator import Generator
from v2ra.networks import start
from v2ra.training import train
from v2ra.transfer import read_initial, weights_hash


def trained(out_dir: Path, *, config: Config = TINY, pack: Pack | None = None, **options: Any) -> Path:
    """Train a few steps on the CPU and return the run folder."""
    train(config, pack or toy_pack(), out_dir, accelerator="cpu", **options)
    return out_dir


@pytest.fixture(scope="module")
def first_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a run to start from."""
    return trained(tmp_path_factory.mktemp("first") / "run", seed=3)


def description(folder: Path) -> dict[str, Any]:
    """Return run.json."""
    content: dict[str, Any] = json.loads((folder / "run.json").read_text())
    return content


def test_a_run_begins_with_the_weights_of_the_run_it_starts_from(first_run: Path, tmp_path: Path) -> None:
    initial = read_initial(first_run, TINY)
    fabric = Fabric(accelerator="cpu", devices=1)
    state = start(
        fabric, TINY, description={"seed": 9}, checkpoint=tmp_path / "checkpoint.pt", initial=initial
    )
    selected = load_run(first_run).generator.state_dict()
    judge = load_checkpoint(first_run / "checkpoint.pt")["discriminator"]
    for network, expected in (
        (state.generator, selected),
        (state.average, selected),
        (state.discriminator, judge),
    ):
        found = network.state_dict()
        assert list(found) == list(expected)
        assert all(torch.equal(found[name], tensor) for name, tensor in expected.items())
    assert state.step == 0
    assert state.g_optimiser.state_dict()["state"] == {}


def test_nothing_is_learnt_at_rate_0_so_that_the_run_keeps_what_it_started_with(
    first_run: Path, tmp_path: Path
) -> None:
    still = TINY.with_overrides({"training.learning_rate": 0.0, "generator.norm": "none"})
    one = trained(tmp_path / "one", config=still, seed=1)
    two = trained(tmp_path / "two", config=still, seed=2, start_from=one)
    assert weights_hash(load_run(two).generator.state_dict()) == weights_hash(
        load_run(one).generator.state_dict()
    )
    fresh = trained(tmp_path / "fresh", config=still, seed=2)
    assert weights_hash(load_run(fresh).generator.state_dict()) != weights_hash(
        load_run(one).generator.state_dict()
    )


def test_the_run_folder_says_where_its_weights_come_from(first_run: Path, tmp_path: Path) -> None:
    dog = Pack("dog", toy_pack().clips, {"weights_hash": "def"})
    origin = description(trained(tmp_path / "run", pack=dog, start_from=first_run))["from"]
    initial = read_initial(first_run, TINY)
    assert (origin["category"], origin["seed"]) == ("wood", 3)
    assert origin["pack"] == {"weights_hash": "abc"}
    assert origin["weights_hash"] == weights_hash(initial.generator, initial.discriminator)
    assert "from" not in description(first_run)


def test_a_run_with_another_start_is_not_continued(first_run: Path, tmp_path: Path) -> None:
    folder = trained(tmp_path / "run", start_from=first_run)
    with pytest.raises(InputError, match="with another from;"):
        trained(folder, resume=True)
    again = trained(tmp_path / "again", start_from=first_run)
    trained(again, resume=True, start_from=first_run)
    assert_same_run(folder, again)


@pytest.mark.parametrize(
    ("setting", "named"),
    [
        ({"generator.base_width": 2}, r"of shape \(1, 1, 9\) in the generator of .*; expected \(2, 1, 9\)"),
        ({"generator.audio_filter": False}, r"in the generator of .*; expected none as configured"),
        ({"discriminator.base_width": 2}, r"in the discriminator of .*; expected \(2, 2, 16\)"),
    ],
)
def test_networks_of_another_shape_are_refused_before_anything_is_written(
    setting: dict[str, Any], named: str, first_run: Path, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match=named):
        trained(tmp_path / "run", config=TINY.with_overrides(setting), start_from=first_run)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_without_its_discriminator_or_without_a_run_is_refused(
    first_run: Path, tmp_path: Path
) -> None:
    for name in ("run.json", "generator.safetensors"):
        (tmp_path / name).write_bytes((first_run / name).read_bytes())
    with pytest.raises(InputError, match=r"no checkpoint\.pt .*; give a whole run folder"):
        read_initial(tmp_path, TINY)
    with pytest.raises(InputError, match=r"found no run\.json"):
        read_initial(tmp_path / "nowhere", TINY)


def test_a_hash_knows_values_and_names() -> None:
    torch.manual_seed(0)
    weights = Generator(TINY.generator).state_dict()
    other = {**weights, next(iter(weights)): weights[next(iter(weights))] + 1}
    renamed = {f"x{name}": tensor for name, tensor in weights.items()}
    assert len({weights_hash(weights), weights_hash(other), weights_hash(renamed)}) == 3
