"""Sounds of the test part: their lengths, their controls, the files they go to."""

from pathlib import Path
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from v2ra.checkpoint import Run
from v2ra.clips import probe_clip, read_waveform, write_video
from v2ra.config import Config
from v2ra.datasets import EncodedClip, Pack
from v2ra.errors import InputError
from v2ra.generator import Generator
from v2ra.heldout import (
    before_and_after,
    control_of,
    control_track,
    generate_all,
    heldout_pairs,
    heldout_sounds,
    save_sounds,
    watched_pairs,
)
from v2ra.workspace import Workspace

TINY = Config().with_overrides({"generator.base_width": 1})


def encoded(name: str, split: str, n_samples: int, *seconds: float) -> EncodedClip:
    """Return a clip of random features and sound."""
    rng = np.random.default_rng(n_samples)
    features = rng.uniform(0, 1, (-(-n_samples // 4410), 4096)).astype(np.float16)
    sound = rng.integers(-9000, 9000, n_samples).astype(np.int16)
    return EncodedClip(name, split, features, sound, np.array(seconds))


@pytest.fixture(scope="module")
def run() -> Run:
    """Return an untrained run."""
    torch.manual_seed(3)
    return Run(Generator(TINY.generator).eval(), TINY, "wood", 0, {})


@pytest.fixture
def pack(tmp_path: Path) -> Pack:
    """Return a clip to train on and two for tests, one of which has its video at hand, 1.5 s long."""
    clips = (
        encoded("learnt", "train", 44_100),
        encoded("short", "test", 52_920, 0.5),
        encoded("gone", "test", 88_200),
    )
    frames = np.random.default_rng(0).integers(0, 255, (45, 64, 64, 3), np.uint8)
    write_video(tmp_path / "short.mp4", frames)
    files = {name: str(tmp_path / f"{name}.mp4") for name in ("learnt", "short", "gone")}
    return Pack("wood", clips, {"files": files})


def test_each_test_clip_gets_sound_as_long_as_its_own(run: Run, pack: Pack) -> None:
    sounds = heldout_sounds(run, pack)
    assert {name: len(sound) for name, sound in sounds.items()} == {"short": 52_920, "gone": 88_200}
    assert all(np.isfinite(sound).all() for sound in sounds.values())


def test_training_clips_change_no_sound_and_are_not_prepared(run: Run, pack: Pack) -> None:
    alone = Pack(pack.category, pack.part("test"), pack.details)
    whole, few = heldout_sounds(run, pack), heldout_sounds(run, alone)
    assert all(np.array_equal(whole[name], few[name]) for name in ("short", "gone"))


def test_a_sound_is_generated_once_for_all_who_keep_it(
    run: Run, pack: Pack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = heldout_sounds(run, pack, cache=tmp_path / "kept")
    assert all(np.array_equal(sound, made[name]) for name, sound in heldout_sounds(run, pack).items())
    monkeypatch.setattr("v2ra.heldout.generate_waveform", lambda *_, **__: np.zeros(1, np.float32))
    again = heldout_sounds(run, pack, cache=tmp_path / "kept")
    assert all(np.array_equal(sound, made[name]) for name, sound in again.items())
    next(iter(run.generator.parameters())).data += 1  # another model
    other = heldout_sounds(run, pack, cache=tmp_path / "kept")
    assert {len(sound) for sound in other.values()} == {1}


def test_pairs_put_the_sound_beside_the_clips_own(run: Run, pack: Pack) -> None:
    sounds = heldout_sounds(run, pack)
    short, gone = heldout_pairs(sounds, pack, system="tuned", seed=2)
    assert (short.system, short.category, short.clip, short.seed) == ("tuned", "wood", "short", 2)
    assert np.array_equal(short.reference, pack.clips[1].waveform)
    assert np.array_equal(short.estimate, sounds["short"])
    assert short.event_times is not None
    assert short.event_times.tolist() == [0.5]
    assert gone.event_times is None  # to be detected


def test_sounds_are_written_and_put_on_the_picture_that_is_at_hand(
    run: Run, pack: Pack, tmp_path: Path
) -> None:
    sounds = heldout_sounds(run, pack)
    files = save_sounds(sounds, pack, tmp_path / "new" / "sounds")
    assert [path.name for path in files] == ["short.wav", "short.mp4", "gone.wav"]
    assert sorted(path.name for path in files) == sorted(p.name for p in files[0].parent.iterdir())
    assert len(read_waveform(files[0])) == 52_920
    assert probe_clip(files[1]).n_seconds == 1.5
    # The clip's sound is 0.3 s shorter than its picture: silence fills the rest.
    dubbed = read_waveform(files[1])
    assert abs(len(dubbed) - 66_150) <= 1
    assert np.abs(dubbed[55_000:]).max() < 1e-3  # what AAC leaves of silence
    assert np.abs(dubbed[:52_000]).max() > 1e-3


@given(st.sets(st.text(min_size=1), min_size=2, max_size=8))
def test_no_clip_is_its_own_control_and_each_serves_once(names: set[str]) -> None:
    sounds = {name: np.zeros(1, np.float32) for name in names}
    controls = {name: control_of(name, sounds) for name in names}
    assert all(name != control for name, control in controls.items())
    assert set(controls.values()) == names


def test_a_clip_that_is_alone_has_no_control_and_that_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    sounds = {name: np.full(1, place, np.float32) for place, name in enumerate("ab")}
    assert control_track("a", sounds, label="Control") == {"Control": sounds["b"]}
    assert capsys.readouterr().out == ""
    assert control_track("a", {"a": sounds["a"]}, label="Control") == {}
    assert "no other clip stands in" in capsys.readouterr().out


def test_before_training_it_sounds_different(run: Run, pack: Pack) -> None:
    sounds = before_and_after(run, pack)
    assert list(sounds) == ["Untrained", "Trained", "Recorded"]
    assert np.array_equal(sounds["Trained"], heldout_sounds(run, pack)["short"])
    assert not np.array_equal(sounds["Untrained"], sounds["Trained"])
    assert np.array_equal(sounds["Recorded"], pack.clips[1].waveform)


def test_every_model_sounds_for_every_test_clip(run: Run, pack: Pack, tmp_path: Path) -> None:
    def sound_dir(recipe: str, category: str, *, seed: int) -> Path:
        return tmp_path / recipe / category / str(seed)

    stand_in = SimpleNamespace(
        categories=("wood",),
        pack=lambda _c: pack,
        run=lambda *_, **__: run,
        sound_dir=sound_dir,
        sound_cache=tmp_path / "kept",
    )
    made = generate_all(cast(Workspace, stand_in), recipes=("paper", "tuned"), seeds=(0, 1))
    assert list(made.sounds) == [(recipe, "wood", seed) for recipe in ("paper", "tuned") for seed in (0, 1)]
    assert len(made.pairs) == 4 * 2
    assert [pair.seed for pair in made.pairs] == [0, 0, 1, 1, 0, 0, 1, 1]
    assert len(made.files) == 4 * 3
    assert all(path.is_file() for path in made.files)
    assert [pair.system for pair in made.pairs] == 4 * ["paper"] + 4 * ["tuned"]


def test_watched_pairs_say_when_their_pictures_move(run: Run, pack: Pack) -> None:
    stand_in = cast(Workspace, SimpleNamespace(categories=("wood",), pack=lambda _c: pack))
    pairs = heldout_pairs(heldout_sounds(run, pack), pack, system="tuned")
    short = [pair for pair in pairs if pair.clip == "short"]
    (watched,) = watched_pairs(stand_in, short)
    assert watched.motion_peaks is not None
    assert len(watched.motion_peaks) > 3  # noise in every frame: some of its 44 differences are peaks
    assert np.array_equal(watched.estimate, short[0].estimate)
    with pytest.raises(InputError, match=r"found no file .*gone\.mp4"):
        watched_pairs(stand_in, pairs, n_clips=1)  # the first by name is the one that is gone
