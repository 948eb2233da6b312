"""The V2RA discriminator: whether a second of sound is the real one for its second of video.

Conventions
-----------
Inputs V and a waveform, each ``(batch, ·, 44100)``; output is a map of patch scores
``(batch, 8d or 1, 687)``, of which the loss takes the mean. One score sees 700 samples, 15.9 ms.

Source
------
Table 2; Section 3.2 ("convolved" and ⊗ stand for the concatenation that the 2c input channels show).
The printed lengths need a padding of 6, 6, 6, 1 and 1.
"""

import torch
from torch import Tensor, nn

from v2ra import config
from v2ra.layers import Row, convolution, width

ROWS = (
    Row("Conv1D", 4, 16, "2c", "d", 11025, 6),
    Row("Conv1D", 4, 16, "d", "2d", 2756, 6),
    Row("Conv1D", 4, 16, "2d", "4d", 689, 6),
    Row("Conv1D", 1, 4, "4d", "8d", 688, 1),
    Row("Conv1D", 1, 4, "8d", "8d", 687, 1),
)


class PatchDiscriminator1d(nn.Module):
    """Five convolutions over the video vector and the waveform side by side.

    Examples
    --------
    >>> discriminator = PatchDiscriminator1d(config.Discriminator(base_width=2), n_channels=1)
    >>> second = torch.zeros(1, 1, 44100)
    >>> discriminator(second, second).shape
    torch.Size([1, 16, 687])
    """

    def __init__(self, settings: config.Discriminator, *, n_channels: int) -> None:
        super().__init__()
        blocks: list[nn.Module] = []
        for index, row in enumerate(ROWS):
            n_in = width(row.n_in, base_width=settings.base_width, n_channels=n_channels)
            n_out = width(row.n_out, base_width=settings.base_width, n_channels=n_channels)
            if index == len(ROWS) - 1:
                blocks.append(convolution(row, n_in, n_out if settings.head == "8d" else 1))
                continue
            # Section 3.2: no batch norm in the first layer.
            normed = index > 0 and settings.norm == "batch"
            norm = nn.BatchNorm1d(n_out) if normed else nn.Identity()
            blocks.append(
                nn.Sequential(convolution(row, n_in, n_out), norm, nn.LeakyReLU(settings.leaky_slope))
            )
        self.blocks = nn.Sequential(*blocks)
        self.sound_gain, self.input_noise = settings.sound_gain, settings.input_noise

    def forward(self, video_vector: Tensor, waveform: Tensor) -> Tensor:
        """Return patch scores; Eq. 8 pulls real ones to 1 and generated ones to 0."""
        if self.input_noise and self.training:
            waveform = waveform + self.input_noise * torch.randn_like(waveform)
        # With c channels of sound the table asks for 2c inputs: V is repeated c times.
        condition = video_vector.expand(-1, waveform.shape[1], -1)
        scores: Tensor = self.blocks(
            torch.cat([condition, self.sound_gain * waveform], dim=1)
        )  # (batch, 8d or 1, 687)
        return scores
