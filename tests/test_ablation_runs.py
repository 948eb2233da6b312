"""Models of an ablation: trained once, refused when they are others, told as training left them."""

from pathlib import Path
from typing import Literal

import numpy as np
import pytest

from v2ra.ablation_runs import ablation_pairs, base_line, rows_table, run_of, trained_models
from v2ra.ablations import Ablation, Study, row_files
from v2ra.datasets import EncodedClip, Pack, quantise
from v2ra.errors import InputError
from v2ra.workspace import Workspace

RATE = 44_100
SETTINGS = Ablation(rows=("no_audio_filter", "l1", "projection_none"), n_seeds=2, n_choice_seeds=1, n_steps=2)


@pytest.fixture(scope="module")
def pack() -> Pack:
    """Return four clips of a second and a half, each with a hit at which the features move."""
    rng, clips = np.random.default_rng(0), []
    for name, split in (("a", "train"), ("b", "train"), ("c", "validation"), ("d", "test")):
        sound = 1e-3 * rng.standard_normal(RATE * 3 // 2).astype(np.float32)
        features = 0.1 * rng.standard_normal((15, 4096))
        hit = rng.uniform(0.3, 1.0)
        sound[round(hit * RATE) :][:4000] += 0.5 * np.exp(-np.arange(4000) / 800).astype(np.float32)
        features[round(hit * 10)] += 1
        clips.append(EncodedClip(name, split, features.astype(np.float16), quantise(sound), np.array([hit])))
    return Pack("dog", tuple(clips), {})


def study_of(folder: Path, settings: Ablation = SETTINGS) -> Study:
    """Return a study of the smoke profile with settings of its own."""
    study = Study(Workspace("smoke", out=str(folder)))
    study.__dict__["settings"] = settings  # where the cached property keeps them
    return study


@pytest.fixture
def _packed(pack: Pack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Workspace, "pack", lambda _self, _category: pack)


@pytest.fixture(scope="module")
def trained(pack: Pack, tmp_path_factory: pytest.TempPathFactory) -> Study:
    """Return a study whose models are there."""
    study = study_of(tmp_path_factory.mktemp("runs"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Workspace, "pack", lambda _self, _category: pack)
        for row, seed in study.models():
            run_of(study, row, seed=seed)
    return study


@pytest.mark.usefixtures("_packed")
def test_a_model_is_trained_once_and_then_loaded(trained: Study, capsys: pytest.CaptureFixture[str]) -> None:
    weights = trained.run_dir("l1", seed=1) / "generator.safetensors"
    before = weights.stat().st_mtime_ns
    run = run_of(trained, "l1", seed=1)
    assert capsys.readouterr().out == ""
    assert weights.stat().st_mtime_ns == before
    assert (run.seed, run.category, run.config.loss.adversarial) == (1, "dog", "none")
    assert run.config.training.n_steps == 2


@pytest.mark.usefixtures("_packed")
def test_a_model_of_other_settings_is_refused_by_what_differs(trained: Study) -> None:
    longer = Study(trained.workspace)
    longer.__dict__["settings"] = Ablation(n_steps=3)
    with pytest.raises(
        InputError, match=r"another training\.n_steps; expected that of l1; delete"
    ) as refusal:
        run_of(longer, "l1", seed=0)
    assert "\n" not in str(refusal.value)


def test_what_training_left_is_told_of_every_model(trained: Study) -> None:
    table = trained_models(trained)
    assert list(zip(table["row"], table["seed"], strict=True)) == list(trained.models())
    assert len(table) == 3 * 2 + 1
    assert table["kept step"].between(1, 2).all()
    without_d = table["D loss"].isna()
    assert set(table[without_d]["row"]) == {"l1"}
    assert (table["minutes"] > 0).all()
    assert table["RMS ratio"].notna().all()
    assert set(trained_models(trained, ["choices"])["row"]) == {"full", "projection_none"}


@pytest.mark.usefixtures("_packed")
def test_every_model_sounds_for_every_test_clip_and_always_the_same(trained: Study) -> None:
    pairs = ablation_pairs(trained)
    assert [(p.system, p.seed, p.clip) for p in pairs] == [
        (row, seed, "d") for row, seed in trained.models(["ablations"])
    ]
    for one, two in zip(pairs, ablation_pairs(trained), strict=True):
        np.testing.assert_array_equal(one.estimate, two.estimate)
    by_row = {(p.system, p.seed): p.estimate for p in pairs}
    assert not np.array_equal(by_row["full", 0], by_row["full", 1])
    assert not np.array_equal(by_row["full", 0], by_row["no_audio_filter", 0])


@pytest.mark.usefixtures("_packed")
@pytest.mark.parametrize("base", ["paper", "tuned"])
@pytest.mark.parametrize("row", row_files("ablations"))
def test_every_row_of_table_7_trains_and_sounds(
    row: str, base: Literal["paper", "tuned"], tmp_path: Path
) -> None:
    study = study_of(tmp_path, Ablation(base=base, rows=(row,), n_seeds=1, n_steps=1))
    pairs = ablation_pairs(study)
    if not pairs:  # a row that is its base is not trained alone
        assert study.config(row) == study.config("full")
        return
    pair = pairs[-1]
    assert np.isfinite(pair.estimate).all()
    assert np.any(pair.estimate)
    assert pair.estimate.shape == pair.reference.shape


def test_rows_are_told_by_what_they_change() -> None:
    table = {row["row"]: row for row in rows_table(Study(Workspace("quick"))).to_dict("records")}
    assert list(table["full"].values()) == ["full", "full system (L1 + LS)", "–", "–", "–"]
    assert table["ce"]["key"] == "loss.adversarial, loss.l1_weight"
    assert table["ce"]["here"] == "cross_entropy, 0.0"
    assert table["whole_seconds"]["base"] == "crop"


def test_the_base_is_told_with_how_it_cuts() -> None:
    quick, paper = (base_line(Study(Workspace(profile))) for profile in ("quick", "paper"))
    assert "recipe tuned" in quick
    assert "cropped at random" in quick
    assert "recipe paper" in paper
    assert "whole seconds" in paper
