"""Bandwidth of a frame: the highest bin that stands out of the noise at the top of the spectrum.

Conventions
-----------
Power spectra are float64 (2, signals, frames, bins), reference first, without the gain of the ear. A
bandwidth is a number of bins of 23.4 Hz; NaN where there is none.

Source
------
ITU-R BS.1387-1, annex 2, clause 4.4 and its pseudo-code. The noise is that of the estimate for both sides.
"""

import torch
from torch import Tensor

LOWEST_BIN = 346  # 8109 Hz: a reference that ends below has no bandwidth
NOISE_BIN = 921  # 21.6 kHz: from here on there is noise only
END_BIN = 1024  # the last bin is left out by the pseudo-code
REFERENCE_FACTOR = 10.0  # 10 dB above the noise
ESTIMATE_FACTOR = 10**0.5  # 5 dB


def bandwidths(powers: Tensor) -> tuple[Tensor, Tensor]:
    """Return the bandwidth of the reference and that of the estimate below it.

    Parameters
    ----------
    powers : float64 (2, signals, frames, bins)
        Power spectra.

    Returns
    -------
    float64 (signals, frames), float64 (signals, frames)
        From 348 to 921, and from 1 to as much.

    Examples
    --------
    >>> noise = torch.ones(2, 1, 1, 1025, dtype=torch.float64)
    >>> noise[0, ..., :800], noise[1, ..., :600] = 100.0, 100.0
    >>> [side.item() for side in bandwidths(noise)]
    [800.0, 600.0]
    """
    reference, estimate = powers[..., :NOISE_BIN]
    noise = powers[1, ..., NOISE_BIN:END_BIN].amax(dim=-1, keepdim=True)
    counts = torch.arange(1, NOISE_BIN + 1, dtype=torch.int16, device=powers.device)  # bins up to each
    stands_out = reference[..., LOWEST_BIN + 1 :] >= REFERENCE_FACTOR * noise
    first = (stands_out * counts[LOWEST_BIN + 1 :]).amax(dim=-1)
    below = (estimate >= ESTIMATE_FACTOR * noise) & (counts <= first[..., None])
    second = (below * counts).amax(dim=-1)  # a product is quicker than a choice
    return _or_nan(first), _or_nan(second)


def _or_nan(counts: Tensor) -> Tensor:
    return torch.where(counts > 0, counts.double(), torch.nan)
