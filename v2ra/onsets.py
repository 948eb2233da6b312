"""When the events of a sound begin.

One onset is wanted for one event: an impact, a bark, a chirp, a burst with its crackle. The strength of an
onset is the growth of the sound in twelve mel bands, on a logarithmic scale; its peaks are picked by
librosa, and a peak counts only where the sound also grows louder and is loud enough to be heard.

Conventions
-----------
A waveform is (time,) in [−1, 1]; onsets are float64 seconds from its start, in order. What sounds from the
first sample on has no onset: nothing is before it.

Source
------
SuperFlux (Böck and Widmer, 2013) as in ``librosa.onset``. The constants are ours, chosen on made signals with
known onsets (clicks, damped tones, noise bursts, gliding chirps, barks, crackle; 8 to 96 kHz).
``tests/test_onsets.py`` holds the detector against such signals, and against annotated real contacts.
"""

import librosa
import numpy as np
from numpy.typing import ArrayLike, NDArray

from v2ra.errors import InputError
from v2ra.waveforms import check_waveform

FloatArray = NDArray[np.float64]

HOP_SECONDS = 0.005
WINDOW_SECONDS = 0.046  # shorter ones see the grains of crackle and gravel as events
LEAD_SECONDS = 0.008  # the growth peaks this long before the window is centred on the onset (measured)
N_BANDS = 12  # few and wide: a chirp that glides stays in its band
BAND_EDGES_HZ = (80.0, 16_000.0)
COMPRESSION = 100.0  # log(1 + 100 × magnitude): what is 40 dB below the loudest cell hardly counts
LAG_FRAMES = 2  # growth over 10 ms
GLIDE_BANDS = 3  # growth is measured from the loudest of three neighbouring bands: a glide is no onset
THRESHOLD = 0.2  # of the strongest onset in the clip, above the mean of the 0.2 s around
NEIGHBOURHOOD_SECONDS = 0.15  # an onset is the strongest within this time on either side
MEAN_SECONDS = 0.1
WAIT_SECONDS = 0.2  # no two onsets closer than this; real contacts are 0.33 s or more apart (95 %)

LEVEL_SECONDS = 0.03
GUARD_SECONDS = 0.015  # the levels before and after are taken around a point this long before the onset
RISE_DB = 3.0  # less is a fluctuation: stationary noise has none
GATE_DB = -40.0  # re the loudest 30 ms of the clip
SILENCE = 1e-4  # peak below which a waveform counts as silent: 3 steps of 16 bits
MIN_SAMPLE_RATE = 8000  # below it twelve bands are narrower than a bin


def detect_onsets(waveform: ArrayLike, *, sample_rate: int) -> FloatArray:
    """Find the times at which events begin.

    Parameters
    ----------
    waveform : float (time,)
        Sound in [−1, 1]. Its level does not matter, unless its peak is below −80 dB: that is silence.
    sample_rate : int
        In Hz, 8000 or more.

    Returns
    -------
    float64 (n_onsets,)
        Times in seconds, ascending, at least 0.2 s apart; empty for silence and for sound
        shorter than one transform (46 to 92 ms by the rate).

    Raises
    ------
    InputError
        If it is not a waveform, or the rate is too low.

    Examples
    --------
    >>> waveform = np.zeros(8000)
    >>> waveform[4000:4800] = np.sin(np.arange(800)) * np.exp(-np.arange(800) / 200)
    >>> detect_onsets(waveform, sample_rate=8000).round(2)
    array([0.5])
    """
    samples = np.asarray(waveform)
    check_waveform(samples)
    if sample_rate < MIN_SAMPLE_RATE:
        raise InputError(f"found {sample_rate} Hz; expected {MIN_SAMPLE_RATE} Hz or more; resample the sound")
    peak = float(np.abs(samples).max())
    if peak < SILENCE or len(samples) < _n_fft(sample_rate):
        return np.zeros(0)
    samples = samples.astype(np.float64) / peak
    hop = round(HOP_SECONDS * sample_rate)
    strength = onset_strength(samples, sample_rate=sample_rate)
    frames = librosa.onset.onset_detect(
        onset_envelope=strength,
        sr=sample_rate,
        hop_length=hop,
        units="frames",
        normalize=True,  # to [0, 1] over the clip
        backtrack=False,
        pre_max=_n_frames(NEIGHBOURHOOD_SECONDS),
        post_max=_n_frames(NEIGHBOURHOOD_SECONDS),
        pre_avg=_n_frames(MEAN_SECONDS),
        post_avg=_n_frames(MEAN_SECONDS),
        delta=THRESHOLD,
        wait=_n_frames(WAIT_SECONDS),
    )
    onsets = np.asarray(frames * hop / sample_rate + LEAD_SECONDS, dtype=np.float64)
    onsets = onsets[onsets < len(samples) / sample_rate]
    return onsets[_grows_louder(samples, onsets, sample_rate=sample_rate)]


def onset_strength(waveform: FloatArray, *, sample_rate: int) -> FloatArray:
    """Growth of the sound over 10 ms, mean over the bands.

    Parameters
    ----------
    waveform : float64 (time,)
        Not silent.
    sample_rate : int
        In Hz.

    Returns
    -------
    float64 (n_frames,)
        From 0; one value every 5 ms, the first centred on sample 0.

    Examples
    --------
    >>> strength = onset_strength(np.sin(np.arange(8000.0)), sample_rate=8000)
    >>> strength.shape, bool(strength.min() >= 0)
    ((201,), True)
    """
    low, high = BAND_EDGES_HZ
    magnitude = librosa.feature.melspectrogram(
        y=waveform,
        sr=sample_rate,
        n_fft=_n_fft(sample_rate),
        win_length=round(WINDOW_SECONDS * sample_rate),
        hop_length=round(HOP_SECONDS * sample_rate),
        n_mels=N_BANDS,
        fmin=low,
        fmax=min(high, sample_rate / 2),
        power=1.0,
        norm=None,  # wide bands weigh more: events are wider than hum
    )  # (12, n_frames)
    level = np.log1p(COMPRESSION * magnitude / magnitude.max())
    growth = librosa.onset.onset_strength(S=level, lag=LAG_FRAMES, max_size=GLIDE_BANDS, center=False)
    return np.asarray(growth, dtype=np.float64)


def _n_fft(sample_rate: int) -> int:
    return 1 << (round(WINDOW_SECONDS * sample_rate) - 1).bit_length()  # the next power of two


def _n_frames(seconds: float) -> int:
    return round(seconds / HOP_SECONDS)


def _grows_louder(waveform: FloatArray, onsets: FloatArray, *, sample_rate: int) -> NDArray[np.bool_]:
    """Whether the 30 ms after each onset are louder than the 30 ms before, and loud enough."""
    energy = np.concatenate([[0.0], np.cumsum(waveform**2)])  # (time + 1,)
    n_level = round(LEVEL_SECONDS * sample_rate)
    centres = np.round((onsets - GUARD_SECONDS) * sample_rate).astype(int)

    def power(first: NDArray[np.int_]) -> FloatArray:
        start, stop = (np.clip(edge, 0, len(waveform)) for edge in (first, first + n_level))
        return np.asarray((energy[stop] - energy[start]) / np.maximum(stop - start, 1))

    loudest = power(np.arange(0, len(waveform) - n_level, max(n_level // 4, 1))).max()
    before, after = power(centres - n_level), power(centres)
    louder = after > 10 ** (RISE_DB / 10) * before
    return np.asarray(louder & (after > 10 ** (GATE_DB / 10) * loudest))
