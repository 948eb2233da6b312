"""Waveforms on their way out: 16-bit samples, sound files, frames for an encoder.

Conventions
-----------
A waveform is float32 (time,) in [−1, 1]. With 16 bits and no dither a sample lies within half a
step, 2⁻¹⁶, of what was given; +1 itself is one step above the largest 16-bit value. What lies
beyond ±1 is clipped, and a warning says by how much.

Source
------
No section of the paper: the sound files that every result is judged by.
"""

import io
import os
import warnings
from fractions import Fraction
from pathlib import Path

import numpy as np
import soundfile
from av.audio.frame import AudioFrame
from numpy.typing import NDArray

from v2ra.errors import InputError
from v2ra.writing import written_whole

Waveform = NDArray[np.float32]

FORMATS = {".wav": "WAV", ".flac": "FLAC"}
"""Suffixes that `write_waveform` takes."""


def check_waveform(waveform: NDArray[np.floating]) -> None:
    """Refuse what is not a waveform.

    Parameters
    ----------
    waveform : float (time,)
        At least one sample, all of them finite.

    Raises
    ------
    InputError
        If the shape, the type or a sample is wrong.

    Examples
    --------
    >>> check_waveform(np.zeros((2, 100), np.float32))
    Traceback (most recent call last):
        ...
    v2ra.errors.InputError: found a waveform (2, 100) of float32; expected floats (time,); give one channel
    """
    if waveform.ndim != 1 or not np.issubdtype(waveform.dtype, np.floating):
        raise InputError(
            f"found a waveform {waveform.shape} of {waveform.dtype}; expected floats (time,); give one channel"
        )
    if not len(waveform):
        raise InputError("found a waveform without samples; expected at least one; give a longer one")
    n_bad = int(np.count_nonzero(~np.isfinite(waveform)))
    if n_bad:
        raise InputError(
            f"found {n_bad} samples that are NaN or infinite; expected numbers in [-1, 1]; check what made them"
        )


def clipped(waveform: NDArray[np.floating]) -> Waveform:
    """Return a checked waveform as float32 in [-1, 1], with a warning where it went beyond.

    Parameters
    ----------
    waveform : float (time,)
        At least one sample, all of them finite.

    Returns
    -------
    float32 (time,)
        The same samples, none beyond ±1.

    Raises
    ------
    InputError
        If it is not a waveform.

    Examples
    --------
    >>> clipped(np.array([0.25, 0.5]))
    array([0.25, 0.5 ], dtype=float32)
    """
    check_waveform(waveform)
    peak = float(np.abs(waveform).max())
    if peak > 1:
        n_beyond = int(np.count_nonzero(np.abs(waveform) > 1))
        peak_db = 20 * np.log10(peak)
        warnings.warn(
            f"{n_beyond} samples beyond ±1 were clipped, the largest {peak_db:.1f} dB above full scale",
            stacklevel=3,
        )
    return waveform.clip(-1, 1).astype(np.float32)


def pcm16(waveform: NDArray[np.floating]) -> NDArray[np.int16]:
    """Round a waveform to 16 bits, without dither.

    Parameters
    ----------
    waveform : float (time,)
        In [-1, 1]. What lies beyond is clipped, with a warning that says by how much.

    Returns
    -------
    int16 (time,)
        Full scale, 1.0, is 32768 steps.

    Raises
    ------
    InputError
        If it is not a waveform.

    Examples
    --------
    >>> pcm16(np.array([-1.0, 0.0, 0.5, 1.0]))
    array([-32768,      0,  16384,  32767], dtype=int16)
    """
    steps = np.round(clipped(waveform) * np.float32(32768))  # exact: a power of two
    return np.minimum(steps, 32767).astype(np.int16)


def write_waveform(path: str | os.PathLike[str], waveform: NDArray[np.floating], *, sample_rate: int) -> None:
    """Write a waveform as a sound file of 16 bits, whole or not at all.

    Parameters
    ----------
    path : path
        Ends in ``.wav`` or ``.flac``. Its folder must exist.
    waveform : float (time,)
        In [-1, 1]; clipped beyond, with a warning.
    sample_rate : int
        In Hz.

    Raises
    ------
    InputError
        If the suffix is another, the waveform holds anything but numbers, or the file cannot be
        written.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "a.flac"
    >>> write_waveform(path, np.zeros(441), sample_rate=44100)
    >>> soundfile.info(path).frames
    441
    """
    suffix = Path(path).suffix.lower()
    if suffix not in FORMATS:
        raise InputError(f"{path} ends in {suffix!r}; expected .wav or .flac; choose one of them")
    memory = io.BytesIO()
    soundfile.write(memory, pcm16(waveform), sample_rate, format=FORMATS[suffix], subtype="PCM_16")
    with written_whole(path) as part:
        part.write_bytes(memory.getbuffer())


def sound_frame(samples: NDArray[np.generic], position: int, *, sample_rate: int) -> AudioFrame:
    """Wrap samples of one channel for an encoder or a resampler.

    Parameters
    ----------
    samples : float32 or int16 (time,)
        One channel.
    position : int
        Index of the first sample in its track; it becomes the time stamp.
    sample_rate : int
        In Hz.

    Returns
    -------
    av.audio.frame.AudioFrame

    Examples
    --------
    >>> sound_frame(np.zeros(441, np.float32), 44100, sample_rate=44100).time
    1.0
    """
    layout_format = "s16" if samples.dtype == np.int16 else "fltp"
    frame = AudioFrame.from_ndarray(np.ascontiguousarray(samples[None]), format=layout_format, layout="mono")
    frame.sample_rate = sample_rate
    frame.time_base = Fraction(1, sample_rate)
    frame.pts = position
    return frame
