"""One synthetic clip: frames, sound and events drawn from one seed.

Conventions
-----------
Events, frames and sound draw from three generators, seeded by (seed, category, index): a change in how
one of them draws leaves the others alone, and no clip depends on how many others are made.

Source
------
The project's own; categories of Section 4.1.
"""

import zlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from v2ra.contacts import Contact
from v2ra.errors import InputError
from v2ra.foley.categories import check_category
from v2ra.foley.events import Event, draw_events
from v2ra.foley.scenes import draw_frames
from v2ra.foley.sounds import NOISE_DB, synthesise_sound
from v2ra.timing import PAPER, Timing

REACTIONS = {"cloth": "deform", "gravel": "scatter", "wood": "static", "plastic": "static"}


@dataclass(frozen=True)
class FoleyClip:
    """One synthetic clip.

    Attributes
    ----------
    frames : ndarray uint8 (n_frames, 256, 256, 3)
        RGB at the frame rate.
    waveform : ndarray float32 (time,)
        In [-1, 1].
    event_times : ndarray float64 (n_events,)
        Starts of the events in seconds.
    contacts : tuple of Contact
        The same as lines of a ``_times.txt`` file.
    events : tuple of Event
        The same with strength, kind and length.
    """

    frames: NDArray[np.uint8]
    waveform: NDArray[np.float32]
    event_times: NDArray[np.float64]
    contacts: tuple[Contact, ...]
    events: tuple[Event, ...]


def make_clip(
    category: str,
    *,
    n_seconds: float,
    seed: int,
    index: int = 0,
    noise_db: float = NOISE_DB,
    timing: Timing = PAPER,
) -> FoleyClip:
    """Make one synthetic clip.

    Parameters
    ----------
    category : str
        One of the seven categories.
    n_seconds : float
        Length in seconds, at least 1.
    seed, index : int
        Seed of the data set and number of the clip in it, both zero or more.
    noise_db : float
        RMS of the background noise in dB re 1.
    timing : Timing
        Rates and frame size.

    Returns
    -------
    FoleyClip
        Frames, sound and events; the clip of the same seed and index in `make_dataset`.

    Raises
    ------
    InputError
        If the category is unknown, the clip too short, or a number negative.

    Examples
    --------
    >>> clip = make_clip("wood", n_seconds=1, seed=0)
    >>> clip.frames.shape, clip.waveform.shape
    ((30, 256, 256, 3), (44100,))
    """
    check_category(category)
    if min(seed, index) < 0:
        raise InputError(f"found seed {seed}, index {index}; expected zero or more; choose other numbers")
    # A number that belongs to the name, not to the place in a list: more categories change nothing.
    sequence = np.random.SeedSequence([seed, zlib.crc32(category.encode()), index])
    rng_events, rng_frames, rng_sound = (np.random.default_rng(child) for child in sequence.spawn(3))
    events = draw_events(category, n_seconds=n_seconds, rng=rng_events)
    waveform = synthesise_sound(
        category,
        events,
        n_seconds=n_seconds,
        rng=rng_sound,
        noise_db=noise_db,
        sample_rate=timing.sample_rate,
    )
    return FoleyClip(
        frames=draw_frames(category, events, n_seconds=n_seconds, rng=rng_frames, timing=timing),
        waveform=waveform,
        event_times=np.array([event.seconds for event in events]),
        contacts=tuple(
            Contact(event.seconds, category, event.kind, REACTIONS.get(category, "None")) for event in events
        ),
        events=events,
    )
