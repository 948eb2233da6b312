"""The state of a training run: who moves in which step, the averaged weights, settings that do not fit."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from lightning_fabric import Fabric
from torch import Tensor, nn

from v2ra.config import Config
from v2ra.errors import InputError
from v2ra.generator import Generator
from v2ra.networks import State, calibrate_norm, check_trainable, follow, processes, start
from v2ra.training import d_step, g_step, train_step

TINY = Config().with_overrides(
    {"generator.base_width": 1, "discriminator.base_width": 1, "training.batch_size": 2}
)
FABRIC = Fabric(accelerator="cpu", devices=1)


def started(config: Config = TINY, *, seed: int = 0, folder: Path = Path("nowhere")) -> State:
    """Return fresh networks."""
    return start(FABRIC, config, description={"seed": seed}, checkpoint=folder / "checkpoint.pt")


def batch() -> tuple[Tensor, Tensor]:
    """Return V and X of two seconds."""
    noise = torch.Generator().manual_seed(1)
    video_vector, sound = (torch.rand(2, 1, 44_100, generator=noise) * 2 - 1 for _ in range(2))
    return video_vector, sound


def weights(network: nn.Module) -> list[Tensor]:
    """Return copies of the weights."""
    return [p.detach().clone() for p in network.parameters()]


def moved(network: nn.Module, before: list[Tensor]) -> bool:
    """Return whether any weight differs from before."""
    return any(not torch.equal(p, q) for p, q in zip(network.parameters(), before, strict=True))


def test_a_discriminator_step_moves_the_discriminator_alone() -> None:
    state, (video_vector, real) = started(), batch()
    fake = state.generator(video_vector)
    g_before, d_before = weights(state.generator), weights(state.discriminator)
    loss = d_step(state, video_vector, real, fake, fabric=FABRIC, config=TINY)
    assert loss > 0
    assert moved(state.discriminator, d_before)
    assert not moved(state.generator, g_before)
    assert all(p.grad is None for p in state.generator.parameters())  # the fake was detached


def test_a_generator_step_moves_the_generator_alone() -> None:
    state, (video_vector, real) = started(), batch()
    fake = state.generator(video_vector)
    g_before, d_before = weights(state.generator), weights(state.discriminator)
    terms = g_step(state, video_vector, real, fake, fabric=FABRIC, config=TINY)
    assert set(terms) == {"g_adversarial", "g_l1"}
    assert moved(state.generator, g_before)
    assert not moved(state.discriminator, d_before)
    assert all(p.grad is None and p.requires_grad for p in state.discriminator.parameters())


def test_a_step_trains_the_discriminator_as_often_as_asked() -> None:
    config = TINY.with_overrides({"training.d_steps_per_g_step": 3})
    state = started(config)
    losses = train_step(state, batch(), fabric=FABRIC, config=config)
    assert list(losses) == ["d_loss", "g_adversarial", "g_l1"]
    for optimiser, n_updates in ((state.d_optimiser, 3), (state.g_optimiser, 1)):
        counts = {int(moments["step"]) for moments in optimiser.state.values()}
        assert counts == {n_updates}


def test_a_generator_step_lowers_its_loss() -> None:
    settings = {"generator.dropout": 0.0, "training.learning_rate": 1e-4}
    config = TINY.with_overrides(settings)
    state, (video_vector, real) = started(config), batch()
    totals = []
    for _ in range(2):
        fake = state.generator(video_vector)
        totals.append(sum(g_step(state, video_vector, real, fake, fabric=FABRIC, config=config).values()))
    assert totals[1] < totals[0]


def test_the_learning_rates_and_moments_are_those_of_the_configuration() -> None:
    for d_rate, expected in ((0.0, 1e-3), (2e-4, 2e-4)):
        state = started(TINY.with_overrides({"training.d_learning_rate": d_rate, "training.beta1": 0.4}))
        (g_group,), (d_group,) = state.g_optimiser.param_groups, state.d_optimiser.param_groups
        assert (g_group["lr"], d_group["lr"]) == (1e-3, expected)  # Section 4.2; 0 is the generator's
        assert g_group["betas"] == d_group["betas"] == (0.4, 0.999)


def test_a_seed_gives_the_same_networks_and_another_seed_others() -> None:
    one, again, other = (weights(started(seed=seed).generator) for seed in (0, 0, 1))
    assert all(torch.equal(p, q) for p, q in zip(one, again, strict=True))
    assert not torch.equal(one[0], other[0])


def filled(value: float) -> Generator:
    """Return a tiny generator with one value in every weight and statistic."""
    generator = Generator(TINY.generator)
    for tensor in generator.state_dict().values():
        tensor.fill_(value)
    return generator


@pytest.mark.parametrize(("decay", "expected"), [(0.0, 3.0), (0.75, 1.5)])
def test_the_average_follows_weights_and_running_statistics(decay: float, expected: float) -> None:
    average = filled(1.0)
    follow(average, filled(3.0), decay=decay)
    values = {name: tensor.unique().tolist() for name, tensor in average.state_dict().items()}
    whole = {name: value for name, value in values.items() if name.endswith("num_batches_tracked")}
    assert whole
    assert all(value == [3] for value in whole.values())  # a count is taken over, not averaged
    assert all(value == [expected] for name, value in values.items() if name not in whole)


def test_without_averaging_the_average_is_the_generator_bit_for_bit() -> None:
    state = started()
    train_step(state, batch(), fabric=FABRIC, config=TINY)
    for one, other in zip(
        state.average.state_dict().values(), state.generator.state_dict().values(), strict=True
    ):
        assert torch.equal(one, other)


def normed_inputs(generator: Generator, video_vectors: list[Tensor]) -> list[list[Tensor]]:
    """Return what each batch norm is given while a generator is calibrated, by layer and batch."""
    norms = [module for module in generator.modules() if isinstance(module, nn.BatchNorm1d)]
    seen: dict[nn.Module, list[Tensor]] = {norm: [] for norm in norms}
    hooks = [norm.register_forward_hook(lambda m, inputs, _o: seen[m].append(inputs[0])) for norm in norms]
    calibrate_norm(generator, video_vectors)
    for hook in hooks:
        hook.remove()
    return list(seen.values())


def test_calibration_takes_the_mean_statistics_of_its_batches() -> None:
    torch.manual_seed(0)
    generator = Generator(TINY.generator)
    before = weights(generator)
    batches = [batch()[0], 0.5 * batch()[1], -batch()[0]]
    seen = normed_inputs(generator, batches)
    norms = [module for module in generator.modules() if isinstance(module, nn.BatchNorm1d)]
    assert len(norms) == 12
    for norm, inputs in zip(norms, seen, strict=True):
        means = torch.stack([values.mean(dim=(0, 2)) for values in inputs])
        variances = torch.stack([values.var(dim=(0, 2)) for values in inputs])
        # The same sums in another order: a few roundings of float32.
        torch.testing.assert_close(norm.running_mean, means.mean(dim=0), atol=1e-5, rtol=1e-5)
        torch.testing.assert_close(norm.running_var, variances.mean(dim=0), atol=1e-5, rtol=1e-5)
    assert not moved(generator, before)
    assert not any(module.training for module in generator.modules())
    assert {norm.momentum for norm in norms} == {0.1}


def test_calibration_forgets_what_was_before_and_draws_nothing() -> None:
    generator = Generator(TINY.generator)
    calibrate_norm(generator, [batch()[0]])
    once = [tensor.clone() for tensor in generator.buffers()]
    torch.manual_seed(4)
    calibrate_norm(generator, [batch()[0]])
    assert all(torch.equal(p, q) for p, q in zip(generator.buffers(), once, strict=True))
    drawn = torch.rand(1)
    torch.manual_seed(4)
    assert torch.equal(torch.rand(1), drawn)  # dropout was off


def test_a_state_comes_back_with_its_random_draws() -> None:
    state = started()
    train_step(state, batch(), fabric=FABRIC, config=TINY)
    state.step, state.rows, state.warnings = 1, [{"step": 1}], ["quiet"]
    saved = state.as_dict()
    expected = torch.rand(3)
    other = started(seed=5)
    other.restore(saved)
    assert torch.equal(torch.rand(3), expected)
    assert (other.step, other.rows, other.warnings) == (1, [{"step": 1}], ["quiet"])
    for name in ("generator", "discriminator", "average"):
        assert not moved(getattr(other, name), weights(getattr(state, name)))


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"loss.adversarial": "none", "loss.l1_weight": 0.0}, "neither an adversarial nor an L1 term"),
        ({"loss.adversarial_weight": 0.0, "loss.l1_weight": 0.0}, "neither an adversarial nor an L1 term"),
        ({"training.batch_size": 1}, "expected at least 2"),
        ({"generator.norm_at_test": "batch"}, r'norm_at_test = "batch" with batch norm at the bottleneck'),
    ],
)
def test_settings_that_fit_no_training_together_are_refused(changes: dict[str, Any], problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        check_trainable(TINY.with_overrides(changes), n_processes=1)


def test_each_process_needs_enough_seconds_for_batch_norm() -> None:
    with pytest.raises(InputError, match=r"batch_size = 3 for 2 process\(es\); expected at least 4"):
        check_trainable(TINY.with_overrides({"training.batch_size": 3}), n_processes=2)
    without = TINY.with_overrides({"training.batch_size": 3, "generator.norm_at_bottleneck": False})
    check_trainable(without, n_processes=3)
    with pytest.raises(InputError, match="expected at least 4"):
        check_trainable(without, n_processes=4)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"generator.norm_at_bottleneck": False},
        {"generator.norm": "none", "generator.norm_at_test": "batch"},
        {"generator.norm_at_bottleneck": False, "generator.norm_at_test": "batch"},
        {"loss.adversarial": "none"},
        {"loss.l1_weight": 0.0},
    ],
)
def test_what_is_not_refused_runs_a_step_and_a_second_alone(changes: dict[str, Any]) -> None:
    config = TINY.with_overrides(changes)
    check_trainable(config, n_processes=1)
    state = started(config)
    train_step(state, batch(), fabric=FABRIC, config=config)
    with torch.no_grad():
        assert state.average(batch()[0][:1]).isfinite().all()


def test_the_smallest_batch_that_is_not_refused_runs_a_step() -> None:
    for changes, size in (({}, 2), ({"generator.norm_at_bottleneck": False}, 1)):
        config = replace(TINY.with_overrides(changes), training=replace(TINY.training, batch_size=size))
        check_trainable(config, n_processes=1)
        pair = [tensor[:size] for tensor in batch()]
        assert train_step(started(config), pair, fabric=FABRIC, config=config)["g_l1"] > 0


def test_a_machine_with_slurm_gets_no_hint_about_srun(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, recwarn: pytest.WarningsRecorder
) -> None:
    (tmp_path / "srun").write_text("#!/bin/sh\n")
    (tmp_path / "srun").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert processes("32-true", accelerator="cpu", devices=1).world_size == 1
    assert [str(one.message) for one in recwarn if "srun" in str(one.message)] == []
    Fabric(accelerator="cpu", devices=1)
    assert any("srun" in str(one.message) for one in recwarn)  # else Fabric gives none any more
