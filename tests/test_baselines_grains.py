"""Grains: cut where they should be, and joined without a seam."""

import numpy as np
import pytest

from v2ra.baselines.base import generator_of
from v2ra.baselines.grains import cut_grain, events_of, joined

RATE = 44_100


def test_a_sound_cut_in_pieces_and_joined_again_is_the_sound(rng: np.random.Generator) -> None:
    sound = rng.standard_normal(10_000).astype(np.float32)
    starts = [0, 1000, 2500, 7000]
    grains = [cut_grain(sound, start, length=5000, n_fade=100) for start in starts]
    whole = joined(grains, starts, n_samples=len(sound), n_fade=100)
    # Fades in and out add up to one; nothing was before the first sample, and the last fades out.
    np.testing.assert_allclose(whole[:9900], sound[:9900], atol=1e-6)


def test_grains_are_silent_outside_of_what_was_recorded() -> None:
    grain = cut_grain(np.ones(10, np.float32), 8, length=5, n_fade=3)
    assert grain.tolist() == [1, 1, 1, 1, 1, 0, 0, 0]
    assert cut_grain(np.ones(10, np.float32), 0, length=2, n_fade=3).tolist() == [0, 0, 0, 1, 1]


def test_a_grain_fades_out_at_its_end_alone() -> None:
    grain = cut_grain(np.ones(100, np.float32), 0, length=100, n_fade=0, n_out=50)
    assert (grain[:50] == 1).all()
    assert (np.diff(grain[50:]) < 0).all()
    assert grain[-1] < 1e-3


def test_a_grain_shorter_than_the_way_to_the_next_leaves_silence() -> None:
    whole = joined([np.ones(3, np.float32)] * 2, [0, 6], n_samples=10, n_fade=0)
    assert whole.tolist() == [1, 1, 1, 0, 0, 0, 1, 1, 1, 0]


def test_no_grains_are_silence() -> None:
    assert joined([], [], n_samples=5, n_fade=2).tolist() == [0] * 5


def test_events_are_found_at_any_level_and_none_in_silence() -> None:
    hit = np.exp(-np.arange(RATE // 2) / 1000) * np.sin(0.1 * np.arange(RATE // 2))
    sound = np.concatenate([np.zeros(RATE // 2), hit, 0.5 * hit]).astype(np.float32)
    for level in (1.0, 1e-3):
        onsets = events_of(level * sound, sample_rate=RATE).onsets
        np.testing.assert_allclose(onsets, [RATE // 2, RATE], atol=0.002 * RATE)
    assert not len(events_of(0 * sound, sample_rate=RATE).onsets)


@pytest.mark.parametrize("other", [("b", "clip", 0), ("a", "clop", 0), ("a", "clip", 1)])
def test_draws_differ_by_system_clip_and_seed(other: tuple[str, str, int]) -> None:
    assert generator_of("a", "clip", 0).random() == generator_of("a", "clip", 0).random()
    assert generator_of("a", "clip", 0).random() != generator_of(*other).random()
