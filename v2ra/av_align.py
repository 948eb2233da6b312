"""Whether sound begins when the picture moves most: AV-Align, with what chance and other clips would score.

Peaks of the optical flow are held against the onsets of the sound: matched pairs over all peaks and onsets
together. Unlike the peers' script, a peak answers for one onset only, so that the score cannot exceed 1
(`v2ra.peer_frames.peer_av_align` has theirs). Motion peaks are many and onsets few: on 19 real clips their own
sound scores 0.093, another clip's 0.066 and random onsets 0.072. Show it beside both controls or not at all.

Conventions
-----------
Peaks (of `v2ra.flow`) and onsets are float64 seconds, ascending; the peaks of the video are the reference.

Source
------
Yariv and others (2024), TempoTokens; our departure is named above.
"""

from collections.abc import Sequence

import mir_eval.util
import numpy as np
from numpy.typing import ArrayLike, NDArray

from v2ra.errors import InputError
from v2ra.onset_matching import matched_counts
from v2ra.synchrony import check_onsets

FloatArray = NDArray[np.float64]

WINDOW_SECONDS = 1 / 30  # one frame, as the peers have it
N_DRAWS = 200


def av_align(video_peaks: ArrayLike, onsets: ArrayLike, *, window_seconds: float = WINDOW_SECONDS) -> float:
    """Return the share of flow peaks and onsets that meet: matched / (peaks + onsets − matched).

    Parameters
    ----------
    video_peaks : float (n_peaks,)
        Of `flow_peaks`: the reference.
    onsets : float (n_onsets,)
        Of the sound that is scored.
    window_seconds : float
        Largest distance of two that meet.

    Returns
    -------
    float
        0 to 1, higher is better. 0 where one side is empty, or both: nothing is shown to be in time.

    Raises
    ------
    InputError
        If times are out of order, or the window is not positive.

    Examples
    --------
    >>> av_align([0.5, 1.0, 1.5], [0.51, 1.02])
    0.6666666666666666
    """
    seen, heard = check_onsets(video_peaks), check_onsets(onsets)
    if not window_seconds > 0:
        raise InputError(f"found a window of {window_seconds} s; expected a positive time; give seconds")
    if not len(seen) or not len(heard):
        return 0.0
    n_matched = len(mir_eval.util.match_events(seen, heard, window_seconds))
    return n_matched / (len(seen) + len(heard) - n_matched)


def chance_av_align(
    video_peaks: ArrayLike,
    n_onsets: int,
    *,
    n_seconds: float,
    window_seconds: float = WINDOW_SECONDS,
    n_draws: int = N_DRAWS,
    rng: np.random.Generator,
) -> float:
    """Return the score of as many onsets at random times, mean over draws.

    Parameters
    ----------
    video_peaks : float (n_peaks,)
        Seconds, ascending.
    n_onsets : int
        How many onsets are placed, uniformly over the clip.
    n_seconds : float
        Length of the clip.
    window_seconds : float
        As in `av_align`.
    n_draws : int
        One or more.
    rng : Generator
        Source of chance.

    Examples
    --------
    >>> chance_av_align([0.5], 1, n_seconds=1, window_seconds=0.5, rng=np.random.default_rng(0))
    1.0
    """
    if n_draws < 1 or n_onsets < 0 or not n_seconds > 0 or not window_seconds > 0:
        found = f"{n_draws} draws of {n_onsets} onsets in {n_seconds} s, a window of {window_seconds} s"
        raise InputError(f"found {found}; expected one draw or more in a positive time; change the numbers")
    draws = np.sort(rng.uniform(0, n_seconds, size=(n_draws, n_onsets)), axis=1)
    seen = check_onsets(video_peaks)
    if not len(seen) or not n_onsets:
        return 0.0
    n_matched = matched_counts(seen, draws, window_seconds=window_seconds)
    return float(np.mean(n_matched / (len(seen) + n_onsets - n_matched)))


def av_align_scores(
    video_peaks: ArrayLike,
    onsets: ArrayLike,
    *,
    others: Sequence[ArrayLike] = (),
    n_seconds: float,
    window_seconds: float = WINDOW_SECONDS,
    n_draws: int = N_DRAWS,
    rng: np.random.Generator,
) -> dict[str, float]:
    """Score a sound against its video, with both controls.

    Parameters
    ----------
    video_peaks, onsets : float
        As in `av_align`.
    others : sequence of float (n_onsets,)
        Onsets of the sounds of other clips; those past the end of this clip are left out.
    n_seconds, window_seconds, n_draws, rng
        As in `chance_av_align`.

    Returns
    -------
    dict
        av_align, av_align_chance, and with others av_align_mismatched, their mean.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> scores = av_align_scores([0.5, 1.5], [0.5, 1.5], others=[[1.0]], n_seconds=2, rng=rng)
    >>> scores["av_align"], scores["av_align_mismatched"], scores["av_align_chance"] < 0.2
    (1.0, 0.0, True)
    """
    heard = check_onsets(onsets)
    elsewhere = [times[times < n_seconds] for times in map(check_onsets, others)]
    mismatched = [av_align(video_peaks, times, window_seconds=window_seconds) for times in elsewhere]
    chance = chance_av_align(
        video_peaks, len(heard), n_seconds=n_seconds, window_seconds=window_seconds, n_draws=n_draws, rng=rng
    )
    scores = {
        "av_align": av_align(video_peaks, heard, window_seconds=window_seconds),
        "av_align_chance": chance,
    }
    return scores | ({"av_align_mismatched": float(np.mean(mismatched))} if mismatched else {})
