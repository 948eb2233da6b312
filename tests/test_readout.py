"""The read-out of the sound's level: what it finds, what it is fitted to, and that a run keeps it."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.linear_model import Ridge

from v2ra.backends import load_backend
from v2ra.checkpoint import Run, load_run
from v2ra.config import Config
from v2ra.datasets import EncodedClip, Pack, prepared, quantise, readout_of
from v2ra.dubbing import dub
from v2ra.features import extract_features
from v2ra.generation import generate_waveform
from v2ra.heldout import heldout_sounds
from v2ra.muxing import write_video
from v2ra.readout import N_SLOTS, Readout, condition, fit_readout, slot_levels, with_neighbours
from v2ra.training import train

Float32 = NDArray[np.float32]

TUNED = Config().with_overrides(
    {
        "features.projection": "level",
        "features.backend": "seeded",
        "features.image_size": 32,
        "generator.base_width": 1,
        "discriminator.base_width": 1,
        "training.batch_size": 2,
        "training.n_steps": 2,
    }
)


def steps(levels: NDArray[np.floating]) -> Float32:
    """Return sound whose amplitude is constant over each vector, 0.1 s."""
    return np.repeat(np.asarray(levels, np.float32), 4410)


def toy_pack(details: Mapping[str, object] | None = None, *, seed: int = 0) -> Pack:
    """Return three clips of two seconds, one of each part; one feature follows the level."""
    rng = np.random.default_rng(seed)
    clips = []
    for split in ("train", "validation", "test"):
        levels = rng.uniform(0.01, 0.9, 20)
        features = rng.uniform(0, 1, (20, 4096)).astype(np.float16)
        features[:, 7] = levels
        clips.append(EncodedClip(split, split, features, quantise(steps(levels)), np.zeros(0)))
    return Pack("wood", tuple(clips), {"features": dict(details or {}), "files": {}})


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Return a run of two steps with a read-out, as it lies on disk."""
    details = load_backend("seeded", image_size=32, precision="fp32").details
    folder = tmp_path_factory.mktemp("run") / "run"
    train(TUNED, toy_pack(details), folder, accelerator="cpu")
    return load_run(folder)


# --- limits


def test_silence_is_read_out_as_nothing(rng: np.random.Generator) -> None:
    readout = fit_readout([rng.uniform(-1, 1, (10, 6))], [np.zeros(44_100, np.float32)])
    assert not readout(rng.uniform(-1, 1, (4, 6))).any()


def test_features_that_never_change_are_read_out_as_nothing(rng: np.random.Generator) -> None:
    levels = steps(rng.uniform(0, 1, 10))
    assert not fit_readout([np.ones((10, 6))], [levels])(np.ones((4, 6))).any()


def test_numbers_stay_within_the_range_of_a_vector_and_fill_its_thirds(rng: np.random.Generator) -> None:
    readout = Readout(np.ones((12, N_SLOTS), np.float32), np.array([-99, 0, 99], np.float32))
    vectors = readout(np.zeros((2, 4)))
    assert vectors.shape == (2, 4096)
    assert vectors.dtype == np.float32
    counts = [int((vectors[0] == value).sum()) for value in (-1.0, 0.0, 1.0)]
    assert counts == [1366, 1365, 1365]  # 4096 is no multiple of three
    assert (np.diff(vectors[0]) >= 0).all()


# --- analytic signals


def test_the_level_of_a_slot_is_the_log_of_its_mean_amplitude() -> None:
    sound = np.concatenate([np.full(1470, 0.5), np.zeros(1470), np.full(1470, -0.1)]).astype(np.float32)
    levels = slot_levels(sound, n_vectors=2)
    # FLOOR is 1e-3; sound ends after the first vector.
    np.testing.assert_allclose(levels, np.log([[0.501, 0.001, 0.101], 3 * [0.001]]), atol=1e-6)


def test_a_level_that_is_linear_in_a_feature_is_read_out(rng: np.random.Generator) -> None:
    # Clips of one vector: the neighbours are the vector itself, so that the fit is exact.
    levels = rng.uniform(-5, -0.5, 40)
    features = np.zeros((40, 4))
    features[:, 2] = levels
    sounds = [steps(np.exp(level) - 1e-3 + np.zeros(1)) for level in levels]
    readout = fit_readout([row[None] for row in features], sounds)
    expected = (levels - levels.mean()) / levels.std() / 3
    found = np.array([readout(row[None])[0, [0, 2000, 4000]] for row in features])
    # The unit is one deviation of what held-out clips get: with 39 of 40 clips that is 0.1 to 0.2 % less
    # than the levels' own.
    np.testing.assert_allclose(found, np.repeat(expected[:, None], 3, axis=1), rtol=5e-3, atol=1e-4)


def test_random_features_say_as_little_of_a_training_clip_as_of_an_unseen_one(
    rng: np.random.Generator,
) -> None:
    # 400 features and 80 vectors: a fit knows every clip it was made from by heart.
    features = [rng.normal(size=(10, 400)) for _ in range(8)]
    sounds = [rng.normal(0, rng.uniform(0.01, 0.5), 44_100).astype(np.float32) for _ in range(8)]
    readout = fit_readout(features, sounds)
    levels = np.concatenate([slot_levels(sound, n_vectors=10)[:, 0] for sound in sounds])
    own = np.concatenate([(with_neighbours(clip) @ readout.weights)[:, 0] for clip in features])
    held_out = np.concatenate([level[:, 0] for level in readout.held_out])
    assert np.corrcoef(levels, own)[0, 1] > 0.9
    # Leaving a loud clip out lowers the mean of the others: by chance alone the sign is negative.
    assert np.corrcoef(levels, held_out)[0, 1] < 0.3


def test_held_out_levels_are_those_of_a_fit_to_the_other_clips(rng: np.random.Generator) -> None:
    features = [rng.normal(size=(10, 5)) for _ in range(4)]
    sounds = [rng.normal(0, 0.1 * (1 + k), 44_100).astype(np.float32) for k in range(4)]
    fast = fit_readout(features, sounds).held_out[0]
    slow = with_neighbours(features[0]) @ fit_readout(features[1:], sounds[1:]).weights
    # The same read-out but for its unit and offset, which differ from fit to fit.
    assert np.corrcoef(fast.ravel(), (slow - slow.mean(0)).ravel())[0, 1] > 0.99


def test_each_third_of_a_vector_has_its_own_level(rng: np.random.Generator) -> None:
    levels = rng.uniform(-5, -0.5, (60, N_SLOTS))
    sound = np.repeat(np.exp(levels).ravel(), 1470).astype(np.float32)
    found = fit_readout([levels], [sound])(levels)
    for slot, place in enumerate((0, 2000, 4000)):
        others = [abs(np.corrcoef(found[:, place], levels[:, k])[0, 1]) for k in range(3) if k != slot]
        assert np.corrcoef(found[:, place], levels[:, slot])[0, 1] > 0.9 > 0.5 > max(others)


def test_the_short_way_through_the_gram_matrix_is_ridge_regression(rng: np.random.Generator) -> None:
    features, sound = rng.normal(size=(30, 5)), steps(rng.uniform(0, 1, 30))
    fitted = fit_readout([features], [sound])
    inputs, targets = with_neighbours(features).astype(float), slot_levels(sound, n_vectors=30)
    centred = inputs - inputs.mean(0)
    standard = (targets - targets.mean(0)) / targets.std(0)
    penalty = np.trace(centred @ centred.T) / 30  # RIDGE is 1
    slow = np.linalg.solve(centred.T @ centred + penalty * np.eye(15), centred.T @ standard)
    slow /= (centred @ slow).std(0)
    # Inputs are float32, and so is the result: relative errors of a few 1e-6.
    np.testing.assert_allclose(fitted.weights, slow, atol=1e-5)
    np.testing.assert_allclose(fitted.offset, -inputs.mean(0) @ slow, atol=1e-5)


# --- what it is fitted to, and where it goes


def test_the_training_part_alone_is_used() -> None:
    pack, other = toy_pack(), toy_pack(seed=1)
    mixed = replace(pack, clips=(pack.clips[0], *other.clips[1:]))
    first, second, third = (readout_of(p, TUNED) for p in (pack, mixed, other))
    assert first is not None
    assert second is not None
    assert third is not None
    assert np.array_equal(first.weights, second.weights)
    assert np.array_equal(first.offset, second.offset)
    assert not np.array_equal(first.weights, third.weights)


def test_the_papers_recipe_has_none() -> None:
    config = TUNED.with_overrides({"features.projection": "none"})
    assert readout_of(toy_pack(), config) is None
    features = toy_pack().clips[0].features
    vectors = condition(features, scaling="clip_mean_3sigma", readout=None)
    assert np.array_equal(prepared(toy_pack(), config).clips[0].features, vectors.astype(np.float16))


def test_a_run_keeps_the_read_out_to_the_bit(run: Run) -> None:
    expected = readout_of(toy_pack(), TUNED)
    assert expected is not None
    assert run.readout is not None
    assert np.array_equal(run.readout.weights, expected.weights)
    assert np.array_equal(run.readout.offset, expected.offset)


def test_held_out_sounds_come_from_the_read_out_that_the_run_kept(run: Run) -> None:
    pack, other = toy_pack(), toy_pack(seed=1)
    changed = replace(pack, clips=(other.clips[0], *pack.clips[1:]))  # another training part
    sounds = heldout_sounds(run, pack)
    assert np.array_equal(heldout_sounds(run, changed)["test"], sounds["test"])
    refitted = replace(run, readout=readout_of(changed, TUNED))
    assert not np.array_equal(heldout_sounds(refitted, pack)["test"], sounds["test"])


def test_a_dub_comes_from_the_read_out_that_the_run_kept(run: Run, tmp_path: Path) -> None:
    frames = np.random.default_rng(3).integers(0, 255, (30, 64, 64, 3), np.uint8)
    write_video(tmp_path / "clip.mp4", frames)
    backend = load_backend("seeded", image_size=32, precision="fp32")
    raw = extract_features(tmp_path / "clip.mp4", backend)
    features = condition(raw, scaling="clip_mean_3sigma", readout=run.readout)
    expected = generate_waveform(run.generator, features, n_samples=44_100, hop_seconds=1.0)
    assert np.array_equal(dub(tmp_path / "clip.mp4", run, backend=backend).waveform, expected)
    plain = dub(tmp_path / "clip.mp4", replace(run, readout=None), backend=backend).waveform
    assert not np.array_equal(plain, expected)


def test_held_out_levels_are_ridge_regression_on_the_other_clips_in_units_of_their_own_deviation(
    rng: np.random.Generator,
) -> None:
    lengths = (10, 6, 8)
    features = [rng.normal(size=(n, 5)) for n in lengths]
    sounds = [rng.normal(0, 0.1 * (1 + k), 4410 * n).astype(np.float32) for k, n in enumerate(lengths)]
    inputs = [with_neighbours(clip).astype(float) for clip in features]
    levels = [slot_levels(sound, n_vectors=n) for sound, n in zip(sounds, lengths, strict=True)]
    whole = np.concatenate(levels)
    slow = []
    for k, clip in enumerate(inputs):
        known = np.concatenate([other for j, other in enumerate(inputs) if j != k])
        targets = np.concatenate([level for j, level in enumerate(levels) if j != k])
        penalty = ((known - known.mean(0)) ** 2).sum() / len(known)  # RIDGE is 1
        fit = Ridge(alpha=penalty).fit(known, (targets - whole.mean(0)) / whole.std(0))
        slow.append(fit.predict(clip))
    unit = np.concatenate(slow).std(0)
    found = fit_readout(features, sounds).held_out
    # Inputs are float32, and so is the result.
    np.testing.assert_allclose(np.concatenate(found), np.concatenate(slow) / unit, atol=2e-5)
