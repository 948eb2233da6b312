"""One model for several categories: its budget, its run, and its sounds."""

import json
from pathlib import Path

import numpy as np
import pytest

from v2ra.datasets import EncodedClip, Pack, save_pack
from v2ra.evaluation import COLUMNS
from v2ra.mixed_scores import mixed_rows
from v2ra.mixed_training import MIXED, main, mixed_categories, mixed_config, mixed_pairs, mixed_run
from v2ra.workspace import Workspace

RATE = 44_100


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Return a workspace of the smoke profile whose two packs hold a few clips of random features."""
    found = Workspace("smoke", "", str(tmp_path_factory.mktemp("runs")))
    rng = np.random.default_rng(0)
    found.pack_path("wood").parent.mkdir(parents=True)
    for category in found.categories:
        clips = tuple(
            EncodedClip(
                f"{category}{k}",
                split,
                rng.standard_normal((20, 4096)).astype(np.float16),
                rng.integers(-9000, 9000, 2 * RATE).astype(np.int16),
                np.array([0.4, 1.3]),
            )
            for k, split in enumerate(("train", "train", "validation", "test"))
        )
        details = {"features": {}, "which_frame": "last", "dataset_hash": category}
        save_pack(Pack(category, clips, details), found.pack_path(category))
    return found


def test_the_budget_is_that_of_all_separate_models_together() -> None:
    quick = Workspace("quick")
    separate = quick.config("tuned")
    mixed = mixed_config(quick)
    assert mixed.training.n_steps == len(mixed_categories(quick)) * separate.training.n_steps
    same = mixed.with_overrides({"training.n_steps": separate.training.n_steps})
    assert same == separate


def test_of_one_category_nothing_is_mixed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Workspace, "categories", property(lambda self: ("door",)))
    assert mixed_categories(Workspace("smoke", str(tmp_path))) == ()


def test_the_mixed_run_lies_beside_the_others_and_is_trained_once(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = ["--profile", workspace.profile, "--out", workspace.out]
    assert main(options) == 0
    folder = workspace.run_dir("tuned", "wood+dog", seed=0)
    description = json.loads((folder / "run.json").read_text())
    assert (description["state"], description["category"]) == ("finished", "wood+dog")
    assert description["config"]["training"]["n_steps"] == mixed_config(workspace).training.n_steps
    monkeypatch.setattr("v2ra.selection.train_category", lambda *_, **__: pytest.fail("trained again"))
    assert mixed_run(workspace).category == "wood+dog"


def test_where_nothing_is_mixed_the_page_says_so(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(Workspace, "categories", property(lambda self: ("wood",)))
    assert {pair.system for pair in mixed_pairs(workspace)} == {"tuned"}
    assert "one category here: nothing is mixed" in capsys.readouterr().out


def test_both_kinds_of_models_sound_for_every_test_clip_and_are_scored(workspace: Workspace) -> None:
    pairs = mixed_pairs(workspace)
    expected = [(system, category) for category in ("wood", "dog") for system in ("tuned", MIXED)]
    assert [(pair.system, pair.category) for pair in pairs] == expected
    by_name = {(pair.system, pair.clip): pair.estimate for pair in pairs}
    assert not np.array_equal(by_name["tuned", "dog3"], by_name[MIXED, "dog3"])
    rows = mixed_rows(pairs, [workspace.pack(name) for name in ("wood", "dog")], sample_rate=RATE)
    assert rows.columns.tolist() == COLUMNS
    assert set(rows["system"]) == {"tuned", MIXED}
    assert {"onset_f", "osg", "odg", "finds_own", "finds_wood"} <= set(rows["metric"])


def test_each_seed_is_trained_and_dubs_with_its_own_models(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    trained, asked = [], []

    def train(*_: object, seed: int, **__: object) -> None:
        trained.append(seed)

    def run(self: Workspace, recipe: str, category: str, *, seed: int) -> str:
        asked.append((category, seed))
        return f"{category} {seed}"

    monkeypatch.setattr("v2ra.selection.train_category", train)
    monkeypatch.setattr("v2ra.checkpoint.load_run", lambda folder: f"mixed {folder.name}")
    monkeypatch.setattr(Workspace, "run", run)
    monkeypatch.setattr("v2ra.heldout.heldout_sounds", lambda run, pack, *, cache: {"run": run})
    monkeypatch.setattr("v2ra.heldout.heldout_pairs", lambda sounds, pack, **which: [(sounds["run"], which)])
    assert main(["--profile", workspace.profile, "--out", workspace.out, "--seed", "7"]) == 0
    assert trained == [7]
    pairs = mixed_pairs(workspace, seeds=(8,))
    assert trained == [7, 8]
    assert asked == [("wood", 8), ("dog", 8)]
    found: list[object] = list(pairs)
    assert found == [
        (made, {"system": system, "seed": 8})
        for category in ("wood", "dog")
        for made, system in ((f"{category} 8", "tuned"), ("mixed seed8", MIXED))
    ]
