"""The arithmetic of Section 3 and of Tables 1 and 2: rates, strides against printed lengths, receptive fields.

Conventions
-----------
A row is an `Entry`: what the paper prints, what follows from its other numbers, and how far the two may be apart.
Lengths are in samples at 44.1 kHz. What the paper prints no number for is NaN there.

Source
------
Section 3.1 (p, q, zeros); Tables 1 and 2; "Large receptive fields" of Section 3.2.
"""

import math
from collections.abc import Iterator
from typing import NamedTuple

import pandas as pd

from v2ra.layers import Row, receptive_field
from v2ra.published import load_published, published_number

OPEN = float("nan")


class Entry(NamedTuple):
    """One line of the audit.

    Attributes
    ----------
    item, where : str
        What is checked, and its place in the paper.
    printed, recomputed : float
        The printed number (NaN: none), and what it should be by the paper's own other numbers.
    tolerance : float
        What rounding to the printed digits can hide.
    note : str
        What follows, with the number of its note in PAPER_NOTES.md.
    """

    item: str
    where: str
    printed: float
    recomputed: float
    tolerance: float
    note: str = ""


def printed_layers(name: str) -> pd.DataFrame:
    """Return the convolutions of Table 1 or 2 as numbers.

    Parameters
    ----------
    name : str
        "table1" or "table2".

    Returns
    -------
    DataFrame
        Columns transposed, stride, kernel_size, n_inputs, n_outputs (as "2d"), length (samples), width.

    Examples
    --------
    >>> printed_layers("table2")["length"].tolist()
    [11025, 2756, 689, 688, 687]
    """
    table = load_published(name)
    table = table[table["operation"].str.contains("Conv1D")]
    return pd.DataFrame(
        {
            "transposed": table["operation"].str.startswith("Trans"),
            "stride": table["operation"].str.extract(r"Stride=(\d+)")[0].astype(int),
            "kernel_size": table["kernel_size"].str.extract(r"\((\d+),")[0].astype(int),
            "n_inputs": table["kernel_size"].str.extract(r",(\w+),")[0],
            "n_outputs": table["kernel_size"].str.extract(r",(\w+)\)")[0],
            "length": table["output_shape"].str.extract(r"n,(\d+)")[0].astype(int),
            "width": table["output_shape"].str.extract(r",(\w+)\)")[0],
        }
    ).reset_index(drop=True)


def padding_that_fits(length: int, *, stride: int, kernel_size: int, wanted: int) -> int | None:
    """Return the padding with which a convolution gives a printed length, None where there is none.

    Examples
    --------
    >>> padding_that_fits(44_100, stride=4, kernel_size=16, wanted=11_025)
    6
    >>> padding_that_fits(10, stride=2, kernel_size=4, wanted=9)
    """
    fitting = (p for p in range(kernel_size) if (length + 2 * p - kernel_size) // stride + 1 == wanted)
    return next(fitting, None)


def rate_entries() -> Iterator[Entry]:
    """Yield whether p, q and the zeros of Section 3.1 come out whole."""
    rate, size = published_number("sample_rate"), published_number("feature_size")
    p = rate // size
    zeros = rate - p * size
    where = "Section 3.1"
    yield Entry("length of V: p vectors and their zeros", where, rate, p * size + zeros, 0, f"p = {p:.0f}")
    yield Entry("zeros behind each vector, whole", where, round(zeros / p), zeros / p, 0)
    q = published_number("frame_rate") // p
    frames = f"p q against the {published_number('frame_rate'):.0f} frames of a second"
    yield Entry(frames, where, published_number("frame_rate"), p * q, 0, f"q = {q:.0f}")


def stride_entries() -> Iterator[Entry]:
    """Yield every printed length of Tables 1 and 2 beside what its printed stride makes of the row before."""
    rate = int(published_number("sample_rate"))
    length = rate
    layers = printed_layers("table1").iloc[:-1]
    for number, row in enumerate(layers.to_dict("records"), start=1):
        found = length * row["stride"] if row["transposed"] else length / row["stride"]
        note = (
            "" if found == row["length"] else "the decoder's strides are not the encoder's backwards (note 6)"
        )
        yield Entry(f"length behind convolution {number}", "Table 1", row["length"], found, 0, note)
        length = row["length"]
    for transposed, name in ((False, "encoder"), (True, "decoder")):
        product = math.prod(layers[layers["transposed"] == transposed]["stride"])
        yield Entry(f"product of the strides of the {name}", "Table 1", rate, product, 0, "note 6")
    length = rate
    for number, row in enumerate(printed_layers("table2").to_dict("records"), start=1):
        sizes = {"stride": row["stride"], "kernel_size": row["kernel_size"], "wanted": row["length"]}
        padding = padding_that_fits(length, **sizes)
        found = OPEN if padding is None else row["length"]
        note = "no padding" if padding is None else f"padding {padding}, not printed (note 7)"
        yield Entry(f"length behind convolution {number}", "Table 2", row["length"], found, 0, note)
        length = row["length"]


def field_entries() -> Iterator[Entry]:
    """Yield how much of the second a value of the bottleneck and a score of the discriminator see."""
    rate = published_number("sample_rate")
    encoder = printed_layers("table1").query("not transposed").iloc[:-1]
    for name, layers, table in (
        ("one value of the bottleneck of G", encoder, "Table 1"),
        ("one score of D", printed_layers("table2"), "Table 2"),
    ):
        sizes = layers[["stride", "kernel_size"]].to_numpy().tolist()
        rows = [Row("Conv1D", stride, kernel_size, "c", "d", 0, 0) for stride, kernel_size in sizes]
        seen = receptive_field(tuple(rows))
        note = f"{1000 * seen / rate:.1f} ms: {'the whole second' if seen >= rate else 'grain, no rhythm (note 10)'}"
        yield Entry(f"samples that {name} sees", f"Section 3.2, {table}", OPEN, seen, OPEN, note)
