"""The systems that show the scale of every score."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from v2ra.onsets import detect_onsets
from v2ra.pairs import SCALE_SYSTEMS, Pair
from v2ra.scale_systems import onset_clicks, scale_pairs

RATE = 16_000


def clip(name: str, n_samples: int = RATE, *, category: str = "wood", system: str = "ours") -> Pair:
    """Return a pair whose real sound is constant at a level that tells its clip."""
    level = (1 + "abcd".index(name)) / 10
    return Pair(system, category, name, np.full(n_samples, level), np.zeros(n_samples), 3, np.array([0.25]))


def test_each_clip_gets_each_system_once_whatever_the_systems_and_seeds() -> None:
    pairs = [clip("a"), clip("b"), clip("a", system="theirs"), replace(clip("a"), seed=4)]
    made = scale_pairs(pairs, sample_rate=RATE)
    assert [(p.clip, p.system) for p in made] == [(c, s) for c in "ab" for s in SCALE_SYSTEMS]
    assert {p.seed for p in made} == {0}
    assert all(p.estimate.shape == p.reference.shape for p in made)
    assert all(np.array_equal(p.reference, clip(p.clip).reference) for p in made)


def test_a_mismatched_sound_is_the_next_clips_cut_or_filled_to_length() -> None:
    pairs = [clip("c", 300), clip("a", 200), clip("b", 400)]
    found = {p.clip: p.estimate for p in scale_pairs(pairs, sample_rate=RATE) if p.system == "mismatched"}
    assert np.array_equal(found["a"], np.full(200, 0.2))
    assert np.array_equal(found["b"], np.repeat([0.3, 0.0], [300, 100]))
    assert np.array_equal(found["c"], np.repeat([0.1, 0.0], [200, 100]))
    alone = [clip("a"), clip("a", category="dog")]
    assert not [p for p in scale_pairs(alone, sample_rate=RATE) if p.system == "mismatched"]


def test_noise_has_the_level_of_the_real_sound_and_silence_has_none() -> None:
    made = {p.system: p.estimate for p in scale_pairs([clip("c")], sample_rate=RATE)}
    # 16,000 draws: the level is off by 0.6 % (one standard error); four times that.
    assert np.sqrt(np.mean(made["noise"] ** 2)) == pytest.approx(0.3, rel=0.024)
    assert not np.any(made["silence"])


def test_clicks_are_detected_at_the_events_and_as_loud_as_the_real_peak() -> None:
    events = np.array([0.2, 0.55, 0.9])
    pair = replace(clip("b"), event_times=events)
    (clicks,) = (p.estimate for p in scale_pairs([pair], sample_rate=RATE) if p.system == "oracle_clicks")
    assert np.abs(clicks).max() == pytest.approx(0.2)
    # The detector's own error, as in the tests of it.
    np.testing.assert_allclose(detect_onsets(clicks, sample_rate=RATE), events, atol=0.02)


@pytest.mark.parametrize("unknown", [None, np.zeros(0)])
def test_where_no_event_is_annotated_clicks_lie_at_the_onsets(unknown: np.ndarray | None) -> None:
    real = onset_clicks([0.3, 0.7], n_samples=RATE, sample_rate=RATE)
    pair = Pair("ours", "wood", "a", real, real, event_times=unknown)
    (clicks,) = (p.estimate for p in scale_pairs([pair], sample_rate=RATE) if p.system == "oracle_clicks")
    starts = np.flatnonzero(np.abs(clicks) > 0.9) / RATE
    assert np.abs(starts[0] - 0.3) < 0.02
    assert np.abs(starts[-1] - 0.7) < 0.02


@given(st.lists(st.floats(0, 2), max_size=5), st.integers(1, 20_000))
def test_clicks_never_pass_their_peak_or_their_length(times: list[float], n_samples: int) -> None:
    sound = onset_clicks(times, n_samples=n_samples, sample_rate=RATE, peak=0.5)
    assert sound.shape == (n_samples,)
    assert np.abs(sound).max(initial=0) <= 0.5
    begins = any(round(time * RATE) < n_samples for time in times)
    assert np.any(sound) == begins
