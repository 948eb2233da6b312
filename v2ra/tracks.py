"""What every file with pictures and sound needs: a container, a sound track of the right length, an order.

Conventions
-----------
Sound and pictures begin together and end together, to the sample. Packets are written in the order
in which a decoder needs them, so that a player never has to jump.

Source
------
No section of the paper: the containers are PyAV's (FFmpeg's).
"""

import math
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from heapq import merge
from pathlib import Path
from typing import TypeVar

import av
import numpy as np
from av.audio.stream import AudioStream
from av.container import OutputContainer
from numpy.typing import NDArray

from v2ra.errors import InputError
from v2ra.media import MediaPacket
from v2ra.timing import PAPER
from v2ra.waveforms import sound_frame

Sample = TypeVar("Sample", np.int16, np.float32)

BLOCK_SAMPLES = 4096
"""Samples given to an encoder at a time."""


def new_container(part: Path, *, picture_ticks: int, sample_rate: int) -> OutputContainer:
    """Open a container for writing, with neither date nor version of the writer in it.

    MP4 gets its index in front, so that a browser can play at once, and a clock for its edit lists
    that tells pictures and samples apart: its own, of 1 ms, shifts both.

    Parameters
    ----------
    part : Path
        File to write; its suffix says which container.
    picture_ticks : int
        Ticks a second of the time stamps of the pictures.
    sample_rate : int
        In Hz.

    Returns
    -------
    av.container.OutputContainer
    """
    options = {"fflags": "+bitexact"}
    if part.suffix.lower() == ".mp4":
        ticks = math.lcm(picture_ticks, sample_rate)
        ticks = ticks if ticks < 2**31 else picture_ticks  # the field has 32 bits
        options |= {"movflags": "+faststart", "movie_timescale": str(ticks)}
    return av.open(f"file:{part}", "w", container_options=options)


@contextmanager
def accepted(target: Path, what: str) -> Iterator[None]:
    """Turn a refusal of an encoder or of the container into one line."""
    try:
        yield
    except (ValueError, av.FFmpegError) as error:
        if isinstance(error, InputError | OSError):
            raise
        advice = "write to .mkv" if target.suffix.lower() == ".mp4" else "convert it to H.264"
        raise InputError(
            f"{target.name} cannot hold {what}; expected what {target.suffix} carries, such as H.264 at 44100 Hz; "
            f"{advice}"
        ) from error


def fitted(samples: NDArray[Sample], n_seconds: float, *, sample_rate: int) -> NDArray[Sample]:
    """Cut samples or add zeros at the end so that they last as long as the video.

    Parameters
    ----------
    samples : int16 or float32 (time,)
        As long as the video to within one frame of 1/30 s.
    n_seconds : float
        Length of the video.
    sample_rate : int
        In Hz.

    Returns
    -------
    int16 or float32 (round(n_seconds * sample_rate),)

    Raises
    ------
    InputError
        If the lengths differ by more than one frame.

    Examples
    --------
    >>> fitted(np.ones(44000, np.float32), 1.0, sample_rate=44100).shape
    (44100,)
    """
    n_samples = round(n_seconds * sample_rate)
    if abs(len(samples) - n_samples) > sample_rate / PAPER.frame_rate:
        raise InputError(
            f"found {len(samples) / sample_rate:.3f} s of sound for {n_seconds:.3f} s of video; expected the same "
            f"length to within one frame; give {n_samples} samples at {sample_rate} Hz"
        )
    return np.pad(samples[:n_samples], (0, max(0, n_samples - len(samples))))


def sound_packets(track: AudioStream, samples: NDArray[Sample], first: int) -> Iterator[MediaPacket]:
    """Encode samples, the first of which has the time stamp `first`."""
    for position in range(0, len(samples), BLOCK_SAMPLES):
        block = samples[position : position + BLOCK_SAMPLES]
        yield from track.encode(sound_frame(block, first + position, sample_rate=track.rate))
    yield from track.encode(None)


def interleaved(pictures: Iterable[MediaPacket], sound: Iterable[MediaPacket]) -> Iterator[MediaPacket]:
    """Merge two tracks, each in its own order, by the time at which a decoder needs a packet."""
    return merge(pictures, sound, key=_decode_seconds)


def _decode_seconds(packet: MediaPacket) -> float:
    """Return when a packet is due at the decoder."""
    stamp = packet.pts if packet.dts is None else packet.dts
    return float((stamp or 0) * packet.time_base)
