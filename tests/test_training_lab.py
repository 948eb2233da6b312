"""A training that is watched: losses grow in one place, Stop ends it, what is kept goes on to the same bits."""

import re
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from ipywidgets import HTML, VBox

from v2ra.clips import write_video
from v2ra.errors import InputError
from v2ra.kept_training import KeptTraining
from v2ra.selection import train_category
from v2ra.training_lab import training_lab, watched
from v2ra.workspace import Workspace

N_STEPS = 60


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Return a workspace of nine clips of a second, each with its sound at another time."""
    folder = tmp_path_factory.mktemp("lab")
    (folder / "clips" / "brass").mkdir(parents=True)
    for index in range(9):
        rng = np.random.default_rng(index)
        frames = rng.integers(0, 255, (30, 4, 4, 3), np.uint8).repeat(16, 1).repeat(16, 2)
        sound = np.zeros(44_100, np.float32)
        sound[4_000 * index + 2000 :][:2000] = rng.uniform(-0.5, 0.5, 2000)
        write_video(folder / "clips" / "brass" / f"brass_{index}.mp4", frames, sound)
    return Workspace("smoke", str(folder / "clips"), str(folder / "out"))


def wait(condition: Callable[[], bool], *, what: str) -> None:
    """Wait until a condition holds."""
    for _ in range(6000):
        if condition():
            return
        time.sleep(0.05)
    raise AssertionError(f"waited 300 s in vain for {what}")


def n_tracks(lab: VBox) -> int:
    """Return the number of sounds in the page of a lab."""
    return len(re.findall("data:audio/wav;base64,", lab.children[-1].value))


def test_nothing_is_made_before_somebody_asks(workspace: Workspace) -> None:
    lab = training_lab(workspace, "brass")
    assert lab.children[-1].value.startswith("<p>Press Train")
    assert lab.children[1].children[1].disabled
    assert not (workspace.folder / "lab").exists()


def test_a_stopped_training_is_kept_and_goes_on_to_the_same_bits(
    workspace: Workspace, tmp_path: Path
) -> None:
    lab = training_lab(workspace, "brass", n_steps=N_STEPS)
    _, buttons, losses, heard = lab.children
    train, stop = buttons.children
    shown: list[int] = []
    losses.observe(lambda change: shown.append(int(re.findall(r"<p>(\d+) steps", change["new"])[0])), "value")
    train.click()
    assert (train.disabled, stop.disabled) == (True, False)
    wait(lambda: bool(shown), what="losses")
    stop.click()
    wait(lambda: not train.disabled, what="the end")
    training = KeptTraining(workspace, "brass", "tuned", N_STEPS)
    n_kept = len(training.rows())
    assert 0 < n_kept < N_STEPS
    assert not (training.folder / "generator.safetensors").exists()
    assert f"Stopped; {n_kept} of {N_STEPS} steps are kept" in heard.value
    assert "v2ra train --data" in heard.value
    assert n_tracks(lab) == (3 if training.run() else 0)
    train.click()
    wait(lambda: not train.disabled, what="the rest")
    assert training.finished
    assert shown == sorted(set(shown))  # in one place, forward only
    assert shown[-1] == N_STEPS
    assert n_tracks(lab) == 3  # untrained, trained, recorded
    whole = train_category(workspace.pack("brass"), training.config, tmp_path / "whole").table
    kept = pd.read_csv(training.folder / "history.csv")
    pd.testing.assert_frame_equal(kept, whole, check_exact=False, rtol=1e-12)  # a CSV's last digit


def test_a_training_that_fails_says_why(workspace: Workspace) -> None:
    training = KeptTraining(workspace, "brass", "tuned", 10)
    training.folder.mkdir(parents=True)
    (training.folder / "run.json").write_text("{}")
    with pytest.raises(
        InputError, match=r"the training ended early: error: found .*run.json not to be a run"
    ):
        watched(training, losses=HTML())


def test_a_training_that_was_stopped_before_it_began_does_not_begin(workspace: Workspace) -> None:
    training = KeptTraining(workspace, "brass", "tuned", 11)
    training.stop()
    training.start()
    assert (training.process, training.rows(), training.run()) == (None, [], None)
