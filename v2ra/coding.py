"""Small impairments, aligned, of the kind that PEAQ was made for: what a codec or a little noise makes of a sound.

Conventions
-----------
A waveform is (time,) in [−1, 1]; what comes back is float32, as long, with no delay.

Source
------
No section of the paper. Videos of the web, its data, carry AAC.
"""

import tempfile
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from v2ra.errors import InputError
from v2ra.sound import read_waveform
from v2ra.tracks import accepted, new_container, sound_packets
from v2ra.waveforms import Waveform, check_waveform, clipped

BIT_RATE = 128_000  # bit/s: what web videos have


def aac_coded(waveform: ArrayLike, *, sample_rate: int, bit_rate: int = BIT_RATE) -> Waveform:
    """Encode a sound as AAC and decode it again.

    Parameters
    ----------
    waveform : float (time,)
        In [-1, 1]; clipped beyond, with a warning.
    sample_rate : int
        In Hz, one that AAC has (44,100 or 48,000, say).
    bit_rate : int
        In bit/s, 8,000 or more.

    Returns
    -------
    float32 (time,)

    Raises
    ------
    InputError
        If it is not a waveform, or AAC has no such rate.

    Examples
    --------
    >>> tone = 0.5 * np.sin(np.arange(44100) / 10)
    >>> bool(0 < np.abs(aac_coded(tone, sample_rate=44100) - tone)[5000:].max() < 0.01)
    True
    """
    samples = clipped(np.asarray(waveform))
    if bit_rate < 8000:
        raise InputError(f"found {bit_rate} bit/s; expected 8000 or more; raise the rate")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "coded.mp4"
        with (
            accepted(path, f"AAC at {sample_rate} Hz"),
            new_container(path, picture_ticks=1, sample_rate=sample_rate) as out,
        ):
            track = out.add_stream("aac", rate=sample_rate, layout="mono")
            track.bit_rate = bit_rate
            for packet in sound_packets(track, samples, 0):
                out.mux(packet)
        decoded = read_waveform(path, sample_rate=sample_rate)
    return np.pad(decoded[: len(samples)], (0, max(0, len(samples) - len(decoded))))


def with_noise(waveform: ArrayLike, *, ratio_db: float, seed: int = 0) -> NDArray[np.float64]:
    """Return a sound with white noise below it.

    Parameters
    ----------
    waveform : float (time,)
        In [-1, 1].
    ratio_db : float
        Level of the sound over that of the noise, in dB.
    seed : int
        Of the noise.

    Returns
    -------
    float64 (time,)
        In [-1, 1], clipped there.

    Examples
    --------
    >>> sound = np.full(10_000, 0.1)
    >>> round(float(np.std(with_noise(sound, ratio_db=20) - sound)), 3)
    0.01
    """
    samples = np.asarray(waveform, dtype=np.float64)
    check_waveform(samples)
    level = np.sqrt(np.mean(samples**2)) * 10 ** (-ratio_db / 20)
    noise = level * np.random.default_rng(seed).standard_normal(samples.size)
    return np.asarray(np.clip(samples + noise, -1, 1))
