"""One mode, read off the course of one bin of a spectrogram.

In a window that lies whole within a mode a cos(2πft + φ) e^(−dt), the power falls by 20 d / ln 10 dB a second and
the phase turns by f turns a second, whatever the window: both are straight lines.

Conventions
-----------
Frequencies in Hz, dampings in 1/s (amplitude falls to 1/e in 1/d seconds), amplitudes in units of the waveform,
phases in radians, times in seconds from the start of the waveform.

Source
------
Ren, Yeh and Lin (2013), feature extraction, fit the shape of a damped sinusoid to the spectrogram around a peak;
the closed form is ours.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

LN_TO_DB = 20 / np.log(10)  # an amplitude of e in dB


class Mode(NamedTuple):
    """What one mode sounds like."""

    frequency: float
    damping: float
    amplitude: float
    phase: float


class LineFit(NamedTuple):
    """A frequency, a damping, and the standard error of the damping relative to itself."""

    frequency: float
    damping: float
    error: float


def line_fit(
    course: NDArray[np.complex128],
    bin_hz: float,
    *,
    hop_seconds: float,
    range_db: float,
    margin_db: float,
    min_frames: int,
) -> LineFit | None:
    """Read frequency and damping off the course of one bin.

    Parameters
    ----------
    course : complex128 (n_frames,)
        Of a short-time Fourier transform.
    bin_hz : float
        Centre of the bin; settles the frequency, which the phase tells but for whole turns a hop.
    hop_seconds : float
        From one frame to the next.
    range_db : float
        How far below its highest point the decay is read.
    margin_db : float
        How far above the mean of the last tenth of the course it is read.
    min_frames : int
        Three or more; fewer make no line.

    Returns
    -------
    LineFit
        None where the bin does not decay, or too soon to be read.

    Examples
    --------
    >>> time = 0.01 * np.arange(40)
    >>> course = np.exp((-20 + 2j * np.pi * 430) * time)
    >>> options = {"hop_seconds": 0.01, "range_db": 30, "margin_db": 10, "min_frames": 4}
    >>> [round(number, 3) for number in line_fit(course, 440.0, **options)]
    [430.0, 20.0, 0.0]
    """
    level = 10 * np.log10(np.abs(course) ** 2 + 1e-30)
    start = int(level.argmax())
    end = 10 * np.log10((np.abs(course[-max(len(course) // 10, 1) :]) ** 2).mean() + 1e-30)
    low = np.flatnonzero(level[start:] < max(level[start] - range_db, end + margin_db))
    stop = start + int(low[0]) if len(low) else len(level)
    if stop - start < min_frames:
        return None
    time = np.arange(stop - start) * hop_seconds
    slope, height = np.polyfit(time, level[start:stop], 1)
    if slope >= 0:
        return None
    scatter = float(((level[start:stop] - slope * time - height) ** 2).sum()) / (len(time) - 2)
    error = np.sqrt(scatter / ((time - time.mean()) ** 2).sum()) / -slope
    turn = np.angle((course[start + 1 : stop] * course[start : stop - 1].conj()).sum()) / (2 * np.pi)
    whole = round(bin_hz * hop_seconds - turn)
    return LineFit(float((whole + turn) / hop_seconds), float(-slope / LN_TO_DB), float(error))


def matched_mode(waveform: FloatArray, *, frequency: float, damping: float, sample_rate: int) -> Mode:
    """Give a frequency and a damping the amplitude and the phase that leave the least of a sound.

    Parameters
    ----------
    waveform : float64 (time,)
        Begins with the impact.

    Examples
    --------
    >>> time = np.arange(8000) / 8000
    >>> sound = 0.5 * np.exp(-10 * time) * np.cos(2 * np.pi * 440 * time + 1)
    >>> mode = matched_mode(sound, frequency=440, damping=10, sample_rate=8000)
    >>> round(mode.amplitude, 3), round(mode.phase, 3)
    (0.5, 1.0)
    """
    time = np.arange(len(waveform)) / sample_rate
    turns = 2 * np.pi * frequency * time
    waves = np.stack([np.cos(turns), np.sin(turns)]) * np.exp(-damping * time)  # (2, time)
    cosine, sine = np.linalg.solve(waves @ waves.T, waves @ waveform)
    return Mode(frequency, damping, float(np.hypot(cosine, sine)), float(np.arctan2(-sine, cosine)))


def rings(modes: Sequence[Mode], n_samples: int, *, sample_rate: int) -> FloatArray:
    """Return the sound of each mode from the impact on, ``(n_modes, n_samples)``.

    Examples
    --------
    >>> rings([Mode(1000.0, 0.0, 0.5, 0.0)], 4, sample_rate=4000).round(3).tolist()
    [[0.5, 0.0, -0.5, -0.0]]
    """
    numbers = np.array(modes, np.float64).reshape(len(modes), 4, 1)
    frequency, damping, amplitude, phase = numbers.swapaxes(0, 1)  # (n_modes, 1) each
    time = np.arange(n_samples) / sample_rate
    return np.asarray(amplitude * np.exp(-damping * time) * np.cos(2 * np.pi * frequency * time + phase))
