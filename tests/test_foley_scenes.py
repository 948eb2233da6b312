"""Frames of the synthetic clips: what a watcher, and a model, can see of the events."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from v2ra.errors import InputError
from v2ra.foley.bird_scenes import bird_posture
from v2ra.foley.canvas import one_thread
from v2ra.foley.categories import CATEGORIES
from v2ra.foley.dog_scenes import dog_pose
from v2ra.foley.events import Event, draw_events
from v2ra.foley.motion import make_beats
from v2ra.foley.scenes import draw_frames, make_scene
from v2ra.foley.sprites import make_light
from v2ra.foley.stick import make_stick
from v2ra.timing import PAPER, Timing

Array = npt.NDArray[np.float64]
N_CLIPS, N_SECONDS, GRID = 6, 6, 16  # of the clips that are drawn for the probe
KINDS = {"bird": "chirp", "dog": "bark", "firework": "burst", "gravel": "step"}


@dataclass(frozen=True)
class Used:
    """Used frames (last of each three) of a clip in colour, (n, 16, 16, 3), and where an event starts."""

    frames: Array
    hits: npt.NDArray[np.bool_]


def one_event(category: str) -> list[Event]:
    # 0.02 s off the frames' grid; before and after it there is time for a pause.
    return [Event(0.72, 0.8, KINDS.get(category, "hit"), 0.12)]


def steps_between(frames: npt.NDArray[np.uint8]) -> Array:
    """Mean absolute difference of each frame to the one before, grey levels."""
    grey = frames.astype(np.float64).mean(axis=3)
    steps: Array = np.abs(np.diff(grey, axis=0)).mean(axis=(1, 2))
    return steps


def draw_used(category: str, seed: int) -> Used:
    events = draw_events(category, n_seconds=N_SECONDS, rng=np.random.default_rng([seed, 1]))
    scene = make_scene(category, events, n_seconds=N_SECONDS, rng=np.random.default_rng([seed, 2]))
    step = PAPER.frame_step
    with one_thread():
        frames = [scene.frame(k) for k in range(step - 1, PAPER.n_frames(N_SECONDS), step)]
    small = np.stack([cv2.resize(f, (GRID, GRID), interpolation=cv2.INTER_AREA) for f in frames])
    hits = np.zeros(len(frames), dtype=bool)
    hits[[int(event.seconds * PAPER.vectors_per_second) for event in events]] = True
    return Used(small.astype(np.float64), hits)


@pytest.fixture(scope="module")
def used() -> dict[str, list[Used]]:
    """Draw six clips of 6 s a category, only the frames that are encoded."""
    return {category: [draw_used(category, seed) for seed in range(N_CLIPS)] for category in CATEGORIES}


@pytest.fixture(scope="module")
def acted() -> dict[str, npt.NDArray[np.uint8]]:
    """Draw a clip of 1.9 s with one event in every category."""
    return {
        category: draw_frames(category, one_event(category), n_seconds=1.9, rng=np.random.default_rng(3))
        for category in CATEGORIES
    }


@pytest.fixture(scope="module")
def idle() -> dict[str, npt.NDArray[np.uint8]]:
    """Draw a clip of 1 s without events in every category."""
    return {
        category: draw_frames(category, [], n_seconds=1.0, rng=np.random.default_rng(3))
        for category in CATEGORIES
    }


def near(events: Sequence[Event], times: Array, before: float, after: float) -> npt.NDArray[np.bool_]:
    """Whether each time lies within a span about any event."""
    close = [(times >= e.seconds - before) & (times <= e.seconds + after) for e in events]
    covered: npt.NDArray[np.bool_] = np.any(close, axis=0)
    return covered


@pytest.mark.parametrize("category", CATEGORIES)
def test_frames_fill_their_array_and_the_range_of_grey(
    category: str, acted: dict[str, npt.NDArray[np.uint8]]
) -> None:
    frames = acted[category]
    assert frames.shape == (57, 256, 256, 3)
    assert frames.dtype == np.uint8
    # A picture worth the name has dark and bright parts.
    assert frames.min() < 30
    assert frames.max() > 200
    assert frames.std() > 25


@pytest.mark.parametrize("category", CATEGORIES)
def test_the_same_seed_gives_the_same_bytes_with_any_number_of_threads(category: str) -> None:
    before = cv2.getNumThreads()
    drawn = []
    for n_threads in (1, 4):
        cv2.setNumThreads(n_threads)
        events = [Event(0.1, 0.9, KINDS.get(category, "scratch"), 0.1)]
        drawn.append(draw_frames(category, events, n_seconds=0.3, rng=np.random.default_rng(5)).tobytes())
        assert cv2.getNumThreads() == n_threads
    cv2.setNumThreads(before)
    assert drawn[0] == drawn[1]


@pytest.mark.parametrize("category", CATEGORIES)
def test_another_seed_gives_another_picture(category: str) -> None:
    one, two = (make_scene(category, [], n_seconds=0.1, rng=np.random.default_rng(seed)) for seed in (6, 7))
    assert np.abs(one.frame(0).astype(float) - two.frame(0)).mean() > 8  # noise alone gives about 2


def test_the_order_of_the_events_does_not_matter() -> None:
    events = [Event(0.3, 0.8, "hit", 0.1), Event(0.65, 0.5, "scratch", 0.1)]
    sorted_first, reversed_first = (
        draw_frames("wood", order, n_seconds=0.8, rng=np.random.default_rng(1))
        for order in (events, events[::-1])
    )
    assert np.array_equal(sorted_first, reversed_first)


@pytest.mark.parametrize("category", CATEGORIES)
def test_without_events_little_moves(
    category: str, acted: dict[str, npt.NDArray[np.uint8]], idle: dict[str, npt.NDArray[np.uint8]]
) -> None:
    moved = steps_between(acted[category])
    times = (np.arange(len(moved)) + 1) / PAPER.frame_rate
    event_motion = moved[near(one_event(category), times, 0.1, 0.15)].mean()
    # Distractors, sensor noise and the slow sway of the camera together: under half of an event.
    assert steps_between(idle[category]).max() < 0.5 * event_motion


@pytest.mark.parametrize("category", CATEGORIES)
def test_motion_at_each_event_stands_out_from_the_pauses(
    category: str, acted: dict[str, npt.NDArray[np.uint8]]
) -> None:
    moved, events = steps_between(acted[category]), one_event(category)
    times = (np.arange(len(moved)) + 1) / PAPER.frame_rate
    pause = np.median(moved[~near(events, times, 0.45, 0.45)])
    for event in events:
        # 3.7 or more was measured; a watcher needs a clear multiple.
        assert moved[near([event], times, 0.1, 0.15)].mean() > 2.5 * pause


@pytest.mark.parametrize("category", CATEGORIES)
def test_an_event_leaves_a_trace_for_three_frames(
    category: str, acted: dict[str, npt.NDArray[np.uint8]]
) -> None:
    grey, events = acted[category].astype(np.float64).mean(axis=3), one_event(category)
    times = np.arange(len(grey)) / PAPER.frame_rate
    pauses = ~near(events, times, 0.45, 0.6)
    away = np.abs(grey - np.median(grey[pauses], axis=0)).mean(axis=(1, 2))  # from the picture at rest
    for event in events:
        first = int(np.ceil(event.seconds * PAPER.frame_rate))
        assert np.all(away[first : first + 3] > 1.5 * np.median(away[pauses]))


@pytest.mark.parametrize("category", CATEGORIES)
def test_the_picture_after_an_event_differs_from_the_one_before(
    category: str, acted: dict[str, npt.NDArray[np.uint8]], idle: dict[str, npt.NDArray[np.uint8]]
) -> None:
    grey, still = (frames[category].astype(np.float64).mean(axis=3) for frames in (acted, idle))
    usual = np.abs(still[5:] - still[:-5]).mean(axis=(1, 2))  # the same lag of five frames
    for event in one_event(category):
        first = int(np.ceil(event.seconds * PAPER.frame_rate))
        assert np.abs(grey[first + 2] - grey[first - 3]).mean() > 2 * np.median(usual)


def test_the_stick_touches_at_the_very_time_of_the_event() -> None:
    rng, rate = np.random.default_rng(2), 3000
    starts = [0.5123, 1.2345, 1.6]
    beats = make_beats([Event(t, 0.7, "hit", 0.1) for t in starts], n_frames=2 * rate, frame_rate=rate)
    places = rng.uniform(100, 140, (3, 2))
    stick = make_stick(beats, points=places, ends=places, light=make_light(rng), rng=rng)
    for start, place in zip(starts, places, strict=True):
        contact = int(np.ceil(start * rate))
        assert np.all(np.diff(stick.heights[contact - 300 : contact]) < 0)  # it falls for the last 0.1 s
        # At 3000 frames a second a frame is 0.33 ms and the tip falls by up to half a pixel in it.
        assert 0 < stick.heights[contact - 1] < 0.6
        assert stick.heights[contact] < 1e-3
        assert np.allclose(stick.tips[contact], place, atol=1e-3)
    assert stick.heights.min() >= 0


def test_a_scratch_keeps_the_stick_on_the_surface_and_drags_it() -> None:
    rng = np.random.default_rng(2)
    beats = make_beats([Event(0.5, 0.7, "scratch", 0.3)], n_frames=1200, frame_rate=1000)
    start, end = np.array([[100.0, 150.0]]), np.array([[140.0, 150.0]])
    stick = make_stick(beats, points=start, ends=end, light=make_light(rng), rng=rng)
    assert stick.heights[501:800].max() < 0.5
    assert np.all(np.diff(stick.tips[500:801, 0]) > 0)
    assert stick.tips[800, 0] == pytest.approx(140, abs=0.5)


@pytest.mark.parametrize("kind", ["bark", "chirp"])
def test_mouth_and_head_move_without_a_jump(kind: str) -> None:
    beats = make_beats(
        [Event(0.5, 1.0, kind, 0.15), Event(0.9, 0.4, kind, 0.2)], n_frames=4500, frame_rate=3000
    )
    rng = np.random.default_rng(0)
    pose = vars(dog_pose(beats, rng=rng) if kind == "bark" else bird_posture(beats, rng=rng))
    for name, curve in pose.items():
        # No more than a fiftieth of the whole movement in a third of a millisecond.
        assert np.abs(np.diff(curve)).max() <= 0.02 * np.ptp(curve), name


@pytest.mark.parametrize("kind", ["bark", "chirp"])
def test_the_mouth_is_shut_before_and_after_and_widest_at_the_event(kind: str) -> None:
    beats = make_beats([Event(0.5, 0.9, kind, 0.15)], n_frames=1000, frame_rate=1000)
    rng = np.random.default_rng(0)
    mouth = dog_pose(beats, rng=rng).jaw if kind == "bark" else bird_posture(beats, rng=rng).beak
    assert mouth[500] == mouth.max()
    assert mouth[:420].max() < 1e-9
    assert mouth[820:].max() < 1e-9
    assert mouth[740] < 0.5 * mouth.max()  # closing


@settings(max_examples=25)
@given(
    category=st.sampled_from(CATEGORIES),
    n_seconds=st.floats(0, 0.25),
    spots=st.lists(st.tuples(st.floats(-0.1, 1.2), st.floats(0.3, 1), st.floats(0, 0.5)), max_size=5),
    kind=st.sampled_from(["hit", "scratch", "bark", "chirp", "burst", "step"]),
    seed=st.integers(0, 2**31),
)
def test_any_list_of_events_and_any_length_gives_frames(
    category: str, n_seconds: float, spots: list[tuple[float, float, float]], kind: str, seed: int
) -> None:
    events = [Event(share * n_seconds, strength, kind, length) for share, strength, length in spots]
    frames = draw_frames(category, events, n_seconds=n_seconds, rng=np.random.default_rng(seed))
    assert frames.shape == (round(30 * n_seconds), 256, 256, 3)
    assert frames.dtype == np.uint8


@pytest.mark.parametrize("category", CATEGORIES)
def test_events_at_the_ends_at_once_and_close_together_are_drawn(category: str) -> None:
    kind = KINDS.get(category, "scratch")
    events = [Event(seconds, 1.0, kind, 0.3) for seconds in (0.0, 0.0, 0.02, 0.04, 0.3, 0.3)]
    frames = draw_frames(category, events, n_seconds=0.3, rng=np.random.default_rng(0))
    assert frames.shape == (9, 256, 256, 3)
    assert steps_between(frames).max() > 2  # more than sensor noise


def test_another_frame_size_and_rate_are_followed() -> None:
    timing = Timing(frame_size=64, frame_rate=20)
    frames = draw_frames("plastic", [], n_seconds=0.5, rng=np.random.default_rng(0), timing=timing)
    assert frames.shape == (10, 64, 64, 3)


def test_bad_input_is_refused_in_one_line() -> None:
    with pytest.raises(InputError, match="found category 'cat'; expected one of bird"):
        draw_frames("cat", [], n_seconds=1, rng=np.random.default_rng(0))
    for n_seconds in (-1.0, float("nan"), float("inf")):
        with pytest.raises(InputError, match="expected a length of zero or more"):
            draw_frames("dog", [], n_seconds=n_seconds, rng=np.random.default_rng(0))


def describe(frames: Array) -> Array:
    """Each used frame with its neighbours, (n, 4 · 256): place in the clip's range, and what has changed."""
    grey = frames.mean(axis=3)
    away = (grey - grey.mean(axis=0)) / grey.std()
    before, after = np.concatenate([away[:1], away[:-1]]), np.concatenate([away[1:], away[-1:]])
    parts = (away, np.abs(away), np.abs(away - before), np.abs(after - away))
    return np.concatenate([part.reshape(len(grey), -1) for part in parts], axis=1)


def area_under_curve(hits: npt.NDArray[np.bool_], scores: Array) -> float:
    """Probability that a frame with an event scores higher than one without: 0.5 is chance, 1 best."""
    ranks, n_hits = np.argsort(np.argsort(scores)), int(hits.sum())
    return float((ranks[hits].sum() - n_hits * (n_hits - 1) / 2) / (n_hits * (~hits).sum()))


def held_out_scores(clips: list[Used], *, penalty: float = 3000.0) -> list[Array]:
    """Scores of a ridge regression for each clip, fitted on the others and their mirror images."""
    seen = [describe(clip.frames) for clip in clips]
    mirrored = [describe(clip.frames[:, :, ::-1]) for clip in clips]
    scores = []
    for k in range(len(clips)):
        rest = [i for i in range(len(clips)) if i != k]
        rows = np.concatenate([part[i] for part in (seen, mirrored) for i in rest])
        hits = np.tile(np.concatenate([clips[i].hits for i in rest]), 2).astype(float)
        centre, spread = rows.mean(axis=0), rows.std(axis=0) + 1e-9
        rows = (rows - centre) / spread
        dual = np.linalg.solve(rows @ rows.T + penalty * np.eye(len(rows)), hits - hits.mean())
        scores.append((seen[k] - centre) / spread @ (rows.T @ dual))
    return scores


@pytest.mark.parametrize("category", CATEGORIES)
def test_a_linear_probe_on_small_grey_frames_finds_the_tenths_with_an_event(
    category: str, used: dict[str, list[Used]]
) -> None:
    clips = used[category]
    scores = held_out_scores(clips)
    areas = [area_under_curve(clip.hits, score) for clip, score in zip(clips, scores, strict=True)]
    print(f"{category}: AUC {np.mean(areas):.3f}, by clip {np.round(areas, 2).tolist()}")
    assert np.mean(areas) >= 0.9


def test_categories_can_be_told_apart_by_colour_and_coarse_shape(used: dict[str, list[Used]]) -> None:
    described, labels = [], []
    for category in CATEGORIES:
        for clip in used[category]:
            still = clip.frames.mean(axis=0) + clip.frames[:, :, ::-1].mean(axis=0)  # mirrored or not
            described.append(np.concatenate([still.ravel(), 4 * clip.frames.std(axis=0).ravel()]))
            labels.append(category)
    points = np.stack(described)
    distances = np.linalg.norm(points[:, None] - points[None], axis=2) + np.diag(np.full(len(points), np.inf))
    found = [labels[i] == labels[j] for i, j in enumerate(distances.argmin(axis=1))]
    print(f"nearest other clip has the same category: {np.mean(found):.2f}")
    assert np.mean(found) > 3 / 7  # three times chance
