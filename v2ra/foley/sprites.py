"""Sprites: parts drawn once with light and texture, then pasted turned and scaled in each frame.

Conventions
-----------
A ``Pen`` draws at twice the size of the frame and gives a ``Sprite``: uint8 (height, width, 4), colour
already multiplied by opacity. Each shape is lit as if it swelled towards the viewer: its height above the
picture grows with the distance from its edge. Light directions are (x, y, z), z towards the viewer, so
light from above left is (−, −, +). Angles in radians, clockwise on the screen.

Source
------
The project's own.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import cv2
import numpy as np
import numpy.typing as npt

from v2ra.foley.canvas import ONE, SHIFT, Colour, Field, Image, Points, fixed

FINE = 2  # a pen draws at this many times the size


@dataclass(frozen=True)
class Light:
    """Where light comes from and how much of it is everywhere.

    Attributes
    ----------
    direction : ndarray (3,)
        Unit vector towards the light.
    ambient : float
        Share of light that has no direction, 0..1.

    Examples
    --------
    >>> float(make_light(np.random.default_rng(0)).direction[2]) > 0
    True
    """

    direction: npt.NDArray[np.float64]
    ambient: float


def make_light(rng: np.random.Generator) -> Light:
    """Light from above, left or right, at random.

    Examples
    --------
    >>> float(make_light(np.random.default_rng(0)).direction[1]) < 0
    True
    """
    towards = np.array([rng.choice([-1, 1]) * rng.uniform(0.25, 0.75), -rng.uniform(0.5, 0.8), 0.75])
    return Light(direction=towards / np.linalg.norm(towards), ambient=rng.uniform(0.45, 0.6))


@dataclass(frozen=True)
class Sprite:
    """A part to paste.

    Attributes
    ----------
    pixels : ndarray uint8 (height, width, 4)
        Red, green, blue times opacity, and opacity.
    anchor : (float, float)
        Point of the sprite, in its pixels, that lies at the given position and about which it turns.

    Examples
    --------
    >>> image = np.zeros((256, 256, 3), np.uint8)
    >>> Sprite(np.full((4, 4, 4), 255, np.uint8), (2, 2)).paste(image, (100, 50))
    >>> image[50, 100].tolist(), int(image.any(axis=-1).sum())
    ([255, 255, 255], 16)
    """

    pixels: Image
    anchor: tuple[float, float]

    def paste(
        self,
        image: Image,
        position: Sequence[float] | Points,
        *,
        angle: float = 0.0,
        scale: float | tuple[float, float] = 1.0,
        opacity: float = 1.0,
    ) -> None:
        """Lay the sprite over an image, in place: scaled along its own axes, then turned, then moved."""
        wide, high = scale if isinstance(scale, tuple) else (scale, scale)
        cosine, sine = np.cos(angle), np.sin(angle)
        # Plain numbers from here on: NumPy's small arrays cost more than a small warp.
        x_row, y_row = [float(cosine * wide), float(-sine * high)], [float(sine * wide), float(cosine * high)]
        for row, place in zip((x_row, y_row), position, strict=True):
            row.append(float(place) - (row[0] * self.anchor[0] + row[1] * self.anchor[1]))
        self._warp(image, x_row, y_row, opacity=opacity)

    def _warp(self, image: Image, x_row: list[float], y_row: list[float], *, opacity: float) -> None:
        """Lay the sprite over an image through the rows of a 2×3 matrix from sprite to image, in place."""
        (height, width), (image_height, image_width) = self.pixels.shape[:2], image.shape[:2]
        edge, _ = _reach(x_row, (0, 0, width, height), image_width)
        left, right = _reach(x_row, self._drawn, image_width)
        top, bottom = _reach(y_row, self._drawn, image_height)
        if right <= left or bottom <= top or opacity <= 0:
            return
        # OpenCV rounds coordinates from the left edge on: a warp that began further right would differ.
        matrix = np.array([[*x_row[:2], x_row[2] - edge], [*y_row[:2], y_row[2] - top]])
        part = cv2.warpAffine(self.pixels, matrix, (right - edge, bottom - top))[:, left - edge :]
        if opacity < 1:
            part = cv2.convertScaleAbs(part, alpha=opacity)
        lay_over(image[top:bottom, left:right], np.asarray(part, dtype=np.uint8))

    @cached_property
    def _drawn(self) -> tuple[int, int, int, int]:
        """Box of the pixels that are not clear: left, top, right, bottom."""
        left, top, width, height = cv2.boundingRect(self.pixels.max(axis=2))
        return left, top, left + width, top + height


def _reach(row: Sequence[float], box: tuple[int, int, int, int], size: int) -> tuple[int, int]:
    """Span of the image's rows or columns, 0..size, that a box of a sprite touches through a matrix row."""
    left, top, right, bottom = box
    across, down = (row[0] * (left - 1), row[0] * right), (row[1] * (top - 1), row[1] * bottom)
    least, most = min(across) + min(down) + row[2], max(across) + max(down) + row[2]
    # Clipped before it is rounded: a place may be infinitely far away.
    first, last = max(0.0, min(least, size)), max(-1.0, min(most, size))
    return math.floor(first), min(math.ceil(last) + 1, size)


def lay_over(region: Image, part: Image) -> None:
    """Lay pixels with opacity (height, width, 4) over a region (height, width, 3), in place.

    Examples
    --------
    >>> region = np.full((1, 1, 3), 100, np.uint8); lay_over(region, np.array([[[9, 0, 0, 128]]], np.uint8))
    >>> region.tolist()
    [[[59, 50, 50]]]
    """
    clear = cv2.bitwise_not(cv2.extractChannel(part, 3))
    cv2.multiply(region, cv2.cvtColor(clear, cv2.COLOR_GRAY2RGB), dst=region, scale=1 / 255)
    cv2.add(region, cv2.cvtColor(part, cv2.COLOR_RGBA2RGB), dst=region)


@dataclass
class Pen:
    """Draws a sprite shape by shape, back to front.

    Attributes
    ----------
    width, height : int
        Size of the sprite in frame pixels.
    light : Light
        Light that falls on every shape.

    Examples
    --------
    >>> pen = Pen(20, 20, make_light(np.random.default_rng(0)))
    >>> pen.shape([[2, 2], [18, 2], [18, 18], [2, 18]], (200, 0, 0))
    >>> sprite = pen.sprite((10, 10)); sprite.pixels.shape, int(sprite.pixels[10, 10, 3])
    ((20, 20, 4), 255)
    """

    width: int
    height: int
    light: Light
    layer: Field = field(init=False)

    def __post_init__(self) -> None:
        """Start with nothing drawn."""
        self.layer = np.zeros((self.height * FINE, self.width * FINE, 4), dtype=np.float32)

    def shape(
        self,
        points: Points | Sequence[Sequence[float]],
        colour: Colour | Image,
        *,
        swell: float = 0.0,
        gloss: float = 0.0,
        texture: Field | None = None,
        opacity: float = 1.0,
        soft: float = 0.0,
        clip: bool = False,
    ) -> None:
        """Add a filled outline (n, 2).

        `swell` is how far in from the edge, in pixels, the surface curves; `gloss` 0..1 the highlight;
        `texture` a field (height, width) around 1 that multiplies, at frame size or at pen size; `colour`
        may be an image of that size; `soft` blurs the edge by that many pixels; `clip` keeps the shape
        inside what is drawn already.
        """
        mask = self._mask(points, soft=soft) * opacity
        if clip:
            mask = mask * self.layer[..., 3]
        rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
        if not len(rows):
            return
        box = (slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1))
        cover = mask[box][..., None]
        paint = self._paint(colour, box)
        if texture is not None:
            paint = paint * self._fit(texture)[box][..., None]
        if swell > 0:
            shade, shine = self._relief(mask[box], swell)
            paint = paint * shade[..., None] + 255 * gloss * shine[..., None]
        under = self.layer[box]
        under[..., :3] = under[..., :3] * (1 - cover) + np.clip(paint, 0, 255) * cover
        under[..., 3:] = under[..., 3:] * (1 - cover) + cover

    def sprite(self, anchor: tuple[float, float]) -> Sprite:
        """Shrink to frame size."""
        scaled = self.layer * np.array([1, 1, 1, 255], dtype=np.float32)
        small = cv2.resize(scaled, (self.width, self.height), interpolation=cv2.INTER_AREA)
        return Sprite(pixels=np.clip(np.rint(small), 0, 255).astype(np.uint8), anchor=anchor)

    def _mask(self, points: Points | Sequence[Sequence[float]], *, soft: float) -> Field:
        mask = np.zeros(self.layer.shape[:2], dtype=np.uint8)
        cv2.fillPoly(mask, [fixed(points) * FINE + ONE // 2], (255,), cv2.LINE_AA, SHIFT)
        if soft > 0:
            mask = np.asarray(cv2.GaussianBlur(mask, (0, 0), soft * FINE), dtype=np.uint8)
        return mask.astype(np.float32) / 255

    def _fit(self, values: Field) -> Field:
        fitted: Field = cv2.resize(np.asarray(values, np.float32), self.layer.shape[1::-1])
        return fitted

    def _paint(self, colour: Colour | Image, box: tuple[slice, slice]) -> Field:
        values = np.asarray(colour, dtype=np.float32)
        return self._fit(values)[box] if values.ndim == 3 else values

    def _relief(self, mask: Field, swell: float) -> tuple[Field, Field]:
        """Shade (about 0.5..1.3) and shine (0..1) of a shape that swells from its edge."""
        padded = np.pad((mask > 0.5).astype(np.uint8), 1)
        reach = swell * FINE
        depth = np.minimum(cv2.distanceTransform(padded, cv2.DIST_L2, 5)[1:-1, 1:-1] / reach, 1.0)
        height = cv2.GaussianBlur(np.sqrt(1 - (1 - depth) ** 2) * reach, (0, 0), max(reach / 5, 1.0))
        slope_x = cv2.Sobel(height, cv2.CV_32F, 1, 0, scale=1 / 8)
        slope_y = cv2.Sobel(height, cv2.CV_32F, 0, 1, scale=1 / 8)
        length = np.sqrt(slope_x**2 + slope_y**2 + 1)
        x, y, z = self.light.direction
        facing = np.clip((-slope_x * x - slope_y * y + z) / length, 0, 1)
        half = self.light.direction + np.array([0, 0, 1])
        half = half / np.linalg.norm(half)
        glint = np.clip((-slope_x * half[0] - slope_y * half[1] + half[2]) / length, 0, 1) ** 40
        shade = self.light.ambient + (1.3 - self.light.ambient) * facing
        return shade.astype(np.float32), glint.astype(np.float32)
