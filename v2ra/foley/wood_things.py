"""Things made of wood: a log, a chopping block; and what lies and hangs about: beads, a door knob.

Conventions
-----------
Each maker returns a sprite. Tones are the colours of the wood from dark to light, (3, 3), 0..255.

Source
------
The project's own.
"""

import numpy as np

from v2ra.foley.backdrops import laid_flat
from v2ra.foley.canvas import Field, Image, Points, ellipse_points, spline, traced
from v2ra.foley.sprites import Light, Pen, Sprite
from v2ra.foley.textures import lit, noise, tinted

BEADS = traced("206,60,48 60,110,190 236,196,70 90,60,36 210,210,214")
METALS = traced("190,160,80 150,150,156 70,66,64")
LOG_Y, BLOCK_Y = 75.0, 64.0  # axis of the log, middle of the block's top, in their sprites


def draw_bead(rng: np.random.Generator, light: Light) -> Sprite:
    """Nut, coin or bead with its shadow, 28 pixels wide.

    Examples
    --------
    >>> from v2ra.foley.sprites import make_light
    >>> rng = np.random.default_rng(0); draw_bead(rng, make_light(rng)).pixels.shape
    (28, 28, 4)
    """
    pen, radius = Pen(28, 28, light), rng.uniform(4.5, 8)
    shadow = ellipse_points((15.5, 16 + 0.6 * radius), (radius * 1.2, radius * 0.5))
    pen.shape(shadow, (10, 8, 6), soft=1.5, opacity=0.5)
    body = ellipse_points((14, 14), (radius, radius * rng.uniform(0.6, 1.0)))
    pen.shape(body, BEADS[rng.integers(len(BEADS))], swell=radius, gloss=0.7)
    return pen.sprite((14.0, 14.0 + radius))


def draw_knob(rng: np.random.Generator, light: Light) -> Sprite:
    """Metal ring on a plate, hung from its top, 48×64 pixels.

    Examples
    --------
    >>> from v2ra.foley.sprites import make_light
    >>> rng = np.random.default_rng(0); draw_knob(rng, make_light(rng)).pixels.shape
    (64, 48, 4)
    """
    pen, metal = Pen(48, 64, light), METALS[rng.integers(len(METALS))]
    pen.shape(ellipse_points((26, 16), (11, 11)), (10, 8, 6), soft=2, opacity=0.5)
    pen.shape(ellipse_points((24, 14), (10, 10)), metal, swell=8, gloss=0.8)
    outer, inner = ellipse_points((24, 36), (15, 18)), ellipse_points((24, 36), (11, 14))
    pen.shape(np.concatenate([outer, outer[:1], inner[:1], inner[::-1]]), metal, swell=2.5, gloss=0.8)
    return pen.sprite((24.0, 14.0))


def draw_log(tones: Points, *, radius: float, rng: np.random.Generator, light: Light) -> Sprite:
    """Log that lies along x and shows its left end; anchored in its middle.

    Examples
    --------
    >>> from v2ra.foley.sprites import make_light
    >>> rng = np.random.default_rng(0); tones = np.array([[70, 40, 20], [130, 90, 50], [180, 120, 70]])
    >>> draw_log(tones, radius=50, rng=rng, light=make_light(rng)).anchor
    (150.0, 75.0)
    """
    pen, shape = Pen(300, 150, light), (150, 300)
    bark, wide = tones[0] * 0.75 + 22, radius * rng.uniform(0.45, 0.6)
    pen.shape(ellipse_points((150, LOG_Y + radius * 0.95), (150, 12)), (14, 18, 8), soft=5, opacity=0.6)
    side = traced("36,-1 300,-0.94 300,0.94 36,1") * np.array([1, radius]) + np.array([0, LOG_Y])
    pen.shape(side, bark, swell=radius, texture=_bark(shape, (7, 50), rng))
    rim = ellipse_points((37, LOG_Y), (wide + 3, radius + 1))
    pen.shape(rim, bark * 0.8, texture=_bark(shape, (6, 6), rng))
    rings = _laid_rings(shape, tones, (37, LOG_Y), (wide, radius), rng)
    pen.shape(ellipse_points((37, LOG_Y), (wide, radius - 2)), rings)
    return pen.sprite((150.0, LOG_Y))


def draw_block(tones: Points, *, rng: np.random.Generator, light: Light) -> Sprite:
    """Chopping block seen from above its rim; anchored in the middle of its top.

    Examples
    --------
    >>> from v2ra.foley.sprites import make_light
    >>> rng = np.random.default_rng(0); tones = np.array([[70, 40, 20], [130, 90, 50], [180, 120, 70]])
    >>> draw_block(tones, rng=rng, light=make_light(rng)).anchor
    (120.0, 64.0)
    """
    pen, shape = Pen(240, 190, light), (190, 240)
    wide, tall = rng.uniform(84, 98), rng.uniform(26, 34)
    below = traced("-1,64 1,64 1.04,184 0,200 -1.04,184") * np.array([wide, 1]) + np.array([120, 0])
    pen.shape(spline(below), tones[0] * 0.8 + 16, swell=wide * 0.8, texture=_bark(shape, (60, 6), rng))
    pen.shape(ellipse_points((120, BLOCK_Y), (wide, tall)), tones[0] * 0.7)
    rings = _laid_rings(shape, tones, (120, BLOCK_Y), (wide, tall), rng)
    pen.shape(ellipse_points((120, BLOCK_Y), (wide - 4, tall - 2)), lit(rings, 1.08))
    return pen.sprite((120.0, BLOCK_Y))


def _laid_rings(
    shape: tuple[int, int],
    tones: Points,
    centre: tuple[float, float],
    radii: tuple[float, float],
    rng: np.random.Generator,
) -> Image:
    """Picture of a shape (height, width) with year rings laid into an ellipse."""
    image = np.zeros((*shape, 3), np.uint8)
    corners = traced("-1,-1 1,-1 1,1 -1,1") * np.asarray(radii) + np.asarray(centre)
    laid_flat(image, _end_rings(160, tones, rng), corners)
    return image


def _end_rings(side: int, tones: Points, rng: np.random.Generator) -> Image:
    """Square texture of year rings about its middle."""
    y, x = np.mgrid[-1 : 1 : side * 1j, -1 : 1 : side * 1j]
    radius = np.hypot(x, y) + 0.12 * (noise((side, side), cell=side / 3, rng=rng) - 0.5)
    rings = 0.5 + 0.5 * np.sin(radius * rng.uniform(38, 60))
    grain = 0.25 + 0.45 * rings + 0.3 * noise((side, side), cell=3, rng=rng)
    cracks = np.abs(np.mod(np.arctan2(y, x) * 2.5 + 0.6 * radius, np.pi) - 1.5) < 0.02 / (radius + 0.05)
    return tinted(np.where(cracks, 0.0, grain).astype(np.float32), tones)


def _bark(shape: tuple[int, int], cell: tuple[float, float], rng: np.random.Generator) -> Field:
    """Field around 1 of ridges along the long side of the cell."""
    ridges = noise(shape, cell=cell, rng=rng, n_octaves=3)
    field: Field = (0.45 + 1.1 * np.abs(2 * ridges - 1) ** 0.7).astype(np.float32)
    return field
