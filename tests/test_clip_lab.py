"""Live widgets on trained models: what is chosen is what the player holds, and nothing is made unasked."""

import datetime
import html
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ipywidgets import VBox

from v2ra.clip_lab import clip_lab, play_systems, trained_recipes
from v2ra.clips import write_video
from v2ra.config import Config
from v2ra.datasets import readout_of
from v2ra.errors import InputError
from v2ra.selection import train_category
from v2ra.training_lab import train_live, training_lab
from v2ra.upload_lab import upload_lab
from v2ra.workspace import Workspace

STEPS = 3


def write_clips(folder: Path) -> Path:
    """Write nine clips of a second, each with its sound at another time."""
    folder.mkdir(parents=True)
    for index in range(9):
        rng = np.random.default_rng(index)
        frames = rng.integers(0, 255, (30, 4, 4, 3), np.uint8).repeat(16, 1).repeat(16, 2)
        sound = np.zeros(44_100, np.float32)
        sound[4_000 * index + 2000 :][:2000] = rng.uniform(-0.5, 0.5, 2000)
        write_video(folder / f"brass_{index}.mp4", frames, sound)
    return folder.parent


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Return a workspace with one tiny trained model of the recipe tuned."""
    folder = tmp_path_factory.mktemp("lab")
    workspace = Workspace("smoke", str(write_clips(folder / "clips" / "brass")), str(folder / "out"))
    pack, run_dir = workspace.pack("brass"), workspace.run_dir("tuned", "brass", seed=0)
    train_category(pack, tiny(workspace), run_dir, seed=0, resume=False)
    return workspace


def tiny(workspace: Workspace) -> Config:
    """Return the smallest configuration."""
    sizes = {"generator.base_width": 1, "discriminator.base_width": 1, "training.n_steps": STEPS}
    return workspace.config("tuned").with_overrides(sizes)


def page(lab: VBox) -> str:
    """Return what a lab shows under its controls."""
    return html.unescape(lab.children[-1].value)


def tracks(lab: VBox) -> list[str]:
    """Return the sounds in the page of a lab."""
    return re.findall(r"data:audio/wav;base64,([A-Za-z0-9+/=]+)", page(lab))


def forbid(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    """Let a workspace fail where it would make or load something."""

    def fail(*_: object) -> None:
        raise AssertionError("made unasked")

    for name in names:
        monkeypatch.setattr(Workspace, name, fail)


def upload(path: Path, name: str) -> tuple[dict[str, Any], ...]:
    """Return what a browser sends for a file."""
    now = datetime.datetime.now(datetime.UTC)
    content = memoryview(path.read_bytes())
    return (
        {"name": name, "type": "video/mp4", "size": len(content), "content": content, "last_modified": now},
    )


@pytest.mark.parametrize(
    "make",
    [clip_lab, upload_lab, lambda workspace: training_lab(workspace, "brass")],
    ids=["clip", "own", "train"],
)
def test_nothing_is_loaded_or_made_before_somebody_asks(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, make: Callable[[Workspace], VBox]
) -> None:
    forbid(monkeypatch, "pack", "run", "clips_dir")
    lab = make(workspace)
    assert tracks(lab) == []
    assert page(lab).startswith("<p>")


def test_only_trained_models_are_offered_and_without_any_it_is_said(
    workspace: Workspace, tmp_path: Path
) -> None:
    assert trained_recipes(workspace) == {"brass": ["tuned"]}
    empty = Workspace("smoke", workspace.data, str(tmp_path))
    for make in (clip_lab, upload_lab):
        with pytest.raises(InputError, match="found no trained model"):
            make(empty)


def test_of_one_test_clip_no_sound_is_called_another_clips(workspace: Workspace) -> None:
    pack = workspace.pack("brass")
    clip = pack.part("test")[0]
    sound = np.linspace(-0.5, 0.5, len(clip.sound), dtype=np.float32)
    shown = ("Recorded", "tuned", "Another clip")
    alone = play_systems(pack, clip.name, sounds={"tuned": {clip.name: sound}}, systems=shown)
    assert "Another clip" not in alone.document
    both = {"tuned": {clip.name: sound, "other": -sound}}
    assert "Another clip" in play_systems(pack, clip.name, sounds=both, systems=shown).document


def test_category_clip_and_systems_change_what_is_heard(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    pack = workspace.pack("brass")
    held = [clip if clip.split == "train" else replace(clip, split="test") for clip in pack.clips]
    more = replace(pack, clips=tuple(held))
    monkeypatch.setattr(Workspace, "pack", lambda _self, _category: more)
    lab = clip_lab(workspace)
    category, clip, systems, _ = lab.children
    category.value = "brass"
    assert systems.options == ("Recorded", "tuned", "Another clip")
    assert len(clip.options) > 1
    assert clip.value == clip.options[0]
    first = tracks(lab)
    assert len(set(first)) == 3
    assert f"brass: {clip.options[0]}" in page(lab)
    clip.value = clip.options[1]
    second = tracks(lab)
    assert second[0] != first[0]
    assert second[1] != first[1]
    systems.value = ("Recorded",)
    assert len(tracks(lab)) == 1
    systems.value = ()
    assert page(lab).startswith("<p>found no system")


def test_a_clip_of_ones_own_is_dubbed_and_a_file_that_is_none_is_named(
    workspace: Workspace, tmp_path: Path
) -> None:
    lab = upload_lab(workspace)
    frames = np.random.default_rng(1).integers(0, 255, (30, 64, 64, 3), np.uint8)
    write_video(tmp_path / "silent.mp4", frames)
    lab.children[1].value = upload(tmp_path / "silent.mp4", "Mine.MP4")
    assert len(tracks(lab)) == 1
    assert "Mine.MP4, model of brass" in page(lab)
    lab.children[1].value = upload(Path(workspace.data) / "brass" / "brass_0.mp4", "loud.mp4")
    assert len(tracks(lab)) == 2
    (tmp_path / "text.mp4").write_text("no video")
    lab.children[1].value = upload(tmp_path / "text.mp4", "text.mp4")
    assert page(lab).startswith("<p>text.mp4 is not a media file")


def test_losses_grow_in_one_place_while_training_and_sound_follows(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tiny(workspace)
    monkeypatch.setattr(Workspace, "config", lambda _self, _recipe: config)
    lab = training_lab(workspace, "brass", n_steps=10)
    shown: list[str] = []
    lab.children[2].observe(lambda change: shown.append(change["new"]), names="value")
    lab.children[1].click()
    assert [re.findall(r"<p>(\d+) steps", text)[0] for text in shown] == [str(step) for step in range(1, 11)]
    assert len(tracks(lab)) == 3  # untrained, trained, recorded
    assert tracks(lab)[0] != tracks(lab)[1]
    assert lab.children[1].disabled is False


def test_live_training_takes_the_same_steps_as_a_run_that_is_kept(
    workspace: Workspace, tmp_path: Path
) -> None:
    pack, config = workspace.pack("brass"), tiny(workspace)
    kept = train_category(pack, config, tmp_path / "run", seed=0, resume=False)
    *_, state = train_live(pack, config, STEPS, readout=readout_of(pack, config))
    assert [row["d_loss"] for row in state.rows] == kept.table["d_loss"].tolist()
