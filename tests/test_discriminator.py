"""The patch discriminator: what it sees, how it scores, which switches it has."""

import pytest
import torch
from torch import nn

from v2ra import config
from v2ra.discriminator import PatchDiscriminator1d


def made(n_channels: int = 1, **changes: object) -> PatchDiscriminator1d:
    """Return a tiny discriminator of a fixed seed."""
    torch.manual_seed(2)
    return PatchDiscriminator1d(
        config.Discriminator(base_width=2, **changes),  # type: ignore[arg-type]  # settings of several types
        n_channels=n_channels,
    )


def pair(batch: int = 2, n_channels: int = 1) -> tuple[torch.Tensor, torch.Tensor]:
    """Return V and a waveform."""
    noise = torch.Generator().manual_seed(4)
    return (
        torch.rand(batch, 1, 44_100, generator=noise) * 2 - 1,
        torch.rand(batch, n_channels, 44_100, generator=noise) * 2 - 1,
    )


@pytest.mark.parametrize(("head", "n_scores"), [("8d", 16), ("one", 1)])
@pytest.mark.parametrize("n_channels", [1, 2])
def test_a_second_gets_687_scores_a_channel(head: str, n_scores: int, n_channels: int) -> None:
    assert made(n_channels, head=head)(*pair(n_channels=n_channels)).shape == (2, n_scores, 687)


def test_both_the_video_and_the_sound_decide() -> None:
    discriminator = made()
    video_vector, sound = pair()
    with torch.no_grad():
        scores = discriminator(video_vector, sound)
        assert (scores - discriminator(-video_vector, sound)).abs().max() > 1e-3
        assert (scores - discriminator(video_vector, -sound)).abs().max() > 1e-3


def test_the_video_is_repeated_for_each_channel_of_sound() -> None:
    discriminator = made(2)
    seen: list[torch.Tensor] = []
    discriminator.blocks.register_forward_hook(lambda _m, inputs, _o: seen.append(inputs[0]))
    video_vector, sound = pair(n_channels=2)
    discriminator(video_vector, sound)
    assert torch.equal(seen[0], torch.cat([video_vector, video_vector, sound], dim=1))


def test_scores_move_with_the_sound() -> None:
    # Three strides of 4: a shift of 64 samples is a shift of one score, away from the ends.
    discriminator = made(norm="none")
    video_vector, sound = pair()
    with torch.no_grad():
        scores = discriminator(video_vector, sound)
        later = discriminator(video_vector.roll(64, -1), sound.roll(64, -1))
    # Equal but for the order of float32 sums; 12 scores at each end see the wrapped samples or padding.
    torch.testing.assert_close(later[..., 13:-12], scores[..., 12:-13], atol=1e-5, rtol=0)


def test_scores_are_not_squashed() -> None:
    discriminator = made()
    last = discriminator.blocks[-1]
    assert isinstance(last, nn.Conv1d)
    nn.init.constant_(last.bias, 7.0)  # type: ignore[arg-type]  # it has one
    with torch.no_grad():
        assert discriminator(*pair()).mean() > 2.0


def test_batch_norm_spares_the_first_and_the_last_layer() -> None:
    normed = [any(isinstance(m, nn.BatchNorm1d) for m in block.modules()) for block in made().blocks]
    assert normed == [False, True, True, True, False]
    assert not any(isinstance(m, nn.BatchNorm1d) for m in made(norm="none").modules())


def test_the_leaky_slope_is_the_one_asked_for() -> None:
    slopes = [m.negative_slope for m in made(leaky_slope=0.1).modules() if isinstance(m, nn.LeakyReLU)]
    assert slopes == 4 * [0.1]


def test_a_head_of_one_saves_the_weights_of_the_others() -> None:
    full, one = (sum(p.numel() for p in made(head=head).parameters()) for head in ("8d", "one"))
    assert full - one == 15 * (4 * 16 + 1)  # fifteen of sixteen outputs, 16 inputs × 4 taps and a bias each


def test_a_gain_makes_the_sound_louder_but_not_the_video() -> None:
    video_vector, sound = pair()
    with torch.no_grad():
        louder = made(sound_gain=10.0)(video_vector, sound)
        assert torch.equal(louder, made()(video_vector, 10.0 * sound))
        assert not torch.equal(louder, made()(10.0 * video_vector, 10.0 * sound))


def test_noise_reaches_the_sound_while_training_alone() -> None:
    noisy, plain = made(input_noise=0.1, norm="none"), made(norm="none")
    video_vector, sound = pair()
    seen: list[torch.Tensor] = []
    noisy.blocks.register_forward_hook(lambda _m, inputs, _o: seen.append(inputs[0]))
    with torch.no_grad():
        noisy.train()(video_vector, sound)
        assert torch.equal(noisy.eval()(video_vector, sound), plain.eval()(video_vector, sound))
    heard = seen[0] - torch.cat([video_vector, sound], dim=1)
    assert not heard[:, 0].any()
    # 88,200 draws: the estimate of a deviation is off by 1 / sqrt(2 n) = 0.24 %, here three times that.
    assert heard[:, 1].std().item() == pytest.approx(0.1, rel=0.0072)
