"""Tests of Tables 1 to 3 as the code prints them."""

from dataclasses import replace

import numpy as np
import pytest

from v2ra import discriminator, generator
from v2ra.config import Config
from v2ra.errors import InputError
from v2ra.layers import Row, filter_both_ways
from v2ra.tables import architecture, hyperparameters, measured_shapes, parameter_counts


@pytest.mark.parametrize(
    ("rows", "name"), [(generator.ROWS, "table1"), (discriminator.ROWS, "table2")], ids=["G", "D"]
)
def test_every_shape_that_comes_out_is_the_printed_one(rows: tuple[Row, ...], name: str) -> None:
    table = architecture(rows, name, base_width=2)
    assert table["same_shape"].all()
    assert (table["output_used"] == table["output_printed"]).all()


def test_only_the_rows_of_the_misprint_differ() -> None:
    table = architecture(generator.ROWS, "table1", base_width=2)
    assert table.index[~table["same_row"]].tolist() == [8, 10, 11]
    assert architecture(discriminator.ROWS, "table2", base_width=2)["same_row"].all()


def test_another_padding_shows_in_the_measured_shape() -> None:
    rows = (replace(generator.ROWS[0], padding=5), *generator.ROWS[1:])
    assert measured_shapes(rows, base_width=2)[0] == "(n,14701,d)"
    assert not architecture(rows, "table1", base_width=2)["same_shape"].all()


def test_a_row_too_few_is_refused() -> None:
    with pytest.raises(InputError, match="found 4 rows; expected the 5 operations of table2"):
        architecture(discriminator.ROWS[:-1], "table2", base_width=2)


def test_weights_of_the_rows_are_the_networks_weights_without_biases_and_norms() -> None:
    plain = Config().with_overrides({"generator.base_width": 2, "generator.norm": "none"})
    (count,) = parameter_counts({"plain": plain})["generator"]
    table = architecture(generator.ROWS, "table1", base_width=2)
    biases = sum(2 * int(row.n_out[:-1] or 1) for row in generator.ROWS[:13]) + 2  # … and one channel twice
    assert count == table["weights"].sum() + biases


def test_a_head_of_one_channel_has_fewer_weights() -> None:
    one = Config().with_overrides({"discriminator.head": "one"})
    counts = parameter_counts({"8d": Config(), "one": one}).set_index("configuration")["discriminator"]
    assert counts["8d"] - counts["one"] == (512 - 1) * (4 * 512 + 1)


def test_table_3_shows_each_recipe_beside_the_printed_value() -> None:
    table = hyperparameters(
        {"paper": Config(), "narrow": Config().with_overrides({"generator.base_width": 8})}
    )
    assert table.columns.tolist() == ["name", "published", "paper", "narrow"]
    assert table["narrow"].tolist()[2] == "8"


def test_the_audio_filter_is_the_same_by_fft_and_directly(rng: np.random.Generator) -> None:
    by_fft, direct = filter_both_ways(rng.uniform(-1, 1, 44_100))
    assert by_fft.shape == direct.shape == (44_100,)
    assert np.abs(by_fft - direct).max() < 1e-5 * np.abs(direct).max()  # float32, some hundred terms
    assert np.abs(direct).max() > 0.1
