"""How much the picture moves, and when it moves most.

Conventions
-----------
Frames are uint8 (height, width, 3) at a constant rate in Hz; flow is float64 (n_frames,) in pixels of a picture
256 wide, from one frame to the next, mean over the picture. The flow from frame k − 1 to k counts as at the time
of frame k. Times are float64 seconds.

Source
------
Farnebäck (2003) by OpenCV, with the settings of TempoTokens (Yariv and others, 2024) on a smaller picture.
"""

from collections.abc import Iterable
from typing import Any

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.signal import find_peaks

from v2ra.errors import InputError

FloatArray = NDArray[np.float64]

FLOW_SIZE = 128  # pixels; 256 takes four times as long, and six real clips then score 0.090 for 0.081
UNIT_SIZE = 256  # pixels: flow is told in those of a picture this wide, whatever it was measured on
# Those of the peers' script.
FARNEBACK: dict[str, Any] = {
    **{"pyr_scale": 0.5, "levels": 3, "winsize": 15, "iterations": 3},
    **{"poly_n": 5, "poly_sigma": 1.2, "flags": 0},
}
MIN_FLOW = 0.1  # pixels a frame; below it is noise of the camera or the codec


def flow_magnitude(frames: Iterable[NDArray[np.uint8]], *, size: int = FLOW_SIZE) -> FloatArray:
    """Measure how much the picture moves in each frame.

    Parameters
    ----------
    frames : iterable of uint8 (height, width, 3)
        RGB, two or more; a generator is read one by one.
    size : int
        Side of the square, in pixels, that frames are scaled to. Other sizes give other peaks.

    Returns
    -------
    float64 (n_frames,)
        From 0. The first frame, which has none before it, has the flow of the second. A frame that repeats
        the one before, as a change of frame rate makes them, has the mean of its neighbours' flow; a picture that
        stands still for longer has 0.

    Raises
    ------
    InputError
        If there are fewer than two frames, or one is no picture.

    Examples
    --------
    >>> still = np.zeros((64, 64, 3), np.uint8)
    >>> flow_magnitude([still, still, still])
    array([0., 0., 0.])
    """
    flows: list[float] = []
    repeats: list[bool] = []
    before = None
    for frame in frames:
        picture = _small_grey(frame, size)
        if before is not None:
            repeats.append(np.array_equal(picture, before))
            flows.append(0.0 if repeats[-1] else _mean_flow(before, picture))
        before = picture
    if not flows:
        raise InputError("found fewer than two frames; expected two or more; give a longer video")
    moving = np.array(flows)
    padded = np.pad(repeats, 1)
    for index in np.flatnonzero(padded[1:-1] & ~padded[:-2] & ~padded[2:]):  # repeats that stand alone
        around = [moving[k] for k in (index - 1, index + 1) if 0 <= k < len(moving)]
        moving[index] = np.mean(around) if around else 0.0
    return np.concatenate([moving[:1], moving])  # (n_frames,)


def flow_peaks(flow: ArrayLike, *, frame_rate: float, min_flow: float = MIN_FLOW) -> FloatArray:
    """Return the times at which the picture moves more than just before and just after.

    Parameters
    ----------
    flow : float (n_frames,)
        Of `flow_magnitude`.
    frame_rate : float
        In Hz.
    min_flow : float
        Peaks below it do not count.

    Returns
    -------
    float64 (n_peaks,)
        Seconds, ascending; the middle of a plateau.

    Examples
    --------
    >>> flow_peaks([0, 2, 0, 0.05, 0, 3, 1], frame_rate=10)
    array([0.1, 0.5])
    """
    values = np.asarray(flow, dtype=np.float64)
    if values.ndim != 1 or not np.isfinite(values).all() or not frame_rate > 0:
        raise InputError(
            f"found flow of shape {values.shape} at {frame_rate:g} Hz; expected finite (n_frames,) at a positive "
            "rate; use flow_magnitude"
        )
    peaks, _ = find_peaks(values, height=min_flow)
    return np.asarray(peaks / frame_rate, dtype=np.float64)


def _small_grey(frame: NDArray[np.uint8], size: int) -> NDArray[np.uint8]:
    if frame.ndim != 3 or frame.shape[2] != 3 or frame.dtype != np.uint8:
        raise InputError(
            f"found a frame {frame.shape} of {frame.dtype}; expected uint8 (height, width, 3); give RGB"
        )
    grey = cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY)
    return np.asarray(cv2.resize(grey, (size, size), interpolation=cv2.INTER_AREA))


def _mean_flow(before: NDArray[np.uint8], after: NDArray[np.uint8]) -> float:
    flow = cv2.calcOpticalFlowFarneback(before, after, np.zeros((*before.shape, 2), np.float32), **FARNEBACK)
    return float(cv2.magnitude(flow[..., 0], flow[..., 1]).mean()) * UNIT_SIZE / len(before)
