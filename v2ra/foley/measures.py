"""Measures of recorded and synthetic events: where their energy lies in frequency and in time.

Conventions
-----------
Waveforms are mono ``(time,)`` in [-1, 1] at ``sample_rate`` Hz; every measure first removes what lies
below 60 Hz. Frequencies are in Hz, times in seconds, levels in dB. An event is a
rise of the 5-ms envelope of at least 10 dB that comes within 25 dB of the greatest peak; its segment runs
to the next event, at most 1 s. Measures of a whole recording are medians over its events.

Source
------
Decay: backward integration of the squared sound (Schroeder 1965), read from 0 to -20 dB. Modulation
spectrum: the spectrum of the amplitude envelope, as in the paper's Eq. 12 (MMS) but in third octaves.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from v2ra.errors import InputError

FloatArray = NDArray[np.float64]

HIGH_PASS_HZ = 60.0
ENVELOPE_SECONDS = 0.005
HOP_SECONDS = 0.001
SEGMENT_SECONDS = 1.0
MODULATION_HZ = 2.0 ** (np.arange(0, 19) / 3)  # 1 .. 64 Hz in third octaves


def high_pass(
    waveform: NDArray[np.floating], *, corner_hz: float = HIGH_PASS_HZ, sample_rate: int = 44_100
) -> FloatArray:
    """Remove DC and rumble: Butterworth of fourth order, causal so that onsets stay in place.

    Parameters
    ----------
    waveform : ndarray, shape (time,)
        Sound in [-1, 1].
    corner_hz : float
        Where the gain is -3 dB.
    sample_rate : int
        In Hz.

    Returns
    -------
    ndarray, shape (time,)
        Sound without DC.

    Examples
    --------
    >>> bool(abs(high_pass(np.ones(44_100))[-1]) < 1e-6)
    True
    """
    sections = signal.butter(4, corner_hz, "highpass", fs=sample_rate, output="sos")
    return np.asarray(signal.sosfilt(sections, waveform), dtype=np.float64)


def envelope(waveform: NDArray[np.floating], *, sample_rate: int = 44_100) -> FloatArray:
    """Root-mean-square amplitude over 5 ms, one value a millisecond.

    Parameters
    ----------
    waveform : ndarray, shape (time,)
        Sound in [-1, 1].
    sample_rate : int
        In Hz.

    Returns
    -------
    ndarray, shape (n_milliseconds,)
        Amplitude 0..1; value k is centred on k milliseconds.

    Examples
    --------
    >>> envelope(np.full(4410, 0.5))[50].round(3)
    np.float64(0.5)
    """
    width = round(ENVELOPE_SECONDS * sample_rate)
    power = signal.oaconvolve(np.square(waveform, dtype=np.float64), np.full(width, 1 / width), mode="same")
    at = np.arange(0, len(power), HOP_SECONDS * sample_rate).astype(int)
    return np.asarray(np.sqrt(np.maximum(power[at], 0)))


def find_events(waveform: NDArray[np.floating], *, sample_rate: int = 44_100) -> list[tuple[float, float]]:
    """Find the events of a recording by its envelope.

    Parameters
    ----------
    waveform : ndarray, shape (time,)
        Sound in [-1, 1].
    sample_rate : int
        In Hz.

    Returns
    -------
    list of (float, float)
        Start and end of each segment in seconds; the start is where the rise to the peak begins (-20 dB).

    Raises
    ------
    InputError
        If the recording is silent.

    Examples
    --------
    >>> click = np.zeros(44_100)
    >>> click[22_050:22_100] = 0.5
    >>> [round(start, 1) for start, end in find_events(click)]
    [0.5]
    """
    level = 20 * np.log10(envelope(waveform, sample_rate=sample_rate) + 1e-7)
    if level.max() < -100:
        raise InputError("found a silent recording; expected events; give a recording with sound")
    level = np.maximum(level, level.max() - 50)
    # 0.12 s: barks and chirps swell and dip by 10 dB within one call.
    padded = np.pad(level, 1, constant_values=level.min())
    peaks, _ = signal.find_peaks(padded, height=level.max() - 25, prominence=10, distance=120)
    peaks = peaks - 1
    starts = []
    for before, peak in zip([0, *peaks[:-1]], peaks, strict=True):
        below = np.flatnonzero(level[before:peak] < level[peak] - 20)
        starts.append(
            before + (int(below[-1]) + 1 if below.size else int(np.argmin(level[before : peak + 1])))
        )
    ends = [*starts[1:], len(level)]
    return [
        (start * HOP_SECONDS, min(end * HOP_SECONDS, start * HOP_SECONDS + SEGMENT_SECONDS))
        for start, end in zip(starts, ends, strict=True)
    ]


def spectral_centroid(segment: NDArray[np.floating], *, sample_rate: int = 44_100) -> float:
    """Centre of gravity of the power spectrum.

    Parameters
    ----------
    segment : ndarray, shape (time,)
        One event.
    sample_rate : int
        In Hz.

    Returns
    -------
    float
        Frequency in Hz.

    Examples
    --------
    >>> tone = np.sin(2 * np.pi * 1000 * np.arange(4410) / 44_100)
    >>> round(spectral_centroid(tone))
    1000
    """
    power = np.square(np.abs(np.fft.rfft(segment)))
    return float(np.fft.rfftfreq(len(segment), 1 / sample_rate) @ power / power.sum())


def spectral_rolloff(
    segment: NDArray[np.floating], *, share: float = 0.99, sample_rate: int = 44_100
) -> float:
    """Frequency in Hz under which a share (0..1) of the power lies; parameters as in spectral_centroid.

    Examples
    --------
    >>> tone = np.sin(2 * np.pi * 1000 * np.arange(4410) / 44_100)
    >>> round(spectral_rolloff(tone))
    1000
    """
    power = np.cumsum(np.square(np.abs(np.fft.rfft(segment))))
    index = int(np.searchsorted(power, share * power[-1]))
    return float(np.fft.rfftfreq(len(segment), 1 / sample_rate)[index])


def attack_seconds(segment: NDArray[np.floating], *, sample_rate: int = 44_100) -> float:
    """Time in seconds from the start of an event to the peak of its 5-ms envelope.

    Examples
    --------
    >>> attack_seconds(np.hanning(4410))
    0.05
    """
    return float(envelope(segment, sample_rate=sample_rate).argmax() * HOP_SECONDS)


def decay_seconds(
    segment: NDArray[np.floating], *, fall_db: float = 20.0, sample_rate: int = 44_100
) -> float:
    """Time in seconds in which the energy still to come falls by 20 dB, counted from the envelope's peak.

    The power of the quietest tenth of the segment counts as background: it is taken off, and what comes
    after the last moment 6 dB above it is left out.

    Examples
    --------
    >>> time = np.arange(44_100) / 44_100
    >>> round(decay_seconds(np.exp(-time / 0.1) * np.sin(2 * np.pi * 1000 * time)), 2)
    0.23
    """
    power = np.square(envelope(segment, sample_rate=sample_rate))
    power = power[int(power.argmax()) :]
    background = float(np.quantile(power, 0.1))
    last = int(np.flatnonzero(power >= min(4 * background, power[0]))[-1])
    power = np.maximum(power[: last + 1] - background, 0)
    to_come = np.cumsum(power[::-1])[::-1] / max(float(power.sum()), 1e-30)
    return float(np.count_nonzero(to_come > 10 ** (-fall_db / 10)) * HOP_SECONDS)


def modulation_spectrum(segments: Sequence[NDArray[np.floating]], *, sample_rate: int = 44_100) -> FloatArray:
    """Spectrum of the amplitude envelope of events, in third octaves from 1 to 64 Hz, mean over the events.

    Parameters
    ----------
    segments : sequence of ndarray, each of shape (time,)
        Events; each is cut or padded to 1 s.
    sample_rate : int
        In Hz.

    Returns
    -------
    ndarray, shape (18,)
        Shares that add to 1.

    Examples
    --------
    >>> time = np.arange(44_100) / 44_100
    >>> beat = (1 + np.cos(2 * np.pi * 18 * time)) * np.sin(2 * np.pi * 1000 * time)
    >>> round(float(MODULATION_HZ[modulation_spectrum([beat])[3:].argmax() + 3]))
    16
    """
    bands = np.zeros(len(MODULATION_HZ) - 1)
    for segment in segments:
        amplitude = envelope(segment, sample_rate=sample_rate)[:1000]
        spectrum = np.abs(np.fft.rfft(amplitude, 4000)) / max(float(np.sum(amplitude)), 1e-30)  # 0.25-Hz bins
        which = np.digitize(np.arange(len(spectrum)) * 0.25, MODULATION_HZ) - 1
        inside = (which >= 0) & (which < len(bands))
        power = np.bincount(which[inside], weights=spectrum[inside], minlength=len(bands))
        bands += power / power.sum()
    return bands / max(float(bands.sum()), 1e-30)
