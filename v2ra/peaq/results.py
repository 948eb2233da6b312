"""What PEAQ returns: the grade of a pair, and on request the patterns that it rests on.

Conventions
-----------
Arrays are float64 (channels, frames, bands) or (channels, frames), over the frames that count.

Source
------
ITU-R BS.1387-1 (PEAQ), basic version.
"""

from dataclasses import dataclass

import numpy as np
from torch import Tensor

from v2ra.peaq.frames import FrameValues
from v2ra.peaq.inputs import HOP_SIZE, SAMPLE_RATE
from v2ra.peaq.movs import Courses
from v2ra.peaq.tables import FloatArray, load_bands


@dataclass(frozen=True, eq=False)
class Patterns:
    """Frame by frame, what a grade rests on; bands are a quarter of a Bark wide.

    Attributes
    ----------
    seconds : float64 (frames,)
        Middle of each frame in the clip.
    band_hz : float64 (109,)
        Middle of each band.
    excitation_reference, excitation_estimate : float64 (channels, frames, bands)
        Excitation as a power, 1 is 0 dB sound pressure level.
    masking_threshold, noise : float64 (channels, frames, bands)
        Power below which a difference is masked, and power of the difference.
    modulation_reference, modulation_estimate : float64 (channels, frames, bands)
        Degree of modulation, from 0.
    courses : Courses
        What is one number a frame: bandwidth, noise-to-mask ratio, loudness, …
    """

    seconds: FloatArray
    band_hz: FloatArray
    excitation_reference: FloatArray
    excitation_estimate: FloatArray
    masking_threshold: FloatArray
    noise: FloatArray
    modulation_reference: FloatArray
    modulation_estimate: FloatArray
    courses: Courses

    @property
    def noise_to_mask_db(self) -> FloatArray:
        """Noise-to-mask ratio in dB, (channels, frames, bands): above 0 a difference is not masked."""
        return np.asarray(10 * np.log10(self.noise / self.masking_threshold))


@dataclass(frozen=True, eq=False)
class Grade:
    """What PEAQ says of a pair.

    Attributes
    ----------
    odg : float
        Objective difference grade, −3.98 to 0.22, higher is better.
    di : float
        Distortion index, unbounded, higher is better.
    movs : dict of float
        The eleven model output variables by name.
    n_frames : int
        Frames that counted.
    patterns : Patterns or None
        On request.
    """

    odg: float
    di: float
    movs: dict[str, float]
    n_frames: int
    patterns: Patterns | None = None


def cut_patterns(values: FrameValues, courses: Courses, signals: slice, frames: slice) -> Patterns:
    """Cut the patterns of one pair out of those of a batch."""

    def cut(pattern: Tensor) -> FloatArray:
        return pattern[:, signals, frames].permute(1, 2, 0).cpu().numpy()  # (channels, frames, bands)

    return Patterns(
        seconds=(np.arange(frames.start, frames.stop) + 1) * HOP_SIZE / SAMPLE_RATE,
        band_hz=load_bands().centre,
        excitation_reference=cut(values.excitation[:, 0]),
        excitation_estimate=cut(values.excitation[:, 1]),
        masking_threshold=cut(values.threshold),
        noise=cut(values.noise),
        modulation_reference=cut(values.modulation[:, 0]),
        modulation_estimate=cut(values.modulation[:, 1]),
        courses=courses,
    )
