"""Which step is kept: the parts of the score and what the level costs."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from v2ra import selection
from v2ra.checkpoint import load_run
from v2ra.config import Config
from v2ra.datasets import EncodedClip, Pack, quantise
from v2ra.generator import Generator
from v2ra.selection import train_category, validation_scores

TINY = Config().with_overrides(
    {
        "generator.base_width": 1,
        "discriminator.base_width": 1,
        "training.batch_size": 2,
        "training.n_steps": 4,
        "training.validate_every": 2,
    }
)


def clicks(*seconds: float, level: float = 0.8) -> np.ndarray:
    """Return two seconds of silence with bursts."""
    noise = np.random.default_rng(1).uniform(-1, 1, 2000)
    sound = np.zeros(88_200, np.float32)
    for start in seconds:
        sound[int(start * 44_100) :][:2000] = level * noise
    return sound


def encoded(name: str, split: str, sound: np.ndarray, *seconds: float) -> EncodedClip:
    """Return a clip of random features."""
    features = np.random.default_rng(len(name)).uniform(-1, 1, (20, 4096)).astype(np.float16)
    return EncodedClip(name, split, features, quantise(sound), np.array(seconds))


CLIPS = (
    encoded("early", "validation", clicks(0.25, 0.75), 0.25, 0.75),
    encoded("late", "validation", clicks(1.25, 1.75), 1.25, 1.75),
)


@pytest.fixture
def played(monkeypatch: pytest.MonkeyPatch) -> list[np.ndarray]:
    """Return the list of sounds that stand in for generated ones, in the order of the clips."""
    sounds: list[np.ndarray] = []
    monkeypatch.setattr(selection, "generate_waveform", lambda *_, **__: sounds.pop(0))
    return sounds


def score(clips: tuple[EncodedClip, ...] = CLIPS) -> dict[str, float]:
    """Return the scores; the generator is not asked."""
    return validation_scores(Generator(TINY.generator).eval(), clips, config=TINY)


def test_the_real_sounds_have_full_marks_and_the_swapped_ones_none(played: list[np.ndarray]) -> None:
    played += [clip.waveform for clip in CLIPS]
    right = score()
    assert (right["onset_f"], right["onset_f_mismatched"]) == (1.0, 0.0)
    assert right["correlation"] == pytest.approx(1.0)
    assert right["rms_ratio"] == pytest.approx(1.0)
    assert right["score"] == pytest.approx(2.0 - right["correlation_mismatched"])
    played += [clip.waveform for clip in reversed(CLIPS)]
    swapped = score()
    assert swapped["score"] == pytest.approx(-right["score"])


def test_sound_that_is_the_same_for_every_clip_gains_nothing(played: list[np.ndarray]) -> None:
    played += 2 * [clicks(0.25, 0.75, 1.25, 1.75)]
    # Half of its events fit either clip; nothing is left after the mismatched value is taken off.
    assert score()["score"] == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize(
    ("gain", "cost"), [(1.0, 0.0), (2**0.4, 0.0), (2**-0.4, 0.0), (0.5, 0.25), (0.25, 0.75), (2.0, 0.25)]
)
def test_half_an_octave_of_level_is_free_and_then_half_a_point_an_octave(
    gain: float, cost: float, played: list[np.ndarray]
) -> None:
    assert selection._level_cost(gain) == pytest.approx(cost)
    quiet = tuple(encoded(clip.name, "validation", 0.2 * clip.waveform, *clip.event_times) for clip in CLIPS)
    played += [gain * clip.waveform for clip in quiet]
    parts = score(quiet)
    assert parts["rms_ratio"] == pytest.approx(gain)
    gained = sum(parts[name] - parts[f"{name}_mismatched"] for name in ("onset_f", "correlation"))
    assert gained - parts["score"] == pytest.approx(cost, abs=1e-6)


def test_silence_costs_a_finite_number(played: list[np.ndarray]) -> None:
    played += 2 * [np.zeros(88_200, np.float32)]
    assert np.isfinite(list(score().values())).all()


def test_one_clip_has_nothing_to_be_mismatched_with(played: list[np.ndarray]) -> None:
    played += [CLIPS[0].waveform]
    parts = score(CLIPS[:1])
    assert parts["onset_f_mismatched"] == parts["correlation_mismatched"] == 0.0


def test_the_validation_part_selects_and_the_test_part_has_no_say(tmp_path: Path) -> None:
    clips = (encoded("a", "train", clicks(0.5)), encoded("b", "train", clicks(1.0)), CLIPS[0])
    tests = encoded("tested", "test", clicks(0.1)), encoded("tested", "test", clicks(0.9))
    histories = [
        train_category(Pack("wood", (*clips, test), {}), TINY, tmp_path / name, accelerator="cpu")
        for name, test in zip("ab", tests, strict=True)
    ]
    one, two = (load_run(tmp_path / name).generator.state_dict() for name in "ab")
    assert all(torch.equal(one[name], two[name]) for name in one)
    looks = histories[0].table.dropna()
    assert looks["step"].tolist() == [2, 4]
    assert looks["validation_onset_f"].between(0, 1).all()
    scores = dict(zip(looks["step"], looks["validation_score"], strict=True))
    assert scores[histories[0].best_step] == max(scores.values())


def test_without_a_validation_part_the_last_step_is_kept(tmp_path: Path) -> None:
    pack = Pack("wood", (encoded("a", "train", clicks(0.5)),), {})
    assert train_category(pack, TINY, tmp_path / "run", accelerator="cpu").best_step == 4


def test_annotated_events_count_and_not_what_is_heard_in_the_real_sound(played: list[np.ndarray]) -> None:
    clip = encoded("early", "validation", clicks(0.25, 0.75), 0.45, 0.95)
    played += [clicks(0.45, 0.95)]
    assert score((clip,))["onset_f"] == 1.0


def test_sound_is_validated_as_it_will_be_generated(monkeypatch: pytest.MonkeyPatch) -> None:
    hops = []

    def generate(*_: object, n_samples: int, hop_seconds: float, **__: object) -> np.ndarray:
        hops.append(hop_seconds)
        return np.zeros(n_samples, np.float32)

    monkeypatch.setattr(selection, "generate_waveform", generate)
    for hop in (1.0, 0.5):
        config = TINY.with_overrides({"generation.hop_seconds": hop})
        validation_scores(Generator(TINY.generator).eval(), CLIPS, config=config)
    assert hops == [1.0, 1.0, 0.5, 0.5]


def test_the_clips_that_select_are_those_of_the_validation_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def scores(*given: Any, **options: Any) -> dict[str, float]:
        asked.append([clip.name for clip in options["clips"]])
        return validation_scores(*given, **options)

    monkeypatch.setattr(selection, "validation_scores", scores)
    clips = (encoded("a", "train", clicks(0.5)), CLIPS[0], encoded("c", "test", clicks(0.1)))
    train_category(Pack("wood", clips, {}), TINY, tmp_path / "run", accelerator="cpu")
    assert asked == [["early"], ["early"]]
