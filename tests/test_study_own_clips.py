"""Our own clips as stimuli: level, mismatch and what is compared where."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from v2ra.baselines.systems import SYSTEMS
from v2ra.clips import read_waveform, write_video
from v2ra.datasets import EncodedClip, Pack
from v2ra.published import load_published
from v2ra.study import own_clips
from v2ra.study.own_clips import PREVIOUS, at_level, planned, systems_of, write_own_clips
from v2ra.study.published_scores import METHODS

RATE = 44_100
LENGTHS = {"dog_1": 22_050, "dog_2": 11_025, "dog_3": 22_050, "wood_1": 22_050}


class Bench:
    """A workspace of a few clips, one test clip of wood alone, without models."""

    categories = ("dog", "wood")
    compared = ("dog",)
    sound_cache = None

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name, length in LENGTHS.items():
            write_video(folder / f"{name}.mp4", np.zeros((length // 1470, 64, 64, 3), np.uint8))

    def pack(self, category: str) -> Pack:
        names = [name for name in LENGTHS if name.startswith(category)]
        files = {name: str(self.folder / f"{name}.mp4") for name in names}
        clips = [
            EncodedClip(name, "test", np.zeros((5, 2), np.float16), self.sound(name), np.zeros(0))
            for name in names
        ]
        return Pack(category, tuple(clips), {"files": files})

    def sound(self, name: str) -> np.ndarray[Any, np.dtype[np.int16]]:
        """Return a real sound: its own constant."""
        return np.full(LENGTHS[name], 3000 + 1000 * int(name[-1]), np.int16)

    def run(self, recipe: str, category: str, *, seed: int) -> str:
        return category


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return it, with models that make each clip a constant of its own: 0.01 times its number."""
    made = Bench(tmp_path)

    def sounds(run: str, pack: Pack, **_: object) -> dict[str, np.ndarray]:
        return {
            clip.name: np.full(len(clip.sound), 0.01 * int(clip.name[-1]), np.float32) for clip in pack.clips
        }

    class Made:
        def __init__(self, sounds: dict[str, np.ndarray]) -> None:
            self.sounds = sounds

    monkeypatch.setattr(own_clips, "heldout_sounds", sounds)
    monkeypatch.setattr(own_clips, "made_by", lambda w, s, c, seed: Made(sounds("", w.pack(c))))
    return made


def test_every_clip_gets_each_system_and_mismatched_only_where_there_is_another_clip(bench: Any) -> None:
    assert systems_of(bench, "dog") == ("real", "tuned", "mismatched", "sample_rnn")
    assert systems_of(bench, "wood") == ("real", "tuned")
    plan = planned(bench)
    assert len(plan.items) == 2 * 4 + 2
    assert len(plan.pairs) == 3 + 2
    assert plan == planned(bench) != planned(bench, seed=1)


def test_all_sounds_of_a_clip_are_at_the_level_of_the_real_one(bench: Any, tmp_path: Path) -> None:
    sources = write_own_clips(bench, tmp_path / "out")
    assert {source.system for source in sources} == {"real", "tuned", "mismatched", "sample_rnn"}
    for source in sources:
        level = np.abs(read_waveform(source.path)).mean()
        assert level == pytest.approx((3000 + 1000 * int(source.clip[-1])) / 32767, rel=1e-3)
    rated = {(source.category, source.clip) for source in sources}
    assert len(rated) == 4, "two of dog, one of wood, one to practise on"


def test_a_mismatched_sound_is_that_of_the_next_clip_and_as_long_as_the_picture(bench: Any) -> None:
    found = own_clips._sounds(bench, "mismatched", bench.pack("dog"), model_seed=0)
    assert {name: round(100 * float(sound[0])) for name, sound in found.items()} == {
        "dog_1": 2,
        "dog_2": 3,
        "dog_3": 1,
    }
    assert {name: len(sound) for name, sound in found.items()} == {name: LENGTHS[name] for name in found}


def test_silence_stays_silent_and_nothing_is_clipped() -> None:
    loud = np.array([0.9, -0.9], np.float32)
    assert at_level(loud, np.zeros(2, np.float32)).tolist() == [0, 0]
    spiky = np.eye(1, 100, dtype=np.float32)[0]
    assert np.abs(at_level(np.full(100, 0.9, np.float32), spiky)).max() == 1


def test_previous_work_is_that_of_table_nine_in_categories_of_the_paper() -> None:
    printed = {method for method in load_published("table9")["method"] if method != "Ours"}
    assert printed == set(METHODS)
    assert set(METHODS.values()) == set(PREVIOUS) <= set(SYSTEMS)
    named = {category for own in PREVIOUS.values() for category in own}
    assert named < {str(name).lower() for name in load_published("table8")["category"]}
