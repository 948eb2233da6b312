"""The V2RA generator: video vector V in, one second of waveform out.

Conventions
-----------
Input V ``(batch, 1, 44100)`` in [−1, 1]; output ``(batch, c, 44100)``. Tanh bounds the sound to
[−1, 1]; the audio filter behind it does not, as in the paper.

Source
------
Table 1, Figure 4 (right), Section 3.2. The decoder strides of Table 1 multiply to 18,900; the lengths
that the table prints need the encoder's strides in reverse, which are used here (PAPER_NOTES.md).
"""

import torch
from torch import Tensor, nn

from v2ra import config
from v2ra.layers import AudioFilter, Row, convolution, width

ENCODER_ROWS = (
    Row("Conv1D", 3, 9, "c", "d", 14700, 3),
    Row("Conv1D", 3, 9, "d", "2d", 4900, 3),
    Row("Conv1D", 4, 12, "2d", "4d", 1225, 4),
    Row("Conv1D", 5, 15, "4d", "8d", 245, 5),
    Row("Conv1D", 5, 15, "8d", "8d", 49, 5),
    Row("Conv1D", 7, 21, "8d", "8d", 7, 7),
    Row("Conv1D", 7, 21, "8d", "8d", 1, 7),
)
DECODER_ROWS = (
    Row("Trans Conv1D", 7, 21, "8d", "8d", 7, 7),
    Row("Trans Conv1D", 7, 21, "8d", "8d", 49, 7, printed_stride=5, printed_kernel_size=15),
    Row("Trans Conv1D", 5, 15, "8d", "8d", 245, 5),
    Row("Trans Conv1D", 5, 15, "8d", "4d", 1225, 5, printed_stride=4, printed_kernel_size=12),
    Row("Trans Conv1D", 4, 12, "4d", "2d", 4900, 4, printed_stride=3, printed_kernel_size=9),
    Row("Trans Conv1D", 3, 9, "2d", "d", 14700, 3),
    Row("Trans Conv1D", 3, 9, "d", "c", 44100, 3),
)
OUTPUT_ROWS = (Row("Tanh", 1, 1, "c", "c", 44100, 0), Row("Conv1D", 1, 513, "c", "c", 44100, 256))
ROWS = ENCODER_ROWS + DECODER_ROWS + OUTPUT_ROWS


class Generator(nn.Module):
    """Encoder, bottleneck of one vector, decoder, Tanh and audio filter.

    Parameters
    ----------
    settings : config.Generator
        Widths and the switches of Table 7.

    Examples
    --------
    >>> generator = Generator(config.Generator(base_width=2)).eval()
    >>> generator(torch.zeros(1, 1, 44100)).shape
    torch.Size([1, 1, 44100])
    """

    def __init__(self, settings: config.Generator) -> None:
        super().__init__()
        self.settings = settings
        last = len(ENCODER_ROWS) - 1
        self.encoder = nn.ModuleList(self._encoder_block(i, bottleneck=i == last) for i in range(last + 1))
        self.decoder = nn.ModuleList(self._decoder_block(i) for i in range(len(DECODER_ROWS)))
        self.audio_filter = AudioFilter(settings.n_channels) if settings.audio_filter else nn.Identity()

    def forward(self, video_vector: Tensor, noise: Tensor | None = None) -> Tensor:
        """Return the waveform of each second.

        Parameters
        ----------
        video_vector : Tensor, (batch, 1, 44100)
            V of Eq. 3.
        noise : Tensor, (batch, 1, 44100), optional
            z of Figure 4 (left); drawn from N(0, 1) where the setting asks for it and none is given.
        """
        hidden = video_vector
        if self.settings.noise_input:
            z = torch.randn_like(video_vector) if noise is None else noise
            hidden = torch.cat([video_vector, z], dim=1)  # (batch, 2, 44100)
        outputs = []
        for block in self.encoder:
            hidden = block(hidden)  # (batch, width, time / stride)
            outputs.append(hidden)
        for depth, block in enumerate(self.decoder):
            if depth and self.settings.skip_connections:
                hidden = torch.cat([hidden, outputs[-1 - depth]], dim=1)  # (batch, 2 × width, time)
            hidden = block(hidden)  # (batch, width, time × stride)
        waveform: Tensor = self.audio_filter(torch.tanh(hidden))
        return waveform

    def _width(self, symbol: str) -> int:
        return width(symbol, base_width=self.settings.base_width, n_channels=self.settings.n_channels)

    def _norm(self, n_channels: int, *, bottleneck: bool = False) -> nn.Module:
        if self.settings.norm == "none" or (bottleneck and not self.settings.norm_at_bottleneck):
            return nn.Identity()
        # Without running statistics, test batches are normalised by their own.
        return nn.BatchNorm1d(n_channels, track_running_stats=self.settings.norm_at_test != "batch")

    def _encoder_block(self, index: int, *, bottleneck: bool) -> nn.Sequential:
        row = ENCODER_ROWS[index]
        n_in = 1 + self.settings.noise_input if index == 0 else self._width(row.n_in)
        n_out = self._width(row.n_out)
        # Section 3.2: no batch norm in the first layer.
        norm = self._norm(n_out, bottleneck=bottleneck) if index else nn.Identity()
        return nn.Sequential(convolution(row, n_in, n_out), norm, nn.LeakyReLU(self.settings.leaky_slope))

    def _decoder_block(self, index: int) -> nn.Sequential:
        row = DECODER_ROWS[index]
        n_in, n_out = self._width(row.n_in), self._width(row.n_out)
        if index and self.settings.skip_connections:
            n_in += self._width(ENCODER_ROWS[-1 - index].n_out)
        if index == len(DECODER_ROWS) - 1:
            return nn.Sequential(convolution(row, n_in, n_out))  # Tanh follows
        with_dropout = index < self.settings.n_dropout_layers
        dropout = _Dropout(self.settings) if with_dropout else nn.Identity()
        return nn.Sequential(convolution(row, n_in, n_out), self._norm(n_out), dropout, nn.ReLU())


class _Dropout(nn.Dropout):
    """Dropout that stays on at test time where the setting asks for it: the generator's only noise."""

    def __init__(self, settings: config.Generator) -> None:
        super().__init__(settings.dropout)
        self.at_test = settings.dropout_at_test

    def forward(self, values: Tensor) -> Tensor:
        return nn.functional.dropout(values, self.p, self.training or self.at_test)
