"""Protocols: what is held against what, and how far each lies from the printed grades."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from v2ra.errors import InputError
from v2ra.odg_protocols import PROTOCOLS, late, protocol_grades
from v2ra.odg_summary import protocol_distances, protocol_summary, published_grade
from v2ra.pairs import Pair
from v2ra.peaq import objective_difference_grade
from v2ra.scale_systems import ground_truth_pairs

RATE = 44_100


def knocks(seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    sound = 0.003 * rng.standard_normal(2 * RATE)
    for start in rng.integers(0, 2 * RATE - 8000, 5):
        sound[start : start + 8000] += 0.2 * np.exp(-np.arange(8000) / 900) * rng.standard_normal(8000)
    return sound.clip(-1, 1)


@pytest.fixture(scope="module")
def pairs() -> list[Pair]:
    """Return two clips of a system that is unrelated to them, and their ground truth."""
    made = [Pair("tuned", "wood", name, knocks(k), knocks(k + 10)) for k, name in enumerate("ab")]
    return [*made, *ground_truth_pairs(made)]


@pytest.fixture(scope="module")
def grades(pairs: list[Pair]) -> pd.DataFrame:
    return protocol_grades(pairs, sample_rate=RATE)


def odg(grades: pd.DataFrame, protocol: str, system: str = "tuned", clip: str = "a") -> float:
    wanted = (grades["protocol"] == protocol) & (grades["system"] == system) & (grades["clip"] == clip)
    rows = grades[wanted]
    return float(rows["odg"].item())


def test_every_pair_is_graded_once_by_every_protocol(grades: pd.DataFrame, pairs: list[Pair]) -> None:
    assert len(grades) == len(PROTOCOLS) * len(pairs)
    assert not grades.duplicated(["protocol", "system", "clip"]).any()
    assert grades["odg"].between(-3.98, 0.22).all()


def test_each_protocol_holds_against_each_other_what_its_name_says(
    grades: pd.DataFrame, pairs: list[Pair]
) -> None:
    real, sound = pairs[0].reference, pairs[0].estimate
    loudest = int(np.argmax(np.convolve(real**2, np.ones(RATE), "valid")))
    second = slice(loudest, loudest + RATE)
    expected = {
        "against the real sound": (real, sound, RATE),
        "against itself": (sound, sound, RATE),
        "exchanged": (sound, real, RATE),
        "one second": (real[second], sound[second], RATE),
        "unaligned": (real, np.concatenate([np.zeros(4410), sound[:-4410]]), RATE),
        "44.1 kHz taken for 48 kHz": (real, sound, 48_000),
    }
    for protocol, (reference, estimate, rate) in expected.items():
        found = objective_difference_grade(reference, estimate, sample_rate=rate).odg
        # Batches of other sizes: equal but for rounding.
        assert odg(grades, protocol) == pytest.approx(found, abs=1e-6), protocol


def test_the_ground_truth_is_nearly_itself_by_the_protocols_that_use_the_real_sound(
    grades: pd.DataFrame,
) -> None:
    for protocol in ("against the real sound", "against itself", "exchanged", "one second"):
        assert odg(grades, protocol, "ground_truth") > 0, protocol
    assert odg(grades, "unaligned", "ground_truth") < -1
    assert odg(grades, "its AAC version", "ground_truth") > odg(grades, "unaligned", "ground_truth")


def test_a_silent_sound_has_no_grade_where_it_is_the_reference_and_is_counted(pairs: list[Pair]) -> None:
    silent = [replace(pair, estimate=np.zeros_like(pair.estimate)) for pair in pairs[:2]]
    found = protocol_grades(silent, sample_rate=RATE, protocols=["exchanged", "against the real sound"])
    assert found.groupby("protocol")["odg"].count().to_dict() == {
        "exchanged": 0,
        "against the real sound": 2,
    }
    summary = protocol_summary(found).set_index("protocol")
    assert summary["n_undefined"].to_dict() == {"exchanged": 2, "against the real sound": 0}
    assert protocol_distances(found).index.tolist() == ["against the real sound"]


def test_the_summary_stands_beside_the_printed_grades(grades: pd.DataFrame) -> None:
    summary = protocol_summary(grades)
    assert len(summary) == 2 * len(PROTOCOLS)
    for _, row in summary.iterrows():
        assert row["lowest"] <= row["mean"] <= row["highest"]
        assert row["published"] == published_grade(row["system"])
        assert row["distance"] == pytest.approx(abs(row["mean"] - row["published"]))
    distances = protocol_distances(grades)
    nearest = summary[summary.protocol == distances.index[0]]["distance"]
    assert distances["mean"].iloc[0] == distances["mean"].min() == pytest.approx(nearest.mean())
    assert distances["largest"].iloc[0] == nearest.max()
    # Printed grades lie below 0; the same sound twice never does.
    assert distances.loc["against itself", "in_range"] == 0


def test_a_late_sound_is_as_long_and_begins_with_silence() -> None:
    sound = np.arange(1, 11) / 10
    assert np.array_equal(late(sound, sample_rate=30), np.concatenate([np.zeros(3), sound[:7]]))
    assert np.array_equal(late(sound, sample_rate=1), sound)
    assert not np.any(late(sound, sample_rate=1000))


def test_protocols_that_do_not_exist_are_refused(pairs: list[Pair]) -> None:
    with pytest.raises(InputError, match="'by ear'"):
        protocol_grades(pairs, sample_rate=RATE, protocols=["by ear"])
    with pytest.raises(InputError, match="0 pairs"):
        protocol_grades([], sample_rate=RATE)
