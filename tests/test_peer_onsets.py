"""Tests of the onsets that the peers' scripts find."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from v2ra.errors import InputError
from v2ra.peer_onsets import PEER_RATE, THINNING_SECONDS, find_peer_onsets, thinned

RATE = 44_100


def knocks(times: list[float], *, sign: int = 1) -> np.ndarray:
    """Return 3 s with short pulses, all of one sign."""
    sound = np.zeros(3 * RATE)
    for time in times:
        start = round(time * RATE)
        sound[start : start + 200] = sign * 0.8
    return sound


def test_knocks_are_found_within_a_hop() -> None:
    times = [0.4, 1.1, 1.9, 2.4]
    found = find_peer_onsets(knocks(times), sample_rate=RATE)
    np.testing.assert_allclose(
        found.times, times, atol=0.03
    )  # librosa's hop of 23 ms, and late by its window
    np.testing.assert_allclose(found.confidences, 1, atol=0.15)  # the resampler rings around the pulses
    assert found.times.shape == found.confidences.shape == found.values.shape


def test_silence_has_no_onsets_and_gives_no_warning() -> None:
    assert [len(part) for part in find_peer_onsets(np.zeros(RATE), sample_rate=RATE)] == [0, 0, 0, 0]


def test_a_signed_confidence_takes_a_loud_negative_pulse_for_a_quiet_one() -> None:
    sound = knocks([1.0], sign=-1) + 0.4 * knocks([2.0], sign=-1)
    plain, signed = (find_peer_onsets(sound, sample_rate=RATE, signed=s).confidences for s in (False, True))
    assert plain[0] > 2 * plain[1]
    # Scaled to 0 … 1 the pulses are lowest and silence is near 1: every neighbourhood holds some.
    np.testing.assert_allclose(signed, 1, atol=0.15)


def test_nothing_is_found_in_the_first_70_ms() -> None:
    early = find_peer_onsets(knocks([0.02, 1.0]), sample_rate=RATE).times
    late = find_peer_onsets(knocks([0.045, 1.0]), sample_rate=RATE).times
    assert (len(early), len(late)) == (1, 2)
    assert late[0] == pytest.approx(3 * 512 / PEER_RATE)  # three of librosa's hops


def test_what_was_detected_is_kept_beside_what_thinning_left(rng: np.random.Generator) -> None:
    found = [
        find_peer_onsets(rng.standard_normal(3 * RATE), sample_rate=RATE, threshold=0.01) for _ in range(5)
    ]
    assert all(set(f.times) <= set(f.detected) for f in found)
    # Noise has many onsets two hops, 46 ms, apart.
    assert sum(len(f.times) for f in found) < sum(len(f.detected) for f in found)


def test_thinning_skips_the_onset_behind_a_removed_one() -> None:
    near = [0, 300, 600, 900]  # all within 50 ms: 1102 samples
    assert thinned(near, [1.0, 0.1, 0.2, 0.3]).tolist() == [0, 600]
    assert thinned([0, 2000], [0.5, 1.0]).tolist() == [0, 2000]
    assert thinned([], []).tolist() == []


@given(onsets=st.lists(st.integers(0, 5000), max_size=12, unique=True).map(sorted), seed=st.integers(0, 99))
def test_thinning_keeps_the_most_confident_and_only_what_was_there(onsets: list[int], seed: int) -> None:
    trust = np.random.default_rng(seed).permutation(len(onsets)) / 12
    kept = thinned(onsets, trust).tolist()
    assert kept == sorted(set(kept))
    assert set(kept) <= set(onsets)
    if onsets:
        assert onsets[int(np.argmax(trust))] in kept
    apart = all(b - a >= THINNING_SECONDS * PEER_RATE for a, b in pairwise(onsets))
    assert not apart or kept == onsets


def test_what_is_no_sound_is_refused() -> None:
    with pytest.raises(InputError, match="without samples"):
        find_peer_onsets(np.zeros(0), sample_rate=RATE)
    with pytest.raises(InputError, match=r"found onsets \(2,\) and confidences \(1,\)"):
        thinned([1, 2], [0.5])
