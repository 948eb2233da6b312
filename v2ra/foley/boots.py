"""Boots that step: drawn from the side, raised before each step, set down at the exact time of the event.

Conventions
-----------
Positions are of the middle of the sole, in pixels; angles in radians, toe to the right,
negative with the toe up. Times in seconds.

Source
------
The project's own.
"""

from dataclasses import dataclass

import numpy as np

from v2ra.foley.canvas import Image, Points, ellipse_points, rectangle, spline, traced
from v2ra.foley.motion import Beats, Floats, pulse, smoothstep
from v2ra.foley.sprites import Light, Pen, Sprite
from v2ra.foley.stick import lift
from v2ra.foley.textures import noise

LEAD_SECONDS = 0.4  # before a step the foot moves over its place
REST_SECONDS = 0.06  # flat on the ground after a step
LEATHER = traced("120,74,40 60,48,42 176,132,76 150,44,40 60,92,60 226,186,60 206,206,204")
TROUSERS = traced("52,70,110 112,104,84 50,50,56 86,92,70 150,140,120")
LACES = traced("230,224,210 200,50,44 30,28,28")
SHAFT = traced("24,196 70,196 72,232 92,246 122,256 130,276 126,286 20,286 20,250")
TOE = traced("94,248 120,256 130,274 126,286 100,286 92,268")
SOLE = traced("18,280 132,280 134,288 128,296 70,296 66,292 50,292 46,297 18,296")
LEG = traced("16,-10 84,-10 78,130 80,206 66,212 34,212 16,205 18,130")


@dataclass(frozen=True)
class Foot:
    """One foot over a clip; call it with an image and a frame number.

    Attributes
    ----------
    sprite, shadow : Sprite
        Boot with its leg; soft shadow on the ground.
    grounds : ndarray (n_frames, 2)
        Point of the ground under the sole.
    heights, angles : ndarray (n_frames,)
        Height over the ground in pixels; angle.
    size : float
        Scale.

    Examples
    --------
    See `make_foot`.
    """

    sprite: Sprite
    shadow: Sprite
    grounds: Points
    heights: Floats
    angles: Floats
    size: float

    def __call__(self, image: Image, index: int) -> None:
        """Draw the foot at frame `index`, in place."""
        height, ground = self.heights[index], self.grounds[index]
        opacity = 0.8 - 0.5 * min(height / 80, 1.0)
        self.shadow.paste(image, ground, scale=self.size * (1 + height / 160), opacity=opacity)
        self.sprite.paste(
            image, np.subtract(ground, (0, height)), angle=float(self.angles[index]), scale=self.size
        )


def draw_boot(rng: np.random.Generator, light: Light, *, dim: float = 1.0) -> Sprite:
    """Boot with the leg above it, 150×300 pixels, anchored under the middle of the sole.

    Examples
    --------
    >>> from v2ra.foley.sprites import make_light
    >>> rng = np.random.default_rng(0); draw_boot(rng, make_light(rng)).pixels.shape
    (300, 150, 4)
    """
    pen = Pen(150, 300, light)
    leather, denim = (np.asarray(table[rng.integers(len(table))]) * dim for table in (LEATHER, TROUSERS))
    worn = 0.85 + 0.3 * noise((300, 150), cell=9, rng=rng, n_octaves=2)
    creased = 0.8 + 0.4 * noise((300, 150), cell=(16, 50), rng=rng, n_octaves=2)
    pen.shape(spline(SHAFT), leather, swell=18, gloss=0.25, texture=worn)
    pen.shape(spline(TOE), leather * 0.8, swell=10, gloss=0.25, clip=True)
    pen.shape(SOLE, np.array([44, 40, 38]) * dim, swell=4)
    pen.shape(rectangle(20, 279, 131, 282), leather * 0.5 + 40)
    laces = LACES[rng.integers(len(LACES))] * dim
    for k in range(5):
        lace = traced("-12,3 2,-1 3,2 -11,6") + np.array([70 + 6.5 * k, 208 + 10.5 * k])
        pen.shape(lace, laces, clip=True, swell=1.5)
    pen.shape(LEG, denim, swell=26, texture=creased)
    pen.shape(rectangle(14, 198, 82, 212), denim * 0.85, clip=True, swell=4, soft=0.5)
    return pen.sprite((74.0, 294.0))


def draw_footprint(light: Light) -> Sprite:
    """Soft shadow under a foot."""
    pen = Pen(170, 50, light)
    pen.shape(ellipse_points((85, 24), (66, 12)), (8, 7, 6), soft=5, opacity=0.8)
    return pen.sprite((85.0, 22.0))


def make_foot(
    beats: Beats, *, points: Points, ends: Points, home: Points, sprite: Sprite, light: Light, size: float
) -> Foot:
    """Plan one foot for its own events.

    Parameters
    ----------
    beats : Beats
        The events of this foot alone.
    points, ends : ndarray (n_events, 2)
        Where each step comes down and where a drag ends, pixels.
    home : ndarray (2,)
        Where the foot stands before its first step.
    sprite : Sprite
        From `draw_boot`.
    light : Light
        Light of the scene.
    size : float
        Scale of the boot.

    Returns
    -------
    Foot
        To be called with an image and a frame number.

    Examples
    --------
    >>> from v2ra.foley.sprites import make_light
    >>> from v2ra.foley.motion import make_beats
    >>> rng = np.random.default_rng(0); light = make_light(rng); nothing = np.zeros((0, 2))
    >>> foot = make_foot(make_beats([], n_frames=3, frame_rate=30), points=nothing, ends=nothing,
    ...                  home=np.array([120.0, 200.0]), sprite=draw_boot(rng, light), light=light, size=1.0)
    >>> foot.grounds.shape, float(foot.heights.min()) > 0  # raised, for want of a step
    ((3, 2), True)
    """
    swing = 44 + 42 * beats.next_strength
    heights = swing * lift(beats.to_next, np.maximum(beats.last - REST_SECONDS, 0), hover=0.32)
    free = smoothstep(heights, 0.0, 20.0)
    heel_first = -0.2 * pulse(beats.delays, lead=0.18, hold=0.0, release=0.09).max(axis=1, initial=0.0)
    heel_up = 0.2 * free * smoothstep(beats.to_next, 0.08, 0.25)
    sink = 4.0 * beats.strongest(pulse(beats.delays, lead=1e-3, hold=0.05, release=0.3))
    grounds = _path(beats, points, ends, home) + np.stack([0 * sink, sink], axis=1)
    grounds[:, 0] -= 0.3 * heights  # drawn back as it is lifted
    return Foot(sprite, draw_footprint(light), grounds, heights, heel_first + heel_up, size)


def _path(beats: Beats, points: Points, ends: Points, home: Points) -> Points:
    """Ground under the foot: it moves only in the air or in a drag, (n_frames, 2)."""
    rests = np.concatenate([home[None], ends])  # where it waits before each event, and at last
    waits = np.append(-1.0, beats.ends)
    leave = np.maximum(beats.starts - LEAD_SECONDS, waits[:-1])
    arrive = np.maximum(beats.starts - 0.06, leave)
    knots = np.append(np.stack([leave, arrive, beats.starts, beats.ends], axis=1).ravel(), 1e6)
    places = np.concatenate([np.stack([rests[:-1], points, points, ends], axis=1).reshape(-1, 2), rests[-1:]])
    return np.stack([np.interp(beats.times, knots, places[:, axis]) for axis in range(2)], axis=1)
