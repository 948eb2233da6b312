"""SampleRNN with three tiers, the coarsest conditioned on video, and the loss that trains it.

The coarsest tier is a GRU that reads the last `COARSE` samples and what the video says at that time; the middle
tier is a GRU that reads the last `MIDDLE` samples and what the coarsest hands down; the finest is an MLP over
the embeddings of the last `MIDDLE` samples and what the middle tier hands down. It gives 256 logits for the next
sample. In training all samples are known, so the finest tier runs over all of them at once.

Conventions
-----------
Samples are int64 μ-law codes from 0 to 255, `SILENCE` is 0; tensors are ``(batch, time, …)``. Audio that a tier
reads is linear in [−1, 1], not coded. A *window* holds `COARSE` known samples and then those to be predicted.

Source
------
[14] (Zhou et al. 2018), Sections 4.1 to 4.3: frame-to-frame and sequence-to-sequence; its SampleRNN [15] (Mehri et
al. 2017), Section 2. Tier sizes, GRUs of one layer and an embedding of 8 are ours, for a budget of minutes.
"""

from typing import Literal, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy
from torchaudio.functional import mu_law_decoding

N_LEVELS = 256  # [15], 2.1: 8 bits
SILENCE = N_LEVELS // 2
COARSE, MIDDLE = 64, 16  # samples to a step of a tier: 4 ms and 1 ms at 16 kHz
N_EMBEDDING = 8

Conditioning = Literal["frame", "sequence"]


class State(NamedTuple):
    """What the two recurrent tiers remember, each ``(1, batch, width)``."""

    coarse: Tensor
    middle: Tensor

    def detached(self) -> "State":
        """Return the same values without their history: where backpropagation through time is cut."""
        return State(self.coarse.detach(), self.middle.detach())


class SampleRNN(nn.Module):
    """Three tiers and, for "sequence", the encoder of the video.

    Parameters
    ----------
    width : int
        Of every hidden layer.
    n_conditions : int
        Numbers that the video gives at each step of the coarsest tier.
    conditioning : "frame" or "sequence"
        The video joins the coarsest tier at every step, or sets its first state and is heard no more.

    Examples
    --------
    >>> network = SampleRNN(width=8, n_conditions=3, conditioning="frame")
    >>> codes, video = torch.full((2, COARSE + 128), SILENCE), torch.zeros(2, 2, 3)
    >>> network(codes, video, network.first_state(video)).shape
    torch.Size([2, 128, 256])
    """

    def __init__(self, *, width: int, n_conditions: int, conditioning: Conditioning) -> None:
        super().__init__()
        self.width, self.conditioning = width, conditioning
        self.hears_video = conditioning == "frame"
        self.coarse = nn.GRU(COARSE + self.hears_video * n_conditions, width, batch_first=True)
        self.coarse_down = nn.Linear(width, COARSE // MIDDLE * width)
        self.middle_in = nn.Linear(MIDDLE, width)
        self.middle = nn.GRU(width, width, batch_first=True)
        self.middle_down = nn.Linear(width, MIDDLE * width)
        self.embedding = nn.Embedding(N_LEVELS, N_EMBEDDING)
        self.first = nn.Linear(MIDDLE * N_EMBEDDING, width, bias=False)  # the tier above brings a bias
        self.second = nn.Linear(width, width)
        self.last = nn.Linear(width, N_LEVELS)
        self.encoder = None if self.hears_video else nn.GRU(n_conditions, width, batch_first=True)

    def first_state(self, video: Tensor) -> State:
        """Return the state before a stream's first sample, from all it shows, ``(batch, n_steps, n_conditions)``."""
        nothing = video.new_zeros(1, len(video), self.width)
        return State(nothing if self.encoder is None else self.encoder(video)[1], nothing)

    def frames(self, codes: Tensor, video: Tensor, state: State) -> tuple[Tensor, State]:
        """Run the two recurrent tiers over a window, ``(batch, n_middle, width)``, and return their state after it."""
        n_batch, n_samples = len(codes), codes.shape[1] - COARSE
        known = mu_law_decoding(codes, N_LEVELS)  # (batch, COARSE + n_samples)
        coarse_in = known[:, :n_samples].reshape(n_batch, -1, COARSE)  # (batch, n_coarse, COARSE)
        if self.hears_video:
            coarse_in = torch.cat([coarse_in, video], dim=2)
        coarse, coarse_state = self.coarse(coarse_in, state.coarse)
        handed = self.coarse_down(coarse).reshape(n_batch, -1, self.width)  # (batch, n_middle, width)
        recent = known[:, COARSE - MIDDLE : -MIDDLE].reshape(n_batch, -1, MIDDLE)  # (batch, n_middle, MIDDLE)
        middle, middle_state = self.middle(self.middle_in(recent) + handed, state.middle)
        return middle, State(coarse_state, middle_state)

    def logits(self, recent: Tensor, middle: Tensor) -> Tensor:
        """Return the logits of the samples of some steps of the middle tier.

        Parameters
        ----------
        recent : int64 (n_steps, 2 * MIDDLE - 1)
            Codes from `MIDDLE` before the first sample of a step to the one before its last.
        middle : (n_steps, width)
            What the middle tier gives at these steps.

        Returns
        -------
        (n_steps, MIDDLE, N_LEVELS)
        """
        embedded = self.embedding(recent)  # (n_steps, 2 MIDDLE - 1, N_EMBEDDING)
        windows = (
            embedded.unfold(1, MIDDLE, 1).transpose(2, 3).flatten(2)
        )  # (n_steps, MIDDLE, MIDDLE * N_EMBEDDING)
        handed = self.middle_down(middle).reshape(-1, MIDDLE, self.width)  # (n_steps, MIDDLE, width)
        hidden = torch.relu(self.first(windows) + handed)
        scores: Tensor = self.last(torch.relu(self.second(hidden)))
        return scores

    def forward(self, codes: Tensor, video: Tensor, state: State) -> Tensor:
        """Return the logits of every sample of a window after its first `COARSE`, ``(batch, n_samples, N_LEVELS)``."""
        middle, _ = self.frames(codes, video, state)
        recent = recent_codes(codes)  # (batch, n_middle, 2 MIDDLE - 1)
        return self.logits(recent.flatten(0, 1), middle.flatten(0, 1)).reshape(len(codes), -1, N_LEVELS)


def recent_codes(codes: Tensor) -> Tensor:
    """Return what the finest tier reads at each step of the middle tier, ``(batch, n_middle, 2 * MIDDLE - 1)``."""
    return codes[:, COARSE - MIDDLE : -1].unfold(1, 2 * MIDDLE - 1, MIDDLE)


class WindowLoss:
    """Cross entropy of the next sample, window after window of the same clips, the state carried over.

    Backpropagation stops at the start of a window ([15], 2.3). The finest tier costs most and learns from a random
    share of the middle tier's steps alone; its gradient is the same on average.

    Parameters
    ----------
    share : float
        From above 0 to 1.
    """

    def __init__(self, share: float) -> None:
        self.share = share
        self.state: State | None = None

    def __call__(self, network: SampleRNN, codes: Tensor, video: Tensor, clip_video: Tensor) -> Tensor:
        """Return the loss of one window in nats a sample; a `clip_video` that is not empty starts the clips anew."""
        state = network.first_state(clip_video) if self.state is None or clip_video.numel() else self.state
        middle, after = network.frames(codes, video, state)
        self.state = after.detached()
        chosen = torch.randperm(middle.shape[1])[: max(1, round(self.share * middle.shape[1]))]
        targets = codes[:, COARSE:].unfold(1, MIDDLE, MIDDLE)[:, chosen]  # (batch, n_chosen, MIDDLE)
        logits = network.logits(recent_codes(codes)[:, chosen].flatten(0, 1), middle[:, chosen].flatten(0, 1))
        return cross_entropy(logits.flatten(0, 1), targets.flatten())
