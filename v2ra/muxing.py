"""Joining sound to pictures: around untouched video packets, or around frames that are drawn here.

Conventions
-----------
`mux` copies the original video packets, bytes and time stamps, and lays FLAC beside them. FLAC was
chosen by measurement: decoded, it has exactly the samples that went in, where AAC comes back filled
up to a multiple of 1024; and browsers play it inside MP4, which they do not do with ALAC.
`write_video` encodes H.264 and AAC as cameras and web sites do, with one thread and no date in the
file: the same input gives the same bytes.

Source
------
Section 4.1 (what a clip is) and Section 4.2 (generated sound is watched with its video).
"""

import os
from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from numpy.typing import NDArray

from v2ra.errors import InputError
from v2ra.media import MediaPacket, Span, open_media, packet_span, packets_of, video_span, video_stream
from v2ra.timing import PAPER, Timing
from v2ra.tracks import accepted, fitted, interleaved, new_container, sound_packets
from v2ra.waveforms import clipped, pcm16
from v2ra.writing import written_whole

SUFFIXES = (".mp4", ".mkv")
"""Containers that `mux` writes."""

CUT_SECONDS = 0.1
"""A video whose packets end this much before its header says is cut off: three frames; headers round."""

X264 = {"preset": "veryfast", "crf": "20", "threads": "1"}
"""H.264 settings of `write_video`: 20 is visually close to the source."""


def mux(
    video_path: str | os.PathLike[str],
    waveform: NDArray[np.floating],
    out_path: str | os.PathLike[str],
    *,
    sample_rate: int,
) -> None:
    """Write a video whose pictures are the original's packets and whose sound is a waveform.

    Parameters
    ----------
    video_path : path
        The original. Its sound and its subtitles are left out.
    waveform : float (time,)
        As long as the video to within one frame of 1/30 s; zeros are added or samples cut at the
        end so that the sound track ends with the video to the sample.
    out_path : path
        ``.mp4``, or ``.mkv`` for codecs that MP4 does not carry (Matroska rounds time stamps to
        1 ms). Its folder must exist; it must not be the original.
    sample_rate : int
        In Hz.

    Raises
    ------
    InputError
        If the video cannot be read or has no pictures, its codec does not go into the container,
        the waveform is too short, too long or holds anything but numbers, or the file cannot be
        written.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> write_video(folder / "a.mp4", np.zeros((30, 64, 64, 3), np.uint8))
    >>> mux(folder / "a.mp4", np.zeros(44100), folder / "b.mp4", sample_rate=44100)
    >>> video_span(folder / "b.mp4").n_seconds
    1.0
    """
    target = Path(out_path)
    _check_container(target, Path(video_path))
    span = _whole_span(video_path)
    samples = fitted(pcm16(waveform), span.n_seconds, sample_rate=sample_rate)
    with open_media(video_path) as source, written_whole(target) as part:
        stream = video_stream(source, video_path)
        ticks = stream.time_base.denominator if stream.time_base is not None else 1
        what = f"{stream.codec_context.name} video with sound at {sample_rate} Hz"
        with accepted(target, what), new_container(part, picture_ticks=ticks, sample_rate=sample_rate) as out:
            copy = out.add_stream_from_template(stream, opaque=True)
            track = out.add_stream("flac", rate=sample_rate, layout="mono")
            sound = sound_packets(track, samples, round(span.start_seconds * sample_rate))
            for packet in interleaved(_copied_packets(source, stream, copy), sound):
                out.mux(packet)


def _check_container(target: Path, source: Path) -> None:
    """Refuse a target that is no MP4 or Matroska file, or the original itself."""
    if target.suffix.lower() not in SUFFIXES:
        raise InputError(f"{target} ends in {target.suffix!r}; expected .mp4 or .mkv; choose one of them")
    if target.exists() and source.exists() and target.samefile(source):
        raise InputError(f"{target} is the original; expected another file to write; choose another name")


def _whole_span(path: str | os.PathLike[str]) -> Span:
    """Return the span of the packets; refuse a file that breaks off before its header says."""
    promised, span = video_span(path), packet_span(path)
    if span.n_seconds < promised.n_seconds - CUT_SECONDS:
        raise InputError(
            f"{path} is cut off at {span.n_seconds:.2f} of {promised.n_seconds:.2f} s; expected a whole video; "
            "copy or record it again"
        )
    return span


def _copied_packets(source: InputContainer, stream: VideoStream, copy: VideoStream) -> Iterator[MediaPacket]:
    """Yield the video packets of the source, assigned to the copy, but none behind the last that is shown."""
    hidden: list[MediaPacket] = []  # an edit list hides them; those in front are needed to decode
    for packet in packets_of(source, stream, []):
        if packet.size:
            packet.stream = copy
            hidden.append(packet)
            if not packet.is_discard:
                yield from hidden
                hidden.clear()


def write_video(
    path: str | os.PathLike[str],
    frames: Iterable[NDArray[np.uint8]],
    waveform: NDArray[np.floating] | None = None,
    *,
    timing: Timing = PAPER,
) -> None:
    """Encode frames, with or without sound, as an MP4 of H.264 and AAC; same input, same bytes.

    Parameters
    ----------
    path : path
        Ends in ``.mp4``. Its folder must exist.
    frames : iterable of uint8 (height, width, 3)
        RGB at `timing.frame_rate`, all of one size, height and width even.
    waveform : float (time,), optional
        In [-1, 1] at `timing.sample_rate`, as long as the frames to within one frame.
    timing : Timing
        Rates in Hz.

    Raises
    ------
    InputError
        If there is no frame, a frame has another shape or type, the waveform does not fit, or the
        file cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "a.mp4"
    >>> write_video(path, np.zeros((15, 64, 64, 3), np.uint8), np.zeros(22050))
    >>> video_span(path).n_seconds
    0.5
    """
    if Path(path).suffix.lower() != ".mp4":
        raise InputError(f"{path} does not end in .mp4; expected an MP4 file to write; change the suffix")
    what = f"H.264 video with sound at {timing.sample_rate} Hz"
    with (
        written_whole(path) as part,
        accepted(Path(path), what),
        new_container(part, picture_ticks=timing.frame_rate, sample_rate=timing.sample_rate) as out,
    ):
        track = out.add_stream("libx264", rate=timing.frame_rate, options=X264)
        sound = None if waveform is None else out.add_stream("aac", rate=timing.sample_rate, layout="mono")
        video = list(_encoded_packets(track, frames, timing.frame_rate))
        packets: Iterable[MediaPacket] = ()
        if sound is not None and waveform is not None:
            n_seconds = len(video) / timing.frame_rate  # x264 makes one packet a frame
            samples = fitted(clipped(waveform), n_seconds, sample_rate=timing.sample_rate)
            packets = sound_packets(sound, samples, 0)
        for packet in interleaved(video, packets):
            out.mux(packet)


def _encoded_packets(
    track: VideoStream, frames: Iterable[NDArray[np.uint8]], frame_rate: int
) -> Iterator[MediaPacket]:
    """Encode frames, the first of which sets the size."""
    shape: tuple[int, ...] | None = None
    for k, image in enumerate(frames):
        _check_image(image, shape or image.shape)
        if shape is None:
            shape = image.shape
            track.height, track.width = shape[:2]
        frame = VideoFrame.from_ndarray(np.ascontiguousarray(image), format="rgb24")
        frame.pts, frame.time_base = k, Fraction(1, frame_rate)
        yield from track.encode(frame)
    if shape is None:
        raise InputError("found no frame; expected at least one; give frames (n_frames, height, width, 3)")
    yield from track.encode(None)


def _check_image(image: NDArray[np.uint8], shape: tuple[int, ...]) -> None:
    """Refuse a frame that H.264 with halved colour planes cannot take, or of another size than the first."""
    is_rgb = image.dtype == np.uint8 and image.ndim == 3 and image.shape[2] == 3
    if not is_rgb or image.shape != shape or image.shape[0] % 2 or image.shape[1] % 2:
        raise InputError(
            f"found a frame {image.shape} of {image.dtype}; expected uint8 (height, width, 3), all of one even "
            "size; convert the frames"
        )
