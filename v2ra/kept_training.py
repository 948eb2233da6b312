"""A training in a process of its own: watched from outside, stopped at any moment, continued to the same bits.

Conventions
-----------
A step is one update of G. The process is `v2ra train --resume` on a pack, in a folder that belongs to the number of
steps. What it has reached is read from its checkpoint: stopped, it loses the steps since the last one and no more.

Source
------
Section 4.2; that a run which was killed ends with the same bits is a property of `v2ra.training`.
"""

import atexit
import shlex
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from v2ra.checkpoint import Run, load_checkpoint, load_run, read_run_description
from v2ra.config import Config
from v2ra.errors import InputError
from v2ra.generator import Generator
from v2ra.workspace import Workspace
from v2ra.writing import make_folder

N_CHECKPOINTS, N_LOOKS = 20, 5  # of one training: what is drawn, and what can be heard when it is stopped


@dataclass
class KeptTraining:
    """One training of a workspace, in a run folder of its own.

    Attributes
    ----------
    workspace : Workspace
        Its pack and configuration are used.
    category, recipe : str
        What is learnt, and how.
    n_steps : int
        Updates of G.
    process : Popen or None
        None before the start.
    stopped : Event
        Whether somebody asked for its end.

    Examples
    --------
    >>> training = KeptTraining(Workspace("smoke", out="nowhere"), "dog", "tuned", 60)
    >>> training.running, training.finished, training.rows()
    (False, False, [])
    """

    workspace: Workspace
    category: str
    recipe: str
    n_steps: int
    process: "subprocess.Popen[bytes] | None" = field(default=None, repr=False)
    stopped: threading.Event = field(default_factory=threading.Event, repr=False)

    @property
    def folder(self) -> Path:
        """Return the run folder."""
        return self.workspace.folder / "lab" / self.recipe / self.category / f"{self.n_steps}_steps"

    @property
    def settings(self) -> dict[str, int]:
        """Return what differs from the recipe: the number of steps, and how often it is looked at."""
        every = max(1, self.n_steps // N_CHECKPOINTS)
        look = max(1, self.n_steps // N_LOOKS)
        steps = {"training.n_steps": self.n_steps, "training.checkpoint_every": every}
        return steps | {"training.validate_every": look}

    @property
    def config(self) -> Config:
        """Return the whole configuration."""
        return self.workspace.config(self.recipe).with_overrides(self.settings)

    @property
    def arguments(self) -> list[str]:
        """Return the arguments of `v2ra` that begin or continue it."""
        pack = str(self.workspace.pack_path(self.category))
        arguments = [
            "train",
            "--data",
            pack,
            "--category",
            self.category,
            "--out",
            str(self.folder),
            "--resume",
        ]
        for path in self.workspace.config_files(self.recipe):
            arguments += ["--config", str(path)]
        for key, value in self.settings.items():
            arguments += ["--set", f"{key}={value}"]
        return arguments

    @property
    def command(self) -> str:
        """Return the same as a line for a terminal."""
        return shlex.join(["v2ra", *self.arguments])

    @property
    def running(self) -> bool:
        """Return whether the process is at work."""
        return self.process is not None and self.process.poll() is None

    @property
    def finished(self) -> bool:
        """Return whether the run is complete."""
        return (self.folder / "generator.safetensors").is_file()

    def start(self) -> None:
        """Begin or continue; nothing happens where it was stopped already, while its clips were encoded."""
        self.workspace.pack(self.category)  # is there, or is made now
        make_folder(self.folder)
        if self.stopped.is_set():
            return
        with (self.folder / "log.txt").open("wb") as log:
            command = [sys.executable, "-m", "v2ra.cli", *self.arguments]
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        atexit.register(self.process.kill)  # it does not outlive the notebook's kernel
        if self.stopped.is_set():  # in this very moment
            self.stop()

    def stop(self) -> None:
        """End the process; its last checkpoint stays."""
        self.stopped.set()
        if self.process is not None:
            self.process.terminate()
            self.process.wait()

    def check(self) -> None:
        """Raise `InputError` with the last line of the log where the process failed by itself."""
        if self.process is not None and not self.stopped.is_set() and self.process.poll():
            lines = (self.folder / "log.txt").read_text(encoding="utf-8", errors="replace").split("\n")
            said = [line for line in lines if line.strip()]
            raise InputError(f"the training ended early: {said[-1] if said else 'it said nothing'}")

    def rows(self) -> list[dict[str, float]]:
        """Return the losses of each step up to the last checkpoint."""
        return list(self._checkpoint().get("rows", []))

    def run(self) -> Run | None:
        """Return the model: the selected one, or the best so far; None before the first look at the validation part."""
        if self.finished:
            return load_run(self.folder)
        weights = self._checkpoint().get("best_weights")
        if not weights:
            return None
        generator = Generator(self.config.generator)
        generator.load_state_dict(weights)
        details = read_run_description(self.folder)
        return Run(generator.eval(), self.config, self.category, details["seed"], details)

    def _checkpoint(self) -> dict[str, Any]:
        path = self.folder / "checkpoint.pt"
        return load_checkpoint(path) if path.is_file() else {}
