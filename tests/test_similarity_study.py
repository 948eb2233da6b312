"""Readings of Eq. 12 side by side: features, blind spots, ranks, the printed rows."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from v2ra.errors import InputError
from v2ra.figures import plot_feature_courses, plot_reading_ranks
from v2ra.pairs import Pair
from v2ra.published import load_published
from v2ra.score_cache import Runner
from v2ra.similarity import READINGS, objective_similarity_grade
from v2ra.similarity_sounds import VARIED, _made, varied_features
from v2ra.similarity_study import blind_spots, reading_grades, reading_ranks, recomputed_grades

RATE = 16_000


def knocks(times: list[float], *, seed: int = 0, level: float = 0.3) -> np.ndarray:
    rng = np.random.default_rng(seed)
    sound = 0.001 * rng.standard_normal(2 * RATE)
    for time in times:
        start = round(time * RATE)
        sound[start : start + 1600] += level * np.exp(-np.arange(1600) / 300) * rng.standard_normal(1600)
    return sound


@pytest.fixture(scope="module")
def features() -> pd.DataFrame:
    return varied_features(sample_rate=RATE)


def test_one_thing_varies_at_a_time(features: pd.DataFrame) -> None:
    assert features.groupby("varied", sort=False).size().to_dict() == dict.fromkeys(VARIED, 6)
    assert all(np.abs(_made(v, x, RATE)).max() <= 1 for v, values in VARIED.items() for x in values)
    depth = features[features.varied == "modulation depth"]["mms"].to_numpy()
    assert np.all(np.diff(depth) > 0)
    level = features[features.varied == "level (dB)"]
    assert np.ptp(level["mms"]) < 1e-6  # the same noise, scaled: depth does not follow level
    np.testing.assert_allclose(level["rms"], 10 ** (level["value"] / 20), rtol=0.02)  # 32,000 draws


def test_the_grade_forgets_when_things_happen() -> None:
    events = np.array([0.2, 0.5, 0.8])
    sound = knocks(list(events))
    table = blind_spots(sound, {"silence": np.zeros_like(sound)}, sample_rate=RATE, event_times=events)
    table = table.set_index("sound")
    assert table.index.tolist() == ["itself", "backwards", "moved by half", "silence"]
    osg = table["osg"].to_dict()
    assert osg["itself"] == 0
    assert table.loc["itself", "onset_f"] == 1
    assert table.loc["moved by half", "onset_f"] == 0
    for name in ("backwards", "moved by half"):
        assert osg[name] < 0.2 * osg["silence"]


@pytest.fixture(scope="module")
def pairs() -> list[Pair]:
    """Return a near and a far system on two clips, and the ground truth."""
    made = []
    for number, clip in enumerate("ab"):
        real = knocks([0.2, 0.9, 1.4], seed=number)
        for system, sound in {
            "far": np.zeros_like(real),
            "near": 0.8 * knocks([0.3, 1.1, 1.5], seed=9 + number),
            "ground_truth": real,
        }.items():
            made.append(Pair(system, "wood", clip, real, sound))
    return made


def test_each_reading_grades_as_the_grade_itself_does(pairs: list[Pair]) -> None:
    grades = reading_grades(pairs, sample_rate=RATE, readings=["gygi", "decibel"])
    assert len(grades) == 2 * len(pairs)
    for reading in ("gygi", "decibel"):
        expected = [
            objective_similarity_grade(p.reference, p.estimate, sample_rate=RATE, reading=reading).osg
            for p in pairs
        ]
        np.testing.assert_array_equal(grades.loc[grades.reading == reading, "osg"], expected)


def test_ranks_put_the_ground_truth_first_and_tau_compares_orders(pairs: list[Pair]) -> None:
    ranks = reading_ranks(reading_grades(pairs, sample_rate=RATE))
    assert len(ranks) == len(READINGS) * 3
    first = ranks[ranks.system == "ground_truth"]
    assert first["rank"].tolist() == [1] * len(READINGS)
    assert first["mean"].tolist() == [0] * len(READINGS)
    assert ranks.loc[ranks.reading == "gygi", "tau"].tolist() == [1] * 3
    assert ranks["tau"].isin([-1, 1]).all()  # of two systems
    assert (ranks["low"] <= ranks["mean"]).all()
    figure = plot_reading_ranks(ranks)
    assert {text.get_text() for text in figure.axes[0].texts} == {"far", "near", "ground truth"}
    with pytest.raises(InputError, match="found 1 systems"):
        reading_ranks(reading_grades(pairs[:1], sample_rate=RATE))


def test_the_printed_rows_agree_with_eq_12_but_for_five() -> None:
    rows = recomputed_grades()
    misses = rows[~rows["agrees"]]
    assert len(rows) == 11
    assert len(misses) == 5
    assert misses["difference"].abs().min() > 2 * 0.5e-4 * 2.54  # well beyond rounding, not a matter of it
    printed = load_published("table7").set_index("experiment")
    (copied,) = rows[rows["row"].str.contains("audio filter")].to_dict("records")
    assert copied["printed"] == printed.loc[copied["row"], "mms"]


def test_the_courses_are_drawn_with_what_varies_below(features: pd.DataFrame) -> None:
    figure = plot_feature_courses(features)
    assert [axes.get_xlabel() for axes in figure.axes[-4:]] == list(VARIED)
    assert [axes.get_ylabel() for axes in figure.axes[::4]] == ["modulation", "spectral flux", "level"]


def test_tau_is_of_the_systems_without_the_real_sound() -> None:
    osg = {"x": {"a": 1.0, "b": 2.0, "ground_truth": 0.0}, "y": {"a": 2.0, "b": 1.0, "ground_truth": 0.0}}
    rows = [
        (reading, system, "wood", clip, 0, value)
        for reading, values in osg.items()
        for system, value in values.items()
        for clip in "kl"
    ]
    columns = ["reading", "system", "category", "clip", "seed", "osg"]
    own = reading_ranks(pd.DataFrame(rows, columns=columns)).query("reading == 'y'")
    assert own["tau"].tolist() == [-1] * 3  # with the real sound among them it were 1/3
    assert dict(zip(own["system"], own["rank"], strict=True)) == {"a": 3, "b": 2, "ground_truth": 1}


def test_a_kept_grade_is_not_taken_for_that_of_another_reading(pairs: list[Pair], tmp_path: Path) -> None:
    runner = Runner(tmp_path)
    reading_grades(pairs[:2], sample_rate=RATE, readings=["gygi"], runner=runner)
    found = reading_grades(pairs[:2], sample_rate=RATE, readings=["decibel"], runner=runner)
    pd.testing.assert_frame_equal(
        found, reading_grades(pairs[:2], sample_rate=RATE, readings=["decibel"]), check_exact=True
    )
