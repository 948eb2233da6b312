"""Fabric that dents and ripples where it is struck, and patterns to print on it.

Conventions
-----------
The surface is a height field h(x, y, t) on a grid of half the frame's size, in pixels, negative where it
is pushed in. The picture is moved along the slope of h and lit by it. Delays in seconds since contact.

Source
------
The project's own.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from v2ra.foley.canvas import SIZE, Field, Image, Points
from v2ra.foley.motion import Beats, Floats
from v2ra.foley.sprites import Light, lay_over

GRID = SIZE // 2
LIFE_SECONDS = 0.8


@dataclass(frozen=True)
class Fabric:
    """A piece of cloth over a clip; call it with an image and a frame number.

    Attributes
    ----------
    pixels : ndarray uint8 (256, 256, 4)
        The cloth at rest, colour times opacity, and opacity.
    beats : Beats
        Events and frame times.
    points, ends : ndarray (n_events, 2)
        Where each contact begins and ends.
    light : Light
        Lights the slopes.
    swing : ndarray (n_frames,)
        Pixels by which the lower end is blown or pushed aside.
    top : float
        y that does not swing.
    creases : ndarray (128, 128)
        Field of 0..1 that makes the ripple uneven.
    width : float
        Pixels across a dent.

    Examples
    --------
    >>> from v2ra.foley.motion import make_beats
    >>> from v2ra.foley.sprites import make_light
    >>> light = make_light(np.random.default_rng(0)); image = np.zeros((256, 256, 3), np.uint8)
    >>> fabric = Fabric(np.full((256, 256, 4), 200, np.uint8), make_beats([], n_frames=1, frame_rate=30),
    ...                 np.zeros((0, 2)), np.zeros((0, 2)), light, np.zeros(1), top=0.0,
    ...                 creases=np.full((128, 128), 0.5, np.float32))
    >>> fabric(image, 0); bool(image.any())
    True
    """

    pixels: Image
    beats: Beats
    points: Points
    ends: Points
    light: Light
    swing: Floats
    top: float
    creases: Field
    width: float = 30.0

    def __call__(self, image: Image, index: int) -> None:
        """Draw the cloth at frame `index`, in place."""
        height = self._height(index)
        slope_x = cv2.Sobel(height, cv2.CV_32F, 1, 0, scale=1 / 16)  # per frame pixel: two to a grid step
        slope_y = cv2.Sobel(height, cv2.CV_32F, 0, 1, scale=1 / 16)
        x, y = self._maps(slope_x, slope_y, float(self.swing[index]))
        part = cv2.remap(self.pixels, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        shade = (
            1 - 1.5 * (slope_x * self.light.direction[0] + slope_y * self.light.direction[1]) + 0.008 * height
        )
        grown = cv2.resize(np.clip(128 * shade, 30, 255).astype(np.uint8), (SIZE, SIZE))
        lighting = cv2.merge([grown, grown, grown, np.full_like(grown, 128)])
        lay_over(image, np.asarray(cv2.multiply(part, lighting, scale=1 / 128), dtype=np.uint8))

    def _height(self, index: int) -> Field:
        """Height field (128, 128): a dent and a ring that runs outwards for each recent contact."""
        total = np.zeros((GRID, GRID), dtype=np.float32)
        for event, delay in self.beats.recent(index, seconds=LIFE_SECONDS):
            length = max(self.beats.ends[event] - self.beats.starts[event], 1e-3)
            run = min(delay / length, 1.0)
            place = (1 - run) * self.points[event] + run * self.ends[event]
            since = max(delay - length, 0.0)
            total += float(self.beats.vigour[event]) * self._dent(place, delay, since)
        return total

    def _maps(self, slope_x: Field, slope_y: Field, swing: float) -> tuple[Field, Field]:
        """Where each pixel of the frame looks up the resting cloth."""
        lower = np.clip((_ROWS - self.top) / (SIZE - self.top), 0, 1)
        x = _COLUMNS + 7 * slope_x - swing * lower**1.3
        y = _ROWS + 7 * slope_y + 0 * x
        maps = (cv2.resize(values.astype(np.float32), (SIZE, SIZE)) for values in (x, y))
        first, second = maps
        return first, second

    def _dent(self, place: Points, delay: float, since: float) -> Field:
        """Height of one contact of strength 1 on the grid, in pixels."""
        across, down = _COLUMNS - place[0], _ROWS - place[1]
        radius = np.sqrt(across**2 + down**2) + 34 * (self.creases - 0.5)
        pressed = (
            (1 - np.exp(-delay / 0.012)) * np.exp(-since / 0.18) * np.cos(2 * np.pi * 1.3 * min(since, 0.4))
        )
        front, spread = 26 + 180 * delay, 17 + 45 * delay
        ring = np.exp(-(((radius - front) / spread) ** 2)) * np.cos((radius - front) / spread * 2.2)
        ring *= (0.3 + 1.2 * self.creases) * (0.75 + 0.45 * np.tanh(down / 50))  # it runs down more than up
        wave = (
            15
            * np.exp(-delay / 0.14)
            * (1 - np.exp(-delay / 0.015))
            * min(1.0, 4 * (1 - delay / LIFE_SECONDS))
        )
        dent = 31 * pressed * np.exp(-0.5 * (across**2 + down**2) / self.width**2)
        height: Field = (wave * ring - dent).astype(np.float32)
        return height


# Frame coordinates of the grid's cell centres, shaped to broadcast.
_COLUMNS = (np.arange(GRID, dtype=np.float32) * 2 + 0.5)[None, :]
_ROWS = (np.arange(GRID, dtype=np.float32) * 2 + 0.5)[:, None]
