"""Gravel: boots that step on pebbles, which fly up in dust.

Conventions
-----------
`make_gravel` draws what stands still and returns a Scene; positions in pixels of a 256×256 frame.

Source
------
The gravel clips of Greatest Hits (Section 4.1) give the timing; what is seen is the project's own.
"""

from collections.abc import Sequence

import cv2
import numpy as np

from v2ra.foley.backdrops import blurred, garden, gradient
from v2ra.foley.boots import draw_boot, draw_footprint, make_foot
from v2ra.foley.camera import make_camera
from v2ra.foley.canvas import SIZE, Colour, Field, Image, Points, ellipses, polygon, rectangle
from v2ra.foley.distractors import Layer, falling_leaves, passing_shadow, swaying_plant
from v2ra.foley.motion import Beats
from v2ra.foley.reactions import dust, flying, jolt
from v2ra.foley.sprites import Light, Sprite, make_light
from v2ra.foley.stage import Scene
from v2ra.foley.stick import strike_points
from v2ra.foley.textures import noise, tinted

STONES = (
    ((150, 148, 144), (112, 110, 108), (186, 184, 180), (90, 90, 94)),  # granite
    ((196, 176, 144), (166, 142, 110), (222, 208, 182), (140, 116, 88)),  # limestone
    ((150, 112, 92), (120, 84, 70), (182, 146, 124), (100, 80, 74)),  # red
    ((108, 116, 124), (78, 86, 96), (146, 154, 160), (60, 66, 74)),  # slate
)


def make_gravel(beats: Beats, *, rng: np.random.Generator) -> Scene:
    """Scene of a boot that stamps on gravel, as a Foley artist does.

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
    >>> make_gravel(make_beats([], n_frames=1, frame_rate=30), rng=np.random.default_rng(0)).frame(0).shape
    (256, 256, 3)
    """
    light, stones = make_light(rng), STONES[rng.integers(len(STONES))]
    horizon = rng.uniform(60, 110)
    image = garden(rng, horizon=horizon) if rng.random() < 0.6 else _yard(horizon, rng)
    lay_pebbles(image, stones, top=horizon, light=light, rng=rng)
    middle = np.array([rng.uniform(116, 142), rng.uniform(196, 208)])
    points, ends = strike_points(beats, box=(-12, -5, 12, 5), rng=rng, drag=30)
    points, ends = points + middle, ends + middle
    pale = np.asarray(stones[2], dtype=float)
    layers: tuple[Layer, ...] = (
        swaying_plant(beats.times, rng=rng, light=light, place=(rng.uniform(8, 24), horizon + 14), size=0.7),
        _feet(image, beats, middle, light=light, strikes=(points, ends), rng=rng),
        _bank(beats, stones, light, rng),
        dust(
            beats, points=np.add(points, (4, -6)), colour=0.45 * pale + 130, rng=rng, size=2.8, density=0.95
        ),
        flying(beats, points=points, colours=stones, rng=rng, n_most=46, speed=360, radius=(1.8, 5.0)),
        falling_leaves(beats.times, rng=rng, colours=[(190, 130, 50), (150, 160, 70)], n_leaves=2),
        passing_shadow(beats.times, rng=rng),
    )
    return Scene(image, layers, make_camera(beats, rng=rng, kick=3.0))


def _yard(horizon: float, rng: np.random.Generator) -> Image:
    """Wall of bricks out of focus behind the gravel."""
    brick = np.array([[150, 84, 66], [176, 168, 156], [120, 110, 104]])[rng.integers(3)]
    image = gradient([brick * 0.8, brick * 1.0])
    for row, y in enumerate(np.arange(0.0, horizon, 15)):
        for x in np.arange(-30.0 + 16 * (row % 2), SIZE, 32):
            polygon(image, rectangle(x, y, x + 30, y + 13), np.clip(brick * rng.uniform(0.8, 1.2), 0, 255))
    return blurred(image, 2.0)


def lay_pebbles(
    image: Image, stones: Sequence[Colour], *, top: float, light: Light, rng: np.random.Generator
) -> None:
    """Cover an image below `top` with pebbles that grow towards the viewer, in place.

    Examples
    --------
    >>> image = np.zeros((256, 256, 3), np.uint8); rng = np.random.default_rng(0)
    >>> lay_pebbles(image, STONES[0], top=200, light=make_light(rng), rng=rng); bool(image[220:].any())
    True
    """
    start = int(top)
    ground: Field = noise((SIZE - start, SIZE), cell=(4, 8), rng=rng, n_octaves=2)
    image[start:] = tinted(ground, [np.asarray(stones[3]) * 0.5, np.asarray(stones[1]) * 0.9])
    y = top + 2.0
    while y < SIZE + 12:
        radius = 1.3 + 6.2 * (y - top) / (SIZE - top)
        x = np.arange(-4, SIZE + 8, radius * 1.75)
        jitter = radius * rng.uniform((-0.6, -0.5), (0.6, 0.5), (len(x), 2))
        places = np.stack([x, np.full(len(x), y)], axis=1) + jitter
        sizes, paints = radius * rng.uniform(0.7, 1.25, len(x)), rng.choice(np.asarray(stones), len(x))
        draw_pebbles(image, places, sizes, paints, light=light, rng=rng)
        y += radius * 0.85


def draw_pebbles(
    image: Image, places: Points, radii: Points, colours: Points, *, light: Light, rng: np.random.Generator
) -> None:
    """Draw pebbles (n, 2), (n,), (n, 3) with their shadows and light sides, in place.

    Examples
    --------
    >>> image = np.zeros((256, 256, 3), np.uint8); rng = np.random.default_rng(0)
    >>> draw_pebbles(image, np.array([[50.0, 50.0]]), np.array([6.0]), np.array([[150.0, 150, 150]]),
    ...              light=make_light(rng), rng=rng)
    >>> bool(image.any())
    True
    """
    n_pebbles = len(places)
    paints = colours * rng.uniform(0.75, 1.15, (n_pebbles, 1))
    turns = rng.uniform(-0.4, 0.4, n_pebbles)
    spans = radii[:, None] * np.stack([np.ones(n_pebbles), rng.uniform(0.55, 0.8, n_pebbles)], axis=1)
    towards = radii[:, None] * light.direction[:2]
    shadow = places - 0.4 * towards + radii[:, None] * np.array([0, 0.2])
    # Centre, size and brightness: shadow, body, then the side towards the light.
    parts = ((shadow, 1.02, 0.4), (places, 1.0, 0.85), (places + 0.24 * towards, 0.7, 1.12))
    for centres, share, tone in parts if radii.mean() > 2 else parts[::2]:
        ellipses(image, centres, share * spans, turns, np.clip(paints * tone, 0, 255))


def _feet(
    image: Image,
    beats: Beats,
    middle: Points,
    *,
    light: Light,
    strikes: tuple[Points, Points],
    rng: np.random.Generator,
) -> Layer:
    """Draw the far foot, which stands still, on the image; return the near one, which takes every step."""
    size, seed = rng.uniform(0.95, 1.1), int(rng.integers(2**31))
    # The same seed twice: both boots are of one pair.
    far, near = (draw_boot(np.random.default_rng(seed), light, dim=dim) for dim in (0.7, 1.0))
    place = np.add(middle, (34.0, -24.0))
    draw_footprint(light).paste(image, place, scale=0.92 * size)
    far.paste(image, place, scale=0.92 * size)
    points, ends = strikes
    return make_foot(beats, points=points, ends=ends, home=middle, sprite=near, light=light, size=size)


def _bank(beats: Beats, stones: Sequence[Colour], light: Light, rng: np.random.Generator) -> Layer:
    """Pebbles in front of the soles, which jump at each step."""
    n_pebbles = 90
    places = np.stack([rng.uniform(30, 226, n_pebbles), rng.uniform(206, 224, n_pebbles)], axis=1)
    heap = np.zeros((SIZE, SIZE, 4), np.uint8)
    for place in places[np.argsort(places[:, 1])]:
        pebble = _pebble(rng.uniform(3.6, 6.4), stones[int(rng.integers(4))], light, rng)
        row, column = (place[::-1] - 10).astype(int)
        corner = heap[row : row + 20, column : column + 20]
        corner[:] = np.where(pebble[..., 3:] > 127, pebble, corner)
    sprite, shake = Sprite(heap[190:240], (0.0, 0.0)), jolt(beats, pixels=3.0, frequency=12)
    return lambda image, index: sprite.paste(image, (0.0, 190.0 - abs(shake[index])))


def _pebble(radius: float, colour: Colour, light: Light, rng: np.random.Generator) -> Image:
    """One loose pebble with its opacity, (20, 20, 4), drawn large for a soft edge."""
    image = np.zeros((80, 80, 3), np.uint8)
    place, size, paint = np.array([[40.0, 40.0]]), np.array([4 * radius]), np.asarray(colour, float)[None]
    draw_pebbles(image, place, size, paint, light=light, rng=rng)
    solid = (image.max(axis=2) > 0).astype(np.uint8) * 255
    small = cv2.resize(np.dstack([image, solid]), (20, 20), interpolation=cv2.INTER_AREA)
    return np.asarray(small, dtype=np.uint8)
