"""Textures: noise fields, colours through a field, wood with its grain, printed cloth.

Conventions
-----------
Fields are float32 (height, width) in 0..1 unless told otherwise; images uint8 (height, width, 3), RGB.

Source
------
The project's own.
"""

import cv2
import numpy as np

from v2ra.foley.canvas import SIZE, Field, Image, Palette, Points, disc


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


def tinted(field: Field, colours: Palette) -> Image:
    """Field in 0..1 (height, width) → image, through evenly spaced colours.

    Examples
    --------
    >>> tinted(np.array([[0, 1]], np.float32), [(0, 0, 0), (200, 100, 0)]).tolist()
    [[[0, 0, 0], [200, 100, 0]]]
    """
    stops = np.linspace(0, 1, len(np.asarray(colours)))
    table = np.stack([np.interp(np.linspace(0, 1, 256), stops, c) for c in np.asarray(colours, float).T], 1)
    index = np.clip(field * 255, 0, 255).astype(np.uint8)
    coloured: Image = np.clip(table, 0, 255).astype(np.uint8)[index]
    return coloured


def lit(image: Image, light: Field | float) -> Image:
    """Image times light (height, width), 1 leaves it as it is.

    Examples
    --------
    >>> lit(np.full((1, 1, 3), 100, np.uint8), 0.5).tolist()
    [[[50, 50, 50]]]
    """
    factor = light[..., None] if isinstance(light, np.ndarray) else light
    brightened: Image = np.clip(image * factor, 0, 255).astype(np.uint8)
    return brightened


def wood_grain(
    shape: tuple[int, int], *, colours: Palette, rng: np.random.Generator, n_boards: int = 1
) -> Image:
    """Wood with its grain along x, in boards with dark joints.

    Examples
    --------
    >>> wood_grain((64, 96), colours=[(90, 60, 30), (170, 120, 70)], rng=np.random.default_rng(0)).shape
    (64, 96, 3)
    """
    height, width = shape
    boards = []
    edges = np.linspace(0, height, n_boards + 1).astype(int)
    for high in np.diff(edges):
        across = np.linspace(0, high / 14, high, dtype=np.float32)[:, None] * rng.uniform(0.7, 1.5)
        bent = across + 1.8 * noise((high, width), cell=(high * 0.7, width * 0.45), rng=rng, n_octaves=2)
        rings = 0.5 + 0.5 * np.sin(2 * np.pi * bent + rng.uniform(0, 6))
        fibres = noise((high, width), cell=(1.5, width / 7), rng=rng, n_octaves=2)
        board = tinted((0.45 * rings**2 + 0.55 * fibres).astype(np.float32), colours) * rng.uniform(
            0.85, 1.08
        )
        if n_boards > 1:
            board[:2] *= 0.35
        boards.append(np.clip(board, 0, 255).astype(np.uint8))
    return np.concatenate(boards)


def printed_cloth(rng: np.random.Generator, *, colours: Points) -> Image:
    """Pattern of a fabric, (256, 256, 3): stripes, checks, dots or plain, with its weave.

    Parameters
    ----------
    rng : Generator
        Source of chance.
    colours : ndarray (2, 3)
        Ground and print, 0..255.

    Examples
    --------
    >>> printed_cloth(np.random.default_rng(0), colours=np.array([[200.0, 60, 60], [240, 230, 220]])).shape
    (256, 256, 3)
    """
    y, x = np.mgrid[0:SIZE, 0:SIZE].astype(np.float32)
    pitch, turn = rng.uniform(20, 34), rng.choice([0.0, np.pi / 2, np.pi / 4])
    along = np.sin(2 * np.pi * (x * np.cos(turn) + y * np.sin(turn)) / pitch)
    across = np.sin(2 * np.pi * (y * np.cos(turn) - x * np.sin(turn)) / pitch)
    kind = rng.integers(4)
    sharp = [np.clip(4 * along + 0.5, 0, 1), 0.5 * (along > 0.2) + 0.5 * (across > 0.2), 0 * x, 0 * x]
    cloth = tinted(sharp[kind].astype(np.float32), list(colours))
    if kind == 2:
        for row, centre_y in enumerate(np.arange(0, SIZE + pitch, pitch * 0.8)):
            for centre_x in np.arange(0, SIZE + pitch, pitch):
                disc(cloth, (centre_x + (row % 2) * pitch / 2, centre_y), pitch * 0.22, colours[1])
    weave = (
        0.94 + 0.06 * np.sin(x * 1.9) * np.sin(y * 1.9) + 0.1 * (noise((SIZE, SIZE), cell=2, rng=rng) - 0.5)
    )
    return lit(cloth, weave)
