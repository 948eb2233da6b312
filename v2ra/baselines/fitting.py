"""The one training loop of the baselines that learn from pairs: Adam on a loss, one batch a step.

Conventions
-----------
A batch is a function of the step alone and a tuple of tensors; its maker draws from the seed and the step, as
`v2ra.segments` does. One thread on a CPU, so that the same seed gives the same weights; the network's own device
is used, a GPU by the same path. The global random state is left as it was found.

Source
------
Ours. Section 4.4.2 compares with systems trained elsewhere; here all learn from the same clips and split.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from v2ra.errors import InputError

Loss = Callable[..., Tensor]
Batches = Callable[[int], Sequence[Tensor]]


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Draw from a seed and compute with one thread within; leave both as they were.

    Examples
    --------
    >>> state = torch.get_rng_state()
    >>> with seeded(0):
    ...     first = torch.rand(1)
    >>> with seeded(0):
    ...     print(bool(torch.rand(1) == first), bool((torch.get_rng_state() == state).all()))
    True False
    >>> bool((torch.get_rng_state() == state).all())
    True
    """
    n_threads = torch.get_num_threads()
    with torch.random.fork_rng(range(torch.cuda.device_count())):
        torch.manual_seed(seed)
        torch.set_num_threads(1)
        try:
            yield
        finally:
            torch.set_num_threads(n_threads)


def n_parameters(network: nn.Module) -> int:
    """Return how many numbers of a network are trained.

    Examples
    --------
    >>> n_parameters(nn.Linear(3, 2))
    8
    """
    return sum(parameter.numel() for parameter in network.parameters() if parameter.requires_grad)


def fit_network(
    network: nn.Module,
    loss: Loss,
    batches: Batches,
    *,
    n_steps: int,
    learning_rate: float,
    seed: int,
    max_gradient: float = 1.0,
) -> NDArray[np.float64]:
    """Train a network and leave it in evaluation mode.

    Make the network within `seeded(seed)` too: its first weights are drawn there, its dropout here.

    Parameters
    ----------
    network : nn.Module
        Changed in place, on its own device.
    loss : callable
        ``loss(network, *batch)``, a scalar to be minimised.
    batches : callable
        ``batches(step)``, tensors on any device; step counts from 0.
    n_steps : int
        Updates; 0 trains nothing.
    learning_rate : float
        Of Adam at the start; it falls to 0 along half a cosine.
    seed : int
        Of dropout and of what the loss draws.
    max_gradient : float
        The norm to which a longer gradient is cut: one bad batch of a recurrent network would undo the others.

    Returns
    -------
    float64 (n_steps,)
        The loss of each step; lower is better.

    Raises
    ------
    InputError
        If the number of steps or the rate is no such number, or the loss is no longer a number.

    Examples
    --------
    >>> with seeded(0):
    ...     line = nn.Linear(1, 1)
    >>> x = torch.linspace(-1, 1, 9)[:, None]
    >>> def error(network, x, y):
    ...     return (network(x) - y).square().mean()
    >>> losses = fit_network(line, error, lambda step: (x, 2 * x), n_steps=200, learning_rate=0.1, seed=0)
    >>> len(losses), bool(losses[-1] < 1e-4)
    (200, True)
    """
    if n_steps < 0 or not learning_rate > 0:
        raise InputError(
            f"found {n_steps} steps at a learning rate of {learning_rate}; expected 0 steps or more and a positive "
            "rate; correct the settings"
        )
    device = next(network.parameters()).device
    network.train()
    losses = np.zeros(n_steps)
    optimiser = torch.optim.Adam(network.parameters(), learning_rate)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, max(n_steps, 1))
    with seeded(seed):
        for step in range(n_steps):
            value = loss(network, *(tensor.to(device) for tensor in batches(step)))
            if not torch.isfinite(value):
                raise InputError(
                    f"found a loss of {value.item()} at step {step}; expected a number; lower the learning rate"
                )
            optimiser.zero_grad()
            torch.autograd.backward(value)
            nn.utils.clip_grad_norm_(network.parameters(), max_gradient)
            optimiser.step()
            schedule.step()
            losses[step] = value.item()
    network.eval()
    return losses
