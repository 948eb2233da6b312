"""Where everything lies, and that a missing piece is made by the code that makes all of them."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from v2ra.ablations import Study
from v2ra.clips import write_video
from v2ra.errors import InputError
from v2ra.foley.categories import CATEGORIES
from v2ra.mixed_training import failures_file
from v2ra.profiles import PROFILES
from v2ra.workspace import RECIPES, Workspace, checkout

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Return a folder of three clips of a second."""
    folder = tmp_path / "clips" / "brass"
    folder.mkdir(parents=True)
    for index in range(3):
        rng = np.random.default_rng(index)
        frames = rng.integers(0, 255, (30, 4, 4, 3), np.uint8).repeat(16, 1).repeat(16, 2)
        sound = np.zeros(44_100, np.float32)
        sound[11_025 * (index + 1) :][:2000] = rng.uniform(-0.5, 0.5, 2000)
        write_video(folder / f"brass_{index}.mp4", frames, sound)
    return folder.parent


def test_the_checkout_is_found_from_any_folder_in_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT / "notebooks")
    assert checkout() == ROOT


def test_paths_lie_under_the_folder_of_the_profile() -> None:
    workspace = Workspace("smoke")
    folder = ROOT / "runs" / "smoke"
    assert workspace.folder == folder
    assert workspace.data_dir == folder / "data"
    assert workspace.pack_path("dog") == folder / "packs" / "dog.npz"
    assert workspace.run_dir("tuned", "dog", seed=3) == folder / "models" / "tuned" / "dog" / "seed3"
    assert workspace.sound_dir("paper", "dog", seed=0) == folder / "sounds" / "paper" / "dog" / "seed0"
    assert [path.name for path in workspace.config_files("tuned")] == ["smoke.toml", "tuned.toml"]


@given(st.sampled_from(PROFILES), st.sampled_from(RECIPES), st.sampled_from(CATEGORIES), st.integers(0, 9))
def test_no_two_models_share_a_folder(profile: str, recipe: str, category: str, seed: int) -> None:
    folder = Workspace(profile).run_dir(recipe, category, seed=seed)
    others = {
        Workspace(p).run_dir(r, category, seed=s) for p in PROFILES for r in RECIPES for s in (seed, seed + 1)
    }
    assert folder in others
    assert len(others) == len(PROFILES) * len(RECIPES) * 2


def test_results_of_the_quick_profile_alone_go_to_the_committed_folders(tmp_path: Path) -> None:
    quick = Workspace("quick")
    assert (quick.tables, quick.figures) == (ROOT / "tables", ROOT / "figures")
    for other in (
        Workspace("smoke"),
        Workspace("quick", data=str(tmp_path)),
        Workspace("quick", out=str(tmp_path)),
    ):
        assert other.tables == other.folder / "tables"
        assert other.figures == other.folder / "figures"
    assert Workspace("quick", out=str(tmp_path)).folder == tmp_path / "quick"


def test_a_folder_of_clips_shares_no_folder_with_the_embedded_set_or_another_split(tmp_path: Path) -> None:
    embedded = Workspace("quick", out=str(tmp_path)).folder
    random, official = (
        Workspace(name, "clips", str(tmp_path)).folder for name in ("quick", "quick-official")
    )
    other = Workspace("quick", "other", str(tmp_path)).folder
    assert len({embedded, random, official, other}) == 4
    assert random == tmp_path / "clips" / "quick"
    for place in (random, official, other):
        assert not place.is_relative_to(embedded)


def test_an_official_split_changes_the_split_and_nothing_else() -> None:
    random, official = (Workspace(name, "clips") for name in ("smoke", "smoke-official"))
    plain = random.config("tuned")
    assert official.config("tuned") == plain.with_overrides({"data.split": "official"}) != plain
    assert official.baseline_file == random.baseline_file
    assert failures_file(official) == failures_file(random)
    assert Study(official).settings == Study(random).settings


def test_an_unknown_profile_is_refused() -> None:
    with pytest.raises(InputError, match="profile 'fast'; expected one of tour, smoke, quick, paper"):
        Workspace("fast")


def test_categories_are_the_profiles_or_those_of_the_folder(data: Path) -> None:
    assert Workspace("smoke").categories == ("wood", "dog")
    assert Workspace("quick").categories == CATEGORIES
    assert Workspace("smoke", data=str(data)).categories == ("brass",)


def test_without_a_trained_model_the_tour_takes_over_and_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chosen = Workspace.at_hand("smoke", out=str(tmp_path), category="dog")
    assert chosen == Workspace("tour", "", str(tmp_path))
    assert "no trained model of profile smoke yet" in capsys.readouterr().out
    weights = Workspace("smoke", out=str(tmp_path)).run_dir("tuned", "dog", seed=0) / "generator.safetensors"
    weights.parent.mkdir(parents=True)
    weights.touch()
    assert Workspace.at_hand("smoke", out=str(tmp_path), category="dog").profile == "smoke"
    assert capsys.readouterr().out == ""


def test_no_synthetic_clip_stands_in_for_a_folder_of_clips(data: Path, tmp_path: Path) -> None:
    chosen = Workspace.at_hand("smoke", str(data), str(tmp_path), category="dog")
    assert chosen == Workspace("smoke", str(data), str(tmp_path))


def test_a_missing_pack_and_model_are_made_once(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    workspace = Workspace("smoke", str(data), str(tmp_path / "out"))
    tiny = workspace.config("paper").with_overrides({"training.n_steps": 2, "generator.base_width": 1})
    monkeypatch.setattr(Workspace, "config", lambda _self, _recipe: tiny)
    pack = workspace.pack("brass")
    assert {clip.split for clip in pack.clips} == {"train", "validation", "test"}
    assert workspace.pack("brass") is pack
    run = workspace.run("paper", "brass")
    assert (run.category, run.config) == ("brass", tiny)
    assert "no trained model in" in capsys.readouterr().out
    written = (workspace.run_dir("paper", "brass", seed=0) / "generator.safetensors").stat().st_mtime_ns
    workspace.run("paper", "brass")
    assert capsys.readouterr().out == ""
    again = (workspace.run_dir("paper", "brass", seed=0) / "generator.safetensors").stat().st_mtime_ns
    assert again == written
    table = workspace.histories(recipes=("paper",))
    assert table["step"].tolist() == [1, 2]
    assert set(table["category"]) == {"brass"}
    details = workspace.details("00_tour.ipynb", parameters={"PROFILE": "smoke"}, seeds=(0,))
    assert details["dataset"]["sha256"]["brass"] == pack.details["dataset_hash"]
