"""What makes a video harder to read: too much light or too little, blur, held frames, something in front.

Each is a pure function of frames and a severity. Severity 0 changes nothing, and more is never less.

Conventions
-----------
Frames are uint8 (n_frames, height, width, 3), RGB, and stay of that shape. A *stop* is a factor of two in light; light
is the level to the power of 2.2. Blur is in pixels of a frame 256 high. The severity's unit stands in `DEGRADATIONS`.

Source
------
Section 5 and Figure 13 name overexposure, and not how it came about (PAPER_NOTES.md, 54); the others are ours.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from v2ra.errors import InputError
from v2ra.timing import PAPER

Frames = NDArray[np.uint8]
Levels = NDArray[np.float64]

DISPLAY_GAMMA = 2.2  # level to the power of it is light, near enough to sRGB's curve
LEVELS = np.arange(256) / 255
GREY = 128  # of what stands in front


def gain(frames: Frames, severity: float) -> Frames:
    """Let in more light, by stops; what is brighter than white is white.

    Examples
    --------
    >>> gain(np.full((1, 1, 1, 3), 100, np.uint8), 2.2)[0, 0, 0].tolist()
    [200, 200, 200]
    """
    return _toned(frames, LEVELS * 2 ** (severity / DISPLAY_GAMMA))


def gamma(frames: Frames, severity: float) -> Frames:
    """Lift what is dark, by octaves of the exponent; black and white stay.

    Examples
    --------
    >>> gamma(np.full((1, 1, 1, 3), 64, np.uint8), 1)[0, 0, 0, 0]  # 255 · (64 / 255) ** (1 / 2)
    np.uint8(128)
    """
    return _toned(frames, LEVELS**2.0**-severity)


def clipping(frames: Frames, severity: float) -> Frames:
    """Lose the highlights: what lies in this share of the levels, from the top, is white.

    Examples
    --------
    >>> clipping(np.array([[[[100, 127, 128]]]], np.uint8), 0.5)[0, 0, 0].tolist()
    [100, 127, 255]
    """
    return _toned(frames, np.where(1 - severity <= LEVELS, 1.0, LEVELS))


def darkness(frames: Frames, severity: float) -> Frames:
    """Take light away, by stops, down to the steps of eight bits; no noise is added.

    Examples
    --------
    >>> darkness(np.full((1, 1, 1, 3), 200, np.uint8), 2.2)[0, 0, 0, 0]
    np.uint8(100)
    """
    return _toned(frames, LEVELS * 2 ** (-severity / DISPLAY_GAMMA))


def blur(frames: Frames, severity: float) -> Frames:
    """Blur by a Gaussian; the severity is its deviation in pixels of a frame 256 high.

    Examples
    --------
    >>> dot = np.zeros((1, 256, 256, 3), np.uint8)
    >>> dot[0, 128, 128] = 255
    >>> blur(dot, 1)[0, 128, 127:130, 0].tolist()  # 255 / (2 π), and less beside it
    [25, 41, 25]
    """
    deviation = severity * frames.shape[1] / PAPER.frame_size
    if not deviation:
        return frames.copy()
    # In float32: GaussianBlur's own way with eight bits takes seven times as long where the kernel is wide.
    kernel = cv2.getGaussianKernel(2 * math.ceil(3 * deviation) + 1, deviation, cv2.CV_32F)
    return np.stack([np.asarray(cv2.sepFilter2D(frame, -1, kernel, kernel), np.uint8) for frame in frames])


def held_frames(n_frames: int, severity: float) -> NDArray[np.int64]:
    """Return which frame is seen in the place of each, where each is held for so many more.

    Examples
    --------
    >>> held_frames(7, 2).tolist()
    [0, 0, 0, 3, 3, 3, 6]
    """
    step = round(severity) + 1
    return np.arange(n_frames) // step * step


def low_frame_rate(frames: Frames, severity: float) -> Frames:
    """Hold each frame for so many more; 30 frames a second with 2 more are 10 a second.

    Examples
    --------
    >>> low_frame_rate(np.arange(4, dtype=np.uint8).reshape(4, 1, 1, 1), 1).ravel().tolist()
    [0, 0, 2, 2]
    """
    return np.asarray(frames[held_frames(len(frames), severity)])


def occlusion(frames: Frames, severity: float) -> Frames:
    """Cover this share of the picture's area by a grey rectangle in its middle, of the picture's shape.

    Examples
    --------
    >>> occlusion(np.zeros((1, 4, 4, 3), np.uint8), 0.25)[0, :, :, 0].tolist()
    [[0, 0, 0, 0], [0, 128, 128, 0], [0, 128, 128, 0], [0, 0, 0, 0]]
    """
    height, width = frames.shape[1:3]
    n_rows, n_columns = (round(size * severity**0.5) for size in (height, width))
    top, left = (height - n_rows) // 2, (width - n_columns) // 2
    covered = frames.copy()
    covered[:, top : top + n_rows, left : left + n_columns] = GREY
    return covered


@dataclass(frozen=True)
class Degradation:
    """One kind of damage.

    Attributes
    ----------
    function : callable
        From frames and severity to frames.
    unit : str
        Of the severity.
    most : float
        The largest severity that means something.
    whole : bool
        Whether only whole severities do.
    """

    function: Callable[[Frames, float], Frames]
    unit: str
    most: float = 16.0
    whole: bool = False


DEGRADATIONS = {
    "gain": Degradation(gain, "stops over"),
    "gamma": Degradation(gamma, "octaves of exponent"),
    "clipping": Degradation(clipping, "share of levels", most=1.0),
    "darkness": Degradation(darkness, "stops under"),
    "blur": Degradation(blur, "pixels of 256", most=256.0),
    "low_frame_rate": Degradation(low_frame_rate, "frames held", most=900.0, whole=True),
    "occlusion": Degradation(occlusion, "share of area", most=1.0),
}
"""By name; the first three are the overexposure of Section 5."""

OVEREXPOSURE = ("gain", "gamma", "clipping")
HELD = "low_frame_rate"  # the only one in which a frame depends on another


def check_severity(name: str, severity: float) -> None:
    """Refuse a degradation that does not exist, or a severity that means nothing.

    Raises
    ------
    InputError
        If the name is unknown, or the severity below 0, above the most, or not whole where it counts frames.

    Examples
    --------
    >>> check_severity("occlusion", 2)
    Traceback (most recent call last):
        ...
    v2ra.errors.InputError: found occlusion of severity 2; expected a number from 0 to 1 (share of area); change it
    """
    if name not in DEGRADATIONS:
        raise InputError(
            f"found the degradation {name!r}; expected one of {', '.join(DEGRADATIONS)}; choose one"
        )
    known = DEGRADATIONS[name]
    if not 0 <= severity <= known.most or (known.whole and severity != round(severity)):
        kind = "a whole number" if known.whole else "a number"
        raise InputError(
            f"found {name} of severity {severity:g}; expected {kind} from 0 to {known.most:g} ({known.unit}); change it"
        )


def degraded(frames: Frames, name: str, severity: float) -> Frames:
    """Return frames after one degradation; what went in stays as it was.

    Parameters
    ----------
    frames : uint8 (n_frames, height, width, 3)
        RGB, at the frame rate of the clip.
    name : str
        One of `DEGRADATIONS`.
    severity : float
        In the unit stated there; 0 leaves every pixel.

    Returns
    -------
    uint8 (n_frames, height, width, 3)

    Raises
    ------
    InputError
        For frames of another shape or type, an unknown name, or a severity that means nothing.

    Examples
    --------
    >>> degraded(np.full((2, 8, 8, 3), 7, np.uint8), "clipping", 1.0).min()
    np.uint8(255)
    """
    if frames.ndim != 4 or frames.shape[3] != 3 or frames.dtype != np.uint8 or not frames.size:
        raise InputError(
            f"found frames of shape {frames.shape} and type {frames.dtype}; expected uint8 "
            "(n_frames, height, width, 3); read the clip with read_clip"
        )
    check_severity(name, severity)
    return DEGRADATIONS[name].function(frames, float(severity))


def _toned(frames: Frames, curve: Levels) -> Frames:
    """Give each of the 256 levels another one, (256,) in [0, 1] before what lies beyond is cut."""
    table = np.round(255 * np.clip(curve, 0, 1)).astype(np.uint8)
    return np.asarray(table[frames])
