"""Modal synthesis: which impact is taken apart, and that it is struck again when and only when it should be."""

from dataclasses import replace

import numpy as np
import pytest

from v2ra.baselines import modal
from v2ra.baselines.mode_fit import Mode, rings
from v2ra.datasets import EncodedClip, Pack, quantise
from v2ra.errors import InputError
from v2ra.onsets import detect_onsets
from v2ra.similarity import objective_similarity_grade
from v2ra.synchrony import onset_f_measure

RATE = 44_100
BAR = [Mode(620.0, 25.0, 0.5, 0.0), Mode(1710.0, 40.0, 0.3, 1.0), Mode(3350.0, 80.0, 0.2, 2.0)]


def make_clip(name: str, split: str, hits: dict[float, float], *, n_seconds: float = 4.0) -> EncodedClip:
    """Return a clip in which a bar is hit at some times with some strengths, over soft noise."""
    rng = np.random.default_rng(len(name))
    sound = 3e-4 * rng.standard_normal(round(n_seconds * RATE))
    hit = rings(BAR, RATE // 2, sample_rate=RATE).sum(0)
    for seconds, strength in hits.items():
        start = round(seconds * RATE)
        sound[start : start + len(hit)] += strength * hit[: len(sound) - start]
    features = np.zeros((round(n_seconds * 10), 8), np.float16)
    return EncodedClip(name, split, features, quantise(sound.astype(np.float32)), np.array(list(hits)))


@pytest.fixture(scope="module")
def pack() -> Pack:
    """Return two training clips and two test clips; the loudest hit has another close by."""
    clips = (
        make_clip("a", "train", {0.5: 0.3, 1.5: 0.5, 2.5: 0.8, 2.85: 0.3}),
        make_clip("b", "train", {0.8: 0.4, 2.0: 0.6, 3.2: 0.4}),
        make_clip("c", "test", {0.4: 0.5, 1.3: 0.4, 2.9: 0.6}),
        make_clip("dd", "test", {0.9: 0.5, 1.9: 0.5, 3.5: 0.3}),
    )
    return Pack("wood", clips, {})


@pytest.fixture(scope="module")
def system(pack: Pack) -> modal.Modal:
    return modal.fit(pack)


def test_the_example_is_the_loudest_of_the_events_with_room(pack: Pack) -> None:
    example = modal.choose_example(pack)
    assert example.clip == "b"
    assert example.onset == pytest.approx(2.0 * RATE, abs=0.005 * RATE)
    assert len(example.waveform) == RATE  # the next event is 1.2 s away: the longest example ends it
    # Seven events; re the example's peak the strengths are those they were hit with.
    strengths = 20 * np.log10(np.array([0.3, 0.5, 0.8, 0.3, 0.4, 0.6, 0.4]) / 0.6)
    np.testing.assert_allclose(example.strengths_db, strengths, atol=0.2)  # noise and tails under the peaks


def test_with_less_room_asked_for_the_loudest_wins(pack: Pack) -> None:
    example = modal.choose_example(pack, modal.Settings(isolation_seconds=0.3))
    assert example.clip == "a"
    assert example.onset == pytest.approx(2.5 * RATE, abs=0.005 * RATE)
    assert len(example.waveform) == pytest.approx(0.35 * RATE, abs=0.01 * RATE)


def test_the_modes_of_the_recorded_bar_are_found(system: modal.Modal) -> None:
    for wanted in BAR:
        mode = min(system.modes, key=lambda mode: abs(mode.frequency - wanted.frequency))
        assert mode.frequency == pytest.approx(wanted.frequency, rel=0.01)
        assert mode.damping == pytest.approx(wanted.damping, rel=0.1)
    assert system.n_parameters == 4 * len(system.modes)


def test_struck_as_it_was_recorded_it_sounds_as_it_was_recorded(pack: Pack) -> None:
    system = modal.fit(pack, modal.Settings(spread_db=0.0))
    gain = 10 ** (np.median(system.example.strengths_db) / 20)
    impact = system.strike(np.random.default_rng(0))
    np.testing.assert_allclose(impact, gain * system.example.waveform, atol=1e-6)  # float32 parts


def test_it_sounds_at_every_contact_and_nowhere_else(pack: Pack, system: modal.Modal) -> None:
    for clip in pack.part("test"):
        sound = system.synthesise(clip)
        assert sound.dtype == np.float32
        assert sound.shape == clip.sound.shape
        score = onset_f_measure(clip.event_times, detect_onsets(sound, sample_rate=RATE))
        assert score.f_measure == 1.0
        assert not sound[: round(clip.event_times[0] * RATE)].any()


def test_its_timbre_is_nearer_than_that_of_noise(pack: Pack, system: modal.Modal) -> None:
    for clip in pack.part("test"):
        noise = np.random.default_rng(0).standard_normal(len(clip.sound)) * clip.waveform.std()
        grades = [
            objective_similarity_grade(clip.waveform, sound, sample_rate=RATE).osg
            for sound in (system.synthesise(clip), noise)
        ]
        assert grades[0] < grades[1] / 2  # far apart: noise has no impacts


def test_a_draw_depends_on_the_seed_and_the_clip_alone(pack: Pack, system: modal.Modal) -> None:
    clip = pack.part("test")[0]
    first = system.synthesise(clip, seed=3)
    np.testing.assert_array_equal(first, modal.fit(pack).synthesise(clip, seed=3))
    assert not np.array_equal(first, system.synthesise(clip, seed=4))
    assert not np.array_equal(first, system.synthesise(replace(clip, name="other"), seed=3))


def test_it_hears_nothing_of_the_clip_it_is_given(pack: Pack, system: modal.Modal) -> None:
    clip = pack.part("test")[0]
    silent = replace(clip, sound=np.zeros_like(clip.sound))
    np.testing.assert_array_equal(system.synthesise(clip), system.synthesise(silent))


def test_strengths_are_drawn_from_those_of_the_training_events(pack: Pack) -> None:
    system = modal.fit(pack, modal.Settings(spread_db=0.0, strength="drawn"))
    rng = np.random.default_rng(0)
    peaks = {round(float(np.abs(system.strike(rng)).max()), 4) for _ in range(60)}
    offered = np.abs(system.example.waveform).max() * 10 ** (system.example.strengths_db / 20)
    assert peaks == {round(float(peak), 4) for peak in offered}


def test_without_contacts_it_is_silent_and_late_ones_are_cut(pack: Pack, system: modal.Modal) -> None:
    clip = pack.part("test")[0]
    assert not system.synthesise(replace(clip, event_times=np.zeros(0))).any()
    last = replace(clip, event_times=np.array([3.99, 4.5]))
    sound = system.synthesise(last)
    assert np.flatnonzero(sound)[0] >= round(3.99 * RATE)


def test_what_is_too_loud_is_clipped_with_a_warning(pack: Pack, system: modal.Modal) -> None:
    clip = replace(pack.part("test")[0], event_times=np.full(9, 1.0))
    with pytest.warns(UserWarning, match="beyond ±1 were clipped"):
        sound = system.synthesise(clip)
    assert np.abs(sound).max() == 1


def test_a_training_part_without_events_is_refused() -> None:
    silent = EncodedClip("a", "train", np.zeros((10, 8), np.float16), np.zeros(RATE, np.int16), np.zeros(0))
    for clips in ((silent,), ()):
        with pytest.raises(InputError, match="found no event in the training part of wood"):
            modal.fit(Pack("wood", clips, {}))


@pytest.mark.parametrize("wrong", [{"strength": "loud"}, {"spread_db": -1.0}, {"example_seconds": 0.01}])
def test_settings_that_give_no_example_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(InputError, match="correct the settings"):
        modal.Settings(**wrong)  # type: ignore[arg-type]
