"""Cloth: a drumstick on a cushion, a curtain, a jacket on its hook or a blanket on the line.

Conventions
-----------
`make_cloth` draws what stands still and returns a Scene; positions in pixels of a 256×256 frame.

Source
------
The cloth clips of Greatest Hits (Section 4.1) as a model; everything is drawn.
"""

from collections.abc import Sequence

import numpy as np

from v2ra.foley.backdrops import blurred, garden, gradient, room
from v2ra.foley.camera import make_camera
from v2ra.foley.canvas import (
    SIZE,
    Field,
    Image,
    Points,
    disc,
    ellipse_points,
    polygon,
    rectangle,
    spline,
    stroke,
    traced,
)
from v2ra.foley.distractors import Layer, falling_leaves, passing_shadow, swaying_plant, wandering_insect
from v2ra.foley.fabric import GRID, Fabric
from v2ra.foley.motion import Beats, wander
from v2ra.foley.reactions import dust, jolt
from v2ra.foley.sprites import Light, Pen, make_light
from v2ra.foley.stage import Scene
from v2ra.foley.stick import make_stick, strike_points
from v2ra.foley.textures import lit, noise, printed_cloth

DYES = traced(
    "178,64,60 72,96,140 208,178,130 110,132,96 146,104,150 214,140,84 60,66,76 200,200,196 84,140,140"
)
PRINTS = traced("240,232,216 44,48,60 226,190,110 120,44,52")


def make_cloth(beats: Beats, *, rng: np.random.Generator) -> Scene:
    """Scene of something made of cloth that is struck or brushed: it dents and ripples.

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
    >>> make_cloth(make_beats([], n_frames=1, frame_rate=30), rng=np.random.default_rng(0)).frame(0).shape
    (256, 256, 3)
    """
    light = make_light(rng)
    colours = np.stack([DYES[rng.integers(len(DYES))], PRINTS[rng.integers(len(PRINTS))]])
    kind = (_cushion, _curtain, _jacket, _blanket)[rng.integers(4)]
    return kind(beats, colours, light, rng)


def _finish(
    beats: Beats,
    background: Image,
    under: tuple[Layer, ...],
    *,
    pen: Pen,
    colours: Points,
    box: Sequence[float],
    hangs_from: float,
    rng: np.random.Generator,
) -> Scene:
    """Add fabric, lint, stick and camera; cloth that hangs from y swings when it is struck."""
    points, ends = strike_points(beats, box=box, rng=rng, drag=60)
    hangs = hangs_from < SIZE / 2
    swing = 1.6 * wander(beats.times, rng=rng, slowest_hz=0.2) * hangs
    swing = swing - jolt(beats, pixels=36.0 if hangs else 9.0, frequency=4.0, decay=0.12)
    creases = noise((GRID, GRID), cell=22, rng=rng, n_octaves=2)
    pixels = pen.sprite((0.0, 0.0)).pixels
    layers: tuple[Layer, ...] = (
        *under,
        Fabric(pixels, beats, points, ends, pen.light, swing, top=hangs_from, creases=creases),
        dust(beats, points=points, colour=0.35 * colours[0] + 140, rng=rng, size=2.2, density=0.75),
        make_stick(
            beats,
            points=points,
            ends=ends,
            light=pen.light,
            rng=rng,
            rise=(0.4, -0.9) if hangs else (0.12, -1.0),
        ),
        passing_shadow(beats.times, rng=rng),
    )
    return Scene(background, layers, make_camera(beats, rng=rng, kick=0.6))


def _folds(rng: np.random.Generator, *, cell: tuple[float, float], depth: float) -> Field:
    """Field around 1 of creases along the long side of the cell."""
    return (1 - depth + 2 * depth * noise((SIZE, SIZE), cell=cell, rng=rng, n_octaves=2)).astype(np.float32)


def _cushion(beats: Beats, colours: Points, light: Light, rng: np.random.Generator) -> Scene:
    """Cushion on a sofa."""
    seat = DYES[rng.integers(len(DYES))] * 0.7 + 30
    image = room(rng, wall=(206, 200, 190), floor=seat * 0.7, horizon=150)
    back = Pen(SIZE, SIZE, light)
    tweed = 0.9 + 0.2 * noise((SIZE, SIZE), cell=2.5, rng=rng)
    for left in (-30, 128):
        outline = spline(
            [[left, 70], [left + 12, 56], [left + 146, 56], [left + 158, 70], [left + 158, 250], [left, 250]]
        )
        back.shape(outline, seat, swell=18, texture=tweed)
    back.shape(traced("-10,206 266,206 266,270 -10,270"), seat * 1.08, swell=14, texture=tweed)
    back.sprite((0.0, 0.0)).paste(image, (0, 0))
    pen, x, y = Pen(SIZE, SIZE, light), rng.uniform(112, 136), rng.uniform(156, 164)
    wide, high = rng.uniform(84, 96), rng.uniform(58, 68)
    tilt = rng.uniform(-4, 4)
    pen.shape(ellipse_points((x, y + high * 0.95), (wide * 1.05, 10)), (10, 8, 10), soft=4, opacity=0.5)
    corner = np.array(traced("-1,-1 0,-0.88 1,-1 0.9,0 1,1 0,0.9 -1,1 -0.9,0"))
    outline = spline(np.add(corner * (wide, high), (x, y)) + np.outer(corner[:, 0], [0, tilt]))
    pen.shape(outline, colours[1] * 0.8, swell=4)
    inner = np.add((np.subtract(outline, (x, y))) * 0.965, (x, y))
    creases = _folds(rng, cell=(50, 60), depth=0.1)
    pen.shape(inner, printed_cloth(rng, colours=colours), swell=40, texture=creases)
    box = (x - 34, y - 24, x + 24, y + 8)
    insect = wandering_insect(beats.times, rng=rng)
    return _finish(beats, image, (insect,), pen=pen, colours=colours, box=box, hangs_from=200.0, rng=rng)


def _curtain(beats: Beats, colours: Points, light: Light, rng: np.random.Generator) -> Scene:
    """Curtain with deep folds before a window."""
    image = gradient([(166, 200, 232), (226, 236, 240)])
    for left in np.arange(-20.0, 280, 26):
        leaf = np.array([86, 128, 84]) * rng.uniform(0.8, 1.2)
        disc(image, (left, rng.uniform(190, 240)), rng.uniform(24, 40), leaf)
    image = blurred(image, 4)
    polygon(image, traced("206,0 214,0 214,256 206,256"), (236, 234, 228))
    polygon(image, traced("0,118 256,118 256,125 0,125"), (236, 234, 228))
    plant = swaying_plant(beats.times, rng=rng, light=light, place=(242, 250), size=1.2)
    pen = Pen(SIZE, SIZE, light)
    n_folds, phase = rng.uniform(5, 8), rng.uniform(0, 6)
    x = np.linspace(0, 1, SIZE)
    waves = 0.5 + 0.5 * np.sin(2 * np.pi * n_folds * x + phase + 1.4 * np.sin(5 * x + phase))
    creases = _folds(rng, cell=(160, 14), depth=0.1)
    shade = np.tile((0.55 + 0.6 * waves).astype(np.float32), (SIZE, 1)) * creases
    edge = traced("-20,-20 206,-20 198,60 208,130 200,200 206,246 -20,250")
    pen.shape(edge, printed_cloth(rng, colours=colours), texture=shade, swell=5)
    polygon(image, traced("0,0 256,0 256,5 0,5"), (90, 70, 56))
    box = (84, 120, 134, 164)
    return _finish(beats, image, (plant,), pen=pen, colours=colours, box=box, hangs_from=0.0, rng=rng)


def _jacket(beats: Beats, colours: Points, light: Light, rng: np.random.Generator) -> Scene:
    """Jacket on a hook, before a wall with a rail."""
    wall = traced("216,208,196 186,200,206 150,138,128")[rng.integers(3)]
    image = lit(gradient([wall * 1.05, wall * 0.85]), 0.95 + 0.1 * noise((SIZE, SIZE), cell=30, rng=rng))
    polygon(image, rectangle(0, 24, 256, 44), (120, 84, 54))
    for hook in (40, 128, 216):
        disc(image, (hook, 36), 5, (40, 38, 38))
    pen, x = Pen(SIZE, SIZE, light), rng.uniform(118, 138)
    _draw_jacket(pen, x, colours, _folds(rng, cell=(50, 18), depth=0.22))
    box, insect = (x - 34, 116, x + 22, 164), wandering_insect(beats.times, rng=rng)
    return _finish(beats, image, (insect,), pen=pen, colours=colours, box=box, hangs_from=30.0, rng=rng)


def _draw_jacket(pen: Pen, x: float, colours: Points, creases: Field) -> None:
    """Add sleeves, body, collar, zip and pockets about an upright line at `x`."""
    cloth, middle = colours[0], np.array([x, 0.0])
    sides = [np.array([side, 1.0]) for side in (-1.0, 1.0)]
    for side in sides:
        sleeve, cuff = traced("50,62 76,90 92,196 68,206 54,120"), traced("94,190 95,204 68,212 66,200")
        pen.shape(spline(sleeve * side + middle), cloth * 0.85, swell=14, texture=creases)
        pen.shape(cuff * side + middle, colours[1] * 0.9, swell=4)
    body = traced("-30,46 30,46 58,62 60,140 64,232 0,240 -64,232 -60,140 -58,62")
    pen.shape(spline(body + middle), cloth, swell=26, texture=creases)
    collar = traced("-34,44 0,56 34,44 24,72 0,62 -24,72")
    pen.shape(spline(collar + middle), colours[1], swell=5)
    pen.shape(rectangle(x - 2.5, 60, x + 2.5, 238), (196, 196, 200), gloss=0.4, swell=2)
    for side in sides:
        pen.shape(traced("18,178 48,170 49,176 19,184") * side + middle, cloth * 0.5, soft=0.6)


def _blanket(beats: Beats, colours: Points, light: Light, rng: np.random.Generator) -> Scene:
    """Blanket on a washing line in a garden."""
    image = garden(rng, horizon=rng.uniform(150, 176))
    line_y, pen = rng.uniform(40, 52), Pen(SIZE, SIZE, light)
    stroke(image, [[-5, line_y - 6], [128, line_y + 2], [261, line_y - 6]], (230, 230, 226), width=2)
    left, right = rng.uniform(28, 42), rng.uniform(208, 222)
    bottom = rng.uniform(206, 222)
    hem = [[x, bottom + 5 * np.sin(x / 13)] for x in np.linspace(right, left, 24)]
    outline = [[left, line_y - 3], [128, line_y + 1], [right, line_y - 3], *hem]
    pen.shape(
        outline, printed_cloth(rng, colours=colours), swell=5, texture=_folds(rng, cell=(140, 22), depth=0.22)
    )
    for x in (left + 14, 128, right - 14):
        peg = [[x - 3, line_y - 10], [x + 3, line_y - 10], [x + 3, line_y + 12], [x - 3, line_y + 12]]
        pen.shape(peg, (206, 160, 100), swell=2)
    leaves = falling_leaves(beats.times, rng=rng, colours=[(200, 140, 50), (130, 160, 60)])
    box = (86, 112, 138, 158)
    return _finish(beats, image, (leaves,), pen=pen, colours=colours, box=box, hangs_from=line_y, rng=rng)
