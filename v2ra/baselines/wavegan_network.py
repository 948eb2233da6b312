"""The two networks of WaveGAN: noise to a second of sound, and a critic that cannot tell by phase.

Conventions
-----------
Latents are ``(batch, N_LATENTS)`` from −1 to 1, sounds ``(batch, 1, WINDOW)`` in [−1, 1] at 16 kHz. A critic's
score is a raw output, one a sound. Widths are multiples of `width`, the paper's d.

Source
------
[36] (Donahue et al. 2018), Tables 2 and 3 for the layers, Section 3.3 for the phase shuffle, Section 3.1 for the filter
of the output: theirs has 512 taps, ours the 513 of the V2RA paper's Table 1, an odd number that keeps the length.
"""

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn.functional import pad

from v2ra.layers import AudioFilter

WINDOW = 16_384  # samples
N_LATENTS = 100
N_LAYERS, STRIDE, KERNEL_SIZE = 5, 4, 25
FIRST_LENGTH = WINDOW // STRIDE**N_LAYERS  # 16
LEAKY_SLOPE = 0.2


class WaveGenerator(nn.Module):
    """One linear layer, five transposed convolutions, a filter.

    Examples
    --------
    >>> WaveGenerator(1)(torch.zeros(2, N_LATENTS)).shape
    torch.Size([2, 1, 16384])
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        widths = [width * 2**power for power in reversed(range(N_LAYERS))]  # 16d … d
        self.start = nn.Linear(N_LATENTS, widths[0] * FIRST_LENGTH)
        # 4 L = 4 (L − 1) − 2 · 11 + 25 + 1
        self.layers = nn.ModuleList(
            nn.ConvTranspose1d(n_in, n_out, KERNEL_SIZE, STRIDE, padding=11, output_padding=1)
            for n_in, n_out in zip(widths, [*widths[1:], 1], strict=True)
        )
        self.filter = AudioFilter(1)

    def forward(self, latents: Tensor) -> Tensor:
        """Return the sound of each latent."""
        sound = self.start(latents).reshape(len(latents), -1, FIRST_LENGTH)  # (batch, 16d, 16)
        for layer in self.layers:
            sound = layer(torch.relu(sound))
        filtered: Tensor = self.filter(torch.tanh(sound))  # (batch, 1, WINDOW)
        return filtered


class WaveCritic(nn.Module):
    """Five convolutions with a phase shuffle between them, one linear layer.

    Parameters
    ----------
    width : int
        d.
    max_shift : int
        Of the phase shuffle, in samples of a layer; 0 is none.
    sound_gain : float
        Of the sound before the first layer.

    Examples
    --------
    >>> WaveCritic(1, max_shift=2)(torch.zeros(3, N_LATENTS), torch.zeros(3, 1, WINDOW)).shape
    torch.Size([3, 1])
    """

    def __init__(self, width: int, *, max_shift: int, sound_gain: float = 1.0) -> None:
        super().__init__()
        widths = [1, *(width * 2**power for power in range(N_LAYERS))]  # 1, d … 16d
        self.layers = nn.ModuleList(
            nn.Conv1d(n_in, n_out, KERNEL_SIZE, STRIDE, padding=11) for n_in, n_out in pairwise(widths)
        )
        self.end = nn.Linear(widths[-1] * FIRST_LENGTH, 1)
        self.max_shift, self.sound_gain = max_shift, sound_gain

    def forward(self, latents: Tensor, sound: Tensor) -> Tensor:
        """Return the score of each sound; the latents that it was made from are not looked at."""
        sound = self.sound_gain * sound
        for index, layer in enumerate(self.layers):
            sound = nn.functional.leaky_relu(layer(sound), LEAKY_SLOPE)
            if index < N_LAYERS - 1 and self.max_shift:
                sound = shuffle_phase(sound, self.max_shift)
        score: Tensor = self.end(sound.flatten(1))
        return score


def shuffle_phase(channels: Tensor, max_shift: int) -> Tensor:
    """Shift each example in time by up to `max_shift`, reflected at the ends.

    Without it a critic tells made from real by the pitch and phase that transposed convolutions favour.

    Examples
    --------
    >>> shifted = shuffle_phase(torch.arange(6.0).reshape(1, 1, 6), 1)[0, 0].tolist()
    >>> shifted in ([1, 0, 1, 2, 3, 4], [0, 1, 2, 3, 4, 5], [1, 2, 3, 4, 5, 4])
    True
    """
    n_batch, n_channels, n_samples = channels.shape
    starts = torch.randint(0, 2 * max_shift + 1, (n_batch, 1), device=channels.device)
    places = starts + torch.arange(n_samples, device=channels.device)  # (batch, time)
    padded = pad(channels, (max_shift, max_shift), mode="reflect")
    return padded.gather(2, places[:, None].expand(-1, n_channels, -1))
