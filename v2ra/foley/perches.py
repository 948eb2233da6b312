"""What a bird sits on.

Conventions
-----------
Sprites of 320×150 pixels, anchored under the feet of the bird.

Source
------
The project's own.
"""

import numpy as np

from v2ra.foley.canvas import Colour, Points, rotated, traced
from v2ra.foley.sprites import Light, Pen, Sprite
from v2ra.foley.textures import noise


def draw_perch(rng: np.random.Generator, light: Light, *, leaf: Colour) -> Sprite:
    """Branch with twigs and leaves, wire, post or rim of a feeder, 320 pixels wide, anchored under the feet.

    Examples
    --------
    >>> from v2ra.foley.sprites import make_light
    >>> rng = np.random.default_rng(0); draw_perch(rng, make_light(rng), leaf=(60, 120, 50)).anchor
    (160.0, 30.0)
    """
    pen = Pen(320, 150, light)
    kind, bark = rng.integers(4), np.array([[96, 72, 54], [130, 116, 104], [74, 58, 48]])[rng.integers(3)]
    ridges = 0.7 + 0.6 * noise((150, 320), cell=(4, 26), rng=rng, n_octaves=2)
    if kind == 1:
        pen.shape(traced("-5,28 325,28 325,34 -5,34"), (60, 60, 66), swell=3, gloss=0.4)
    elif kind == 2:
        post = traced("110,28 206,28 206,160 110,160")
        grain = 0.7 + 0.6 * noise((150, 320), cell=(40, 4), rng=rng, n_octaves=2)
        pen.shape(post, bark * 1.2, swell=12, texture=grain)
        pen.shape(traced("100,24 216,24 210,36 106,36"), bark * 1.4, swell=5, texture=ridges)
    elif kind == 3:
        roof = np.array([[176, 52, 44], [60, 110, 90], [70, 90, 140]])[rng.integers(3)]
        pen.shape(traced("40,40 280,40 262,112 58,112"), (206, 170, 120), swell=6, texture=ridges)
        pen.shape(traced("22,28 298,28 290,48 30,48"), roof, swell=6, gloss=0.2)
    else:
        _branch(pen, bark, ridges, leaf, rng)
    return pen.sprite((160.0, 30.0))


def _branch(pen: Pen, bark: Points, ridges: Points, leaf: Colour, rng: np.random.Generator) -> None:
    """Add a branch with side twigs and leaves to a pen."""
    slope = rng.uniform(-10, 10)
    for x, lean in ((60, -30), (236, 34), (290, 20)):
        pen.shape([[x, 34], [x + 6, 36], [x + lean + 3, 84], [x + lean, 84]], bark * 0.9, swell=3)
    branch = traced("-5,26 160,27 325,30 325,42 160,46 -5,46")
    branch[:, 1] += slope * np.array([-1, 0, 1, 1, 0, -1])
    pen.shape(branch, bark, swell=9, texture=ridges)
    turn = np.linspace(0, 2 * np.pi, 16, endpoint=False)
    outline = np.stack([15 * np.cos(turn), 6.5 * np.sin(turn) * (1 - 0.45 * np.cos(turn))], axis=1)
    spots = [(30, 78), (44, 60), (20, 92), (262, 70), (272, 90), (300, 76), (306, 58), (80, 24), (250, 22)]
    for spot in spots:
        leaf_outline = rotated(outline * rng.uniform(0.8, 1.2), rng.uniform(0.3, 2.6)) + spot
        pen.shape(leaf_outline, np.asarray(leaf) * rng.uniform(0.7, 1.15), swell=5)
