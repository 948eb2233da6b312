"""One step of the comparison: whole or not there, made once, and made again when what it depends on changes."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from v2ra import system_sounds
from v2ra.datasets import EncodedClip, Pack, save_pack
from v2ra.errors import InputError
from v2ra.system_sounds import Made, made_by
from v2ra.workspace import Workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """Return a workspace whose pack of wood is there: two clips, for the system that only copies."""
    found = Workspace("smoke", "", str(tmp_path))
    rng = np.random.default_rng(0)
    clips = [
        EncodedClip(
            part,
            part,
            rng.standard_normal((20, 8)).astype(np.float16),
            rng.integers(-99, 99, 88200).astype(np.int16),
            np.zeros(0),
        )
        for part in ("train", "test")
    ]
    found.pack_path("wood").parent.mkdir(parents=True)
    save_pack(Pack("wood", tuple(clips), {}), found.pack_path("wood"))
    return found


def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return a list that grows with each fit."""
    fits: list[str] = []
    real = system_sounds.make_sounds

    def make(system: str, pack: Pack, settings: Any, *, seed: int = 0) -> Made:
        fits.append(system)
        return real(system, pack, settings, seed=seed)

    monkeypatch.setattr(system_sounds, "make_sounds", make)
    return fits


def test_a_step_leaves_sounds_and_what_they_cost(workspace: Workspace) -> None:
    made = made_by(workspace, "nearest", "wood", seed=4)
    folder = workspace.baseline_dir("nearest", "wood", seed=4)
    assert sorted(path.name for path in folder.iterdir()) == ["sounds.npz", "system.json"]
    assert {name: sound.shape for name, sound in made.sounds.items()} == {"test": (88200,)}
    details = json.loads((folder / "system.json").read_text())
    assert {"fit_seconds", "latency_seconds", "settings", "commit", "key"} <= set(details)
    assert (details["n_seconds"], details["n_parameters"], details["seed"]) == (2.0, 0, 4)
    assert details["real_time_factor"] == pytest.approx(details["synthesis_seconds"] / 2, rel=0.01, abs=1e-3)
    assert details["settings"]["step_vectors"] == 3


def test_a_second_call_reads_and_fits_nothing(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    fits = counted(monkeypatch)
    first, second = (made_by(workspace, "nearest", "wood") for _ in range(2))
    assert fits == ["nearest"]
    np.testing.assert_array_equal(first.sounds["test"], second.sounds["test"])
    assert first.details == second.details


@pytest.mark.parametrize("damage", ["no json", "no sounds", "other sounds", "half a json", "another key"])
def test_what_is_not_whole_or_up_to_date_is_made_again(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, damage: str
) -> None:
    fits = counted(monkeypatch)
    made_by(workspace, "nearest", "wood")
    folder = workspace.baseline_dir("nearest", "wood", seed=0)
    json_file, sound_file = folder / "system.json", folder / "sounds.npz"
    if damage == "no json":
        json_file.unlink()
    elif damage == "no sounds":
        sound_file.unlink()
    elif damage == "other sounds":
        np.savez(sound_file, test=np.zeros(88200, np.int16))
    elif damage == "half a json":
        json_file.write_text(json_file.read_text()[:40])
    else:
        json_file.write_text(json_file.read_text().replace('"key": "', '"key": "0'))
    assert np.any(made_by(workspace, "nearest", "wood").sounds["test"])
    assert fits == ["nearest", "nearest"]


def test_another_seed_is_another_step(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    fits = counted(monkeypatch)
    for seed in (0, 1):
        made_by(workspace, "nearest", "wood", seed=seed)
    assert len(fits) == 2


def test_a_fit_that_fails_writes_nothing(workspace: Workspace) -> None:
    pack = workspace.pack("wood")
    save_pack(Pack("wood", pack.part("test"), {}), workspace.pack_path("wood"))
    again = Workspace("smoke", "", workspace.out)
    again.pack.cache_clear()
    with pytest.raises(InputError, match="found no training clip of wood"):
        made_by(again, "nearest", "wood")
    assert not (workspace.folder / "baselines").exists()


def test_a_write_that_fails_leaves_the_old_step_or_none(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(np, "savez", full)
        with pytest.raises(InputError, match="could not be written"):
            made_by(workspace, "nearest", "wood")
    folder = workspace.baseline_dir("nearest", "wood", seed=0)
    assert list(folder.iterdir()) == []
    assert np.any(made_by(workspace, "nearest", "wood").sounds["test"])


def test_categories_are_the_profiles_or_the_first_two_of_a_data_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert Workspace("quick").compared == ("wood", "dog")
    own = Workspace("quick", str(tmp_path))
    monkeypatch.setattr(Workspace, "categories", ("bells", "doors", "steps"))
    assert own.compared == ("bells", "doors")
