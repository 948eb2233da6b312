"""The networks of a finished run as the start of another: pre-training on one set, training on to the next.

Conventions
-----------
Weights are state dicts. The generator is the one that the run selected, the discriminator the last one of its
checkpoint. Steps, optimisers and averages begin anew, and the read-out is fitted to the new training part.

Source
------
Ours; the paper trains each model from random weights.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from v2ra.checkpoint import load_checkpoint, load_run
from v2ra.config import Config
from v2ra.discriminator import PatchDiscriminator1d
from v2ra.errors import InputError
from v2ra.generator import Generator

Weights = Mapping[str, Tensor]


@dataclass(frozen=True)
class Initial:
    """Weights to start from, and what ``run.json`` says of where they come from."""

    generator: Weights
    discriminator: Weights
    details: Mapping[str, Any]


def read_initial(folder: Path, config: Config) -> Initial:
    """Read the networks of a run folder.

    Parameters
    ----------
    folder : Path
        A finished run of `v2ra train`.
    config : Config
        Of the run that starts; its networks must have the shapes of those that are read.

    Raises
    ------
    InputError
        Where the folder is no whole run folder, or its networks have other shapes.
    """
    run = load_run(folder)
    path = folder / "checkpoint.pt"
    if not path.is_file():
        raise InputError(
            f"found no {path.name} in {folder}; expected the discriminator there; give a whole run folder"
        )
    generator: Weights = run.generator.state_dict()
    discriminator: Weights = load_checkpoint(path).get("discriminator", {})
    with torch.device("meta"):  # shapes alone are wanted
        networks: tuple[nn.Module, ...] = (
            Generator(config.generator),
            PatchDiscriminator1d(config.discriminator, n_channels=config.generator.n_channels),
        )
    for network, weights in zip(networks, (generator, discriminator), strict=True):
        _check_shapes(network, weights, folder=folder)
    details = {"category": run.category, "seed": run.seed, "pack": run.details.get("pack", {})}
    return Initial(
        generator, discriminator, {**details, "weights_hash": weights_hash(generator, discriminator)}
    )


def _check_shapes(network: nn.Module, weights: Weights, *, folder: Path) -> None:
    """Refuse weights that another network has."""
    expected = {name: tuple(tensor.shape) for name, tensor in network.state_dict().items()}
    found = {name: tuple(tensor.shape) for name, tensor in weights.items()}
    names = [name for name in {**expected, **found} if expected.get(name) != found.get(name)]
    if names:
        kind = "generator" if isinstance(network, Generator) else "discriminator"
        one, other = (shapes.get(names[0], "none") for shapes in (found, expected))
        raise InputError(
            f"found {names[0]} of shape {one} in the {kind} of {folder}; expected {other} as configured; "
            "give the configuration that it was trained with, or another run"
        )


def weights_hash(*networks: Weights) -> str:
    """Return the SHA-256 of the values of some networks, which names them wherever they lie.

    Examples
    --------
    >>> weights_hash({"a": torch.zeros(2)}) == weights_hash({"a": torch.zeros(2)})
    True
    """
    digest = hashlib.sha256()
    for weights in networks:
        for name in sorted(weights):
            digest.update(name.encode())
            digest.update(weights[name].cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()
