"""Example-guided modal synthesis: one recorded impact, taken apart and struck again at every contact.

From the training part one event is chosen: of those that nothing else sounds near, the loudest. Its modes are
extracted (`v2ra.baselines.modes`); what they leave, the knock and the noise, is its residual. At each contact of a
clip the modes ring anew, each a little stronger or weaker as another point of the thing would have it, and the
residual is added, both at the median strength of the training part's events.

What it cannot do: see. It is told the contact times, and not how hard a contact is. All contacts of a category
sound of one thing. It knows impacts only: a bark, a chirp or a whistle has a pitch that glides and does not decay
from its onset, and the crackle of a firework is many events; of those next to nothing becomes modes, and the
residual, which is then a copy of the example, does the work.

Conventions
-----------
Sound is float32 ``(time,)`` at 44.1 kHz; contact times in seconds; strengths in dB re the example's peak.

Source
------
Ren, Yeh and Lin (2013), the paper's [2]: feature extraction and residual compensation. Their material parameters,
which carry modes over to things of another shape, need a mesh of the thing, which no video clip has: modes are
carried over as they are. They take contacts and strengths from a rigid body simulation; contacts here are
annotated, and a strength is the same for all or drawn.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from v2ra.baselines import modes as mode_search
from v2ra.baselines.base import generator_of
from v2ra.baselines.grains import Float32, cut_grain, events_of
from v2ra.baselines.mode_fit import Mode, rings
from v2ra.baselines.modes import extract_modes
from v2ra.datasets import EncodedClip, Pack
from v2ra.errors import InputError
from v2ra.timing import PAPER, Timing
from v2ra.waveforms import clipped

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Settings:
    """Choices, made on the training and validation parts of wood and dog."""

    modes: mode_search.Settings = field(default_factory=mode_search.Settings)  # how they are looked for
    isolation_seconds: float = (
        0.6  # of two events with that much room on both sides the louder is the example
    )
    example_seconds: float = 1.0  # the longest; the next event ends it sooner
    fade_out_seconds: float = 0.05  # at its end
    spread_db: float = (
        2.0  # standard deviation of a mode's strength from contact to contact; 0 strikes one point
    )
    strength: str = "median"  # of the training events; "drawn" from theirs by seed scores worse (validation)

    def __post_init__(self) -> None:
        """Refuse what gives no example."""
        times = (self.isolation_seconds, self.spread_db, self.fade_out_seconds)
        if self.strength not in ("drawn", "median") or min(times) < 0 or self.example_seconds < 0.05:
            raise InputError(
                f"found {self}; expected a strength drawn or median, numbers from 0, and an example of 0.05 s or "
                "more; correct the settings"
            )


@dataclass(frozen=True, eq=False)
class Example:
    """The event that a category's modes are taken from.

    Attributes
    ----------
    clip : str
        Of the training part.
    onset : int
        In samples.
    waveform : float32 (time,)
        From its onset to the next event at the most.
    strengths_db : float64 (n_events,)
        Peaks of all training events re its own.
    """

    clip: str
    onset: int
    waveform: Float32
    strengths_db: FloatArray


@dataclass(frozen=True, eq=False)
class Modal:
    """Modes and residual of one example.

    Attributes
    ----------
    modes : tuple of Mode
        The strongest first.
    rings : float32 (n_modes, time)
        Their sound, from the contact on.
    residual : float32 (time,)
        What the modes leave of the example.
    """

    settings: Settings
    timing: Timing
    example: Example
    modes: tuple[Mode, ...]
    rings: Float32
    residual: Float32
    name: str = "modal"
    needs_events: bool = True

    @property
    def n_parameters(self) -> int:
        """Return how many numbers were fitted: four a mode. The residual is a recording."""
        return 4 * len(self.modes)

    def synthesise(self, clip: EncodedClip, *, seed: int = 0) -> Float32:
        """Return the thing struck at each contact, ``(len(clip.sound),)``; without contacts it is silent.

        What is drawn is drawn by the seed and the clip's name. What goes beyond ±1 is clipped, with a warning.
        """
        rng = generator_of(self.name, clip.name, seed)
        sound = np.zeros(len(clip.sound))
        for contact in np.round(clip.event_times * self.timing.sample_rate).astype(int).tolist():
            impact = self.strike(rng)[: max(len(sound) - contact, 0)]
            sound[contact : contact + len(impact)] += impact
        return clipped(sound)

    def strike(self, rng: np.random.Generator) -> FloatArray:
        """Return one impact, ``(time,)``; its spread is drawn, and its strength where the settings say so."""
        levels = self.example.strengths_db
        level = float(rng.choice(levels) if self.settings.strength == "drawn" else np.median(levels))
        spread = 10 ** (self.settings.spread_db * rng.standard_normal(len(self.modes)) / 20)
        return np.asarray(10 ** (level / 20) * (spread @ self.rings + self.residual), np.float64)


def choose_example(pack: Pack, settings: Settings = Settings(), *, timing: Timing = PAPER) -> Example:
    """Choose the event that modes are taken from.

    Of the events of the training part the one with the most room is taken, room being the time to the nearest
    other event or end of the clip, and counting no further than `isolation_seconds`; among equals the loudest.

    Parameters
    ----------
    pack : Pack
        Only the sound of its training part is read.

    Raises
    ------
    InputError
        Where the training part has no event.

    Examples
    --------
    >>> sound = np.zeros(88200, np.int16)
    >>> sound[44100:50000] = 9000 * np.exp(-np.arange(5900) / 500)
    >>> example = choose_example(Pack("wood", (EncodedClip("a", "train", np.eye(20), sound, np.zeros(0)),), {}))
    >>> example.clip, example.onset, len(example.waveform)
    ('a', 44100, 44100)
    """
    found = []
    for clip in pack.part("train"):
        events = events_of(clip.waveform, sample_rate=timing.sample_rate)
        edges = np.concatenate([[0], events.onsets, [len(clip.sound)]])
        gaps = np.diff(edges)  # (n_events + 1,)
        room = np.minimum(np.minimum(gaps[:-1], gaps[1:]), settings.isolation_seconds * timing.sample_rate)
        for event, onset in enumerate(events.onsets.tolist()):
            found.append(
                (float(room[event]), float(events.heights[event]), onset, int(gaps[event + 1]), clip)
            )
    if not found:
        raise InputError(
            f"found no event in the training part of {pack.category}; expected one; add clips with sound"
        )
    _, peak, onset, gap, clip = max(found, key=lambda event: event[:2])
    length = min(gap, round(settings.example_seconds * timing.sample_rate))
    n_out = min(round(settings.fade_out_seconds * timing.sample_rate), length)
    waveform = cut_grain(clip.waveform, onset, length=length, n_fade=0, n_out=n_out)
    strengths = 20 * np.log10(np.array([event[1] for event in found]) / peak)
    return Example(clip.name, onset, waveform, strengths)


def fit(pack: Pack, settings: Settings = Settings(), *, seed: int = 0, timing: Timing = PAPER) -> Modal:
    """Choose an example and take it apart.

    Parameters
    ----------
    pack : Pack
        Only the sound of its training part is read.
    settings : Settings
        Choices.
    seed : int
        Plays no part: nothing is drawn before a clip is synthesised.
    timing : Timing
        Rates.

    Raises
    ------
    InputError
        Where the training part has no event.

    Examples
    --------
    >>> time = np.arange(44100) / 44100
    >>> bell = np.append(np.zeros(22050), 9000 * np.exp(-20 * time) * np.cos(2 * np.pi * 700 * time))
    >>> system = fit(Pack("wood", (EncodedClip("a", "train", np.eye(15), bell.astype(np.int16), np.zeros(0)),), {}))
    >>> round(system.modes[0].frequency), round(system.modes[0].damping)
    (700, 20)
    """
    example = choose_example(pack, settings, timing=timing)
    found, residual = extract_modes(example.waveform, sample_rate=timing.sample_rate, settings=settings.modes)
    sounds = rings(found, len(residual), sample_rate=timing.sample_rate)
    return Modal(
        settings,
        timing,
        example,
        modes=tuple(found),
        rings=np.asarray(sounds, np.float32),
        residual=np.asarray(residual, np.float32),
    )
