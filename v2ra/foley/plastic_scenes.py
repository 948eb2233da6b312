"""Plastic: a drumstick on a bucket, a crate, a canister or a row of tubs, glossy and bright.

Conventions
-----------
`make_plastic` draws what stands still and returns a Scene; positions in pixels of a 256×256 frame.

Source
------
The plastic clips of Greatest Hits (Section 4.1) as a model; everything is drawn.
"""

import numpy as np

from v2ra.foley.backdrops import blurred, gradient, laid_flat
from v2ra.foley.camera import make_camera
from v2ra.foley.canvas import SIZE, Image, Points, blank, polygon, rectangle, traced
from v2ra.foley.distractors import Layer, blinking_lamp, passing_shadow, swaying_plant
from v2ra.foley.motion import Beats, ringing
from v2ra.foley.plastic_things import BASE_Y, DYES, Thing, make_thing
from v2ra.foley.reactions import flying, jolt, marks
from v2ra.foley.sprites import Light, Sprite, make_light
from v2ra.foley.stage import Scene
from v2ra.foley.stick import make_stick, strike_points

WALLS = traced("206,226,236 240,228,206 220,236,214 232,214,224 150,168,186")
TILES = (  # light, dark
    traced("236,238,240 214,220,226"),
    traced("216,208,196 186,178,168"),
    traced("70,78,92 56,62,74"),
)


def make_plastic(beats: Beats, *, rng: np.random.Generator) -> Scene:
    """Scene of something made of plastic that is struck: it squashes, rocks and shines.

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
    >>> make_plastic(make_beats([], n_frames=1, frame_rate=30), rng=np.random.default_rng(0)).frame(0).shape
    (256, 256, 3)
    """
    light, dye = make_light(rng), DYES[rng.integers(len(DYES))]
    thing, size = make_thing(dye, rng=rng, light=light), rng.uniform(1.0, 1.12)
    horizon = rng.uniform(110, 140)
    image = _tiled_room(horizon, rng)
    base = np.array([rng.uniform(112, 134), rng.uniform(222, 234)])
    points, ends = strike_points(beats, box=_top_of(thing, base, size), rng=rng)
    drops = [np.minimum(dye * 1.2 + 60, 255), (236, 246, 255), (200, 226, 250)]
    layers: tuple[Layer, ...] = (
        *_distractors(beats, light, horizon, rng),
        _body(beats, thing.sprite, base, size, points),
        marks(beats, points=points, ends=ends, colour=dye * 0.35, life_seconds=1.5),
        make_stick(beats, points=points, ends=ends, light=light, rng=rng),
        flying(beats, points=points, colours=drops, rng=rng, n_most=18, speed=330, radius=(1.2, 3.0)),
        passing_shadow(beats.times, rng=rng, depth=0.15),
    )
    return Scene(image, layers, make_camera(beats, rng=rng))


def _top_of(thing: Thing, base: Points, size: float) -> tuple[float, float, float, float]:
    """Box (left, top, right, bottom) in which a thing that stands at `base` is struck."""
    crown, reach = base[1] - size * (BASE_Y - thing.top), size * thing.half
    return base[0] - 0.55 * reach, crown - 2, base[0] + 0.35 * reach, crown + 6


def _body(beats: Beats, sprite: Sprite, base: Points, size: float, points: Points) -> Layer:
    """Layer of the thing: squashed at contact, then ringing in height and rocking away from the stick."""
    squash = jolt(beats, pixels=0.17, frequency=6.5, decay=0.12)
    side = np.where(points[:, 0] < base[0], -1.0, 1.0) if len(points) else np.zeros(0)
    swing = ringing(beats.delays, frequency=5.0, decay=0.14)
    rock = 0.12 * beats.summed(swing * side)  # (n_frames,)
    hop = 9 * beats.strongest(np.maximum(np.sin(np.pi * np.clip(beats.delays / 0.15, 0, 1)), 0))

    def draw(image: Image, index: int) -> None:
        scale = (size * (1 + 0.6 * squash[index]), size * (1 - squash[index]))
        sprite.paste(image, np.subtract(base, (0, hop[index])), angle=float(rock[index]), scale=scale)

    return draw


def _tiled_room(horizon: float, rng: np.random.Generator) -> Image:
    """Floor of tiles in perspective before a plain bright wall."""
    wall = WALLS[rng.integers(len(WALLS))]
    image = gradient([wall * 0.9, wall * 1.06])
    light_tile, dark_tile = TILES[rng.integers(len(TILES))]
    tiles = blank(light_tile, height=320, width=320)
    for row in range(8):
        for column in range(8):
            if (row + column) % 2:
                tiles[40 * row : 40 * row + 40, 40 * column : 40 * column + 40] = dark_tile
    tiles[::40] = tiles[:, ::40] = dark_tile * 0.85
    polygon(image, rectangle(0, horizon - 9, SIZE, horizon), np.minimum(wall * 1.12, 255))
    for corner in ("0,0 12,0 -160,1 0,1", "256,0 244,0 416,1 256,1"):
        polygon(image, traced(corner) * np.array([1, 262 - horizon]) + np.array([0, horizon]), light_tile)
    laid_flat(image, tiles, [[10, horizon], [246, horizon], [420, 262], [-164, 262]])
    return blurred(image, rng.uniform(0.8, 1.8))


def _distractors(beats: Beats, light: Light, horizon: float, rng: np.random.Generator) -> tuple[Layer, ...]:
    lamp = blinking_lamp(beats.times, rng=rng, place=(rng.uniform(14, 60), rng.uniform(24, 80)))
    plant = swaying_plant(beats.times, rng=rng, light=light, place=(rng.uniform(6, 30), horizon + 12))
    return (lamp, plant) if rng.random() < 0.5 else (lamp,)
