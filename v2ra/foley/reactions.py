"""How struck things react: loose things hop, marks stay, chips and dust fly, bodies jolt.

Conventions
-----------
Makers return layers (image, frame number). Positions in pixels, strengths 0.3..1, times in seconds.

Source
------
The project's own.
"""

from collections.abc import Sequence

import numpy as np

from v2ra.foley.canvas import Colour, Image, Palette, Points, ellipse_points
from v2ra.foley.distractors import Layer
from v2ra.foley.motion import Beats, Floats, ringing
from v2ra.foley.particles import draw_puffs, make_puff, make_spray
from v2ra.foley.sprites import Light, Pen, Sprite


def jolt(beats: Beats, *, pixels: float, frequency: float = 11.0, decay: float = 0.09) -> Floats:
    """Damped swing of a struck body for each frame, (n_frames,), first positive: away from the stick.

    Examples
    --------
    >>> from v2ra.foley.events import Event
    >>> from v2ra.foley.motion import make_beats
    >>> beats = make_beats([Event(0.0, 1.0, "hit", 0.1)], n_frames=3, frame_rate=30)
    >>> jolt(beats, pixels=4).round(2).tolist()
    [0.0, 2.05, -1.9]
    """
    return pixels * beats.summed(ringing(beats.delays, frequency=frequency, decay=decay))


def flying(
    beats: Beats,
    *,
    points: Points,
    colours: Palette,
    rng: np.random.Generator,
    n_most: int = 14,
    speed: float = 210.0,
    radius: tuple[float, float] = (1.0, 2.4),
) -> Layer:
    """Layer of chips, crumbs or drops that fly up at each event.

    Examples
    --------
    >>> from v2ra.foley.motion import make_beats
    >>> layer = flying(make_beats([], n_frames=1, frame_rate=30), points=np.zeros((0, 2)),
    ...                colours=[(9, 9, 9)], rng=np.random.default_rng(0))
    >>> layer(np.zeros((256, 256, 3), np.uint8), 0)
    """
    spray = make_spray(
        beats, points=points, colours=colours, rng=rng, n_most=n_most, speed=speed, radius=radius
    )
    return lambda image, index: spray.draw(image, beats, index)


def dust(
    beats: Beats,
    *,
    points: Points,
    colour: Colour,
    rng: np.random.Generator,
    size: float = 1.0,
    life_seconds: float = 0.5,
    density: float = 0.8,
) -> Layer:
    """Layer of dust that swells from each event.

    Examples
    --------
    >>> from v2ra.foley.motion import make_beats
    >>> layer = dust(make_beats([], n_frames=1, frame_rate=30), points=np.zeros((0, 2)),
    ...              colour=(9, 9, 9), rng=np.random.default_rng(0))
    >>> layer(np.zeros((256, 256, 3), np.uint8), 0)
    """
    puff = make_puff(colour, rng=rng)

    def draw(image: Image, index: int) -> None:
        draw_puffs(
            image,
            puff,
            beats,
            index=index,
            points=points,
            size=size,
            life_seconds=life_seconds,
            density=density,
        )

    return draw


def marks(
    beats: Beats,
    *,
    points: Points,
    ends: Points,
    colour: Colour,
    flat: float = 0.5,
    life_seconds: float = 4.0,
) -> Layer:
    """Layer of dents, and scores of scratches, that fade over seconds.

    Examples
    --------
    >>> from v2ra.foley.events import Event
    >>> from v2ra.foley.motion import make_beats
    >>> beats = make_beats([Event(0.0, 1.0, "hit", 0.1)], n_frames=3, frame_rate=30)
    >>> image = np.full((256, 256, 3), 200, np.uint8); place = np.array([[90.0, 90.0]])
    >>> marks(beats, points=place, ends=place, colour=(20, 10, 5))(image, 2); int(image.min()) < 150
    True
    """
    sprite = _mark_sprite(colour, flat=flat)

    def draw(image: Image, index: int) -> None:
        for event, delay in beats.recent(index, seconds=life_seconds):
            run = np.clip(delay / max(beats.ends[event] - beats.starts[event], 1e-3), 0, 1)
            end = points[event] + run * (ends[event] - points[event])
            middle, length = (points[event] + end) / 2, float(np.hypot(*(end - points[event])))
            wide = (0.6 + 0.5 * beats.strengths[event]) * (1 + length / 9)
            sprite.paste(image, middle, scale=(wide, 0.8), opacity=0.9 * (1 - delay / life_seconds))

    return draw


def _mark_sprite(colour: Colour, *, flat: float) -> Sprite:
    """Soft dark spot with a light lower rim, as a dent has."""
    pen = Pen(24, 24, Light(np.array([0.0, -0.6, 0.8]), 0.5))
    light_rim = np.clip(np.asarray(colour) * 2.5 + 90, 0, 255)
    pen.shape(ellipse_points((12, 12.8), (5.5, 5.5 * flat)), light_rim, soft=0.8, opacity=0.6)
    pen.shape(ellipse_points((12, 11.6), (5, 5 * flat)), colour, soft=0.8, opacity=0.9)
    return pen.sprite((12.0, 12.0))


def hopping(
    beats: Beats,
    *,
    points: Points,
    sprites: Sequence[Sprite],
    places: Points,
    height: float = 44.0,
    seconds: float = 0.26,
) -> Layer:
    """Layer of loose things that hop at each event, the higher the nearer it is, and bounce once.

    Examples
    --------
    >>> from v2ra.foley.motion import make_beats
    >>> layer = hopping(make_beats([], n_frames=1, frame_rate=30), points=np.zeros((0, 2)), sprites=[],
    ...                 places=np.zeros((0, 2)))
    >>> layer(np.zeros((256, 256, 3), np.uint8), 0)
    """
    n_things = len(places)
    rises = np.zeros((len(beats.times), n_things))
    for k in range(n_things):
        near = 1 / (1 + np.hypot(*(points - places[k]).T) / 110)  # (n_events,)
        first, second = beats.delays / seconds, (beats.delays - seconds) / (0.55 * seconds)
        leap = np.maximum(4 * first * (1 - first), 0) + 0.3 * np.maximum(4 * second * (1 - second), 0)
        rises[:, k] = height * beats.strongest(leap * near)
    turns = np.where(np.arange(n_things) % 2, 1.0, -1.0)

    def draw(image: Image, index: int) -> None:
        for k, sprite in enumerate(sprites):
            rise = rises[index, k]
            sprite.paste(image, np.subtract(places[k], (0, rise)), angle=float(turns[k] * 0.03 * rise))

    return draw
