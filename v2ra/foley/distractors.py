"""Movement that makes no sound: swaying plants, passing shadows, falling leaves, blinking lamps, an insect.

Conventions
-----------
Each maker returns a *layer*: a callable (image, frame number) that draws in place. All of them move slowly
or are small, so that events stay the largest movement of a clip.

Source
------
The project's own: without them every movement would mean a sound, and a model need not tell them apart.
"""

from collections.abc import Callable

import cv2
import numpy as np

from v2ra.foley.backdrops import scattered_leaves
from v2ra.foley.canvas import SIZE, Colour, Field, Image, Palette, disc, polygon, rotated, spline, traced
from v2ra.foley.motion import Floats, smoothstep, wander
from v2ra.foley.sprites import Light, Pen

Layer = Callable[[Image, int], None]


def swaying_plant(
    times: Floats,
    *,
    rng: np.random.Generator,
    light: Light,
    place: tuple[float, float],
    colour: Colour = (62, 112, 58),
    size: float = 1.0,
) -> Layer:
    """Plant in a pot-less bunch at the edge of the picture; its leaves sway by a few degrees.

    Examples
    --------
    >>> from v2ra.foley.sprites import make_light
    >>> rng = np.random.default_rng(0); image = np.zeros((256, 256, 3), np.uint8)
    >>> swaying_plant(np.arange(3) / 30, rng=rng, light=make_light(rng), place=(20, 200))(image, 1)
    >>> bool(image.any())
    True
    """
    pen = Pen(60, 90, light)
    blade = spline(traced("30,88 24,60 26,30 30,8 34,30 36,60"))
    pen.shape(
        blade,
        colour,
        swell=6,
        texture=np.linspace(1.2, 0.6, 90, dtype=np.float32)[:, None] @ np.ones((1, 60)),
    )
    pen.shape(traced("29.5,10 30.5,10 31,88 29,88"), np.asarray(colour) * 0.7)
    sprite = pen.sprite((30.0, 88.0))
    leans = np.linspace(-0.9, 0.9, 5) + rng.uniform(-0.15, 0.15, 5)
    sways = [0.045 * wander(times, rng=rng, slowest_hz=0.15) for _ in leans]

    def draw(image: Image, index: int) -> None:
        for lean, sway in zip(leans, sways, strict=True):
            sprite.paste(image, place, angle=float(lean + sway[index]), scale=size)

    return draw


def passing_shadow(times: Floats, *, rng: np.random.Generator, depth: float = 0.2) -> Layer:
    """Soft shadow of something out of the picture that crosses it in 2 to 4 s.

    Examples
    --------
    >>> image = np.full((256, 256, 3), 200, np.uint8)
    >>> passing_shadow(np.arange(30) / 30, rng=np.random.default_rng(0))(image, 20)
    >>> image.shape
    (256, 256, 3)
    """
    begin, speed = rng.uniform(0, max(float(times[-1]), 0.1) if len(times) else 0.1), rng.uniform(110, 190)
    width, slope = rng.uniform(35, 70), rng.uniform(-0.4, 0.4)
    y, x = np.mgrid[0:SIZE, 0 : 3 * SIZE].astype(np.float32)
    distance = (x - 1.5 * SIZE + slope * (y - SIZE / 2)) / width
    band: Field = 255 * (1 - depth * np.exp(-(distance**2)))
    mask = cv2.cvtColor(np.rint(band).astype(np.uint8), cv2.COLOR_GRAY2RGB)  # (256, 768, 3)

    def draw(image: Image, index: int) -> None:
        shift = round(SIZE + 0.9 * SIZE - speed * (times[index] - begin))
        if 0 <= shift <= 2 * SIZE:
            image[:] = cv2.multiply(image, mask[:, shift : shift + SIZE], scale=1 / 255)

    return draw


def falling_leaves(times: Floats, *, rng: np.random.Generator, colours: Palette, n_leaves: int = 4) -> Layer:
    """Small leaves, or flakes, that drift down again and again.

    Examples
    --------
    >>> image = np.zeros((256, 256, 3), np.uint8)
    >>> falling_leaves(np.arange(90) / 30, rng=np.random.default_rng(0), colours=[(200, 150, 60)])(image, 80)
    >>> image.shape
    (256, 256, 3)
    """
    outlines = scattered_leaves(rng, n_leaves=n_leaves)
    lanes, phases = rng.uniform(0, SIZE, n_leaves), rng.uniform(0, 1, n_leaves)
    speeds, swings = rng.uniform(35, 60, n_leaves), rng.uniform(0.5, 0.9, n_leaves)
    paints = [rng.choice(np.asarray(colours)) * rng.uniform(0.8, 1.1) for _ in outlines]

    def draw(image: Image, index: int) -> None:
        now = times[index]
        for k, outline in enumerate(outlines):
            y = (phases[k] * 340 + speeds[k] * now) % 340 - 40
            x = lanes[k] + 14 * np.sin(2 * np.pi * swings[k] * now + 6 * phases[k])
            turned = np.add(rotated(outline, 0.8 * np.sin(2 * np.pi * swings[k] * now)), (x, y))
            polygon(image, turned, paints[k])

    return draw


def blinking_lamp(times: Floats, *, rng: np.random.Generator, place: tuple[float, float]) -> Layer:
    """Small lamp that goes on and off at its own rate.

    Examples
    --------
    >>> image = np.zeros((256, 256, 3), np.uint8)
    >>> blinking_lamp(np.arange(9) / 30, rng=np.random.default_rng(0), place=(30, 30))(image, 2)
    >>> bool(image.any())
    True
    """
    colour = np.array([[255, 70, 50], [90, 255, 120], [255, 200, 80], [110, 170, 255]])[rng.integers(4)]
    rate, phase, radius = rng.uniform(0.4, 1.1), rng.uniform(0, 1), rng.uniform(2.0, 3.4)

    def draw(image: Image, index: int) -> None:
        on = float(smoothstep(np.sin(2 * np.pi * (rate * times[index] + phase)), -0.2, 0.4))
        disc(image, place, radius + 1.2, (24, 24, 26))
        disc(image, place, radius, colour * (0.25 + 0.75 * on))

    return draw


def wandering_insect(times: Floats, *, rng: np.random.Generator) -> Layer:
    """Small dark insect that flies about.

    Examples
    --------
    >>> image = np.full((256, 256, 3), 200, np.uint8)
    >>> wandering_insect(np.arange(9) / 30, rng=np.random.default_rng(0))(image, 2); image.shape
    (256, 256, 3)
    """
    x = rng.uniform(60, 200) + 90 * wander(times, rng=rng, slowest_hz=0.15)
    y = rng.uniform(40, 120) + 50 * wander(times, rng=rng, slowest_hz=0.2)

    def draw(image: Image, index: int) -> None:
        disc(image, (x[index] - 1.5, y[index] - 1.5), 1.6, (150, 150, 150))
        disc(image, (x[index], y[index]), 1.8, (26, 22, 20))

    return draw
