"""Ratings with what was rated: the database and the plan put together.

Conventions
-----------
Tables are tidy. ``scores``: listener, listener_kind, place (of the step, from 0), kind (training or rating), repeat,
system, category, clip, question, value (1 to 5). ``choices``: listener, listener_kind, place, category, clip, chosen,
other (systems). ``checks``: listener, place, value, answer. Listeners are numbers from 0.

Source
------
Section 4.7.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from v2ra.errors import InputError
from v2ra.study.plan import Plan, Stimulus
from v2ra.study.session import session
from v2ra.study.store import DATABASES, PEOPLE, Store

SCORES = (
    "listener",
    "listener_kind",
    "place",
    "kind",
    "repeat",
    "system",
    "category",
    "clip",
    "question",
    "value",
)
CHOICES = ("listener", "listener_kind", "place", "category", "clip", "chosen", "other")
CHECKS = ("listener", "place", "value", "answer")


@dataclass(frozen=True)
class Ratings:
    """All answers of one kind of listener."""

    kind: str
    scores: pd.DataFrame
    choices: pd.DataFrame
    checks: pd.DataFrame
    finished: tuple[int, ...]

    def only(self, listeners: Sequence[int]) -> "Ratings":
        """Return the answers of some listeners."""
        scores, choices, checks = (
            table[table["listener"].isin(listeners)] for table in (self.scores, self.choices, self.checks)
        )
        finished = tuple(n for n in self.finished if n in listeners)
        return Ratings(self.kind, scores, choices, checks, finished)


def no_ratings(kind: str = PEOPLE) -> Ratings:
    """Return no answers at all.

    Examples
    --------
    >>> len(no_ratings().scores)
    0
    """
    scores, choices, checks = (pd.DataFrame(columns=list(names)) for names in (SCORES, CHOICES, CHECKS))
    return Ratings(kind, scores, choices, checks, ())


def read_ratings(folder: Path, plan: Plan, *, kind: str = PEOPLE) -> Ratings:
    """Return what the database of a study holds.

    Parameters
    ----------
    folder : Path
        Of the study.
    plan : Plan
        Its plan.
    kind : str
        People, or simulated raters: each has a file of its own.

    Raises
    ------
    InputError
        Where there is no database yet, or it belongs to another plan or kind.
    """
    store = Store(
        folder / DATABASES[kind], plan.hash(), n_listeners=plan.n_listeners, kind=kind, create=False
    )
    try:
        return ratings_of(store.answers(), plan, kind=kind)
    finally:
        store.close()


def ratings_of(answers: Sequence[Mapping[str, Any]], plan: Plan, *, kind: str = PEOPLE) -> Ratings:
    """Return the rows of a database with the systems that they are of.

    Raises
    ------
    InputError
        Where a row is of another kind of listener: people and simulated raters are never put together.
    """
    strange = {str(row["listener_kind"]) for row in answers} - {kind}
    if strange:
        raise InputError(
            f"found ratings of kind {sorted(strange)[0]}; expected {kind} alone; keep them apart"
        )
    stimuli = plan.stimuli
    scores, choices, checks = [], [], []
    for row in answers:
        heard = [stimuli[name] for name in str(row["stimuli"]).split()]
        who = {"listener": row["listener"], "listener_kind": row["listener_kind"], "place": row["step"]}
        if row["kind"] in ("training", "rating"):
            scores.append(who | _score(row, heard[0]))
        elif row["kind"] == "pair":
            choices.append(who | _choice(row, heard))
        elif row["kind"] == "headphones":
            checks.append(who | {"value": row["value"], "answer": heard[0].answer})
    n_steps = len(session(plan, 0))
    ends = {int(row["listener"]) for row in answers if row["step"] == n_steps - 1}
    return Ratings(
        kind,
        pd.DataFrame(scores, columns=list(SCORES)),
        pd.DataFrame(choices, columns=list(CHOICES)),
        pd.DataFrame(checks, columns=list(CHECKS)),
        tuple(sorted(ends)),
    )


def _score(row: Mapping[str, Any], heard: Stimulus) -> dict[str, Any]:
    names = {"system": heard.system, "category": heard.category, "clip": heard.clip}
    asked = {"question": row["question"], "value": int(row["value"])}
    return {"kind": row["kind"], "repeat": bool(row["repeat"])} | names | asked


def _choice(row: Mapping[str, Any], heard: Sequence[Stimulus]) -> dict[str, Any]:
    chosen = heard[int(row["value"]) - 1]
    other = heard[2 - int(row["value"])]
    return {
        "category": chosen.category,
        "clip": chosen.clip,
        "chosen": chosen.system,
        "other": other.system,
    }
