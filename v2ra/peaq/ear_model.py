"""The ear model of PEAQ's basic version: from samples to excitation patterns.

Conventions
-----------
Samples are in steps of 16 bits, at 48 kHz. Patterns are float64 tensors (bands, ..., frames), powers on the
scale on which a sine of full scale at 1019.5 Hz has 92 dB sound pressure level. Where a tensor has sides, 0
is the reference and 1 the estimate. All is float64: the noise of 16 bits lies 98 dB below full scale, and
the error spectrum of a faint difference well below that.

Source
------
ITU-R BS.1387-1, annex 2, clause 2.1. Choices where implementations part: the Hann window ends in zeros on
both sides (divisor 2047); band powers are at least 10⁻¹²; the exponent of the upper spreading sum is Z − 1
(erratum); the noise pattern comes from the difference of magnitudes, not of waveforms.
"""

import math
from dataclasses import dataclass
from functools import cache

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from v2ra.peaq.inputs import FRAME_SIZE, FULL_SCALE, HOP_SIZE, SAMPLE_RATE
from v2ra.peaq.tables import BAND_BARKS, N_BANDS, load_bands

FloatArray = NDArray[np.float64]

FRAME_RATE = SAMPLE_RATE / HOP_SIZE  # frames a second
N_BINS = FRAME_SIZE // 2 + 1
LEVEL_DB = 92.0  # sound pressure level of a sine of full scale (2.1.3)
LEVEL_HZ = 1019.5
MIN_POWER = 1e-12  # of a band, before the internal noise is added (2.1.5)
SPREAD_POWER = 0.4  # powers add up as their 0.4th power (2.1.7)
LOWER_SLOPE = 27.0  # dB a Bark, towards lower bands
N_GROUPS = 8  # bands are grouped in eight matrix products: a whole one is 94 % zeros
SMEAR_SECONDS = 0.03  # of `smear` at 100 Hz (2.1.8)
SHORTEST_SECONDS = 0.008  # all time constants end here
BLOCK = 32  # frames that are smoothed by one matrix product


@dataclass(frozen=True, eq=False)
class EarConstants:
    """What depends on the bands alone; tensors of one device.

    Attributes
    ----------
    window : (2048,)
        Hann window that scales to sound pressure.
    weights : (109, 1025)
        Share of each bin in each band, times the gain of the outer and middle ear.
    noise : (109,)
        Power of the internal noise.
    upper_slope : (109,)
        Log of the factor from a band to the next higher one, for a power of 1.
    lower_spread : (109, 109)
        Factor from each band (second) to itself and all lower ones (first), to the power 0.4.
    lower_gain : (109,)
        Sum of the factors to itself and all lower ones.
    """

    window: Tensor
    weights: Tensor
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
        "window": _window(),
        "weights": _band_shares() * _ear_gain(),
        "noise": 10 ** (0.1456 * (centre / 1000) ** -0.8),  # 2.1.6
        "upper_slope": math.log(10) * BAND_BARKS * (-2.4 - 23 / centre),
        "lower_spread": spread,
        "lower_gain": (1 - lower ** (bands + 1)) / (1 - lower),
    }
    return EarConstants(**{name: torch.as_tensor(value, device=device) for name, value in values.items()})


def power_spectra(samples: Tensor, n_frames: int) -> Tensor:
    """Return the power spectra of the first frames.

    Parameters
    ----------
    samples : float64 (..., time)
        In steps. What the last frame lacks is zero.
    n_frames : int
        Number of frames.

    Returns
    -------
    float64 (..., n_frames, 1025)

    Examples
    --------
    >>> sine = 32768 * torch.sin(2 * torch.pi * 1019.5 / 48000 * torch.arange(2048, dtype=torch.float64))
    >>> f"{10 * power_spectra(sine, 1).max().log10():.2f} dB"
    '92.00 dB'
    """
    n_samples = (n_frames + 1) * HOP_SIZE
    padded = torch.nn.functional.pad(samples[..., :n_samples], (0, max(0, n_samples - samples.shape[-1])))
    frames = padded.unfold(-1, FRAME_SIZE, HOP_SIZE) * ear_constants(str(samples.device)).window
    spectra = torch.view_as_real(torch.fft.rfft(frames))  # (..., n_frames, 1025, 2)
    return spectra.square().sum(dim=-1)


def band_powers(powers: Tensor) -> Tensor:
    """Weigh by the outer and middle ear and add up within bands.

    Parameters
    ----------
    powers : float64 (..., frames, 1025)
        Power spectra.

    Returns
    -------
    float64 (bands, ..., frames)
        At least 10⁻¹².

    Examples
    --------
    >>> band_powers(torch.zeros(3, 1025, dtype=torch.float64)).shape
    torch.Size([109, 3])
    """
    weights = ear_constants(str(powers.device)).weights
    flat = powers.reshape(-1, N_BINS).T  # (1025, frames of all signals)
    parts = []
    for group in torch.arange(N_BANDS).tensor_split(N_GROUPS):
        rows = slice(int(group[0]), int(group[-1]) + 1)
        bins = _bins_of(rows.start, rows.stop)
        parts.append(weights[rows, bins] @ flat[bins])
    return torch.cat(parts).clamp(min=MIN_POWER).reshape(N_BANDS, *powers.shape[:-1])


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
    ringing = smooth(excitation, SMEAR_SECONDS) * own_share(excitation, SMEAR_SECONDS)
    return torch.maximum(ringing, excitation)


def decay_factors(longest_seconds: float) -> FloatArray:
    """Return the factor by which each band decays in one frame, (bands,).

    The time constant is `longest_seconds` at 100 Hz and falls towards 8 ms.

    Examples
    --------
    >>> decay_factors(0.03)[[0, -1]].round(4)
    array([0.5205, 0.0751])
    """
    seconds = SHORTEST_SECONDS + 100 / load_bands().centre * (longest_seconds - SHORTEST_SECONDS)
    return np.asarray(np.exp(-1 / (FRAME_RATE * seconds)))


def own_share(like: Tensor, longest_seconds: float) -> Tensor:
    """Return 1 less the decay factor, shaped so that it goes with a pattern: `smooth` then averages."""
    return column(torch.as_tensor(1 - decay_factors(longest_seconds), device=like.device), like)


def smooth(values: Tensor, longest_seconds: float) -> Tensor:
    """Filter each band along time: y[t] = decay · y[t−1] + values[t], from y = 0.

    Parameters
    ----------
    values : float64 (bands, ..., frames)
        Input.
    longest_seconds : float
        Time constant at 100 Hz.

    Returns
    -------
    float64 (bands, ..., frames)

    Examples
    --------
    >>> smooth(torch.ones(109, 3, dtype=torch.float64), 0.03)[0]
    tensor([1.0000, 1.5205, 1.7914], dtype=torch.float64)
    """
    # Within a block of frames the filter is a triangular matrix; from block to block it is one number.
    matrix, fading = _smoothing(longest_seconds, str(values.device))
    n_frames = values.shape[-1]
    n_blocks = -(-n_frames // BLOCK)
    padded = torch.nn.functional.pad(values, (0, n_blocks * BLOCK - n_frames))
    inside = (padded.reshape(N_BANDS, -1, BLOCK) @ matrix).reshape(N_BANDS, -1, n_blocks, BLOCK)
    end = inside[:, :, 0, -1]  # what a block hands to the next, (bands, signals)
    for block in range(1, n_blocks):
        inside[:, :, block] += end[..., None] * fading
        end = inside[:, :, block, -1]
    return inside.reshape(padded.shape)[..., :n_frames]


@cache
def _smoothing(longest_seconds: float, device: str) -> tuple[Tensor, Tensor]:
    """Return the filter within a block, (bands, from, to), and how a past fades in it, (bands, 1, to)."""
    decay = decay_factors(longest_seconds)[:, None, None]
    steps = np.arange(BLOCK)
    lag = steps[None] - steps[:, None]
    matrix = np.where(lag >= 0, decay ** lag.clip(min=0), 0.0)
    return torch.as_tensor(matrix, device=device), torch.as_tensor(decay ** (steps + 1), device=device)


def column(values: Tensor, like: Tensor) -> Tensor:
    """Shape values of bands so that they go with a pattern."""
    return values.reshape(-1, *[1] * (like.ndim - 1))


def _spread(excited: Tensor) -> Tensor:
    """Spread (bands, frames) without the last normalisation (2.1.7)."""
    constants = ear_constants(str(excited.device))
    logs = excited.log()
    slope = constants.upper_slope[:, None] + 0.2 * BAND_BARKS * logs  # log of the factor to the next band
    n_above = torch.arange(N_BANDS, 0, -1, dtype=logs.dtype, device=logs.device)[:, None]
    upper_gain = (n_above * slope).expm1() / slope.expm1()
    gain = constants.lower_gain[:, None] + upper_gain - 1
    own = (SPREAD_POWER * (logs - gain.log())).exp()  # each band's share that stays in it, to the power 0.4
    total = constants.lower_spread @ own
    factor = (SPREAD_POWER * slope).exp()
    moving = own
    for distance in range(1, N_BANDS):
        moving = moving[: N_BANDS - distance] * factor[: N_BANDS - distance]
        total[distance:] += moving
    return total ** (1 / SPREAD_POWER)


@cache
def _unit_spread(device: str) -> Tensor:
    """Return what spreading makes of a power of 1 in every band, (bands, 1)."""
    return _spread(torch.ones(N_BANDS, 1, dtype=torch.float64, device=device))


def _window() -> FloatArray:
    """Hann window, scaled so that the sine of `LEVEL_HZ` peaks at `LEVEL_DB` in its nearest bin."""
    steps = FRAME_SIZE - 1
    bin_offset = LEVEL_HZ / SAMPLE_RATE * FRAME_SIZE % 1
    offset = min(bin_offset, 1 - bin_offset) * steps / FRAME_SIZE
    peak = math.sin(math.pi * offset) / (math.pi * offset * (1 - offset**2))
    gain = 10 ** (LEVEL_DB / 20) / (peak * FULL_SCALE / 4 * steps)
    return gain * 0.5 * (1 - np.cos(2 * np.pi * np.arange(FRAME_SIZE) / steps))


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
    return (upper - lower).clip(min=0) / bin_width


@cache
def _bins_of(start: int, stop: int) -> slice:
    """Return the bins that have a share in some bands."""
    used = np.flatnonzero(_band_shares()[start:stop].any(axis=0))
    return slice(int(used[0]), int(used[-1]) + 1)
