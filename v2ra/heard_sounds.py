"""What is heard in a sound alone, its onsets and its similarity features: found once, however often it is compared.

Conventions
-----------
A sound is known by its samples: equal ones share what was found, kept in the runner's cache where it has one.

Source
------
Ours.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from v2ra.onsets import detect_onsets
from v2ra.pairs import Array, Pair
from v2ra.score_cache import Result, Runner, code_version, digest
from v2ra.scores import Sound, hear
from v2ra.similarity import SimilarityFeatures, similarity_features
from v2ra.waveforms import check_waveform

FloatArray = NDArray[np.float64]

# What a kept result depends on: a change in one of these computes it again.
ONSET_CODE = ("heard_sounds", "onsets")
FEATURE_CODE = (
    *("heard_sounds", "similarity", "acoustic_features", "modulation", "envelopes", "lags", "reference_data"),
)


def onsets_of(waveforms: Mapping[str, Array], *, sample_rate: int, runner: Runner) -> dict[str, FloatArray]:
    """Find the onsets of sounds, each once.

    Parameters
    ----------
    waveforms : mapping of str to float (time,)
        By the digest of each with the rate: equal ones share their onsets.
    sample_rate : int
        In Hz.
    runner : Runner
        Processes and cache.

    Returns
    -------
    dict of float64 (n_onsets,)
        In seconds, under the same names.

    Examples
    --------
    >>> click = np.eye(1, 44100, 22050)[0]
    >>> onsets_of({"a": click}, sample_rate=44100, runner=Runner())["a"].round(2)
    array([0.5])
    """
    found = _found(_onsets, ONSET_CODE, waveforms, sample_rate, runner)
    return {name: np.array(result["onsets"]) for name, result in found.items()}


def features_of(
    sounds: Sequence[Array], *, sample_rate: int, runner: Runner | None = None
) -> list[SimilarityFeatures]:
    """Return the similarity features of sounds in their order; those of equal ones are computed once.

    Parameters
    ----------
    sounds : sequence of float (time,)
        Half a second or more each.
    sample_rate : int
        In Hz, 8000 or more.
    runner : Runner, optional
        Processes and cache.

    Examples
    --------
    >>> tone = np.sin(np.arange(8000.0))
    >>> [round(found.rms, 2) for found in features_of([tone, tone / 2], sample_rate=8000)]
    [0.71, 0.35]
    """
    names = [digest(sound, sample_rate) for sound in sounds]
    known = dict(zip(names, sounds, strict=True))
    found = _found(_features, FEATURE_CODE, known, sample_rate, runner or Runner())
    return [SimilarityFeatures(**found[name]) for name in names]


def heard_pairs(
    pairs: Sequence[Pair], *, sample_rate: int, runner: Runner
) -> tuple[list[Sound], list[Sound]]:
    """Return the references and the estimates with their onsets; each sound is searched once.

    Parameters
    ----------
    pairs : sequence of Pair
        A reference has the annotated onsets where its pair names some.
    sample_rate : int
        In Hz.
    runner : Runner
        Processes and cache.

    Examples
    --------
    >>> click = np.eye(1, 44100, 22050)[0]
    >>> (real,), (made,) = heard_pairs([Pair("ours", "wood", "a", click, click)], sample_rate=44100, runner=Runner())
    >>> (real.onsets == made.onsets).all()
    np.True_
    """
    names = [digest(pair.estimate, sample_rate) for pair in pairs]
    wanted = dict(zip(names, (pair.estimate for pair in pairs), strict=True))
    unknown = [pair.event_times is None or not len(pair.event_times) for pair in pairs]
    references = [digest(pair.reference, sample_rate) for pair in pairs]
    wanted |= {name: p.reference for p, name, new in zip(pairs, references, unknown, strict=True) if new}
    onsets = onsets_of(wanted, sample_rate=sample_rate, runner=runner)
    estimates = [Sound(pair.estimate, onsets[name]) for pair, name in zip(pairs, names, strict=True)]
    real = [
        Sound(pair.reference, onsets[name])
        if new
        else hear(pair.reference, sample_rate=sample_rate, event_times=pair.event_times)
        for pair, name, new in zip(pairs, references, unknown, strict=True)
    ]
    return real, estimates


def _found(
    function: Callable[[list[Any]], list[Result]],
    code: tuple[str, ...],
    waveforms: Mapping[str, Array],
    sample_rate: int,
    runner: Runner,
) -> dict[str, Result]:
    """Run a function on each sound, by its name."""
    for waveform in waveforms.values():
        check_waveform(waveform)
    version = digest(function.__name__, code_version(*code))
    tasks = [(waveform, sample_rate) for waveform in waveforms.values()]
    results = runner.run(function, tasks, [digest(version, name) for name in waveforms], label="sounds")
    return dict(zip(waveforms, results, strict=True))


def _onsets(tasks: list[tuple[Array, int]]) -> list[Result]:
    return [{"onsets": detect_onsets(waveform, sample_rate=rate).tolist()} for waveform, rate in tasks]


def _features(tasks: list[tuple[Array, int]]) -> list[Result]:
    return [similarity_features(waveform, sample_rate=rate)._asdict() for waveform, rate in tasks]
