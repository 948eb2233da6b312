"""Run folders: what training leaves on disk, written whole or not at all.

Contents of a run folder
------------------------
``run.json`` (configuration, category, data, features, seed, state), ``history.csv`` (losses by step),
``checkpoint.pt`` (everything that a resumed run needs, to the same bits), ``generator.safetensors``
(the selected weights).

Source
------
Section 4.2 says that one model is trained a category; a run folder holds one such model.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from v2ra.config import Config
from v2ra.errors import InputError
from v2ra.generator import Generator
from v2ra.readout import Readout
from v2ra.writing import make_folder, written_whole

CODE = (
    "timing",
    "encoding",
    "readout",
    "datasets",
    "segments",
    "layers",
    "generator",
    "discriminator",
    "losses",
    "transfer",
    "networks",
    "balance",
    "training",
)  # what a resumed run must share
AFTERWARDS = ("denoising", "peak_match")  # sections of the configuration that change no model


@dataclass(frozen=True)
class Run:
    """A trained model with what it was trained on."""

    generator: Generator
    config: Config
    category: str
    seed: int
    details: Mapping[str, Any]
    readout: Readout | None = None


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write a JSON file, whole or not at all."""
    text = json.dumps(content, indent=1, sort_keys=True, default=str) + "\n"
    with written_whole(path) as part:
        part.write_text(text, encoding="utf-8")


def save_checkpoint(path: Path, state: Mapping[str, Any]) -> None:
    """Write everything that a resumed run needs."""
    with written_whole(path) as part:
        try:
            torch.save(dict(state), part)
        except RuntimeError as error:  # torch's writer reports a full disk as its own kind of error
            raise OSError(f"{error}") from error


def load_checkpoint(path: Path) -> dict[str, Any]:
    """Read a checkpoint.

    Raises
    ------
    InputError
        Where the file is no checkpoint.
    """
    try:
        # Tensors and plain values only: a file from elsewhere cannot run code.
        state: dict[str, Any] = dict(torch.load(path, weights_only=True, map_location="cpu"))
    except Exception as error:  # torch raises many kinds for a damaged file
        raise InputError(
            f"found {path} not to be a checkpoint ({_one_line(error)}); expected one of `v2ra train`; "
            "delete it to start again"
        ) from error
    return state


def _one_line(error: Exception) -> str:
    """Return the start of a message that may have many lines, or none."""
    return " ".join(str(error).split())[:200] or type(error).__name__


def save_weights(path: Path, weights: Mapping[str, Tensor]) -> None:
    """Write weights as safetensors."""
    tensors = {name: tensor.detach().cpu().contiguous().clone() for name, tensor in weights.items()}
    with written_whole(path) as part:
        try:
            save_file(tensors, part)
        except SafetensorError as error:  # its own kind for a full disk
            raise OSError(f"{error}") from error


def read_run_description(folder: Path) -> dict[str, Any]:
    """Read ``run.json`` of a run folder.

    Raises
    ------
    InputError
        Where the folder is no run folder.
    """
    path = folder / "run.json"
    if not path.is_file():
        raise InputError(f"found no run.json in {folder}; expected a run folder; make one with `v2ra train`")
    try:
        description: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        Config.from_dict(description["config"], source=str(path))
        _ = description["category"], description["seed"]
    except (json.JSONDecodeError, UnicodeDecodeError, KeyError, TypeError) as error:
        raise InputError(
            f"found {path} not to be a run description ({error}); expected one of `v2ra train`"
        ) from error
    return description


def describe_run(
    config: Config, seed: int, *, category: str, pack_details: Mapping[str, Any]
) -> dict[str, Any]:
    """Return what makes two runs the same: settings, data, seed and the code that trains."""
    folder = Path(__file__).parent
    code = hashlib.sha256(b"".join((folder / f"{name}.py").read_bytes() for name in CODE)).hexdigest()
    content = {
        "config": {name: keys for name, keys in config.as_dict().items() if name not in AFTERWARDS},
        "category": category,
        "seed": seed,
        "pack": dict(pack_details),
    }
    return json.loads(json.dumps({**content, "code": code}))  # type: ignore[no-any-return]


def check_run_folder(out_dir: Path, description: Mapping[str, Any], *, resume: bool) -> None:
    """Refuse a folder that holds another run; make it where there is none, and clear what a kill left."""
    make_folder(out_dir)
    if (out_dir / "run.json").exists():
        _check_same_run(out_dir, description, resume=resume)
    for left in out_dir.glob(".*.part.*"):  # of a process that was killed while it wrote
        left.unlink()


def _check_same_run(out_dir: Path, description: Mapping[str, Any], *, resume: bool) -> None:
    """Refuse the folder of a run that is not to be continued, or has another description."""
    if not resume:
        raise InputError(
            f"found a run in {out_dir}; expected an empty folder; add --resume or name another --out"
        )
    earlier = read_run_description(out_dir)
    keys = ("config", "category", "seed", "pack", "from", "code")
    different = [key for key in keys if earlier.get(key) != description.get(key)]
    if different:
        raise InputError(
            f"found a run in {out_dir} with another {' and '.join(different)}; "
            "expected what it was started with; name another --out, or delete the folder"
        )


def load_run(folder: Path) -> Run:
    """Load the selected generator of a run, ready to generate (evaluation mode, CPU).

    Raises
    ------
    InputError
        Where the folder is no run folder, has no weights yet, or its weights do not fit its configuration.
    """
    description = read_run_description(folder)
    config = Config.from_dict(description["config"])
    path = folder / "generator.safetensors"
    if not path.is_file():
        raise InputError(
            f"found no {path.name} in {folder}; expected a finished run; continue it with --resume"
        )
    generator = Generator(config.generator)
    parts = () if config.features.projection == "none" else ("readout.weights", "readout.offset")
    try:
        tensors = load_file(path)
        readout = [tensors.pop(name).numpy() for name in parts]
        generator.load_state_dict(tensors)
    except Exception as error:  # safetensors and torch raise kinds of their own
        raise InputError(
            f"found weights in {path} that do not fit the run's configuration ({_one_line(error)}); "
            "expected the pair that `v2ra train` wrote; train again"
        ) from error
    return Run(
        generator.eval(),
        config,
        description["category"],
        description["seed"],
        description,
        Readout(readout[0], readout[1]) if readout else None,
    )
