"""When things sound: event times, strengths and kinds of one synthetic clip.

Conventions
-----------
Times and durations are in seconds from the start of the clip; strengths lie in 0.3..1, 1 is the hardest.
Events are at least ``MIN_GAP_SECONDS`` (0.35 s) apart, so that each can be told from its neighbours at
±50 ms and seen in ten feature frames a second, and the gaps of impacts are no longer than 2 s; the fits
are cut at both limits. The first event comes no earlier than 0.25 s, the last no later than 0.25 s
before the end.

Kinds: bird chirp; dog bark; firework burst; wood, plastic and cloth hit or scratch (on cloth a brush);
gravel step. An event's duration is how long it is seen and heard, without the decay of a room.

Source
------
Impacts: ``reference_data/contact_gaps.csv``, fitted to 39,950 contacts of Greatest Hits (Section 4.1).
Calls and bursts: phrases with chosen figures, set so that 8 s hold about 8 to 14 events (fireworks 4 to 8).
"""

import csv
import math
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np

from v2ra.errors import InputError
from v2ra.foley.categories import IMPACT_CATEGORIES, MIN_GAP_SECONDS, check_category

EDGE_SECONDS = 0.25
MAX_GAP_SECONDS = 2.0  # a longer pause would leave whole seconds of training sound empty
MIN_CLIP_SECONDS = 1.0


@dataclass(frozen=True)
class Event:
    """One thing that is seen and heard.

    Attributes
    ----------
    seconds : float
        Start: the sound begins and the contact is seen here.
    strength : float
        0.3 (soft) to 1 (hard).
    kind : str
        hit, scratch, bark, chirp, burst or step.
    duration_seconds : float
        How long it is seen and heard.
    """

    seconds: float
    strength: float
    kind: str
    duration_seconds: float


@dataclass(frozen=True)
class GapFit:
    """Fitted gaps of one material: floor + LogNormal(mu, sigma), now and then a longer pause.

    Attributes
    ----------
    floor_seconds : float
        Least gap of the annotation.
    mu, sigma : float
        Mean and standard deviation of ln(gap - floor) for the steady beat.
    pause_share : float
        Probability (0..1) that a gap is a pause.
    pause_seconds : float
        Mean of a pause over the floor.
    tempo_share : float
        Share (0..1) of the variance of the beat that belongs to the clip, not to the single gap.
    scratch_share : float
        Share (0..1) of scratches among hits and scratches.
    """

    floor_seconds: float
    mu: float
    sigma: float
    pause_share: float
    pause_seconds: float
    tempo_share: float
    scratch_share: float


@dataclass(frozen=True)
class Phrases:
    """Calls in groups: a few at a steady gap, then a pause. Pairs are (least, greatest), drawn evenly."""

    n_calls: tuple[int, int]
    gap_seconds: tuple[float, float]
    pause_seconds: tuple[float, float]


PHRASES = {
    "bird": Phrases(n_calls=(2, 5), gap_seconds=(0.36, 0.52), pause_seconds=(0.7, 1.3)),
    "dog": Phrases(n_calls=(1, 4), gap_seconds=(0.38, 0.55), pause_seconds=(0.7, 1.3)),
    "firework": Phrases(n_calls=(1, 1), gap_seconds=(0.8, 1.8), pause_seconds=(0.8, 1.8)),
}

# (least, greatest) length of an event in seconds, by category and kind.
DURATIONS = {
    ("bird", "chirp"): (0.12, 0.25),
    ("dog", "bark"): (0.12, 0.22),
    ("firework", "burst"): (0.50, 0.80),
    ("cloth", "hit"): (0.08, 0.14),
    ("cloth", "scratch"): (0.15, 0.25),
    ("wood", "hit"): (0.08, 0.14),
    ("wood", "scratch"): (0.15, 0.25),
    ("plastic", "hit"): (0.05, 0.10),
    ("plastic", "scratch"): (0.15, 0.25),
    ("gravel", "step"): (0.15, 0.25),
}
KINDS = {"bird": "chirp", "dog": "bark", "firework": "burst", "gravel": "step"}


@cache
def load_gap_fit(category: str) -> GapFit:
    """Fitted gaps of an impact category, from ``reference_data/contact_gaps.csv``.

    Parameters
    ----------
    category : str
        cloth, wood, gravel, plastic, or all for every material together.

    Returns
    -------
    GapFit
        Times in seconds, shares in 0..1.

    Raises
    ------
    InputError
        If the table has no such row.

    Examples
    --------
    >>> load_gap_fit("wood").scratch_share
    0.2635
    """
    table = resources.files("v2ra").joinpath("reference_data/contact_gaps.csv").read_text("utf-8")
    for row in csv.DictReader(table.splitlines()):
        if row["category"] == category:
            return GapFit(**{name: float(row[name]) for name in GapFit.__dataclass_fields__})
    raise InputError(f"found no fit for {category!r}; expected an impact category; choose one of the table")


def _contact_gaps(fit: GapFit, *, span: float, rng: np.random.Generator) -> list[float]:
    """Draw gaps that fill a span; those outside the two limits are drawn again."""
    tempo = fit.mu + fit.sigma * math.sqrt(fit.tempo_share) * rng.standard_normal()
    spread = fit.sigma * math.sqrt(1 - fit.tempo_share)
    gaps: list[float] = []
    while sum(gaps) <= span:
        paused = rng.random() < fit.pause_share
        excess = rng.exponential(fit.pause_seconds) if paused else rng.lognormal(tempo, spread)
        if MIN_GAP_SECONDS <= fit.floor_seconds + excess <= MAX_GAP_SECONDS:
            gaps.append(fit.floor_seconds + excess)
    return gaps


def _phrase_gaps(phrases: Phrases, *, span: float, rng: np.random.Generator) -> list[float]:
    """Draw gaps of whole phrases, each closed by a pause, until a span is filled."""
    gaps: list[float] = []
    while sum(gaps) <= span:
        n_calls = int(rng.integers(phrases.n_calls[0], phrases.n_calls[1], endpoint=True))
        beat = rng.uniform(*phrases.gap_seconds)
        steady = beat * rng.uniform(0.93, 1.07, size=n_calls - 1)
        gaps += [max(float(gap), MIN_GAP_SECONDS) for gap in steady]
        gaps.append(rng.uniform(*phrases.pause_seconds))
    return gaps


def _draw_event(category: str, seconds: float, *, next_seconds: float, rng: np.random.Generator) -> Event:
    """Draw kind, strength and length; the length leaves 0.1 s before the next event."""
    kind = KINDS.get(category, "hit")
    if kind == "hit" and rng.random() < load_gap_fit(category).scratch_share:
        kind = "scratch"
    strength = 0.3 + 0.7 * rng.beta(2.0, 1.5)
    duration = min(rng.uniform(*DURATIONS[category, kind]), next_seconds - seconds - 0.1)
    return Event(seconds=seconds, strength=float(strength), kind=kind, duration_seconds=float(duration))


def check_length(n_seconds: float) -> None:
    """Refuse a clip that is too short for an event."""
    if not MIN_CLIP_SECONDS <= n_seconds < math.inf:
        raise InputError(f"found a clip of {n_seconds} s; expected at least 1 s; ask for a longer clip")


def draw_events(category: str, *, n_seconds: float, rng: np.random.Generator) -> tuple[Event, ...]:
    """Draw the events of one clip.

    Parameters
    ----------
    category : str
        One of the seven categories.
    n_seconds : float
        Length of the clip in seconds, at least 1.
    rng : Generator
        Source of chance.

    Returns
    -------
    tuple of Event
        At least one event, in order of time, at least 0.35 s apart.

    Raises
    ------
    InputError
        If the category is unknown or the clip too short.

    Examples
    --------
    >>> events = draw_events("wood", n_seconds=8, rng=np.random.default_rng(0))
    >>> [round(event.seconds, 2) for event in events[:3]], events[0].kind
    ([0.51, 1.19, 1.71], 'scratch')
    """
    check_category(category)
    check_length(n_seconds)
    span = n_seconds - 2 * EDGE_SECONDS
    if category in IMPACT_CATEGORIES:
        gaps = _contact_gaps(load_gap_fit(category), span=span, rng=rng)
    else:
        gaps = _phrase_gaps(PHRASES[category], span=span, rng=rng)
    first = EDGE_SECONDS + rng.uniform(0, min(gaps[0], span))
    # Six decimals, as in _times.txt; each gap is rounded before the sum so that none falls under the least.
    starts = np.round(np.cumsum(np.round([first, *gaps], 6)), 6)
    starts = starts[starts <= round(n_seconds - EDGE_SECONDS, 6)]
    following = np.append(starts[1:], n_seconds)
    return tuple(
        _draw_event(category, float(start), next_seconds=float(after), rng=rng)
        for start, after in zip(starts, following, strict=True)
    )
