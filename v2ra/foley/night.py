"""Night views for the fireworks: sky with stars, then a city, hills or a shore with water.

Conventions
-----------
Images are uint8 (256, 256, 3). `lit` is what a flash of full strength adds to the view.

Source
------
The project's own.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from v2ra.foley.backdrops import gradient
from v2ra.foley.canvas import SIZE, Field, Image, disc, discs, polygon
from v2ra.foley.distractors import Layer
from v2ra.foley.motion import Floats
from v2ra.foley.textures import noise

SKIES = (
    ((4, 6, 18), (18, 24, 58)),
    ((8, 4, 20), (48, 24, 62)),
    ((2, 8, 14), (14, 42, 60)),
    ((6, 6, 10), (34, 30, 40)),
)


@dataclass(frozen=True)
class NightView:
    """What stands still at night and how it moves a little.

    Attributes
    ----------
    background, lit : ndarray uint8 (256, 256, 3)
        View in the dark; light that a full flash adds.
    horizon : float
        y of the roofs, roughly.
    stars, water : Layer
        Twinkling; reflection, which does nothing where there is no water.

    Examples
    --------
    See `night_view`.
    """

    background: Image
    lit: Image
    horizon: float
    stars: Layer
    water: Layer


def night_view(times: Floats, *, rng: np.random.Generator) -> NightView:
    """Draw a night view.

    Parameters
    ----------
    times : ndarray (n_frames,)
        Seconds of the frames.
    rng : Generator
        Source of chance.

    Returns
    -------
    NightView
        Background and layers.

    Examples
    --------
    >>> night_view(np.zeros(1), rng=np.random.default_rng(0)).background.shape
    (256, 256, 3)
    """
    image = gradient(SKIES[rng.integers(len(SKIES))])
    clouds = noise((SIZE, SIZE), cell=(26, 80), rng=rng, n_octaves=3)
    image = np.clip(image + 26 * np.clip(clouds - 0.5, 0, 1)[..., None], 0, 255).astype(np.uint8)
    lit = np.clip(np.array([74, 72, 84]) * (0.55 + 0.75 * clouds[..., None]), 0, 255).astype(np.uint8)
    shore = rng.uniform(196, 212) if rng.random() < 0.45 else float(SIZE)
    horizon = shore - rng.uniform(14, 30) if shore < SIZE else rng.uniform(186, 214)
    (_city if rng.random() < 0.6 else _hills)(image, lit, horizon, rng)
    water = _still_water(int(shore), times, rng) if shore < SIZE else _nothing
    return NightView(image, lit, horizon, _twinkling(times, horizon, rng), water)


def _city(image: Image, lit: Image, horizon: float, rng: np.random.Generator) -> None:
    """Houses with lit windows, drawn on the view and on its lit version."""
    x = -6.0
    while x < SIZE:
        wide, top = rng.uniform(16, 36), horizon - rng.uniform(-6, 34)
        shade = np.array([10, 12, 20]) * rng.uniform(0.6, 1.5)
        corners = [[x, top], [x + wide, top], [x + wide, SIZE], [x, SIZE]]
        polygon(image, corners, shade)
        polygon(lit, corners, np.array([104, 96, 96]) * rng.uniform(0.6, 1.0))
        glow = np.array([[255, 214, 130], [255, 236, 190], [170, 200, 255]])[rng.integers(3)]
        for row in np.arange(top + 5, SIZE, 8):
            for column in np.arange(x + 4, x + wide - 4, 6):
                if rng.random() < 0.3:
                    window = [
                        [column, row],
                        [column + 2.6, row],
                        [column + 2.6, row + 3.6],
                        [column, row + 3.6],
                    ]
                    polygon(image, window, glow * rng.uniform(0.35, 0.8))
        x += wide + rng.uniform(0, 5)


def _hills(image: Image, lit: Image, horizon: float, rng: np.random.Generator) -> None:
    """Two ranges of hills with trees and a few lights."""
    x = np.linspace(-4, SIZE + 4, 60)
    for depth in range(2):
        base = horizon - 14 + 26 * depth
        ridge = (
            base
            + 14 * np.sin(x / rng.uniform(26, 50) + rng.uniform(0, 6))
            + 5 * np.sin(x / 9 + rng.uniform(0, 6))
        )
        outline = [*np.stack([x, ridge], axis=1).tolist(), [SIZE + 4, SIZE + 4], [-4, SIZE + 4]]
        polygon(image, outline, np.array([9, 14, 16]) * (1.2 - 0.4 * depth))
        polygon(lit, outline, np.array([58, 84, 62]) * (0.7 + 0.4 * depth))
    for _ in range(int(rng.integers(10, 20))):
        left, foot, tall = rng.uniform(0, SIZE), horizon + rng.uniform(24, 44), rng.uniform(14, 30)
        tree = [[left - tall * 0.25, foot], [left, foot - tall], [left + tall * 0.25, foot]]
        polygon(image, tree, (5, 8, 9))
        polygon(lit, tree, (40, 66, 46))
    for _ in range(int(rng.integers(3, 8))):
        disc(image, (rng.uniform(0, SIZE), horizon + rng.uniform(8, 30)), 1.1, (240, 200, 130))


def _twinkling(times: Floats, horizon: float, rng: np.random.Generator) -> Layer:
    """Layer of stars whose brightness wavers, and an aeroplane."""
    n_stars = int(rng.integers(25, 60))
    places = np.stack([rng.uniform(0, SIZE, n_stars), rng.uniform(0, max(horizon - 30, 20), n_stars)], axis=1)
    rates, phases = rng.uniform(0.3, 1.2, n_stars), rng.uniform(0, 6.28, n_stars)
    bright, radii = rng.uniform(60, 190, n_stars), rng.uniform(0.5, 1.0, n_stars)
    start, speed, height = rng.uniform(-60, 200), rng.uniform(9, 18), rng.uniform(16, 60)

    def draw(image: Image, index: int) -> None:
        now = times[index]
        values = bright * (0.75 + 0.25 * np.sin(6.28 * rates * now + phases))
        discs(image, places, radii, np.stack([values] * 3, axis=1))
        blink = 0.3 + 0.7 * (np.sin(6.28 * 0.9 * now) > 0.5)
        disc(image, (start + speed * now, height), 1.2, (255 * blink, 90 * blink, 80 * blink))

    return draw


def _nothing(image: Image, index: int) -> None:
    """Layer for a view without water."""


def _still_water(shore: int, times: Floats, rng: np.random.Generator) -> Layer:
    """Layer that mirrors what is above the shore in wavering water."""
    depth = SIZE - shore
    rows = np.arange(depth, dtype=np.float32)[:, None]
    columns = np.arange(SIZE, dtype=np.float32)[None, :]
    source: Field = np.clip(shore - 1 - 3.4 * rows, 0, SIZE - 1) + 0 * columns
    ripple, speed, length = 0.6 + rows * rng.uniform(0.05, 0.09), rng.uniform(0.5, 0.9), rng.uniform(5, 9)
    shade = np.diag([0.62, 0.68, 0.78])  # water keeps most of the blue

    def draw(image: Image, index: int) -> None:
        wave = ripple * np.sin(rows * (6.28 / length) + 6.28 * speed * times[index])
        sideways = (columns + wave * 1.6).astype(np.float32)
        mirrored = cv2.remap(
            image, sideways, source.astype(np.float32), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT
        )
        image[shore:] = cv2.transform(mirrored, shade)

    return draw
