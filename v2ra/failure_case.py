"""One clip under the eye: which of its events a sound meets, which it misses, and where it sounds for nothing.

Conventions
-----------
Times are seconds from the start of the clip. A *mark* is a moment with the frame seen then: an event, which is matched
where an onset of the sound lies within ±50 ms (one onset an event, as in the onset F-measure), else mismatched; or an
onset that belongs to no event, which is mismatched too.

Source
------
Figure 13: "The video frames in red boxes are correctly matched, however, the video frames in green boxes are
mismatched." The tolerance and the choice of frames are ours.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import mir_eval.util
import numpy as np
from numpy.typing import ArrayLike, NDArray

from v2ra.degradations import Frames
from v2ra.synchrony import TOLERANCE_SECONDS, check_onsets
from v2ra.timing import PAPER

N_MARKS = 11  # frames that fit beside each other and can still be made out


class Mark(NamedTuple):
    """A moment, and whether sound and video meet there."""

    seconds: float
    matched: bool


@dataclass(frozen=True, eq=False)
class Case:
    """A clip as one video shows it, with the sound that was made for it.

    Attributes
    ----------
    title : str
        Of the panel.
    frames : uint8 (n_frames, height, width, 3)
        All, 30 a second, as the network got them.
    waveform : float (time,)
        The generated sound.
    marks : tuple of Mark
        Ascending.
    event_times : float (n_events,)
        True events.
    """

    title: str
    frames: Frames
    waveform: NDArray[np.floating]
    marks: tuple[Mark, ...]
    event_times: NDArray[np.floating]


def marks_of(
    event_times: ArrayLike, onsets: ArrayLike, *, window_seconds: float = TOLERANCE_SECONDS
) -> tuple[Mark, ...]:
    """Return the moments at which a sound meets its video or does not.

    Parameters
    ----------
    event_times, onsets : float
        Ascending seconds, of the video and of the sound.
    window_seconds : float
        Largest distance of an event and an onset that meet.

    Returns
    -------
    tuple of Mark
        A mark an event, and one an onset that meets none.

    Examples
    --------
    >>> [tuple(mark) for mark in marks_of([0.5, 1.0], [0.52, 1.4])]
    [(0.5, True), (1.0, False), (1.4, False)]
    """
    events, heard = check_onsets(event_times), check_onsets(onsets)
    pairs = mir_eval.util.match_events(events, heard, window_seconds) if len(events) and len(heard) else []
    met, used = {event for event, _ in pairs}, {onset for _, onset in pairs}
    found = [Mark(float(time), place in met) for place, time in enumerate(events)]
    found += [Mark(float(time), False) for place, time in enumerate(heard) if place not in used]
    return tuple(sorted(found))


def shown_seconds(cases: Sequence[Case], *, n_marks: int = N_MARKS) -> float:
    """Return how much of a clip, from its start, has no more marks than can be shown in any of the cases.

    Examples
    --------
    >>> marks = tuple(Mark(time, True) for time in (0.5, 1.0, 2.0))
    >>> case = Case("", np.zeros((90, 8, 8, 3), np.uint8), np.zeros(3 * 44100), marks, np.zeros(0))
    >>> shown_seconds([case]), shown_seconds([case], n_marks=2)
    (3.0, 2.0)
    """
    ends = [len(case.waveform) / PAPER.sample_rate for case in cases]
    ends += [case.marks[n_marks].seconds for case in cases if len(case.marks) > n_marks]
    return min(ends)
