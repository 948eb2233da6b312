"""Nearest-neighbour copy: it finds what looks alike, copies it in time, and never hears the clip."""

from dataclasses import replace

import numpy as np
import pytest

from v2ra.baselines import nearest
from v2ra.datasets import EncodedClip, Pack, quantise
from v2ra.errors import InputError
from v2ra.onsets import detect_onsets
from v2ra.synchrony import onset_f_measure

RATE, HOP = 44_100, 4410
N_FEATURES = 64
LOOK = np.random.default_rng(1).standard_normal((5, N_FEATURES))  # of the vectors around an event


def make_clip(name: str, split: str, events: list[int], *, n_vectors: int = 60) -> EncodedClip:
    """Return a clip with an event at each of some vectors: it looks and sounds the same everywhere."""
    rng = np.random.default_rng([7, *map(ord, name)])
    features = 0.3 * rng.standard_normal((n_vectors, N_FEATURES))
    sound = 1e-3 * rng.standard_normal(n_vectors * HOP)
    hit = np.exp(-np.arange(3 * HOP) / 2000) * np.sin(0.15 * np.arange(3 * HOP))
    for event in events:
        features[event - 2 : event + 3] += LOOK
        sound[event * HOP : (event + 3) * HOP] += 0.5 * hit
    times = np.array(events) / 10
    return EncodedClip(
        name, split, (5 + features).astype(np.float16), quantise(sound.astype(np.float32)), times
    )


@pytest.fixture(scope="module")
def pack() -> Pack:
    clips = (
        make_clip("a", "train", [5, 17, 33, 50]),
        make_clip("b", "train", [8, 20, 31, 47]),
        make_clip("c", "test", [6, 15, 29, 44]),
        make_clip("d", "test", [11, 22, 38, 53]),
    )
    return Pack("wood", clips, {})


@pytest.mark.parametrize("step", [1, 2, 3, 7])
@pytest.mark.parametrize("context", [0, 1])
def test_a_training_clip_gets_its_own_sound_back(pack: Pack, step: int, context: int) -> None:
    clip = pack.clips[0]
    system = nearest.fit(pack, nearest.Settings(step_vectors=step, context_vectors=context))
    steps = np.arange(0, 60, step)
    whole = steps[steps + step <= 60]  # of the last step only what is left of the clip fits
    np.testing.assert_array_equal(system.nearest_places(clip)[: len(whole)], whole)
    end = len(whole) * step * HOP - 1000
    # float32 of two fades that add up to one
    np.testing.assert_allclose(system.synthesise(clip)[:end], clip.waveform[:end], atol=1e-6)


def test_places_are_those_of_a_search_by_hand(pack: Pack) -> None:
    settings = nearest.Settings()
    system, clip = nearest.fit(pack, settings), pack.part("test")[0]
    scaled, width = system._scaled(clip.features), settings.step_vectors + 2 * settings.context_vectors
    for number, place in enumerate(system.nearest_places(clip)):
        mine = [min(max(3 * number - 1 + k, 0), 59) for k in range(width)]
        best = (-np.inf, -1)
        for first in (0, 60):
            for start in range(60 - settings.step_vectors + 1):
                theirs = [first + min(max(start - 1 + k, 0), 59) for k in range(width)]
                one, two = scaled[mine].ravel(), system.vectors[theirs].ravel()
                best = max(
                    best, (float(one @ two / np.linalg.norm(one) / np.linalg.norm(two)), first + start)
                )
        assert place == best[1]


def test_events_come_when_they_are_seen(pack: Pack) -> None:
    system = nearest.fit(pack)
    sounds = {clip.name: system.synthesise(clip) for clip in pack.part("test")}
    for clip in pack.part("test"):
        own, other = (
            onset_f_measure(clip.event_times, detect_onsets(sound, sample_rate=RATE)).f_measure
            for sound in (sounds[clip.name], sounds["d" if clip.name == "c" else "c"])
        )
        assert own == 1.0
        assert other < 0.5


def test_it_neither_hears_the_clip_nor_draws(pack: Pack) -> None:
    system, clip = nearest.fit(pack), pack.part("test")[0]
    deaf = replace(clip, sound=np.zeros_like(clip.sound), event_times=np.zeros(0))
    np.testing.assert_array_equal(system.synthesise(clip), system.synthesise(deaf, seed=5))


def test_the_test_part_is_not_stored(pack: Pack) -> None:
    train_only = Pack("wood", pack.part("train"), {})
    clip = pack.part("test")[1]
    np.testing.assert_array_equal(
        nearest.fit(pack).synthesise(clip), nearest.fit(train_only).synthesise(clip)
    )


@pytest.mark.parametrize("n_vectors", [1, 2, 7, 60])
def test_the_sound_is_as_long_as_the_clip(pack: Pack, n_vectors: int) -> None:
    clip = pack.part("test")[0]
    short = replace(clip, features=clip.features[:n_vectors], sound=clip.sound[: n_vectors * HOP - 321])
    sound = nearest.fit(pack).synthesise(short)
    assert sound.shape == short.sound.shape
    assert sound.dtype == np.float32
    assert np.isfinite(sound).all()


def test_features_that_never_change_tell_nothing_and_do_no_harm(pack: Pack) -> None:
    flat = [replace(clip, features=np.ones_like(clip.features)) for clip in pack.clips]
    system = nearest.fit(Pack("wood", tuple(flat), {}))
    assert (system.nearest_places(flat[2]) == 0).all()  # all places are as good: the first


def test_a_training_part_shorter_than_a_step_is_refused(pack: Pack) -> None:
    with pytest.raises(InputError, match="found no training clip of wood with 61 vectors or more"):
        nearest.fit(pack, nearest.Settings(step_vectors=61))
    with pytest.raises(InputError, match="found no training clip"):
        nearest.fit(Pack("wood", pack.part("test"), {}))


@pytest.mark.parametrize("wrong", [{"step_vectors": 0}, {"context_vectors": -1}, {"fade_seconds": 0.2}])
def test_settings_without_a_step_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(InputError, match="correct the settings"):
        nearest.Settings(**wrong)  # type: ignore[arg-type]
