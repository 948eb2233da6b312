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
from v2ra.foley.canvas import Colour, Image, Points, blank, ellipse_points, polygon, spline
from v2ra.foley.distractors import Layer, blinking_lamp, passing_shadow, swaying_plant
from v2ra.foley.motion import Beats
from v2ra.foley.reactions import flying, jolt, marks
from v2ra.foley.sprites import Light, Pen, Sprite, make_light
from v2ra.foley.stage import Scene
from v2ra.foley.stick import make_stick, strike_points

PAINTS = (
    (226, 36, 40),
    (24, 104, 214),
    (250, 198, 24),
    (30, 164, 84),
    (240, 112, 26),
    (216, 48, 140),
    (22, 176, 190),
)
TILES = (((236, 238, 240), (214, 220, 226)), ((216, 208, 196), (186, 178, 168)), ((70, 78, 92), (56, 62, 74)))
BASE_Y = 118.0  # of a sprite: the thing stands here


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
    light, paint = make_light(rng), np.array(PAINTS[rng.integers(len(PAINTS))], dtype=float)
    sprite, top, half = (_bucket, _crate, _canister, _tub)[rng.integers(4)](paint, light, rng)
    horizon = rng.uniform(110, 140)
    image = _tiled_room(horizon, rng)
    base = np.array([rng.uniform(112, 134), rng.uniform(222, 234)])
    size = rng.uniform(1.0, 1.12)
    crown = base[1] - size * (BASE_Y - top)
    points, ends = strike_points(
        beats, box=(base[0] - 0.55 * size * half, crown - 2, base[0] + 0.35 * size * half, crown + 6), rng=rng
    )
    drops = [np.minimum(paint * 1.2 + 60, 255), (236, 246, 255), (200, 226, 250)]
    layers = (
        *_distractors(beats, light, horizon, rng),
        _body(beats, sprite, base, size, points),
        marks(beats, points=points, ends=ends, colour=paint * 0.35, life_seconds=1.5),
        make_stick(beats, points=points, ends=ends, light=light, rng=rng),
        flying(beats, points=points, colours=drops, rng=rng, n_most=18, speed=330, radius=(1.2, 3.0)),
        passing_shadow(beats.times, rng=rng, depth=0.15),
    )
    return Scene(image, layers, make_camera(beats, rng=rng))


def _body(beats: Beats, sprite: Sprite, base: Points, size: float, points: Points) -> Layer:
    """Layer of the thing: squashed at contact, then ringing in height and rocking away from the stick."""
    squash = jolt(beats, pixels=0.17, frequency=6.5, decay=0.12)
    side = np.where(points[:, 0] < base[0], -1.0, 1.0) if len(points) else np.zeros(0)
    swing = np.sin(2 * np.pi * 5.0 * np.clip(beats.delays, 0, None)) * np.exp(
        -np.clip(beats.delays, 0, None) / 0.14
    )
    rock = 0.13 * (swing * side * beats.strengths).sum(axis=1)  # (n_frames,)
    hop = 9 * beats.strongest(np.maximum(np.sin(np.pi * np.clip(beats.delays / 0.2, 0, 1)), 0))

    def draw(image: Image, index: int) -> None:
        scale = (size * (1 + 0.6 * squash[index]), size * (1 - squash[index]))
        sprite.paste(image, base - (0, hop[index]), angle=float(rock[index]), scale=scale)

    return draw


def _tiled_room(horizon: float, rng: np.random.Generator) -> Image:
    """Floor of tiles in perspective before a plain bright wall."""
    wall = np.array([[206, 226, 236], [240, 228, 206], [220, 236, 214], [232, 214, 224], [150, 168, 186]])[
        rng.integers(5)
    ]
    image = gradient([wall * 0.9, wall * 1.06])
    light_tile, dark_tile = TILES[rng.integers(len(TILES))]
    tiles = blank(light_tile, height=320, width=320)
    for row in range(8):
        for column in range(8):
            if (row + column) % 2:
                tiles[40 * row : 40 * row + 40, 40 * column : 40 * column + 40] = dark_tile
    tiles[::40] = tiles[:, ::40] = np.array(dark_tile) * 0.85
    far = horizon
    polygon(image, [[0, far - 9], [256, far - 9], [256, far], [0, far]], np.minimum(wall * 1.12, 255))
    laid_flat(image, tiles, [[10, far], [246, far], [420, 262], [-164, 262]])
    left = [[0, far], [12, far], [-160, 262], [0, 262]]
    right = [[256, far], [244, far], [416, 262], [256, 262]]
    for corner in (left, right):
        polygon(image, corner, light_tile)
    return blurred(image, rng.uniform(0.8, 1.8))


def _distractors(beats: Beats, light: Light, horizon: float, rng: np.random.Generator) -> tuple[Layer, ...]:
    lamp = blinking_lamp(beats.times, rng=rng, place=(rng.uniform(14, 60), rng.uniform(24, 80)))
    plant = swaying_plant(beats.times, rng=rng, light=light, place=(rng.uniform(6, 30), horizon + 12))
    return (lamp, plant) if rng.random() < 0.5 else (lamp,)


def _stand(pen: Pen, half: float) -> None:
    """Shadow on the floor."""
    pen.shape(ellipse_points((75, BASE_Y + 2), (half * 1.12, 9)), (8, 8, 12), soft=3, opacity=0.55)


def _streaks(pen: Pen, spans: tuple[tuple[float, float], ...], top: float, bottom: float) -> None:
    """Upright highlights of a glossy wall."""
    for left, right in spans:
        pen.shape(
            [[left, top], [right, top], [right, bottom], [left, bottom]],
            (255, 255, 255),
            soft=1.6,
            opacity=0.5,
        )


def _bucket(paint: Points, light: Light, rng: np.random.Generator) -> tuple[Sprite, float, float]:
    """Bucket upside down: sprite, y of its top, half of its width there."""
    pen, narrow, wide = Pen(150, 134, light), rng.uniform(40, 48), rng.uniform(56, 64)
    _stand(pen, wide)
    top = 28.0
    side = [
        [75 - narrow, top],
        [75 + narrow, top],
        [75 + wide, 112],
        [75 + wide * 0.6, 119],
        [75, 121],
        [75 - wide * 0.6, 119],
        [75 - wide, 112],
    ]
    pen.shape(side, paint * 0.9, swell=wide * 0.9, gloss=0.3)
    for y, share in ((98.0, 0.83), (88.0, 0.71)):
        half = narrow + (wide - narrow) * share
        pen.shape(
            spline([[75 - half, y], [75, y + 7], [75 + half, y], [75, y + 10]]), paint * 0.6, opacity=0.8
        )
    _streaks(
        pen, ((75 - 0.62 * narrow, 75 - 0.45 * narrow), (75 + 0.55 * narrow, 75 + 0.62 * narrow)), 38, 104
    )
    pen.shape(ellipse_points((75, top), (narrow, 11)), np.minimum(paint * 1.12 + 14, 255), swell=4, gloss=0.8)
    pen.shape(ellipse_points((75, top + 1), (narrow * 0.78, 7.6)), paint * 0.92, swell=3)
    pen.shape(
        ellipse_points((75 - 0.3 * narrow, top - 1), (narrow * 0.25, 2.4)),
        (255, 255, 255),
        soft=1.2,
        opacity=0.6,
    )
    return pen.sprite((75.0, BASE_Y)), top, narrow


def _crate(paint: Points, light: Light, rng: np.random.Generator) -> tuple[Sprite, float, float]:
    """Crate with slots and a lid: sprite, y of its top, half of its width."""
    pen, half, top = Pen(150, 134, light), rng.uniform(58, 66), rng.uniform(38, 46)
    _stand(pen, half)
    pen.shape(
        [[75 - half, top], [75 + half, top], [75 + half * 0.93, 119], [75 - half * 0.93, 119]],
        paint * 0.9,
        swell=6,
        gloss=0.5,
    )
    n_columns, n_rows = int(rng.integers(4, 7)), int(rng.integers(2, 4))
    pitch, rise = 2 * half * 0.86 / n_columns, (108 - top) / n_rows
    for row in range(n_rows):
        for column in range(n_columns):
            x, y = 75 - half * 0.86 + pitch * (column + 0.5), top + 14 + rise * (row + 0.35)
            slot = ellipse_points((x, y), (pitch * 0.34, rise * 0.3))
            pen.shape(slot, paint * 0.28)
            pen.shape(slot + (0.8, 1.4), paint * 0.45, clip=True, soft=0.6, opacity=0.6)
    lid = [
        [75 - half * 0.86, top - 13],
        [75 + half * 0.86, top - 13],
        [77 + half, top + 1],
        [73 - half, top + 1],
    ]
    pen.shape(lid, np.minimum(paint * 1.1 + 20, 255), swell=4, gloss=0.5)
    rim = [[72 - half, top - 1], [78 + half, top - 1], [78 + half, top + 8], [72 - half, top + 8]]
    pen.shape(rim, paint, swell=4, gloss=0.9)
    _streaks(pen, ((75 - half * 0.9, 75 - half * 0.82),), top + 12, 112)
    return pen.sprite((75.0, BASE_Y)), top - 5, half


def _canister(paint: Points, light: Light, rng: np.random.Generator) -> tuple[Sprite, float, float]:
    """Canister with a handle and a cap: sprite, y of its shoulder, half of its width."""
    pen, half, top = Pen(150, 134, light), rng.uniform(46, 56), 34.0
    _stand(pen, half)
    body = spline(
        [
            [75 - half, top + 10],
            [75 - half * 0.7, top],
            [75 + half * 0.7, top],
            [75 + half, top + 12],
            [75 + half, 110],
            [75 + half * 0.85, 119],
            [75 - half * 0.85, 119],
            [75 - half, 110],
        ]
    )
    cap = np.array([[250, 250, 250], [30, 30, 34], [230, 40, 40]])[rng.integers(3)]
    pen.shape(
        [
            [75 + half * 0.5, top - 16],
            [75 + half * 0.82, top - 16],
            [75 + half * 0.82, top + 6],
            [75 + half * 0.5, top + 6],
        ],
        cap,
        swell=5,
        gloss=0.6,
    )
    pen.shape(body, paint * 0.92, swell=20, gloss=0.9)
    label = [[75 - half * 0.62, 66], [75 + half * 0.62, 66], [75 + half * 0.62, 102], [75 - half * 0.62, 102]]
    pen.shape(label, (244, 244, 240), swell=1)
    pen.shape(ellipse_points((75, 84), (half * 0.36, 12)), paint * 0.8)
    for y in (56.0, 110.0):
        pen.shape(
            [
                [75 - half * 0.9, y],
                [75 + half * 0.9, y],
                [75 + half * 0.9, y + 2.2],
                [75 - half * 0.9, y + 2.2],
            ],
            paint * 0.55,
            clip=True,
            soft=0.5,
        )
    _streaks(pen, ((75 - half * 0.84, 75 - half * 0.74),), top + 14, 108)
    return pen.sprite((75.0, BASE_Y)), top + 2, half * 0.7


def _tub(paint: Points, light: Light, rng: np.random.Generator) -> tuple[Sprite, float, float]:
    """Low tub with a domed lid in a second colour: sprite, y of its top, half of its width."""
    pen, half, top = Pen(150, 134, light), rng.uniform(56, 66), rng.uniform(56, 64)
    lid: Colour = np.array(PAINTS[rng.integers(len(PAINTS))], dtype=float)
    _stand(pen, half)
    side = spline(
        [
            [75 - half, top + 8],
            [75 + half, top + 8],
            [75 + half * 0.84, 114],
            [75 + half * 0.4, 120],
            [75 - half * 0.4, 120],
            [75 - half * 0.84, 114],
        ]
    )
    pen.shape(side, paint * 0.92, swell=26, gloss=0.8)
    _streaks(pen, ((75 - half * 0.72, 75 - half * 0.6), (75 + half * 0.6, 75 + half * 0.64)), top + 16, 108)
    dome = spline(
        [
            [75 - half, top + 8],
            [75 - half * 0.6, top - 6],
            [75, top - 11],
            [75 + half * 0.6, top - 6],
            [75 + half, top + 8],
            [75, top + 15],
        ]
    )
    pen.shape(dome, lid, swell=16, gloss=0.9)
    pen.shape(ellipse_points((75, top - 7), (13, 4.5)), np.asarray(lid) * 0.8, swell=3, gloss=0.6)
    return pen.sprite((75.0, BASE_Y)), top - 4, half * 0.8
