"""Training of the V2RA-GAN: one function for the D step, one for the G step, one loop.

Conventions
-----------
A *step* is one update of G and `d_steps_per_g_step` updates of D on the same batch, so that G runs once a
step. A batch is a function of (seed, step), and a checkpoint holds the state of the random generators:
a run that was killed and resumed ends with the same bits as one that was not (on a CPU).

Source
------
Eq. 8 and 9, Table 3, Section 4.2.
"""

import copy
import functools
import json
import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import torch
from lightning_fabric import Fabric
from torch import Tensor
from tqdm.auto import tqdm

from v2ra.balance import imbalances
from v2ra.checkpoint import check_run_folder, describe_run, save_checkpoint, save_weights, write_json
from v2ra.config import Config
from v2ra.datasets import Pack, prepared, readout_of
from v2ra.generator import Generator
from v2ra.losses import discriminator_loss, generator_terms
from v2ra.networks import State, calibrate_norm, check_trainable, follow, processes, start
from v2ra.readout import Readout
from v2ra.segments import Segments
from v2ra.transfer import Initial, read_initial
from v2ra.writing import written_whole

Validate = Callable[[Generator], Mapping[str, float]]  # must give "score", higher is better

N_CALIBRATION = 8  # batches of training seconds that batch norm's statistics are taken from


@dataclass(frozen=True)
class History:
    """What a run has to tell: losses by step, the selected step, warnings."""

    table: pd.DataFrame
    best_step: int
    warnings: tuple[str, ...]


def d_step(
    state: State, video_vector: Tensor, real: Tensor, fake: Tensor, *, fabric: Fabric, config: Config
) -> float:
    """Update D once by Eq. 8 and return its loss."""
    real_scores = state.discriminator(video_vector, real)
    fake_scores = state.discriminator(video_vector, fake.detach())
    loss = discriminator_loss(real_scores, fake_scores, settings=config.loss)
    state.d_optimiser.zero_grad()
    fabric.backward(loss)
    state.d_optimiser.step()
    return loss.item()


def g_step(
    state: State, video_vector: Tensor, real: Tensor, fake: Tensor, *, fabric: Fabric, config: Config
) -> dict[str, float]:
    """Update G once by Eq. 9 and return the weighted terms by name."""
    scores = None
    if config.loss.adversarial != "none":
        # D only passes the gradient on: its own is neither needed nor shared between processes.
        state.discriminator.requires_grad_(False)
        with fabric.no_backward_sync(state.discriminator):  # type: ignore[arg-type]  # it is wrapped
            scores = state.discriminator(video_vector, fake)
    terms = generator_terms(real, fake, fake_scores=scores, settings=config.loss)
    state.g_optimiser.zero_grad()
    fabric.backward(torch.stack(list(terms.values())).sum())
    state.g_optimiser.step()
    state.discriminator.requires_grad_(True)
    follow(state.average, state.generator, decay=config.training.average_decay)
    return {name: term.item() for name, term in terms.items()}


def train_step(state: State, batch: Sequence[Tensor], *, fabric: Fabric, config: Config) -> dict[str, float]:
    """Update D and G on one batch and return the losses by name."""
    video_vector, real = (tensor.to(fabric.device) for tensor in batch)
    fake = state.generator(video_vector)  # (batch, 1, 44100)
    losses = {}
    if config.loss.adversarial != "none":
        for _ in range(config.training.d_steps_per_g_step):
            losses["d_loss"] = d_step(state, video_vector, real, fake, fabric=fabric, config=config)
    return losses | g_step(state, video_vector, real, fake, fabric=fabric, config=config)


def train(
    config: Config,
    pack: Pack,
    out_dir: Path,
    *,
    seed: int = 0,
    resume: bool = False,
    validate: Validate | None = None,
    readout: Readout | None = None,
    start_from: Path | None = None,
    accelerator: str = "auto",
    devices: int = 1,
) -> History:
    """Train one model on a category and leave a run folder.

    Parameters
    ----------
    config : Config
        All choices.
    pack : Pack
        Encoded clips, as they came; the training part is learnt.
    out_dir : Path
        Run folder, made if missing.
    seed : int
        Of the initial weights, the batches and the dropout.
    resume : bool
        Continue a run that was stopped.
    validate : callable, optional
        Scores a generator on the validation part; the step of the highest "score" is kept, else the last.
    readout : Readout, optional
        Of `readout_of`, where it is fitted already.
    start_from : Path, optional
        Run folder whose networks to start from (`v2ra.transfer`); random weights without one.
    accelerator, devices
        "auto", "cpu" or "cuda", and the number of processes.

    Raises
    ------
    InputError
        Where the folder holds another run, no training clip is a second long, settings do not fit
        together, the networks to start from have other shapes, or the machine has no such accelerator.
        Nothing is written then.
    """
    settings = config.training
    fabric = processes(settings.precision, accelerator=accelerator, devices=devices)
    check_trainable(config, n_processes=devices)
    readout = readout or readout_of(pack, config)
    clips = prepared(pack, config, readout=readout, part="train").clips
    initial = read_initial(start_from, config) if start_from else None
    description = describe_run(config, seed, category=pack.category, pack_details=pack.details)
    description |= {"from": dict(initial.details)} if initial else {}
    process = functools.partial(
        _train_process,
        config=config,
        segments=Segments(clips, settings.segmenting, settings.batch_size, seed),
        out_dir=out_dir,
        validate=validate,
        description=description,
        initial=initial,
        fixed=readout.tensors() if readout else {},
    )
    check_run_folder(out_dir, description, resume=resume)
    write_json(out_dir / "run.json", {**description, "state": "training"})
    n_threads = torch.get_num_threads()
    try:
        rows, best_step, warnings = fabric.launch(process)
    finally:
        torch.set_num_threads(n_threads)  # what follows in this process has them all again
    return History(pd.DataFrame(rows), best_step, tuple(warnings))


def _train_process(
    fabric: Fabric,
    *,
    config: Config,
    segments: Segments,
    out_dir: Path,
    validate: Validate | None,
    description: Mapping[str, Any],
    initial: Initial | None,
    fixed: Mapping[str, Tensor],
) -> tuple[list[dict[str, float]], int, list[str]]:
    """Run the loop in one process and return the plain parts of a `History`: what processes can send."""
    torch.set_num_threads(config.training.n_threads)
    settings = config.training
    checkpoint = out_dir / "checkpoint.pt"
    state = start(fabric, config, description=description, checkpoint=checkpoint, initial=initial)
    started = time.perf_counter() - state.seconds
    # disable=None: no bar where the output is no terminal, a log file for example
    progress = tqdm(total=settings.n_steps, initial=state.step, desc=description["category"], disable=None)
    while state.step < settings.n_steps:
        batch = [t[fabric.global_rank :: fabric.world_size] for t in segments.batch(state.step)]
        losses = train_step(state, batch, fabric=fabric, config=config)
        state.step += 1
        state.rows.append({"step": state.step, **losses})
        state.seconds = time.perf_counter() - started
        _look(state, config, validate, segments=segments)
        if fabric.global_rank == 0 and _due(state.step, settings.checkpoint_every, settings.n_steps):
            written = {**state.as_dict(), "description": json.dumps(description, sort_keys=True)}
            save_checkpoint(checkpoint, written)
        progress.update()
        progress.set_postfix({name: f"{value:.3f}" for name, value in losses.items()})
    progress.close()
    if fabric.global_rank == 0:
        _finish(out_dir, state, fixed, {**description, "device": str(fabric.device)})
    return state.rows, state.best_step, state.warnings


def _look(state: State, config: Config, validate: Validate | None, *, segments: Segments) -> None:
    """Score the averaged generator where it is due, keep it if it is the best, warn of a lost balance."""
    settings = config.training
    if _due(state.step, settings.validate_every, settings.n_steps):
        # A look must not change what is drawn afterwards.
        with torch.random.fork_rng(range(torch.cuda.device_count())):
            if config.generator.norm_at_test == "calibrated":
                device = next(state.average.parameters()).device
                batches = (segments.batch(index)[0].to(device) for index in range(N_CALIBRATION))
                calibrate_norm(state.average, batches)
            scores = dict(validate(state.average)) if validate else {"score": float(state.step)}
        scores = {name: float(value) for name, value in scores.items()}
        state.rows[-1] |= {f"validation_{name}": value for name, value in scores.items()}
        score = scores["score"] if math.isfinite(scores["score"]) else -math.inf  # no score loses to any
        if score >= state.best_score:
            state.best_score, state.best_step = score, state.step
            state.best_weights = copy.deepcopy(state.average.state_dict())
        found = imbalances(state.rows, scores)
        if found and not state.warnings:
            tqdm.write(f"warning: step {state.step}: {found[0]}")
        state.warnings += [f"step {state.step}: {line}" for line in found]


def _due(step: int, every: int, n_steps: int) -> bool:
    return step % every == 0 or step == n_steps


def _finish(out_dir: Path, state: State, fixed: Mapping[str, Tensor], description: Mapping[str, Any]) -> None:
    """Write the history, the selected weights and the final description."""
    table = pd.DataFrame(state.rows)
    with written_whole(out_dir / "history.csv") as part:
        table.to_csv(part, index=False)
    save_weights(out_dir / "generator.safetensors", {**state.best_weights, **fixed})
    best_score = state.best_score if math.isfinite(state.best_score) else None  # JSON has no infinity
    outcome: dict[str, Any] = {"best_step": state.best_step, "best_score": best_score}
    outcome |= {"warnings": state.warnings, "seconds": state.seconds, "state": "finished"}
    write_json(out_dir / "run.json", {**description, **outcome})
