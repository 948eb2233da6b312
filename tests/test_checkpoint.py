"""Run folders: what is written comes back, what is damaged is refused in one line."""

import json
import pickle
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from v2ra.checkpoint import (
    AFTERWARDS,
    check_run_folder,
    describe_run,
    load_checkpoint,
    load_run,
    read_run_description,
    save_checkpoint,
    save_weights,
    write_json,
)
from v2ra.config import Config
from v2ra.errors import InputError
from v2ra.generator import Generator
from v2ra.readout import Readout

TINY = Config().with_overrides({"generator.base_width": 1})


def run_folder(folder: Path, *, config: Config = TINY, weights: Mapping[str, Tensor] | None = None) -> Path:
    """Make the folder of a finished run."""
    folder.mkdir()
    torch.manual_seed(0)
    details = describe_run(config, 4, category="wood", pack_details={"weights_hash": "abc"})
    write_json(folder / "run.json", {**details, "state": "finished"})
    save_weights(folder / "generator.safetensors", weights or Generator(config.generator).state_dict())
    return folder


def one_line(refusal: pytest.ExceptionInfo[InputError]) -> bool:
    return "\n" not in str(refusal.value)


def test_a_run_comes_back_ready_to_generate(tmp_path: Path) -> None:
    run = load_run(run_folder(tmp_path / "run"))
    torch.manual_seed(0)
    expected = Generator(TINY.generator).state_dict()
    assert all(torch.equal(tensor, expected[name]) for name, tensor in run.generator.state_dict().items())
    assert not run.generator.training
    assert (run.config, run.category, run.seed) == (TINY, "wood", 4)
    assert run.details["pack"] == {"weights_hash": "abc"}


@pytest.mark.parametrize(
    ("other", "named"),
    [
        ({"generator.base_width": 2}, "size mismatch"),
        ({"generator.skip_connections": True}, "size mismatch"),
        ({"generator.audio_filter": False}, "Unexpected key|Missing key"),
        ({"generator.norm": "none"}, "Unexpected key|Missing key"),
    ],
)
def test_weights_of_another_network_are_refused_in_one_line(
    tmp_path: Path, other: dict[str, Any], named: str
) -> None:
    folder = run_folder(tmp_path / "run")
    save_weights(
        folder / "generator.safetensors", Generator(TINY.with_overrides(other).generator).state_dict()
    )
    with pytest.raises(InputError, match="do not fit the run's configuration") as refusal:
        load_run(folder)
    assert one_line(refusal)
    assert refusal.match(named)  # what differs is said, not only that something does


def test_a_read_out_belongs_to_the_runs_that_ask_for_one(tmp_path: Path) -> None:
    readout = Readout(np.ones((6, 3), np.float32), np.arange(3, dtype=np.float32))
    weights = Generator(TINY.generator).state_dict()
    asking = TINY.with_overrides({"features.projection": "level"})
    run = load_run(run_folder(tmp_path / "asked", config=asking, weights={**weights, **readout.tensors()}))
    assert run.readout is not None
    assert np.array_equal(run.readout.weights, readout.weights)
    assert np.array_equal(run.readout.offset, readout.offset)
    assert load_run(run_folder(tmp_path / "plain", weights=weights)).readout is None
    with pytest.raises(InputError, match=r"do not fit .*readout\.weights"):
        load_run(run_folder(tmp_path / "missing", config=asking, weights=weights))
    with pytest.raises(InputError, match=r"do not fit .*readout"):
        load_run(run_folder(tmp_path / "unasked", weights={**weights, **readout.tensors()}))


@pytest.mark.parametrize("content", [b"", b"no tensors", bytes(8), b"\xff" * 100])
def test_damaged_weights_are_refused_in_one_line(tmp_path: Path, content: bytes) -> None:
    folder = run_folder(tmp_path / "run")
    (folder / "generator.safetensors").write_bytes(content)
    with pytest.raises(InputError, match=r"generator\.safetensors") as refusal:
        load_run(folder)
    assert one_line(refusal)


def test_half_of_the_weights_are_refused(tmp_path: Path) -> None:
    folder = run_folder(tmp_path / "run")
    weights = folder / "generator.safetensors"
    weights.write_bytes(weights.read_bytes()[:-100])
    with pytest.raises(InputError, match="do not fit"):
        load_run(folder)


def test_an_unfinished_run_has_no_weights_yet(tmp_path: Path) -> None:
    folder = run_folder(tmp_path / "run")
    (folder / "generator.safetensors").unlink()
    with pytest.raises(InputError, match="continue it with --resume"):
        load_run(folder)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "3",
        "null",
        "{}",
        '{"config": 3, "category": "wood", "seed": 0}',
        '{"config": {}, "category": "wood"}',
        '{"config": {"generator": {"base_widht": 1}}, "category": "wood", "seed": 0}',
        '{"config": {"generator": {"base_width": 0}}, "category": "wood", "seed": 0}',
        "\udcff",
    ],
)
def test_a_damaged_description_is_refused_in_one_line(tmp_path: Path, text: str) -> None:
    folder = run_folder(tmp_path / "run")
    (folder / "run.json").write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(InputError, match=r"run\.json") as refusal:
        load_run(folder)
    assert one_line(refusal)


@pytest.mark.parametrize("folder", ["nothing", "empty"])
def test_a_folder_without_a_run_is_refused(tmp_path: Path, folder: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match=r"found no run\.json"):
        read_run_description(tmp_path / folder)


def test_a_checkpoint_comes_back_as_it_was(tmp_path: Path) -> None:
    state = {
        "step": 3,
        "rows": [{"step": 1, "d_loss": 0.1}],
        "tensor": torch.arange(3.0),
        "random": torch.get_rng_state(),
    }
    save_checkpoint(tmp_path / "checkpoint.pt", state)
    back = load_checkpoint(tmp_path / "checkpoint.pt")
    assert (back["step"], back["rows"]) == (state["step"], state["rows"])
    assert torch.equal(back["tensor"], torch.arange(3.0))
    assert torch.equal(back["random"], torch.as_tensor(state["random"]))


class Calls:
    """Something whose unpickling would run code."""

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[str]]:
        return (Path.touch, (Path("was-run"),))  # type: ignore[return-value]  # any call will do


@pytest.mark.parametrize(
    "content",
    [b"", b"no checkpoint", pickle.dumps({"step": 1}, 2), pickle.dumps(Calls(), 2)],
    ids=["empty", "text", "pickle", "code"],
)
def test_what_is_no_checkpoint_is_refused_in_one_line(
    tmp_path: Path, content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "checkpoint.pt").write_bytes(content)
    with pytest.raises(InputError, match="not to be a checkpoint") as refusal:
        load_checkpoint(tmp_path / "checkpoint.pt")
    assert one_line(refusal)
    assert not (tmp_path / "was-run").exists()


def test_a_tensor_is_no_checkpoint(tmp_path: Path) -> None:
    torch.save(torch.zeros(3), tmp_path / "checkpoint.pt")
    with pytest.raises(InputError, match="not to be a checkpoint"):
        load_checkpoint(tmp_path / "checkpoint.pt")


@contextmanager
def largest_file(n_bytes: int) -> Iterator[None]:
    """Let the system refuse to write longer files, as a full disk does."""
    resource = pytest.importorskip("resource", reason="no limits on file sizes here")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (n_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize(
    ("name", "save"),
    [
        ("generator.safetensors", lambda path: save_weights(path, {"weight": torch.zeros(10_000)})),
        ("checkpoint.pt", lambda path: save_checkpoint(path, {"weight": torch.zeros(10_000)})),
        ("run.json", lambda path: write_json(path, {"text": 10_000 * "a"})),
    ],
)
def test_a_full_disk_leaves_the_earlier_file(tmp_path: Path, name: str, save: Callable[[Path], None]) -> None:
    path = tmp_path / name
    path.write_bytes(b"earlier")
    with largest_file(2000), pytest.raises(InputError, match="could not be written") as refusal:
        save(path)
    assert one_line(refusal)
    assert path.read_bytes() == b"earlier"
    assert [file.name for file in tmp_path.iterdir()] == [name]


def test_weights_that_share_memory_are_written_apart(tmp_path: Path) -> None:
    weight = torch.arange(6.0)
    save_weights(tmp_path / "w.safetensors", {"a": weight, "b": weight[2:], "c": weight.reshape(2, 3).t()})
    folder = tmp_path / "w.safetensors"
    assert folder.stat().st_size > 4 * (6 + 4 + 6)


def test_a_description_is_what_json_makes_of_it(tmp_path: Path) -> None:
    description = describe_run(TINY, 1, category="wood", pack_details={"sizes": (1, 2)})
    assert json.loads(json.dumps(description)) == description
    assert len(description["code"]) == 64


def test_what_is_done_to_a_sound_afterwards_makes_no_other_run(tmp_path: Path) -> None:
    changed = TINY.with_overrides({"peak_match.mode": "corrected", "denoising.quiet_share": 0.5})
    descriptions = [describe_run(c, 1, category="wood", pack_details={}) for c in (TINY, changed)]
    assert descriptions[0] == descriptions[1]
    assert set(TINY.as_dict()) - set(descriptions[0]["config"]) == set(AFTERWARDS) <= set(TINY.as_dict())
    assert load_run(run_folder(tmp_path / "run", config=changed)).config == TINY


def test_what_a_killed_process_left_is_removed_when_it_is_resumed(tmp_path: Path) -> None:
    folder = run_folder(tmp_path / "run")
    description = read_run_description(folder)
    (folder / ".checkpoint.123.part.pt").write_bytes(b"half")
    check_run_folder(folder, description, resume=True)
    assert sorted(file.name for file in folder.iterdir()) == ["generator.safetensors", "run.json"]
