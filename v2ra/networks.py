"""Both networks with their optimisers: all that changes while training.

Conventions
-----------
`State` is mutable and lives in one training process. Beside the generator stands an average of its
weights (`training.average_decay`), the one that is scored and kept; decay 0 makes it a copy.

Source
------
Table 3 and Section 4.2 (Adam, learning rate); the average is ours and off in the paper's recipe.
"""

import copy
import json
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import torch
from lightning_fabric import Fabric
from lightning_fabric.strategies.ddp import DDPStrategy
from torch import Tensor, nn

from v2ra.checkpoint import load_checkpoint
from v2ra.config import Config
from v2ra.discriminator import PatchDiscriminator1d
from v2ra.errors import InputError
from v2ra.generator import Generator
from v2ra.precision import training_precision
from v2ra.transfer import Initial


@dataclass
class State:
    """All that changes while training."""

    generator: Generator
    discriminator: PatchDiscriminator1d
    average: Generator
    g_optimiser: torch.optim.Optimizer
    d_optimiser: torch.optim.Optimizer
    step: int = 0
    best_score: float = float("-inf")
    best_step: int = 0
    best_weights: dict[str, Tensor] = field(default_factory=dict)
    rows: list[dict[str, float]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    seconds: float = 0.0  # of training, over all processes that worked on the run one after another

    def as_dict(self) -> dict[str, Any]:
        """Return everything a resumed run needs, the random state included."""
        modules = ("generator", "discriminator", "average", "g_optimiser", "d_optimiser")
        plain = ("step", "best_score", "best_step", "best_weights", "rows", "warnings", "seconds")
        return {
            **{name: getattr(self, name).state_dict() for name in modules},
            **{name: getattr(self, name) for name in plain},
            "random": torch.get_rng_state(),
            "random_cuda": torch.cuda.get_rng_state_all() if torch.cuda.is_available() else [],
        }

    def restore(self, saved: Mapping[str, Any]) -> None:
        """Take over what `as_dict` gave."""
        for name, value in saved.items():
            if name == "random":
                torch.set_rng_state(value)
            elif name == "random_cuda":
                if len(value) == torch.cuda.device_count():  # else the run goes on on another machine
                    torch.cuda.set_rng_state_all(value)
            elif hasattr(getattr(self, name), "load_state_dict"):
                getattr(self, name).load_state_dict(value)
            else:
                setattr(self, name, value)


def check_trainable(config: Config, *, n_processes: int) -> None:
    """Refuse settings that fit no training together, each of which is right alone.

    Raises
    ------
    InputError
        Where the generator has no loss, or batch norm would have one value to normalise.

    Examples
    --------
    >>> check_trainable(Config(), n_processes=1)
    """
    loss, settings = config.loss, config.generator
    if not loss.l1_weight and (loss.adversarial == "none" or not loss.adversarial_weight):
        raise InputError(
            "found neither an adversarial nor an L1 term; expected a loss for the generator; "
            "raise loss.l1_weight or loss.adversarial_weight"
        )
    one_value = settings.norm == "batch" and settings.norm_at_bottleneck  # a channel and clip
    share = config.training.batch_size // n_processes
    if share < 1 + one_value:
        raise InputError(
            f"found training.batch_size = {config.training.batch_size} for {n_processes} process(es); "
            f"expected at least {(1 + one_value) * n_processes}; raise it"
            + (", or set generator.norm_at_bottleneck = false" if one_value else "")
        )
    if one_value and settings.norm_at_test == "batch":
        raise InputError(
            'found generator.norm_at_test = "batch" with batch norm at the bottleneck; a clip of one window '
            "has one value there; expected more to normalise; set generator.norm_at_bottleneck = false"
        )


def processes(
    precision: Literal["auto", "32-true", "bf16-mixed"], *, accelerator: str, devices: int
) -> Fabric:
    """Return the launcher of one or several processes, or refuse what this machine does not have.

    Raises
    ------
    InputError
        Where there is no such accelerator, or not so many devices.

    Examples
    --------
    >>> processes("32-true", accelerator="cpu", devices=1).world_size
    1
    """
    # Each process keeps its own running statistics of batch norm, and the first one's are saved: handed
    # round between D's looks at real and generated sound, they would break the gradient of the first.
    shared = DDPStrategy(start_method="spawn", broadcast_buffers=False)
    strategy: Any = "auto" if devices == 1 else shared
    chosen = training_precision(precision, accelerator=accelerator)
    try:
        with warnings.catch_warnings():
            # Where Slurm is installed, Fabric wants every program to be started by srun.
            warnings.filterwarnings("ignore", message="The `srun` command")
            return Fabric(accelerator=accelerator, strategy=strategy, devices=devices, precision=chosen)
    except (RuntimeError, ValueError, TypeError) as error:
        raise InputError(
            f"found accelerator {accelerator} with {devices} device(s), which do not work here ({error}); "
            "expected what this machine has; leave --accelerator and --devices out"
        ) from error


def start(
    fabric: Fabric,
    config: Config,
    *,
    description: Mapping[str, Any],
    checkpoint: Path,
    initial: Initial | None = None,
) -> State:
    """Return fresh networks, or those of the checkpoint where there is one of the same description.

    Fresh ones have random weights, or the `initial` ones of another run.

    A checkpoint of another description is left by a run whose settings or code have changed since.
    """
    seed = description["seed"]
    torch.manual_seed(seed)
    settings = config.training
    generator = Generator(config.generator)
    discriminator = PatchDiscriminator1d(config.discriminator, n_channels=config.generator.n_channels)
    if initial:
        generator.load_state_dict(initial.generator)
        discriminator.load_state_dict(initial.discriminator)
    average = copy.deepcopy(generator).to(fabric.device).eval().requires_grad_(False)
    d_rate = settings.d_learning_rate or settings.learning_rate
    betas = (settings.beta1, settings.beta2)
    g_optimiser = torch.optim.Adam(generator.parameters(), settings.learning_rate, betas, fused=True)
    d_optimiser = torch.optim.Adam(discriminator.parameters(), d_rate, betas, fused=True)
    g_wrapped, g_optimiser = fabric.setup(generator, g_optimiser)
    d_wrapped, d_optimiser = fabric.setup(discriminator, d_optimiser)
    state = State(g_wrapped, d_wrapped, average, g_optimiser, d_optimiser)
    torch.manual_seed(seed + 1 + fabric.global_rank)  # processes draw different dropout
    if checkpoint.is_file():
        saved = load_checkpoint(checkpoint)
        if saved.pop("description", None) == json.dumps(description, sort_keys=True):
            state.restore(saved)
            if fabric.global_rank:  # the saved draws are those of the first process
                torch.manual_seed(seed + 1 + fabric.global_rank + 1_000_003 * state.step)
    return state


def follow(average: Generator, generator: Generator, *, decay: float) -> None:
    """Move the averaged weights towards the current ones; decay 0 copies them."""
    with torch.no_grad():
        for mean, value in zip(average.state_dict().values(), generator.state_dict().values(), strict=True):
            if mean.is_floating_point():
                mean.lerp_(value, 1 - decay)
            else:
                mean.copy_(value)


def calibrate_norm(generator: Generator, video_vectors: Iterable[Tensor]) -> None:
    """Set the running statistics of batch norm to those of some seconds of video, with dropout off.

    The statistics that training leaves were taken with dropout on and from weights that have moved since:
    with them the same generator is about three times quieter (PAPER_NOTES.md).

    Parameters
    ----------
    generator : Generator
        Changed in place; it stays in evaluation mode.
    video_vectors : iterable of Tensor (batch, 1, 44100)
        V of training seconds, on the generator's device.
    """
    norms = [module for module in generator.modules() if isinstance(module, nn.BatchNorm1d)]
    generator.eval()
    momenta = [norm.momentum for norm in norms]
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None  # a plain average over the batches
        norm.train()
    with torch.no_grad():
        for vectors in video_vectors:
            generator(vectors)
    for norm, momentum in zip(norms, momenta, strict=True):
        norm.momentum = momentum
        norm.eval()
