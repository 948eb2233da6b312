"""Rows of an ablation: each file changes what it says, and the models of a profile are those that differ."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from v2ra.ablations import (
    FULL,
    GROUPS,
    LABELS,
    PRINTED,
    Ablation,
    Group,
    Study,
    differences,
    label_of,
    row_files,
)
from v2ra.config import Config
from v2ra.errors import InputError
from v2ra.networks import check_trainable
from v2ra.published import load_published
from v2ra.sections import merge, read_toml
from v2ra.workspace import RECIPES, Workspace

ROOT = Path(__file__).resolve().parent.parent
PROFILES = ("smoke", "quick", "paper")
ALL = [(group, row) for group in GROUPS for row in row_files(group)]

CHANGED: dict[str, dict[str, Any]] = {  # what a row of Table 7 says that it changes
    "full": {},
    "noise_input": {"generator.noise_input": True},
    "skip_connections": {"generator.skip_connections": True},
    "no_audio_filter": {"generator.audio_filter": False},
    "random_crop": {"training.segmenting": "crop"},
    "whole_seconds": {"training.segmenting": "whole"},
    "l1_ce": {"loss.adversarial": "cross_entropy"},
    "ls": {"loss.l1_weight": 0.0},
    "l1": {"loss.adversarial": "none"},
    "ce": {"loss.adversarial": "cross_entropy", "loss.l1_weight": 0.0},
    # The open choices, each named by its key.
    "scaling_standard": {"features.scaling": "clip_standard_3sigma"},
    "scaling_min_max": {"features.scaling": "min_max"},
    "projection_none": {"features.projection": "none"},
    "projection_level": {"features.projection": "level"},
    "head_8d": {"discriminator.head": "8d"},
    "head_one": {"discriminator.head": "one"},
    "sound_gain_1": {"discriminator.sound_gain": 1.0},
    "sound_gain_10": {"discriminator.sound_gain": 10.0},
    "input_noise_none": {"discriminator.input_noise": 0.0},
    "input_noise_quiet": {"discriminator.input_noise": 0.02},
    "dropout_layers_1": {"generator.n_dropout_layers": 1},
    "dropout_layers_3": {"generator.n_dropout_layers": 3},
    "dropout_at_test": {"generator.dropout_at_test": True},
    "norm_at_bottleneck": {"generator.norm_at_bottleneck": True},
    "norm_not_at_bottleneck": {"generator.norm_at_bottleneck": False},
    "norm_running": {"generator.norm_at_test": "running"},
    "l1_weight_1": {"loss.l1_weight": 1.0},
    "l1_weight_10": {"loss.l1_weight": 10.0},
    "l1_weight_100": {"loss.l1_weight": 100.0},
    "learning_rate_low": {"training.learning_rate": 2e-4},
    "d_learning_rate_low": {"training.d_learning_rate": 2e-4},
    "beta1_high": {"training.beta1": 0.9},
    "average_none": {"training.average_decay": 0.0},
    "average_98": {"training.average_decay": 0.98},
    "d_steps_1": {"training.d_steps_per_g_step": 1},
    "d_steps_2": {"training.d_steps_per_g_step": 2},
    "highpass_none": {"data.highpass_hz": 0.0},
    "highpass_60": {"data.highpass_hz": 60.0},
    "hop_whole": {"generation.hop_seconds": 1.0},
    "hop_half": {"generation.hop_seconds": 0.5},
}


def study_of(settings: Ablation, profile: str = "quick") -> Study:
    """Return a study of other settings than the profile's."""
    study = Study(Workspace(profile))
    study.__dict__["settings"] = settings  # where the cached property keeps them
    return study


def test_every_file_is_a_row_and_no_two_groups_share_a_name() -> None:
    names = [row for _, row in ALL]
    assert sorted(names) == sorted(CHANGED)
    assert len(set(names)) == len(names)  # they share the folders of models


@pytest.mark.parametrize(("group", "row"), ALL, ids=[row for _, row in ALL])
def test_a_file_holds_what_its_name_says_and_nothing_else(group: Group, row: str) -> None:
    held = {
        f"{section}.{key}": value
        for section, values in read_toml(row_files(group)[row]).items()
        for key, value in values.items()
    }
    assert held == CHANGED[row]
    first = row_files(group)[row].read_text(encoding="utf-8").splitlines()[0]
    assert "Table 7" in first if group == "ablations" else first.startswith("# PAPER_NOTES, ")


@pytest.mark.parametrize("recipe", RECIPES)
@pytest.mark.parametrize("row", CHANGED)
def test_a_row_moves_its_keys_on_either_base_and_can_be_trained(row: str, recipe: str) -> None:
    study = study_of(Ablation(base=recipe))  # type: ignore[arg-type]
    config = study.config(row)
    moved = differences(study.config(FULL), config)
    assert {key: new for key, (_, new) in moved.items()}.items() <= CHANGED[row].items()
    values = config.as_dict()
    assert {key: values[key.split(".")[0]][key.split(".")[1]] for key in CHANGED[row]} == CHANGED[row]
    assert config.training.n_steps == study.settings.n_steps
    check_trainable(config, n_processes=1)


@pytest.mark.parametrize(("base", "other"), [RECIPES, RECIPES[::-1]])
def test_each_difference_between_the_recipes_is_a_row_on_either_base(base: str, other: str) -> None:
    workspace = Workspace("quick")
    study = study_of(Ablation(base=base, n_choice_seeds=1))  # type: ignore[arg-type]
    apart = differences(workspace.config(base), workspace.config(other))
    one_key = [
        differences(study.config(FULL), study.config(row)) for group in GROUPS for row in study.rows(group)
    ]
    taken = {key: new for changed in one_key if len(changed) == 1 for key, (_, new) in changed.items()}
    assert {key: new for key, (_, new) in apart.items() if taken.get(key) is None} == {}
    assert len(apart) > 10


def test_the_experiments_are_those_of_the_printed_table_in_its_order() -> None:
    printed = load_published("table7")["experiment"].tolist()
    assert list(PRINTED) == printed[:-1]  # the last is the ground truth, which needs no model
    assert set(PRINTED.values()) | {"whole_seconds"} == set(row_files("ablations")) == set(LABELS)
    assert list(row_files("ablations")) == list(LABELS)


def test_a_row_that_changes_nothing_is_the_base_and_is_not_trained() -> None:
    tuned, paper = study_of(Ablation(base="tuned")), study_of(Ablation(base="paper"))
    assert tuned.config("random_crop") == tuned.config(FULL)
    assert paper.config("whole_seconds") == paper.config(FULL)
    for study, missing in ((tuned, "random_crop"), (paper, "whole_seconds")):
        assert set(row_files("ablations")) - set(study.rows("ablations")) == {missing}
        assert study.rows("ablations")[0] == FULL
        assert study.rows("choices") == ()


def test_models_are_rows_by_seeds_each_once() -> None:
    study = study_of(Ablation(rows=("ls", "l1_weight_100"), n_seeds=2, n_choice_seeds=1))
    assert list(study.models()) == [("full", 0), ("full", 1), ("ls", 0), ("ls", 1), ("l1_weight_100", 0)]
    assert list(study.models(["choices"])) == [("full", 0), ("l1_weight_100", 0)]
    assert study.plan().startswith("5 models of 150 steps on dog, from the recipe tuned: about 4.2 minutes")


def test_a_group_of_which_no_row_is_asked_for_has_not_even_its_base() -> None:
    study = study_of(Ablation(rows=("ls",), n_choice_seeds=1))
    assert study.rows("ablations") == ("full", "ls")
    assert study.rows("choices") == ()


def test_more_seeds_are_asked_for_and_never_fewer() -> None:
    assert Study(Workspace("quick"), n_seeds=5).seeds("ablations") == range(5)
    assert Study(Workspace("quick"), n_seeds=1).seeds("ablations") == range(3)


def test_folders_are_one_a_model() -> None:
    study = study_of(Ablation(n_choice_seeds=1), profile="smoke")
    folders = [study.run_dir(row, seed=seed) for row, seed in study.models()]
    assert len(set(folders)) == len(folders) > 40
    assert folders[0] == ROOT / "runs" / "smoke" / "ablations" / "full" / "dog" / "seed0"


def test_a_category_that_is_not_there_gives_way_to_the_first(tmp_path: Path, videos: dict[str, Path]) -> None:
    for name in ("door", "steps"):
        (tmp_path / name).mkdir()
        for clip in "abc":
            shutil.copy(videos["clean"], tmp_path / name / f"{clip}.mp4")
    assert Study(Workspace("smoke", str(tmp_path))).category == "door"
    assert Study(Workspace("smoke")).category == "dog"


@pytest.mark.parametrize("profile", PROFILES)
def test_every_profile_has_settings_whose_rows_exist(profile: str) -> None:
    study = Study(Workspace(profile))
    assert len(study.rows("ablations")) >= 2
    for row, _ in study.models():
        assert all(path.is_file() for path in study.config_files(row))
    assert (profile == "smoke") == bool(study.settings.rows)
    assert study.settings.base == ("paper" if profile == "paper" else "tuned")


def test_the_settings_of_the_quick_profile_are_the_defaults() -> None:
    assert Study(Workspace("quick")).settings == Ablation()


def test_what_cannot_be_trained_is_refused_in_one_line() -> None:
    for wrong, named in (
        ({"n_seedz": 1}, r"unknown key 'ablation\.n_seedz'"),
        ({"base": "mine"}, r"ablation\.base in here = 'mine'; expected one of paper, tuned"),
        ({"n_steps": 0}, "0 steps"),
        ({"n_choice_seeds": -1}, "-1 of choices"),
    ):
        with pytest.raises(InputError, match=named):
            merge({"ablation": Ablation()}, {"ablation": wrong}, source="here")
    with pytest.raises(InputError, match="no row 'mine'; expected one of full"):
        Study(Workspace("quick")).config("mine")


def test_a_label_is_that_of_table_7_or_names_the_key() -> None:
    study = Study(Workspace("quick"))
    assert label_of(study, "no_audio_filter") == "− audio filter"
    assert label_of(study, "dropout_at_test") == "generator.dropout_at_test = true, not false"
    assert label_of(study, "learning_rate_low") == "training.learning_rate = 0.0002, not 0.001"


def test_differences_of_equal_configurations_are_none() -> None:
    assert differences(Config(), Config()) == {}
