"""Widths, convolutions, and the audio filter by FFT against the direct convolution."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from v2ra import discriminator
from v2ra.generator import DECODER_ROWS, ENCODER_ROWS
from v2ra.layers import (
    AudioFilter,
    PhasedConv1d,
    PhasedConvTranspose1d,
    Row,
    convolution,
    receptive_field,
    width,
)

# Sums of 513 products in float32: √513 roundings of 6e-8 relative to values of order 1, with headroom for
# the n log n roundings of the FFT.
FFT_TOLERANCE = 1e-5
# At most a few hundred products of values below 1, added in another order in float32; gradients of the weights
# sum over all times, with weights that add to about 1.
SUM_TOLERANCE = 1e-5


def pair(
    n_channels: int, n_samples: int, *, n_taps: int = 513, batch: int = 2
) -> tuple[AudioFilter, torch.Tensor]:
    """Return a filter and a waveform of the same seed."""
    torch.manual_seed(n_samples)
    return AudioFilter(n_channels, n_taps), torch.rand(batch, n_channels, n_samples) * 2 - 1


@given(
    symbol=st.tuples(st.sampled_from(["", "1", "2", "4", "8"]), st.sampled_from("cd")),
    base_width=st.integers(1, 128),
    n_channels=st.integers(1, 4),
)
def test_a_symbol_is_a_factor_times_a_width(
    symbol: tuple[str, str], base_width: int, n_channels: int
) -> None:
    factor, letter = symbol
    expected = int(factor or 1) * (base_width if letter == "d" else n_channels)
    assert width(factor + letter, base_width=base_width, n_channels=n_channels) == expected


def test_an_unknown_symbol_is_refused() -> None:
    with pytest.raises(KeyError, match="n"):
        width("2n", base_width=2, n_channels=1)


@pytest.mark.parametrize("operation", ["Conv1D", "Trans Conv1D"])
def test_a_row_becomes_its_convolution(operation: str) -> None:
    row = Row(operation, 4, 12, "2d", "4d", 0, 4)  # type: ignore[arg-type]  # one of the two kinds
    layer = convolution(row, 3, 5)
    n_samples = layer(torch.zeros(1, 3, 40)).shape[-1]
    assert n_samples == (10 if operation == "Conv1D" else 160)


def both_ways(layer: nn.Conv1d | nn.ConvTranspose1d, n_samples: int) -> list[tuple[torch.Tensor, ...]]:
    """Return output and gradients of a phased layer and of the direct one with its weights."""
    direct = nn.Conv1d if isinstance(layer, nn.Conv1d) else nn.ConvTranspose1d
    plain = direct(
        layer.in_channels,
        layer.out_channels,
        layer.kernel_size[0],
        stride=layer.stride[0],
        padding=int(layer.padding[0]),
        bias=layer.bias is not None,
    )
    plain.load_state_dict(layer.state_dict())
    values = torch.rand(2, layer.in_channels, n_samples) * 2 - 1
    found = []
    for either in (layer, plain):
        inputs = values.clone().requires_grad_()
        output = either(inputs)
        towards = torch.linspace(-1, 1, output.numel()).reshape(output.shape) / output.numel()
        found.append((output, *torch.autograd.grad((output * towards).sum(), [inputs, *either.parameters()])))
    return found


@pytest.mark.parametrize(
    "row",
    [*ENCODER_ROWS, *DECODER_ROWS, *discriminator.ROWS],
    ids=lambda row: f"{row.operation}-{row.n_in}-{row.output_length}",
)
def test_a_phased_row_of_the_tables_is_the_direct_convolution(row: Row) -> None:
    torch.manual_seed(0)
    n_in, n_out = (width(symbol, base_width=2, n_channels=1) for symbol in (row.n_in, row.n_out))
    layer = convolution(row, n_in, n_out)
    n_samples = row.output_length * row.stride
    if row.operation == "Trans Conv1D":
        n_samples = row.output_length // row.stride
    for phased, direct in zip(*both_ways(layer, n_samples), strict=True):
        torch.testing.assert_close(phased, direct, atol=SUM_TOLERANCE, rtol=0)


@settings(max_examples=80)
@given(
    kind=st.sampled_from([PhasedConv1d, PhasedConvTranspose1d]),
    stride=st.integers(1, 7),
    n_taps=st.integers(1, 4),
    odd=st.integers(0, 2),
    padding=st.integers(0, 7),
    widths=st.tuples(st.integers(1, 3), st.integers(1, 3)),
    n_samples=st.integers(8, 90),
    bias=st.booleans(),
)
def test_a_phased_convolution_is_the_direct_one_at_any_size(
    kind: type[nn.Conv1d] | type[nn.ConvTranspose1d],
    stride: int,
    n_taps: int,
    odd: int,
    padding: int,
    widths: tuple[int, int],
    n_samples: int,
    bias: bool,
) -> None:
    torch.manual_seed(n_samples)
    layer = kind(*widths, stride * n_taps + odd, stride=stride, padding=padding, bias=bias)
    length = n_samples + layer.kernel_size[0] + 2 * padding  # long enough for one output of either kind
    for phased, direct in zip(*both_ways(layer, length), strict=True):
        torch.testing.assert_close(phased, direct, atol=SUM_TOLERANCE, rtol=0)


def test_the_receptive_field_of_one_row_is_its_kernel() -> None:
    assert receptive_field(ENCODER_ROWS[:1]) == 9
    assert receptive_field(()) == 1


@pytest.mark.parametrize("n_samples", [1, 2, 255, 513, 1000, 1237, 44_100])
@pytest.mark.parametrize("n_channels", [1, 2])
def test_the_filter_by_fft_is_the_direct_convolution(n_samples: int, n_channels: int) -> None:
    audio_filter, waveform = pair(n_channels, n_samples)
    expected = audio_filter.direct(waveform)
    torch.testing.assert_close(audio_filter(waveform), expected, atol=FFT_TOLERANCE, rtol=0)


@settings(max_examples=40)
@given(st.integers(1, 3), st.integers(1, 700), st.integers(0, 30), st.integers(1, 3))
def test_the_filter_is_the_direct_convolution_at_any_size(
    n_channels: int, n_samples: int, half: int, batch: int
) -> None:
    audio_filter, waveform = pair(n_channels, n_samples, n_taps=2 * half + 1, batch=batch)
    filtered = audio_filter(waveform)
    assert filtered.shape == waveform.shape
    torch.testing.assert_close(filtered, audio_filter.direct(waveform), atol=FFT_TOLERANCE, rtol=0)


@pytest.mark.parametrize("n_samples", [100, 1237])
def test_the_filter_has_the_gradients_of_the_direct_convolution(n_samples: int) -> None:
    audio_filter, waveform = pair(2, n_samples)
    waveform.requires_grad_()
    towards = torch.rand_like(waveform) / n_samples  # gradients of order 1 for bias and taps
    inputs = [waveform, *audio_filter.parameters()]
    by_fft = torch.autograd.grad((audio_filter(waveform) * towards).sum(), inputs)
    direct = torch.autograd.grad((audio_filter.direct(waveform) * towards).sum(), inputs)
    for one, other in zip(by_fft, direct, strict=True):
        assert other.abs().max() > 0
        torch.testing.assert_close(one, other, atol=FFT_TOLERANCE, rtol=0)


def test_the_filter_passes_a_delayed_impulse_without_delay() -> None:
    audio_filter, _ = pair(1, 1)
    torch.nn.init.zeros_(audio_filter.direct.weight)
    torch.nn.init.zeros_(audio_filter.direct.bias)  # type: ignore[arg-type]  # it has one
    audio_filter.direct.weight.data[0, 0, 256] = 1.0  # the middle tap alone: the identity
    waveform = torch.zeros(1, 1, 2000)
    waveform[..., 1234] = 1.0
    torch.testing.assert_close(audio_filter(waveform), waveform, atol=FFT_TOLERANCE, rtol=0)


def test_the_filter_has_513_taps_and_a_bias_for_each_channel() -> None:
    audio_filter, _ = pair(2, 1)
    assert {name: tuple(p.shape) for name, p in audio_filter.named_parameters()} == {
        "direct.weight": (2, 2, 513),
        "direct.bias": (2,),
    }


@pytest.mark.parametrize("kind", [torch.bfloat16, torch.float32])
def test_under_half_precision_the_filter_stays_in_float32(kind: torch.dtype) -> None:
    audio_filter, waveform = pair(1, 1237)
    waveform = waveform.to(kind)  # what tanh hands over under autocast
    with torch.autocast("cpu", dtype=torch.bfloat16):
        filtered = audio_filter(waveform)
        filtered.sum().backward()
    assert filtered.dtype == torch.float32
    torch.testing.assert_close(filtered, audio_filter.direct(waveform.float()), atol=FFT_TOLERANCE, rtol=0)
    assert audio_filter.direct.weight.grad is not None
    assert audio_filter.direct.weight.grad.isfinite().all()
