"""The synthetic data set: same bytes for the same seed, whatever else is asked for, and resumable."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from v2ra.clips import probe_clip, read_clip, read_times
from v2ra.environment import sha256_of
from v2ra.errors import InputError
from v2ra.foley import CATEGORIES, dataset, make_clip, make_dataset
from v2ra.foley.manifest import Recipe, fingerprint, is_whole, load_manifest, save_manifest
from v2ra.foley.sounds import NOISE_DB


def hashes(folder: Path) -> dict[str, str]:
    """SHA-256 of every file of a folder but the manifest, by relative path."""
    files = [path for path in folder.rglob("*") if path.is_file() and path.name != "manifest.json"]
    return {str(path.relative_to(folder)): sha256_of(path) for path in sorted(files)}


def entry_files(folder: Path) -> set[str]:
    """Files that the manifest of a folder lists."""
    return {file for entry in load_manifest(folder).values() for file in entry["files"]}


@pytest.fixture(scope="module")
def wood(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with two clips of wood; the tests only read it."""
    return make_dataset(
        tmp_path_factory.mktemp("data"), categories=["wood"], n_clips=2, n_seconds=1, seed=7
    ).parent


def rendered_names(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return a list that takes the name of every clip that is rendered from now on."""
    names: list[str] = []
    render = dataset._render

    def noted(folder: Path, recipe: Recipe) -> dict[str, Any]:
        names.append(recipe.name)
        return render(folder, recipe)

    monkeypatch.setattr(dataset, "_render", noted)
    return names


@pytest.mark.parametrize("category", CATEGORIES)
def test_a_clip_of_every_category_has_frames_sound_and_contacts_of_one_length(category: str) -> None:
    clip = make_clip(category, n_seconds=1, seed=1)
    assert clip.frames.shape == (30, 256, 256, 3)
    assert clip.frames.dtype == np.uint8
    assert clip.waveform.shape == (44_100,)
    np.testing.assert_array_equal(clip.event_times, [contact.time_seconds for contact in clip.contacts])
    np.testing.assert_array_equal(clip.event_times, [event.seconds for event in clip.events])
    assert {contact.material for contact in clip.contacts} == {category}


def test_same_seed_gives_the_same_clip_and_another_index_another() -> None:
    first, again = (make_clip("wood", n_seconds=1, seed=3, index=2) for _ in range(2))
    other = make_clip("wood", n_seconds=1, seed=3, index=1)
    np.testing.assert_array_equal(first.frames, again.frames)
    np.testing.assert_array_equal(first.waveform, again.waveform)
    assert not np.array_equal(first.waveform, other.waveform)
    assert not np.array_equal(first.frames, other.frames)


def test_noise_level_changes_the_sound_and_nothing_else() -> None:
    quiet, loud = (make_clip("wood", n_seconds=1, seed=3, noise_db=level) for level in (-80.0, -30.0))
    np.testing.assert_array_equal(quiet.frames, loud.frames)
    assert quiet.events == loud.events
    assert quiet.waveform.std() < loud.waveform.std()


def test_files_are_a_real_video_a_sound_file_and_contacts(wood: Path) -> None:
    path = wood / "wood" / "wood_7_000.mp4"
    info = probe_clip(path)
    assert (info.video_codec, info.audio_codec, info.sample_rate) == ("h264", "aac", 44_100)
    clip = read_clip(path)
    assert clip.frames.shape == (30, 256, 256, 3)
    assert not clip.problems
    made = make_clip("wood", n_seconds=1, seed=7, index=0)
    # H.264 at the writer's quality: a few grey levels on average.
    assert np.abs(clip.frames.astype(int) - made.frames).mean() < 6
    # AAC keeps the waveform's form, at no shift in time.
    assert np.corrcoef(clip.waveform, made.waveform)[0, 1] > 0.9
    samples, rate = soundfile.read(path.with_suffix(".wav"), dtype="float32")
    assert rate == 44_100
    np.testing.assert_allclose(samples, made.waveform, atol=2**-16 + 1e-7)  # half a step of 16 bits
    contacts = read_times(path.with_name("wood_7_000_times.txt"))
    np.testing.assert_allclose([c.time_seconds for c in contacts], made.event_times, atol=5e-7)
    assert {(c.material, c.reaction) for c in contacts} == {("wood", "static")}


def test_manifest_states_hashes_events_parameters_and_that_it_is_synthetic(wood: Path) -> None:
    content = json.loads((wood / "manifest.json").read_text("utf-8"))
    assert content["synthetic"] is True
    assert set(content["versions"]) >= {"v2ra", "numpy", "scipy", "av"}
    assert list(content["clips"]) == ["wood/wood_7_000", "wood/wood_7_001"]
    entry = content["clips"]["wood/wood_7_001"]
    assert entry["recipe"] == asdict(Recipe("wood", 7, 1, 1.0, NOISE_DB))
    assert {file: digest for e in content["clips"].values() for file, digest in e["files"].items()} == hashes(
        wood
    )
    assert [event["seconds"] for event in entry["events"]] == [
        contact.time_seconds for contact in read_times(wood / "wood" / "wood_7_001_times.txt")
    ]


def test_more_clips_categories_and_processes_do_not_change_a_clip(wood: Path, tmp_path: Path) -> None:
    make_dataset(tmp_path, categories=["plastic", "wood"], n_clips=2, n_seconds=1, seed=7, n_jobs=2)
    more = hashes(tmp_path)
    assert len(more) == 12
    assert {file: more[file] for file in hashes(wood)} == hashes(wood)
    content = (tmp_path / "manifest.json").read_bytes()
    again = tmp_path / "again"
    make_dataset(again, categories=["wood", "plastic"], n_clips=2, n_seconds=1, seed=7)
    assert (again / "manifest.json").read_bytes() == content


def test_a_second_call_renders_only_what_is_missing_or_harmed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = rendered_names(monkeypatch)
    make_dataset(tmp_path, categories=["wood"], n_clips=2, n_seconds=1)
    before = hashes(tmp_path)
    names.clear()
    make_dataset(tmp_path, categories=["wood"], n_clips=2, n_seconds=1)
    assert names == []
    (tmp_path / "wood" / "wood_0_000.wav").write_bytes(b"harmed")
    (tmp_path / "wood" / "wood_0_001.mp4").unlink()
    make_dataset(tmp_path, categories=["wood"], n_clips=3, n_seconds=1)
    assert names == ["wood/wood_0_000", "wood/wood_0_001", "wood/wood_0_002"]
    assert {file: hashes(tmp_path)[file] for file in before} == before


def test_a_run_that_was_stopped_goes_on_where_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    render = dataset._render

    def stopped(folder: Path, recipe: Recipe) -> dict[str, Any]:
        if recipe.index == 1:
            raise KeyboardInterrupt
        return render(folder, recipe)

    with monkeypatch.context() as patch:
        patch.setattr(dataset, "_render", stopped)
        with pytest.raises(KeyboardInterrupt):
            make_dataset(tmp_path, categories=["wood"], n_clips=2, n_seconds=1)
    assert list(load_manifest(tmp_path)) == ["wood/wood_0_000"]
    names = rendered_names(monkeypatch)
    make_dataset(tmp_path, categories=["wood"], n_clips=2, n_seconds=1)
    assert names == ["wood/wood_0_001"]


def test_half_written_files_of_a_killed_run_are_removed(tmp_path: Path) -> None:
    (tmp_path / "wood").mkdir()
    for name in (".wood_0_000.123.part.mp4", ".wood_0_000_times.123.part.txt"):
        (tmp_path / "wood" / name).write_bytes(b"half")
    make_dataset(tmp_path, categories=["wood"], n_clips=1, n_seconds=1)
    assert entry_files(tmp_path) == set(hashes(tmp_path))


def test_another_recipe_or_other_code_is_rendered_again_and_other_clips_stay_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_dataset(tmp_path, categories=["wood"], n_clips=1, n_seconds=1)
    make_dataset(tmp_path, categories=["wood"], n_clips=1, n_seconds=1, seed=5)
    names = rendered_names(monkeypatch)
    make_dataset(tmp_path, categories=["wood"], n_clips=1, n_seconds=1.2)
    assert names == ["wood/wood_0_000"]
    assert list(load_manifest(tmp_path)) == ["wood/wood_0_000", "wood/wood_5_000"]
    entry = load_manifest(tmp_path)["wood/wood_5_000"]
    recipe = Recipe("wood", 5, 0, 1.0, NOISE_DB)
    assert is_whole(tmp_path, entry, recipe)
    assert not is_whole(tmp_path, entry | {"fingerprint": "0" * 64}, recipe)
    assert not is_whole(tmp_path, entry | {"recipe": asdict(recipe) | {"noise_db": -40.0}}, recipe)


def test_nothing_half_written_is_left(wood: Path) -> None:
    assert not [path for path in wood.rglob("*") if ".part" in path.name]
    assert entry_files(wood) == set(hashes(wood))


def test_the_fingerprint_is_the_same_in_one_state_of_the_code() -> None:
    fingerprint.cache_clear()
    first = fingerprint()
    fingerprint.cache_clear()
    assert fingerprint() == first


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"categories": ["cat"]}, "found category 'cat'"),
        ({"categories": []}, "found 0 categories"),
        ({"n_clips": 0}, "found 7 categories, 0 clips"),
        ({"seed": -1}, "seed -1"),
        ({"n_jobs": 0}, "found n_jobs = 0"),
        ({"categories": ["wood"], "n_clips": 1, "n_seconds": 0.5}, "expected at least 1 s"),
    ],
)
def test_bad_requests_are_refused_in_one_line(
    tmp_path: Path, arguments: dict[str, Any], message: str
) -> None:
    with pytest.raises(InputError, match=message) as caught:
        make_dataset(tmp_path / "data", **arguments)
    assert "\n" not in str(caught.value)


def test_a_negative_index_is_refused() -> None:
    with pytest.raises(InputError, match="found seed 0, index -1"):
        make_clip("wood", n_seconds=1, seed=0, index=-1)


def test_a_file_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("not a folder")
    with pytest.raises(InputError, match="is a file; expected a folder"):
        make_dataset(tmp_path / "data", n_clips=1, n_seconds=1)


@pytest.mark.parametrize("text", ["", "[]", '{"clips": 3}', '{"clips": {"a": {}}}', '{"other": {}}'])
def test_a_file_that_is_no_manifest_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(InputError, match="is not a manifest of this project"):
        load_manifest(tmp_path)


def test_clips_whose_files_are_gone_leave_the_manifest(tmp_path: Path) -> None:
    save_manifest(tmp_path, {"wood/a": {"files": {"wood/a.mp4": "0"}}})
    assert load_manifest(tmp_path) == {}
