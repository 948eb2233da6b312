"""The camera: shake, mirroring, colour temperature, brightness, vignette and sensor noise.

Conventions
-----------
Takes a drawn frame, uint8 (256, 256, 3), and returns the frame of the clip, of the same shape. Movement is
in pixels; the picture is enlarged by a few per cent so that no edge shows.

Source
------
The project's own.
"""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from v2ra.foley.canvas import SIZE, Field, Image
from v2ra.foley.motion import Beats, Floats, ringing, wander

ZOOM = 1.03  # hides shake of up to 3.8 pixels
NOISE_TILE = 64  # pixels of spare noise at each side, so that each frame shows another part


@dataclass(frozen=True)
class Camera:
    """How one clip is filmed.

    Attributes
    ----------
    offsets : ndarray (n_frames, 2)
        Shake in pixels.
    gain : ndarray uint8 (256, 256, 3)
        128 times brightness, vignette and tint.
    grain : ndarray int8-like uint8 pair (2, 320, 320, 3)
        Noise to add and noise to take away.
    corners : ndarray (n_frames, 2)
        Where in the grain each frame starts.
    mirrored : bool
        Left and right exchanged.

    Examples
    --------
    >>> from v2ra.foley.motion import make_beats
    >>> camera = make_camera(make_beats([], n_frames=2, frame_rate=30), rng=np.random.default_rng(0))
    >>> camera.film(np.zeros((256, 256, 3), np.uint8), 1).shape
    (256, 256, 3)
    """

    offsets: Floats
    gain: Image
    grain: Image
    corners: npt.NDArray[np.int64]
    mirrored: bool

    def film(self, drawn: Image, index: int) -> Image:
        """Frame `index` of the clip from what is drawn."""
        x, y = self.offsets[index] - (ZOOM - 1) * SIZE / 2
        matrix = np.array([[ZOOM, 0.0, x], [0.0, ZOOM, y]])
        moved = cv2.warpAffine(drawn, matrix, (SIZE, SIZE), borderMode=cv2.BORDER_REPLICATE)
        frame = cv2.multiply(moved, self.gain, scale=1 / 128)
        frame = cv2.flip(frame, 1) if self.mirrored else frame
        top, left = self.corners[index]
        more, less = self.grain[:, top : top + SIZE, left : left + SIZE]
        return np.asarray(cv2.subtract(cv2.add(frame, more), less), dtype=np.uint8)


def _gain(rng: np.random.Generator) -> Image:
    """Brightness, warmth and vignette as one factor a pixel."""
    warmth = rng.uniform(-0.07, 0.07)
    tint = rng.uniform(0.9, 1.08) * np.array([1 + warmth, 1.0, 1 - warmth])
    y, x = np.mgrid[-1 : 1 : SIZE * 1j, -1 : 1 : SIZE * 1j]
    fall = 1 - rng.uniform(0.05, 0.18) * (x**2 + y**2)
    gain: Image = np.clip(128 * fall[..., None] * tint, 0, 255).astype(np.uint8)
    return gain


def _grain(rng: np.random.Generator) -> Image:
    """Sensor noise, split into what is added and what is taken away."""
    side = SIZE + NOISE_TILE
    noise: Field = rng.standard_normal((side, side, 3), dtype=np.float32) * np.float32(rng.uniform(0.8, 2.2))
    return np.stack([np.rint(np.maximum(noise, 0)), np.rint(np.maximum(-noise, 0))]).astype(np.uint8)


def make_camera(beats: Beats, *, rng: np.random.Generator, kick: float = 1.0, mirrors: bool = True) -> Camera:
    """Camera of one clip: slow sway of under a pixel, a short kick at each event.

    Parameters
    ----------
    beats : Beats
        Events and frame times.
    rng : Generator
        Source of chance.
    kick : float
        Pixels of shake by an event of strength 1.
    mirrors : bool
        Whether left and right may be exchanged.

    Returns
    -------
    Camera
        For `film`.

    Examples
    --------
    >>> from v2ra.foley.motion import make_beats
    >>> make_camera(make_beats([], n_frames=2, frame_rate=30), rng=np.random.default_rng(0)).offsets.shape
    (2, 2)
    """
    sway = rng.uniform(0.2, 0.8)
    offsets = np.stack([sway * wander(beats.times, rng=rng) for _ in range(2)], axis=1)  # (n_frames, 2)
    offsets[:, 1] += kick * beats.summed(ringing(beats.delays, frequency=9.0, decay=0.07))
    corners = rng.integers(0, NOISE_TILE, (len(beats.times), 2))
    mirrored = bool(mirrors and rng.random() < 0.5)
    return Camera(np.clip(offsets, -3.5, 3.5), _gain(rng), _grain(rng), corners, mirrored)
