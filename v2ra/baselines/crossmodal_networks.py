"""The two networks of the cross-modal system: from what is seen to a mel spectrogram, and a judge of both.

Conventions
-----------
A condition is ``(batch, n_components, n_vectors)``, a spectrogram ``(batch, 1, 128, 5 × n_vectors)`` in [−1, 1].
Both networks are convolutions in time: trained on a second, they take a clip of any length. Scores are raw.

Source
------
Chen et al. (2017), the paper's [13], Section 3 (networks of Reed et al., 2016, and Radford et al., 2016). Theirs map
one picture to half a second; here the ten vectors of a second keep their places, or are their mean.
"""

import torch
from torch import Tensor, nn

N_MELS = 128
FRAMES_A_VECTOR = 5


def _up(n_in: int, n_out: int, *, spread: int = 1) -> nn.ConvTranspose2d:
    """Return a layer that gives twice the bands and `spread` times the frames."""
    return nn.ConvTranspose2d(
        n_in, n_out, (4, 3 if spread == 1 else spread), stride=(2, spread), padding=(1, int(spread == 1))
    )


def _down(n_in: int, n_out: int, *, spread: int = 1) -> nn.Conv2d:
    """Return a layer that undoes the sizes of `_up`."""
    return nn.Conv2d(
        n_in, n_out, (4, 3 if spread == 1 else spread), stride=(2, spread), padding=(1, int(spread == 1))
    )


class SpectrogramGenerator(nn.Module):
    """Condition and noise in, spectrogram out.

    Parameters
    ----------
    n_components, n_noise, width : int
        Channels of the condition, of z, and of the widest map but for a factor of four.

    Examples
    --------
    >>> SpectrogramGenerator(6, n_noise=2, width=4)(torch.zeros(3, 6, 10)).shape
    torch.Size([3, 1, 128, 50])
    """

    def __init__(self, n_components: int, *, n_noise: int, width: int) -> None:
        super().__init__()
        self.n_noise, self.width = n_noise, width
        n_low = N_MELS // 16
        self.enter = nn.Conv1d(n_components + n_noise, 4 * width * n_low, 3, padding=1)
        self.grow = nn.Sequential(
            nn.BatchNorm2d(4 * width),
            nn.ReLU(),
            _up(4 * width, 4 * width),  # 16 bands
            nn.BatchNorm2d(4 * width),
            nn.ReLU(),
            _up(4 * width, 2 * width, spread=FRAMES_A_VECTOR),  # 32 bands, all frames
            nn.BatchNorm2d(2 * width),
            nn.ReLU(),
            _up(2 * width, width),  # 64 bands
            nn.BatchNorm2d(width),
            nn.ReLU(),
            _up(width, 1),  # 128 bands
            nn.Tanh(),
        )

    def forward(self, condition: Tensor) -> Tensor:
        """Return the spectrogram; z is drawn here, one a clip."""
        n_clips, _, n_vectors = condition.shape
        z = torch.randn(n_clips, self.n_noise, 1, device=condition.device).expand(-1, -1, n_vectors)
        entered = self.enter(torch.cat([condition, z], 1))  # (batch, 4 × width × 8, n_vectors)
        spectrogram: Tensor = self.grow(entered.unflatten(1, (4 * self.width, -1)))
        return spectrogram


class SpectrogramDiscriminator(nn.Module):
    """Condition and spectrogram in, a score for each vector out.

    Examples
    --------
    >>> SpectrogramDiscriminator(6, width=4)(torch.zeros(3, 6, 10), torch.zeros(3, 1, 128, 50)).shape
    torch.Size([3, 1, 1, 10])
    """

    def __init__(self, n_components: int, *, width: int) -> None:
        super().__init__()
        n_low = N_MELS // 16
        self.see = nn.Conv1d(n_components, 2 * width, 3, padding=1)
        self.hear = nn.Sequential(
            _down(1, width),  # 64 bands
            nn.LeakyReLU(0.2),
            _down(width, 2 * width, spread=FRAMES_A_VECTOR),  # 32 bands, a column a vector
            nn.LeakyReLU(0.2),
            _down(2 * width, 4 * width),  # 16 bands
            nn.LeakyReLU(0.2),
            _down(4 * width, 4 * width),  # 8 bands
            nn.LeakyReLU(0.2),
        )
        self.judge = nn.Sequential(
            nn.Conv2d(6 * width, 4 * width, (1, 3), padding=(0, 1)),
            nn.LeakyReLU(0.2),
            nn.Conv2d(4 * width, 1, (n_low, 1)),
        )

    def forward(self, condition: Tensor, spectrogram: Tensor) -> Tensor:
        """Return ``(batch, 1, 1, n_vectors)``."""
        heard = self.hear(spectrogram)  # (batch, 4 × width, 8, n_vectors)
        seen = self.see(condition)[:, :, None].expand(-1, -1, heard.shape[2], -1)
        scores: Tensor = self.judge(torch.cat([heard, seen], 1))
        return scores
