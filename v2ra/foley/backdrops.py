"""What stands still behind the action: rooms out of focus, gardens, skies, surfaces in perspective.

Conventions
-----------
Each function draws once a clip and returns an image uint8 (256, 256, 3) or a texture of the shape asked for.

Source
------
The project's own.
"""

from collections.abc import Sequence

import cv2
import numpy as np

from v2ra.foley.canvas import SIZE, Colour, Image, Palette, Points, disc, polygon, rotated, traced
from v2ra.foley.textures import noise, tinted


def blurred(image: Image, sigma: float) -> Image:
    """Image out of focus by `sigma` pixels.

    Examples
    --------
    >>> blurred(np.zeros((256, 256, 3), np.uint8), 3).shape
    (256, 256, 3)
    """
    return np.asarray(cv2.GaussianBlur(image, (0, 0), sigma), dtype=np.uint8)


def gradient(colours: Palette, *, height: int = SIZE, width: int = SIZE) -> Image:
    """Image that runs through colours from top to bottom.

    Examples
    --------
    >>> gradient([(0, 0, 0), (250, 0, 0)])[-1, 0].tolist()
    [250, 0, 0]
    """
    field = np.repeat(np.linspace(0, 1, height, dtype=np.float32)[:, None], width, axis=1)
    return tinted(field, colours)


def room(rng: np.random.Generator, *, wall: Colour, floor: Colour, horizon: float = 130.0) -> Image:
    """Room out of focus: wall with furniture and pictures, floor below `horizon`.

    Examples
    --------
    >>> room(np.random.default_rng(0), wall=(200, 190, 180), floor=(90, 80, 70)).shape
    (256, 256, 3)
    """
    image = gradient([np.asarray(wall) * 0.85, np.asarray(wall) * 1.05])
    for _ in range(rng.integers(4, 8)):
        x, wide, high = rng.uniform(-20, 250), rng.uniform(18, 70), rng.uniform(25, 110)
        colour = np.asarray(wall) * rng.uniform(0.3, 1.1) + rng.uniform(-22, 22, 3)
        base = horizon - (rng.uniform(30, 80) if rng.random() < 0.4 else -4)
        corners = [[x, base - high], [x + wide, base - high], [x + wide, base], [x, base]]
        polygon(image, corners, np.clip(colour, 0, 255))
    top = int(np.clip(horizon, 0, SIZE - 1))
    image[top:] = gradient([np.asarray(floor) * 0.75, np.asarray(floor) * 1.1], height=SIZE - top)
    soft = blurred(image, rng.uniform(3.5, 6))
    return np.clip(soft * (0.94 + 0.12 * noise((SIZE, SIZE), cell=40, rng=rng))[..., None], 0, 255).astype(
        np.uint8
    )


def bokeh(rng: np.random.Generator, *, colours: Palette, lights: Colour, n_lights: int = 26) -> Image:
    """Leaves or lights far out of focus.

    Examples
    --------
    >>> bokeh(np.random.default_rng(0), colours=[(20, 40, 20), (90, 140, 60)], lights=(220, 230, 160)).shape
    (256, 256, 3)
    """
    image = tinted(noise((SIZE, SIZE), cell=70, rng=rng, n_octaves=3), colours)
    for _ in range(n_lights):
        halo = image.copy()
        disc(halo, rng.uniform(0, SIZE, 2), rng.uniform(5, 20), np.asarray(lights) * rng.uniform(0.7, 1.05))
        share = rng.uniform(0.06, 0.3)
        image = np.asarray(cv2.addWeighted(image, 1 - share, halo, share, 0), dtype=np.uint8)
    return blurred(image, 3.0)


def garden(rng: np.random.Generator, *, horizon: float = 120.0) -> Image:
    """Lawn, hedge or fence, and sky, a little out of focus.

    Examples
    --------
    >>> garden(np.random.default_rng(0)).shape
    (256, 256, 3)
    """
    sky = [(120, 170, 225), (205, 222, 236)] if rng.random() < 0.7 else [(176, 186, 196), (224, 224, 220)]
    image = gradient(sky)
    hedge = np.array([58.0, 92, 50]) * rng.uniform(0.7, 1.25)
    for x in np.arange(-10.0, 270, 14):
        disc(image, (x, horizon - rng.uniform(0, 45)), rng.uniform(22, 38), hedge * rng.uniform(0.75, 1.2))
    if rng.random() < 0.5:
        paint = np.array([[228, 224, 214], [150, 110, 76], [120, 128, 132]])[rng.integers(3)]
        for x in np.arange(-4, 260, rng.uniform(15, 22)):
            shade = paint * rng.uniform(0.85, 1.0)
            picket = [[x, horizon - 42], [x + 6, horizon - 50], [x + 12, horizon - 42], [x + 12, horizon + 6]]
            polygon(image, [*picket, [x, horizon + 6]], shade)
    top = int(horizon)
    blades = noise((SIZE - top, SIZE), cell=(9, 3), rng=rng, n_octaves=2)
    lawn = traced("62,104,42 104,146,62 140,170,84") * rng.uniform(0.8, 1.1)
    image[top:] = tinted(blades, lawn)
    return blurred(image, rng.uniform(1.4, 2.6))


def laid_flat(image: Image, texture: Image, corners: Points | Sequence[Sequence[float]]) -> None:
    """Lay a texture on an image in perspective, in place: corners top left, top right, bottom right, left.

    Examples
    --------
    >>> image, red = np.zeros((256, 256, 3), np.uint8), np.full((9, 9, 3), (200, 0, 0), np.uint8)
    >>> laid_flat(image, red, [[60, 100], [190, 100], [300, 300], [-40, 300]])
    >>> image[200, 128].tolist(), image[50, 128].tolist()
    ([200, 0, 0], [0, 0, 0])
    """
    height, width = texture.shape[:2]
    source = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float32)
    matrix = cv2.getPerspectiveTransform(source, np.asarray(corners, dtype=np.float32))
    flat = cv2.warpPerspective(texture, matrix, image.shape[1::-1], borderMode=cv2.BORDER_REPLICATE)
    inside = np.zeros_like(image)
    polygon(inside, corners, (255, 255, 255))
    image[:] = np.where(inside > 127, flat, image)


def scattered_leaves(rng: np.random.Generator, *, n_leaves: int = 5) -> list[Points]:
    """Outlines (12, 2) of small leaves about the origin, 10 pixels long.

    Examples
    --------
    >>> len(scattered_leaves(np.random.default_rng(0))), scattered_leaves(np.random.default_rng(0))[0].shape
    (5, (12, 2))
    """
    turn = np.linspace(0, 2 * np.pi, 12, endpoint=False)
    leaf = np.stack([5 * np.cos(turn), 2.2 * np.sin(turn) * (1 - 0.4 * np.cos(turn))], axis=1)
    return [rotated(leaf, rng.uniform(0, 6.28)) for _ in range(n_leaves)]
