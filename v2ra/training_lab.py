"""Training to watch: a small model learns while its losses are drawn anew in one place, and is heard at the end.

Conventions
-----------
A step is one update of G. Losses are those of `v2ra.training`, sound is at 44.1 kHz. *Stop* ends the training; what it
has reached is kept, and *Train* goes on from there, as does the command that is shown.

Source
------
Eq. 8, 9 and Table 3, at the size of the profile; the notebook's own chart of finished runs is the same at rest.
"""

import base64
import html
import io
import threading
import time

import pandas as pd
from ipywidgets import HTML, Button, HBox, IntSlider, VBox

from v2ra.charts import plot_losses
from v2ra.heldout import before_and_after, first_clips
from v2ra.kept_training import KeptTraining
from v2ra.lab import shown_html
from v2ra.losses import chance_loss
from v2ra.player import player
from v2ra.timing import PAPER
from v2ra.workspace import Workspace

POLL_SECONDS = 0.2


def training_lab(workspace: Workspace, category: str, *, recipe: str = "tuned", n_steps: int = 60) -> VBox:
    """Return a slider for the number of steps, a button that trains and one that stops, over losses and sound.

    Parameters
    ----------
    workspace : Workspace
        Size and data are its; the run folder goes into its folder ``lab``.
    category : str
        What is learnt.
    recipe : str
        "tuned" or "paper".
    n_steps : int
        Where the slider stands at first.

    Returns
    -------
    VBox
        Slider, buttons, the losses so far, and a player when training is over or stopped. Nothing happens before a
        button is pressed.
    """
    steps = IntSlider(n_steps, 10, 400, description="steps")
    train, stop = Button(description="Train"), Button(description="Stop", disabled=True)
    losses, heard = HTML(), HTML("<p>Press Train: the losses grow while the model learns.</p>")
    trainings: list[KeptTraining] = []

    def watch(training: KeptTraining) -> None:
        try:
            heard.value = shown_html(watched, training=training, losses=losses)
        finally:
            train.disabled, stop.disabled = False, True

    def begin(_: object) -> None:
        train.disabled, stop.disabled = True, False
        heard.value = "<p>The training begins in a process of its own.</p>"
        trainings[:] = [KeptTraining(workspace, category, recipe, steps.value)]
        # a thread: while a button's own function works, a kernel hears of no other button
        threading.Thread(target=watch, args=trainings, daemon=True).start()

    def end(_: object) -> None:
        stop.disabled = True
        trainings[0].stop()

    train.on_click(begin)
    stop.on_click(end)
    return VBox([steps, HBox([train, stop]), losses, heard])


def watched(training: KeptTraining, *, losses: HTML) -> str:
    """Start a training, draw its losses into a widget until it ends, and return what it came to as HTML.

    Parameters
    ----------
    training : KeptTraining
        Not started yet.
    losses : HTML
        Shows the losses so far.

    Raises
    ------
    InputError
        Where it fails.
    """
    settings = training.config.loss
    chance = chance_loss(settings) if settings.adversarial != "none" else None
    drawn = 0
    training.start()
    going = True
    while going:
        going = training.running  # asked first: what it writes last is drawn too
        rows = training.rows()
        if len(rows) > drawn:
            losses.value, drawn = losses_html(pd.DataFrame(rows), chance_loss=chance), len(rows)
        time.sleep(POLL_SECONDS * going)
    training.check()
    return outcome_html(training, n_steps=drawn)


def outcome_html(training: KeptTraining, *, n_steps: int) -> str:
    """Return a player of what was learnt, and where it is kept."""
    where = f"<p>Kept in <code>{html.escape(str(training.folder))}</code>.</p>"
    if not training.finished:
        command = html.escape(training.command)
        where = (
            f"<p>Stopped; {n_steps} of {training.n_steps} steps are kept. Train goes on from there, "
            f"and so does</p><pre>{command}</pre>"
        )
    run = training.run()
    if run is None:
        return where + "<p>There is nothing to hear yet.</p>"
    tracks = before_and_after(run, first_clips(training.workspace.pack(training.category), 1))
    title = f"{training.category}, {n_steps} steps"
    return player(tracks, sample_rate=PAPER.sample_rate, title=title)._repr_html_() + where


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
