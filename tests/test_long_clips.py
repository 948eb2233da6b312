"""A long clip in one player: new where the data are synthetic, the longest held out where they are one's own."""

import re
from pathlib import Path

import numpy as np
import pytest
import torch

from v2ra.checkpoint import Run
from v2ra.clips import probe_clip
from v2ra.datasets import EncodedClip, Pack
from v2ra.generator import Generator
from v2ra.long_clips import long_clip, play_long
from v2ra.packing import backend_of
from v2ra.player_files import EXECUTED_IN
from v2ra.workspace import Workspace


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """Return a workspace whose models are untrained and tiny."""
    settings = Workspace("smoke").config("paper").with_overrides({"generator.base_width": 1})

    def run(_: Workspace, recipe: str, category: str) -> Run:
        torch.manual_seed(0)
        details = {"pack": {"features": backend_of(settings).details}}
        return Run(Generator(settings.generator).eval(), settings, category, 0, details)

    monkeypatch.setattr(Workspace, "run", run)
    monkeypatch.delenv(EXECUTED_IN, raising=False)
    return Workspace("smoke", out=str(tmp_path))


def test_a_synthetic_clip_is_as_long_as_asked_and_no_model_has_seen_it(workspace: Workspace) -> None:
    made = play_long(workspace, "wood", n_seconds=2.5)
    path = long_clip(workspace, "wood", n_seconds=2.5)
    assert probe_clip(path).n_seconds == pytest.approx(2.5, abs=0.05)
    assert not path.is_relative_to(workspace.data_dir)
    names = {f"wood_{workspace.config(recipe).data.seed}" for recipe in ("paper", "tuned")}
    assert path.stem.rsplit("_", 1)[0] not in names
    assert made.order == ("Recorded", "tuned")
    assert made.title == "wood, 2 s in one go"
    assert len(set(re.findall(r"data:audio/wav;base64,([A-Za-z0-9+/=]+)", made.document))) == 2
    assert 'class="mark"' in made.document  # its events are known


def test_of_ones_own_clips_the_longest_that_is_held_out_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    def clip(name: str, split: str, n_samples: int) -> EncodedClip:
        features = np.zeros((1, 4096), np.float16)
        return EncodedClip(name, split, features, np.zeros(n_samples, np.int16), np.array([]))

    clips = (clip("learnt", "train", 90), clip("short", "test", 20), clip("long", "test", 30))
    files = {c.name: f"{c.name}.mp4" for c in clips}
    monkeypatch.setattr(Workspace, "pack", lambda *_: Pack("door", clips, {"files": files}))
    assert long_clip(Workspace("smoke", data="mine"), "door", n_seconds=60) == Path("long.mp4")
