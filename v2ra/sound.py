"""Reading sound as one channel.

Conventions
-----------
A waveform is float32 (time,) in [−1, 1]: the mean of the channels, or one of them, resampled to 44.1 kHz unless
told otherwise. Sample 0 lies at the start of the video: sound that begins later has zeros in
front, sound that begins earlier is cut, and a hole in the time stamps is filled with zeros. The
silence with which an encoder fills its last frame is left out where the file says how much it is.

Source
------
Section 3.1: SR_audio = 44.1 kHz, mono.
"""

import math
import os
from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler

from v2ra.errors import InputError
from v2ra.media import (
    decoded_frames,
    find_video_stream,
    open_media,
    report,
    start_seconds,
    video_span,
)
from v2ra.sound_format import sound_stream
from v2ra.timing import PAPER
from v2ra.waveforms import Waveform, sound_frame

# Matroska rounds time stamps to 1 ms; one lost AAC packet leaves a hole of 21 to 46 ms.
HOLE_SECONDS = 0.010
"""A hole in the time stamps longer than this is filled with zeros."""

# Twice libswresample's default length: the error stays 98 dB below a tone of 0.44 times the rate.
RESAMPLER = {"filter_size": "64", "cutoff": "0.98"}
"""Options of the resampler."""

OVERSHOOT_DB = 3.0  # lossy decoders and the resampler pass full scale by less, at hard clipped sounds too


def read_waveform(
    path: str | os.PathLike[str],
    *,
    sample_rate: int = PAPER.sample_rate,
    channel: int | None = None,
    problems: list[str] | None = None,
) -> Waveform:
    """Read the sound of a video or of an audio file as one channel.

    Parameters
    ----------
    path : path
        Video or audio file. The first sound track is read.
    sample_rate : int
        Rate of the result in Hz.
    channel : int, optional
        Number of one channel, from 0; by default the mean of all.
    problems : list of str, optional
        Takes a line for each kind of damage that was passed over; without it they are warnings.

    Returns
    -------
    float32 (time,)
        In [−1, 1], from the start of the video if there is one. It may end before or after the
        video does. What lies beyond ±1 is clipped; where it is more than decoders overshoot by, a problem.

    Raises
    ------
    InputError
        If the file cannot be read, has no sound, or no sample of it can be decoded.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from v2ra.waveforms import write_waveform
    >>> path = Path(tempfile.mkdtemp()) / "a.wav"
    >>> write_waveform(path, np.array([0.0, 0.5, -0.5], np.float32), sample_rate=44100)
    >>> read_waveform(path)
    array([ 0. ,  0.5, -0.5], dtype=float32)
    """
    with open_media(path) as container:
        stream = sound_stream(container, path)
        has_video = find_video_stream(container) is not None
        start = video_span(path).start_seconds if has_video else start_seconds(stream)
        limit = container.duration / av.time_base + 1 if container.duration else math.inf
        frames = _without_padding(decoded_frames(container, stream, problems))
        chunks = aligned(frames, start, limit, problems, channel=channel)
        parts = [
            part
            for rate, group in groupby(chunks, key=itemgetter(0))
            for part in _resampled(group, rate, sample_rate)
        ]
    if not parts:
        raise InputError(f"{path}: its sound cannot be decoded; expected sound; copy or record it again")
    waveform = np.concatenate(parts)  # (time,)
    over_db = 20 * math.log10(max(float(np.abs(waveform).max(initial=0)), 1.0))
    if over_db > OVERSHOOT_DB:
        n_beyond = np.count_nonzero(np.abs(waveform) > 1)
        report(
            problems,
            f"audio: {n_beyond} samples beyond ±1 are clipped, the largest {over_db:.1f} dB above it",
        )
    return np.clip(waveform, -1, 1, out=waveform)


def _without_padding(frames: Iterable[AudioFrame]) -> Iterator[tuple[AudioFrame, int]]:
    """Yield each frame with the number of its samples that count: encoders fill up the last one."""
    previous: AudioFrame | None = None
    for frame in frames:
        if previous is not None:
            yield previous, previous.samples
        previous = frame
    if previous is not None:
        yield previous, _meant_samples(previous)


def _meant_samples(frame: AudioFrame) -> int:
    """Return how many samples the duration of a frame covers, where the time base can tell samples apart."""
    if not frame.duration or frame.time_base is None or frame.time_base * frame.sample_rate > 1:
        return frame.samples
    return min(frame.samples, round(frame.duration * frame.time_base * frame.sample_rate))


def aligned(
    frames: Iterable[tuple[AudioFrame, int]],
    start: float,
    limit: float,
    problems: list[str] | None,
    *,
    channel: int | None = None,
) -> Iterator[tuple[int, Waveform]]:
    """Yield samples such that the first lies at `start`, with holes filled by zeros and overlaps cut.

    Parameters
    ----------
    frames : iterable of (frame, n_samples)
        In order, each with the number of its samples that count.
    start : float
        In seconds on the clock of the frames.
    limit : float
        In seconds after `start`: a time stamp beyond it is damaged and passed over.
    problems : list of str or None
        Takes a line for each such time stamp, and one for samples that are not numbers: they
        become zeros.
    channel : int, optional
        Number of one channel, from 0; by default the mean of all.

    Yields
    ------
    rate : int
        In Hz.
    samples : float32 (time,)
        In [-1, 1].

    Examples
    --------
    >>> late = sound_frame(np.ones(2, np.float32), 3, sample_rate=10)
    >>> list(aligned([(late, 2)], 0.0, 1.0, []))
    [(10, array([0., 0., 0., 1., 1.], dtype=float32))]
    """
    filled = 0.0  # seconds that have been yielded
    n_bad = 0
    for frame, n_samples in frames:
        rate = frame.sample_rate
        samples = _mono(frame, channel)[:n_samples]  # (time,)
        n_bad += int(np.count_nonzero(~np.isfinite(samples)))
        samples = np.nan_to_num(samples, nan=0.0, posinf=0.0, neginf=0.0)
        hole = 0.0 if frame.time is None else frame.time - start - filled
        if filled + hole > limit:
            report(
                problems, f"audio: a time stamp of {frame.time:.2f} s lies past the end; it is passed over"
            )
        elif filled == 0 or abs(hole) > HOLE_SECONDS:
            samples = _shifted(samples, round(hole * rate))
        filled += len(samples) / rate
        yield rate, samples
    if n_bad:
        report(problems, f"audio: {n_bad} samples are not numbers; zeros stand in their place")


def _shifted(samples: Waveform, n_zeros: int) -> Waveform:
    """Put zeros in front of samples, or cut them where the number is negative."""
    if n_zeros < 0:
        return samples[-n_zeros:]
    return np.concatenate([np.zeros(n_zeros, np.float32), samples])


def _mono(frame: AudioFrame, channel: int | None) -> Waveform:
    """Return one channel of a frame, or the mean of all, as float32 (time,) in [-1, 1]."""
    n_channels = frame.layout.nb_channels
    block = frame.to_ndarray()  # (n_channels, time), or (1, time * n_channels) where packed
    if frame.format.is_packed:
        block = block.reshape(-1, n_channels).T  # (n_channels, time)
    if np.issubdtype(block.dtype, np.integer):
        half = 2.0 ** (8 * block.dtype.itemsize - 1)
        block = (block - (half if block.dtype.kind == "u" else 0.0)) / half
    chosen = block if channel is None else block[channel : channel + 1]
    mono: Waveform = chosen.mean(axis=0, dtype=np.float64).astype(np.float32)  # (time,)
    return mono


def _resampled(chunks: Iterable[tuple[int, Waveform]], rate: int, sample_rate: int) -> Iterator[Waveform]:
    """Bring chunks of one rate to another, sample 0 staying sample 0."""
    if rate == sample_rate:
        yield from (samples for _, samples in chunks if len(samples))
        return
    resampler = AudioResampler(format="fltp", layout="mono", rate=sample_rate, options=RESAMPLER)
    n_samples = 0
    for _, samples in chunks:
        if len(samples):
            frame = sound_frame(samples, n_samples, sample_rate=rate)
            yield from (out.to_ndarray()[0] for out in resampler.resample(frame))
            n_samples += len(samples)
    if n_samples:
        yield from (out.to_ndarray()[0] for out in resampler.resample(None))
