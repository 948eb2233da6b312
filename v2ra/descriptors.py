"""Vectors that stand for a sound where sounds are compared as sets: its timbre, its movement.

*Log-mel statistics*: mean and standard deviation over time of the level in each mel band. *Modulation
statistics*: how deeply four ranges of pitch are modulated in each octave of modulation frequency. No network
and no weights are behind them, so anybody gets the same vectors.

Conventions
-----------
A waveform is (time,) in [−1, 1] at 22,000 Hz or more; what lies above 11 kHz is not looked at, so that rates
compare. A vector is float64 (n_dims,), in dB. Silence has a vector too: every level, every depth is at its floor.

Source
------
Ours: the paper names no vectors (Section 4.3.3). Mel bands are librosa's (Slaney's), modulation that of
`v2ra.modulation`.
"""

from collections.abc import Iterable
from functools import cache
from hashlib import sha256

import librosa
import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import fft

from v2ra.errors import InputError
from v2ra.modulation import CRITICAL_EDGES_HZ, check_length, modulation_spectrum
from v2ra.waveforms import check_waveform

FloatArray = NDArray[np.float64]

N_MELS = 32  # with their deviations 64 numbers: an hour's clips still fill a covariance
MEL_EDGES_HZ = (50.0, 11_000.0)
WINDOW_SECONDS, HOP_SECONDS = 0.046, 0.0115  # 2029 and 507 samples at 44.1 kHz, near librosa's own
LEVEL_FLOOR_DB = -80.0  # re a full-scale sine in one band; 16 bits end near there
CRITICAL_BANDS_A_RANGE = 6  # of 24: edges at 630, 1720, 4400 and 15500 Hz
OCTAVES_HZ = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0)
DEPTH_FLOOR_DB = -40.0  # a depth of 1 %
CHUNK_FRAMES = 64  # transformed at once: they stay in a cache
KINDS = ("log_mel", "modulation")


def log_mel_statistics(waveform: ArrayLike, *, sample_rate: int) -> FloatArray:
    """Describe the timbre of a sound.

    Parameters
    ----------
    waveform : float (time,)
        Half a second or more.
    sample_rate : int
        In Hz, 22,000 or more.

    Returns
    -------
    float64 (64,)
        The mean level of 32 mel bands in dB from −80, 0 being a full-scale sine in a band's middle; then
        the standard deviations over time.

    Raises
    ------
    InputError
        If it is not a waveform, too short, or the rate too low.

    Examples
    --------
    >>> sound = np.sin(2 * np.pi * 1000 * np.arange(22050) / 22050)
    >>> vector = log_mel_statistics(sound, sample_rate=22050)
    >>> vector.shape, vector[:32].max().round(), vector[:32].min()  # between two bands: 3 dB less
    ((64,), np.float64(-3.0), np.float64(-80.0))
    """
    samples = np.asarray(waveform)
    check_waveform(samples)
    _check_rate(sample_rate)
    check_length(samples, sample_rate=sample_rate)
    n_fft = round(WINDOW_SECONDS * sample_rate)
    window = librosa.filters.get_window("hann", n_fft)
    power = _mel_powers(samples, window, hop=round(HOP_SECONDS * sample_rate), sample_rate=sample_rate)
    # The bins of a full-scale sine hold n_fft / 4 times the sum of the squared window.
    full_scale = n_fft * np.sum(window**2) / 4
    levels = 10 * np.log10(np.maximum(power / full_scale, 10 ** (LEVEL_FLOOR_DB / 10)))
    return np.concatenate([levels.mean(axis=1), levels.std(axis=1)])  # (64,)


def modulation_statistics(waveform: ArrayLike, *, sample_rate: int) -> FloatArray:
    """Describe how the loudness of a sound moves.

    Parameters
    ----------
    waveform : float (time,)
        Half a second or more; 1 s for the octave of 1 Hz.
    sample_rate : int
        In Hz, 22,000 or more.

    Returns
    -------
    float64 (24,)
        Depth of modulation in dB from −40, in the octaves around 1, 2, 4, 8, 16 and 32 Hz, for each of four
        ranges of pitch from low to high.

    Raises
    ------
    InputError
        If it is not a waveform, too short, or the rate too low.

    Examples
    --------
    >>> time = np.arange(44100) / 44100
    >>> sound = (1 + 0.5 * np.cos(2 * np.pi * 4 * time)) * np.sin(2 * np.pi * 1000 * time) / 2
    >>> modulation_statistics(sound, sample_rate=44100).reshape(4, 6)[1].round(1)
    array([-40., -40.,  -6., -40., -40., -40.])
    """
    _check_rate(sample_rate)
    edges = np.minimum(CRITICAL_EDGES_HZ, MEL_EDGES_HZ[1])
    spectrum = modulation_spectrum(
        waveform, sample_rate=sample_rate, edges_hz=edges, centres_hz=OCTAVES_HZ, width_octaves=1
    )
    levels = spectrum.levels.reshape(-1, CRITICAL_BANDS_A_RANGE)  # (4, 6)
    weighed = spectrum.depths.reshape(*levels.shape, -1) * levels[..., None]  # (4, 6, n_octaves)
    total = levels.sum(axis=1, keepdims=True)
    depths = np.where(total > 0, weighed.sum(axis=1) / np.where(total > 0, total, 1), 0.0)
    return np.asarray(20 * np.log10(np.maximum(depths, 10 ** (DEPTH_FLOOR_DB / 20)))).ravel()  # (24,)


def described(
    waveforms: Iterable[ArrayLike],
    *,
    sample_rate: int,
    kind: str = "log_mel",
    piece_seconds: float | None = None,
) -> FloatArray:
    """Describe many sounds, whole or in pieces.

    Parameters
    ----------
    waveforms : iterable of float (time,)
        At least one.
    sample_rate : int
        In Hz.
    kind : str
        ``log_mel`` or ``modulation``.
    piece_seconds : float, optional
        Cut each sound into pieces of this length that touch, one vector each; an unfinished last one is left
        out. Pieces of a sound are alike: they fill a covariance but are no independent samples.

    Returns
    -------
    float64 (n_vectors, n_dims)

    Raises
    ------
    InputError
        As the function of that kind, or if nothing is left to describe.

    Examples
    --------
    >>> described([np.zeros(44100)], sample_rate=44100, piece_seconds=0.5).shape
    (2, 64)
    """
    if kind not in KINDS:
        raise InputError(f"found the kind {kind!r}; expected one of {', '.join(KINDS)}; choose one")
    describe = log_mel_statistics if kind == "log_mel" else modulation_statistics
    sounds = [np.asarray(waveform) for waveform in waveforms]
    if piece_seconds is not None:
        n_samples = max(round(piece_seconds * sample_rate), 1)
        sounds = [
            piece
            for s in sounds
            for piece in np.split(s, range(n_samples, len(s), n_samples))
            if len(piece) == n_samples
        ]
    if not sounds:
        raise InputError("found no sound to describe; expected one or more; give longer pieces of sound")
    known: dict[bytes, FloatArray] = {}  # silent pieces, and clips that ask twice, are described once
    vectors = []
    for sound in sounds:
        name = sha256(f"{sound.dtype.str}{sound.shape}".encode() + sound.tobytes()).digest()
        if name not in known:
            known[name] = describe(sound, sample_rate=sample_rate)
        vectors.append(known[name])
    return np.stack(vectors)


def _mel_powers(
    samples: NDArray[np.floating], window: FloatArray, *, hop: int, sample_rate: int
) -> FloatArray:
    """Return the power in each mel band, (32, n_frames): librosa's melspectrogram, in half its time."""
    bands, bins = _mel_bands(sample_rate, len(window))
    frames = np.lib.stride_tricks.sliding_window_view(samples, len(window))[::hop]  # (n_frames, n_fft)
    sounding = np.flatnonzero(frames.any(axis=1))  # digital silence needs no transform
    power = np.zeros((len(bands), len(frames)))
    for some in np.split(sounding, range(CHUNK_FRAMES, len(sounding), CHUNK_FRAMES)):
        power[:, some] = bands @ _powers(frames[some] * window, bins).T
    return power


def _powers(frames: FloatArray, bins: slice) -> FloatArray:
    """Return the power in some bins, none of them the first, of each frame: two of them to a transform.

    At 44.1 kHz the window has a prime number of samples, and a transform of it takes five times as long as of 2048.
    """
    even = np.pad(frames, ((0, len(frames) % 2), (0, 0)))
    both = np.empty((len(even) // 2, even.shape[1]), np.complex128)
    both.real, both.imag = even[0::2], even[1::2]
    spectra = fft.fft(both, axis=1, overwrite_x=True)
    ahead = spectra[:, bins]
    behind = spectra[:, : -bins.stop : -1][:, bins.start - 1 :].conj()  # bin −k beside bin k
    found = np.empty((len(even), ahead.shape[1]))
    for row, side in enumerate(
        (ahead + behind, ahead - behind)
    ):  # twice each spectrum, turned for the second
        found[row::2] = (side.real**2 + side.imag**2) / 4
    return found[: len(frames)]


@cache
def _mel_bands(sample_rate: int, n_fft: int) -> tuple[FloatArray, slice]:
    """Return the share of each bin in each band, and which bins those are."""
    low, high = MEL_EDGES_HZ
    # No norm: power adds up over a band, so that a sine has the same level in every one.
    bands = librosa.filters.mel(sr=sample_rate, n_fft=n_fft, n_mels=N_MELS, fmin=low, fmax=high, norm=None)
    used = np.flatnonzero(bands.any(axis=0))
    bins = slice(int(used[0]), int(used[-1]) + 1)
    return np.asarray(bands[:, bins], dtype=np.float64), bins


def _check_rate(sample_rate: int) -> None:
    if sample_rate < 2 * MEL_EDGES_HZ[1]:
        raise InputError(
            f"found {sample_rate} Hz; expected {2 * MEL_EDGES_HZ[1]:g} Hz or more; resample the sound"
        )
