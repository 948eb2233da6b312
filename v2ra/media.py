"""Opening media files and decoding them packet by packet, whatever state they are in.

Conventions
-----------
Times are in seconds. A stream begins at its own first time stamp, which need not be zero. What is
damaged but can be passed over goes into a list of problems, one line each; what leaves nothing to
work with raises InputError. FFmpeg prints nothing of its own: PyAV keeps its log off by default.

Source
------
No section of the paper: containers and codecs are PyAV's (FFmpeg's).
"""

import math
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias, overload

import av
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.stream import Disposition
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from v2ra.errors import InputError

MediaStream: TypeAlias = VideoStream | AudioStream
MediaPacket: TypeAlias = "av.Packet[Any]"


@contextmanager
def open_media(path: str | os.PathLike[str]) -> Iterator[InputContainer]:
    """Open a video or audio file for reading and close it at the end of the block.

    Parameters
    ----------
    path : path
        Any container FFmpeg knows. Only local files are opened, also from within playlists.

    Yields
    ------
    av.container.InputContainer

    Raises
    ------
    InputError
        If the path is missing, a folder, empty, or not a media file that can be read.

    Examples
    --------
    >>> with open_media("no.mp4"): pass
    Traceback (most recent call last):
        ...
    v2ra.errors.InputError: no.mp4 does not exist; expected a video or audio file; check the path
    """
    _check_readable(Path(path))
    options = {"protocol_whitelist": "file"}
    try:
        container = av.open(f"file:{os.fspath(path)}", options=options, metadata_errors="replace")
    except (av.FFmpegError, OSError, ValueError) as error:
        raise InputError(_why_not_media(Path(path), error)) from error
    with container:
        yield container


def _check_readable(path: Path) -> None:
    """Refuse what is no file, or an empty one."""
    if path.is_dir():
        raise InputError(f"{path} is a folder; expected a video or audio file; give one of the files in it")
    if not path.exists():
        raise InputError(f"{path} does not exist; expected a video or audio file; check the path")
    if path.is_file() and path.stat().st_size == 0:
        raise InputError(f"{path} is empty; expected a video or audio file; copy or record it again")


def _why_not_media(path: Path, error: Exception) -> str:
    """Say why a file cannot be opened."""
    if isinstance(error, PermissionError):
        return (
            f"{path} cannot be opened (no permission); expected a file you may read; change its permissions"
        )
    with path.open("rb") as file:
        starts_as_mp4 = file.read(12)[4:8] == b"ftyp"
    if starts_as_mp4:
        return f"{path} is cut off or damaged: its index is missing; expected a whole MP4; copy or record it again"
    return f"{path} is not a media file; expected a video or audio file; convert it to MP4 or WAV"


def video_stream(container: InputContainer, path: str | os.PathLike[str]) -> VideoStream:
    """Return the first moving-picture stream (cover art does not count) or raise InputError."""
    stream = find_video_stream(container)
    if stream is None:
        raise InputError(f"{path} has no video; expected a video file; give a file with pictures")
    return stream


def find_video_stream(container: InputContainer) -> VideoStream | None:
    """Return the first moving pictures that FFmpeg can decode, or None; cover art does not count."""
    known = (s for s in container.streams.video if s.codec_context is not None)
    return next((s for s in known if not s.disposition & Disposition.attached_pic), None)


def find_audio_stream(container: InputContainer) -> AudioStream | None:
    """Return the first sound track that FFmpeg knows how to decode, or None."""
    return next((s for s in container.streams.audio if s.codec_context is not None), None)


def start_seconds(stream: MediaStream) -> float:
    """Return the time of a stream's first presented frame or sample, as its header states it."""
    if stream.start_time is None or stream.time_base is None:
        return 0.0
    return float(stream.start_time * stream.time_base)


class Span(NamedTuple):
    """When a video begins on the clock of its container, and how long it lasts."""

    start_seconds: float
    n_seconds: float


def video_span(path: str | os.PathLike[str]) -> Span:
    """Return when the first frame of a video begins and how long it is until the end of the last.

    MP4 and its relatives state both for each track, edit lists included. Elsewhere the header may
    be an estimate or of the whole file, so the time stamps of all packets are read, without
    decoding them.

    Parameters
    ----------
    path : path
        A video file.

    Returns
    -------
    Span
        Start and length in seconds.

    Raises
    ------
    InputError
        If the file cannot be read or has no video.
    """
    with open_media(path) as container:
        stream = video_stream(container, path)
        if "mp4" in container.format.name and stream.duration and stream.time_base is not None:
            return Span(start_seconds(stream), float(stream.duration * stream.time_base))
    return packet_span(path)


def packet_span(path: str | os.PathLike[str]) -> Span:
    """Return the span of the packets' time stamps; a packet without duration lasts an average frame.

    Parameters
    ----------
    path : path
        A video file. It is read to its end, or to where it breaks off, without being decoded.

    Returns
    -------
    Span
        Start and length in seconds; packets that an edit list hides do not count.

    Raises
    ------
    InputError
        If the file cannot be read or has no video.
    """
    with open_media(path) as container:
        stream = video_stream(container, path)
        usual = float(1 / stream.average_rate) if stream.average_rate else 0.0
        start, end = math.inf, -math.inf
        for packet in packets_of(container, stream, []):  # damage is reported where the file is decoded
            if packet.pts is not None and not packet.is_discard:
                seconds = float(packet.pts * packet.time_base)
                duration = float((packet.duration or 0) * packet.time_base) or usual
                start, end = min(start, seconds), max(end, seconds + duration)
    return Span(start, end - start) if start < end else Span(start_seconds(stream), 0.0)


def packets_of(
    container: InputContainer, stream: MediaStream, problems: list[str] | None
) -> Iterator[MediaPacket]:
    """Yield the packets of one stream; where the file breaks off, report it and stop."""
    try:
        yield from container.demux(stream)
    except av.FFmpegError as error:
        report(problems, f"{stream.type}: the file breaks off ({error.strerror}); what came before is used")


@overload
def decoded_frames(
    container: InputContainer, stream: VideoStream, problems: list[str] | None
) -> Iterator[VideoFrame]: ...
@overload
def decoded_frames(
    container: InputContainer, stream: AudioStream, problems: list[str] | None
) -> Iterator[AudioFrame]: ...
def decoded_frames(
    container: InputContainer, stream: MediaStream, problems: list[str] | None
) -> Iterator[VideoFrame | AudioFrame]:
    """Decode one stream, passing over packets that cannot be decoded.

    Parameters
    ----------
    container, stream
        As opened by `open_media`.
    problems : list of str or None
        Takes at most one line each for lost packets and damaged frames; None warns instead.

    Yields
    ------
    frame
        In order of presentation.
    """
    lost: list[float] = []
    damaged: list[float] = []
    for packet in packets_of(container, stream, problems):
        try:
            frames = packet.decode()
        except av.FFmpegError:
            lost.append(float((packet.pts or 0) * packet.time_base))
            continue
        for frame in frames:
            if frame.is_corrupt:
                damaged.append(frame.time or 0.0)
            yield frame
    if lost:
        report(problems, f"{stream.type}: packets lost: {len(lost)}, the first at {lost[0]:.2f} s")
    if damaged:
        report(problems, f"{stream.type}: frames damaged: {len(damaged)}, the first at {damaged[0]:.2f} s")


def report(problems: list[str] | None, line: str) -> None:
    """Append a line to the problems, or warn where nobody collects them."""
    if problems is None:
        warnings.warn(line, stacklevel=2)
    else:
        problems.append(line)
