"""Wood: a drumstick on a table of planks, a log, a chopping block or a door.

Conventions
-----------
`make_wood` draws what stands still and returns a Scene; positions in pixels of a 256×256 frame.

Source
------
The wood clips of Greatest Hits (Section 4.1) as a model; everything is drawn.
"""

import numpy as np

from v2ra.foley.backdrops import garden, laid_flat, room, wood_grain
from v2ra.foley.camera import make_camera
from v2ra.foley.canvas import (
    SIZE,
    Colour,
    Field,
    Image,
    Points,
    blank,
    ellipse_points,
    lit,
    noise,
    polygon,
    spline,
    tinted,
)
from v2ra.foley.distractors import Layer, falling_leaves, passing_shadow, swaying_plant
from v2ra.foley.motion import Beats, Floats
from v2ra.foley.reactions import dust, flying, hopping, jolt, marks
from v2ra.foley.sprites import Light, Pen, Sprite, make_light
from v2ra.foley.stage import Scene
from v2ra.foley.stick import make_stick, strike_points

TONES = (
    ((74, 44, 24), (134, 86, 48), (176, 122, 74)),  # walnut
    ((120, 76, 38), (186, 130, 74), (218, 168, 108)),  # oak
    ((150, 104, 58), (214, 166, 108), (240, 204, 150)),  # pine
    ((82, 34, 22), (142, 66, 40), (180, 96, 60)),  # mahogany
    ((92, 84, 74), (146, 134, 118), (184, 172, 154)),  # weathered
)
WALLS = ((196, 206, 212), (216, 206, 186), (150, 170, 160), (176, 150, 140), (120, 132, 150))
STICKS = ((244, 226, 190), (42, 40, 44), (184, 40, 36), (238, 238, 232))


def make_wood(beats: Beats, *, rng: np.random.Generator) -> Scene:
    """Scene of something wooden that is struck.

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
    >>> make_wood(make_beats([], n_frames=1, frame_rate=30), rng=np.random.default_rng(0)).frame(0).shape
    (256, 256, 3)
    """
    tones, light = TONES[rng.integers(len(TONES))], make_light(rng)
    kind = (_table, _log, _block, _door)[rng.integers(4)]
    return kind(beats, tones, light, rng)


def _finish(
    beats: Beats,
    background: Image,
    under: tuple[Layer, ...],
    *,
    strikes: tuple[Points, Points],
    tones: tuple[Colour, ...],
    light: Light,
    rng: np.random.Generator,
    rise: tuple[float, float] = (0.12, -1.0),
) -> Scene:
    """Add marks, chips, dust, stick and camera to what is under them."""
    points, ends = strikes
    pale = np.asarray(tones[2], dtype=float)
    over = (
        marks(beats, points=points, ends=ends, colour=np.asarray(tones[0]) * 0.4),
        dust(beats, points=points, colour=0.4 * pale + 150, rng=rng, size=2.0, density=0.9),
        make_stick(beats, points=points, ends=ends, light=light, rng=rng, rise=rise, colours=STICKS),
        flying(
            beats,
            points=points,
            colours=[pale * 1.25, pale, tones[1]],
            rng=rng,
            n_most=20,
            speed=290,
            radius=(1.5, 3.8),
        ),
        passing_shadow(beats.times, rng=rng),
    )
    return Scene(background, under + over, make_camera(beats, rng=rng, kick=2.5))


def _table(beats: Beats, tones: tuple[Colour, ...], light: Light, rng: np.random.Generator) -> Scene:
    """Planks in perspective with nuts and buttons that hop."""
    far = rng.uniform(104, 124)
    image = room(rng, wall=WALLS[rng.integers(len(WALLS))], floor=(70, 64, 60), horizon=far + 8)
    boards = wood_grain((320, 320), colours=tones, rng=rng, n_boards=int(rng.integers(3, 6)))
    shine = 0.85 + 0.3 * np.exp(-(((np.arange(320) - rng.uniform(60, 260)) / 90) ** 2))
    boards = lit(boards, np.tile(shine.astype(np.float32), (320, 1)))
    skew = rng.uniform(-25, 25)
    laid_flat(image, boards, [[44 + skew, far], [214 + skew, far], [330, 262], [-74, 262]])
    polygon(
        image, [[44 + skew, far], [214 + skew, far], [216 + skew, far + 2], [42 + skew, far + 2]], tones[2]
    )
    strikes = strike_points(beats, box=(84, 164, 142, 192), rng=rng)
    things = [_loose_thing(rng, light) for _ in range(int(rng.integers(3, 6)))]
    places = np.stack([rng.uniform(30, 226, len(things)), rng.uniform(far + 22, 226, len(things))], axis=1)
    places = places[np.argsort(places[:, 1])]
    under: tuple[Layer, ...] = (hopping(beats, points=strikes[0], sprites=things, places=places),)
    if rng.random() < 0.6:
        plant = swaying_plant(beats.times, rng=rng, light=light, place=(rng.uniform(14, 40), far + 6))
        under = (plant, *under)
    return _finish(beats, image, under, strikes=strikes, tones=tones, light=light, rng=rng)


def _loose_thing(rng: np.random.Generator, light: Light) -> Sprite:
    """Nut, coin or bead with its shadow."""
    pen, radius = Pen(28, 28, light), rng.uniform(4.5, 8)
    colour = np.array([[206, 60, 48], [60, 110, 190], [236, 196, 70], [90, 60, 36], [210, 210, 214]])[
        rng.integers(5)
    ]
    pen.shape(
        ellipse_points((15.5, 16 + 0.6 * radius), (radius * 1.2, radius * 0.5)),
        (10, 8, 6),
        soft=1.5,
        opacity=0.5,
    )
    pen.shape(
        ellipse_points((14, 14), (radius, radius * rng.uniform(0.6, 1.0))), colour, swell=radius, gloss=0.7
    )
    return pen.sprite((14.0, 14.0 + radius))


def _end_rings(side: int, tones: tuple[Colour, ...], rng: np.random.Generator) -> Image:
    """Square texture of year rings about its middle."""
    y, x = np.mgrid[-1 : 1 : side * 1j, -1 : 1 : side * 1j]
    radius = np.hypot(x, y) + 0.12 * (noise((side, side), cell=side / 3, rng=rng) - 0.5)
    rings = 0.5 + 0.5 * np.sin(radius * rng.uniform(38, 60))
    field = 0.25 + 0.45 * rings + 0.3 * noise((side, side), cell=3, rng=rng)
    cracks = np.abs(np.mod(np.arctan2(y, x) * 2.5 + 0.6 * radius, np.pi) - 1.5) < 0.02 / (radius + 0.05)
    return tinted(np.where(cracks, 0.0, field).astype(np.float32), tones)


def _bark(shape: tuple[int, int], cell: tuple[float, float], rng: np.random.Generator) -> Field:
    """Field around 1 of ridges along the short side of the cell."""
    ridges = noise(shape, cell=cell, rng=rng, n_octaves=3)
    return (0.45 + 1.1 * np.abs(2 * ridges - 1) ** 0.7).astype(np.float32)


def _log(beats: Beats, tones: tuple[Colour, ...], light: Light, rng: np.random.Generator) -> Scene:
    """Log on grass that sinks and rolls a little when struck."""
    image = garden(rng, horizon=rng.uniform(96, 122))
    radius, middle = rng.uniform(44, 54), rng.uniform(186, 198)
    pen = Pen(300, 150, light)
    y = 75.0
    pen.shape(ellipse_points((150, y + radius * 0.95), (150, 12)), (14, 18, 8), soft=5, opacity=0.6)
    side = [[36, y - radius], [300, y - radius * 0.94], [300, y + radius * 0.94], [36, y + radius]]
    bark = np.array(tones[0]) * 0.75 + 22
    pen.shape(side, bark, swell=radius, texture=_bark((150, 300), (7, 50), rng))
    wide = radius * rng.uniform(0.45, 0.6)
    pen.shape(
        ellipse_points((37, y), (wide + 3, radius + 1)), bark * 0.8, texture=_bark((150, 300), (6, 6), rng)
    )
    rings = np.zeros((150, 300, 3), np.uint8)
    laid_flat(rings, _end_rings(128, tones, rng), _corners((37, y), (wide, radius)))
    pen.shape(ellipse_points((37, y), (wide, radius - 2)), rings)
    sprite = pen.sprite((150.0, y))
    drop, roll = jolt(beats, pixels=9.0), jolt(beats, pixels=0.04)
    place = (rng.uniform(138, 160), middle)

    def draw(image: Image, index: int) -> None:
        sprite.paste(image, (place[0], place[1] + drop[index]), angle=float(roll[index]))

    strikes = strike_points(beats, box=(90, middle - radius * 0.86, 150, middle - radius * 0.5), rng=rng)
    leaves = falling_leaves(beats.times, rng=rng, colours=[(196, 130, 40), (170, 70, 30), (120, 140, 50)])
    return _finish(beats, image, (leaves, draw), strikes=strikes, tones=tones, light=light, rng=rng)


def _corners(centre: tuple[float, float], radii: tuple[float, float]) -> Points:
    """Corners (4, 2) of the rectangle about an ellipse."""
    signs = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]])
    return np.asarray(centre) + signs * np.asarray(radii)


def _block(beats: Beats, tones: tuple[Colour, ...], light: Light, rng: np.random.Generator) -> Scene:
    """Chopping block seen from above its rim, in a yard or a workshop."""
    wall = WALLS[rng.integers(len(WALLS))]
    image = garden(rng, horizon=110) if rng.random() < 0.5 else room(rng, wall=wall, floor=(110, 100, 90))
    wide, tall, top = rng.uniform(84, 98), rng.uniform(26, 34), 64.0
    pen = Pen(240, 190, light)
    rim = ellipse_points((120, top), (wide, tall))
    below = spline([[120 - wide, top], [120 + wide, top], [124 + wide, 184], [120, 200], [116 - wide, 184]])
    pen.shape(below, np.array(tones[0]) * 0.8 + 16, swell=wide * 0.8, texture=_bark((190, 240), (60, 6), rng))
    pen.shape(rim, np.array(tones[0]) * 0.7)
    rings = np.zeros((190, 240, 3), np.uint8)
    laid_flat(rings, _end_rings(160, tones, rng), _corners((120, top), (wide, tall)))
    pen.shape(ellipse_points((120, top), (wide - 4, tall - 2)), lit(rings, 1.08))
    sprite, drop = pen.sprite((120.0, top)), jolt(beats, pixels=8.0)
    place = (rng.uniform(112, 132), rng.uniform(150, 162))

    def draw(image: Image, index: int) -> None:
        sprite.paste(image, (place[0], place[1] + drop[index]))

    box = (place[0] - 40, place[1] - 10, place[0] + 30, place[1] + 14)
    strikes = strike_points(beats, box=box, rng=rng)
    return _finish(beats, image, (draw,), strikes=strikes, tones=tones, light=light, rng=rng)


def _door(beats: Beats, tones: tuple[Colour, ...], light: Light, rng: np.random.Generator) -> Scene:
    """Upright boards with a knob that shakes; the stick comes from the side."""
    image = blank(np.array(tones[0]) * 0.4)
    boards = wood_grain((SIZE + 40, SIZE + 40), colours=tones, rng=rng, n_boards=int(rng.integers(3, 6)))
    glow = 0.8 + 0.4 * noise((SIZE + 40, SIZE + 40), cell=150, rng=rng)
    panel = Sprite(_opaque(lit(np.ascontiguousarray(boards.transpose(1, 0, 2)), glow)), (20.0, 20.0))
    knob = _knob(rng, light)
    place = np.array([rng.uniform(24, 46), rng.uniform(110, 170)])
    shakes: Floats = jolt(beats, pixels=4.5, frequency=12)

    def draw(image: Image, index: int) -> None:
        panel.paste(image, (shakes[index], 0.3 * shakes[index]))
        knob.paste(image, place + (2.5 * shakes[index], 0), angle=float(0.12 * shakes[index]))

    strikes = strike_points(beats, box=(84, 100, 140, 172), rng=rng)
    return _finish(
        beats, image, (draw,), strikes=strikes, tones=tones, light=light, rng=rng, rise=(0.55, -0.8)
    )


def _opaque(image: Image) -> Image:
    """Image with full opacity, (height, width, 4)."""
    return np.dstack([image, np.full(image.shape[:2], 255, np.uint8)])


def _knob(rng: np.random.Generator, light: Light) -> Sprite:
    """Metal ring on a plate, hung from its top."""
    pen = Pen(48, 64, light)
    metal = np.array([[190, 160, 80], [150, 150, 156], [70, 66, 64]])[rng.integers(3)]
    pen.shape(ellipse_points((26, 16), (11, 11)), (10, 8, 6), soft=2, opacity=0.5)
    pen.shape(ellipse_points((24, 14), (10, 10)), metal, swell=8, gloss=0.8)
    outer, inner = ellipse_points((24, 36), (15, 18)), ellipse_points((24, 36), (11, 14))
    pen.shape(np.concatenate([outer, outer[:1], inner[:1], inner[::-1]]), metal, swell=2.5, gloss=0.8)
    return pen.sprite((24.0, 14.0))
