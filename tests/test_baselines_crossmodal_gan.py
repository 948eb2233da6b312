"""A mel spectrogram finds its way back to sound, and the cross-modal system learns a made-up category."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from v2ra.baselines import log_mel
from v2ra.baselines.crossmodal_gan import Settings, conditions, fit
from v2ra.baselines.crossmodal_networks import SpectrogramDiscriminator, SpectrogramGenerator
from v2ra.baselines.fitting import seeded
from v2ra.baselines.log_mel import sound_of
from v2ra.datasets import EncodedClip, Pack, quantise
from v2ra.envelopes import envelope_correlation
from v2ra.errors import InputError

RATE = 44_100
SMALL = Settings(n_components=4, width=4, n_steps=80, learning_rate=5e-3, batch_size=8, l1_weight=10.0)


def clip(name: str, split: str, *, seed: int, n_seconds: int = 3) -> EncodedClip:
    """Return a clip whose feature vectors light up in the tenth of a second in which a strike sounds."""
    rng = np.random.default_rng(seed)
    features = 0.05 * rng.standard_normal((10 * n_seconds, 4096))
    sound = 1e-3 * rng.standard_normal(RATE * n_seconds)
    pattern = np.random.default_rng(99).standard_normal(4096)  # what a strike looks like, in every clip
    time = np.arange(RATE // 4) / RATE
    for vector in rng.permutation(np.arange(2, 10 * n_seconds - 5, 6))[:3]:
        features[vector] += pattern
        first = vector * 4410 + 1000
        sound[first : first + len(time)] += 0.4 * np.exp(-time / 0.06) * np.sin(2 * np.pi * 700 * time)
    return EncodedClip(
        name, split, features.astype(np.float16), quantise(sound.astype(np.float32)), np.zeros(0)
    )


@pytest.fixture(scope="module")
def pack() -> Pack:
    """Return five training clips and two to test."""
    clips = [clip(str(seed), "train", seed=seed) for seed in range(5)]
    return Pack("wood", (*clips, clip("new", "test", seed=9), clip("other", "test", seed=10)), {})


def test_silence_lies_at_the_floor_and_comes_back_as_silence() -> None:
    spectrogram = log_mel.log_mel(np.zeros(RATE, np.float32))
    assert (spectrogram == -1).all()
    assert not sound_of(spectrogram, n_samples=RATE, seed=0).any()


@pytest.mark.parametrize("frequency", [300.0, 1000.0, 6000.0])
def test_a_tone_lies_in_its_band_at_its_level(frequency: float) -> None:
    tone = 0.1 * np.sin(2 * np.pi * frequency * np.arange(RATE) / RATE)
    spectrogram = log_mel.log_mel(tone)[:, 10:40]
    level = -100 + 50 * (spectrogram.max(0) + 1)
    # −20 dB where a band holds all three bins of the window; the narrowest hold less than the middle one.
    assert (level < -19.5).all()
    assert (level > -28).all()
    assert (spectrogram.argmax(0) == spectrogram[:, 0].argmax()).all()


def test_an_impulse_is_loudest_in_the_frame_that_it_lies_in() -> None:
    sound = np.zeros(RATE, np.float32)
    sound[20 * 882 + 441] = 1.0
    assert log_mel.log_mel(sound).mean(0).argmax() == 20


def test_a_sound_is_found_back_from_its_spectrogram() -> None:
    sound = clip("a", "train", seed=1).waveform
    spectrogram = log_mel.log_mel(sound)
    again = sound_of(spectrogram, n_samples=len(sound), seed=0)
    # Measured 0.96 and 0.99: noise between the strikes has other peaks with other phases.
    assert np.corrcoef(spectrogram.ravel(), log_mel.log_mel(again).ravel())[0, 1] > 0.9
    assert envelope_correlation(sound, again, sample_rate=RATE).correlation > 0.95


def test_the_first_phases_depend_on_the_seed_alone() -> None:
    spectrogram = log_mel.log_mel(clip("a", "train", seed=1).waveform)
    state = torch.get_rng_state()
    first, again, other = (sound_of(spectrogram, n_samples=3 * RATE, seed=seed) for seed in (0, 0, 1))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
    assert torch.equal(torch.get_rng_state(), state)


def test_a_spectrogram_that_is_none_is_refused() -> None:
    with pytest.raises(InputError, match=r"expected \(128, 50\)"):
        sound_of(np.zeros((128, 49), np.float32), n_samples=RATE, seed=0)
    with pytest.raises(InputError, match="1 values not finite"):
        sound_of(np.where(np.eye(128, 50, 49) == 1, np.nan, 0).astype(np.float32), n_samples=RATE, seed=0)


def test_settings_that_cannot_be_turned_back_are_refused() -> None:
    with pytest.raises(InputError, match="expected two windows or more"):
        log_mel.Settings(n_fft=1024)
    with pytest.raises(InputError, match="expected 128 and 4410"):
        Settings(spectrogram=log_mel.Settings(hop_length=441))


def test_the_networks_take_a_clip_of_any_length_and_both_sides_count() -> None:
    with seeded(0):
        generator = SpectrogramGenerator(6, n_noise=2, width=4).eval()
        judge = SpectrogramDiscriminator(6, width=4)
        condition = torch.randn(1, 6, 7)
        spectrogram = generator(condition)
        other = generator(condition)
    assert spectrogram.shape == (1, 1, 128, 35)
    assert not torch.equal(spectrogram, other)  # z is drawn anew
    assert spectrogram.abs().max() <= 1
    scores = judge(condition, spectrogram)
    assert scores.shape == (1, 1, 1, 7)
    assert not torch.equal(scores, judge(-condition, spectrogram))
    assert not torch.equal(scores, judge(condition, -spectrogram))


def test_the_condition_keeps_its_places_or_is_their_mean() -> None:
    seen = [np.arange(15, dtype=np.float32)[:, None]]
    assert conditions(seen, Settings())[0, 0].tolist() == list(range(15))
    mean = conditions(seen, Settings(condition="mean"))[0, 0].tolist()
    assert mean == [4.5] * 10 + [12.0] * 5


def test_it_sounds_when_it_sees_a_strike(pack: Pack) -> None:
    new, other = pack.part("test")
    system = fit(pack, SMALL)
    assert list(system.losses) == ["d_mismatched", "d_loss", "g_adversarial", "g_l1"]
    sound = system.synthesise(new)
    assert sound.shape == (3 * RATE,)
    assert sound.dtype == np.float32
    right, wrong = (
        envelope_correlation(one.waveform, sound, sample_rate=RATE).correlation for one in (new, other)
    )
    assert right > 0.4  # 80 steps; frames of 20 ms and a decay of 60 ms
    assert right > wrong + 0.15  # strikes of the two clips come together in part


def test_the_same_seed_gives_the_same_sound_and_the_random_state_is_left_alone(pack: Pack) -> None:
    settings = replace(SMALL, n_steps=2)
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


def test_a_pack_without_a_training_second_is_refused(pack: Pack) -> None:
    with pytest.raises(InputError, match="found no training clip of wood of one second"):
        fit(Pack("wood", pack.part("test"), {}), SMALL)
