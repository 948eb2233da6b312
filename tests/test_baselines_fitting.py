"""The training loop of the baselines is repeatable, finds a known answer and touches nothing else."""

import math

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from v2ra.baselines.fitting import fit_network, seeded
from v2ra.errors import InputError


def squared(network: nn.Module, x: Tensor, y: Tensor) -> Tensor:
    """Return the mean squared error."""
    value: Tensor = (network(x) - y).square().mean()
    return value


def line_batches(step: int) -> tuple[Tensor, Tensor]:
    """Return points of y = 3x - 1 drawn from the step."""
    x = torch.from_numpy(np.random.default_rng(step).uniform(-1, 1, (16, 1)).astype(np.float32))
    return x, 3 * x - 1


def small_network(seed: int = 0) -> nn.Module:
    """Return a network with dropout, whose draws count."""
    with seeded(seed):
        return nn.Sequential(nn.Linear(1, 8), nn.Dropout(0.5), nn.Linear(8, 1))


def test_no_steps_leave_the_weights_as_they_are() -> None:
    network = small_network()
    before = network.state_dict()["0.weight"].clone()
    losses = fit_network(network, squared, line_batches, n_steps=0, learning_rate=0.1, seed=0)
    assert losses.shape == (0,)
    assert torch.equal(network.state_dict()["0.weight"], before)
    assert not network.training


def test_a_line_is_found() -> None:
    with seeded(0):
        network = nn.Linear(1, 1)
    losses = fit_network(network, squared, line_batches, n_steps=300, learning_rate=0.1, seed=0)
    # The points lie on the line: only the finite number of steps leaves an error.
    assert network.weight.item() == pytest.approx(3, abs=1e-2)
    assert network.bias.item() == pytest.approx(-1, abs=1e-2)
    assert losses[-1] < 1e-3 < losses[0]


def test_the_same_seed_gives_the_same_weights_and_another_seed_others() -> None:
    def weights(seed: int) -> Tensor:
        network = small_network()
        fit_network(network, squared, line_batches, n_steps=5, learning_rate=0.1, seed=seed)
        return torch.cat([parameter.detach().flatten() for parameter in network.parameters()])

    assert torch.equal(weights(1), weights(1))
    assert not torch.equal(weights(1), weights(2))  # dropout draws others


def test_the_global_random_state_and_the_threads_are_left_as_they_were() -> None:
    state, n_threads = torch.get_rng_state(), torch.get_num_threads()
    fit_network(small_network(), squared, line_batches, n_steps=3, learning_rate=0.1, seed=0)
    with pytest.raises(RuntimeError, match="stop"), seeded(0):
        raise RuntimeError("stop")
    assert torch.equal(torch.get_rng_state(), state)
    assert torch.get_num_threads() == n_threads


def test_a_gradient_is_cut_to_its_largest_norm() -> None:
    seen = []

    def steep(network: nn.Module, x: Tensor, y: Tensor) -> Tensor:
        gradients = [p.grad for p in network.parameters() if p.grad is not None]
        seen.extend([torch.cat([g.flatten() for g in gradients]).norm().item()] if gradients else [])
        return 1e6 * squared(network, x, y)

    fit_network(small_network(), steep, line_batches, n_steps=3, learning_rate=0.1, seed=0, max_gradient=0.5)
    assert seen == pytest.approx([0.5, 0.5], rel=1e-4)  # float32


def test_a_loss_that_is_no_number_stops_the_training() -> None:
    def broken(network: nn.Module, x: Tensor, y: Tensor) -> Tensor:
        return squared(network, x, y) * math.nan

    with pytest.raises(InputError, match="found a loss of nan at step 0"):
        fit_network(small_network(), broken, line_batches, n_steps=1, learning_rate=0.1, seed=0)


@pytest.mark.parametrize(("n_steps", "learning_rate"), [(-1, 0.1), (1, 0.0), (1, math.nan)])
def test_steps_and_rate_must_make_sense(n_steps: int, learning_rate: float) -> None:
    with pytest.raises(InputError, match="expected 0 steps or more"):
        fit_network(
            small_network(), squared, line_batches, n_steps=n_steps, learning_rate=learning_rate, seed=0
        )


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_a_gpu_takes_the_same_path() -> None:
    on_cpu, on_gpu = nn.Linear(1, 1), nn.Linear(1, 1)
    on_gpu.load_state_dict(on_cpu.state_dict())
    first = fit_network(on_cpu, squared, line_batches, n_steps=20, learning_rate=0.1, seed=0)
    second = fit_network(on_gpu.cuda(), squared, line_batches, n_steps=20, learning_rate=0.1, seed=0)
    assert second == pytest.approx(first, rel=1e-3)  # another order of sums
