"""The steps of one listener, from consent to the last clip.

Conventions
-----------
Steps are numbered from 0. What a step plays is a tuple of ids, in the order of the page. Everything follows from the
plan and the listener's number, so that a session can go on after any interruption.

Source
------
Section 4.7; ITU-T P.910 for practice before the ratings; Woods et al. (2017) for the headphone check.
"""

from dataclasses import dataclass

from v2ra.errors import InputError
from v2ra.study.orders import listener_order, with_repeats
from v2ra.study.plan import Plan, Stimulus
from v2ra.study.questions import (
    CHOICE,
    CHOICE_OF_SOUNDS,
    CONSENT,
    LEVEL,
    QUIETEST,
    Question,
    rating_questions,
)

KINDS = ("consent", "level", "headphones", "training", "rating", "pair")
SECONDS = {"consent": 30, "level": 20, "headphones": 9, "training": 22, "rating": 22, "pair": 24}


@dataclass(frozen=True)
class Step:
    """One page: what is played, what is asked; `repeat` marks an item that comes a second time."""

    kind: str
    stimuli: tuple[str, ...]
    questions: tuple[Question, ...]
    repeat: bool = False


def session(plan: Plan, listener: int) -> tuple[Step, ...]:
    """Return the steps of a listener.

    Parameters
    ----------
    plan : Plan
        Of the study.
    listener : int
        From 0 to one less than the plan has.

    Raises
    ------
    InputError
        For a number that the plan does not have.

    Examples
    --------
    >>> from v2ra.study.plan import make_plan
    >>> items = [Stimulus(f"{k:016x}", f"{k}.mp4", "", "ours", "dog", str(k)) for k in range(4)]
    >>> [step.kind for step in session(make_plan(items, n_repeats=1), 0)]
    ['consent', 'rating', 'rating', 'rating', 'rating', 'rating']
    """
    if not 0 <= listener < plan.n_listeners:
        raise InputError(f"found listener {listener}; expected 0 to {plan.n_listeners - 1}; see the plan")
    first = [Step("consent", (), (CONSENT,))]
    first += [Step("level", (sound.id,), (LEVEL,)) for sound in plan.level]
    first += [Step("headphones", (sound.id,), (QUIETEST,)) for sound in plan.checks]
    first += [_rated(plan, item, "training") for item in plan.training]
    order = listener_order(len(plan.items), listener=listener, seed=plan.seed)
    rated = [
        _rated(plan, plan.items[number], "rating", repeat=repeat)
        for number, repeat in with_repeats(order, plan.n_repeats)
    ]
    return (*first, *rated, *_pairs(plan, listener))


def minutes(plan: Plan) -> int:
    """Return how long a session takes, about: playing eight seconds and a few to answer, step by step."""
    return max(1, round(sum(SECONDS[step.kind] for step in session(plan, 0)) / 60))


def _rated(plan: Plan, item: Stimulus, kind: str, *, repeat: bool = False) -> Step:
    return Step(kind, (item.id,), rating_questions(plan.questions, has_picture=item.has_picture), repeat)


def _pairs(plan: Plan, listener: int) -> list[Step]:
    """Return the choices in this listener's order; each side comes first for every other listener."""
    if not plan.pairs:
        return []
    stimuli, steps = plan.stimuli, []
    for number in listener_order(len(plan.pairs), listener=listener, seed=plan.seed + 1):
        sides = plan.pairs[number][:: 1 if (number + listener) % 2 else -1]
        question = CHOICE if all(stimuli[side].has_picture for side in sides) else CHOICE_OF_SOUNDS
        steps.append(Step("pair", sides, (question,)))
    return steps
