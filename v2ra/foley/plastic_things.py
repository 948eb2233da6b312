"""Things made of plastic: an upturned bucket, a crate, a canister, a tub with its lid.

Conventions
-----------
Each maker returns a ``Thing``: a sprite of 150×134 pixels, anchored where it stands. Outlines are given
with x in halves of the thing's width about its middle.

Source
------
The project's own.
"""

from typing import NamedTuple

import numpy as np

from v2ra.foley.canvas import Points, ellipse_points, rectangle, spline, traced
from v2ra.foley.sprites import Light, Pen, Sprite

MIDDLE, BASE_Y = 75.0, 118.0  # of the sprite: the thing stands here
DYES = traced("226,36,40 24,104,214 250,198,24 30,164,84 240,112,26 216,48,140 22,176,190")
CAPS = traced("250,250,250 30,30,34 230,40,40")
WHITE = (255, 255, 255)


class Thing(NamedTuple):
    """A sprite, the y of its top in the sprite, and half of its width there."""

    sprite: Sprite
    top: float
    half: float


def make_thing(dye: Points, *, rng: np.random.Generator, light: Light) -> Thing:
    """Draw one of the four things in a colour.

    Parameters
    ----------
    dye : ndarray (3,)
        Its colour, 0..255.
    rng : Generator
        Chooses the thing and its size.
    light : Light
        Light of the scene.

    Returns
    -------
    Thing
        Sprite and where it can be struck.

    Examples
    --------
    >>> from v2ra.foley.sprites import make_light
    >>> rng = np.random.default_rng(0)
    >>> make_thing(DYES[0], rng=rng, light=make_light(rng)).sprite.pixels.shape
    (134, 150, 4)
    """
    return (_bucket, _crate, _canister, _tub)[rng.integers(4)](dye, light, rng)


def _across(text: str, half: float) -> Points:
    """Outline with x in halves of the width → pixels of the sprite."""
    placed: Points = traced(text) * np.array([half, 1.0]) + np.array([MIDDLE, 0.0])
    return placed


def _start(light: Light, half: float) -> Pen:
    """Pen with the shadow of a thing on the floor."""
    pen = Pen(150, 134, light)
    pen.shape(ellipse_points((MIDDLE, BASE_Y + 2), (half * 1.12, 9)), (8, 8, 12), soft=3, opacity=0.55)
    return pen


def _streak(pen: Pen, left: float, right: float, top: float, bottom: float) -> None:
    """Add the upright highlight of a glossy wall."""
    pen.shape(rectangle(MIDDLE + left, top, MIDDLE + right, bottom), WHITE, soft=1.6, opacity=0.5)


def _bucket(dye: Points, light: Light, rng: np.random.Generator) -> Thing:
    """Bucket upside down."""
    narrow, wide, top = rng.uniform(40, 48), rng.uniform(56, 64), 28.0
    pen = _start(light, wide)
    side = _across("-1,112 -0.6,119 0,121 0.6,119 1,112", wide)
    upper = [[MIDDLE + narrow, top], [MIDDLE - narrow, top]]
    pen.shape(np.concatenate([side, upper]), dye * 0.9, swell=wide * 0.9, gloss=0.3)
    for y, share in ((98.0, 0.83), (88.0, 0.71)):
        hoop = _across("-1,0 0,7 1,0 0,10", narrow + (wide - narrow) * share)
        pen.shape(spline(hoop + np.array([0, y])), dye * 0.6, opacity=0.8)
    _streak(pen, -0.62 * narrow, -0.45 * narrow, 38, 104)
    _streak(pen, 0.55 * narrow, 0.62 * narrow, 38, 104)
    rim, floor = ellipse_points((MIDDLE, top), (narrow, 11)), (narrow * 0.78, 7.6)
    pen.shape(rim, np.minimum(dye * 1.12 + 14, 255), swell=4, gloss=0.8)
    pen.shape(ellipse_points((MIDDLE, top + 1), floor), dye * 0.92, swell=3)
    glint = ellipse_points((MIDDLE - 0.3 * narrow, top - 1), (narrow * 0.25, 2.4))
    pen.shape(glint, WHITE, soft=1.2, opacity=0.6)
    return Thing(pen.sprite((MIDDLE, BASE_Y)), top, narrow)


def _crate(dye: Points, light: Light, rng: np.random.Generator) -> Thing:
    """Crate with slots and a lid."""
    half, top = rng.uniform(58, 66), rng.uniform(38, 46)
    pen = _start(light, half)
    pen.shape(_across(f"-1,{top} 1,{top} 0.93,119 -0.93,119", half), dye * 0.9, swell=6, gloss=0.5)
    n_columns, n_rows = int(rng.integers(4, 7)), int(rng.integers(2, 4))
    pitch, rise = 2 * half * 0.86 / n_columns, (108 - top) / n_rows
    for row in range(n_rows):
        for column in range(n_columns):
            x, y = MIDDLE - half * 0.86 + pitch * (column + 0.5), top + 14 + rise * (row + 0.35)
            slot = ellipse_points((x, y), (pitch * 0.34, rise * 0.3))
            pen.shape(slot, dye * 0.28)
            pen.shape(slot + np.array([0.8, 1.4]), dye * 0.45, clip=True, soft=0.6, opacity=0.6)
    lid = _across(f"-0.86,{top - 13} 0.86,{top - 13} 1.03,{top + 1} -1.03,{top + 1}", half)
    pen.shape(lid, np.minimum(dye * 1.1 + 20, 255), swell=4, gloss=0.5)
    pen.shape(rectangle(72 - half, top - 1, 78 + half, top + 8), dye, swell=4, gloss=0.9)
    _streak(pen, -0.9 * half, -0.82 * half, top + 12, 112)
    return Thing(pen.sprite((MIDDLE, BASE_Y)), top - 5, half)


def _canister(dye: Points, light: Light, rng: np.random.Generator) -> Thing:
    """Canister with a cap and a label."""
    half, top = rng.uniform(46, 56), 34.0
    pen = _start(light, half)
    neck = rectangle(MIDDLE + half * 0.5, top - 16, MIDDLE + half * 0.82, top + 6)
    pen.shape(neck, CAPS[rng.integers(len(CAPS))], swell=5, gloss=0.6)
    body = _across("-1,44 -0.7,34 0.7,34 1,46 1,110 0.85,119 -0.85,119 -1,110", half)
    pen.shape(spline(body), dye * 0.92, swell=20, gloss=0.9)
    pen.shape(_across("-0.62,66 0.62,66 0.62,102 -0.62,102", half), (244, 244, 240), swell=1)
    pen.shape(ellipse_points((MIDDLE, 84), (half * 0.36, 12)), dye * 0.8)
    for y in (56.0, 110.0):
        groove = rectangle(MIDDLE - half * 0.9, y, MIDDLE + half * 0.9, y + 2.2)
        pen.shape(groove, dye * 0.55, clip=True, soft=0.5)
    _streak(pen, -0.84 * half, -0.74 * half, top + 14, 108)
    return Thing(pen.sprite((MIDDLE, BASE_Y)), top + 2, half * 0.7)


def _tub(dye: Points, light: Light, rng: np.random.Generator) -> Thing:
    """Low tub with a domed lid in a second colour."""
    half, top = rng.uniform(56, 66), rng.uniform(56, 64)
    lid = DYES[rng.integers(len(DYES))]
    pen = _start(light, half)
    side = _across(f"-1,{top + 8} 1,{top + 8} 0.84,114 0.4,120 -0.4,120 -0.84,114", half)
    pen.shape(spline(side), dye * 0.92, swell=26, gloss=0.8)
    _streak(pen, -0.72 * half, -0.6 * half, top + 16, 108)
    _streak(pen, 0.6 * half, 0.64 * half, top + 16, 108)
    dome = _across("-1,8 -0.6,-6 0,-11 0.6,-6 1,8 0,15", half) + np.array([0, top])
    pen.shape(spline(dome), lid, swell=16, gloss=0.9)
    pen.shape(ellipse_points((MIDDLE, top - 7), (13, 4.5)), lid * 0.8, swell=3, gloss=0.6)
    return Thing(pen.sprite((MIDDLE, BASE_Y)), top - 4, half * 0.8)
