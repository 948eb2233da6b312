"""Frames and their power spectra, on the scale of sound pressure.

Conventions
-----------
Samples are in steps of 16 bits, at 48 kHz. A frame holds 2048 samples and begins 1024 after the one before.
Powers are such that a sine of full scale at 1019.5 Hz has 92 dB. All is float64: the noise of 16 bits lies
98 dB below full scale, and the error spectrum of a faint difference well below that.

Source
------
ITU-R BS.1387-1, annex 2, clause 2.1.3. Where implementations part: the Hann window ends in zeros on both
sides (divisor 2047).
"""

import math
from functools import cache

import numpy as np
import torch
from torch import Tensor

from v2ra.peaq.inputs import FRAME_SIZE, FULL_SCALE, HOP_SIZE, SAMPLE_RATE

N_BINS = FRAME_SIZE // 2 + 1
LEVEL_DB = 92.0  # sound pressure level of a sine of full scale
LEVEL_HZ = 1019.5


def whole_frames(samples: Tensor, n_frames: int) -> Tensor:
    """Cut off what lies behind the last frame, or fill it up with zeros.

    Examples
    --------
    >>> whole_frames(torch.ones(2, 5000), 3).shape
    torch.Size([2, 4096])
    """
    n_samples = (n_frames + 1) * HOP_SIZE
    missing = n_samples - samples.shape[-1]
    return torch.nn.functional.pad(samples, (0, missing)) if missing > 0 else samples[..., :n_samples]


def power_spectra(samples: Tensor) -> Tensor:
    """Return the power spectrum of each frame.

    Parameters
    ----------
    samples : float64 (..., time)
        In steps, whole frames.

    Returns
    -------
    float64 (..., frames, 1025)

    Examples
    --------
    >>> sine = 32768 * torch.sin(2 * torch.pi * 1019.5 / 48000 * torch.arange(2048, dtype=torch.float64))
    >>> f"{10 * power_spectra(sine).max().log10():.2f} dB"
    '92.00 dB'
    """
    window = _window(str(samples.device))
    frames = samples.unfold(-1, FRAME_SIZE, HOP_SIZE)  # (..., frames, 2048), without a copy
    real, imaginary = torch.view_as_real(torch.fft.rfft(frames * window)).unbind(dim=-1)
    return real.square().addcmul_(imaginary, imaginary)  # ten times as fast as a sum over the last axis


@cache
def _window(device: str) -> Tensor:
    """Hann window, scaled so that the sine of `LEVEL_HZ` peaks at `LEVEL_DB` in its nearest bin."""
    steps = FRAME_SIZE - 1
    bin_offset = LEVEL_HZ / SAMPLE_RATE * FRAME_SIZE % 1
    offset = min(bin_offset, 1 - bin_offset) * steps / FRAME_SIZE
    peak = math.sin(math.pi * offset) / (math.pi * offset * (1 - offset**2))
    gain = 10 ** (LEVEL_DB / 20) / (peak * FULL_SCALE / 4 * steps)
    window = gain * 0.5 * (1 - np.cos(2 * np.pi * np.arange(FRAME_SIZE) / steps))
    return torch.as_tensor(window, device=device)
