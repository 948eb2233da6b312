"""The adversarial loop of the baselines learns a known answer and is repeatable."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from v2ra.baselines.fitting import seeded
from v2ra.baselines.gan_fitting import fit_gan
from v2ra.config import Config
from v2ra.errors import InputError


class Critic(nn.Module):
    """Scores a pair of numbers."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(2, 16), nn.LeakyReLU(0.2), nn.Linear(16, 1))

    def forward(self, condition: Tensor, sound: Tensor) -> Tensor:
        """Return ``(batch, 1)``."""
        scores: Tensor = self.layers(torch.cat([condition, sound], 1))
        return scores


def config(n_steps: int, *, l1_weight: float = 0.0, average_decay: float = 0.0) -> Config:
    """Return the settings of a small run."""
    return Config(
        loss=replace(Config().loss, l1_weight=l1_weight),
        training=replace(Config().training, n_steps=n_steps, learning_rate=1e-2, average_decay=average_decay),
    )


def networks() -> tuple[nn.Module, nn.Module]:
    """Return a line and its critic."""
    with seeded(3):
        return nn.Linear(1, 1), Critic()


def batches(step: int) -> tuple[Tensor, Tensor]:
    """Return points of y = 2x + 1."""
    x = torch.from_numpy(np.random.default_rng(step).uniform(-1, 1, (32, 1)).astype(np.float32))
    return x, 2 * x + 1


class Listener(nn.Module):
    """Scores a number whatever the condition."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(1, 16), nn.LeakyReLU(0.2), nn.Linear(16, 1))

    def forward(self, condition: Tensor, sound: Tensor) -> Tensor:
        """Return ``(batch, 1)``."""
        scores: Tensor = self.layers(sound)
        return scores


def test_the_critic_alone_teaches_the_generator_where_the_real_numbers_lie() -> None:
    def drawn(step: int) -> tuple[Tensor, Tensor]:
        noise, real = np.random.default_rng(step).standard_normal((2, 64, 1)).astype(np.float32)
        return torch.from_numpy(noise), torch.from_numpy(real + 2)  # real: mean 2

    with seeded(3):
        generator, critic = nn.Linear(1, 1), Listener()
    before = generator(torch.zeros(1, 1)).item()
    average, _ = fit_gan(generator, critic, drawn, config=config(400, average_decay=0.98), seed=0)
    assert before < 1
    # The game circles around its end.
    assert average(torch.zeros(1, 1)).item() == pytest.approx(2, abs=0.5)
    assert not average.training


def test_without_average_the_last_weights_come_back() -> None:
    generator, critic = networks()
    average, losses = fit_gan(generator, critic, batches, config=config(3, l1_weight=1.0), seed=0)
    assert torch.equal(average.state_dict()["weight"], generator.state_dict()["weight"])
    assert list(losses) == ["d_loss", "g_adversarial", "g_l1"]


def test_mismatched_pairs_are_a_loss_of_their_own() -> None:
    _, losses = fit_gan(*networks(), batches, config=config(150), seed=0, mismatched=True)
    assert losses["d_mismatched"].iloc[0] > 0.25  # an untrained critic does no better than a guess
    assert losses["d_mismatched"].iloc[-50:].mean() < 0.25


def test_the_same_seed_gives_the_same_losses_and_the_random_state_is_left_alone() -> None:
    state, n_threads = torch.get_rng_state(), torch.get_num_threads()
    first, second = (fit_gan(*networks(), batches, config=config(3), seed=0)[1] for _ in range(2))
    assert first.equals(second)
    assert torch.equal(torch.get_rng_state(), state)
    assert torch.get_num_threads() == n_threads


def test_a_loss_that_is_no_number_stops_the_training() -> None:
    def broken(step: int) -> tuple[Tensor, Tensor]:
        x, y = batches(step)
        return x, y * math.nan

    with pytest.raises(InputError, match="d_loss = nan at step 0"):
        fit_gan(*networks(), broken, config=config(1), seed=0)
