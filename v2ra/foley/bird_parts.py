"""Drawn parts of a perched bird: tail, body with wing, head, throat and the two halves of its beak.

Conventions
-----------
The bird looks to the right. Each sprite is anchored at the joint about which it turns; joints are given in
pixels from the middle of the body.

Source
------
The project's own.
"""

from dataclasses import dataclass

import numpy as np

from v2ra.foley.canvas import Field, Points, ellipse_points, spline, traced
from v2ra.foley.plumage import Plumage
from v2ra.foley.sprites import Light, Pen, Sprite
from v2ra.foley.textures import noise

HEAD_JOINT, TAIL_JOINT, WING_JOINT = np.array([36.0, -44.0]), np.array([-56.0, 34.0]), np.array([14.0, -20.0])
BEAK_JOINT = np.array([25.0, -27.0])  # from the head's joint
THROAT = np.array([9.0, -1.0])  # from the head's joint


@dataclass(frozen=True)
class BirdParts:
    """Sprites of one bird.

    Attributes
    ----------
    tail, body, wing, head, throat, upper, lower : Sprite
        Drawn parts.

    Examples
    --------
    See `draw_bird`.
    """

    tail: Sprite
    body: Sprite
    wing: Sprite
    head: Sprite
    throat: Sprite
    upper: Sprite
    lower: Sprite


def draw_bird(
    plumage: Plumage, *, rng: np.random.Generator, light: Light, crested: bool = False
) -> BirdParts:
    """Draw the parts of a bird.

    Parameters
    ----------
    plumage : Plumage
        Its colours.
    rng : Generator
        Source of chance.
    light : Light
        Light of the scene.
    crested : bool
        Whether feathers stand up on its head.

    Returns
    -------
    BirdParts
        For pasting.

    Examples
    --------
    >>> from v2ra.foley.plumage import PLUMAGES
    >>> from v2ra.foley.sprites import make_light
    >>> rng = np.random.default_rng(0); light = make_light(rng)
    >>> draw_bird(PLUMAGES["robin"], rng=rng, light=light).body.anchor
    (80.0, 84.0)
    """
    long_beak = rng.uniform(0.9, 1.25)
    return BirdParts(
        tail=_tail(plumage, rng, light),
        body=_body(plumage, rng, light),
        wing=_wing(plumage, rng, light),
        head=_head(plumage, crested, rng, light),
        throat=_throat(plumage, rng, light),
        upper=_beak_half(plumage, light, long_beak, upper=True),
        lower=_beak_half(plumage, light, long_beak, upper=False),
    )


def _down(shape: tuple[int, int], rng: np.random.Generator) -> Field:
    """Field around 1 of small feathers."""
    return (
        0.82 + 0.26 * noise(shape, cell=(5, 4), rng=rng, n_octaves=2) + 0.1 * noise(shape, cell=24, rng=rng)
    ).astype(np.float32)


def _tail(plumage: Plumage, rng: np.random.Generator, light: Light) -> Sprite:
    pen, down = Pen(110, 110, light), _down((110, 110), rng)
    for k, shade in enumerate((0.7, 0.85, 1.0)):
        feather = [[96 - 3 * k, 18], [100, 34 - 2 * k], [26 + 6 * k, 96 - 3 * k], [12 + 8 * k, 92 - 8 * k]]
        pen.shape(feather, np.asarray(plumage.wing) * shade, swell=5, texture=down)
    return pen.sprite((94.0, 26.0))


def _body(plumage: Plumage, rng: np.random.Generator, light: Light) -> Sprite:
    pen, down = Pen(160, 170, light), _down((170, 160), rng)
    outline = spline(traced("108,24 128,46 136,82 122,122 92,144 58,142 30,126 20,112 44,82 70,48 90,28"))
    pen.shape(outline, plumage.back, swell=46, texture=down)
    belly = spline(traced("124,70 136,90 122,124 92,145 56,143 40,130 70,122 100,98"))
    pen.shape(belly, plumage.belly, swell=34, texture=down, soft=5, clip=True)
    breast = spline(traced("104,22 128,44 138,84 128,104 108,92 102,60"))
    pen.shape(breast, plumage.breast, swell=26, texture=down, soft=3, clip=True)
    return pen.sprite((80.0, 84.0))


def _wing(plumage: Plumage, rng: np.random.Generator, light: Light) -> Sprite:
    pen, down = Pen(130, 110, light), _down((110, 130), rng)
    wing = spline(traced("104,14 114,34 100,62 66,84 14,100 30,80 56,42 82,18"))
    pen.shape(wing, plumage.wing, swell=14, texture=down)
    for k in range(4):
        x, y = 94 - 12 * k, 46 + 9 * k
        bar = spline([[x, y - 8], [x + 6, y], [x - 34, y + 24], [x - 48, y + 28]])
        pen.shape(bar, np.asarray(plumage.wing) * (0.66 + 0.06 * k), soft=0.8, clip=True, swell=3)
    bars = spline(traced("104,40 100,48 70,36 76,28"))
    pen.shape(bars, np.asarray(plumage.belly), soft=1.2, clip=True, opacity=0.8)
    return pen.sprite((100.0, 28.0))


def _head(plumage: Plumage, crested: bool, rng: np.random.Generator, light: Light) -> Sprite:
    """Head with eye, anchored at the neck."""
    pen, down = Pen(100, 110, light), _down((110, 100), rng)
    if crested:
        pen.shape(spline(traced("30,34 22,4 46,18 62,24")), plumage.cap, swell=8, texture=down)
    outline = spline(traced("20,84 18,50 34,26 56,22 74,34 79,50 74,66 66,86 44,96"))
    pen.shape(outline, plumage.back, swell=26, texture=down)
    pen.shape(
        spline(traced("18,46 34,24 58,20 76,36 74,42 48,40")),
        plumage.cap,
        swell=18,
        texture=down,
        soft=1.6,
        clip=True,
    )
    cheek = spline(traced("44,50 62,44 80,50 74,70 66,92 46,90 40,68"))
    pen.shape(cheek, plumage.cheek, swell=16, texture=down, soft=2.4, clip=True)
    bib = spline(traced("60,72 76,62 70,98 40,100"))
    pen.shape(bib, plumage.breast, texture=down, soft=3, clip=True, swell=10)
    pen.shape(ellipse_points((60, 46), (6.4, 6.4)), (20, 16, 16), swell=6, gloss=0.5)
    pen.shape(ellipse_points((58.2, 43.8), (1.8, 1.8)), (255, 255, 255))
    return pen.sprite((46.0, 82.0))


def _throat(plumage: Plumage, rng: np.random.Generator, light: Light) -> Sprite:
    pen = Pen(60, 60, light)
    pen.shape(
        ellipse_points((30, 30), (20, 24)),
        np.asarray(plumage.breast) * 1.06,
        swell=18,
        texture=_down((60, 60), rng),
        soft=1.5,
    )
    return pen.sprite((26.0, 26.0))


def _beak_half(plumage: Plumage, light: Light, length: float, *, upper: bool) -> Sprite:
    """Half of the beak, anchored at its corner."""
    pen, reach = Pen(60, 40, light), 34.0 * length
    top = [[8, 12], [18, 9], [12 + reach * 0.7, 14], [12 + reach, 20], [14, 21], [8, 20]]
    bottom = [[8, 19], [14, 19], [10 + reach * 0.9, 20], [10 + reach * 0.6, 24], [18, 28], [8, 25]]
    shape: Points = np.array(top if upper else bottom, dtype=float)
    pen.shape(shape, np.asarray(plumage.beak) * (1.0 if upper else 0.82), swell=6, gloss=0.5)
    return pen.sprite((10.0, 20.0))
