"""All scores of one file against another, as `v2ra score` prints them.

Conventions
-----------
Arguments are (reference, estimate): audio files, or videos with sound. Both are brought to the reference's rate.
PEAQ hears two channels where both files have two; every other score hears the mean of the channels. What was
changed to compare the two is told as a warning, one line each.

Source
------
Sections 4.3.1 (ODG, Eq. 11) and 4.3.2 (OSG, Eq. 12); synchrony is ours.
"""

import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from v2ra.envelopes import envelope_correlation, rms_ratio
from v2ra.errors import InputError
from v2ra.onsets import detect_onsets
from v2ra.peaq import objective_difference_grade
from v2ra.similarity import objective_similarity_grade
from v2ra.sound import read_waveform
from v2ra.sound_format import SoundFormat, sound_format
from v2ra.synchrony import onset_f_measure
from v2ra.timing import PAPER
from v2ra.waveforms import Waveform

Float32 = NDArray[np.float32]

MEANINGS = {  # score: what it is, its range, which direction is good
    "odg": ("objective difference grade (PEAQ)", "−3.98 … 0.22", "higher is better"),
    "di": ("distortion index (PEAQ)", "unbounded, −4 … 6 in practice", "higher is better"),
    "osg": ("objective similarity grade (Eq. 12)", "0 … ∞", "lower is better"),
    "mms": ("  modulation, distance", "0 … 1 or more", "lower is better"),
    "msf": ("  spectral flux, distance", "0 … 2", "lower is better"),
    "rms": ("  level, distance", "0 … 1", "lower is better"),
    "onset_f": ("onset F-measure, ±50 ms", "0 … 1", "higher is better"),
    "onset_precision": ("  share of its onsets that are right", "0 … 1", "higher is better"),
    "onset_recall": ("  share of true onsets found", "0 … 1", "higher is better"),
    "envelope_correlation": ("envelope correlation", "−1 … 1", "higher is better"),
    "best_lag_seconds": ("lag of the best correlation", "seconds, positive is late", "nearer 0 is better"),
    "rms_ratio": ("level ratio", "0 … ∞", "nearer 1 is better"),
}


def score_files(reference: Path, estimate: Path) -> dict[str, Any]:
    """Score an estimate against its reference.

    The longer file is cut to the shorter one where they differ by at most one frame of video.

    Parameters
    ----------
    reference, estimate : path
        Audio files, or the sound of videos; 0.5 s or more, the reference at 32,000 Hz or more and not silent.

    Returns
    -------
    dict
        The keys of `MEANINGS` from odg on, movs (the eleven variables behind odg) after di, sample_rate and
        n_seconds of what was compared before the last two.

    Raises
    ------
    InputError
        If a file cannot be read, the lengths differ, or PEAQ cannot grade the pair.

    Source
    ------
    Sections 4.3.1 and 4.3.2.

    Examples
    --------
    >>> import tempfile
    >>> from v2ra.waveforms import write_waveform
    >>> path = Path(tempfile.mkdtemp()) / "a.wav"
    >>> burst = np.exp(-np.arange(24000) / 2000) * np.random.default_rng(0).uniform(-0.5, 0.5, 24000)
    >>> write_waveform(path, np.concatenate([np.zeros(24000), burst]), sample_rate=48000)
    >>> scores = score_files(path, path)
    >>> scores["odg"] > 0, scores["osg"], scores["onset_f"], scores["n_seconds"]
    (True, 0.0, 1.0, 1.0)
    """
    formats = [sound_format(path) for path in (reference, estimate)]
    rate = formats[0].sample_rate
    _tell_changes(*formats)
    both_stereo = all(found.n_channels == 2 for found in formats)
    numbers = (0, 1) if both_stereo else (None,)
    heard = [
        _cut_alike(*(read_waveform(p, sample_rate=rate, channel=n) for p in (reference, estimate)), rate=rate)
        for n in numbers
    ]
    one, two = (np.stack([pair[side] for pair in heard]) for side in (0, 1))  # (channels, time)
    grade = objective_difference_grade(one, two, sample_rate=rate)
    others = _one_channel_scores(one.mean(axis=0), two.mean(axis=0), sample_rate=rate)
    late = {name: others.pop(name) for name in ("best_lag_seconds", "rms_ratio")}
    length = {"sample_rate": rate, "n_seconds": one.shape[1] / rate}
    return {"odg": grade.odg, "di": grade.di, "movs": grade.movs, **others, **length, **late}


def score_text(scores: Mapping[str, Any]) -> str:
    """Return the scores for a person: one a line, with its range and the direction that is good.

    Examples
    --------
    >>> print(score_text({"odg": -0.5, "sample_rate": 48000, "n_seconds": 2.0}))
    compared: 2.00 s at 48000 Hz
    odg                    -0.5000  objective difference grade (PEAQ); −3.98 … 0.22; higher is better
    """
    lines = [f"compared: {scores['n_seconds']:.2f} s at {scores['sample_rate']} Hz"]
    for name, meaning in MEANINGS.items():
        if name in scores:
            lines.append(f"{name:22} {scores[name]:7.4f}  {'; '.join(part.strip() for part in meaning)}")
    lines += [f"  {name:20} {value:7.4f}" for name, value in scores.get("movs", {}).items()]
    return "\n".join(lines)


def _one_channel_scores(reference: Float32, estimate: Float32, *, sample_rate: int) -> dict[str, float]:
    similarity = objective_similarity_grade(reference, estimate, sample_rate=sample_rate)
    onsets = [detect_onsets(waveform, sample_rate=sample_rate) for waveform in (reference, estimate)]
    onset = onset_f_measure(*onsets)
    envelope = envelope_correlation(reference, estimate, sample_rate=sample_rate)
    return {
        "osg": similarity.osg,
        "mms": similarity.mms,
        "msf": similarity.msf,
        "rms": similarity.rms,
        "onset_f": onset.f_measure,
        "onset_precision": onset.precision,
        "onset_recall": onset.recall,
        "envelope_correlation": envelope.correlation,
        "best_lag_seconds": envelope.best_lag_seconds,
        "rms_ratio": rms_ratio(reference, estimate),
    }


def _tell_changes(reference: SoundFormat, estimate: SoundFormat) -> None:
    """Warn of what is done to make the two comparable."""
    if estimate.sample_rate != reference.sample_rate:
        warnings.warn(
            f"the estimate is resampled from {estimate.sample_rate} to the reference's {reference.sample_rate} Hz",
            stacklevel=3,
        )
    channels = {reference.n_channels, estimate.n_channels}
    if len(channels) > 1 or max(channels) > 2:
        numbers = f"{reference.n_channels} and {estimate.n_channels}"
        warnings.warn(f"{numbers} channels: PEAQ hears the mean of each file's channels", stacklevel=3)


def _cut_alike(reference: Waveform, estimate: Waveform, *, rate: int) -> tuple[Waveform, Waveform]:
    lengths = len(reference), len(estimate)
    if max(lengths) - min(lengths) > rate // PAPER.frame_rate:
        seconds = " and ".join(f"{n / rate:.2f} s" for n in lengths)
        raise InputError(f"found sounds of {seconds}; expected the same length; cut one of them")
    return reference[: min(lengths)], estimate[: min(lengths)]
