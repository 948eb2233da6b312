"""The parts of a dog: body, tail, head with neck, ear, teeth and lower jaw, in coats of many kinds.

Conventions
-----------
All parts share the coordinates of the head sprite, 200×230 pixels, nose to the right; NECK is the point
about which the head turns, HINGE that of the jaw.

Source
------
The project's own.
"""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from v2ra.foley.canvas import Colour, Field, Points, ellipse_points, spline, traced
from v2ra.foley.sprites import Light, Pen, Sprite
from v2ra.foley.textures import noise

NECK, HINGE = np.array([64.0, 196.0]), np.array([112.0, 114.0])
LIP_FRONT, JAW_FRONT = np.array([174.0, 104.0]), np.array([166.0, 112.0])

BACK_OF_NECK = traced("50,78 42,130 14,190 18,228 104,232 116,190 112,140 108,112")
THROAT = traced("104,128 112,146 112,196 96,228 82,190 90,150")
SKULL = traced(
    "46,84 52,54 76,37 104,44 124,66 152,73 174,78 184,90 179,104 158,109 132,113 108,122 76,124 54,110"
)
MUZZLE = traced("128,76 154,74 176,80 184,92 178,104 156,110 130,114 114,112 118,92")
PATCH = traced("54,50 100,40 128,64 112,92 70,96 50,80")
LIPS = traced("112,117 134,111.5 160,107.5 178,103 178,105 160,110 134,114 112,120")
NOSE = traced("168,78 178,74 188,80 188,90 180,96 172,90")
PRICKED_EAR = traced("30,78 34,30 46,8 66,40 74,72 52,84")
HANGING_EAR = traced("38,14 64,10 74,30 66,66 48,92 30,84 24,52")

# Coat; muzzle and chest; ears.
COATS = (
    traced("206,150,84 232,196,140 178,120,62"),  # golden
    traced("112,70,42 140,96,62 84,50,32"),  # chocolate
    traced("56,52,52 184,122,66 40,38,40"),  # black and tan
    traced("226,220,208 240,236,228 150,96,58"),  # white with brown ears
    traced("140,136,134 226,224,220 96,94,96"),  # grey
    traced("190,104,52 244,236,224 160,84,42"),  # red and white
    traced("232,228,222 238,234,228 46,44,46"),  # white with black ears
)
COLLARS = traced("200,40,44 40,90,180 40,150,90 240,190,40")


@dataclass(frozen=True)
class DogParts:
    """Sprites of one dog.

    Attributes
    ----------
    body, tail, head, ear, teeth, jaw : Sprite
        Drawn parts.
    ear_root, eye : ndarray (2,)
        Where the ear hangs and the eye lies, in head coordinates.
    iris : tuple
        Colour of the eye.

    Examples
    --------
    See `draw_dog`.
    """

    body: Sprite
    tail: Sprite
    head: Sprite
    ear: Sprite
    teeth: Sprite
    jaw: Sprite
    ear_root: npt.NDArray[np.float64]
    eye: npt.NDArray[np.float64]
    iris: tuple[int, int, int]


def furry(outline: Points, rng: np.random.Generator, *, length: float = 1.6) -> Points:
    """Outline with tufts: every other point stands out by up to `length` pixels.

    Examples
    --------
    >>> furry(np.array([[0.0, 0], [9, 0], [9, 9], [0, 9]]), np.random.default_rng(0)).shape
    (4, 2)
    """
    middle = outline.mean(axis=0)
    away = outline - middle
    away = away / np.maximum(np.hypot(*away.T)[:, None], 1e-6)
    tufts = rng.uniform(0.2, 1.0, len(outline)) * np.where(np.arange(len(outline)) % 2, 1.0, -0.4)
    tufted: Points = outline + length * tufts[:, None] * away
    return tufted


def _coat_texture(shape: tuple[int, int], rng: np.random.Generator) -> Field:
    """Field around 1 of hairs and broad shades."""
    hairs = noise(shape, cell=(7, 2), rng=rng, n_octaves=2)
    shades = noise(shape, cell=26, rng=rng, n_octaves=2)
    return (0.74 + 0.3 * hairs + 0.22 * shades).astype(np.float32)


def draw_dog(rng: np.random.Generator, light: Light) -> DogParts:
    """Draw the parts of a dog with a coat, ears and muzzle of its own.

    Parameters
    ----------
    rng : Generator
        Source of chance.
    light : Light
        Light of the scene.

    Returns
    -------
    DogParts
        Sprites and where they meet.

    Examples
    --------
    >>> from v2ra.foley.sprites import make_light
    >>> rng = np.random.default_rng(0); draw_dog(rng, make_light(rng)).head.pixels.shape
    (230, 200, 4)
    """
    coat = COATS[rng.integers(len(COATS))] * rng.uniform(0.9, 1.08)
    patches = noise((256, 256), cell=34, rng=rng) > 0.62 if rng.random() < 0.35 else None
    pricked = bool(rng.random() < 0.45)
    iris = ((96, 56, 24), (60, 36, 20), (130, 150, 170))[rng.integers(3)]
    return DogParts(
        body=_body(coat, rng, light),
        tail=_tail(coat, rng, light),
        head=_head(coat, patches, rng, light),
        ear=_ear(coat, pricked, rng, light),
        teeth=_teeth(light),
        jaw=_jaw(coat, rng, light),
        ear_root=np.array([66.0, 48.0]) if pricked else np.array([64.0, 50.0]),
        eye=np.array([116.0, 70.0]),
        iris=iris,
    )


def _body(coat: Points, rng: np.random.Generator, light: Light) -> Sprite:
    """Back, shoulder, chest and fore legs; anchored at the base of the neck."""
    pen, hair = Pen(260, 200, light), _coat_texture((200, 260), rng)
    trunk = traced("-30,92 30,70 96,34 140,24 186,40 206,90 198,150 182,215 -30,215")
    pen.shape(furry(spline(trunk), rng), coat[0] * 0.92, swell=60, texture=hair)
    chest = traced("152,40 186,44 204,92 196,150 172,176 150,110")
    pen.shape(furry(spline(chest), rng), coat[1], swell=26, texture=hair, soft=1.2)
    shoulder = traced("96,60 140,66 150,120 140,215 96,215 84,120")
    pen.shape(furry(spline(shoulder), rng), coat[0] * 0.98, swell=40, texture=hair, soft=2.0, opacity=0.85)
    return pen.sprite((136.0, 64.0))


def _tail(coat: Points, rng: np.random.Generator, light: Light) -> Sprite:
    pen = Pen(80, 110, light)
    outline = traced("44,108 22,84 14,48 26,12 34,10 32,46 42,74 66,100")
    pen.shape(
        furry(spline(outline), rng, length=2.6),
        coat[0] * 0.85,
        swell=9,
        texture=_coat_texture((110, 80), rng),
    )
    return pen.sprite((54.0, 104.0))


def _head(
    coat: Points, patches: npt.NDArray[np.bool_] | None, rng: np.random.Generator, light: Light
) -> Sprite:
    """Neck, skull and upper jaw with nose; anchored at the base of the neck."""
    pen, hair = Pen(200, 230, light), _coat_texture((230, 200), rng)
    pen.shape(furry(spline(BACK_OF_NECK), rng), coat[0] * 0.95, swell=34, texture=hair)
    pen.shape(furry(spline(THROAT), rng), coat[1] * 0.95, swell=14, texture=hair, soft=2, clip=True)
    pen.shape(furry(spline(SKULL), rng, length=1.1), coat[0], swell=30, texture=hair)
    pen.shape(furry(spline(MUZZLE), rng, length=0.8), coat[1], swell=16, texture=hair, soft=1.6)
    if patches is not None:
        pen.shape(spline(PATCH), coat[2], swell=24, texture=hair, soft=2.5, clip=True)
    _draw_face(pen, coat)
    if rng.random() < 0.6:
        _draw_collar(pen, COLLARS[rng.integers(len(COLLARS))])
    fade = np.clip((222 - np.arange(230)) / 34, 0, 1)  # the neck runs into the coat of the body
    sprite = pen.sprite((float(NECK[0]), float(NECK[1])))
    return replace(sprite, pixels=np.rint(sprite.pixels * fade[:, None, None]).astype(np.uint8))


def _draw_face(pen: Pen, coat: Points) -> None:
    """Add lips, whiskers, nose and brow."""
    pen.shape(LIPS, (34, 22, 20), soft=0.4, opacity=0.9)
    for spot in traced("142,96 150,100 158,94 164,99"):
        pen.shape(ellipse_points(spot, (1.1, 1.1)), coat[1] * 0.4)
    pen.shape(spline(NOSE), (26, 22, 24), swell=6, gloss=0.8)
    pen.shape(ellipse_points((184, 88), (2.4, 1.8)), (6, 5, 6))
    pen.shape(ellipse_points((116, 61), (9, 3), angle=0.2), coat[0] * 0.7, soft=1.2, opacity=0.7)


def _draw_collar(pen: Pen, colour: Colour) -> None:
    """Add a collar with its tag."""
    band = traced("26,162 70,178 116,170 116,183 70,192 20,176")
    pen.shape(band, colour, swell=5, gloss=0.3, clip=True)
    pen.shape(ellipse_points((98, 190), (7, 7)), (220, 190, 80), swell=5, gloss=0.8)


def _ear(coat: Points, pricked: bool, rng: np.random.Generator, light: Light) -> Sprite:
    """Ear that stands or hangs, anchored at its root."""
    pen, hair = Pen(100, 120, light), _coat_texture((120, 100), rng)
    if pricked:
        pen.shape(furry(spline(PRICKED_EAR), rng), coat[2], swell=10, texture=hair)
        pen.shape(spline(traced("46,68 44,38 49,24 60,48 62,66")), (206, 150, 140), swell=5, soft=1)
        return pen.sprite((54.0, 70.0))
    pen.shape(furry(spline(HANGING_EAR), rng), coat[2], swell=14, texture=hair)
    return pen.sprite((54.0, 20.0))


def _teeth(light: Light) -> Sprite:
    """Upper teeth, hidden behind the lower jaw when the mouth is shut."""
    pen = Pen(200, 230, light)
    for x, y, length in ((168, 104, 13), (160, 106, 6), (152, 108, 6), (144, 109, 7), (136, 111, 7)):
        pen.shape([[x - 3, y - 2], [x + 3, y - 3], [x + 0.5, y + length]], (248, 244, 230), swell=2)
    return pen.sprite((float(NECK[0]), float(NECK[1])))


def _jaw(coat: Points, rng: np.random.Generator, light: Light) -> Sprite:
    """Lower jaw with gum, teeth and tongue; anchored at its hinge."""
    pen, hair = Pen(100, 80, light), _coat_texture((80, 100), rng)
    offset = np.array([20.0, 30.0]) - HINGE
    for x in (162.0, 154.0, 146.0, 138.0):
        tall = 11 if x > 160 else 6
        pen.shape(np.array([[x - 3, 116], [x + 3, 115], [x, 114 - tall]]) + offset, (244, 240, 226), swell=2)
    tongue = spline(traced("116,112 136,105 158,104 170,110 166,117 140,117 118,118") + offset)
    pen.shape(tongue, (232, 108, 116), swell=6, gloss=0.4)
    jaw = traced("104,110 122,115 146,113 164,110 172,113 168,122 148,130 122,135 102,130") + offset
    pen.shape(furry(spline(jaw), rng, length=1.0), coat[1] * 0.9, swell=10, texture=hair)
    return pen.sprite((20.0, 30.0))
