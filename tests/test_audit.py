"""The audit of the printed tables: what is found, and that a changed number changes the finding."""

import pandas as pd
import pytest

from v2ra import audit, audit_layers, published
from v2ra.audit_layers import Entry, padding_that_fits
from v2ra.generator import ENCODER_ROWS


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    """Return the audit of the tables as printed."""
    return audit.audit()


def found(table: pd.DataFrame, item: str) -> list[str]:
    """Return the findings of the items that begin so."""
    rows = table[table["item"].str.startswith(item)]["finding"]
    assert len(rows)
    return list(rows)


def test_a_row_is_an_item_with_its_place_and_one_of_four_findings(table: pd.DataFrame) -> None:
    assert tuple(table.columns) == audit.COLUMNS
    assert not table[["item", "where"]].duplicated().any()
    findings = {"adds up", "does not add up", "not explained", "no number printed"}
    assert set(table["finding"]) == findings
    difference = table["printed"] - table["recomputed"]
    pd.testing.assert_series_equal(table["difference"], difference, check_names=False)
    assert table["where"].str.match(r"Sections? \d|Tables? \d").all()


def test_what_does_not_add_up_is_named(table: pd.DataFrame) -> None:
    wrong = table[table["finding"] == "does not add up"]["item"]
    assert wrong.str.startswith("OSG by Eq. 12").sum() == 5
    assert wrong.str.startswith("length behind convolution").sum() == 3
    assert wrong.str.contains("no worse than before").sum() == 3
    rest = wrong[~wrong.str.contains("Eq. 12|convolution|no worse")]
    assert rest.tolist() == [
        "product of the strides of the decoder",
        "right retrievals that would be better than chance",
        "scores of three above those of [12]",
    ]


def test_the_rows_that_are_right_are_found_right(table: pd.DataFrame) -> None:
    assert found(table, "product of the strides of the encoder") == ["adds up"]
    assert found(table, "share of right retrievals") == ["adds up"]
    assert found(table, "rows better than the full system") == ["adds up", "adds up"]
    assert table[table["where"] == "Section 3.1"]["finding"].tolist() == ["adds up"] * 3


def test_the_discriminator_sees_700_samples_and_the_bottleneck_more_than_a_second(
    table: pd.DataFrame,
) -> None:
    seen = table.set_index("item")["recomputed"]
    assert seen["samples that one score of D sees"] == 700
    field, step = 1, 1
    for row in ENCODER_ROWS:  # each layer adds its kernel less one, in steps of the layers before
        field, step = field + (row.kernel_size - 1) * step, step * row.stride
    assert seen["samples that one value of the bottleneck of G sees"] == field > 44_100


def test_the_binomial_test_and_the_count_that_would_be_needed(table: pd.DataFrame) -> None:
    numbers = table.set_index("item")["recomputed"]
    assert numbers["p of as many right by chance, binomial"] == pytest.approx(0.417, abs=0.001)
    assert numbers["right retrievals that would be better than chance"] == 16


def test_a_grade_mended_in_the_table_adds_up(monkeypatch: pytest.MonkeyPatch) -> None:
    printed = published.load_published

    def mended(name: str) -> pd.DataFrame:
        table = printed(name)
        if name == "table7":
            table.loc[table["experiment"] == "LS loss function", "osg"] = 31.3432
        return table

    monkeypatch.setattr("v2ra.similarity_study.load_published", mended)
    rows = {entry.item: audit._finding(entry) for entry in audit.grade_entries()}
    assert rows["OSG by Eq. 12, LS loss function"] == "adds up"
    assert rows["OSG by Eq. 12, [14]"] == "does not add up"


@pytest.mark.parametrize(
    ("entry", "finding"),
    [
        (Entry("x", "Table 1", 1.0, 1.05, 0.05), "adds up"),
        (Entry("x", "Table 1", 1.0, 1.06, 0.05), "does not add up"),
        (Entry("x", "Table 1", 1.0, audit_layers.OPEN, 0), "does not add up"),
        (Entry("x", "Table 1", 1.0, 2.0, audit_layers.OPEN), "not explained"),
        (Entry("x", "Table 1", audit_layers.OPEN, 2.0, audit_layers.OPEN), "no number printed"),
    ],
)
def test_the_finding_follows_from_difference_and_tolerance(entry: Entry, finding: str) -> None:
    assert audit._finding(entry) == finding


def test_a_length_that_no_padding_gives_is_none() -> None:
    assert padding_that_fits(7, stride=5, kernel_size=15, wanted=49) is None
    assert padding_that_fits(10, stride=2, kernel_size=4, wanted=9) is None
    assert padding_that_fits(689, stride=1, kernel_size=4, wanted=688) == 1


def test_the_counts_of_the_notes_are_those_of_the_audit(table: pd.DataFrame) -> None:
    rows = {(row["item"], row["where"]): row for row in table.to_dict("records")}
    above = "rows graded above the ground truth"
    assert rows[above, "Table 6"]["recomputed"] == 2
    assert rows[above, "Table 7"]["recomputed"] == 7  # note 30
    (most,) = (row for (item, _), row in rows.items() if item.startswith("test videos that asked"))
    assert (most["printed"], most["recomputed"]) == (70, 7 * 30 / 4)  # note 32
    (step,) = (row for (item, _), row in rows.items() if item == "step of the mean scores")
    assert (step["printed"], step["recomputed"]) == pytest.approx((1 / 20, 1 / 40))  # note 35
    (spread,) = (row for (item, _), row in rows.items() if item == "range of all printed ODG")
    assert spread["recomputed"] == pytest.approx(0.3362 - 0.0907)  # Table 7, skip connections; Table 8, cloth
    wrong = table[table["item"].str.startswith("scores of three above those of")].set_index("item")
    assert wrong["recomputed"].tolist() == [1, 3]  # of [12]: overall quality alone
