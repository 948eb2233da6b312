"""The drumstick: a hand swings it down on a point, it rebounds or drags sideways, and hovers until the next.

Conventions
-----------
Positions are (x, y) of the tip in pixels; heights in pixels above the point to be hit; angles in radians
from the horizontal, the hand above and to the right of the tip. Contact is at the exact start of the event.

Source
------
The films of Greatest Hits (Section 4.1) show a drumstick that hits or scratches things.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from v2ra.foley.canvas import Colour, Image, Palette, Points, spline, traced
from v2ra.foley.motion import Beats, Floats, pulse, smoothstep, wander
from v2ra.foley.sprites import Light, Pen, Sprite
from v2ra.foley.textures import noise

STRIKE_SECONDS = 0.16  # from the highest point down to contact
LIFT_SECONDS = 0.26  # from hovering up to the highest point
TOUCH_SECONDS = 0.02  # on the surface before it springs back: about one frame
REBOUND_SECONDS = 0.045
TIP_X, GRIP_X, LENGTH = 8.0, 118.0, 110.0  # in the sprite: the stick lies along x
SLEEVES = ((52, 62, 92), (120, 40, 48), (58, 84, 62), (40, 40, 44), (176, 172, 160), (150, 108, 52))
SKINS = ((236, 190, 160), (198, 142, 106), (142, 96, 68), (92, 62, 46))
STICKS = ((232, 204, 158), (226, 214, 190), (46, 44, 48), (170, 44, 40))


def lift(to_next: Floats, last: Floats, *, hover: Floats | float) -> Floats:
    """Height of the tip from time to the next and since the last contact; 1 is the top of the swing.

    Parameters
    ----------
    to_next, last : ndarray (n_frames,)
        Seconds; 0 is contact, which gives 0.
    hover : float or ndarray
        Height between swings.

    Examples
    --------
    >>> lift(np.array([0.0, 0.16, 9.0]), np.array([9.0, 9.0, 9.0]), hover=0.4).round(3).tolist()
    [0.0, 1.0, 0.4]
    """
    strike = 1 - (1 - np.clip(to_next / STRIKE_SECONDS, 0, 1)) ** 2  # fastest at contact
    raised = smoothstep(to_next, STRIKE_SECONDS + LIFT_SECONDS, STRIKE_SECONDS)
    height: Floats = strike * (hover + (1 - hover) * raised) * (1 - np.exp(-last / REBOUND_SECONDS))
    return height


def contact_path(beats: Beats, points: Points, ends: Points) -> Points:
    """Point under the tip for every frame, (n_frames, 2): drags with a scratch, then moves to the next.

    Parameters
    ----------
    beats : Beats
        Events and frame times.
    points, ends : ndarray (n_events, 2)
        Where each contact begins and ends.

    Examples
    --------
    >>> from v2ra.foley.events import Event
    >>> from v2ra.foley.motion import make_beats
    >>> beats = make_beats([Event(0.0, 1.0, "hit", 0.1)], n_frames=2, frame_rate=30)
    >>> contact_path(beats, np.array([[9.0, 5.0]]), np.array([[9.0, 5.0]])).tolist()
    [[9.0, 5.0], [9.0, 5.0]]
    """
    room = np.append(np.diff(beats.starts), 1.0)[: len(beats.starts)] - (beats.ends - beats.starts)
    leave = beats.ends + 0.25 * room  # rebounds on the spot before it moves on
    arrive = beats.starts - 0.25 * np.append(1.0, room)[: len(beats.starts)]  # swings down on the spot
    knots = np.stack([arrive, beats.starts, beats.ends, leave], axis=1).ravel()
    places = np.stack([points, points, ends, ends], axis=1).reshape(-1, 2)
    return np.stack([np.interp(beats.times, knots, places[:, axis]) for axis in range(2)], axis=1)


@dataclass(frozen=True)
class Stick:
    """One drumstick over a clip.

    Attributes
    ----------
    sprite, shadow : Sprite
        Stick with hand and sleeve; its soft shadow.
    tips, grounds : ndarray (n_frames, 2)
        Tip, and the point under it.
    angles, heights : ndarray (n_frames,)
        Angle of the stick; height of the tip in pixels.
    size : float
        Scale of the sprite.

    Examples
    --------
    See `make_stick`.
    """

    sprite: Sprite
    shadow: Sprite
    tips: Points
    grounds: Points
    angles: Floats
    heights: Floats
    size: float

    def __call__(self, image: Image, index: int) -> None:
        """Draw the stick at frame `index`, in place."""
        away = np.array([0.25, 0.12]) * self.heights[index]
        fade = 0.75 - 0.4 * min(self.heights[index] / 90, 1)
        self.shadow.paste(
            image, self.grounds[index] + away, angle=-0.18, scale=(self.size, 0.7), opacity=fade
        )
        self.sprite.paste(
            image, self.tips[index], angle=-self.angles[index], scale=(self.size, 1.3 * self.size)
        )


def _draw_stick(colour: Colour, rng: np.random.Generator, light: Light) -> Sprite:
    """Stick, fist and sleeve along x, tip at the left."""
    pen = Pen(300, 60, light)
    fibres = 0.9 + 0.2 * noise((60, 300), cell=(2, 60), rng=rng)
    sleeve, skin = SLEEVES[rng.integers(len(SLEEVES))], np.array(SKINS[rng.integers(len(SKINS))])
    folds = 0.85 + 0.3 * noise((60, 300), cell=(30, 12), rng=rng)
    shaft = traced("14,27.6 40,26.6 150,25.2 154,30 150,34.8 40,33.4 14,32.4")
    bead = traced("7,30 9,26.6 14,25.8 19,27.2 22,30 19,32.8 14,34.2 9,33.4")
    pen.shape(traced("146,14 176,8 300,2 300,58 176,52 146,46"), sleeve, swell=24, texture=folds)
    pen.shape(
        spline(traced("112,22 124,14 148,15 158,24 158,40 146,48 122,46 112,38")),
        skin * 0.86,
        swell=12,
    )
    pen.shape(shaft, colour, swell=4.5, gloss=0.5, texture=fibres)
    pen.shape(spline(bead), np.asarray(colour) * 0.92, swell=4, gloss=0.6)
    for k in range(4):  # fingers over the shaft
        x = 113 + 9.5 * k
        finger = [[x, 20], [x + 5, 18], [x + 10, 21], [x + 11, 34], [x + 7, 40], [x + 2, 38]]
        pen.shape(spline(finger), skin * (1.02 - 0.03 * k), swell=4.5)
    pen.shape(spline(traced("108,24 122,17 140,18 142,23 124,25 110,29")), skin * 1.03, swell=4)
    return pen.sprite((TIP_X, 30.0))


def _draw_shadow(light: Light) -> Sprite:
    pen = Pen(300, 60, light)
    for outline in (traced("8,28 150,24 150,36 8,32"), traced("112,14 300,4 300,56 112,46")):
        pen.shape(outline, (12, 10, 10), soft=2.5, opacity=0.55)
    return pen.sprite((TIP_X, 30.0))


def make_stick(
    beats: Beats,
    *,
    points: Points,
    ends: Points,
    light: Light,
    rng: np.random.Generator,
    rise: Sequence[float] = (0.12, -1.0),
    colours: Palette = STICKS,
) -> Stick:
    """Plan a drumstick for a clip.

    Parameters
    ----------
    beats : Beats
        Events and frame times.
    points, ends : ndarray (n_events, 2)
        Where each contact begins and ends, pixels.
    light : Light
        Light of the scene.
    rng : Generator
        Source of chance.
    rise : (float, float)
        Direction in the picture away from the surface.
    colours : sequence of colours
        One is chosen for the stick.

    Returns
    -------
    Stick
        To be called with an image and a frame number.

    Examples
    --------
    >>> from v2ra.foley.motion import make_beats
    >>> from v2ra.foley.sprites import make_light
    >>> rng = np.random.default_rng(0); nothing = np.zeros((0, 2))
    >>> stick = make_stick(make_beats([], n_frames=3, frame_rate=30), points=nothing, ends=nothing,
    ...                    light=make_light(rng), rng=rng)
    >>> stick.tips.shape
    (3, 2)
    """
    swing = 58 + 52 * beats.next_strength  # pixels to the top
    hover = np.clip(26 + 3 * wander(beats.times, rng=rng, slowest_hz=0.2), 15, 40) / swing
    free = np.maximum(beats.last - TOUCH_SECONDS, 0)
    heights = swing * lift(beats.to_next, free, hover=hover)
    heights = heights * (1 - 0.35 * _feints(beats, rng)) + _rebound(beats)
    grounds = (
        contact_path(beats, points, ends) if len(points) else np.full((len(beats.times), 2), (110.0, 165.0))
    )
    tips = grounds + heights[:, None] * np.asarray(rise)
    lean = rng.uniform(0.5, 0.75)  # radians at contact
    angles = np.arcsin(np.clip(np.sin(lean) - 0.62 * heights / LENGTH, -0.35, 0.95))
    sprite = _draw_stick(rng.choice(np.asarray(colours)), rng, light)
    return Stick(sprite, _draw_shadow(light), tips, grounds, angles, heights, size=rng.uniform(0.98, 1.12))


def _rebound(beats: Beats) -> Floats:
    """Pixels by which the tip springs up after each contact, gone when the next swing begins."""
    if not len(beats.starts):
        return np.zeros(len(beats.times))
    previous = np.searchsorted(beats.starts, beats.times, side="right") - 1
    vigour = np.where(previous >= 0, beats.vigour[np.maximum(previous, 0)], 0.0)
    after = np.maximum(beats.last - TOUCH_SECONDS, 0) / 0.08
    sprung: Floats = 56 * vigour * after * np.exp(1 - after) * smoothstep(beats.to_next, 0.0, STRIKE_SECONDS)
    return sprung


def _feints(beats: Beats, rng: np.random.Generator) -> Floats:
    """Small dips that touch nothing, far from events: a distractor, 0..1 for each frame."""
    seconds = rng.uniform(0, max(float(beats.times[-1]), 0.1) if len(beats.times) else 0.1, 3)
    dips = pulse(beats.times[:, None] - seconds, lead=0.2, hold=0.0, release=0.2).max(axis=1)
    quiet = smoothstep(beats.to_next, 0.5, 0.8) * smoothstep(beats.last, 0.4, 0.7)
    dipped: Floats = dips * quiet
    return dipped


def strike_points(
    beats: Beats, *, box: Sequence[float], rng: np.random.Generator, drag: float = 48.0
) -> tuple[Points, Points]:
    """Where contacts begin and end inside a box (left, top, right, bottom): two arrays (n_events, 2).

    A scratch drags to the side of the box with more room, `drag` pixels at strength 1.

    Examples
    --------
    >>> from v2ra.foley.motion import make_beats
    >>> beats = make_beats([], n_frames=1, frame_rate=30)
    >>> strike_points(beats, box=(0, 0, 9, 9), rng=np.random.default_rng(0))[0].shape
    (0, 2)
    """
    n_events = len(beats.starts)
    left, top, right, bottom = box
    points = np.stack([rng.uniform(left, right, n_events), rng.uniform(top, bottom, n_events)], axis=1)
    towards = np.where(points[:, 0] < (left + right) / 2, 1.0, -1.0)
    ends = points.copy()
    ends[:, 0] += towards * drag * (0.5 + 0.5 * beats.strengths) * (beats.ends > beats.starts)
    return points, ends
