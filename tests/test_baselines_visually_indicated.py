"""The system of Owens et al. learns where a made-up category sounds, and each of its parts keeps its word."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from v2ra.baselines import cochleagram as bands
from v2ra.baselines import exemplars
from v2ra.baselines.exemplars import collect_exemplars, cut_windows, loudness_peaks
from v2ra.baselines.visual_inputs import at_rate, fit_inputs
from v2ra.baselines.visually_indicated import Settings, fit, robust_loss
from v2ra.datasets import EncodedClip, Pack, quantise
from v2ra.envelopes import envelope_correlation
from v2ra.errors import InputError

RATE = 44_100
WINDOWS = exemplars.Settings()
SMALL = Settings(n_components=4, n_hidden=16, n_steps=200, learning_rate=1e-2, dropout=0.0)


def clip(name: str, split: str, *, seed: int, n_seconds: int = 3) -> EncodedClip:
    """Return a clip whose feature vectors light up in the tenth of a second in which a strike sounds."""
    rng = np.random.default_rng(seed)
    features = 0.05 * rng.standard_normal((10 * n_seconds, 4096))
    sound = 1e-4 * rng.standard_normal(RATE * n_seconds)
    pattern = np.random.default_rng(99).standard_normal(4096)  # what a strike looks like, in every clip
    for vector in rng.permutation(np.arange(2, 10 * n_seconds - 5, 6))[:3]:
        features[vector] += pattern
        time = np.arange(RATE // 4) / RATE
        first = vector * 4410 + 2000
        strike = 0.4 * np.exp(-time / 0.04) * np.sin(2 * np.pi * 700 * time)
        sound[first : first + len(time)] += strike
    return EncodedClip(
        name, split, features.astype(np.float16), quantise(sound.astype(np.float32)), np.zeros(0)
    )


@pytest.fixture(scope="module")
def pack() -> Pack:
    """Return five training clips and one to test."""
    clips = [clip(str(seed), "train", seed=seed) for seed in range(5)]
    return Pack("wood", (*clips, clip("new", "test", seed=9), clip("other", "test", seed=10)), {})


def test_the_loss_is_least_for_the_same_and_grows_slowly_for_what_is_far_off() -> None:
    zero = torch.zeros(1, 5, 10)
    near, far = (robust_loss(zero, zero + distance, epsilon=0.01).item() for distance in (1.0, 100.0))
    assert robust_loss(zero, zero, epsilon=0.01).item() == pytest.approx(np.log(0.01), abs=1e-5)  # float32
    assert far - near == pytest.approx(np.log(1e4), abs=1e-2)  # not 10,000 times


def test_inputs_of_the_training_part_have_one_scale_and_no_mean() -> None:
    features = [clip("a", "train", seed=seed).features for seed in range(3)]
    inputs = fit_inputs(features, 8)
    rows = np.concatenate([inputs(one) for one in features])
    assert rows.shape == (90, 8)
    assert (rows**2).mean() == pytest.approx(1, abs=1e-3)  # float32
    assert rows.mean(0) == pytest.approx(np.zeros(8), abs=1e-3)
    spread = rows.std(0)
    assert (np.diff(spread) <= 1e-4).all()  # the first says most


def test_inputs_that_have_nothing_to_say_are_refused() -> None:
    still = np.ones((20, 16))
    with pytest.raises(InputError, match="expected moving pictures"):
        fit_inputs([still], 2)
    with pytest.raises(InputError, match="found 20 training vectors for 20 components"):
        fit_inputs([still], 20)


def test_frames_take_the_vector_that_they_lie_in() -> None:
    frames = at_rate(np.arange(20.0, dtype=np.float32)[:, None], n_frames=200, frame_rate=90)
    assert frames[:180, 0].tolist() == np.repeat(np.arange(20.0), 9).tolist()
    assert set(frames[180:, 0]) == {19.0}  # what lies past the last vector repeats it
    assert frames[:9, 1] == pytest.approx((np.arange(9) - 4) / 4.5, abs=1e-6)  # float32


def test_silence_has_no_peaks_and_gets_no_sound() -> None:
    silent = np.zeros((90, 42), np.float32)
    assert not len(loudness_peaks(silent, settings=WINDOWS, frame_rate=90))
    click = np.eye(1, RATE, 22050, dtype=np.float32)[0]
    snippets = collect_exemplars([(bands.cochleagram(click), click)], settings=WINDOWS, frames=bands.DEFAULT)
    assert not snippets.lay(silent, n_samples=RATE).any()
    with pytest.raises(InputError, match="found no peak of loudness"):
        collect_exemplars([(silent, np.zeros(RATE, np.float32))], settings=WINDOWS, frames=bands.DEFAULT)


def test_a_training_sound_is_found_by_its_own_cochleagram() -> None:
    strikes = clip("a", "train", seed=1)
    heard = bands.cochleagram(strikes.waveform)
    snippets = collect_exemplars([(heard, strikes.waveform)], settings=WINDOWS, frames=bands.DEFAULT)
    assert len(snippets.windows) == 3
    again = snippets.lay(heard, n_samples=len(strikes.waveform))
    assert envelope_correlation(strikes.waveform, again, sample_rate=RATE).correlation > 0.99  # but for fades


def test_windows_at_the_ends_of_a_clip_are_filled_with_silence() -> None:
    heard = np.ones((60, 42), np.float32)
    first, last = cut_windows(heard, np.array([0, 59]), settings=WINDOWS, frames=bands.DEFAULT)
    assert first.shape == (45, 42)
    assert not first[:4].any()
    assert first[4:].all()
    assert last[:5].all()
    assert not last[5:].any()


@pytest.mark.parametrize("keys", [{"before_seconds": 0.5}, {"prominence": 0.0}, {"prominence": 1.1}])
def test_windows_without_their_peak_are_refused(keys: dict[str, float]) -> None:
    with pytest.raises(InputError, match="expected the peak within"):
        exemplars.Settings(**keys)


def test_it_sounds_when_it_sees_a_strike(pack: Pack) -> None:
    new, other = pack.part("test")
    system = fit(pack, SMALL)
    assert system.losses[-10:].mean() < system.losses[:10].mean() - 1
    for inversion in ("example", "parametric"):
        chosen = replace(system, settings=replace(SMALL, inversion=inversion))
        sound = chosen.synthesise(new)
        assert sound.shape == (3 * RATE,)
        assert sound.dtype == np.float32
        right, wrong = (
            envelope_correlation(one.waveform, sound, sample_rate=RATE).correlation for one in (new, other)
        )
        assert right > 0.6  # frames of 11 ms and a decay of 40 ms
        assert right > wrong + 0.3


def test_the_same_seed_gives_the_same_sound_and_the_random_state_is_left_alone(pack: Pack) -> None:
    settings = replace(SMALL, n_steps=2, inversion="parametric")
    state = torch.get_rng_state()
    first, second = (fit(pack, settings, seed=3) for _ in range(2))
    new, _ = pack.part("test")
    assert np.array_equal(first.synthesise(new, seed=1), second.synthesise(new, seed=1))
    assert not np.array_equal(first.synthesise(new, seed=1), first.synthesise(new, seed=2))
    assert torch.equal(torch.get_rng_state(), state)


def test_it_never_hears_the_clip_that_it_is_given(pack: Pack) -> None:
    system = fit(pack, replace(SMALL, n_steps=2))
    new, _ = pack.part("test")
    deaf = replace(new, sound=np.zeros_like(new.sound), event_times=np.zeros(0))
    assert np.array_equal(system.synthesise(new), system.synthesise(deaf))


def test_a_pack_without_training_clips_is_refused(pack: Pack) -> None:
    with pytest.raises(InputError, match="found no training clip of wood"):
        fit(Pack("wood", pack.part("test"), {}), SMALL)
