"""Training to watch: a small model learns while its losses are drawn anew in one place, and is heard at the end.

Conventions
-----------
A step is one update of G. Losses are those of `v2ra.training`, sound is at 44.1 kHz. Nothing is written: what is
trained here is gone with the notebook.

Source
------
Eq. 8, 9 and Table 3, at the size of the profile; the notebook's own chart of finished runs is the same at rest.
"""

import base64
import io
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pandas as pd
from ipywidgets import HTML, Button, IntSlider, VBox

from v2ra.charts import plot_losses
from v2ra.checkpoint import Run
from v2ra.config import Config
from v2ra.datasets import Pack, prepared, readout_of
from v2ra.errors import InputError
from v2ra.heldout import before_and_after, first_clips
from v2ra.lab import shown_html
from v2ra.losses import chance_loss
from v2ra.networks import State, calibrate_norm, processes, start
from v2ra.player import Player, player
from v2ra.readout import Readout
from v2ra.segments import Segments
from v2ra.timing import PAPER
from v2ra.training import N_CALIBRATION, train_step
from v2ra.workspace import Workspace

N_DRAWINGS = 20  # of the losses, in one training


def training_lab(workspace: Workspace, category: str, *, recipe: str = "tuned", n_steps: int = 60) -> VBox:
    """Return a slider for the number of steps and a button that trains, over losses and sound.

    Parameters
    ----------
    workspace : Workspace
        Size and data are its.
    category : str
        What is learnt.
    recipe : str
        "tuned" or "paper".
    n_steps : int
        Where the slider stands at first.

    Returns
    -------
    VBox
        Slider, button, the losses so far, and a player when training is over. Nothing happens before the button
        is pressed.
    """
    steps = IntSlider(n_steps, 10, 400, description="steps")
    button = Button(description="Train")
    losses, heard = HTML(), HTML("<p>Press Train: the losses grow while the model learns.</p>")

    def train(_: object) -> None:
        button.disabled = True
        try:
            heard.value = shown_html(
                lambda: watch_training(
                    workspace.pack(category), workspace.config(recipe), steps.value, losses=losses
                )
            )
        finally:
            button.disabled = False

    button.on_click(train)
    return VBox([steps, button, losses, heard])


def watch_training(pack: Pack, config: Config, n_steps: int, *, losses: HTML, seed: int = 0) -> Player:
    """Train, draw the losses into a widget on the way, and return a player of before and after.

    Parameters
    ----------
    pack : Pack
        Clips of a category.
    config : Config
        All choices; the number of steps is not taken from it.
    n_steps : int
        Updates of G.
    losses : HTML
        Shows the losses so far.
    seed : int
        Of weights, batches and dropout.
    """
    readout = readout_of(pack, config)
    chance = chance_loss(config.loss) if config.loss.adversarial != "none" else None
    every = max(1, n_steps // N_DRAWINGS)
    state = None
    for state in train_live(pack, config, n_steps, seed=seed, readout=readout):
        if state.step % every == 0 or state.step == n_steps:
            losses.value = losses_html(pd.DataFrame(state.rows), chance_loss=chance)
    if state is None:
        raise InputError(f"found {n_steps} steps; expected 1 or more; move the slider")
    run = Run(state.average, config, pack.category, seed, {}, readout)
    tracks = before_and_after(run, first_clips(pack, 1))
    return player(tracks, sample_rate=PAPER.sample_rate, title=f"{pack.category}, {n_steps} steps")


def train_live(
    pack: Pack, config: Config, n_steps: int, *, seed: int = 0, readout: Readout | None = None
) -> Iterator[State]:
    """Yield the state of a training after each step; the same object each time, its average ready at the last."""
    config = replace(config, training=replace(config.training, n_steps=n_steps))
    fabric = processes(config.training.precision, accelerator="auto", devices=1)
    clips = prepared(pack, config, readout=readout).part("train")
    segments = Segments(clips, config.training.segmenting, config.training.batch_size, seed)
    state = start(fabric, config, description={"seed": seed}, checkpoint=Path(os.devnull))  # none
    while state.step < n_steps:
        losses = train_step(state, segments.batch(state.step), fabric=fabric, config=config)
        state.step += 1
        state.rows.append({"step": state.step, **losses})
        if state.step == n_steps and config.generator.norm_at_test == "calibrated":
            device = next(state.average.parameters()).device
            calibrate_norm(state.average, (segments.batch(i)[0].to(device) for i in range(N_CALIBRATION)))
        yield state


def losses_html(rows: pd.DataFrame, *, chance_loss: float | None) -> str:
    """Return the losses so far as a picture in HTML, with the last step in words.

    Examples
    --------
    >>> rows = pd.DataFrame({"step": [1, 2], "d_loss": [0.5, 0.3], "g_l1": [0.2, 0.1]})
    >>> losses_html(rows, chance_loss=0.25)[-14:]
    '<p>2 steps</p>'
    """
    file = io.BytesIO()
    plot_losses(rows, chance_loss=chance_loss).savefig(file, format="png", dpi=90)
    picture = base64.b64encode(file.getvalue()).decode()
    n_steps = int(rows["step"].iloc[-1])
    return (
        f'<img alt="Losses up to step {n_steps}" src="data:image/png;base64,{picture}"><p>{n_steps} steps</p>'
    )
