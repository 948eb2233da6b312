"""Drawing primitives: anti-aliased shapes with fractions of a pixel.

Conventions
-----------
Images are uint8 (height, width, 3), RGB, drawn in place. Points are (x, y) in pixels of a 256×256 frame,
x to the right and y down, with fractions: OpenCV gets them with four bits after the point. Colours are
three numbers 0..255.

Source
------
The project's own, on OpenCV.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

Image = npt.NDArray[np.uint8]
Field = npt.NDArray[Any]  # one number a pixel
Points = npt.NDArray[Any]  # (n, 2) or (2,)
Outline = npt.ArrayLike  # anything that makes Points
Colour = npt.ArrayLike  # three numbers
Palette = npt.ArrayLike  # (n, 3)

SIZE = 256  # pixels a side of the frame that scenes draw in
SHIFT = 4  # bits after the point
ONE = 1 << SHIFT
_TURN = np.linspace(0, 2 * np.pi, 24, endpoint=False)
ROUND = np.stack([np.cos(_TURN), np.sin(_TURN)], axis=1)  # outline of a circle of radius 1


@contextmanager
def one_thread() -> Iterator[None]:
    """Draw with one OpenCV thread, then restore the setting.

    At 256×256 the work of one call is shorter than waking a second thread, and a data set is drawn by
    several processes at once. The pixels do not depend on it.

    Examples
    --------
    >>> with one_thread():
    ...     cv2.getNumThreads()
    1
    """
    before = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        yield
    finally:
        cv2.setNumThreads(before)


def fixed(points: Outline) -> npt.NDArray[np.int32]:
    """Points with four bits after the point, as OpenCV wants them.

    Examples
    --------
    >>> fixed([[1.5, -0.25]]).tolist()
    [[24, -4]]
    """
    return np.rint(np.asarray(points, dtype=np.float64) * ONE).astype(np.int32)


def scalar(colour: Colour) -> list[float]:
    """Colour as OpenCV wants it.

    Examples
    --------
    >>> scalar((1, 2, 3))
    [1.0, 2.0, 3.0]
    """
    values: list[float] = np.asarray(colour, dtype=np.float64).tolist()
    return values


def blank(colour: Colour, *, height: int = SIZE, width: int = SIZE) -> Image:
    """Image of one colour.

    Examples
    --------
    >>> blank((10, 20, 30)).shape
    (256, 256, 3)
    """
    return np.full((height, width, 3), np.clip(np.asarray(colour), 0, 255), dtype=np.uint8)


def polygon(image: Image, points: Outline, colour: Colour) -> None:
    """Fill a polygon given by its corners (n, 2).

    Examples
    --------
    >>> image = blank((0, 0, 0)); polygon(image, [[0, 0], [9, 0], [9, 9], [0, 9]], (255, 0, 0))
    >>> image[5, 5].tolist()
    [255, 0, 0]
    """
    cv2.fillPoly(image, [fixed(points)], scalar(colour), cv2.LINE_AA, SHIFT)


def stroke(image: Image, points: Outline, colour: Colour, *, width: float = 1.0) -> None:
    """Draw an open line through points (n, 2); the width is in whole pixels, at least 1.

    Examples
    --------
    >>> image = blank((0, 0, 0)); stroke(image, [[0, 5], [20, 5]], (0, 255, 0), width=3)
    >>> image[5, 10].tolist()
    [0, 255, 0]
    """
    thick = max(1, round(width))
    cv2.polylines(image, [fixed(points)], False, scalar(colour), thick, cv2.LINE_AA, SHIFT)


def disc(image: Image, centre: Outline, radius: float, colour: Colour) -> None:
    """Fill a circle.

    Examples
    --------
    >>> image = blank((0, 0, 0)); disc(image, (50.5, 50.5), 4.2, (0, 0, 255))
    >>> image[50, 50].tolist()
    [0, 0, 255]
    """
    one, reach, paint = (np.atleast_1d(np.asarray(part, dtype=float)) for part in (centre, radius, colour))
    discs(image, one[None], reach, paint[None])


def discs(image: Image, centres: Points, radii: Points, colours: Points) -> None:
    """Fill circles (n, 2), (n,), (n, 3); those far outside the frame are left out.

    Examples
    --------
    >>> image = blank((0, 0, 0)); discs(image, np.array([[50, 50]]), np.array([4]), np.array([[0, 0, 255]]))
    >>> image[50, 50].tolist()
    [0, 0, 255]
    """
    # Those far outside overflow OpenCV's fixed point; it draws circles under 6 pixels as diamonds.
    seen = np.abs(centres - SIZE / 2).max(axis=1, initial=0.0) < 2 * SIZE
    places, reaches, paints = centres[seen], radii[seen], np.asarray(colours, float)[seen].tolist()
    rounds = fixed(places[:, None] + reaches[:, None, None] * ROUND)  # (n, 24, 2)
    for outline, one in zip(rounds, paints, strict=True):
        cv2.fillConvexPoly(image, outline, one, cv2.LINE_AA, SHIFT)


def ellipses(image: Image, centres: Points, radii: Points, angles: Points, colours: Points) -> None:
    """Fill ellipses (n, 2), (n, 2), turned by (n,) radians, in colours (n, 3).

    Examples
    --------
    >>> image = blank((0, 0, 0)); red = np.array([[255, 0, 0]])
    >>> ellipses(image, np.array([[50, 50]]), np.array([[9, 3]]), np.array([0.0]), red)
    >>> image[50, 57].tolist(), image[57, 50].tolist()
    ([255, 0, 0], [0, 0, 0])
    """
    degrees, paints = np.degrees(angles).tolist(), np.asarray(colours, dtype=float).tolist()
    for place, axes, turn, one in zip(
        fixed(centres).tolist(), fixed(radii).tolist(), degrees, paints, strict=True
    ):
        cv2.ellipse(image, place, axes, turn, 0, 360, one, -1, cv2.LINE_AA, SHIFT)


def ellipse(image: Image, centre: Outline, radii: Outline, colour: Colour, *, angle: float = 0.0) -> None:
    """Fill an ellipse turned by `angle` radians.

    Examples
    --------
    >>> image = blank((0, 0, 0)); ellipse(image, (50, 50), (9, 3), (0, 0, 255))
    >>> image[50, 57].tolist()
    [0, 0, 255]
    """
    one, reach, paint = (np.asarray(part, dtype=float)[None] for part in (centre, radii, colour))
    ellipses(image, one, reach, np.array([angle]), paint)


def ellipse_points(centre: Outline, radii: Outline, *, angle: float = 0.0, n_points: int = 48) -> Points:
    """Corners (n_points, 2) of an ellipse turned by `angle` radians.

    Examples
    --------
    >>> ellipse_points((0, 0), (2, 1), n_points=4).round(6).tolist()
    [[2.0, 0.0], [0.0, 1.0], [-2.0, 0.0], [-0.0, -1.0]]
    """
    turn = np.linspace(0, 2 * np.pi, n_points, endpoint=False)
    flat = np.stack([np.cos(turn), np.sin(turn)], axis=1) * np.asarray(radii)  # (n_points, 2)
    return rotated(flat, angle) + np.asarray(centre, dtype=np.float64)


def rotated(points: Outline, angle: float) -> Points:
    """Points (n, 2) turned about the origin by `angle` radians, clockwise on the screen.

    Examples
    --------
    >>> rotated([[1, 0]], np.pi / 2).round(6).tolist()
    [[0.0, 1.0]]
    """
    cosine, sine = np.cos(angle), np.sin(angle)
    turned: Points = np.asarray(points, dtype=np.float64) @ np.array([[cosine, sine], [-sine, cosine]])
    return turned


def spline(points: Outline, *, n_between: int = 8) -> Points:
    """Close a smooth outline (Catmull-Rom) through points (n, 2), (n · n_between, 2).

    Examples
    --------
    >>> spline([[0, 0], [4, 0], [4, 4], [0, 4]]).shape
    (32, 2)
    """
    knots = np.asarray(points, dtype=np.float64)
    before, after, beyond = np.roll(knots, 1, 0), np.roll(knots, -1, 0), np.roll(knots, -2, 0)
    u = np.linspace(0, 1, n_between, endpoint=False)[None, :, None]
    a, b, c, d = (part[:, None, :] for part in (before, knots, after, beyond))
    curve = b + 0.5 * u * (c - a + u * (2 * a - 5 * b + 4 * c - d + u * (3 * (b - c) + d - a)))
    smooth: Points = curve.reshape(-1, 2)  # (n · n_between, 2)
    return smooth


def traced(text: str) -> Points:
    """Points (n, 2), or colours (n, 3), from text: "x,y x,y …".

    Examples
    --------
    >>> traced("1,2 3,4.5").tolist()
    [[1.0, 2.0], [3.0, 4.5]]
    """
    return np.array([pair.split(",") for pair in text.split()], dtype=np.float64)


def rectangle(left: float, top: float, right: float, bottom: float) -> Points:
    """Corners (4, 2) of a rectangle.

    Examples
    --------
    >>> rectangle(0, 1, 2, 3).tolist()
    [[0.0, 1.0], [2.0, 1.0], [2.0, 3.0], [0.0, 3.0]]
    """
    return np.array([[left, top], [right, top], [right, bottom], [left, bottom]], dtype=np.float64)
