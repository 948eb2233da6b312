"""Sounds after each scheme, and where their recordings come from."""

import warnings
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from v2ra import schemes
from v2ra.checkpoint import Run
from v2ra.config import Config
from v2ra.datasets import EncodedClip, Pack
from v2ra.errors import InputError
from v2ra.evaluation import Pair
from v2ra.generator import Generator
from v2ra.scheme_cases import five_cases, last_clip, with_silence
from v2ra.scheme_settings import PeakMatching
from v2ra.scheme_variants import find_recordings, grain_pairs, recording_pairs
from v2ra.schemes import (
    SYSTEMS,
    example_pair,
    find_recording,
    generated_sounds,
    matched,
    pair_of,
    scheme_pairs,
    scheme_sounds,
)
from v2ra.waveforms import write_waveform
from v2ra.workspace import Workspace

Array = NDArray[np.float32]

RATE = 44_100
TINY = Config().with_overrides({"generator.base_width": 1})


def hits(*seconds: float, n_seconds: float = 1.0) -> Array:
    """Return damped tones at times."""
    sound = np.zeros(round(n_seconds * RATE))
    for time in seconds:
        since = np.arange(len(sound) - round(time * RATE)) / RATE
        sound[round(time * RATE) :] += 0.5 * np.sin(2 * np.pi * 900 * since) * np.exp(-since / 0.02)
    return sound.astype(np.float32)


def encoded(name: str, split: str, sound: Array, *seconds: float) -> EncodedClip:
    """Return a clip with sound and random features."""
    rng = np.random.default_rng(len(name))
    features = rng.uniform(0, 1, (-(-len(sound) // 4410), 4096)).astype(np.float16)
    return EncodedClip(name, split, features, (32767 * sound).astype(np.int16), np.array(seconds))


@pytest.fixture(scope="module")
def pack() -> Pack:
    """Return two clips to train on and two for tests."""
    clips = (
        encoded("early", "train", hits(0.1)),
        encoded("late", "train", hits(0.8)),
        encoded("first", "test", hits(0.2, 0.7), 0.2, 0.7),
        encoded("second", "test", hits(0.5)),
    )
    return Pack("wood", clips, {})


@pytest.fixture(scope="module")
def workspace(pack: Pack) -> Workspace:
    """Return a stand-in with an untrained model."""
    torch.manual_seed(3)
    run = Run(Generator(TINY.generator).eval(), TINY, "wood", 0, {})
    stand_in = SimpleNamespace(
        categories=("wood",),
        data="",
        pack=lambda _c: pack,
        run=lambda *_, **__: run,
        config=lambda _r: Config(),
        sound_cache=None,
    )
    return cast(Workspace, stand_in)


def test_a_sound_comes_back_after_each_scheme_as_long_as_it_was() -> None:
    sounds = scheme_sounds(hits(0.2, 0.7), hits(0.4), sample_rate=RATE)
    assert tuple(sounds) == SYSTEMS
    assert {len(sound) for sound in sounds.values()} == {RATE}
    assert np.array_equal(sounds["original"], hits(0.2, 0.7))
    assert not np.array_equal(sounds["peak-match"], sounds["peak-match, corrected"])


def test_what_a_file_cannot_hold_is_cut_and_told(
    pack: Pack, workspace: Workspace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    loud = {"first": np.array([0.5, -1.5, 2.0], np.float32), "second": np.array([1.0], np.float32)}
    monkeypatch.setattr(schemes, "heldout_sounds", lambda *_, **__: loud)
    sounds = generated_sounds(workspace.run("tuned", "wood"), pack)
    assert sounds["first"].tolist() == [0.5, -1.0, 1.0]
    assert sounds["second"].tolist() == [1.0]
    told = "wood: 2 samples of 1 sounds lie beyond ±1 and are cut, as in a file\n"
    assert capsys.readouterr().out == told


def test_a_sound_matched_to_itself_keeps_its_events_in_the_corrected_mode() -> None:
    sound = hits(0.2, 0.7)
    again = matched(sound, sound, mode="corrected")
    # The same grains at the same places; only their fades of 50 ms differ, far behind the events.
    assert np.abs(again - sound).max() < 0.02


def test_a_sound_without_peaks_becomes_silence_without_a_warning() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert not matched(0.01 * hits(0.2), hits(0.4), mode="literal").any()


def test_recordings_are_synthetic_ones_a_file_or_training_clips(pack: Pack, tmp_path: Path) -> None:
    assert find_recording(pack, place=3).name == "synthetic wood 3"
    own = find_recording(pack, place=3, synthetic=False)
    assert own.name == "training clip late"
    assert np.array_equal(own.waveform, pack.clips[1].waveform)
    write_waveform(tmp_path / "hit.wav", hits(0.3), sample_rate=RATE)
    named = find_recording(pack, place=0, path=str(tmp_path))
    assert (named.name, len(named.waveform)) == ("hit.wav", RATE)
    with pytest.raises(InputError, match="found no recording of door"):
        find_recording(Pack("door", (), {}), place=0)
    assert list(find_recordings(pack, n_recordings=3, synthetic=False)) == [
        "training clip early",
        "training clip late",
    ]


def test_every_test_clip_of_every_seed_has_a_sound_a_system(workspace: Workspace) -> None:
    pairs = scheme_pairs(workspace, seeds=(0, 1))
    assert len(pairs) == len(SYSTEMS) * 2 * 2
    assert [pair.system for pair in pairs[:4]] == list(SYSTEMS)
    assert {(pair.clip, pair.seed) for pair in pairs} == {(c, s) for c in ("first", "second") for s in (0, 1)}
    assert all(len(pair.reference) == len(pair.estimate) for pair in pairs)


def test_each_clip_takes_another_recording_and_all_seeds_the_same(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    places, paths = [], []

    def find(pack: Pack, *, place: int, path: str, synthetic: bool) -> schemes.Recording:
        places.append(place)
        paths.append(path)
        return schemes.Recording("hit", hits(0.4))

    monkeypatch.setattr(schemes, "find_recording", find)
    scheme_pairs(workspace, seeds=(0, 1))
    assert places == [0, 1, 0, 1]
    scheme_pairs(workspace, recordings="here")
    assert paths == [""] * 4 + ["here"] * 2


def test_a_profile_sets_both_schemes(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schemes, "heldout_sounds", lambda *_, **__: {"first": hits(0.2), "second": hits(0.6)})
    before = {(p.clip, p.system): p.estimate for p in scheme_pairs(workspace)}
    for key, value, moved in (
        ("denoising.noise_std", 0.1, {"denoised"}),
        ("denoising.blocks", "2x16", {"denoised"}),
        ("denoising.quiet_share", 0.9, {"denoised"}),
        ("peak_match.grain_seconds", 0.02, {"peak-match", "peak-match, corrected"}),
        ("peak_match.min_height", 0.6, {"peak-match", "peak-match, corrected"}),
        ("peak_match.level", "full_scale", {"peak-match", "peak-match, corrected"}),
        ("peak_match.recording", "foley:dog", {"peak-match", "peak-match, corrected"}),
        ("peak_match.seed", 5, {"peak-match", "peak-match, corrected"}),
        ("peak_match.mode", "corrected", set()),  # both modes are made
    ):
        given = {"denoising.noise": "given"} if key == "denoising.noise_std" else {}
        changed = Config().with_overrides({**given, key: value})
        monkeypatch.setattr(workspace, "config", lambda _recipe, changed=changed: changed)
        after = {(p.clip, p.system): p.estimate for p in scheme_pairs(workspace)}
        differ = {name for name, sound in after.items() if not np.array_equal(sound, before[name])}
        assert {system for _, system in differ} == moved, key


def test_annotated_events_go_with_a_pair_and_others_are_left_to_be_found(pack: Pack) -> None:
    first, second = (pair_of(pack, name, hits(), system="x") for name in ("first", "second"))
    assert first.event_times is not None
    assert first.event_times.tolist() == [0.2, 0.7]
    assert second.event_times is None
    assert np.array_equal(first.reference, pack.part("test")[0].waveform)
    assert np.array_equal(first.estimate, hits())


def test_a_missing_category_is_exchanged_and_the_exchange_told(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    pair = example_pair(workspace, "bird")
    assert (pair.category, pair.clip, pair.system) == ("wood", "second", "original")
    assert capsys.readouterr().out == "no bird in this profile: wood is shown instead\n"
    assert five_cases(["cloth", "bird"]) == ["bird", "cloth", "cloth", "cloth", "cloth"]


def test_the_last_clip_is_that_of_the_first_seed() -> None:
    pairs = [
        Pair(system, "wood", clip, hits(), hits(), seed=seed)
        for seed in (0, 1)
        for clip in "ab"
        for system in SYSTEMS
    ]
    shown = last_clip(pairs, "wood")
    assert [(p.system, p.clip, p.seed) for p in shown] == [(system, "b", 0) for system in SYSTEMS]


def test_silence_stands_beside_the_systems_once_a_clip() -> None:
    pairs = [Pair(system, "wood", clip, hits(0.1), hits(0.1)) for clip in "ab" for system in SYSTEMS]
    silent = with_silence(pairs)[len(pairs) :]
    assert [(pair.system, pair.clip) for pair in silent] == [("silence", "a"), ("silence", "b")]
    assert not any(pair.estimate.any() for pair in silent)
    assert all(pair.reference.any() for pair in silent)


def test_variants_are_named_by_recording_grain_and_mode(pack: Pack) -> None:
    generated = {"first": hits(0.2, 0.7), "second": hits(0.5)}
    pairs = recording_pairs(pack, generated, {"x": hits(0.1), "y": hits(0.9)}, seed=4)
    systems = ["original", "x, literal", "x, corrected", "y, literal", "y, corrected"]
    assert [pair.system for pair in pairs] == 2 * systems
    assert {pair.seed for pair in pairs} == {4}
    pairs = grain_pairs(pack, generated, hits(0.1), grains=(0.05, 1.0))
    assert [p.system for p in pairs[:5]] == [
        "original",
        *("0.05 s, literal", "1 s, literal", "0.05 s, corrected", "1 s, corrected"),
    ]
    short, long = pairs[3].estimate, pairs[4].estimate
    assert not np.array_equal(short, long)


def test_each_seed_is_another_model(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    runs = {}
    for seed in (0, 1):
        torch.manual_seed(seed)
        runs[seed] = Run(Generator(TINY.generator).eval(), TINY, "wood", seed, {})
    monkeypatch.setattr(workspace, "run", lambda recipe, category, seed=0: runs[seed])
    made = {
        (p.clip, p.seed): p.estimate for p in scheme_pairs(workspace, seeds=(0, 1)) if p.system == "original"
    }
    assert not np.array_equal(made["first", 0], made["first", 1])


def test_a_variant_is_made_in_the_mode_and_from_the_recording_of_its_name(pack: Pack) -> None:
    recordings = {"x": hits(0.1), "y": 0.5 * hits(0.3)[::-1]}
    for pair in recording_pairs(pack, {"first": hits(0.2, 0.7)}, recordings)[1:]:
        title, mode = pair.system.split(", ")
        expected = matched(hits(0.2, 0.7), recordings[title], mode=mode)  # type: ignore[arg-type]
        assert np.array_equal(pair.estimate, expected), pair.system
    for pair in grain_pairs(pack, {"first": hits(0.2, 0.7)}, hits(0.1), grains=(0.05, 0.5))[1:]:
        grain, mode = pair.system.split(" s, ")
        settings = PeakMatching(grain_seconds=float(grain))
        expected = matched(hits(0.2, 0.7), hits(0.1), mode=mode, settings=settings)  # type: ignore[arg-type]
        assert np.array_equal(pair.estimate, expected), pair.system


def test_a_profiles_settings_choose_the_recordings_of_variants(pack: Pack) -> None:
    assert list(find_recordings(pack, n_recordings=2, settings=PeakMatching(seed=3))) == [
        "synthetic wood 3",
        "synthetic wood 4",
    ]
    named = find_recordings(pack, n_recordings=1, settings=PeakMatching(recording="foley:dog"))
    assert list(named) == ["synthetic dog 0"]
    other = find_recordings(
        pack, n_recordings=1, path="foley:bird", settings=PeakMatching(recording="foley:dog")
    )
    assert list(other) == ["synthetic bird 0"]
