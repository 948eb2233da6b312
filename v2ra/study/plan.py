"""The plan of a study: which stimuli, which questions, how many listeners, and which rule leaves a listener out.

A plan is fixed before the first listener and never changed: ratings know the hash of theirs. It is the key to what
was heard, and is not served. `v2ra.study.plan_file` writes and reads it.

Conventions
-----------
Files of stimuli are relative to the folder of the study. Ids are 16 random hexadecimal digits
from the seed and tell nothing of the system. Thresholds of `Screening` are in points of the scale and in shares.

Source
------
Section 4.7: twenty participants, two examples from each category. ITU-T P.910 and P.913 for training items and for
leaving out listeners; the thresholds are ours.
"""

import dataclasses
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from v2ra.errors import InputError
from v2ra.study.orders import with_repeats
from v2ra.study.questions import RATINGS, rating_questions

FORMAT = 1
N_REPEATS = 4
PICTURES, SOUNDS = (".mp4", ".webm"), (".wav", ".flac")
CONSENT_TEXT = (
    "You hear and see short clips and say how good they are. It takes about {minutes} minutes. Wear headphones. "
    "If you would rather not take part, close this page.\n"
    "Your answers are kept with the number of your invitation: no name, no address, nothing about your device.\n"
    "You may stop at any time by closing the page, and go on later with the same address. Answers of a session that "
    "was not finished are not analysed."
)


@dataclass(frozen=True)
class Stimulus:
    """One file to play; `answer` is that of a headphone check, else 0."""

    id: str
    file: str
    sha256: str
    system: str = ""
    category: str = ""
    clip: str = ""
    answer: int = 0

    @property
    def has_picture(self) -> bool:
        """Whether there is something to see."""
        return Path(self.file).suffix.lower() in PICTURES


@dataclass(frozen=True)
class Screening:
    """Whose answers are not analysed, as fixed before anyone listens."""

    min_checks: int = 5  # tones of six to find: Woods et al. (2017)
    max_repeat_difference: float = 1.0  # points, mean absolute difference of hidden repeats
    max_same_share: float = 0.9  # of all ratings one and the same


@dataclass(frozen=True)
class Plan:
    """All that decides what a listener meets; see `make_plan`."""

    title: str
    seed: int
    n_listeners: int
    n_repeats: int
    questions: tuple[str, ...]
    consent: str
    screening: Screening
    items: tuple[Stimulus, ...]
    pairs: tuple[tuple[str, str], ...]
    training: tuple[Stimulus, ...]
    checks: tuple[Stimulus, ...]
    level: tuple[Stimulus, ...]

    @property
    def stimuli(self) -> dict[str, Stimulus]:
        """Return everything that can be played, by id."""
        return {s.id: s for s in (*self.level, *self.checks, *self.training, *self.items)}

    def as_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return {"format": FORMAT, **dataclasses.asdict(self)}

    def hash(self) -> str:
        """Return the SHA-256 of the plan, which its ratings carry."""
        return hashlib.sha256(json.dumps(self.as_dict(), sort_keys=True).encode()).hexdigest()


def new_ids(n_ids: int, *, seed: int) -> list[str]:
    """Return random ids, each once.

    Examples
    --------
    >>> len(set(new_ids(3, seed=0))), len(new_ids(3, seed=0)[0])
    (3, 16)
    """
    rng = np.random.default_rng([seed, 7])  # not the stream of the orders
    ids: dict[str, None] = {}
    while len(ids) < n_ids:
        ids[rng.bytes(8).hex()] = None
    return list(ids)


def make_plan(
    items: Sequence[Stimulus],
    *,
    pairs: Sequence[tuple[str, str]] = (),
    training: Sequence[Stimulus] = (),
    checks: Sequence[Stimulus] = (),
    level: Sequence[Stimulus] = (),
    questions: Sequence[str] = tuple(RATINGS),
    n_listeners: int = 20,
    n_repeats: int | None = None,
    seed: int = 0,
    title: str = "Listening study",
    consent: str = CONSENT_TEXT,
    screening: Screening | None = None,
) -> Plan:
    """Return a plan whose parts fit each other.

    Parameters
    ----------
    items : sequence of Stimulus
        What is rated; each listener rates each.
    pairs : sequence of (str, str)
        Two systems to choose between, on every clip that has both.
    training, checks, level : sequences of Stimulus
        Practice, three-tone trials, and the sound by which the level is set.
    questions : sequence of str
        Of `v2ra.study.questions.RATINGS`.
    n_listeners, seed : int
        Listeners invited; of ids and orders.
    n_repeats : int, optional
        Items that come twice; four by default, or a quarter of the items where that is fewer.
    title, consent : str
        Shown on the page; ``{minutes}`` stands for the time that it takes.
    screening : Screening, optional
        Fixed with the plan.

    Raises
    ------
    InputError
        Where something does not fit.

    Examples
    --------
    >>> items = [Stimulus(f"{k:016x}", f"{k}.mp4", "", system, "dog", "d1") for k, system in enumerate(("a", "b"))]
    >>> make_plan(items, pairs=[("a", "b")], n_repeats=0).pairs
    (('0000000000000000', '0000000000000001'),)
    """
    plan = Plan(
        title=title,
        seed=seed,
        n_listeners=n_listeners,
        n_repeats=min(N_REPEATS, len(items) // 4) if n_repeats is None else n_repeats,
        questions=tuple(questions),
        consent=consent,
        screening=screening or Screening(),
        items=tuple(items),
        pairs=_paired(items, pairs),
        training=tuple(training),
        checks=tuple(checks),
        level=tuple(level),
    )
    check_plan(plan)
    return plan


def _paired(items: Sequence[Stimulus], pairs: Sequence[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Return the ids of both sides of every pair, clip by clip."""
    ids = {(item.category, item.clip, item.system): item.id for item in items}
    found = []
    for first, second in pairs:
        sides = [
            (ids[*clip, first], ids[*clip, second])
            for clip in dict.fromkeys((item.category, item.clip) for item in items)
            if (*clip, first) in ids and (*clip, second) in ids
        ]
        if not sides or first == second:
            raise InputError(
                f"found no clip with both {first} and {second}; expected two systems; name others"
            )
        found += sides
    return tuple(found)


def check_plan(plan: Plan) -> None:
    """Refuse a plan whose parts do not fit: InputError."""
    everything = (*plan.level, *plan.checks, *plan.training, *plan.items)
    keys = [(item.system, item.category, item.clip) for item in plan.items]
    if not plan.items or len(set(keys)) != len(keys) or len(plan.stimuli) != len(everything):
        raise InputError(
            f"found {len(plan.items)} items; expected one or more, each system once a clip and each id once"
        )
    if plan.n_listeners < 1:
        raise InputError(f"found {plan.n_listeners} listeners; expected one or more; raise the number")
    with_repeats(tuple(range(len(plan.items))), plan.n_repeats)
    rating_questions(plan.questions, has_picture=all(item.has_picture for item in plan.items))
    lost = {side for pair in plan.pairs for side in pair} - {item.id for item in plan.items}
    if lost:
        raise InputError(f"found a pair of {sorted(lost)[0]}; expected ids of items; make the plan anew")
