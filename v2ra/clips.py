"""Clips: a video file as frames at 30 per second, 256 × 256 pixels, and sound of one channel at 44.1 kHz.

Conventions
-----------
Frames are uint8 (n_frames, 256, 256, 3), RGB, squeezed to the square whatever the shape of the
picture, and turned upright where a phone noted its position. Frame k is the last source frame whose
time stamp is at most k / 30 s, counted from the first; so any frame rate, constant or not, comes
out in step with the sound. A waveform is float32 (time,) in [−1, 1] from the start of the video.

Source
------
Section 3.1 (30 frames a second, 44.1 kHz) and Section 4.1 (frames of 256 × 256 × 3).

Contents
--------
Here: `Clip`, `ClipInfo`, `probe_clip`, `read_clip`. Handed on from the modules to the left:
`stream_frames`, `read_waveform`, `write_waveform`, `mux`, `write_video`, `Contact`, `read_times`,
`write_times`.
"""

import os
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from v2ra.contacts import Contact, read_times, write_times
from v2ra.errors import InputError
from v2ra.frames import frames_by_time_stamp, stream_frames
from v2ra.media import find_audio_stream, find_video_stream, open_media, video_span
from v2ra.muxing import mux, write_video
from v2ra.sound import read_waveform
from v2ra.timing import PAPER, Timing
from v2ra.waveforms import Waveform, write_waveform

__all__ = [
    "Clip",
    "ClipInfo",
    "Contact",
    "frames_by_time_stamp",
    "mux",
    "probe_clip",
    "read_clip",
    "read_times",
    "read_waveform",
    "stream_frames",
    "write_times",
    "write_video",
    "write_waveform",
]


@dataclass(frozen=True)
class ClipInfo:
    """What the header of a file says.

    Attributes
    ----------
    path : Path
    n_seconds : float
        Duration of the video; of the sound where there is no video.
    frame_rate : float or None
        Average, in Hz.
    width, height : int or None
        In pixels, as stored.
    video_codec, audio_codec : str or None
        FFmpeg's names.
    sample_rate : int or None
        In Hz.
    n_channels : int or None
    """

    path: Path
    n_seconds: float
    frame_rate: float | None = None
    width: int | None = None
    height: int | None = None
    video_codec: str | None = None
    audio_codec: str | None = None
    sample_rate: int | None = None
    n_channels: int | None = None

    @property
    def has_video(self) -> bool:
        """Whether there are moving pictures."""
        return self.video_codec is not None

    @property
    def has_audio(self) -> bool:
        """Whether there is a sound track."""
        return self.audio_codec is not None


@dataclass(frozen=True)
class Clip:
    """A video in memory: 6 MB a second, so meant for clips of a minute at most.

    Attributes
    ----------
    path : Path
    frames : uint8 (n_frames, 256, 256, 3)
        RGB at `timing.frame_rate`.
    waveform : float32 (time,)
        At `timing.sample_rate`; empty if the file has no sound. As long as the sound track is,
        which need not be the video's length.
    timing : Timing
    problems : tuple of str
        What was damaged and passed over.
    """

    path: Path
    frames: NDArray[np.uint8]
    waveform: Waveform
    timing: Timing = PAPER
    problems: tuple[str, ...] = ()

    @property
    def n_seconds(self) -> float:
        """Duration of the frames."""
        return len(self.frames) / self.timing.frame_rate


def probe_clip(path: str | os.PathLike[str]) -> ClipInfo:
    """Read what the header of a video or audio file says, decoding nothing.

    Parameters
    ----------
    path : path
        Video or audio file.

    Returns
    -------
    ClipInfo

    Raises
    ------
    InputError
        If the file cannot be read or holds neither pictures nor sound.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "a.mp4"
    >>> write_video(path, np.zeros((15, 48, 64, 3), np.uint8))
    >>> info = probe_clip(path)
    >>> info.n_seconds, info.frame_rate, info.width, info.height, info.video_codec, info.has_audio
    (0.5, 30.0, 64, 48, 'h264', False)
    """
    with open_media(path) as container:
        video = find_video_stream(container)
        audio = find_audio_stream(container)
        if video is None and audio is None:
            raise InputError(f"{path} holds neither pictures nor sound; expected a video; give another file")
        n_seconds = (container.duration or 0) / av.time_base if video is None else video_span(path).n_seconds
        return ClipInfo(
            path=Path(path),
            n_seconds=n_seconds,
            frame_rate=float(video.average_rate) if video is not None and video.average_rate else None,
            width=video.codec_context.width if video is not None else None,
            height=video.codec_context.height if video is not None else None,
            video_codec=video.codec_context.codec.canonical_name if video is not None else None,
            audio_codec=audio.codec_context.codec.canonical_name if audio is not None else None,
            sample_rate=audio.sample_rate if audio is not None else None,
            n_channels=audio.channels if audio is not None else None,
        )


def read_clip(path: str | os.PathLike[str], *, timing: Timing = PAPER) -> Clip:
    """Read a whole video into memory; for long ones use `stream_frames` and `read_waveform`.

    Parameters
    ----------
    path : path
        A video file, with or without sound.
    timing : Timing
        Rates in Hz and frame size of the result.

    Returns
    -------
    Clip

    Raises
    ------
    InputError
        If the file cannot be read, has no video, or no frame of it can be decoded.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "a.mp4"
    >>> write_video(path, np.zeros((15, 64, 64, 3), np.uint8), np.zeros(22050))
    >>> clip = read_clip(path)
    >>> clip.frames.shape, clip.waveform.shape, clip.n_seconds
    ((15, 256, 256, 3), (22050,), 0.5)
    """
    problems: list[str] = []
    frames = np.stack([frame for _, frame in stream_frames(path, timing=timing, problems=problems)])
    waveform = np.zeros(0, np.float32)
    if probe_clip(path).has_audio:
        try:
            waveform = read_waveform(path, sample_rate=timing.sample_rate, problems=problems)
        except InputError as error:  # the pictures are still of use
            problems.append(f"audio: {error}")
    return Clip(Path(path), frames, waveform, timing, tuple(problems))
