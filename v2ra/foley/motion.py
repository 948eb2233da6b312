"""Motion as a function of time to the next event and time since the last one.

Conventions
-----------
Times in seconds; a *delay* is frame time minus event time, an array (n_frames, n_events), negative before
the event. Every curve is continuous, so that a picture between two frames lies between the two, and is
evaluated for the whole clip at once. ``Beats`` holds the events of a clip against its frame times.

Source
------
The project's own; the lengths of swings and rebounds are those of filmed drumsticks, about 0.3 s.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from v2ra.foley.events import Event

Floats = npt.NDArray[np.floating[Any]]
FAR_SECONDS = 30.0  # stands for "no such event"


def smoothstep(x: Floats | float, low: float, high: float) -> Floats:
    """Rise from 0 at `low` to 1 at `high` without a corner; falls where `high` is less than `low`.

    Parameters
    ----------
    x : ndarray
        Any shape and unit.
    low, high : float
        Ends of the rise, in the unit of `x`.

    Examples
    --------
    >>> smoothstep(np.array([-1.0, 0.5, 2.0]), 0, 1).tolist()
    [0.0, 0.5, 1.0]
    """
    u = np.clip((np.asarray(x, dtype=np.float64) - low) / (high - low), 0.0, 1.0)
    return u * u * (3 - 2 * u)


def pulse(delays: Floats, *, lead: float, hold: Floats | float, release: float) -> Floats:
    """Rise over `lead` up to the event, hold, fall over `release`: 0..1 in the shape of `delays`.

    Parameters
    ----------
    delays : ndarray
        Seconds since each event, (n_frames, n_events).
    lead, release : float
        Seconds of the rise before the event and of the fall after the hold.
    hold : float or ndarray (n_events,)
        Seconds at 1 after the event.

    Examples
    --------
    >>> pulse(np.array([[-0.2], [0.0], [0.1], [0.4]]), lead=0.1, hold=0.1, release=0.2)[:, 0].tolist()
    [0.0, 1.0, 1.0, 0.0]
    """
    return smoothstep(delays, -lead, 0.0) * smoothstep(delays - hold, release, 0.0)


def ringing(delays: Floats, *, frequency: float, decay: float) -> Floats:
    """Damped cosine-free swing that starts at 0 with each event: sin(2πft)·exp(−t/decay).

    Parameters
    ----------
    delays : ndarray
        Seconds since each event.
    frequency : float
        Swings a second, Hz.
    decay : float
        Seconds to 1/e.

    Examples
    --------
    >>> ringing(np.array([-1.0, 0.0, 0.025]), frequency=10, decay=1e9).round(3).tolist()
    [0.0, 0.0, 1.0]
    """
    after = np.clip(delays, 0.0, None)
    swing: Floats = np.sin(2 * np.pi * frequency * after) * np.exp(-after / decay)
    return swing


def wander(times: Floats, *, rng: np.random.Generator, slowest_hz: float = 0.08, n_waves: int = 4) -> Floats:
    """Slow aimless movement, about −1..1: a sum of sines with random rates and phases.

    Parameters
    ----------
    times : ndarray (n_frames,)
        Seconds.
    rng : Generator
        Source of chance.
    slowest_hz : float
        Least rate; the fastest is six times as high.
    n_waves : int
        Number of sines.

    Examples
    --------
    >>> float(np.abs(wander(np.arange(90) / 30, rng=np.random.default_rng(0))).max()) < 1.5
    True
    """
    rates = slowest_hz * np.geomspace(1.0, 6.0, n_waves) * rng.uniform(0.8, 1.2, n_waves)
    phases = rng.uniform(0, 2 * np.pi, n_waves)
    waves = np.sin(2 * np.pi * rates * np.asarray(times)[:, None] + phases)  # (n_frames, n_waves)
    total: Floats = (waves * np.geomspace(1.0, 0.4, n_waves)).sum(axis=1) / 1.6
    return total


@dataclass(frozen=True)
class Beats:
    """Events of one clip against the times of its frames.

    Attributes
    ----------
    times : ndarray (n_frames,)
        Seconds of each frame.
    starts, ends, strengths : ndarray (n_events,)
        Seconds, seconds, 0.3..1, in order of time; only a scratch ends later than it starts.
    durations : ndarray (n_events,)
        Seconds an event is seen and heard.
    events : tuple of Event
        The events themselves.

    Examples
    --------
    >>> beats = make_beats([Event(1.0, 0.5, "hit", 0.1)], n_frames=60, frame_rate=30)
    >>> round(float(beats.delays[45, 0]), 3), float(beats.last[45]), float(beats.to_next[45])
    (0.5, 0.5, 30.0)
    """

    times: Floats
    starts: Floats
    ends: Floats
    strengths: Floats
    durations: Floats
    events: tuple[Event, ...]

    @property
    def delays(self) -> Floats:
        """Seconds since each event: (n_frames, n_events)."""
        return self.times[:, None] - self.starts

    @property
    def last(self) -> Floats:
        """Seconds since the end of the last contact, 0 during one: (n_frames,)."""
        since = np.where(self.delays >= 0, np.clip(self.times[:, None] - self.ends, 0, None), FAR_SECONDS)
        least: Floats = since.min(axis=1, initial=FAR_SECONDS)
        return least

    @property
    def to_next(self) -> Floats:
        """Seconds to the next event: (n_frames,)."""
        ahead: Floats = np.where(self.delays < 0, -self.delays, FAR_SECONDS).min(axis=1, initial=FAR_SECONDS)
        return ahead

    @property
    def next_strength(self) -> Floats:
        """Strength of the next event, of the last one after it, 0.5 where there is none: (n_frames,)."""
        if not len(self.starts):
            return np.full(len(self.times), 0.5)
        following = np.searchsorted(self.starts, self.times, side="right")
        chosen: Floats = self.strengths[np.minimum(following, len(self.starts) - 1)]
        return chosen

    @property
    def vigour(self) -> Floats:
        """How large each event looks, 0.51..1: a soft one must be seen too, (n_events,)."""
        return 0.3 + 0.7 * self.strengths

    def strongest(self, curves: Floats) -> Floats:
        """Largest of the curves of all events, each times its vigour: (n_frames,)."""
        largest: Floats = (curves * self.vigour).max(axis=1, initial=0.0)
        return largest

    def summed(self, curves: Floats) -> Floats:
        """Sum of the curves of all events, each times its vigour: (n_frames,)."""
        total: Floats = (curves * self.vigour).sum(axis=1)
        return total

    def recent(self, index: int, *, seconds: float, lead: float = 0.0) -> list[tuple[int, float]]:
        """Events from `lead` before to `seconds` after frame `index`: (event number, delay)."""
        delays = self.times[index] - self.starts
        return [(int(i), float(delays[i])) for i in np.flatnonzero((delays >= -lead) & (delays < seconds))]


def make_beats(events: Sequence[Event], *, n_frames: int, frame_rate: int) -> Beats:
    """Lay events against frame times; a scratch ends before the next event begins.

    Parameters
    ----------
    events : sequence of Event
        In any order.
    n_frames : int
        Frames of the clip.
    frame_rate : int
        Frames a second.

    Returns
    -------
    Beats
        Sorted by time.

    Examples
    --------
    >>> make_beats([Event(1.0, 0.5, "scratch", 0.4)], n_frames=60, frame_rate=30).ends.tolist()
    [1.4]
    """
    ordered = tuple(sorted(events, key=lambda event: event.seconds))
    starts = np.array([event.seconds for event in ordered], dtype=np.float64)
    lengths = np.array([event.duration_seconds for event in ordered], dtype=np.float64)
    dragged = np.array([event.kind == "scratch" for event in ordered], dtype=bool)
    room = np.append(np.diff(starts), FAR_SECONDS)[: len(starts)]  # to the next event
    return Beats(
        times=np.arange(n_frames) / frame_rate,
        starts=starts,
        ends=starts + np.where(dragged, np.minimum(lengths, 0.7 * room), 0.0),
        strengths=np.array([event.strength for event in ordered], dtype=np.float64),
        durations=lengths,
        events=ordered,
    )
