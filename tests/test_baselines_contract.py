"""What every system that plays recordings answers to: `v2ra.baselines.base.System`."""

import numpy as np
import pytest

from v2ra.baselines import modal, nearest, onset_grain
from v2ra.baselines.base import System
from v2ra.datasets import EncodedClip, Pack, quantise

RATE = 44_100


def make_pack() -> Pack:
    """Return three clips with a hit at 0.5 s in the first and 1 s in the others, at which a vector moves."""
    clips = []
    for name, split, seconds in (("a", "train", 0.5), ("b", "train", 1.0), ("c", "test", 1.0)):
        sound = np.zeros(2 * RATE, np.float32)
        time = np.arange(RATE // 2) / RATE
        sound[round(seconds * RATE) :][: len(time)] = 0.5 * np.exp(-30 * time) * np.sin(4000 * time)
        features = np.eye(20, 40, 20 - round(10 * seconds)).astype(np.float16)
        clips.append(EncodedClip(name, split, features, quantise(sound[:-100]), np.array([seconds])))
    return Pack("wood", tuple(clips), {})


def fitted(name: str, pack: Pack) -> System:
    """Return a fitted system by the name of its module."""
    if name == "modal":
        return modal.fit(pack)
    return nearest.fit(pack) if name == "nearest" else onset_grain.fit(pack)


@pytest.mark.parametrize(
    ("name", "needs_events"), [("modal", True), ("nearest", False), ("onset_grain", False)]
)
def test_a_system_answers_the_contract(name: str, needs_events: bool) -> None:
    pack = make_pack()
    system, clip = fitted(name, pack), pack.part("test")[0]
    sound = system.synthesise(clip, seed=1)
    assert (system.name, system.needs_events) == (name, needs_events)
    assert (system.n_parameters > 0) == (name != "nearest")
    assert sound.shape == clip.sound.shape
    assert sound.dtype == np.float32
    assert np.isfinite(sound).all()
    np.testing.assert_array_equal(sound, system.synthesise(clip, seed=1))
