"""What PEAQ makes of two excitation patterns: adaptation, modulation, loudness, noise, detection.

Conventions
-----------
Patterns are float64 tensors (bands, ..., frames). Sides are (bands, 2, signals, frames): 0 the reference, 1
the estimate. Loudness is in sone. All memories are empty before the first frame.

Source
------
ITU-R BS.1387-1, annex 2, clauses 3.1 to 3.3 and the frame-wise parts of 4.2, 4.3, 4.5 and 4.7. Choices where
implementations part: correction factors are averaged over the bands that exist at either end; steps above
the threshold are whole ones, rounded towards 0.
"""

from functools import cache
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from v2ra.peaq.ear_model import column, ear_constants, raised
from v2ra.peaq.smoothing import FRAME_RATE, average, smooth
from v2ra.peaq.tables import BAND_BARKS, N_BANDS, load_bands

ADAPT_SECONDS = 0.05  # time constant of adaptation and modulation at 100 Hz
BANDS_BELOW, BANDS_ABOVE = 3, 4  # over which correction factors are averaged (3.1.2)
COMPRESSION = 0.3  # power at which modulation is measured (3.2)
LOUDNESS_POWER = 0.23  # 3.3
LOUDNESS_SCALE = 1.07664
REFERENCE_POWER = 1e4
BARKS = 24  # loudness adds up over 24 Bark
# Size of the step that is just heard, by excitation level in dB (4.7): a polynomial and a power law.
STEP_POLYNOMIAL = (-0.198719, 0.0550197, -0.00102438, 5.05622e-6, 9.01033e-11)
STEP_SCALE, STEP_LEVEL, STEP_POWER = 5.95072, 6.39468, 1.71332


class Modulation(NamedTuple):
    """Degree of modulation, and the smoothed compressed power that it is relative to (3.2)."""

    degree: Tensor
    average: Tensor


class Detection(NamedTuple):
    """Of each band: how surely a difference is heard, and how many steps above threshold it is (4.7)."""

    exponent: Tensor
    """The probability is 1 − 2^−exponent."""
    steps: Tensor


def adapt(excitation: Tensor) -> Tensor:
    """Match the estimate to the reference in level and spectrum as far as the change is slow (3.1).

    Parameters
    ----------
    excitation : float64 (bands, 2, signals, frames)
        Smeared in time.

    Returns
    -------
    float64 (bands, 2, signals, frames)

    Examples
    --------
    >>> adapt(torch.ones(109, 2, 1, 100, dtype=torch.float64))[0, :, 0, -1]
    tensor([1., 1.], dtype=torch.float64)
    """
    mean = average(excitation, ADAPT_SECONDS)
    level = (
        (mean[:, 0] * mean[:, 1]).sqrt().sum(dim=0) / mean[:, 1].sum(dim=0)
    ).square()  # (signals, frames)
    scales = torch.stack([1 / level.clamp(min=1), level.clamp(max=1)])
    levelled = excitation * scales
    reference, estimate = levelled[:, 0], levelled[:, 1]
    together = smooth(torch.stack([reference * estimate, reference.square()], dim=1), ADAPT_SECONDS)
    ratio = together[:, 0] / together[:, 1]
    factors = torch.stack(
        [ratio.clamp(max=1), (1 / ratio).clamp(max=1)], dim=1
    )  # (bands, 2, signals, frames)
    nearby = (_neighbours(str(factors.device)).to(factors.dtype) @ factors.flatten(1)).reshape(factors.shape)
    return average(nearby, ADAPT_SECONDS).mul_(levelled)


def modulation(unsmeared: Tensor) -> Modulation:
    """Measure how fast the excitation changes, relative to its mean (3.2).

    Parameters
    ----------
    unsmeared : float64 (bands, ..., frames)
        Excitation before it is smeared in time.

    Returns
    -------
    Modulation
        Both (bands, ..., frames).

    Examples
    --------
    >>> steady = modulation(torch.ones(109, 1, 200, dtype=torch.float64))
    >>> f"{steady.degree[0, 0, -1]:.3f} {steady.average[0, 0, -1]:.3f}"
    '0.000 1.000'
    """
    power = raised(unsmeared, COMPRESSION)
    change = FRAME_RATE * torch.diff(power, dim=-1, prepend=torch.zeros_like(power[..., :1])).abs()
    mean_change, mean = average(torch.stack([change, power], dim=1), ADAPT_SECONDS).unbind(dim=1)
    return Modulation(mean_change / (1 + mean / 0.3), mean)


def loudness(excitation: Tensor) -> Tensor:
    """Return the loudness of each frame in sone, (..., frames) of (bands, ..., frames) (3.3).

    Examples
    --------
    >>> f"{loudness(torch.full((109, 1, 1), 1e4, dtype=torch.float64)).item():.0f} sone"
    '21 sone'
    """
    threshold, index = (
        column(values, excitation).to(excitation.dtype) for values in _hearing(str(excitation.device))
    )
    specific = raised(1 - index + index / threshold * excitation, LOUDNESS_POWER) - 1
    scale = LOUDNESS_SCALE * (threshold / (index * REFERENCE_POWER)) ** LOUDNESS_POWER
    return BARKS / N_BANDS * (scale * specific).clamp(min=0).sum(dim=0)


def noise_loudness(adapted: Tensor, degree: Tensor) -> Tensor:
    """Return the partial loudness of what the estimate adds, in sone (4.3).

    Parameters
    ----------
    adapted, degree : float64 (bands, 2, signals, frames)
        Adapted excitation, and modulation.

    Returns
    -------
    float64 (signals, frames)

    Examples
    --------
    >>> same = torch.ones(109, 2, 1, 1, dtype=torch.float64)
    >>> noise_loudness(same, same)
    tensor([[0.]], dtype=torch.float64)
    """
    threshold = column(ear_constants(str(adapted.device)).noise, adapted[:, 0]).to(adapted.dtype)
    sensitivity = 0.15 * degree + 0.5
    heard = sensitivity * adapted
    added = (heard[:, 1] - heard[:, 0]).clamp(min=0)
    masking = heard[:, 0] * (-1.5 * (adapted[:, 1] / adapted[:, 0] - 1)).exp()
    partial = raised(1 + added / (threshold + masking), LOUDNESS_POWER) - 1
    total = (raised(threshold / sensitivity[:, 1], LOUDNESS_POWER) * partial).sum(dim=0)
    return (BARKS / N_BANDS * total).clamp(min=0)


def masking_threshold(excitation: Tensor) -> Tensor:
    """Return the power below which noise is masked: 3 dB below the excitation, more above 12 Bark (4.5)."""
    barks = BAND_BARKS * torch.arange(N_BANDS, dtype=excitation.dtype, device=excitation.device)
    offset_db = torch.where(barks <= 12, 3.0, 0.25 * barks)
    return excitation * column(10 ** (-offset_db / 10), excitation)


def detection(excitation: Tensor) -> Detection:
    """Compare two excitations with the step that is just heard (4.7).

    Parameters
    ----------
    excitation : float64 (bands, 2, signals, frames)
        Smeared in time.

    Returns
    -------
    Detection
        Both (bands, signals, frames), 0 where the sides are the same.

    Examples
    --------
    >>> pair = torch.tensor([1e4, 2e4], dtype=torch.float64).reshape(1, 2, 1, 1)
    >>> detection(pair).steps.item().__round__(2)
    3.32
    """
    levels = 10 * excitation.log10()
    drop = levels[:, 0] - levels[:, 1]  # dB, positive where the estimate is softer
    softer = drop > 0
    level = torch.where(softer, 0.3 * levels[:, 0] + 0.7 * levels[:, 1], levels[:, 1])
    audible = level.clamp(min=1e-3)
    step = STEP_SCALE * (STEP_POWER * (STEP_LEVEL / audible).log()).exp()
    polynomial = torch.full_like(level, STEP_POLYNOMIAL[-1])
    for coefficient in reversed(STEP_POLYNOMIAL[:-1]):
        polynomial = polynomial * level + coefficient
    just_heard = torch.where(level > 0, step + polynomial, 1e30)
    square = (drop / just_heard).square()
    exponent = torch.where(softer, square.square(), square * square.square())  # powers 4 and 6
    return Detection(exponent, drop.trunc().abs() / just_heard)


@cache
def _hearing(device: str) -> tuple[Tensor, Tensor]:
    """Return the threshold of hearing and the threshold index, both (bands,) (3.3)."""
    centre = load_bands().centre
    threshold = 10 ** (0.364 * (centre / 1000) ** -0.8)
    index_db = -2 - 2.05 * np.arctan(centre / 4000) - 0.75 * np.arctan((centre / 1600) ** 2)
    return torch.as_tensor(threshold, device=device), torch.as_tensor(10 ** (index_db / 10), device=device)


@cache
def _neighbours(device: str) -> Tensor:
    """Return the matrix that averages over nearby bands, (to, from)."""
    bands = torch.arange(N_BANDS, device=device)
    distance = bands[None] - bands[:, None]
    near = ((distance >= -BANDS_BELOW) & (distance <= BANDS_ABOVE)).double()
    return near / near.sum(dim=1, keepdim=True)
