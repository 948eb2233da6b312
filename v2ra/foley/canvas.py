"""Drawing primitives: anti-aliased shapes with fractions of a pixel, noise fields, warped patches.

Conventions
-----------
Images are uint8 (height, width, 3), RGB, drawn in place. Points are (x, y) in pixels of a 256×256 frame,
x to the right and y down, with fractions: OpenCV gets them with four bits after the point. Colours are
three numbers 0..255. Noise fields are float32 (height, width) in 0..1.

Source
------
The project's own, on OpenCV.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

Image = npt.NDArray[np.uint8]
Field = npt.NDArray[np.float32]
Points = npt.NDArray[np.floating[Any]]
Colour = Sequence[float] | npt.NDArray[np.floating[Any]]

SIZE = 256  # pixels a side of the frame that scenes draw in
SHIFT = 4  # bits after the point
ONE = 1 << SHIFT


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


def fixed(points: Points | Sequence[Sequence[float]]) -> npt.NDArray[np.int32]:
    """Points with four bits after the point, as OpenCV wants them.

    Examples
    --------
    >>> fixed([[1.5, -0.25]]).tolist()
    [[24, -4]]
    """
    return np.rint(np.asarray(points, dtype=np.float64) * ONE).astype(np.int32)


def blank(colour: Colour, *, height: int = SIZE, width: int = SIZE) -> Image:
    """Image of one colour.

    Examples
    --------
    >>> blank((10, 20, 30)).shape
    (256, 256, 3)
    """
    return np.full((height, width, 3), np.clip(colour, 0, 255), dtype=np.uint8)


def polygon(image: Image, points: Points | Sequence[Sequence[float]], colour: Colour) -> None:
    """Fill a polygon given by its corners (n, 2).

    Examples
    --------
    >>> image = blank((0, 0, 0)); polygon(image, [[0, 0], [9, 0], [9, 9], [0, 9]], (255, 0, 0))
    >>> image[5, 5].tolist()
    [255, 0, 0]
    """
    cv2.fillPoly(image, [fixed(points)], [float(c) for c in colour], cv2.LINE_AA, SHIFT)


def stroke(
    image: Image, points: Points | Sequence[Sequence[float]], colour: Colour, *, width: float = 1.0
) -> None:
    """Draw an open line through points (n, 2); the width is in whole pixels, at least 1.

    Examples
    --------
    >>> image = blank((0, 0, 0)); stroke(image, [[0, 5], [20, 5]], (0, 255, 0), width=3)
    >>> image[5, 10].tolist()
    [0, 255, 0]
    """
    thick = max(1, round(width))
    cv2.polylines(image, [fixed(points)], False, [float(c) for c in colour], thick, cv2.LINE_AA, SHIFT)


def disc(image: Image, centre: Sequence[float] | Points, radius: float, colour: Colour) -> None:
    """Fill a circle.

    Examples
    --------
    >>> image = blank((0, 0, 0)); disc(image, (50.5, 50.5), 4.2, (0, 0, 255))
    >>> image[50, 50].tolist()
    [0, 0, 255]
    """
    x, y = fixed([centre])[0].tolist()
    # Circles far outside the frame overflow OpenCV's fixed point; they cannot be seen.
    if abs(x) < 2**20 and abs(y) < 2**20:
        reach = max(1, round(radius * ONE))
        cv2.circle(image, (x, y), reach, [float(c) for c in colour], -1, cv2.LINE_AA, SHIFT)


def discs(image: Image, centres: Points, radii: Points, colours: Points) -> None:
    """Fill circles (n, 2), (n,), (n, 3); those far outside the frame are left out.

    Examples
    --------
    >>> image = blank((0, 0, 0)); discs(image, np.array([[50, 50]]), np.array([4]), np.array([[0, 0, 255]]))
    >>> image[50, 50].tolist()
    [0, 0, 255]
    """
    seen = np.abs(centres - SIZE / 2).max(axis=1, initial=0.0) < 2 * SIZE
    places = fixed(centres[seen]).tolist()
    reaches = np.maximum(np.rint(radii[seen] * ONE), 1).astype(int).tolist()
    for place, reach, paint in zip(places, reaches, colours[seen].astype(float).tolist(), strict=True):
        cv2.circle(image, place, reach, paint, -1, cv2.LINE_AA, SHIFT)


def ellipse(
    image: Image,
    centre: Sequence[float] | Points,
    radii: Sequence[float],
    colour: Colour,
    *,
    angle: float = 0.0,
) -> None:
    """Fill an ellipse turned by `angle` radians.

    Examples
    --------
    >>> image = blank((0, 0, 0)); ellipse(image, (50, 50), (9, 3), (0, 0, 255))
    >>> image[50, 57].tolist(), image[57, 50].tolist()
    ([0, 0, 255], [0, 0, 0])
    """
    middle, axes = fixed([centre, radii]).tolist()
    paint = [float(c) for c in colour]
    cv2.ellipse(image, middle, axes, float(np.degrees(angle)), 0, 360, paint, -1, cv2.LINE_AA, SHIFT)


def ellipse_points(
    centre: Sequence[float] | Points, radii: Sequence[float], *, angle: float = 0.0, n_points: int = 48
) -> Points:
    """Corners (n_points, 2) of an ellipse turned by `angle` radians.

    Examples
    --------
    >>> ellipse_points((0, 0), (2, 1), n_points=4).round(6).tolist()
    [[2.0, 0.0], [0.0, 1.0], [-2.0, 0.0], [-0.0, -1.0]]
    """
    turn = np.linspace(0, 2 * np.pi, n_points, endpoint=False)
    flat = np.stack([radii[0] * np.cos(turn), radii[1] * np.sin(turn)], axis=1)  # (n_points, 2)
    return rotated(flat, angle) + np.asarray(centre, dtype=np.float64)


def rotated(points: Points | Sequence[Sequence[float]], angle: float) -> Points:
    """Points (n, 2) turned about the origin by `angle` radians, clockwise on the screen.

    Examples
    --------
    >>> rotated([[1, 0]], np.pi / 2).round(6).tolist()
    [[0.0, 1.0]]
    """
    cosine, sine = np.cos(angle), np.sin(angle)
    return np.asarray(points, dtype=np.float64) @ np.array([[cosine, sine], [-sine, cosine]])


def spline(points: Points | Sequence[Sequence[float]], *, n_between: int = 8) -> Points:
    """Closed smooth outline through points (n, 2): Catmull-Rom, (n · n_between, 2).

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


def noise(
    shape: tuple[int, int],
    *,
    cell: float | tuple[float, float],
    rng: np.random.Generator,
    n_octaves: int = 1,
) -> Field:
    """Smooth random field, (height, width), 0..1: cells of random values, each octave half as wide.

    Parameters
    ----------
    shape : tuple
        Height and width in pixels.
    cell : float or (float, float)
        Height and width of a cell in pixels.
    rng : Generator
        Source of chance.
    n_octaves : int
        Layers, each with half the cell and half the height of the one before.

    Examples
    --------
    >>> field = noise((64, 64), cell=8, rng=np.random.default_rng(0)); float(field.min()), float(field.max())
    (0.0, 1.0)
    """
    rows, columns = cell if isinstance(cell, tuple) else (cell, cell)
    total = np.zeros(shape, dtype=np.float32)
    for octave in range(n_octaves):
        n_rows = max(2, int(shape[0] / max(rows / 2**octave, 1)) + 2)
        n_columns = max(2, int(shape[1] / max(columns / 2**octave, 1)) + 2)
        grid = rng.random((n_rows, n_columns), dtype=np.float32)
        total += cv2.resize(grid, shape[::-1], interpolation=cv2.INTER_CUBIC) / 2**octave
    total -= total.min()
    levelled: Field = total / max(float(total.max()), 1e-6)
    return levelled


def tinted(field: Field, colours: Sequence[Colour]) -> Image:
    """Field in 0..1 (height, width) → image, through evenly spaced colours.

    Examples
    --------
    >>> tinted(np.array([[0, 1]], np.float32), [(0, 0, 0), (200, 100, 0)]).tolist()
    [[[0, 0, 0], [200, 100, 0]]]
    """
    stops = np.linspace(0, 1, len(colours))
    table = np.stack([np.interp(np.linspace(0, 1, 256), stops, c) for c in np.asarray(colours, float).T], 1)
    index = np.clip(field * 255, 0, 255).astype(np.uint8)
    return np.clip(table, 0, 255).astype(np.uint8)[index]


def lit(image: Image, light: Field | float) -> Image:
    """Image times light (height, width), 1 leaves it as it is.

    Examples
    --------
    >>> lit(blank((100, 100, 100), height=1, width=1), 0.5).tolist()
    [[[50, 50, 50]]]
    """
    factor = light[..., None] if isinstance(light, np.ndarray) else light
    return np.clip(image * factor, 0, 255).astype(np.uint8)
