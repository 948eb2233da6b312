"""Tests of how far features move, and when an event is first seen in them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from v2ra.datasets import EncodedClip
from v2ra.encoding import WHICH
from v2ra.errors import InputError
from v2ra.visibility import event_profile, step_distances, step_times


def clip_with(features: NDArray[np.float16], events: list[float]) -> EncodedClip:
    """Return a clip of these features and events."""
    sound = np.zeros(len(features) * 4410, np.int16)
    return EncodedClip("clip", "train", features, sound, np.array(events))


def moving_at(seconds: float, *, n_vectors: int, which: str) -> NDArray[np.float16]:
    """Return features that change once, in the first frame at or after a time."""
    seen = step_times(n_vectors, which=which) >= seconds - 1e-9
    return np.repeat(seen[:, None].astype(np.float16), 8, axis=1)


def test_a_picture_that_does_not_change_has_no_steps() -> None:
    distances = step_distances(np.ones((5, 4)))
    assert np.isnan(distances[0])
    assert distances[1:].tolist() == [0, 0, 0, 0]


@given(scale=st.floats(1e-3, 1e3), n_vectors=st.integers(2, 20))
@settings(max_examples=30)
def test_steps_do_not_depend_on_the_scale_and_have_a_mean_of_one(scale: float, n_vectors: int) -> None:
    features = np.random.default_rng(n_vectors).standard_normal((n_vectors, 6))
    distances = step_distances(features)
    assert distances[1:].mean() == pytest.approx(1)
    assert step_distances(scale * features)[1:] == pytest.approx(distances[1:])


def test_one_vector_makes_no_step() -> None:
    with pytest.raises(InputError, match=r"found features of shape \(1, 4\); expected two vectors"):
        step_distances(np.ones((1, 4)))


def test_a_step_ends_at_the_frame_that_is_read() -> None:
    assert step_times(2, which="last") == pytest.approx([2 / 30, 5 / 30])
    assert step_times(2, which="first") == pytest.approx([0, 3 / 30])


@pytest.mark.parametrize("which", WHICH)
@given(event=st.floats(0.5, 2.4))
@settings(max_examples=25)
def test_an_event_is_first_seen_at_lag_zero_whichever_frame_is_read(which: str, event: float) -> None:
    clip = clip_with(moving_at(event, n_vectors=30, which=which), [event])
    profile = event_profile([clip], which=which).set_index("lag_seconds")
    assert profile["matched"].idxmax() == 0
    assert profile["matched"].drop(0).max() == 0
    assert profile["n_events"].tolist() == [1] * len(profile)


def test_the_control_is_the_next_clips_events() -> None:
    first, second = (clip_with(moving_at(event, n_vectors=40, which="last"), [event]) for event in (1.0, 3.0))
    profile = event_profile([first, second]).set_index("lag_seconds")
    assert profile["matched"].idxmax() == 0
    assert profile["matched"].max() > 10  # one step of 39 carries everything
    assert profile["control"].max() == 0


def test_steps_outside_the_clip_are_not_counted() -> None:
    clip = clip_with(moving_at(0.05, n_vectors=20, which="last"), [0.05])
    profile = event_profile([clip])
    # The first vector has none before it: lags of -0.3 to 0 s lie before the first step.
    assert profile["n_events"].tolist() == [0, 0, 0, 0, 1, 1, 1]
    assert profile["matched"].isna().tolist() == [True] * 4 + [False] * 3


def test_clips_without_event_times_have_an_empty_profile() -> None:
    profile = event_profile([clip_with(np.eye(20, 8, dtype=np.float16), [])])
    assert profile["matched"].isna().all()
    assert (profile["n_events"] == 0).all()
