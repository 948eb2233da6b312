"""The parts that both networks are built from: table rows, 1-D convolutions, the audio filter.

Conventions
-----------
Tensors are ``(batch, channels, time)`` float32. A network is a tuple of `Row`, in the order of the
paper's table; widths are written as the paper writes them ("c", "2c", "d", "2d", "4d", "8d").

Source
------
Tables 1 and 2; Section 3.2, "Audio filter" and the last paragraph (batch norm, ReLU, leaky ReLU).
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.fft import next_fast_len
from torch import Tensor, nn


@dataclass(frozen=True)
class Row:
    """One row of Table 1 or Table 2.

    `stride`, `kernel_size` and `padding` are the values in use; `printed_stride` and
    `printed_kernel_size` are the table's, where they differ.
    """

    operation: Literal["Conv1D", "Trans Conv1D", "Tanh"]
    stride: int
    kernel_size: int
    n_in: str
    n_out: str
    output_length: int
    padding: int
    printed_stride: int | None = None
    printed_kernel_size: int | None = None


def width(symbol: str, *, base_width: int, n_channels: int) -> int:
    """Return the number of channels that a symbol of the tables stands for.

    Examples
    --------
    >>> width("8d", base_width=64, n_channels=1), width("2c", base_width=64, n_channels=1)
    (512, 2)
    """
    factor = int(symbol[:-1] or 1)
    return factor * {"c": n_channels, "d": base_width}[symbol[-1]]


class PhasedConv1d(nn.Conv1d):
    """A strided convolution that a CPU runs phase by phase: same weights, same result, about twice as fast.

    With stride s, samples t, t + s, t + 2s … of a channel become a channel of their own, so that what is left
    has stride 1 and s times the input channels. CPU kernels are made for many channels and stride 1, not for
    1 or 2 channels, stride and padding (benchmarks/train_step.py).
    """

    def forward(self, values: Tensor) -> Tensor:
        """Return the convolution, ``(batch, n_out, length)``."""
        s, size, padding = self.stride[0], self.kernel_size[0], int(self.padding[0])
        if s == 1 or size % s or values.is_cuda:
            return super().forward(values)
        n_out, n_in, n_taps = *self.weight.shape[:2], size // s
        batch, length = len(values), values.shape[-1]
        n_blocks = (length + 2 * padding - size) // s + n_taps
        padded = nn.functional.pad(values, (padding, n_blocks * s - length - padding))
        phases = padded.reshape(batch, n_in, n_blocks, s).transpose(2, 3)  # (batch, n_in, s, n_blocks)
        taps = self.weight.reshape(n_out, n_in, n_taps, s).transpose(2, 3)  # (n_out, n_in, s, n_taps)
        return nn.functional.conv1d(
            phases.reshape(batch, n_in * s, n_blocks), taps.reshape(n_out, n_in * s, n_taps), self.bias
        )


class PhasedConvTranspose1d(nn.ConvTranspose1d):
    """A transposed convolution that a CPU runs faster: same weights, same result.

    To one channel, all s phases of the output come out of one convolution of stride 1 and are interleaved;
    to more, the borders are cut afterwards, which is faster than a padded transposed convolution.
    """

    def forward(self, values: Tensor, output_size: list[int] | None = None) -> Tensor:
        """Return the transposed convolution, ``(batch, n_out, length)``."""
        s, size, padding = self.stride[0], self.kernel_size[0], int(self.padding[0])
        if size % s or values.is_cuda or output_size is not None:
            return super().forward(values, output_size)
        n_in, n_out, n_taps = *self.weight.shape[:2], size // s
        if n_out > 1:
            full = nn.functional.conv_transpose1d(values, self.weight, self.bias, s)
            return full[..., padding : full.shape[-1] - padding]
        # Tap block j of the weight lands j blocks later: a convolution with the blocks in reverse.
        taps = self.weight.reshape(n_in, n_taps, s).permute(2, 0, 1).flip(-1)  # (s, n_in, n_taps)
        phases = nn.functional.conv1d(values, taps, padding=n_taps - 1)  # (batch, s, n_blocks)
        full = phases.transpose(1, 2).flatten(1).unsqueeze(1)  # (batch, 1, n_blocks × s)
        cut = full[..., padding : full.shape[-1] - padding]  # (batch, 1, length)
        return cut if self.bias is None else cut + self.bias[:, None]


def convolution(row: Row, n_in: int, n_out: int) -> nn.Conv1d | nn.ConvTranspose1d:
    """Return the convolution of a row."""
    kind = PhasedConv1d if row.operation == "Conv1D" else PhasedConvTranspose1d
    return kind(n_in, n_out, row.kernel_size, stride=row.stride, padding=row.padding)


def receptive_field(rows: tuple[Row, ...]) -> int:
    """Return how many input samples one output value of a stack of convolutions sees.

    Examples
    --------
    >>> receptive_field((Row("Conv1D", 4, 16, "c", "d", 0, 0), Row("Conv1D", 4, 16, "d", "d", 0, 0)))
    76
    """
    size, step = 1, 1
    for row in rows:
        size += (row.kernel_size - 1) * step
        step *= row.stride
    return size


class AudioFilter(nn.Module):
    """A learned filter of 513 taps after Tanh, "c" channels to "c" channels, same length.

    The convolution runs by FFT, which a test holds against the direct one: a direct 513-tap
    convolution over 44,100 samples costs more than the rest of a small generator.

    Source: Section 3.2, "Audio filter"; last row of Table 1.
    """

    def __init__(self, n_channels: int, n_taps: int = 513) -> None:
        super().__init__()
        self.direct = nn.Conv1d(n_channels, n_channels, n_taps, padding=n_taps // 2)

    def forward(self, waveform: Tensor) -> Tensor:
        """Return the filtered waveform, ``(batch, channels, time)``."""
        kernel, bias = self.direct.weight, self.direct.bias
        n_taps, n_samples = kernel.shape[-1], waveform.shape[-1]
        n_fft = next_fast_len(n_samples + n_taps - 1, real=True)
        # The half-precision FFT does not exist on CPUs: the filter always runs in float32.
        with torch.autocast(waveform.device.type, enabled=False):
            spectrum = torch.fft.rfft(waveform.float(), n_fft)  # (batch, c, bins)
            # Conv1d correlates: its kernel runs backwards in the convolution theorem.
            response = torch.fft.rfft(kernel.float().flip(-1), n_fft)  # (c out, c in, bins)
            mixed = torch.einsum("bif,oif->bof", spectrum, response)
            full = torch.fft.irfft(mixed, n_fft)  # (batch, c, n_fft)
            start = n_taps // 2
            filtered: Tensor = full[..., start : start + n_samples]  # (batch, c, time)
            if bias is not None:
                filtered = filtered + bias.float()[:, None]
        return filtered


def filter_both_ways(
    waveform: NDArray[np.floating], *, n_taps: int = 513, seed: int = 0
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Filter a sound with an untrained audio filter, by FFT and directly: what the two must agree on.

    Parameters
    ----------
    waveform : float (time,)
        Samples.
    n_taps : int
        Length of the filter, odd.
    seed : int
        Of its random taps.

    Returns
    -------
    tuple of two float32 (time,)
        By FFT, and by the direct convolution.

    Examples
    --------
    >>> by_fft, direct = filter_both_ways(np.eye(1, 2000, 1000)[0])
    >>> by_fft.shape, bool(np.allclose(by_fft, direct, atol=1e-6))
    ((2000,), True)
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        audio_filter = AudioFilter(1, n_taps)
    signal = torch.as_tensor(np.asarray(waveform, np.float32))[None, None]  # (1, 1, time)
    with torch.inference_mode():
        by_fft, direct = audio_filter(signal), audio_filter.direct(signal)  # (1, 1, time) each
    return by_fft[0, 0].numpy(), direct[0, 0].numpy()
