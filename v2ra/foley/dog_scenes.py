"""Dog: head and chest in profile; it draws back, barks with an open mouth and jerks.

Conventions
-----------
`make_dog` draws what stands still and returns a Scene. The dog looks to the right; the head turns about the
base of its neck, the jaw about its hinge; angles in radians, positive with the nose or the jaw down.

Source
------
The project's own.
"""

from dataclasses import dataclass

import numpy as np

from v2ra.foley.backdrops import blurred, bokeh, garden, gradient, room
from v2ra.foley.camera import make_camera
from v2ra.foley.canvas import SIZE, Image, Points, disc, ellipse, polygon, rotated
from v2ra.foley.distractors import Layer, falling_leaves, passing_shadow, swaying_plant
from v2ra.foley.dog_parts import HINGE, JAW_FRONT, LIP_FRONT, NECK, DogParts, draw_dog
from v2ra.foley.motion import Beats, Floats, pulse, ringing, wander
from v2ra.foley.reactions import flying
from v2ra.foley.sprites import make_light
from v2ra.foley.stage import Scene

WIDEST = 0.78  # radians between the jaws at strength 1


@dataclass(frozen=True)
class Pose:
    """How the dog holds itself, one value a frame, (n_frames,).

    Attributes
    ----------
    jaw, head, ear, tail : ndarray
        Angles in radians: opening of the mouth, head from its rest, ear and tail from theirs.
    forward, up, heave : ndarray
        Pixels of the head forwards and upwards, of the chest.
    lid : ndarray
        0 eye open, 1 shut.

    Examples
    --------
    See `dog_pose`.
    """

    jaw: Floats
    head: Floats
    ear: Floats
    tail: Floats
    forward: Floats
    up: Floats
    heave: Floats
    lid: Floats


def dog_pose(beats: Beats, *, rng: np.random.Generator) -> Pose:
    """Pose of a barking dog for every frame.

    It draws back over a third of a second, opens its mouth in the last 0.08 s, is widest at the start of
    the bark and shuts it after the bark has ended.

    Examples
    --------
    >>> from v2ra.foley.events import Event
    >>> from v2ra.foley.motion import make_beats
    >>> beats = make_beats([Event(0.5, 1.0, "bark", 0.2)], n_frames=30, frame_rate=30)
    >>> jaw = dog_pose(beats, rng=np.random.default_rng(0)).jaw
    >>> int(jaw.argmax()) in range(15, 21), bool(jaw[9] < 0.1)
    (True, True)
    """
    delays, times = beats.delays, beats.times
    weigh = 0.5 + 0.5 * beats.strengths
    drawn = (pulse(delays + 0.09, lead=0.26, hold=0.0, release=0.09) * weigh).max(axis=1, initial=0.0)
    thrust = (pulse(delays, lead=0.08, hold=0.06, release=0.24) * weigh).max(axis=1, initial=0.0)
    opened = (pulse(delays, lead=0.08, hold=beats.durations, release=0.16) * weigh).max(axis=1, initial=0.0)
    slow = wander(times, rng=rng, slowest_hz=0.1)
    flop = beats.summed(ringing(delays, frequency=4.5, decay=0.14))
    breath = np.sin(2 * np.pi * rng.uniform(0.35, 0.55) * times + rng.uniform(0, 6))
    wag = rng.uniform(0.04, 0.1) * np.sin(2 * np.pi * rng.uniform(0.8, 1.4) * times)
    blinks = rng.uniform(0, 1 + times.max(initial=0.0), 3)
    lid = pulse(times[:, None] - blinks, lead=0.06, hold=0.04, release=0.1).max(axis=1)
    return Pose(
        jaw=WIDEST * opened,
        head=0.02 * slow + 0.16 * drawn - 0.34 * thrust,
        ear=0.35 * thrust - 0.2 * drawn + 0.4 * flop,
        tail=wag + 0.15 * thrust,
        forward=1.2 * slow - 12 * drawn + 16 * thrust,
        up=0.8 * breath - 6 * drawn + 9 * thrust,
        heave=1.2 * breath + 4 * drawn - 7 * thrust + 5 * flop,
        lid=np.maximum(lid, 0.6 * thrust),
    )


def make_dog(beats: Beats, *, rng: np.random.Generator) -> Scene:
    """Scene of a dog that barks.

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
    >>> make_dog(make_beats([], n_frames=1, frame_rate=30), rng=np.random.default_rng(0)).frame(0).shape
    (256, 256, 3)
    """
    light = make_light(rng)
    image, moving = _place(beats, rng)
    size = rng.uniform(0.92, 1.06)
    neck = np.array([rng.uniform(84, 104), rng.uniform(196, 212)])
    pose, parts = dog_pose(beats, rng=rng), draw_dog(rng, light)
    plant = swaying_plant(beats.times, rng=rng, light=light, place=(rng.uniform(220, 250), 236), size=0.9)
    mouth = np.tile(neck + size * (np.array([158.0, 108.0]) - NECK), (len(beats.starts), 1))
    layers: tuple[Layer, ...] = (
        *moving,
        plant,
        Dog(parts, pose, neck, size),
        flying(
            beats, points=mouth, colours=[(236, 240, 246)], rng=rng, n_most=7, speed=240, radius=(0.8, 1.6)
        ),
        passing_shadow(beats.times, rng=rng, depth=0.16),
    )
    return Scene(image, layers, make_camera(beats, rng=rng))


@dataclass(frozen=True)
class Dog:
    """The dog over a clip; call it with an image and a frame number.

    Attributes
    ----------
    parts : DogParts
        Its sprites.
    pose : Pose
        How it moves.
    neck : ndarray (2,)
        Where the base of its neck rests, pixels.
    size : float
        Scale.

    Examples
    --------
    See `make_dog`.
    """

    parts: DogParts
    pose: Pose
    neck: Points
    size: float

    def __call__(self, image: Image, index: int) -> None:
        """Draw the dog at frame `index`, in place."""
        pose, size = self.pose, self.size
        heave = float(pose.heave[index])
        self.parts.tail.paste(
            image, self.neck + size * np.array([-74, -6]), angle=float(pose.tail[index]), scale=size
        )
        chest = (size * (1 + 0.006 * heave), size * (1 - 0.004 * heave))
        self.parts.body.paste(image, np.add(self.neck, (-0.4 * heave, 0.3 * heave)), scale=chest)
        turn = float(pose.head[index])
        place = self.neck + np.array([pose.forward[index], -pose.up[index]])
        self._draw_mouth(image, place, turn, float(pose.jaw[index]))
        self.parts.head.paste(image, place, angle=turn, scale=size)
        self._draw_eye(image, place, turn, float(pose.lid[index]))
        ear = place + rotated([self.parts.ear_root - NECK], turn)[0] * size
        self.parts.ear.paste(image, ear, angle=turn + float(pose.ear[index]), scale=size)

    def _draw_mouth(self, image: Image, place: Points, turn: float, jaw: float) -> None:
        """Dark gap, teeth and lower jaw with its tongue."""
        hinge = place + rotated([HINGE - NECK], turn)[0] * self.size
        lip = place + rotated([LIP_FRONT - NECK], turn)[0] * self.size
        chin = hinge + rotated([JAW_FRONT - HINGE], turn + jaw)[0] * self.size
        gap = [np.add(hinge, (0, -3)), np.add(lip, (0, -4)), lip, chin, np.add(hinge, (0, 8))]
        polygon(image, gap, (86, 16, 26))
        self.parts.teeth.paste(image, place, angle=turn, scale=self.size)
        self.parts.jaw.paste(image, hinge, angle=turn + jaw, scale=self.size)

    def _draw_eye(self, image: Image, place: Points, turn: float, lid: float) -> None:
        eye = place + rotated([self.parts.eye - NECK], turn)[0] * self.size
        open_ = max(1.0 - lid, 0.12)
        ellipse(image, eye, (6.4, 6.0 * open_ + 0.6), (26, 18, 16), angle=turn)
        ellipse(image, eye, (5.0, 5.0 * open_), self.parts.iris, angle=turn)
        ellipse(image, np.add(eye, (0.4, 0)), (3.0, 3.4 * open_), (10, 8, 8), angle=turn)
        if open_ > 0.6:
            disc(image, np.add(eye, (-1.4, -1.8)), 1.3, (250, 250, 250))


def _place(beats: Beats, rng: np.random.Generator) -> tuple[Image, tuple[Layer, ...]]:
    """Garden, beach, living room or park, and what moves in it."""
    kind = rng.integers(4)
    if kind == 0:
        leaves = falling_leaves(beats.times, rng=rng, colours=[(200, 140, 40), (180, 90, 40), (120, 150, 60)])
        return garden(rng, horizon=rng.uniform(150, 180)), (leaves,)
    if kind == 1:
        sea = gradient([(112, 176, 232), (206, 228, 242)])
        sea[120:150] = gradient([(40, 110, 160), (80, 160, 180)], height=30, width=SIZE)
        sea[150:] = gradient([(196, 172, 128), (236, 214, 168)], height=SIZE - 150, width=SIZE)
        return blurred(sea, 2.5), ()
    if kind == 2:
        wall = np.array([[216, 204, 184], [170, 190, 196], [206, 178, 168]])[rng.integers(3)]
        return room(rng, wall=wall, floor=(134, 98, 66), horizon=rng.uniform(170, 196)), ()
    greens = [(34, 62, 30), (86, 128, 58), (170, 196, 110)]
    return bokeh(rng, colours=greens, lights=(226, 236, 180)), ()
