"""Onsets and features of sounds that recur: those of the sound, found once."""

from pathlib import Path
from unittest.mock import Mock

import numpy as np
import pytest
from numpy.typing import NDArray

from v2ra import heard_sounds
from v2ra.heard_sounds import features_of, heard_pairs, onsets_of
from v2ra.onsets import detect_onsets
from v2ra.pairs import Pair
from v2ra.score_cache import Runner, digest
from v2ra.similarity import similarity_features

RATE = 16_000


def click(seconds: float, level: float = 0.5) -> NDArray[np.float64]:
    """Return a second with a damped tone."""
    sound = np.zeros(RATE)
    since = np.arange(RATE - round(seconds * RATE)) / RATE
    sound[round(seconds * RATE) :] = level * np.sin(2 * np.pi * 900 * since) * np.exp(-since / 0.02)
    return sound


SOUNDS: list[NDArray[np.floating]] = [click(0.2), click(0.7), click(0.2).copy(), click(0.2, level=0.25)]
SOUNDS += [click(0.2).astype(np.float32)]


@pytest.mark.parametrize("kept", [True, False])
def test_features_are_those_of_each_sound_alone(tmp_path: Path, kept: bool) -> None:
    alone = [similarity_features(sound, sample_rate=RATE) for sound in SOUNDS]
    for _ in range(2):
        assert features_of(SOUNDS, sample_rate=RATE, runner=Runner(tmp_path if kept else None)) == alone
    assert alone[0] != alone[3]


def test_equal_sounds_are_described_once(monkeypatch: pytest.MonkeyPatch) -> None:
    counted = Mock(wraps=similarity_features)
    monkeypatch.setattr(heard_sounds, "similarity_features", counted)
    features_of(SOUNDS, sample_rate=RATE)
    assert counted.call_count == 4


def test_a_sound_at_another_rate_is_another_sound(tmp_path: Path) -> None:
    runner = Runner(tmp_path)
    slow, fast = (features_of(SOUNDS[:1], sample_rate=rate, runner=runner) for rate in (RATE, RATE // 2))
    assert slow != fast == features_of(SOUNDS[:1], sample_rate=RATE // 2)


def test_onsets_and_features_of_one_sound_are_kept_apart(tmp_path: Path) -> None:
    runner, name = Runner(tmp_path), digest(SOUNDS[0], RATE)
    features_of(SOUNDS[:1], sample_rate=RATE, runner=runner)
    found = onsets_of({name: SOUNDS[0]}, sample_rate=RATE, runner=runner)[name]
    assert found.tolist() == detect_onsets(SOUNDS[0], sample_rate=RATE).tolist()


def test_a_reference_has_its_annotation_and_an_estimate_what_is_detected() -> None:
    pairs = [
        Pair("ours", "wood", "a", SOUNDS[0], SOUNDS[1], event_times=np.array([0.4])),
        Pair("ours", "wood", "b", SOUNDS[1], SOUNDS[0]),
    ]
    real, made = heard_pairs(pairs, sample_rate=RATE, runner=Runner())
    found = {tuple(sound): detect_onsets(sound, sample_rate=RATE).tolist() for sound in SOUNDS[:2]}
    assert real[0].onsets.tolist() == [0.4]
    assert real[1].onsets.tolist() == made[0].onsets.tolist() == found[tuple(SOUNDS[1])]
    assert made[1].onsets.tolist() == found[tuple(SOUNDS[0])] != made[0].onsets.tolist()
