"""Error harmonic structure: how far the log spectrum of an error repeats itself along frequency.

Conventions
-----------
Power spectra are float64 (signals, frames, bins). The spectrum of the error is the log ratio of estimate and
reference. Its autocorrelation over lags of 0 to 255 bins is weighted with a Hann window, and the largest
value of its spectrum that exceeds the one at 0 is the structure.

Source
------
ITU-R BS.1387-1, annex 2, clause 4.8. The text leaves the window, the mean and the search for the peak open;
ours are those of Kabal's report of 2002: the mean over lags is taken off before the window; the window is
the one-sided run of lags as a whole Hann window; the peak is compared with the first bin only. Frames in
which an autocorrelation is undefined, as where one side is digital silence, have no structure: 0.
"""

from functools import cache

import numpy as np
import torch
from torch import Tensor

from v2ra.peaq.inputs import HOP_SIZE

N_LAGS = 256  # the power of two next below 9 kHz over the width of a bin
MIN_DIFFERENCE = 1e-11  # of log powers: what is less is rounding. One step in one sample changes more
MIN_ENERGY = 8000  # squared steps, in the second half of a frame (5.2.4.3)


def harmonic_structure(powers: Tensor) -> Tensor:
    """Return the structure of the error in each frame.

    Parameters
    ----------
    powers : float64 (2, signals, frames, bins)
        Power spectra of reference and estimate, without the gain of the ear.

    Returns
    -------
    float64 (signals, frames)
        From 0, for the same spectrum or one that is proportional.

    Examples
    --------
    >>> comb = 1 + 0.5 * torch.cos(torch.arange(1025, dtype=torch.float64) / 2)
    >>> spectra = torch.stack([torch.ones_like(comb), comb])[:, None, None]
    >>> f"{harmonic_structure(spectra).item():.3f}", harmonic_structure(spectra[[0, 0]]).item()
    ('0.125', 0.0)
    """
    difference = (powers[1, ..., : 2 * N_LAGS - 1] / powers[0, ..., : 2 * N_LAGS - 1]).log()
    difference = torch.nn.functional.hardshrink(difference, MIN_DIFFERENCE)
    correlation = _normalised_autocorrelation(difference)
    centred = correlation - correlation.mean(dim=-1, keepdim=True)
    spectrum = torch.fft.rfft(centred * _window(str(powers.device)))
    peaks = spectrum.real.square() + spectrum.imag.square()  # (signals, frames, N_LAGS / 2 + 1)
    higher = peaks[..., 1:].amax(dim=-1)
    return torch.where(higher > peaks[..., 0], higher, 0.0)  # NaN compares as False


def energetic(samples: Tensor) -> Tensor:
    """Tell in which frames one side or the other has energy enough.

    Parameters
    ----------
    samples : (2, signals, time)
        In steps, whole frames.

    Returns
    -------
    bool (signals, frames)

    Examples
    --------
    >>> energetic(torch.full((2, 1, 4096), 2, dtype=torch.int16))
    tensor([[False, False, False]])
    """
    # Sums of whole numbers below 2²⁴ are exact in float32, and those above are far from the limit.
    halves = samples.float().unfold(-1, HOP_SIZE, HOP_SIZE)[..., 1:, :]  # (2, signals, frames, 1024)
    energy: Tensor = torch.linalg.vecdot(halves, halves)  # (2, signals, frames)
    return (energy >= MIN_ENERGY).any(dim=0)


def _normalised_autocorrelation(values: Tensor) -> Tensor:
    """Correlate the first N_LAGS values with those 0 … N_LAGS − 1 further on; 1 where either has no energy."""
    single = values.float()  # products then are exact to 10⁻⁶ of the largest
    ahead, start = torch.fft.rfft(single, 2 * N_LAGS), torch.fft.rfft(single[..., :N_LAGS], 2 * N_LAGS)
    products = torch.fft.irfft(start.conj() * ahead, 2 * N_LAGS)[..., :N_LAGS]
    energy = torch.nn.functional.pad(values.square().cumsum(dim=-1), (1, 0))
    window_energy = energy[..., N_LAGS:] - energy[..., :N_LAGS]  # of the values from each lag on
    scale = window_energy[..., :1] * window_energy
    return torch.where(scale <= 0, 1.0, products * scale.rsqrt().float())


@cache
def _window(device: str) -> Tensor:
    """Hann window over the lags, of mean power 1 and divided by their number."""
    window = 0.5 * (1 - np.cos(2 * np.pi * np.arange(N_LAGS) / (N_LAGS - 1)))
    return torch.as_tensor(np.sqrt(8 / 3) / N_LAGS * window, dtype=torch.float32, device=device)
