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

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from v2ra.errors import InputError
from v2ra.heard_sounds import features_of, heard_pairs
from v2ra.pairs import Array, Pair, generator_of, is_mismatched
from v2ra.peaq import objective_difference_grade, objective_difference_grades
from v2ra.score_cache import Result, Runner, code_version, digest
from v2ra.scores import chance_scores, mismatched_scores, synchrony_scores
from v2ra.similarity import grade_of_features
from v2ra.waveforms import check_waveform

FloatArray = NDArray[np.float64]
Scores = list[dict[str, float]]

# What a kept result depends on: a change in one of these computes it again.
SYNCHRONY_CODE = (
    *("pair_scores", "heard_sounds", "scores", "onset_matching", "onsets"),
    *("envelopes", "lags", "synchrony", "pairs"),
)
QUALITY_CODE = ("pair_scores", "peaq", "reference_data")
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
    real, sounds = heard_pairs(pairs, sample_rate=sample_rate, runner=runner)
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
    grades = difference_grades_of_pairs(pairs, sample_rate=sample_rate, runner=runner)
    sides = [side for pair in pairs for side in _as_in_a_file(pair)]
    features = features_of(sides, sample_rate=sample_rate, runner=runner)
    alike = [grade_of_features(*both) for both in zip(features[::2], features[1::2], strict=True)]
    return [{**grade, **likeness._asdict()} for grade, likeness in zip(grades, alike, strict=True)]


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
    version = digest(code_version(*QUALITY_CODE), sample_rate)
    tasks, keys = [], []
    for pair in pairs:
        sides = _as_in_a_file(pair)
        tasks.append((pair.name, *sides, sample_rate))
        keys.append(digest(version, *sides))
    return (runner or Runner()).run(_differences, tasks, keys, batch_size=BATCH_PAIRS, label="PEAQ")


def _as_in_a_file(pair: Pair) -> list[Array]:
    """Return reference and estimate, checked, without what lies beyond ±1."""
    for waveform in (pair.reference, pair.estimate):
        check_waveform(waveform)
    return [np.clip(side, -1, 1) for side in (pair.reference, pair.estimate)]


def _event_digest(pair: Pair, sample_rate: int) -> str:
    times = [] if pair.event_times is None else [float(time) for time in pair.event_times]
    return digest(pair.reference, times, sample_rate)


def _synchrony(tasks: list[Any]) -> list[Result]:
    return [
        {
            **synchrony_scores(reference, sound, **settings),
            **mismatched_scores(reference, others, **settings),
            **chance_scores(reference, sound, n_draws=n_draws, rng=rng, **settings),
        }
        for reference, sound, others, settings, n_draws, rng in tasks
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
