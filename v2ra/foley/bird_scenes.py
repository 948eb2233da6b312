"""Bird: perched on a branch, a wire, a post or a feeder; beak, throat, head and tail move with each chirp.

Conventions
-----------
`make_bird` draws what stands still and returns a Scene. The bird looks to the right; angles in radians,
positive clockwise, so a negative angle lifts the beak.

Source
------
The project's own.
"""

from dataclasses import dataclass

import numpy as np

from v2ra.foley.backdrops import bokeh
from v2ra.foley.bird_parts import (
    BEAK_JOINT,
    HEAD_JOINT,
    TAIL_JOINT,
    THROAT,
    WING_JOINT,
    BirdParts,
    draw_bird,
)
from v2ra.foley.camera import make_camera
from v2ra.foley.canvas import Image, Points, polygon, rotated, stroke, traced
from v2ra.foley.distractors import Layer, falling_leaves, passing_shadow, wandering_insect
from v2ra.foley.motion import Beats, Floats, pulse, ringing, wander
from v2ra.foley.perches import draw_perch
from v2ra.foley.plumage import CRESTED, PLUMAGES
from v2ra.foley.sprites import Sprite, make_light
from v2ra.foley.stage import Scene

WIDEST = 1.0  # radians between the halves of the beak at strength 1
FEET_Y = 62.0  # below the middle of the body
# Colours from dark to light, and those of the lights: summer, autumn, blossom, snow, evening.
SEASONS = (
    traced("40,74,36 96,146,62 176,206,120 230,240,180"),
    traced("92,52,26 178,110,44 232,186,90 255,224,150"),
    traced("116,140,168 186,190,206 244,206,218 255,232,240"),
    traced("120,140,164 176,194,212 232,240,246 255,255,255"),
    traced("64,60,104 170,110,120 246,190,130 255,226,170"),
)


@dataclass(frozen=True)
class Posture:
    """How the bird holds itself, one value a frame, (n_frames,).

    Attributes
    ----------
    beak, head, tail, wing : ndarray
        Angles in radians: opening of the beak, head, tail and wing from their rest.
    throat : ndarray
        Swelling of the throat, 0..1.
    up, forward, bounce : ndarray
        Pixels of the body upwards, of the head forwards, of the perch downwards.
    """

    beak: Floats
    head: Floats
    tail: Floats
    wing: Floats
    throat: Floats
    up: Floats
    forward: Floats
    bounce: Floats


def bird_posture(beats: Beats, *, rng: np.random.Generator) -> Posture:
    """Posture of a chirping bird for every frame.

    It crouches over a third of a second while its throat swells, throws its head up and opens its beak in
    the last 0.07 s, and shuts it after the chirp has ended.

    Examples
    --------
    >>> from v2ra.foley.events import Event
    >>> from v2ra.foley.motion import make_beats
    >>> beats = make_beats([Event(0.5, 1.0, "chirp", 0.15)], n_frames=30, frame_rate=30)
    >>> beak = bird_posture(beats, rng=np.random.default_rng(0)).beak
    >>> int(beak.argmax()) in range(15, 20), bool(beak[9] < 0.1)
    (True, True)
    """
    delays, times = beats.delays, beats.times
    weigh = 0.55 + 0.45 * beats.strengths
    crouch = (pulse(delays + 0.08, lead=0.26, hold=0.0, release=0.08) * weigh).max(axis=1, initial=0.0)
    thrown = (pulse(delays, lead=0.08, hold=0.07, release=0.22) * weigh).max(axis=1, initial=0.0)
    opened = (pulse(delays, lead=0.07, hold=beats.durations, release=0.14) * weigh).max(axis=1, initial=0.0)
    swollen = (pulse(delays, lead=0.2, hold=beats.durations, release=0.2) * weigh).max(axis=1, initial=0.0)
    bob = beats.summed(ringing(delays, frequency=4.0, decay=0.18))
    slow, glance = (wander(times, rng=rng, slowest_hz=0.1) for _ in range(2))
    return Posture(
        beak=WIDEST * opened,
        head=0.05 * glance + 0.22 * crouch - 0.5 * thrown,
        tail=0.03 * slow + 0.12 * crouch - 0.5 * bob,
        wing=0.16 * thrown + 0.14 * bob,
        throat=swollen,
        up=0.8 * slow - 6 * crouch + 9 * thrown,
        forward=1.5 * glance - 4 * crouch + 7 * thrown,
        bounce=0.8 * wander(times, rng=rng, slowest_hz=0.15) + 5 * bob,
    )


def make_bird(beats: Beats, *, rng: np.random.Generator) -> Scene:
    """Scene of a bird that chirps.

    Parameters
    ----------
    beats : Beats
        Events and frame times.
    rng : Generator
        Source of chance.

    Returns
    -------
    Scene
        To be drawn frame by frame.

    Examples
    --------
    >>> from v2ra.foley.motion import make_beats
    >>> make_bird(make_beats([], n_frames=1, frame_rate=30), rng=np.random.default_rng(0)).frame(0).shape
    (256, 256, 3)
    """
    light, names = make_light(rng), sorted(PLUMAGES)
    season = SEASONS[rng.integers(len(SEASONS))]
    image = bokeh(rng, colours=season[:3], lights=season[3])
    name = names[rng.integers(len(names))]
    place = np.array([rng.uniform(106, 128), rng.uniform(138, 150)])
    bird = Bird(
        parts=draw_bird(PLUMAGES[name], rng=rng, light=light, crested=name in CRESTED),
        posture=bird_posture(beats, rng=rng),
        perch=draw_perch(rng, light, leaf=season[1] * 0.9),
        place=place,
        size=rng.uniform(1.05, 1.25),
    )
    drifting = falling_leaves(beats.times, rng=rng, colours=season[2:], n_leaves=3)
    insect = wandering_insect(beats.times, rng=rng)
    layers: tuple[Layer, ...] = (drifting, bird, passing_shadow(beats.times, rng=rng, depth=0.15))
    return Scene(
        image, layers if rng.random() < 0.5 else (insect, *layers), make_camera(beats, rng=rng, kick=0.5)
    )


@dataclass(frozen=True)
class Bird:
    """The bird on its perch over a clip; call it with an image and a frame number.

    Attributes
    ----------
    parts : BirdParts
        Its sprites.
    posture : Posture
        How it moves.
    perch : Sprite
        What it sits on, anchored under its feet.
    place : ndarray (2,)
        Middle of the body at rest, pixels.
    size : float
        Scale.
    """

    parts: BirdParts
    posture: Posture
    perch: Sprite
    place: Points
    size: float

    def __call__(self, image: Image, index: int) -> None:
        """Draw perch and bird at frame `index`, in place."""
        posture, size = self.posture, self.size
        bounce = float(posture.bounce[index])
        feet = np.add(self.place, (0.0, FEET_Y * size + bounce))
        body = np.add(self.place, (0.0, bounce - posture.up[index]))
        tail = body + size * TAIL_JOINT
        self.parts.tail.paste(image, tail, angle=float(posture.tail[index]), scale=size)
        self.perch.paste(image, feet, angle=0.004 * bounce)
        for x in (-6.0, 14.0):
            hip, foot = np.add(body, (size * x, 50 * size)), np.add(feet, (size * (x + 3), -1))
            stroke(image, np.array([hip, foot]), (96, 70, 56), width=3 * size)
            for toe in (-5, 2, 8):
                stroke(image, np.array([foot, np.add(foot, (size * toe, 4))]), (96, 70, 56), width=2 * size)
        swell = 1 + 0.03 * float(posture.throat[index])
        self.parts.body.paste(image, body, scale=(size * swell, size))
        self._draw_head(image, body, index)
        self.parts.wing.paste(image, body + size * WING_JOINT, angle=float(posture.wing[index]), scale=size)

    def _draw_head(self, image: Image, body: Points, index: int) -> None:
        """Throat, gape, beak and head."""
        posture, size = self.posture, self.size
        turn, gape = float(posture.head[index]), float(posture.beak[index])
        neck = body + size * (HEAD_JOINT + posture.forward[index] * np.array([1.0, -0.3]))
        corner = neck + size * rotated([BEAK_JOINT], turn)[0]
        throat, swollen = neck + size * rotated([THROAT], turn)[0], float(posture.throat[index])
        self.parts.throat.paste(image, throat, angle=turn, scale=size * (0.6 + 0.4 * swollen))
        self._draw_gape(image, corner, turn, gape)
        self.parts.lower.paste(image, corner, angle=turn + 0.58 * gape, scale=size)
        self.parts.upper.paste(image, corner, angle=turn - 0.42 * gape, scale=size)
        self.parts.head.paste(image, neck, angle=turn, scale=size)

    def _draw_gape(self, image: Image, corner: Points, turn: float, gape: float) -> None:
        """Inside of the open beak."""
        if gape > 0.05:
            angles = turn + gape * np.linspace(-0.4, 0.52, 5)
            reach = 26 * self.size * np.array([1, 0.75, 0.6, 0.7, 0.9])  # hollow in the middle
            rim = corner + reach[:, None] * np.stack([np.cos(angles), np.sin(angles)], axis=1)
            polygon(image, [np.subtract(corner, (4, 2)), *rim, np.add(corner, (-4, 4))], (214, 62, 44))
