"""The generator's switches: what each adds, and what stays fixed at test time."""

from dataclasses import replace

import pytest
import torch
from torch import Tensor, nn

from v2ra import config
from v2ra.generator import DECODER_ROWS, Generator
from v2ra.layers import AudioFilter

TINY = config.Generator(base_width=2)
# One network gives the same numbers for a clip alone and in a batch but for the order of float32 sums.
SAME = 1e-5


def made(**changes: object) -> Generator:
    """Return a tiny generator with some settings changed, always of the same seed."""
    torch.manual_seed(3)
    return Generator(replace(TINY, **changes))  # type: ignore[arg-type]  # settings of several types


def vectors(batch: int = 3) -> Tensor:
    """Return V of a batch of seconds."""
    return torch.rand(batch, 1, 44_100, generator=torch.Generator().manual_seed(1)) * 2 - 1


def settled(generator: Generator) -> Generator:
    """Return the generator in evaluation mode, with the running statistics of one batch of seconds."""
    for module in generator.modules():
        if isinstance(module, nn.BatchNorm1d):
            module.momentum = 1.0
    with torch.no_grad():
        generator.train()(vectors())
    return generator.eval()


def n_parameters(generator: Generator) -> int:
    return sum(p.numel() for p in generator.parameters())


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"skip_connections": True},
        {"noise_input": True},
        {"audio_filter": False},
        {"norm": "none"},
        {"norm_at_bottleneck": False},
        {"n_channels": 2},
        {"skip_connections": True, "noise_input": True, "audio_filter": False, "n_channels": 2},
    ],
)
def test_every_switch_keeps_a_second_a_second_and_trains_every_weight(changes: dict[str, object]) -> None:
    generator = made(**changes).train()
    waveform = generator(vectors())
    assert waveform.shape == (3, generator.settings.n_channels, 44_100)
    waveform.square().mean().backward()
    without = [name for name, p in generator.named_parameters() if p.grad is None]
    assert without == []


def test_skip_connections_widen_every_decoder_layer_but_the_first() -> None:
    plain = [m.in_channels for m in made().modules() if isinstance(m, nn.ConvTranspose1d)]
    joined = [
        m.in_channels for m in made(skip_connections=True).modules() if isinstance(m, nn.ConvTranspose1d)
    ]
    assert joined == [plain[0], *(2 * n for n in plain[1:])]  # each encoder layer is as wide as its mirror


def test_skip_connections_bring_detail_past_the_bottleneck() -> None:
    for skip_connections, passes in ((False, False), (True, True)):
        generator = settled(made(skip_connections=skip_connections))
        # The bottleneck says nothing: what still gets through came another way.
        generator.encoder[-1].register_forward_hook(lambda _m, _i, output: torch.zeros_like(output))
        with torch.no_grad():
            one, other = generator(vectors()), generator(-vectors())
        assert bool((one - other).abs().max() > 1e-6) == passes


def test_noise_is_a_second_input_channel_that_changes_the_sound() -> None:
    generator = settled(made(noise_input=True))
    first = generator.encoder[0][0]  # type: ignore[index]  # a Sequential
    assert first.in_channels == 2
    noise = torch.randn(3, 1, 44_100)
    with torch.no_grad():
        quiet, loud = generator(vectors(), torch.zeros_like(noise)), generator(vectors(), noise)
        again = generator(vectors(), noise)
        drawn = generator(vectors())
    assert (quiet - loud).abs().max() > 1e-4
    assert torch.equal(loud, again)
    assert not torch.equal(loud, drawn)


def test_without_noise_there_is_one_input_channel() -> None:
    assert n_parameters(made(noise_input=True)) - n_parameters(made()) == 9 * TINY.base_width


def test_without_the_audio_filter_the_sound_ends_in_tanh() -> None:
    generator = settled(made(audio_filter=False))
    assert not any(isinstance(m, AudioFilter) for m in generator.modules())
    nn.init.constant_(generator.decoder[-1][0].bias, 50.0)  # type: ignore[index]  # a Sequential
    with torch.no_grad():
        assert generator(vectors()).max() <= 1.0
    assert n_parameters(made()) - n_parameters(made(audio_filter=False)) == 513 + 1


def test_the_audio_filter_can_leave_the_range_as_in_the_paper() -> None:
    generator = settled(made())
    nn.init.constant_(generator.decoder[-1][0].bias, 50.0)  # type: ignore[index]  # a Sequential
    assert isinstance(generator.audio_filter, AudioFilter)
    nn.init.constant_(generator.audio_filter.direct.weight, 1.0)
    with torch.no_grad():
        assert generator(vectors()).max() > 1.0


@pytest.mark.parametrize("n_dropout_layers", [0, 1, 3, 6])
def test_dropout_sits_in_the_layers_behind_the_bottleneck(n_dropout_layers: int) -> None:
    generator = made(n_dropout_layers=n_dropout_layers)
    dropping = [any(isinstance(m, nn.Dropout) for m in block.modules()) for block in generator.decoder]
    assert dropping == [depth < n_dropout_layers for depth in range(len(DECODER_ROWS))]
    assert not any(isinstance(m, nn.Dropout) for m in generator.encoder.modules())


def test_dropout_is_the_only_noise_of_training() -> None:
    for dropout, same in ((0.5, False), (0.0, True)):
        generator = made(dropout=dropout).train()
        with torch.no_grad():
            one, other = generator(vectors()), generator(vectors())
        assert torch.equal(one, other) == same


def test_dropout_zeroes_the_share_that_it_names() -> None:
    generator = made(dropout=0.5, base_width=16).train()
    dropout = next(m for m in generator.decoder.modules() if isinstance(m, nn.Dropout))
    torch.manual_seed(0)
    values = dropout(torch.ones(1, 128, 1000))
    zeros = float((values == 0).float().mean())
    assert abs(zeros - 0.5) < 0.005  # 3.6 standard deviations of the mean of 128,000 fair coins
    assert set(values.unique().tolist()) == {0.0, 2.0}  # what is left is scaled to keep the mean


def test_at_test_time_dropout_is_off_and_the_sound_the_same_every_time() -> None:
    generator = settled(made())
    with torch.no_grad():
        assert torch.equal(generator(vectors()), generator(vectors()))


def test_dropout_at_test_makes_every_dub_another_one() -> None:
    generator = settled(made(dropout_at_test=True))
    with torch.no_grad():
        torch.manual_seed(5)
        one, other = generator(vectors()), generator(vectors())
        torch.manual_seed(5)
        again = generator(vectors())
    assert not torch.equal(one, other)
    assert torch.equal(one, again)


def test_batch_norm_follows_every_layer_but_the_first_and_the_last() -> None:
    def normed(generator: Generator) -> list[bool]:
        blocks = [*generator.encoder, *generator.decoder]
        return [any(isinstance(m, nn.BatchNorm1d) for m in block.modules()) for block in blocks]

    assert normed(made()) == [False, *(12 * [True]), False]
    assert normed(made(norm_at_bottleneck=False)) == [False, *(5 * [True]), False, *(6 * [True]), False]
    assert not any(normed(made(norm="none")))


def test_activations_are_leaky_before_the_bottleneck_and_plain_behind_it() -> None:
    generator = made(leaky_slope=0.3)
    assert [m.negative_slope for m in generator.modules() if isinstance(m, nn.LeakyReLU)] == 7 * [0.3]
    assert sum(isinstance(m, nn.ReLU) for m in generator.decoder.modules()) == 6  # Tanh follows the last


@pytest.mark.parametrize("changes", [{}, {"skip_connections": True, "norm": "none"}])
def test_a_second_sounds_the_same_whatever_else_is_in_its_batch(changes: dict[str, object]) -> None:
    generator = settled(made(**changes))
    with torch.no_grad():
        together = generator(vectors())
        alone = torch.cat([generator(second[None]) for second in vectors()])
    torch.testing.assert_close(together, alone, atol=SAME, rtol=0)
    assert (together[0] - together[1]).abs().max() > 1e-3  # they are different seconds


def test_with_batch_statistics_a_second_depends_on_its_batch() -> None:
    generator = settled(made(norm_at_test="batch", norm_at_bottleneck=False))
    assert not any("running" in name for name, _ in generator.named_buffers())
    with torch.no_grad():
        together, pair = generator(vectors()), generator(vectors()[:2])
    assert (together[:2] - pair).abs().max() > 1e-3


def test_half_precision_stays_near_single_precision() -> None:
    generator = settled(made())
    with torch.no_grad():
        exact = generator(vectors())
        with torch.autocast("cpu", dtype=torch.bfloat16):
            rough = generator(vectors())
    assert rough.dtype == torch.float32  # the audio filter hands it over so
    # bfloat16 keeps 8 bits: 2^-8 a layer, through fourteen layers that do not amplify much.
    assert (exact - rough).abs().max() < 14 * 2**-8


def test_the_widths_of_the_paper_lead_to_one_vector_of_512() -> None:
    generator = Generator(config.Generator()).eval()
    with torch.no_grad():
        hidden = torch.zeros(1, 1, 44_100)
        for block in generator.encoder:
            hidden = block(hidden)
    assert hidden.shape == (1, 512, 1)
