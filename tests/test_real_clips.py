"""The scripts about real footage: labels, folds and the probe on clips whose answer is known, and on the real ones."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks.backends import probe_auc
from benchmarks.real_clips import annotated_contacts, contact_labels, dataset_of, listed_clips
from benchmarks.real_data import SYSTEMS, config_of, fold_of
from tests.test_few_clips import write_clips
from v2ra.datasets import EncodedClip, Pack
from v2ra.errors import InputError
from v2ra.workspace import Workspace


def test_a_tenth_holds_the_contacts_that_fall_into_it() -> None:
    labels = contact_labels(np.array([0.0, 0.3, 0.31, 0.999, 1.0]), 10)
    assert np.flatnonzero(labels).tolist() == [0, 3, 9]  # 1.0 s lies behind the last tenth
    assert not contact_labels(np.zeros(0), 4).any()


def test_contacts_are_read_by_clip_and_another_file_is_refused(tmp_path: Path) -> None:
    assert annotated_contacts(tmp_path, None) == {}
    path = tmp_path / "gh_events.csv"
    path.write_text("file,time_s,material\nwood/a.mp4,0.5,None\nwood/a.mp4,0.1,wood\ncloth/a.mp4,1.0,cloth\n")
    found = annotated_contacts(tmp_path, None)
    assert {name: times.tolist() for name, times in found.items()} == {
        "wood/a": [0.1, 0.5],
        "cloth/a": [1.0],
    }
    path.write_text("clip,seconds\na,1\n")
    with pytest.raises(InputError, match=r"columns clip, seconds in .*; expected file and time_s"):
        annotated_contacts(tmp_path, path)
    with pytest.raises(InputError, match=r"no file .*nowhere"):
        annotated_contacts(tmp_path, tmp_path / "nowhere.csv")


def test_clips_are_listed_by_category_and_told_without_their_names(tmp_path: Path) -> None:
    write_clips(tmp_path / "cloth", 1)
    write_clips(tmp_path / "wood", 2)
    assert [entry.name for entry in listed_clips(tmp_path, categories=["wood"])] == ["wood_0", "wood_1"]
    with pytest.raises(InputError, match="found no clip of gravel"):
        listed_clips(tmp_path, categories=["gravel"])
    told = dataset_of(listed_clips(tmp_path))
    assert (told["name"], told["n_clips"]) == ("real clips, not passed on", 3)
    assert told["clips_by_category"] == {"cloth": 1, "wood": 2}
    assert "wood_0" not in str(told)


def test_the_probe_finds_what_is_there_and_nothing_in_noise(rng: np.random.Generator) -> None:
    labels = [rng.random(60) < 0.3 for _ in range(6)]
    noise = [rng.standard_normal((60, 32)).astype(np.float32) for _ in labels]
    seen = [clip + 3 * truth[:, None] for clip, truth in zip(noise, labels, strict=True)]
    assert min(probe_auc(seen, labels)) > 0.95
    assert abs(np.mean(probe_auc(noise, labels)) - 0.5) < 0.15  # six clips of 60 tenths: a deviation of 0.03
    labels[0][:] = False
    assert np.isnan(probe_auc(seen, labels)[0])  # without a contact there is nothing to tell apart


def test_a_fold_holds_one_clip_out_and_is_another_data_set() -> None:
    clips = tuple(
        EncodedClip(name, "test", np.zeros((1, 1)), np.zeros(1), np.zeros(0))  # type: ignore[arg-type]
        for name in "abc"
    )
    folds = [fold_of(Pack("impact", clips, {}), name) for name in "abc"]
    assert [[clip.name for clip in fold.part("test")] for fold in folds] == [["a"], ["b"], ["c"]]
    assert all(len(fold.part("train")) == 2 for fold in folds)
    assert len({str(fold.details) for fold in folds}) == 3  # a run of one is not gone on with by another


def test_the_recipe_is_the_tuned_one_but_for_its_length() -> None:
    tuned = Workspace("quick").config("tuned")
    steps = {
        "training.n_steps": tuned.training.n_steps,
        "training.validate_every": tuned.training.validate_every,
    }
    assert config_of(7).training.n_steps == 7
    assert config_of(7).with_overrides(steps) == tuned
    assert len(SYSTEMS) == 4


def test_the_real_clips_at_hand_have_annotated_excerpts_of_greatest_hits(shared: Path) -> None:
    folder = shared / "real" / "clips"
    names = {f"{entry.category}/{entry.name}" for entry in listed_clips(folder)}
    contacts = annotated_contacts(folder, None)
    assert len(contacts) == 6
    assert set(contacts) <= names
    assert all(len(times) and times[0] >= 0 for times in contacts.values())
