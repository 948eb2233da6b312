"""Frames of a video at a constant rate, picked by time stamp, one at a time.

Conventions
-----------
Frames are uint8 (256, 256, 3), RGB, squeezed to the square whatever the shape of the picture, and
turned upright where a phone noted its position. Frame k is the last source frame whose time stamp
is at most k / 30 s, counted from the start of the video; so any frame rate, constant or not, comes
out in step with the sound. Memory holds one source frame, whatever the length of the file.

Source
------
Section 3.1 (30 frames a second) and Section 4.1 (frames of 256 × 256 × 3).
"""

import math
import os
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

import numpy as np
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.reformatter import Interpolation, VideoReformatter
from av.video.stream import VideoStream
from numpy.typing import ArrayLike, NDArray

from v2ra.errors import InputError
from v2ra.media import decoded_frames, open_media, report, video_span, video_stream
from v2ra.timing import PAPER, Timing

Image = TypeVar("Image")

# Without the last three, swscale darkens by up to two levels and differs between processors.
SCALING = (
    Interpolation.AREA | Interpolation.FULL_CHR_H_INT | Interpolation.ACCURATE_RND | Interpolation.BITEXACT
)
"""Each pixel is the mean of the area it covers, rounded exactly."""

# Matroska rounds time stamps to 1 ms, so a frame that is due may be stamped half a millisecond late.
TOLERANCE_SECONDS = 0.001
"""A frame stamped this much later than its due time still counts as due."""


def frames_by_time_stamp(pts_seconds: ArrayLike, frame_rate: float, n_frames: int) -> NDArray[np.intp]:
    """Say which source frame is shown at each tick of a constant frame rate.

    Tick k shows the last source frame whose time stamp is at most k / frame_rate (plus 1 ms); ticks
    before the first frame show the first. A time stamp that runs backwards counts as the largest
    before it.

    Parameters
    ----------
    pts_seconds : float (n_source_frames,)
        Time stamps in order of presentation, at least one.
    frame_rate : float
        Of the ticks, in Hz.
    n_frames : int
        Number of ticks.

    Returns
    -------
    int (n_frames,)
        Indices of source frames, never falling.

    Examples
    --------
    >>> frames_by_time_stamp([0.0, 0.04, 0.08, 0.12], 30, 5)
    array([0, 0, 1, 2, 3])
    """
    first_ticks = [
        _first_tick(seconds, frame_rate) for seconds in np.maximum.accumulate(np.asarray(pts_seconds))
    ]
    shown = np.searchsorted(first_ticks, np.arange(n_frames), side="right") - 1
    return np.maximum(shown, 0)


def _first_tick(seconds: float, frame_rate: float) -> int:
    """Return the first tick at which a frame with this time stamp is due."""
    return math.ceil((seconds - TOLERANCE_SECONDS) * frame_rate)


def stream_frames(
    path: str | os.PathLike[str],
    *,
    timing: Timing = PAPER,
    wanted: Callable[[int], bool] | None = None,
    problems: list[str] | None = None,
    n_seconds: float | None = None,
) -> Iterator[tuple[int, NDArray[np.uint8]]]:
    """Yield the frames of a video at a constant rate, one at a time, in constant memory.

    Parameters
    ----------
    path : path
        A video file of any codec and frame rate.
    timing : Timing
        Frame rate in Hz and frame size in pixels of the result.
    wanted : callable of int, optional
        Says whether the frame of this index is wanted; only those are resized and yielded.
    problems : list of str, optional
        Takes a line for each kind of damage that was passed over; without it they are warnings.
    n_seconds : float, optional
        Stop after this much of the video, but not before one frame.

    Yields
    ------
    index : int
        0, 1, 2, … at `timing.frame_rate`, without those not wanted.
    frame : uint8 (frame_size, frame_size, 3)
        RGB.

    Raises
    ------
    InputError
        If the file cannot be read, has no video, or no frame of it can be decoded.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from v2ra.muxing import write_video
    >>> path = Path(tempfile.mkdtemp()) / "a.mp4"
    >>> write_video(path, np.full((15, 64, 64, 3), 128, np.uint8))
    >>> [index for index, frame in stream_frames(path, wanted=lambda index: index % 3 == 2)]
    [2, 5, 8, 11, 14]
    """
    span = video_span(path)
    n_frames = max(1, timing.n_frames(min(span.n_seconds, math.inf if n_seconds is None else n_seconds)))
    n_passed = 0
    resize = _Resizer(timing.frame_size)
    with open_media(path) as container:
        frames = _timed_frames(container, video_stream(container, path), span.start_seconds, problems)
        for ticks, frame in shown_ticks(frames, timing.frame_rate):
            chosen = [k for k in ticks if k < n_frames and (wanted is None or wanted(k))]
            image = resize(frame) if chosen else None
            yield from ((k, image.copy()) for k in chosen if image is not None)
            n_passed = ticks.stop
            if n_passed >= n_frames:
                return
    if not n_passed:
        raise InputError(f"{path}: no frame of it can be decoded; expected a video; copy or record it again")
    rate = timing.frame_rate
    report(problems, f"video: it ends at {n_passed / rate:.2f} s, the file promises {n_frames / rate:.2f} s")


def shown_ticks(
    frames: Iterable[tuple[float, float, Image]], frame_rate: float
) -> Iterator[tuple[range, Image]]:
    """Yield each source frame with the ticks at which it is shown.

    Parameters
    ----------
    frames : iterable of (seconds, duration, frame)
        In order of presentation; times from the start of the video. A time that runs backwards
        counts as the largest before it.
    frame_rate : float
        Of the ticks, in Hz.

    Yields
    ------
    ticks : range
        Empty for frames that fall between two ticks. The last one reaches one tick past the end of
        its frame, since headers round; whoever knows the length cuts there.
    frame
        As it came in.

    Examples
    --------
    >>> list(shown_ticks([(0.0, 0.04, "a"), (0.04, 0.04, "b"), (0.08, 0.04, "c")], 30))
    [(range(0, 2), 'a'), (range(2, 3), 'b'), (range(3, 5), 'c')]
    """
    begin, end, latest = 0, 0.0, -math.inf
    shown: list[Image] = []
    for seconds, duration, frame in frames:
        latest = max(latest, seconds)
        if shown:
            tick = max(begin, _first_tick(latest, frame_rate))
            yield range(begin, tick), shown.pop()
            begin = tick
        shown.append(frame)
        end = max(end, latest + duration)
    for frame in shown:
        yield range(begin, max(begin, round(end * frame_rate)) + 1), frame


def _timed_frames(
    container: InputContainer, stream: VideoStream, start: float, problems: list[str] | None
) -> Iterator[tuple[float, float, VideoFrame]]:
    """Yield (seconds from the start of the video, duration, frame)."""
    usual = 1 / float(stream.average_rate or PAPER.frame_rate)
    expected = 0.0
    for frame in decoded_frames(container, stream, problems):
        seconds = expected if frame.time is None else frame.time - start
        duration = float(frame.duration * frame.time_base) if frame.duration and frame.time_base else usual
        expected = seconds + duration
        yield seconds, duration, frame


class _Resizer:
    """Turns decoded frames into upright RGB squares; keeps the scaler's tables from frame to frame."""

    def __init__(self, frame_size: int) -> None:
        self.frame_size = frame_size
        self.reformatter = VideoReformatter()

    def __call__(self, frame: VideoFrame) -> NDArray[np.uint8]:
        """Return uint8 (frame_size, frame_size, 3)."""
        size = self.frame_size
        small = self.reformatter.reformat(frame, size, size, "rgb24", interpolation=SCALING, threads=1)
        image = small.to_ndarray()  # (frame_size, frame_size, 3)
        quarter_turns = round(frame.rotation / 90) % 4  # counter-clockwise, like rot90
        return np.ascontiguousarray(np.rot90(image, quarter_turns)).astype(np.uint8, copy=False)
