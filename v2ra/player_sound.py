"""The sound of the player's tracks: what is accepted, gains that match levels, files in memory.

Conventions
-----------
A track is a waveform ``(time,)`` in [−1, 1]; where one goes beyond, all are lowered together, by a gain that
the page states. Gains are in dB; a gain of 0 dB leaves a track as it is.
Files hold 16-bit mono; a sample is rounded to the nearest of 65,536 steps and +1 becomes 32767/32768.
No other level is changed here: the player applies a gain while it plays, and shows it.

Source
------
The paper plays its results as videos (Section 4); sample-aligned switching at matched loudness is the
practice of listening comparisons, ITU-R BS.1534-3.
"""

import io
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import soundfile
from numpy.typing import ArrayLike, NDArray

from v2ra.errors import InputError

Waveform = NDArray[np.float64]

# rates that every browser's audio engine accepts (Web Audio API, createBuffer)
LOWEST_RATE, HIGHEST_RATE = 8_000, 96_000
# below −80 dB re full scale a 16-bit file holds less than 3 bits: raising it would raise rounding noise
SILENT_RMS = 1e-4
# a generator's filter may overshoot full scale a little; beyond this the samples are of another scale (16-bit steps)
LARGEST_PEAK = 8.0


def check_tracks(tracks: Mapping[str, ArrayLike], *, sample_rate: int) -> dict[str, Waveform]:
    """Return the tracks as float64 waveforms, or say in one line what is wrong with them.

    Parameters
    ----------
    tracks : mapping of str to array (time,)
        Label to samples in [−1, 1], or a little beyond (see `headroom_gain_db`).
    sample_rate : int
        In Hz, 8,000 to 96,000.

    Returns
    -------
    dict of str to float64 array (time,)
        Lengths as given.

    Raises
    ------
    InputError
        No track; a label without letters; not one-dimensional, empty, NaN, or a peak above 8.

    Examples
    --------
    >>> check_tracks({"click": [0, 1, 0]}, sample_rate=44_100)["click"]
    array([0., 1., 0.])
    """
    if not tracks:
        raise InputError("found no tracks; expected at least one; give a mapping of label to waveform")
    if sample_rate != int(sample_rate) or not LOWEST_RATE <= sample_rate <= HIGHEST_RATE:
        raise InputError(
            f"found a sample rate of {sample_rate} Hz; expected a whole number from {LOWEST_RATE} to "
            f"{HIGHEST_RATE}; resample the tracks"
        )
    return {check_text(label, what="label"): _check_waveform(label, track) for label, track in tracks.items()}


def check_text(text: str, *, what: str, empty: bool = False) -> str:
    """Return text that a page can hold; raise ``InputError`` for other things.

    Examples
    --------
    >>> check_text("Ours & theirs", what="label")
    'Ours & theirs'
    """
    if not isinstance(text, str) or not (empty or text.strip()):
        raise InputError(f"found the {what} {text!r}; expected text that can be read; give it a name")
    if any("\ud800" <= letter <= "\udfff" for letter in text):
        raise InputError(f"found half a character in the {what} {text!r}; expected Unicode text; rename it")
    return text


def headroom_gain_db(tracks: Sequence[Waveform]) -> float:
    """Return the one gain that brings the loudest peak of all tracks to full scale; 0 dB if it is below.

    All tracks get the same gain, so that their levels can still be compared.

    Parameters
    ----------
    tracks : sequence of arrays (time,)
        Samples in [−1, 1] or beyond.

    Returns
    -------
    float
        At most 0 dB.

    Examples
    --------
    >>> headroom_gain_db([np.array([0.5, -1.0])]), round(headroom_gain_db([np.array([2.0]), np.ones(1)]), 2)
    (0.0, -6.02)
    """
    peak = max(float(np.abs(track).max()) for track in tracks)
    return -20 * float(np.log10(peak)) if peak > 1 else 0.0


def matching_gains_db(tracks: Sequence[Waveform]) -> list[float]:
    """Gains that give all tracks the same RMS without clipping any.

    The RMS is that of what is heard, without the mean of the track: a constant is no sound. The common RMS is that of
    the first track that sounds, or as near below it as the crest factor of every track allows: min over tracks of RMS /
    peak. Tracks under −80 dB count as silent and keep 0 dB.

    Parameters
    ----------
    tracks : sequence of arrays (time,)
        Samples in [−1, 1].

    Returns
    -------
    list of float
        One gain in dB for each track.

    Examples
    --------
    >>> wave = np.tile([0.25, -0.25], 4)
    >>> [round(gain, 2) for gain in matching_gains_db([wave, wave / 2, wave / 2 + 0.1, np.zeros(8)])]
    [0.0, 6.02, 6.02, 0.0]
    """
    levels = [float(np.std(track)) for track in tracks]
    sounding = [(rms, float(np.abs(track).max())) for rms, track in zip(levels, tracks, strict=True)]
    sounding = [(rms, peak) for rms, peak in sounding if rms >= SILENT_RMS]
    if not sounding:
        return [0.0] * len(tracks)
    common = min(sounding[0][0], *(rms / peak for rms, peak in sounding))
    return [20 * float(np.log10(common / rms)) if rms >= SILENT_RMS else 0.0 for rms in levels]


def pad_together(tracks: Sequence[Waveform]) -> list[Waveform]:
    """Return the tracks with silence behind the shorter ones, all as long as the longest.

    Examples
    --------
    >>> [len(track) for track in pad_together([np.ones(3), np.ones(5)])]
    [5, 5]
    """
    longest = max(map(len, tracks))
    return [np.pad(track, (0, longest - len(track))) for track in tracks]


def encode_track(waveform: Waveform, *, sample_rate: int, file_format: str) -> bytes:
    """Return a 16-bit mono file as bytes.

    Parameters
    ----------
    waveform : array (time,)
        Samples in [−1, 1].
    sample_rate : int
        In Hz.
    file_format : str
        ``"WAV"`` or ``"FLAC"``.

    Returns
    -------
    bytes
        The file; it decodes to within half a 16-bit step of the samples (a whole step at +1).

    Examples
    --------
    >>> len(encode_track(np.zeros(100), sample_rate=44_100, file_format="WAV"))
    244
    """
    steps = np.clip(np.round(waveform * 32768), -32768, 32767).astype(np.int16)
    file = io.BytesIO()
    soundfile.write(file, steps, int(sample_rate), format=file_format, subtype="PCM_16")
    return file.getvalue()


def _check_waveform(label: str, track: Any) -> Waveform:
    waveform = np.asarray(track, dtype=np.float64)
    if waveform.ndim != 1 or not waveform.size:
        raise InputError(
            f"track {label!r} has the shape {waveform.shape}; expected samples (time,); pass one channel"
        )
    if not np.isfinite(waveform).all():
        raise InputError(
            f"track {label!r} holds NaN or infinity; expected samples in [-1, 1]; check its source"
        )
    peak = float(np.abs(waveform).max())
    if peak > LARGEST_PEAK:
        raise InputError(
            f"track {label!r} peaks at {peak:.4g}; expected samples in [-1, 1]; scale or clip it yourself"
        )
    return waveform
