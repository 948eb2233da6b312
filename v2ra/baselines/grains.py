"""Grains: pieces of training sounds, cut at their onsets or anywhere, and put side by side.

Contents
--------
``events_of`` (the events of a sound), ``cut_grain``, ``joined`` (grains one after another).

Conventions
-----------
A waveform is float32 (time,) in [−1, 1] at 44.1 kHz; positions are samples from its start. A grain holds
`n_fade` samples of what comes before its position, over which it fades in. A grain that the next one ends fades
out over the same samples, so that the two add up to one. Onsets come from `v2ra.sound_events`: `v2ra.onsets`
judges sounds, and no sound is made with what it is judged by.

Source
------
Section 3.3 of the paper, Algorithm 1, cuts grains at peaks; fades are ours.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from v2ra.sound_events import EventPeaks, event_peaks

Float32 = NDArray[np.float32]
Indices = NDArray[np.int64]

MIN_SHARE = 0.1  # of the loudest peak: what is 20 dB below it is no event of its own


def events_of(waveform: Float32, *, sample_rate: int) -> EventPeaks:
    """Return the events of a sound: where they begin, where they peak and how high; none in silence.

    Examples
    --------
    >>> sound = np.zeros(8000, np.float32)
    >>> sound[4000:4100] = np.linspace(1, 0, 100)
    >>> events_of(sound, sample_rate=8000).onsets
    array([4000])
    """
    samples = np.asarray(waveform, np.float64)
    peak = float(np.abs(samples).max(initial=0.0))
    if not peak:
        return EventPeaks(np.zeros(0, np.int64), np.zeros(0), np.zeros(0, np.int64))
    return event_peaks(samples, sample_rate=sample_rate, min_height=MIN_SHARE * peak)


def cut_grain(waveform: Float32, position: int, *, length: int, n_fade: int, n_out: int = 0) -> Float32:
    """Cut a grain out of a sound.

    Parameters
    ----------
    waveform : float32 (time,)
        What lies beyond its ends is silent.
    position : int
        Where the grain begins.
    length : int
        Samples from there on.
    n_fade : int
        Samples before it; they are not faded yet: `joined` does.
    n_out : int
        Samples at the end over which it fades out.

    Returns
    -------
    float32 (n_fade + length,)

    Examples
    --------
    >>> cut_grain(np.arange(5, dtype=np.float32), 3, length=3, n_fade=1)
    array([2., 3., 4., 0.], dtype=float32)
    """
    padded = np.pad(waveform, (n_fade, max(position + length - len(waveform), 0)))
    grain = padded[position : position + n_fade + length].copy()
    if n_out:
        grain[-n_out:] *= 1 - _rise(n_out)
    return np.asarray(grain, np.float32)


def joined(grains: Sequence[Float32], positions: ArrayLike, *, n_samples: int, n_fade: int) -> Float32:
    """Put grains one after another; each ends where the next begins.

    Parameters
    ----------
    grains : sequence of float32 (n_fade + length,)
        Of `cut_grain`, with the same `n_fade`; lengths may differ.
    positions : int (n_grains,)
        Where each begins, ascending.
    n_samples : int
        Length of the whole.

    Returns
    -------
    float32 (n_samples,)
        Silent where no grain is.

    Examples
    --------
    >>> joined([np.ones(4, np.float32)] * 2, [0, 2], n_samples=6, n_fade=0)
    array([1., 1., 1., 1., 1., 1.], dtype=float32)
    """
    starts = np.asarray(positions, np.int64)
    lengths = np.append(starts[1:], n_samples) - starts
    mixed = np.zeros(n_fade + n_samples, np.float32)  # sample 0 of the whole at n_fade
    for grain, start, length in zip(grains, starts.tolist(), lengths.tolist(), strict=True):
        piece = grain[: n_fade + length].copy()
        piece[:n_fade] *= _rise(n_fade)
        if len(piece) < len(grain):
            piece[len(piece) - n_fade :] *= 1 - _rise(n_fade)
        mixed[start : start + len(piece)] += piece
    return mixed[n_fade:]


def _rise(n_samples: int) -> Float32:
    """Return a raised cosine from 0 to 1."""
    return np.asarray(
        0.5 - 0.5 * np.cos(np.pi * (np.arange(n_samples) + 0.5) / max(n_samples, 1)), np.float32
    )
