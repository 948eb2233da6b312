"""Widths, convolutions, and the audio filter by FFT against the direct convolution."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from v2ra.generator import ENCODER_ROWS
from v2ra.layers import AudioFilter, Row, convolution, receptive_field, width

# Sums of 513 products in float32: √513 roundings of 6e-8 relative to values of order 1, with headroom for
# the n log n roundings of the FFT.
FFT_TOLERANCE = 1e-5


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


def test_the_receptive_field_of_one_row_is_its_kernel() -> None:
    assert receptive_field(ENCODER_ROWS[:1]) == 9
    assert receptive_field(()) == 1


@pytest.mark.parametrize("n_samples", [1, 2, 255, 513, 1000, 1237, 44_100])
@pytest.mark.parametrize("n_channels", [1, 2])
def test_the_filter_by_fft_is_the_direct_convolution(n_samples: int, n_channels: int) -> None:
    audio_filter, waveform = pair(n_channels, n_samples)
    expected = audio_filter.direct(waveform)
    torch.testing.assert_close(audio_filter(waveform), expected, atol=FFT_TOLERANCE, rtol=0)


@settings(max_examples=40, deadline=None)
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
