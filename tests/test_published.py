"""The paper's own numbers, held against each other: what adds up and what does not."""

import re
from math import prod
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import binomtest

from v2ra.audit import printed_grades
from v2ra.audit_layers import padding_that_fits, printed_layers
from v2ra.errors import InputError
from v2ra.published import PUBLISHED, load_published, published_number
from v2ra.similarity_study import recomputed_grades
from v2ra.timing import PAPER

# Numbers are printed with four decimals: half a unit of the last one is the most that rounding can hide.
HALF_UNIT = 0.5e-4


@pytest.mark.parametrize("name", PUBLISHED)
def test_every_table_names_its_place_in_the_paper(name: str) -> None:
    table = load_published(name)
    assert len(table) > 2
    if name != "claims_numbers":
        assert re.match(rf"Table {name[-1]}, Section [34]\.", table.attrs["source"])
    else:
        assert table["where"].str.match(r"Section [34]\.|Algorithm 1").all()


def test_a_table_that_the_paper_does_not_have_is_refused() -> None:
    with pytest.raises(InputError, match="expected one of table1"):
        load_published("table10")
    with pytest.raises(InputError, match="expected one of frame_rate"):
        published_number("epochs")


@pytest.mark.parametrize("name", PUBLISHED[:-1])
def test_every_number_stands_in_the_text_of_the_paper_in_this_row(name: str, shared: Path) -> None:
    lines = (shared / "paper" / "v2ra-paper.txt").read_text(encoding="utf-8").splitlines()
    start = next(i for i, line in enumerate(lines) if line.strip() == f"TABLE {name[-1]}")
    printed = [re.sub(r"[$\s/]", "", line) for line in lines[start : start + 25]]
    for _, row in load_published(name, as_printed=True).iterrows():
        assert re.sub(r"[$\s/]", "", "".join(row)) in printed


def test_claims_about_the_data_stand_in_the_text_of_the_paper(shared: Path) -> None:
    text = (shared / "paper" / "v2ra-paper.txt").read_text(encoding="utf-8")
    words = {"participants": "twenty", "test_share": "25%", "dropout": "50%", "retrieval_accuracy": "15.71%"}
    words |= {"examples_per_category": "two examples", "learning_rate": "0.001", "sample_rate": "44.1kHz"}
    claims = load_published("claims_numbers", as_printed=True).set_index("name")["value"]
    for name, value in claims.items():
        assert words.get(str(name), value) in text, name


def test_the_rates_of_the_text_are_those_of_the_code() -> None:
    for name in ("frame_rate", "sample_rate", "frame_size", "feature_size"):
        assert getattr(PAPER, name) == published_number(name)


def test_the_encoder_of_table_1_reaches_one_value_and_its_decoder_strides_do_not_lead_back() -> None:
    table = printed_layers("table1").iloc[:-1]
    encoder, decoder = table[~table["transposed"]], table[table["transposed"]]
    assert prod(encoder["stride"]) == 44_100
    assert prod(decoder["stride"]) == 18_900  # the stride 7 is printed once, the stride 3 three times
    mirrored = encoder["stride"].to_numpy()[::-1]
    assert mirrored.tolist() == [7, 7, 5, 5, 4, 3, 3]
    assert np.cumprod(mirrored).tolist() == decoder["length"].tolist()


def test_three_decoder_strides_of_table_1_do_not_fit_their_output_shapes() -> None:
    decoder = printed_layers("table1").query("transposed")
    lengths = np.concatenate([[1], decoder["length"]])
    fits = decoder["stride"].to_numpy() == lengths[1:] // lengths[:-1]
    assert fits.tolist() == [True, False, True, False, False, True, True]


def test_every_kernel_of_table_1_is_three_printed_strides_long() -> None:
    table = printed_layers("table1").iloc[:-1]
    assert (table["kernel_size"] == 3 * table["stride"]).all()
    assert printed_layers("table1")["kernel_size"].iloc[-1] == published_number("audio_filter_length")


@pytest.mark.parametrize("name", ["table1", "table2"])
def test_every_layer_takes_the_channels_that_the_layer_before_gives(name: str) -> None:
    table = printed_layers(name)
    assert (table["n_outputs"] == table["width"]).all()
    assert table["n_inputs"].iloc[1:].tolist() == table["width"].iloc[:-1].tolist()


def test_table_2_needs_paddings_of_6_6_6_1_1_and_ends_without_a_score() -> None:
    table, length = printed_layers("table2"), 44_100
    for (_, row), padding in zip(table.iterrows(), (6, 6, 6, 1, 1), strict=True):
        sizes = {"stride": row["stride"], "kernel_size": row["kernel_size"], "wanted": row["length"]}
        assert padding_that_fits(length, **sizes) == padding
        length = (length + 2 * padding - row["kernel_size"]) // row["stride"] + 1
        assert length == row["length"]
    assert table["width"].iloc[-1] == "8d"


def test_a_score_of_the_discriminator_sees_sixteen_milliseconds() -> None:
    field = 1
    for _, row in printed_layers("table2").iloc[::-1].iterrows():
        field = (field - 1) * row["stride"] + row["kernel_size"]
    assert field == 700
    assert field / published_number("sample_rate") == pytest.approx(0.0159, abs=HALF_UNIT)


def test_the_loss_of_table_3_is_not_the_loss_of_equations_8_and_9() -> None:
    value = load_published("table3").set_index("name")["value"]
    assert value["Loss"] == "LS"
    full, l1_ls = load_published("table7").iloc[[0, 5], 1:].to_numpy()
    assert full.tolist() == l1_ls.tolist()  # the full system of Table 7 is L1 + LS


def test_equation_12_gives_six_of_the_eleven_printed_grades() -> None:
    table = recomputed_grades()
    assert len(table) == 11
    wrong = table[~table["agrees"]].set_index("row")["recomputed"].round(4)
    assert wrong.to_dict() == {
        "[14]": 7.9035,
        "+ skip connections for the generator": 2.6522,
        "- audio filter (the last layer of the generator)": 17.7731,
        "+ random crop": 10.8816,
        "LS loss function": 31.3432,
    }


def test_the_grade_without_the_audio_filter_is_its_mms_again() -> None:
    row = load_published("table7").set_index("experiment").filter(like="audio filter", axis="index").iloc[0]
    assert row["osg"] == row["mms"]


def test_the_ground_truth_has_two_grades_and_neither_is_that_of_a_perfect_copy() -> None:
    grades = [load_published(name)["odg"].iloc[-1] for name in ("table6", "table7")]
    assert grades == [-0.2157, -0.2343]
    # Identical signals are graded above 0: Eq. 11 reaches b_max = 0.22.
    assert max(grades) < 0 < published_number("grade_max")


def test_most_ablations_are_graded_above_the_ground_truth() -> None:
    table = load_published("table7").set_index("experiment")["odg"]
    above = table.drop("ground truth") > table["ground truth"]
    assert above.sum() == 7
    assert load_published("table6")["odg"].idxmin() == 2


def test_every_published_grade_lies_in_the_first_tenth_of_the_scale() -> None:
    grades = printed_grades()
    assert len(grades) == 3 + 11 + 21  # Tables 6, 7 and 8
    assert grades.max() == -0.0907
    assert grades.min() == -0.3362
    assert load_published("table4")["grade"].tolist() == [0, -1, -2, -3, -4]


def test_what_table_5_calls_a_better_match_is_four_times_what_table_6_calls_worse() -> None:
    ours_better = load_published("table5").set_index("audio")["osg"]["Ground truth & Ours"]
    theirs_worse = load_published("table6").set_index("audio")["osg"]["[14]"]
    assert ours_better / theirs_worse == pytest.approx(4.02, abs=0.01)  # 31.7959 / 7.9039


def test_in_table_8_peak_match_worsens_bird_and_denoising_doubles_plastic() -> None:
    table = load_published("table8").set_index("category")
    peak_match = table["peak_match_osg"] > table["original_osg"]
    denoised = table["denoised_osg"] > table["original_osg"]
    assert table.index[peak_match].tolist() == ["Bird"]
    assert table.index[denoised].tolist() == ["Gravel", "Plastic"]
    worse = (table["denoised_osg"] / table["original_osg"])["Plastic"]
    assert worse == pytest.approx(2.24, abs=0.01)  # 0.1746 / 0.0778
    assert table.index.str.lower().tolist() == [
        "bird",
        "dog",
        "firework",
        "cloth",
        "wood",
        "gravel",
        "plastic",
    ]


def test_table_9_moves_in_steps_of_a_twentieth() -> None:
    scores = load_published("table9").iloc[:, 1:].to_numpy()
    assert np.allclose(scores * 20, np.round(scores * 20), atol=1e-9, rtol=0)  # binary fractions only
    # One score a participant and cell gives these steps; two examples of each category would give finer ones.
    assert published_number("participants") == 20
    assert np.gcd.reduce(np.round(scores * 20).astype(int).ravel()) == 1


def test_the_retrieval_accuracy_is_eleven_of_seventy() -> None:
    accuracy = published_number("retrieval_accuracy") / 100
    counts = [(k, n) for n in range(1, 140) for k in range(n + 1) if abs(k / n - accuracy) < HALF_UNIT]
    assert counts == [(11, 70)]
    assert published_number("retrieval_chance") / 100 == pytest.approx(1 / 7, abs=HALF_UNIT)


def test_the_retrieval_accuracy_does_not_differ_from_chance() -> None:
    test = binomtest(11, 70, 1 / 7, alternative="greater")
    assert test.pvalue == pytest.approx(0.417, abs=0.001)
    interval = test.proportion_ci(0.95, method="exact")
    assert interval.low < 1 / 7
    # The fewest hits of 70 that one would call better than chance at 5 %.
    assert next(k for k in range(71) if binomtest(k, 70, 1 / 7, alternative="greater").pvalue < 0.05) == 16
