"""Everything that PEAQ measures in each frame, for a batch of signals.

Conventions
-----------
Samples are int16 (2, signals, time), steps of 16 bits at 48 kHz, reference first. Signals are the
channels of all pairs in a row. Patterns are (bands, signals, frames), courses (signals, frames), both from
the first frame of the file on: the memories of the model run from there.

Spectra, excitation and modulation are float64: what is measured there are small differences of large numbers,
and the rounding of float32 would be heard as modulation above a lone steady tone. What follows and is only
compared with thresholds (adaptation, loudness, detection, harmonic structure) is float32, which moves the
variables by less than a millionth.

Source
------
ITU-R BS.1387-1, annex 2, clauses 2 to 4, in the order of its block diagram.
"""

from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor

from v2ra.peaq.bandwidth import bandwidths
from v2ra.peaq.ear_model import END_BIN, band_powers, column, ear_constants, smear, spread_bands
from v2ra.peaq.harmonics import energetic, harmonic_structure
from v2ra.peaq.inputs import HOP_SIZE
from v2ra.peaq.patterns import (
    COMPRESSION,
    Detection,
    Modulation,
    adapt,
    detection,
    loudness,
    masking_threshold,
    modulation,
    noise_loudness,
)
from v2ra.peaq.spectra import power_spectra, whole_frames

# Spectra of all signals that are computed at once. On a CPU they stay in its cache; of more, the C library
# gives the memory back after each call and asks for it again, at a quarter more time.
SPECTRA = {"cpu": 96, "cuda": 32_768}


@dataclass(frozen=True, eq=False)
class FrameValues:
    """What a batch of signals shows.

    Attributes
    ----------
    excitation : float64 (bands, 2, signals, frames)
        Smeared excitation of both sides.
    noise, threshold : float64 (bands, signals, frames)
        Power of the difference, and the power below which it is masked.
    modulation : float64 (bands, 2, signals, frames)
        Degree of modulation of both sides.
    detection : Detection
        Each (bands, signals, frames).
    courses : dict of float64 (signals, frames)
        By the names of `v2ra.peaq.movs.Courses`, without the two of detection.
    """

    excitation: Tensor
    noise: Tensor
    threshold: Tensor
    modulation: Tensor
    detection: Detection
    courses: dict[str, Tensor]


def frame_values(samples: Tensor, n_frames: int) -> FrameValues:
    """Measure the first frames of a batch.

    Parameters
    ----------
    samples : int16 (2, signals, time)
        In steps.
    n_frames : int
        Number of frames.

    Returns
    -------
    FrameValues

    Examples
    --------
    >>> values = frame_values(torch.zeros(2, 1, 4096, dtype=torch.int16), 3)
    >>> values.excitation.shape, values.courses["noise_loudness"].shape
    (torch.Size([109, 2, 1, 3]), torch.Size([1, 3]))
    """
    n_together = max(1, SPECTRA[samples.device.type] // samples.shape[1])
    framed = whole_frames(samples, n_frames)
    starts = range(0, n_frames, n_together)
    pieces = [framed[..., k * HOP_SIZE : (k + n_together + 1) * HOP_SIZE] for k in starts]
    spectral = Spectral(*(torch.cat(parts, dim=-1) for parts in zip(*map(_spectral, pieces), strict=True)))
    unsmeared = spread_bands(spectral.powers)  # (bands, 2, signals, frames)
    excitation = smear(unsmeared)
    single = excitation.float()
    modulated = modulation(unsmeared)
    threshold = masking_threshold(excitation[:, 0])
    reference_loudness, estimate_loudness = loudness(single)
    ratio = spectral.noise / threshold
    courses = {
        "bandwidth_reference": spectral.reference_bandwidth,
        "bandwidth_estimate": spectral.estimate_bandwidth,
        "noise_to_mask": ratio.mean(dim=0),
        "noise_to_mask_peak": ratio.amax(dim=0),
        **_modulation_difference(modulated),
        "noise_loudness": noise_loudness(adapt(single), modulated.degree.float()),
        "loudness_reference": reference_loudness,
        "loudness_estimate": estimate_loudness,
        "error_harmonics": spectral.structure,
    }
    return FrameValues(excitation, spectral.noise, threshold, modulated.degree, detection(single), courses)


class Spectral(NamedTuple):
    """What is seen in the spectrum of one frame alone."""

    powers: Tensor  # (bands, 2, signals, frames)
    noise: Tensor  # (bands, signals, frames)
    reference_bandwidth: Tensor  # this and the next two (signals, frames)
    estimate_bandwidth: Tensor
    structure: Tensor


def _spectral(samples: Tensor) -> Spectral:
    """Measure whole frames of (2, signals, time)."""
    powers = power_spectra(samples.double())  # (2, signals, frames, bins)
    reference, estimate = powers[..., :END_BIN].sqrt()
    difference = estimate.sub_(reference).square_()  # of magnitudes
    structure = harmonic_structure(powers).where(energetic(samples), torch.nan)
    return Spectral(band_powers(powers), band_powers(difference), *bandwidths(powers), structure)


def _modulation_difference(modulated: Modulation) -> dict[str, Tensor]:
    """Return the modulation differences in per cent and their weight (4.2)."""
    reference, estimate = modulated.degree[:, 0], modulated.degree[:, 1]
    change, reference, estimate = (
        part.float() for part in ((estimate - reference).abs(), reference, estimate)
    )
    softened = torch.where(reference > estimate, 0.1 * change, change)  # less modulation weighs less
    average = modulated.average[:, 0]
    floor = 100 * column(ear_constants(str(average.device)).noise, average) ** COMPRESSION
    return {
        "modulation_change": 100 * (change / (1 + reference)).mean(dim=0),
        "modulation_change_soft": 100 * (softened / (0.01 + reference)).mean(dim=0),
        "modulation_weight": (average / (average + floor)).sum(dim=0),
    }
