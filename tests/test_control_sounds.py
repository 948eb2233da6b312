"""What a generated sound is compared with is never itself, and its label says where it comes from."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from v2ra.checkpoint import Run
from v2ra.config import Config
from v2ra.control_sounds import LEARNT, OTHER, control_track
from v2ra.datasets import EncodedClip, Pack
from v2ra.errors import InputError
from v2ra.generator import Generator
from v2ra.heldout import control_of, heldout_sounds

TINY = Config().with_overrides({"generator.base_width": 1})


def encoded(name: str, split: str, seed: int) -> EncodedClip:
    """Return a second of random features and sound."""
    rng = np.random.default_rng(seed)
    features = rng.uniform(0, 1, (10, 4096)).astype(np.float16)
    return EncodedClip(name, split, features, np.zeros(44_100, np.int16), np.array([]))


@pytest.fixture(scope="module")
def run() -> Run:
    """Return an untrained run."""
    torch.manual_seed(3)
    return Run(Generator(TINY.generator).eval(), TINY, "wood", 0, {})


@pytest.fixture(scope="module")
def pack() -> Pack:
    """Return two clips to train on and two for tests."""
    names = (("d", "train"), ("c", "train"), ("b", "test"), ("a", "test"))
    return Pack("wood", tuple(encoded(name, split, seed) for seed, (name, split) in enumerate(names)), {})


def test_of_several_held_out_clips_it_is_the_next(run: Run, pack: Pack) -> None:
    sounds = heldout_sounds(run, pack)
    ((label, sound),) = control_track(run, pack, "b", sounds=sounds).items()
    assert label == OTHER
    assert np.array_equal(sound, sounds["a"])


def test_of_one_held_out_clip_it_is_what_the_model_makes_of_a_training_clip(run: Run, pack: Pack) -> None:
    alone = replace(pack, clips=pack.clips[:3])
    sounds = heldout_sounds(run, alone)
    ((label, sound),) = control_track(run, alone, "b", sounds=sounds).items()
    assert label == LEARNT
    assert not np.array_equal(sound, sounds["b"])
    dubbed = replace(pack, clips=(replace(pack.clips[1], split="test"),))  # c, the first by name
    assert np.array_equal(sound, heldout_sounds(run, dubbed)["c"])


def test_a_category_of_one_clip_has_no_control(run: Run, pack: Pack) -> None:
    alone = replace(pack, clips=pack.clips[2:3])
    with pytest.raises(InputError, match="found one clip of wood"):
        control_track(run, alone, "b", sounds=heldout_sounds(run, alone))
    with pytest.raises(InputError, match="found the sound of b alone"):
        control_of("b", {"b": np.zeros(1, np.float32)})
