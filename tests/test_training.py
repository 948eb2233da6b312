"""The training loop: it learns, it selects, it warns, and it survives being killed."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch

from v2ra.checkpoint import load_checkpoint, load_run
from v2ra.config import Config
from v2ra.datasets import EncodedClip, Pack, readout_of
from v2ra.errors import InputError
from v2ra.generator import Generator
from v2ra.training import History, train

RUN_FILES = ["checkpoint.pt", "generator.safetensors", "history.csv", "run.json"]
TINY = Config().with_overrides(
    {
        "generator.base_width": 1,
        "discriminator.base_width": 1,
        "training.batch_size": 2,
        "training.n_steps": 4,
        "training.validate_every": 2,
        "training.checkpoint_every": 2,
    }
)


def toy_pack(n_clips: int = 2, **details: Any) -> Pack:
    """Return clips of two seconds: random features, and a tone that swells with the seconds."""
    rng = np.random.default_rng(7)
    times = np.arange(88_200) / 44_100
    tone = np.round(16_000 * np.sin(2 * np.pi * 220 * times) * times / 2).astype(np.int16)
    clips = tuple(
        EncodedClip(f"wood_{i}", "train", rng.uniform(0, 3, (20, 4096)).astype(np.float16), tone, np.zeros(0))
        for i in range(n_clips)
    )
    return Pack("wood", clips, {"weights_hash": "abc", **details})


def trained(out_dir: Path, *, config: Config = TINY, **options: Any) -> History:
    """Train on the toy pack on the CPU."""
    return train(config, toy_pack(), out_dir, accelerator="cpu", **options)


def content(out_dir: Path) -> dict[str, Any]:
    """Return run.json."""
    description: dict[str, Any] = json.loads((out_dir / "run.json").read_text())
    return description


# --- what a run leaves


def test_a_run_leaves_its_four_files_and_a_generator_that_loads(tmp_path: Path) -> None:
    history = trained(tmp_path / "run", seed=3)
    assert sorted(path.name for path in (tmp_path / "run").iterdir()) == RUN_FILES
    assert history.table["step"].tolist() == [1, 2, 3, 4]
    assert history.table[["d_loss", "g_adversarial", "g_l1"]].notna().all(axis=None)
    pd.testing.assert_frame_equal(pd.read_csv(tmp_path / "run" / "history.csv"), history.table)
    run = load_run(tmp_path / "run")
    assert (run.category, run.seed, run.config) == ("wood", 3, TINY)
    assert not run.generator.training
    description = content(tmp_path / "run")
    assert description["state"] == "finished"
    assert description["pack"] == {"weights_hash": "abc"}
    assert description["best_step"] == history.best_step == 4


def test_two_runs_of_a_seed_are_the_same_and_another_seed_is_another(tmp_path: Path) -> None:
    for name, seed in (("a", 0), ("b", 0), ("c", 1)):
        trained(tmp_path / name, seed=seed)
    one, again, other = ((tmp_path / name / "generator.safetensors").read_bytes() for name in ("a", "b", "c"))
    assert one == again
    assert one != other


def test_the_loss_falls_on_a_toy_that_can_be_learnt_by_heart(tmp_path: Path) -> None:
    settings = {
        "generator.base_width": 2,
        "generator.dropout": 0.0,
        "loss.adversarial": "none",
        "training.n_steps": 80,
        "training.learning_rate": 0.003,  # at 0.01 the last steps swing between processors
    }
    table = trained(tmp_path / "run", config=TINY.with_overrides(settings)).table
    # The tone has a mean distance of 0.16 from silence (weight 10): below it, something was learnt. Four
    # seeds in fp32 and in bf16 ended between 0.2 and 0.4 of it.
    silence = 10 * float(np.abs(toy_pack().clips[0].waveform).mean())
    assert table["g_l1"].tail(20).median() < 0.8 * silence < table["g_l1"].iloc[0]


def test_without_an_adversarial_term_the_discriminator_rests(tmp_path: Path) -> None:
    config = TINY.with_overrides({"loss.adversarial": "none"})
    history = trained(tmp_path / "run", config=config)
    assert list(history.table.columns) == ["step", "g_l1", "validation_score"]
    assert load_checkpoint(tmp_path / "run" / "checkpoint.pt")["d_optimiser"]["state"] == {}


def test_a_run_with_a_read_out_keeps_the_one_it_was_trained_with(tmp_path: Path) -> None:
    config = TINY.with_overrides({"features.projection": "level"})
    trained(tmp_path / "run", config=config)
    kept, fitted = load_run(tmp_path / "run").readout, readout_of(toy_pack(), config)
    assert kept is not None
    assert fitted is not None
    assert np.array_equal(kept.weights, fitted.weights)
    assert np.array_equal(kept.offset, fitted.offset)
    assert fitted.weights.any()


def test_threads_are_given_back_after_training(tmp_path: Path) -> None:
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(3)
        trained(tmp_path / "run")
        assert torch.get_num_threads() == 3
    finally:
        torch.set_num_threads(before)


# --- selection by validation


class Scripted:
    """Scores in a given order, and what the generator looked like at each look."""

    def __init__(self, *scores: float, rms_ratio: float = 1.0) -> None:
        self.scores, self.rms_ratio = list(scores), rms_ratio
        self.looks: list[dict[str, torch.Tensor]] = []

    def __call__(self, generator: Generator) -> Mapping[str, float]:
        assert not generator.training
        self.looks.append({name: tensor.clone() for name, tensor in generator.state_dict().items()})
        return {"score": self.scores[len(self.looks) - 1], "rms_ratio": self.rms_ratio}


@pytest.mark.parametrize(
    ("scores", "best"),
    [
        ((1.0, 5.0, 3.0), 1),
        ((-3.0, -2.0, -4.0), 1),
        ((2.0, 2.0, 1.0), 1),  # of equal scores the later step has seen more
        ((float("nan"), -9.0, float("nan")), 1),
        ((float("nan"), float("nan"), float("-inf")), 2),  # without any score the last step is kept
    ],
)
@pytest.mark.parametrize("average_decay", [0.0, 0.9])
def test_the_step_that_scores_best_is_kept(
    tmp_path: Path, scores: tuple[float, ...], best: int, average_decay: float
) -> None:
    validate = Scripted(*scores)
    config = TINY.with_overrides({"training.n_steps": 6, "training.average_decay": average_decay})
    history = trained(tmp_path / "run", config=config, validate=validate)
    assert history.best_step == 2 * (best + 1)
    kept = load_run(tmp_path / "run").generator.state_dict()
    assert all(torch.equal(kept[name], tensor) for name, tensor in validate.looks[best].items())
    assert not all(torch.equal(kept[name], tensor) for name, tensor in validate.looks[best - 1].items())
    written = (tmp_path / "run" / "run.json").read_text()
    assert json.loads(written, parse_constant=pytest.fail)["best_step"] == history.best_step


def test_scores_stand_in_the_history_at_the_steps_of_the_looks(tmp_path: Path) -> None:
    config = TINY.with_overrides({"training.n_steps": 5})
    table = trained(tmp_path / "run", config=config, validate=Scripted(1.0, 3.0, 2.0)).table
    assert table.set_index("step")["validation_score"].dropna().to_dict() == {2: 1.0, 4: 3.0, 5: 2.0}


# --- warnings


def test_a_silent_output_is_warned_of(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    history = trained(tmp_path / "run", validate=Scripted(1.0, 1.0, rms_ratio=0.01))
    assert [line.split(":")[0] for line in history.warnings] == ["step 2", "step 4"]
    assert all("nearly silent (RMS ratio 0.010)" in line for line in history.warnings)
    assert content(tmp_path / "run")["warnings"] == list(history.warnings)
    assert capsys.readouterr().out.count("warning: step 2") == 1  # said once, kept every time


def test_a_discriminator_that_has_won_is_warned_of(tmp_path: Path) -> None:
    settings = {
        "discriminator.base_width": 4,
        "discriminator.head": "one",
        "training.learning_rate": 0.0,  # the generator cannot answer
        "training.d_learning_rate": 0.01,
        "training.d_steps_per_g_step": 4,
        "training.n_steps": 30,
        "training.validate_every": 30,
    }
    history = trained(tmp_path / "run", config=TINY.with_overrides(settings))
    assert history.table["d_loss"].tail(20).mean() < 0.02
    assert len(history.warnings) == 1
    assert "step 30: the discriminator has won (loss 0.0" in history.warnings[0]


def test_losses_that_are_no_numbers_are_warned_of(tmp_path: Path) -> None:
    config = TINY.with_overrides({"training.learning_rate": 1e30})
    history = trained(tmp_path / "run", config=config)
    assert any("no longer numbers" in line for line in history.warnings)


def test_a_healthy_run_warns_of_nothing(tmp_path: Path) -> None:
    assert trained(tmp_path / "run", validate=Scripted(1.0, 2.0, rms_ratio=0.5)).warnings == ()


# --- killed and resumed


CASE = TINY.with_overrides(
    {
        "generator.dropout_at_test": True,  # a look at the generator draws random numbers
        "discriminator.input_noise": 0.05,  # and so does the discriminator
        "training.n_steps": 40,
        "training.validate_every": 4,
        "training.average_decay": 0.9,
    }
)


def drawn_score(generator: Generator) -> dict[str, float]:
    """Score a generator by its sound and by chance: any difference in state or draws changes it."""
    with torch.no_grad():
        sound = generator(torch.linspace(-1, 1, 44_100)[None, None])
    return {"score": float(sound.square().mean() + torch.rand(1)), "rms_ratio": 1.0}


def run_case(out_dir: Path, *, resume: bool = False) -> History:
    """Train the case that is killed; also called in a process of its own."""
    return trained(out_dir, config=CASE, validate=drawn_score, seed=5, resume=resume)


def killed_case(out_dir: Path, delay: float) -> int:
    """Run the case in another process, kill it some time after its first checkpoint; return the step it left."""
    code = f"import pathlib, runpy; runpy.run_path({__file__!r})['run_case'](pathlib.Path({str(out_dir)!r}))"
    process = subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.DEVNULL)
    while not (out_dir / "checkpoint.pt").exists():
        assert process.poll() is None, "the process ended before its first checkpoint"
        time.sleep(0.005)
    time.sleep(delay)
    process.send_signal(signal.SIGKILL)
    process.wait()
    step: int = load_checkpoint(out_dir / "checkpoint.pt")["step"]
    return step


def assert_same(one: Any, other: Any) -> None:
    """Compare nested containers, tensors by bits."""
    assert type(one) is type(other)
    if isinstance(one, torch.Tensor):
        assert torch.equal(one, other)
    elif isinstance(one, dict):
        assert list(one) == list(other)
        for key in one:
            assert_same(one[key], other[key])
    elif isinstance(one, list | tuple):
        assert len(one) == len(other)
        for first, second in zip(one, other, strict=True):
            assert_same(first, second)
    else:
        assert one == other


def assert_same_run(one: Path, other: Path) -> None:
    """Compare two run folders bit for bit, but for the time they took."""
    for name in ("generator.safetensors", "history.csv"):
        assert (one / name).read_bytes() == (other / name).read_bytes()
    descriptions = [content(folder) for folder in (one, other)]
    checkpoints = [load_checkpoint(folder / "checkpoint.pt") for folder in (one, other)]
    for part in (*descriptions, *checkpoints):
        del part["seconds"]
    assert descriptions[0] == descriptions[1]
    assert_same(*checkpoints)


@pytest.fixture(scope="module")
def whole_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a run that nobody killed."""
    out_dir = tmp_path_factory.mktemp("whole") / "run"
    run_case(out_dir)
    return out_dir


def test_a_killed_run_resumes_to_the_same_bits(whole_run: Path, tmp_path: Path) -> None:
    out_dir = tmp_path / "run"
    step = killed_case(out_dir, delay=random.Random().uniform(0, 0.3))  # any moment will do
    assert 2 <= step < CASE.training.n_steps, "killed too late to show anything"
    assert content(out_dir)["state"] == "training"
    assert not (out_dir / "generator.safetensors").exists()
    half_written = out_dir / ".checkpoint.99999.part.pt"  # as left by a kill in the middle of a checkpoint
    half_written.write_bytes(b"PK")

    history = run_case(out_dir, resume=True)

    assert history.table["step"].tolist() == list(range(1, 41))
    assert_same_run(whole_run, out_dir)
    assert sorted(path.name for path in out_dir.iterdir()) == RUN_FILES


def test_resuming_a_finished_run_changes_nothing(whole_run: Path) -> None:
    before = {name: (whole_run / name).read_bytes() for name in RUN_FILES}
    run_case(whole_run, resume=True)
    assert {name: (whole_run / name).read_bytes() for name in RUN_FILES} == before


def test_resuming_where_nothing_is_starts_from_the_beginning(tmp_path: Path) -> None:
    for name, resume in (("fresh", False), ("resumed", True)):
        trained(tmp_path / name, resume=resume)
    assert_same_run(tmp_path / "fresh", tmp_path / "resumed")


@pytest.mark.parametrize(
    ("difference", "named"),
    [
        ({"config": TINY.with_overrides({"training.n_steps": 5})}, "another config;"),
        ({"config": TINY.with_overrides({"data.categories": '["wood"]'})}, "another config;"),
        ({"seed": 1}, "another seed;"),
        ({"pack": toy_pack(weights_hash="def")}, "another pack;"),
        (
            {"pack": Pack("dog", toy_pack().clips, toy_pack().details), "seed": 2},
            "another category and seed;",
        ),
    ],
)
def test_resuming_with_other_settings_is_refused(
    tmp_path: Path, difference: dict[str, Any], named: str
) -> None:
    trained(tmp_path / "run")
    before = {name: (tmp_path / "run" / name).read_bytes() for name in RUN_FILES}
    options: dict[str, Any] = {"config": TINY, "pack": toy_pack(), "seed": 0} | difference
    config, pack = options.pop("config"), options.pop("pack")
    with pytest.raises(InputError, match=named):
        train(config, pack, tmp_path / "run", accelerator="cpu", resume=True, **options)
    assert {name: (tmp_path / "run" / name).read_bytes() for name in RUN_FILES} == before


def test_a_folder_that_holds_a_run_is_refused_without_resume(tmp_path: Path) -> None:
    trained(tmp_path / "run")
    with pytest.raises(InputError, match="expected an empty folder; add --resume"):
        trained(tmp_path / "run")


def test_a_checkpoint_of_another_run_is_not_taken_up(tmp_path: Path) -> None:
    trained(tmp_path / "fresh")
    trained(tmp_path / "run", seed=8)
    (tmp_path / "run" / "run.json").unlink()
    trained(tmp_path / "run")
    assert_same_run(tmp_path / "fresh", tmp_path / "run")


def test_a_damaged_checkpoint_is_refused(tmp_path: Path) -> None:
    trained(tmp_path / "run")
    checkpoint = tmp_path / "run" / "checkpoint.pt"
    checkpoint.write_bytes(checkpoint.read_bytes()[:1000])
    with pytest.raises(InputError, match="not to be a checkpoint"):
        trained(tmp_path / "run", resume=True)


# --- what cannot run leaves nothing behind


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"pack": Pack("wood", (), {})}, "without one whole second"),
        ({"config": TINY.with_overrides({"training.batch_size": 1})}, "expected at least 2"),
        ({"accelerator": "abacus"}, "accelerator abacus with 1 device"),
        ({"devices": 0}, "with 0 device"),
    ],
)
def test_what_cannot_run_is_refused_before_anything_is_written(
    tmp_path: Path, options: dict[str, Any], problem: str
) -> None:
    chosen: dict[str, Any] = {"config": TINY, "pack": toy_pack(), "accelerator": "cpu"} | options
    config, pack = chosen.pop("config"), chosen.pop("pack")
    with pytest.raises(InputError, match=problem) as refusal:
        train(config, pack, tmp_path / "run", **chosen)
    assert "\n" not in str(refusal.value)
    assert list(tmp_path.iterdir()) == []


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "run").write_text("a file")
    with pytest.raises(InputError, match="cannot be made"):
        trained(tmp_path / "run")
    assert (tmp_path / "run").read_text() == "a file"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
@pytest.mark.parametrize("name", ["run", "run/inner"])
def test_a_folder_without_permission_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "run").mkdir(mode=0o500)
    with pytest.raises(InputError, match="Permission denied"):
        trained(tmp_path / name)
    assert list((tmp_path / "run").iterdir()) == []


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


def test_a_full_disk_stops_a_run_that_can_be_resumed(whole_run: Path, tmp_path: Path) -> None:
    def look_on_a_disk_that_fills_up(generator: Generator) -> dict[str, float]:
        looks.append(1)
        if len(looks) == 2:  # at step 8, before its checkpoint
            disk.__enter__()
        return drawn_score(generator)

    looks: list[int] = []
    disk = largest_file(1000)
    try:
        with pytest.raises(InputError, match=r"checkpoint\.pt could not be written") as refusal:
            trained(tmp_path / "run", config=CASE, validate=look_on_a_disk_that_fills_up, seed=5)
    finally:
        disk.__exit__(None, None, None)
    assert "\n" not in str(refusal.value)
    assert sorted(path.name for path in (tmp_path / "run").iterdir()) == ["checkpoint.pt", "run.json"]
    assert load_checkpoint(tmp_path / "run" / "checkpoint.pt")["step"] == 6

    run_case(tmp_path / "run", resume=True)

    assert_same_run(whole_run, tmp_path / "run")


# --- two processes


@pytest.mark.slow
def test_two_processes_learn_what_one_learns(tmp_path: Path) -> None:
    # Without batch norm and dropout, gradients averaged over two halves are those of the whole batch.
    settings = {
        "generator.norm": "none",
        "discriminator.norm": "none",
        "generator.dropout": 0.0,
        "training.batch_size": 4,
        "training.precision": "32-true",
    }
    config = TINY.with_overrides(settings)
    one = trained(tmp_path / "one", config=config)
    two = trained(tmp_path / "two", config=config, devices=2)
    assert two.table["step"].tolist() == one.table["step"].tolist()
    weights = [load_run(tmp_path / name).generator.state_dict() for name in ("one", "two")]
    for name, tensor in weights[0].items():
        # Adam divides by the size of the gradient: its rounding (1e-7 relative) may turn into a share of
        # the learning rate, 1e-3, where a gradient is nearly zero.
        torch.testing.assert_close(weights[1][name], tensor, atol=1e-4, rtol=0)


@pytest.mark.slow
def test_two_processes_train_with_batch_norm_and_dropout(tmp_path: Path) -> None:
    config = TINY.with_overrides({"training.batch_size": 4})
    history = trained(tmp_path / "run", config=config, devices=2, validate=drawn_score)
    assert history.table["d_loss"].notna().all()
    assert sorted(path.name for path in (tmp_path / "run").iterdir()) == RUN_FILES
    assert content(tmp_path / "run")["state"] == "finished"
