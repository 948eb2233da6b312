"""Frames of a synthetic clip: what a watcher sees of its events.

Conventions
-----------
Frames are uint8 (n_frames, 256, 256, 3), RGB, 30 a second; frame k shows the instant k/30 s. An event of
the list is seen to happen at exactly its start.

Source
------
The project's own; categories of Section 4.1.
"""

import math
from collections.abc import Callable, Sequence

import cv2
import numpy as np

from v2ra.errors import InputError
from v2ra.foley.bird_scenes import make_bird
from v2ra.foley.canvas import SIZE, Image, one_thread
from v2ra.foley.categories import check_category
from v2ra.foley.cloth_scenes import make_cloth
from v2ra.foley.dog_scenes import make_dog
from v2ra.foley.events import Event
from v2ra.foley.firework_scenes import make_firework
from v2ra.foley.gravel_scenes import make_gravel
from v2ra.foley.motion import make_beats
from v2ra.foley.plastic_scenes import make_plastic
from v2ra.foley.stage import Scene
from v2ra.foley.wood_scenes import make_wood
from v2ra.timing import PAPER, Timing

MAKERS: dict[str, Callable[..., Scene]] = {
    "bird": make_bird,
    "dog": make_dog,
    "firework": make_firework,
    "cloth": make_cloth,
    "wood": make_wood,
    "gravel": make_gravel,
    "plastic": make_plastic,
}


def make_scene(
    category: str,
    events: Sequence[Event],
    *,
    n_seconds: float,
    rng: np.random.Generator,
    timing: Timing = PAPER,
) -> Scene:
    """Prepare a clip, of which single frames can then be drawn.

    Parameters
    ----------
    category : str
        One of the seven categories.
    events : sequence of Event
        What is seen to happen, in any order; none gives an idle scene.
    n_seconds : float
        Length of the clip in seconds.
    rng : Generator
        Source of chance for everything but the events.
    timing : Timing
        Frame rate.

    Returns
    -------
    Scene
        `frame(k)` draws frame k at 256×256.

    Raises
    ------
    InputError
        If the category is unknown.

    Examples
    --------
    >>> make_scene("bird", [], n_seconds=1, rng=np.random.default_rng(0)).frame(29).shape
    (256, 256, 3)
    """
    check_category(category)
    beats = make_beats(events, n_frames=timing.n_frames(n_seconds), frame_rate=timing.frame_rate)
    with one_thread():
        return MAKERS[category](beats, rng=rng)


def draw_frames(
    category: str,
    events: Sequence[Event],
    *,
    n_seconds: float,
    rng: np.random.Generator,
    timing: Timing = PAPER,
) -> Image:
    """Draw the frames of one clip.

    Parameters
    ----------
    category : str
        One of the seven categories.
    events : sequence of Event
        What is seen to happen, in any order; none gives an idle scene.
    n_seconds : float
        Length of the clip in seconds.
    rng : Generator
        Source of chance for everything but the events; the same state gives the same bytes.
    timing : Timing
        Frame rate and frame size.

    Returns
    -------
    ndarray uint8
        (n_frames, frame_size, frame_size, 3), RGB.

    Raises
    ------
    InputError
        If the category is unknown or the length is not a number of seconds.

    Examples
    --------
    >>> frames = draw_frames("wood", [Event(0.1, 1.0, "hit", 0.1)], n_seconds=0.2, rng=np.random.default_rng(0))
    >>> frames.shape, frames.dtype
    ((6, 256, 256, 3), dtype('uint8'))
    """
    if not (0 <= n_seconds < math.inf):
        raise InputError(
            f"found {n_seconds} seconds; expected a length of zero or more; give the clip's length"
        )
    scene = make_scene(category, events, n_seconds=n_seconds, rng=rng, timing=timing)
    side = timing.frame_size
    frames = np.empty((timing.n_frames(n_seconds), side, side, 3), dtype=np.uint8)
    with one_thread():
        for index in range(len(frames)):
            frame = scene.frame(index)
            if side != SIZE:
                frames[index] = cv2.resize(frame, (side, side), interpolation=cv2.INTER_AREA)
            else:
                frames[index] = frame
    return frames
