"""Every printed row of Tables 1 and 2 against the real modules; sizes that follow from the tables.

The printed shapes are (batch, time, channels); tensors here are (batch, channels, time). The published
tables are read, not typed in again.
"""

import math
import re

import pytest
import torch
from torch import Tensor, nn

from v2ra import config
from v2ra.discriminator import ROWS as DISCRIMINATOR_ROWS
from v2ra.discriminator import PatchDiscriminator1d
from v2ra.generator import DECODER_ROWS, ENCODER_ROWS, OUTPUT_ROWS, Generator
from v2ra.generator import ROWS as GENERATOR_ROWS
from v2ra.layers import AudioFilter, Row, receptive_field, width
from v2ra.published import load_published

BATCH = 2
WIDTHS = [(2, 1), (3, 1), (2, 2)]  # (d, c)
TABLE1 = load_published("table1", as_printed=True).to_dict("records")
TABLE2 = load_published("table2", as_printed=True).to_dict("records")
# The rows of the decoder whose printed stride and kernel do not give the printed length.
MISPRINTED = {"table1": {9, 11, 12}, "table2": set[int]()}


def printed_tuple(cell: str, *, d: int, c: int) -> tuple[int, ...]:
    """Return the numbers of a printed cell such as "(n,14700,2d)" at given widths."""
    values = []
    for item in cell.strip("()").split(","):
        number, symbol = re.fullmatch(r"(\d*)([ncd]?)", item.strip()).groups()  # type: ignore[union-attr]
        values.append(int(number or 1) * {"": 1, "n": BATCH, "c": c, "d": d}[symbol])
    return tuple(values)


def outputs_of(network: nn.Module, leaves: tuple[type[nn.Module], ...], *inputs: Tensor) -> list[Tensor]:
    """Return what each layer of the given kinds gives, in the order in which they run."""
    seen: list[Tensor] = []
    for module in network.modules():
        if isinstance(module, leaves):
            module.register_forward_hook(lambda _module, _inputs, output: seen.append(output))
    network(*inputs)
    return seen


def generator_outputs(d: int, c: int) -> list[Tensor]:
    """Return the input, what each row of Table 1 gives, Tanh among them."""
    generator = Generator(config.Generator(base_width=d, n_channels=c)).train()
    video_vector = torch.rand(BATCH, 1, 44_100) * 2 - 1
    before_filter: list[Tensor] = []
    generator.audio_filter.register_forward_hook(lambda _m, inputs, _o: before_filter.append(inputs[0]))
    leaves = (nn.Conv1d, nn.ConvTranspose1d, AudioFilter)
    *convolved, filtered = outputs_of(generator, leaves, video_vector)
    return [video_vector, *convolved, before_filter[0], filtered]


def discriminator_outputs(d: int, c: int) -> list[Tensor]:
    """Return the concatenated input and what each row of Table 2 gives."""
    discriminator = PatchDiscriminator1d(config.Discriminator(base_width=d), n_channels=c)
    joined: list[Tensor] = []
    discriminator.blocks.register_forward_hook(lambda _m, inputs, _o: joined.append(inputs[0]))
    second, sound = torch.rand(BATCH, 1, 44_100), torch.rand(BATCH, c, 44_100)
    convolved = outputs_of(discriminator, (nn.Conv1d,), second, sound)
    return [*joined, *convolved]


@pytest.fixture(scope="module")
def outputs() -> dict[tuple[str, int, int], list[Tensor]]:
    """Return the outputs of both networks at every width, made once."""
    torch.manual_seed(0)
    with torch.no_grad():
        return {
            **{("table1", d, c): generator_outputs(d, c) for d, c in WIDTHS},
            **{("table2", d, c): discriminator_outputs(d, c) for d, c in WIDTHS},
        }


@pytest.mark.parametrize(("d", "c"), WIDTHS)
@pytest.mark.parametrize(
    ("table", "index", "printed"),
    [
        *(("table1", i, row["output_shape"]) for i, row in enumerate(TABLE1)),
        *(("table2", i, row["output_shape"]) for i, row in enumerate(TABLE2)),
    ],
)
def test_a_row_has_the_printed_output_shape(
    outputs: dict[tuple[str, int, int], list[Tensor]], table: str, index: int, printed: str, d: int, c: int
) -> None:
    batch, n_samples, *rest = printed_tuple(printed, d=d, c=c)
    n_channels = rest[0] if rest else 1  # the first row of Table 1 prints (n,44100)
    assert outputs[table, d, c][index].shape == (batch, n_channels, n_samples)


def test_each_table_has_as_many_rows_as_its_network_has_layers(
    outputs: dict[tuple[str, int, int], list[Tensor]],
) -> None:
    assert len(TABLE1) == len(outputs["table1", 2, 1]) == len(GENERATOR_ROWS) + 1
    assert len(TABLE2) == len(outputs["table2", 2, 1]) == len(DISCRIMINATOR_ROWS) + 1


@pytest.mark.parametrize(
    ("table", "index", "row", "printed"),
    [
        *(("table1", i, row, TABLE1[i]) for i, row in enumerate(GENERATOR_ROWS, 1)),
        *(("table2", i, row, TABLE2[i]) for i, row in enumerate(DISCRIMINATOR_ROWS, 1)),
    ],
)
def test_a_row_has_the_printed_operation_stride_and_kernel(
    table: str, index: int, row: Row, printed: dict[str, str]
) -> None:
    operation, *stride = re.findall(r"^[A-Za-z0-9 ]+\w|(?<==)\d+", printed["operation"])
    assert row.operation == operation
    if operation == "Tanh":
        return
    kernel = printed["kernel_size"].strip("()").split(",")
    assert [row.n_in, row.n_out] == kernel[1:]
    assert [row.printed_stride or row.stride, row.printed_kernel_size or row.kernel_size] == [
        int(stride[0]),
        int(kernel[0]),
    ]
    assert (row.printed_stride is not None) == (index in MISPRINTED[table])


@pytest.mark.parametrize(
    ("row", "convolution"),
    [
        (row, convolution)
        for rows, network in (
            (GENERATOR_ROWS, Generator(config.Generator(base_width=2))),
            (DISCRIMINATOR_ROWS, PatchDiscriminator1d(config.Discriminator(base_width=2), n_channels=1)),
        )
        for row, convolution in zip(
            (row for row in rows if row.operation != "Tanh"),
            (m for m in network.modules() if isinstance(m, nn.Conv1d | nn.ConvTranspose1d)),
            strict=True,
        )
    ],
)
def test_the_module_of_a_row_has_the_kernel_of_its_row(
    row: Row, convolution: nn.Conv1d | nn.ConvTranspose1d
) -> None:
    n_in, n_out = (width(symbol, base_width=2, n_channels=1) for symbol in (row.n_in, row.n_out))
    assert (convolution.in_channels, convolution.out_channels) == (n_in, n_out)
    assert convolution.kernel_size == (row.kernel_size,)
    assert convolution.stride == (row.stride,)
    assert convolution.padding == (row.padding,)
    assert isinstance(convolution, nn.ConvTranspose1d) == (row.operation == "Trans Conv1D")


def test_the_printed_strides_of_the_decoder_do_not_reach_a_second() -> None:
    assert math.prod(row.printed_stride or row.stride for row in DECODER_ROWS) == 18_900
    assert math.prod(row.stride for row in DECODER_ROWS) == 44_100
    assert math.prod(row.stride for row in ENCODER_ROWS) == 44_100


def test_the_decoder_in_use_mirrors_the_encoder() -> None:
    shapes = [(row.stride, row.kernel_size, row.n_in, row.n_out) for row in ENCODER_ROWS]
    mirrored = [(row.stride, row.kernel_size, row.n_out, row.n_in) for row in reversed(DECODER_ROWS)]
    # The mirrored last row writes c channels of sound; the encoder's first one reads V.
    assert mirrored == shapes


def n_parameters(network: nn.Module) -> int:
    return sum(parameter.numel() for parameter in network.parameters())


def test_sizes_at_the_papers_width() -> None:
    settings = config.Generator()
    assert settings.base_width == config.Discriminator().base_width == 64  # Table 3
    generator = n_parameters(Generator(settings))
    assert round(generator / 1e6, 2) == 34.77
    discriminator = PatchDiscriminator1d(config.Discriminator(), n_channels=1)
    assert round(n_parameters(discriminator) / 1e6, 2) == 2.23


def test_the_printed_kernels_would_make_a_smaller_generator() -> None:
    # Independent arithmetic: kernel × inputs × outputs over the printed rows, without biases and norms.
    weights = 0
    for printed in TABLE1:
        if printed["kernel_size"]:
            weights += math.prod(printed_tuple(printed["kernel_size"], d=64, c=1))
    assert round(weights / 1e6, 2) == 32.69


def test_receptive_fields() -> None:
    assert receptive_field(ENCODER_ROWS) == 147_156  # more than three seconds: zeros around a second
    assert receptive_field(DISCRIMINATOR_ROWS) == 700  # 15.9 ms


def test_a_score_of_the_discriminator_sees_as_much_as_its_receptive_field_says() -> None:
    torch.manual_seed(0)
    settings = config.Discriminator(base_width=1, norm="none")  # batch norm would spread every sample
    sound = torch.rand(1, 1, 44_100, requires_grad=True)
    scores = PatchDiscriminator1d(settings, n_channels=1)(torch.rand(1, 1, 44_100), sound)
    scores[..., 300].sum().backward()
    assert sound.grad is not None
    seen = sound.grad[0, 0].nonzero()[:, 0]
    assert seen[-1] - seen[0] + 1 == receptive_field(DISCRIMINATOR_ROWS)


def test_the_last_rows_keep_a_second_and_the_last_scores() -> None:
    assert [row.output_length for row in OUTPUT_ROWS] == [44_100, 44_100]
    assert (OUTPUT_ROWS[-1].kernel_size, OUTPUT_ROWS[-1].padding) == (513, 256)
    assert DISCRIMINATOR_ROWS[-1].n_out == "8d"  # no projection to one score
    assert DISCRIMINATOR_ROWS[-1].output_length == 687


@pytest.mark.parametrize("row", [*GENERATOR_ROWS, *DISCRIMINATOR_ROWS])
def test_the_length_that_a_row_states_follows_from_the_row_before(row: Row) -> None:
    rows = GENERATOR_ROWS if row in GENERATOR_ROWS else DISCRIMINATOR_ROWS
    place = rows.index(row)
    before = rows[place - 1].output_length if place else 44_100
    if row.operation == "Trans Conv1D":
        expected = (before - 1) * row.stride - 2 * row.padding + row.kernel_size
    else:
        expected = (before + 2 * row.padding - row.kernel_size) // row.stride + 1
    assert row.output_length == expected
