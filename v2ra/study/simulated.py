"""Raters that a random generator plays, to try a study before anyone listens.

They are for a dry run alone. Their likings are made up, so that nothing can be learnt from them but that the machinery
runs. Their rows say ``simulated``, lie in a database of their own, and are refused by all that speaks of people.

Conventions
-----------
As in `v2ra.study.store`; grades are from 1 to 5.

Source
------
Ours: the numbers below are invented.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from v2ra.study.plan import Plan, Stimulus
from v2ra.study.questions import HIGHEST, LOWEST
from v2ra.study.ratings import Ratings, ratings_of
from v2ra.study.session import Step, session
from v2ra.study.store import DATABASES, SIMULATED, Store

# Made-up likings by system: for sound, and for how it fits the picture.
LIKING = {"real": (4.4, 4.5), "mismatched": (3.4, 1.8)}
USUAL = (3.4, 3.6)
SPREAD = 0.7  # points, of each answer
STRICTNESS = 0.4  # points, from one rater to the next
FINDS_TONE = 0.95  # share of headphone checks


def simulated_answers(plan: Plan, *, seed: int = 0) -> Iterator[tuple[int, int, Step, dict[str, int]]]:
    """Yield listener, number of the step, step and answers of every simulated session.

    Examples
    --------
    >>> from v2ra.study.plan import make_plan
    >>> plan = make_plan([Stimulus("a1", "a.mp4", "", "real", "dog", "d")], n_repeats=0, n_listeners=1)
    >>> [answers for *_, step, answers in simulated_answers(plan) if step.kind == "consent"]
    [{'consent': 1}]
    """
    stimuli = plan.stimuli
    for listener in range(plan.n_listeners):
        rng = np.random.default_rng([seed, listener])
        strictness = STRICTNESS * float(rng.standard_normal())
        for number, step in enumerate(session(plan, listener)):
            heard = [stimuli[name] for name in step.stimuli]
            yield listener, number, step, _answers(step, heard, strictness, rng)


def _answers(
    step: Step, heard: list[Stimulus], strictness: float, rng: np.random.Generator
) -> dict[str, int]:
    if step.kind == "headphones":
        right = heard[0].answer
        return {"quietest": right if rng.random() < FINDS_TONE else 1 + right % 3}
    if step.kind == "pair":
        likings = [
            LIKING.get(clip.system, USUAL)[1] + SPREAD * float(rng.standard_normal()) for clip in heard
        ]
        return {"choice": 1 + int(np.argmax(likings))}
    if step.kind in ("consent", "level"):
        return {question.key: 1 for question in step.questions}
    sound, fit = LIKING.get(heard[0].system, USUAL)
    means = {"clarity": sound, "synchrony": fit, "overall": (sound + fit) / 2}
    return {
        question.key: int(
            np.clip(round(means[question.key] - strictness + SPREAD * rng.standard_normal()), LOWEST, HIGHEST)
        )
        for question in step.questions
    }


def simulate(plan: Plan, *, seed: int = 0) -> Ratings:
    """Return the ratings of a dry run, in memory.

    Examples
    --------
    >>> from v2ra.study.plan import make_plan
    >>> plan = make_plan([Stimulus("a1", "a.mp4", "", "real", "dog", "d")], n_repeats=0, n_listeners=2)
    >>> set(simulate(plan).scores.listener_kind)
    {'simulated'}
    """
    rows: list[dict[str, Any]] = [
        {"listener": listener, "listener_kind": SIMULATED, "step": number, "kind": step.kind}
        | {"stimuli": " ".join(step.stimuli), "repeat": step.repeat, "question": question, "value": value}
        for listener, number, step, answers in simulated_answers(plan, seed=seed)
        for question, value in answers.items()
    ]
    return ratings_of(rows, plan, kind=SIMULATED)


def write_simulated(folder: Path, plan: Plan, *, seed: int = 0) -> Path:
    """Fill the database of simulated raters of a study, where it is not complete, and return its path."""
    path = folder / DATABASES[SIMULATED]
    store = Store(path, plan.hash(), n_listeners=plan.n_listeners, kind=SIMULATED)
    try:
        for listener, number, step, answers in simulated_answers(plan, seed=seed):
            if number >= store.next_step(listener):
                store.add_answers(
                    listener,
                    number,
                    answers,
                    kind=step.kind,
                    stimuli=step.stimuli,
                    repeat=step.repeat,
                    trusted=True,
                )
    finally:
        store.close()
    return path
