"""Adversarial training of the baselines: V2RA's own steps of D and G with other networks in them.

Conventions
-----------
``generator(condition)`` gives an estimate; ``discriminator(condition, sound)`` gives raw scores. A batch is a
function of the step alone: (condition, real), in shapes that the two networks agree on. The same seed gives the
same weights on a CPU; the global random state is left as it was found.

Source
------
Section 3.2 (Eq. 8 and 9) by way of `v2ra.training`. The third class, real sound beside another clip's picture, is
that of Reed et al. (2016), which Chen et al. (2017), the paper's [13], take over.
"""

import copy
from collections.abc import Callable
from typing import Any

import pandas as pd
import torch
from torch import Tensor, nn

from v2ra.baselines.fitting import seeded
from v2ra.config import Config
from v2ra.errors import InputError
from v2ra.networks import State, processes
from v2ra.training import d_step, train_step


def fit_gan(
    generator: nn.Module,
    discriminator: nn.Module,
    batches: Callable[[int], tuple[Tensor, Tensor]],
    *,
    config: Config,
    seed: int,
    mismatched: bool = False,
) -> tuple[nn.Module, pd.DataFrame]:
    """Train two networks against each other.

    Make them within `seeded(seed)`: their first weights are drawn there; what they draw themselves, here.

    Parameters
    ----------
    generator, discriminator : nn.Module
        Changed in place, on the device of the generator.
    batches : callable
        ``batches(step)`` gives (condition, real); step counts from 0.
    config : Config
        ``loss`` and ``training`` are read: terms and weights, number of steps, rates, `average_decay`.
    seed : int
        Of the draws.
    mismatched : bool
        Whether D also learns to tell real sound from that of the batch's next condition; an update of its own.

    Returns
    -------
    tuple of nn.Module and DataFrame
        The averaged generator (a copy of the last where `average_decay` is 0), in evaluation mode, and the
        losses by step.

    Raises
    ------
    InputError
        If a loss is no longer a number.

    Examples
    --------
    >>> from dataclasses import replace
    >>> class Critic(nn.Module):
    ...     def __init__(self):
    ...         super().__init__()
    ...         self.layer = nn.Linear(2, 1)
    ...     def forward(self, condition, sound):
    ...         return self.layer(torch.cat([condition, sound], 1))
    >>> with seeded(0):
    ...     networks = nn.Linear(1, 1), Critic()
    >>> x = torch.linspace(-1, 1, 8)[:, None]
    >>> settings = Config(training=replace(Config().training, n_steps=3))
    >>> average, losses = fit_gan(*networks, lambda step: (x, 2 * x), config=settings, seed=0)
    >>> list(losses), len(losses)
    (['d_loss', 'g_adversarial', 'g_l1'], 3)
    """
    settings = config.training
    device = next(generator.parameters()).device
    fabric = processes("32-true", accelerator=device.type, devices=1)
    average = copy.deepcopy(generator).eval().requires_grad_(False)
    betas = (settings.beta1, settings.beta2)
    g_rate, d_rate = settings.learning_rate, settings.d_learning_rate or settings.learning_rate
    rows = []
    with seeded(seed):
        g_wrapped, g_optimiser = fabric.setup(
            generator.train(), torch.optim.Adam(generator.parameters(), g_rate, betas)
        )
        d_wrapped, d_optimiser = fabric.setup(
            discriminator.train(), torch.optim.Adam(discriminator.parameters(), d_rate, betas)
        )
        parts: Any = (g_wrapped, d_wrapped, average, g_optimiser, d_optimiser)
        state = State(*parts)  # it names V2RA's own networks; others that are called alike do as well
        for step in range(settings.n_steps):
            condition, real = (tensor.to(device) for tensor in batches(step))
            row = {}
            if mismatched:
                other = real.roll(1, 0)
                row["d_mismatched"] = d_step(state, condition, real, other, fabric=fabric, config=config)
            row |= train_step(state, (condition, real), fabric=fabric, config=config)
            _check_numbers(row, step)
            rows.append(row)
    return average, pd.DataFrame(rows)


def _check_numbers(row: dict[str, float], step: int) -> None:
    for name, value in row.items():
        if not abs(value) < float("inf"):
            raise InputError(
                f"found {name} = {value} at step {step}; expected a number; lower the learning rates"
            )
