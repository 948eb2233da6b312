"""The eleven model output variables: what each frame shows, and how frames and channels are averaged.

Conventions
-----------
Courses are float64 arrays (channels, frames) over the frames that count; where a value does not count in a
frame it is NaN. Every average over no frame at all is 0. Each variable is the mean over the channels, but
for the two of detection, which take the larger value of the channels in each band.

Source
------
ITU-R BS.1387-1, annex 2, clauses 4 and 5. Choices where implementations part: the frames before the
reference begins count towards the half second that some averages leave out; frames outside the data
boundary are left out of every variable; no variable is clipped.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

from v2ra.peaq.inputs import HOP_SIZE, SAMPLE_RATE

FloatArray = NDArray[np.float64]

FRAME_RATE = SAMPLE_RATE / HOP_SIZE  # frames a second
DELAY_FRAMES = math.ceil(0.5 * FRAME_RATE)  # left out from the start of the sound (5.2.4.1)
LOUD_FRAMES = math.ceil(0.05 * FRAME_RATE)  # left out once both are loud (5.2.4.2)
LOUD_SONE = 0.1
WINDOW_FRAMES = math.floor(0.1 * FRAME_RATE)  # of the windowed average (4.2.2)
DISTURBED = 10 ** (1.5 / 10)  # noise-to-mask ratio above which a frame is disturbed (4.6)
PROBABILITY_MEMORY = 0.9  # of the smoothed probability of detection (4.7.1)


@dataclass(frozen=True, eq=False)
class Courses:
    """What each frame that counts shows.

    Attributes
    ----------
    bandwidth_reference, bandwidth_estimate : float64 (channels, frames)
        In bins; NaN where the reference has no bandwidth above 8.1 kHz.
    noise_to_mask, noise_to_mask_peak : float64 (channels, frames)
        Mean and largest ratio of powers over the bands.
    modulation_change, modulation_change_soft, modulation_weight : float64 (channels, frames)
        Modulation difference in per cent, as AvgModDiff1B and AvgModDiff2B take it, and its weight.
    noise_loudness, loudness_reference, loudness_estimate : float64 (channels, frames)
        In sone.
    error_harmonics : float64 (channels, frames)
        NaN where the frame has too little energy.
    detection_probability, detection_steps : float64 (frames,)
        Of both channels.
    """

    bandwidth_reference: FloatArray
    bandwidth_estimate: FloatArray
    noise_to_mask: FloatArray
    noise_to_mask_peak: FloatArray
    modulation_change: FloatArray
    modulation_change_soft: FloatArray
    modulation_weight: FloatArray
    noise_loudness: FloatArray
    loudness_reference: FloatArray
    loudness_estimate: FloatArray
    error_harmonics: FloatArray
    detection_probability: FloatArray
    detection_steps: FloatArray


def model_output_variables(courses: Courses, *, first_frame: int) -> dict[str, float]:
    """Average the courses.

    Parameters
    ----------
    courses : Courses
        Over the frames that count, one at least.
    first_frame : int
        Number of the first of them in the file.

    Returns
    -------
    dict of float
        The eleven variables, in the order of the network's inputs.

    Examples
    --------
    >>> still = Courses(*[np.ones((1, 50))] * 11, *[np.zeros(50)] * 2)
    >>> model_output_variables(still, first_frame=0)["total_nmr_b"]
    0.0
    """
    late = slice(max(0, DELAY_FRAMES - first_frame), None)
    change, weight = courses.modulation_change[:, late], courses.modulation_weight[:, late]
    loud = slice(max(_first_loud(courses) + LOUD_FRAMES, late.start), None)
    return {
        "bandwidth_ref_b": _mean(courses.bandwidth_reference),
        "bandwidth_test_b": _mean(courses.bandwidth_estimate),
        "total_nmr_b": float(np.mean(10 * np.log10(courses.noise_to_mask.mean(axis=1)))),
        "win_mod_diff1_b": _windowed_average(change),
        "adb_b": _distorted_block(courses),
        "ehs_b": 1000 * _mean(courses.error_harmonics),
        "avg_mod_diff1_b": _weighted_mean(change, weight),
        "avg_mod_diff2_b": _weighted_mean(courses.modulation_change_soft[:, late], weight),
        "rms_noise_loud_b": float(
            np.mean(np.sqrt([_mean(row**2) for row in courses.noise_loudness[:, loud]]))
        ),
        "mfpd_b": _highest_probability(courses),
        "rel_dist_frames_b": float(np.mean(courses.noise_to_mask_peak > DISTURBED)),
    }


def _mean(values: FloatArray) -> float:
    """Mean over the frames that count, then over channels; 0 for a channel without any."""
    rows = [row[~np.isnan(row)] for row in np.atleast_2d(values)]
    return float(np.mean([row.mean() if len(row) else 0.0 for row in rows]))


def _weighted_mean(values: FloatArray, weights: FloatArray) -> float:
    """Mean by weight over frames, then over channels (5.2.1); weights are above 0."""
    if not values.shape[1]:
        return 0.0
    return float(np.mean((values * weights).sum(axis=1) / weights.sum(axis=1)))


def _windowed_average(values: FloatArray) -> float:
    """Average of windows of 100 ms that stresses the largest (5.2.3), then over channels."""
    if values.shape[1] < WINDOW_FRAMES:
        return 0.0
    windows = np.lib.stride_tricks.sliding_window_view(np.sqrt(values), WINDOW_FRAMES, axis=1).mean(axis=-1)
    return float(np.mean(np.sqrt((windows**4).mean(axis=1))))


def _first_loud(courses: Courses) -> int:
    """Return the first frame in which both sides of one channel are loud, or the number of frames."""
    both = np.minimum(courses.loudness_reference, courses.loudness_estimate) > LOUD_SONE
    loud = np.flatnonzero(both.any(axis=0))
    return int(loud[0]) if len(loud) else both.shape[1]


def _distorted_block(courses: Courses) -> float:
    """Log of the mean number of steps above threshold in frames where a difference is heard (4.7.2)."""
    heard = courses.detection_probability > 0.5
    if not heard.any():
        return 0.0
    steps = float(courses.detection_steps[heard].mean())
    return math.log10(steps) if steps > 0 else -0.5


def _highest_probability(courses: Courses) -> float:
    """Return the maximum of the smoothed probability of detection (4.7.1)."""
    smoothed = lfilter([1 - PROBABILITY_MEMORY], [1, -PROBABILITY_MEMORY], courses.detection_probability)
    return float(np.max(smoothed))
