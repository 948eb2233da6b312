"""Noise of a known level over a sound, and how far the sound is above it.

Conventions
-----------
Waveforms are (time,) in [−1, 1]. The signal-to-noise ratio is that of the whole clip, pauses included, in dB.

Source
------
Eq. 10: a sound is a clear signal plus noise.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from v2ra.errors import InputError
from v2ra.foley.resonators import shaped_noise
from v2ra.waveforms import Waveform, check_waveform

FloatArray = NDArray[np.floating]

ROOM_HZ = (100.0, 2000.0)  # where the noise of rooms and recorders lies


def snr_db(reference: ArrayLike, estimate: ArrayLike) -> float:
    """Return how far a sound is above what differs from it.

    Parameters
    ----------
    reference, estimate : float (time,)
        The sound, and the sound with noise; of one length, not equal.

    Returns
    -------
    float
        In dB, higher is better.

    Raises
    ------
    InputError
        If the lengths differ, the reference is silent, or nothing differs.

    Examples
    --------
    >>> round(snr_db(np.ones(100), np.full(100, 1.1)), 1)
    20.0
    """
    clean, noisy = (np.asarray(sound, np.float64) for sound in (reference, estimate))
    for sound in (clean, noisy):
        check_waveform(sound)
    if clean.shape != noisy.shape:
        raise InputError(f"found {len(clean)} and {len(noisy)} samples; expected as many; cut the longer one")
    signal, noise = float(np.sum(clean**2)), float(np.sum((noisy - clean) ** 2))
    if not signal or not noise:
        raise InputError("found silence or two equal sounds; expected sound and noise; give others")
    return float(10 * np.log10(signal / noise))


def add_noise(
    waveform: FloatArray, *, sample_rate: int, ratio_db: float, kind: str = "white", rng: np.random.Generator
) -> tuple[Waveform, Waveform]:
    """Add noise at a signal-to-noise ratio.

    Parameters
    ----------
    waveform : float (time,)
        Not silent.
    sample_rate : int
        In Hz.
    ratio_db : float
        Of the sum.
    kind : {"white", "room"}
        White, or between 100 Hz and 2 kHz.
    rng : Generator
        Source of chance.

    Returns
    -------
    float32 (time,), float32 (time,)
        Sound and noise; then other noise of the same kind and level.

    Raises
    ------
    InputError
        If there is no such noise, or no sound.

    Examples
    --------
    >>> sound = np.sin(np.arange(8000.0))
    >>> noisy, _ = add_noise(sound, sample_rate=8000, ratio_db=10, rng=np.random.default_rng(0))
    >>> round(snr_db(sound, noisy), 3)
    10.0
    """
    check_waveform(waveform)
    if kind not in ("white", "room") or not np.any(waveform):
        raise InputError(f"found {kind!r} noise for a sound; expected 'white' or 'room', and no silence")
    made = []
    for _ in range(2):
        if kind == "white":
            noise = rng.standard_normal(len(waveform))
        else:
            low, high = ROOM_HZ
            noise = shaped_noise(len(waveform), low_hz=low, high_hz=high, rng=rng, sample_rate=sample_rate)
        rms = np.sqrt(np.mean(np.square(waveform, dtype=np.float64)) * 10 ** (-ratio_db / 10))
        made.append(noise * rms / np.sqrt(np.mean(noise**2)))
    return (waveform + made[0]).astype(np.float32), made[1].astype(np.float32)
