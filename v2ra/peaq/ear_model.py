"""The ear model of PEAQ's basic version: from power spectra to excitation patterns.

Conventions
-----------
Power spectra are float64 tensors (..., frames, bins), patterns (bands, ..., frames), both as powers on the
scale of `v2ra.peaq.spectra`.

Source
------
ITU-R BS.1387-1, annex 2, clauses 2.1.4 to 2.1.8. Choices where implementations part: a bin counts in a band
by the share of its width that lies between the band's printed edges; band powers are at least 10⁻¹²; the
exponent of the upper sum in the spreading is Z − 1 (erratum).
"""

import math
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import torch
from torch import Tensor

from v2ra.peaq.inputs import FRAME_SIZE, SAMPLE_RATE
from v2ra.peaq.smoothing import average
from v2ra.peaq.spectra import N_BINS
from v2ra.peaq.tables import BAND_BARKS, N_BANDS, FloatArray, load_bands

END_BIN = 769  # the first bin that lies wholly above the bands: 18 kHz is at 768
MIN_POWER = 1e-12  # of a band, before the internal noise is added (2.1.5)
SPREAD_POWER = 0.4  # powers add up as their 0.4th power (2.1.7)
LOWER_SLOPE = 27.0  # dB a Bark, towards lower bands
N_GROUPS = 8  # of bands
SMEAR_SECONDS = 0.03  # of `smear` at 100 Hz (2.1.8)


@dataclass(frozen=True, eq=False)
class EarConstants:
    """What depends on the bands alone; tensors of one device.

    Attributes
    ----------
    groups : tuple of slice, (bands, bins)
        For some bands in a row: the bins that they hold, and the share of each bin in each band times the
        gain of the outer and middle ear. A single matrix would be 94 % zeros.
    noise : (109,)
        Power of the internal noise.
    upper_slope : (109,)
        Log of the factor from a band to the next higher one, for a power of 1.
    lower_spread : (109, 109)
        Factor from each band (second) to itself and all lower ones (first), to the power 0.4.
    lower_gain : (109,)
        Sum of the factors to itself and all lower ones.
    """

    groups: tuple[tuple[slice, Tensor], ...]
    noise: Tensor
    upper_slope: Tensor
    lower_spread: Tensor
    lower_gain: Tensor


@cache
def ear_constants(device: str) -> EarConstants:
    """Return the constants of the ear model on a device."""
    centre = load_bands().centre
    bands = np.arange(N_BANDS)
    lower = 10 ** (-LOWER_SLOPE / 10 * BAND_BARKS)
    distance = bands[None] - bands[:, None]  # (to, from): how far below the source
    spread = np.where(distance >= 0, lower ** (SPREAD_POWER * distance.clip(min=0)), 0.0)
    values = {
        "noise": 10 ** (0.1456 * (centre / 1000) ** -0.8),  # 2.1.6
        "upper_slope": math.log(10) * BAND_BARKS * (-2.4 - 23 / centre),
        "lower_spread": spread,
        "lower_gain": (1 - lower ** (bands + 1)) / (1 - lower),
    }
    return EarConstants(
        _band_groups(device),
        **{name: torch.as_tensor(value, device=device) for name, value in values.items()},
    )


def band_powers(powers: Tensor) -> Tensor:
    """Weigh by the outer and middle ear and add up within bands.

    Parameters
    ----------
    powers : float64 (..., frames, bins)
        Power spectra; the bins from `END_BIN` on may be left out.

    Returns
    -------
    float64 (bands, ..., frames)
        At least 10⁻¹².

    Examples
    --------
    >>> band_powers(torch.zeros(3, 1025, dtype=torch.float64)).shape
    torch.Size([109, 3])
    """
    flat = powers.flatten(0, -2).T  # (bins, frames of all signals)
    groups = [weights @ flat[bins] for bins, weights in ear_constants(str(powers.device)).groups]
    return torch.cat(groups).clamp_(min=MIN_POWER).reshape(N_BANDS, *powers.shape[:-1])


def spread_bands(powers: Tensor) -> Tensor:
    """Add the internal noise and spread each band over the others.

    Parameters
    ----------
    powers : float64 (bands, ..., frames)
        Powers of the bands.

    Returns
    -------
    float64 (bands, ..., frames)
        Excitation before it is smeared in time. Higher levels spread further up.
    """
    constants = ear_constants(str(powers.device))
    excited = powers + column(constants.noise, powers)
    return (_spread(excited.flatten(1)) / _unit_spread(str(powers.device))).reshape(powers.shape)


def smear(excitation: Tensor) -> Tensor:
    """Let each band ring on: the larger of the pattern and its smoothed past (2.1.8)."""
    return torch.maximum(average(excitation, SMEAR_SECONDS), excitation)


def raised(values: Tensor, power: float) -> Tensor:
    """Return positive values to a power, in half the time of the general function."""
    return values.log().mul_(power).exp_()


def column(values: Tensor, like: Tensor) -> Tensor:
    """Shape values of bands so that they go with a pattern."""
    return values.reshape(-1, *[1] * (like.ndim - 1))


def _spread(excited: Tensor) -> Tensor:
    """Spread (bands, frames) without the last normalisation (2.1.7)."""
    constants = ear_constants(str(excited.device))
    logs = excited.log()
    slope = constants.upper_slope[:, None] + 0.2 * BAND_BARKS * logs  # log of the factor to the next band
    n_above = torch.arange(N_BANDS, 0, -1, dtype=logs.dtype, device=logs.device)[:, None]
    upper_gain = (1 - (n_above * slope).exp_()) / (1 - slope.exp())
    gain = constants.lower_gain[:, None] + upper_gain - 1
    own = (SPREAD_POWER * (logs - gain.log())).exp()  # each band's share that stays in it, to the power 0.4
    total = constants.lower_spread @ own
    factor = (SPREAD_POWER * slope).exp_()
    _add_upwards(total, own, factor)
    return total.square().mul_(total.sqrt())  # to the power 1 / SPREAD_POWER


def _add_upwards(total: Tensor, source: Tensor, factor: Tensor) -> None:
    """Add to each band what reaches it from all lower ones, in place; `source` moves along."""
    # In float32 its rounding would be heard as modulation in the bands above a lone steady tone.
    on_cpu = total.device.type == "cpu"  # there NumPy's loop costs a third less, on the same memory
    arrays: list[Any] = [part.numpy() if on_cpu else part for part in (total, source, factor)]
    whole, moving, factors = arrays
    for distance in range(1, N_BANDS):
        n_sources = N_BANDS - distance
        moving = moving[:n_sources]
        moving *= factors[:n_sources]
        above = whole[distance:]
        above += moving


@cache
def _unit_spread(device: str) -> Tensor:
    """Return what spreading makes of a power of 1 in every band, (bands, 1)."""
    return _spread(torch.ones(N_BANDS, 1, dtype=torch.float64, device=device))


def _ear_gain() -> FloatArray:
    """Power gain of the outer and middle ear for each bin (2.1.4)."""
    khz = np.arange(N_BINS) * SAMPLE_RATE / FRAME_SIZE / 1000
    khz[0] = np.inf  # bin 0 is in no band
    gain_db = -2.184 * khz**-0.8 + 6.5 * np.exp(-0.6 * (khz - 3.3) ** 2) - 0.001 * khz**3.6
    return 10 ** (gain_db / 10)


def _band_shares() -> FloatArray:
    """Share of each bin that lies in each band, (bands, bins) (2.1.5)."""
    bands = load_bands()
    bin_width = SAMPLE_RATE / FRAME_SIZE
    middle = np.arange(N_BINS) * bin_width
    upper = np.minimum(bands.upper[:, None], middle + bin_width / 2)
    lower = np.maximum(bands.lower[:, None], middle - bin_width / 2)
    return np.asarray((upper - lower).clip(min=0) / bin_width)


def _band_groups(device: str) -> tuple[tuple[slice, Tensor], ...]:
    """Return `EarConstants.groups`."""
    found = []
    for rows in np.array_split(_band_shares() * _ear_gain(), N_GROUPS):
        used = np.flatnonzero(rows.any(axis=0))
        bins = slice(int(used[0]), int(used[-1]) + 1)
        found.append((bins, torch.as_tensor(rows[:, bins].copy(), device=device)))
    return tuple(found)
