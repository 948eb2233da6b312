"""Scores of many pairs, family by family; each is computed once and kept where a cache is given.

*synchrony*: when things sound, with the mismatched control and the chance level of each score. *quality*: what
PEAQ and the objective similarity grade say of the pair itself; the scale systems are its controls.

Conventions
-----------
Scores are a dict by name, one for each pair. For *quality* a sound is judged as a file would hold it: what
lies beyond ±1 is clipped.

Source
------
Ours; Section 4.3 for the two grades, Section 4.7 for the mismatched control.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from v2ra.errors import InputError
from v2ra.onsets import detect_onsets
from v2ra.pairs import Array, Pair, generator_of, is_mismatched
from v2ra.peaq import objective_difference_grade, objective_difference_grades
from v2ra.score_cache import Result, Runner, code_version, digest
from v2ra.scores import Sound, chance_scores, hear, mismatched_scores, synchrony_scores
from v2ra.similarity import objective_similarity_grade
from v2ra.waveforms import check_waveform

FloatArray = NDArray[np.float64]
Scores = list[dict[str, float]]

# What a kept result depends on: a change in one of these computes it again.
SYNCHRONY_CODE = (
    *("pair_scores", "scores", "chance_onsets", "onsets", "envelopes", "lags", "synchrony", "pairs"),
)
QUALITY_CODE = (
    *("pair_scores", "peaq", "similarity", "acoustic_features", "modulation", "envelopes", "lags"),
    "reference_data",
)
BATCH_PAIRS = 8


def synchrony_of_pairs(
    pairs: Sequence[Pair],
    *,
    sample_rate: int,
    window_seconds: float,
    n_draws: int,
    seed: int,
    runner: Runner | None = None,
) -> Scores:
    """Score synchrony: NAME, NAME_mismatched and NAME_chance for each pair.

    Parameters
    ----------
    pairs : sequence of Pair
        Those of one system, category and seed are each other's mismatched controls.
    sample_rate : int
        In Hz.
    window_seconds, n_draws, seed
        As in `evaluate_clips`.
    runner : Runner, optional
        Processes and cache.

    Examples
    --------
    >>> click = np.eye(1, 44100, 22050)[0]
    >>> options = {"sample_rate": 44100, "window_seconds": 0.05, "n_draws": 1, "seed": 0}
    >>> synchrony_of_pairs([Pair("ours", "wood", "a", click, click)], **options)[0]["onset_f"]
    1.0
    """
    runner = runner or Runner()
    names = [digest(pair.estimate, sample_rate) for pair in pairs]
    events = [_event_digest(pair, sample_rate) for pair in pairs]
    sounds, real = _heard(pairs, names, sample_rate, runner)
    settings: dict[str, Any] = {"sample_rate": sample_rate, "window_seconds": window_seconds}
    tasks, keys = [], []
    for index, pair in enumerate(pairs):
        others = [k for k, other in enumerate(pairs) if is_mismatched(pair, other)]
        mine = (real[index], sounds[index], [sounds[k] for k in others])
        tasks.append((*mine, settings, n_draws, generator_of(pair, seed)))
        described = [names[index], events[index], [names[k] for k in others], settings, n_draws, seed]
        keys.append(digest(code_version(*SYNCHRONY_CODE), pair.name, *described))
    return runner.run(_synchrony, tasks, keys, label="synchrony")


def quality_of_pairs(pairs: Sequence[Pair], *, sample_rate: int, runner: Runner | None = None) -> Scores:
    """Grade each pair: odg and di (PEAQ), mms, msf, rms and osg (similarity).

    Parameters
    ----------
    pairs : sequence of Pair
        Of 0.5 s or more; the reference is not silent, the estimate may be.
    sample_rate : int
        In Hz, 32,000 or more.
    runner : Runner, optional
        Processes and cache.

    Raises
    ------
    InputError
        If PEAQ cannot grade a pair; the message names it.

    Examples
    --------
    >>> click = np.eye(1, 44100, 22050)[0]
    >>> list(quality_of_pairs([Pair("ours", "wood", "a", click, click)], sample_rate=44100)[0])
    ['odg', 'di', 'mms', 'msf', 'rms', 'osg']
    """
    return _of_pairs(_quality, QUALITY_CODE, pairs, sample_rate, runner, "PEAQ and OSG")


def difference_grades_of_pairs(
    pairs: Sequence[Pair], *, sample_rate: int, runner: Runner | None = None
) -> Scores:
    """Grade each pair by PEAQ alone: odg and di; as `quality_of_pairs`.

    Examples
    --------
    >>> click = np.eye(1, 44100, 22050)[0]
    >>> grades = difference_grades_of_pairs([Pair("ours", "wood", "a", click, click)], sample_rate=44100)
    >>> grades[0]["odg"] > 0
    True
    """
    return _of_pairs(_differences, QUALITY_CODE, pairs, sample_rate, runner, "PEAQ")


def _of_pairs(
    function: Callable[[list[Any]], list[Result]],
    code: tuple[str, ...],
    pairs: Sequence[Pair],
    sample_rate: int,
    runner: Runner | None,
    label: str,
) -> Scores:
    version = digest(function.__name__, code_version(*code), sample_rate)
    tasks, keys = [], []
    for pair in pairs:
        for waveform in (pair.reference, pair.estimate):
            check_waveform(waveform)
        sides = [np.clip(side, -1, 1) for side in (pair.reference, pair.estimate)]
        tasks.append((pair.name, *sides, sample_rate))
        keys.append(digest(version, *sides))
    return (runner or Runner()).run(function, tasks, keys, batch_size=BATCH_PAIRS, label=label)


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
    for waveform in waveforms.values():
        check_waveform(waveform)
    version = digest("onsets", code_version(*SYNCHRONY_CODE))
    tasks = [(waveform, sample_rate) for waveform in waveforms.values()]
    found = runner.run(_onsets, tasks, [digest(version, name) for name in waveforms], label="onsets")
    return {name: np.array(result["onsets"]) for name, result in zip(waveforms, found, strict=True)}


def _event_digest(pair: Pair, sample_rate: int) -> str:
    times = [] if pair.event_times is None else [float(time) for time in pair.event_times]
    return digest(pair.reference, times, sample_rate)


def _heard(
    pairs: Sequence[Pair], names: Sequence[str], sample_rate: int, runner: Runner
) -> tuple[list[Sound], list[Sound]]:
    """Return the estimates and the references with their onsets; each sound is searched once."""
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
    return estimates, real


def _onsets(tasks: list[tuple[Array, int]]) -> list[Result]:
    return [{"onsets": detect_onsets(waveform, sample_rate=rate).tolist()} for waveform, rate in tasks]


def _synchrony(tasks: list[Any]) -> list[Result]:
    return [
        {
            **synchrony_scores(reference, sound, **settings),
            **mismatched_scores(reference, others, **settings),
            **chance_scores(reference, sound, n_draws=n_draws, rng=rng, **settings),
        }
        for reference, sound, others, settings, n_draws, rng in tasks
    ]


def _quality(tasks: list[Any]) -> list[Result]:
    return [
        {
            **grade,
            **objective_similarity_grade(reference, estimate, sample_rate=rate)._asdict(),
        }
        for grade, (_, reference, estimate, rate) in zip(_differences(tasks), tasks, strict=True)
    ]


def _differences(tasks: list[Any]) -> list[Result]:
    _, references, estimates, rates = zip(*tasks, strict=True)
    try:
        grades = objective_difference_grades(references, estimates, sample_rate=rates[0])
    except InputError:
        for task in tasks:  # find the one, to name it
            _named_grade(*task)
        raise
    return [{"odg": grade.odg, "di": grade.di} for grade in grades]


def _named_grade(name: str, reference: Array, estimate: Array, sample_rate: int) -> None:
    try:
        objective_difference_grade(reference, estimate, sample_rate=sample_rate)
    except InputError as error:
        raise InputError(f"{name}: {error}") from None
