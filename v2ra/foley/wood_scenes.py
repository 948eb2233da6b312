"""Wood: a drumstick on a table of planks, a log, a chopping block or a door.

Conventions
-----------
`make_wood` draws what stands still and returns a Scene; positions in pixels of a 256×256 frame.

Source
------
The wood clips of Greatest Hits (Section 4.1) as a model; everything is drawn.
"""

import cv2
import numpy as np

from v2ra.foley.backdrops import garden, laid_flat, room
from v2ra.foley.camera import make_camera
from v2ra.foley.canvas import SIZE, Image, Points, blank, polygon, traced
from v2ra.foley.distractors import Layer, falling_leaves, passing_shadow, swaying_plant
from v2ra.foley.motion import Beats
from v2ra.foley.reactions import dust, flying, hopping, jolt, marks
from v2ra.foley.sprites import Light, make_light
from v2ra.foley.stage import Scene
from v2ra.foley.stick import make_stick, strike_points
from v2ra.foley.textures import lit, noise, wood_grain
from v2ra.foley.wood_things import draw_bead, draw_block, draw_knob, draw_log

TONES = (  # dark, middle, light
    traced("74,44,24 134,86,48 176,122,74"),  # walnut
    traced("120,76,38 186,130,74 218,168,108"),  # oak
    traced("150,104,58 214,166,108 240,204,150"),  # pine
    traced("82,34,22 142,66,40 180,96,60"),  # mahogany
    traced("92,84,74 146,134,118 184,172,154"),  # weathered
)
WALLS = traced("196,206,212 216,206,186 150,170,160 176,150,140 120,132,150")
STICKS = traced("244,226,190 42,40,44 184,40,36 238,238,232")


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
    tones: Points,
    light: Light,
    rng: np.random.Generator,
    rise: tuple[float, float] = (0.12, -1.0),
) -> Scene:
    """Add marks, chips, dust, stick and camera to what is under them."""
    points, ends = strikes
    pale = tones[2]
    over = (
        marks(beats, points=points, ends=ends, colour=tones[0] * 0.4),
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


def _table(beats: Beats, tones: Points, light: Light, rng: np.random.Generator) -> Scene:
    """Planks in perspective with nuts and buttons that hop."""
    far = rng.uniform(104, 124)
    image = room(rng, wall=WALLS[rng.integers(len(WALLS))], floor=(70, 64, 60), horizon=far + 8)
    boards = wood_grain((320, 320), colours=tones, rng=rng, n_boards=int(rng.integers(3, 6)))
    shine = 0.85 + 0.3 * np.exp(-(((np.arange(320) - rng.uniform(60, 260)) / 90) ** 2))
    boards = lit(boards, np.tile(shine.astype(np.float32), (320, 1)))
    skew = rng.uniform(-25, 25)
    laid_flat(image, boards, [[44 + skew, far], [214 + skew, far], [330, 262], [-74, 262]])
    edge = np.array([[44, far], [214, far], [216, far + 2], [42, far + 2]]) + np.array([skew, 0])
    polygon(image, edge, tones[2])
    strikes = strike_points(beats, box=(88, 160, 138, 184), rng=rng)
    things = [draw_bead(rng, light) for _ in range(int(rng.integers(3, 6)))]
    places = np.stack([rng.uniform(30, 226, len(things)), rng.uniform(far + 22, 226, len(things))], axis=1)
    places = places[np.argsort(places[:, 1])]
    under: tuple[Layer, ...] = (hopping(beats, points=strikes[0], sprites=things, places=places),)
    if rng.random() < 0.6:
        plant = swaying_plant(beats.times, rng=rng, light=light, place=(rng.uniform(14, 40), far + 6))
        under = (plant, *under)
    return _finish(beats, image, under, strikes=strikes, tones=tones, light=light, rng=rng)


def _log(beats: Beats, tones: Points, light: Light, rng: np.random.Generator) -> Scene:
    """Log on grass that sinks and rolls a little when struck."""
    image = garden(rng, horizon=rng.uniform(96, 122))
    radius, middle = rng.uniform(44, 54), rng.uniform(186, 198)
    sprite = draw_log(tones, radius=radius, rng=rng, light=light)
    drop, roll = jolt(beats, pixels=9.0), jolt(beats, pixels=0.04)
    place = (rng.uniform(138, 160), middle)

    def draw(image: Image, index: int) -> None:
        sprite.paste(image, (place[0], place[1] + drop[index]), angle=float(roll[index]))

    strikes = strike_points(beats, box=(92, middle - radius * 0.8, 144, middle - radius * 0.45), rng=rng)
    leaves = falling_leaves(beats.times, rng=rng, colours=[(196, 130, 40), (170, 70, 30), (120, 140, 50)])
    return _finish(beats, image, (leaves, draw), strikes=strikes, tones=tones, light=light, rng=rng)


def _block(beats: Beats, tones: Points, light: Light, rng: np.random.Generator) -> Scene:
    """Chopping block seen from above its rim, in a yard or a workshop."""
    wall = WALLS[rng.integers(len(WALLS))]
    image = garden(rng, horizon=110) if rng.random() < 0.5 else room(rng, wall=wall, floor=(110, 100, 90))
    sprite, drop = draw_block(tones, rng=rng, light=light), jolt(beats, pixels=8.0)
    place = (rng.uniform(112, 132), rng.uniform(150, 162))

    def draw(image: Image, index: int) -> None:
        sprite.paste(image, (place[0], place[1] + drop[index]))

    box = (place[0] - 34, place[1] - 8, place[0] + 22, place[1] + 14)
    strikes = strike_points(beats, box=box, rng=rng)
    return _finish(beats, image, (draw,), strikes=strikes, tones=tones, light=light, rng=rng)


def _door(beats: Beats, tones: Points, light: Light, rng: np.random.Generator) -> Scene:
    """Upright boards with a knob that shakes; the stick comes from the side."""
    image = blank((0, 0, 0))
    boards = wood_grain((SIZE + 40, SIZE + 40), colours=tones, rng=rng, n_boards=int(rng.integers(3, 6)))
    glow = 0.8 + 0.4 * noise((SIZE + 40, SIZE + 40), cell=150, rng=rng)
    panel = lit(np.ascontiguousarray(boards.transpose(1, 0, 2)), glow)  # boards stand
    knob = draw_knob(rng, light)
    place = np.array([rng.uniform(24, 46), rng.uniform(110, 170)])
    shakes = jolt(beats, pixels=4.5, frequency=12)

    def draw(image: Image, index: int) -> None:
        shift = np.array([[1.0, 0.0, shakes[index] - 20], [0.0, 1.0, 0.3 * shakes[index] - 20]])
        image[:] = cv2.warpAffine(panel, shift, (SIZE, SIZE))
        knob.paste(image, np.add(place, (2.5 * shakes[index], 0)), angle=float(0.12 * shakes[index]))

    strikes = strike_points(beats, box=(88, 128, 138, 172), rng=rng)
    return _finish(
        beats, image, (draw,), strikes=strikes, tones=tones, light=light, rng=rng, rise=(0.55, -0.8)
    )
