"""WaveGAN: the shapes of its tables, its phase shuffle, its joined windows, and the whole system."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from v2ra.baselines.fitting import n_parameters, seeded
from v2ra.baselines.wavegan import DEFAULT, SMOKE, fit, joined
from v2ra.baselines.wavegan_network import N_LATENTS, WINDOW, WaveCritic, WaveGenerator, shuffle_phase
from v2ra.datasets import EncodedClip, Pack
from v2ra.errors import InputError


def noise_clip(name: str, split: str, rng: np.random.Generator, *, n_samples: int = 100_000) -> EncodedClip:
    sound = (2000 * rng.standard_normal(n_samples)).astype(np.int16)
    return EncodedClip(name, split, np.zeros((30, 4096), np.float16), sound, np.zeros(0))


def widths_of(layers: Iterable[Any]) -> list[tuple[int, int]]:
    return [(layer.in_channels, layer.out_channels) for layer in layers]


@pytest.fixture(scope="module")
def pack() -> Pack:
    rng = np.random.default_rng(4)
    return Pack("wood", tuple(noise_clip(name, "train", rng) for name in "ab"), {})


def test_the_networks_have_the_layers_of_the_paper() -> None:
    generator, critic = WaveGenerator(64), WaveCritic(64, max_shift=2)
    assert widths_of(generator.layers) == [(1024, 512), (512, 256), (256, 128), (128, 64), (64, 1)]
    assert widths_of(critic.layers) == [(1, 64), (64, 128), (128, 256), (256, 512), (512, 1024)]
    assert generator.start.out_features == 16_384
    assert critic.end.in_features == 16_384
    # Kernels of 25, biases, the linear layers of 100 → 16,384 and 16,384 → 1, and 513 taps.
    convolutions = 25 * (1024 * 512 + 512 * 256 + 256 * 128 + 128 * 64 + 64)
    assert n_parameters(generator) == convolutions + 961 + 101 * 16_384 + 514
    assert n_parameters(critic) == convolutions + 64 * 31 + 16_385


def test_each_layer_is_four_times_as_long_as_the_one_before() -> None:
    sound = torch.zeros(1, 16, 16)
    lengths = []
    for layer in WaveGenerator(1).layers:
        sound = layer(sound)
        lengths.append(sound.shape[2])
    assert lengths == [64, 256, 1024, 4096, WINDOW]


@settings(max_examples=20)
@given(max_shift=st.integers(1, 4), seed=st.integers(0, 99))
def test_a_shuffle_is_a_shift_reflected_at_the_ends(max_shift: int, seed: int) -> None:
    values = np.arange(30.0).reshape(1, 1, 30)
    with seeded(seed):
        found = shuffle_phase(torch.from_numpy(values), max_shift).numpy()
    padded = np.pad(values, ((0, 0), (0, 0), (max_shift, max_shift)), mode="reflect")
    possible = [padded[..., start : start + 30] for start in range(2 * max_shift + 1)]
    assert any(np.array_equal(found, shifted) for shifted in possible)


def test_examples_are_shifted_apart_and_channels_together() -> None:
    channels = torch.arange(20.0).repeat(64, 2, 1)
    with seeded(0):
        shifted = shuffle_phase(channels, 2)
    assert torch.equal(shifted[:, 0], shifted[:, 1])
    assert set(shifted[:, 0, 10].int().tolist()) == {8, 9, 10, 11, 12}


def test_windows_that_do_not_overlap_stand_side_by_side(rng: np.random.Generator) -> None:
    windows = rng.standard_normal((3, 10)).astype(np.float32)
    assert np.array_equal(joined(windows, overlap=0), windows.ravel())


def test_crossfaded_noise_keeps_its_power(rng: np.random.Generator) -> None:
    windows = rng.standard_normal((400, 40)).astype(np.float32)
    mixed = joined(windows, overlap=20)
    assert len(mixed) == 400 * 20 + 20
    # 7600 samples of a crossfade: four standard deviations of their variance are 4 · √(2 / 7600) = 0.065.
    assert np.var(mixed[20:-20]) == pytest.approx(1, abs=0.065)
    assert np.array_equal(mixed[:20], windows[0, :20])


@pytest.mark.parametrize("n_samples", [100, 44_100, 100_001])
def test_a_sound_is_as_long_as_its_clip(pack: Pack, rng: np.random.Generator, n_samples: int) -> None:
    system = fit(pack, SMOKE)
    sound = system.synthesise(noise_clip("c", "test", rng, n_samples=n_samples))
    assert sound.shape == (n_samples,)
    assert sound.dtype == np.float32
    assert np.abs(sound).max() > 0


def test_a_sound_follows_from_the_seed_and_the_name_alone(pack: Pack, rng: np.random.Generator) -> None:
    system, clip = fit(pack, SMOKE), noise_clip("c", "test", rng)
    sound = system.synthesise(clip)
    other = replace(clip, features=clip.features + 1, sound=np.zeros_like(clip.sound))
    assert np.array_equal(sound, system.synthesise(other))  # neither video nor sound is looked at
    assert not np.array_equal(sound, system.synthesise(clip, seed=1))
    assert not np.array_equal(sound, system.synthesise(replace(clip, name="d")))
    assert np.array_equal(sound, fit(pack, SMOKE).synthesise(clip))


def test_windows_of_one_clip_differ(pack: Pack, rng: np.random.Generator) -> None:
    sound = fit(pack, SMOKE).synthesise(noise_clip("c", "test", rng))
    period = round((WINDOW / 16_000 - DEFAULT.overlap_seconds) * 44_100)
    assert not np.allclose(sound[5000:20_000], sound[5000 + period : 20_000 + period], atol=1e-6)


def test_training_moves_the_level_towards_that_of_the_category(pack: Pack, rng: np.random.Generator) -> None:
    clip = noise_clip("c", "test", rng)

    def octaves_off(n_steps: int) -> float:  # the standard deviation: a constant is silence
        quick = replace(SMOKE, batch_size=4, n_steps=n_steps, average_decay=0.0)
        return float(abs(np.log2(fit(pack, quick).synthesise(clip).std() / clip.waveform.std())))

    assert octaves_off(80) < 1 < octaves_off(1)


def test_a_pack_without_a_whole_window_is_refused(rng: np.random.Generator) -> None:
    short = noise_clip("a", "train", rng, n_samples=44_100)
    with pytest.raises(InputError, match=r"no training clip of wood of 1\.024 s"):
        fit(Pack("wood", (short,), {}))


def test_the_critic_does_not_look_at_the_latents() -> None:
    critic = WaveCritic(1, max_shift=0).eval()
    sound = torch.randn(2, 1, WINDOW, generator=torch.Generator().manual_seed(0))
    latents = torch.zeros(2, N_LATENTS)
    assert torch.equal(critic(latents, sound), critic(latents + 1, sound))
