"""Tests of the evaluation table, its controls and its summary."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from v2ra.errors import InputError
from v2ra.evaluation import COLUMNS, SCALE_SYSTEMS, Pair, evaluate_clips, is_mismatched, summarise
from v2ra.pair_scores import quality_of_pairs
from v2ra.scores import hear, mismatched_scores, synchrony_scores

RATE = 16_000
METRICS = {
    *("onset_f", "onset_precision", "onset_recall", "onset_f_100ms", "n_onsets", "rms_ratio"),
    *("envelope_correlation", "best_envelope_correlation", "best_lag_seconds"),
}
CHANCE = {"onset_f_chance", "onset_f_100ms_chance"}
CHANCE |= {"envelope_correlation_chance", "best_envelope_correlation_chance"}


def make_sound(onsets: list[float], *, seed: int, n_seconds: int = 4) -> np.ndarray:
    """Noise bursts at the onsets over background noise at −50 dB."""
    rng = np.random.default_rng(seed)
    waveform = 0.003 * rng.standard_normal(n_seconds * RATE)
    for onset in onsets:
        burst = 0.3 * rng.standard_normal(RATE // 5) * np.exp(-np.arange(RATE // 5) / (RATE / 40))
        start = round(onset * RATE)
        waveform[start : start + len(burst)] += burst
    return waveform


ONSETS = {"a": [0.5, 1.5, 2.5, 3.1], "b": [0.3, 0.9, 1.9, 2.8], "c": [0.7, 1.2, 2.2, 3.3]}


@pytest.fixture(scope="module")
def pairs() -> list[Pair]:
    """Return a late system with two seeds, on three clips of dog and one of bird."""
    made = []
    for index, (clip, onsets) in enumerate(ONSETS.items()):
        reference = make_sound(onsets, seed=index)
        for seed, gain in ((0, 0.5), (1, 0.25)):
            made.append(
                Pair("late", "dog", clip, reference, gain * np.roll(reference, 480), seed, np.array(onsets))
            )
    bird = make_sound([1.0, 2.0], seed=9)
    return [*made, Pair("late", "bird", "z", bird, bird)]


@pytest.fixture(scope="module")
def table(pairs: list[Pair]) -> pd.DataFrame:
    return evaluate_clips(pairs, sample_rate=RATE, n_draws=20)


def value_of(table: pd.DataFrame, **where: object) -> float:
    rows = table
    for column, wanted in where.items():
        rows = rows[rows[column] == wanted]
    return float(rows["value"].item())


def test_the_table_is_tidy_and_holds_the_scale_systems(table: pd.DataFrame) -> None:
    assert list(table) == COLUMNS
    assert not table.duplicated(COLUMNS[:-1]).any()
    assert set(table["system"]) == {"late", *SCALE_SYSTEMS}
    assert np.isfinite(table["value"]).all()
    # dog: 3 clips × ((2 seeds + 4 scale systems) × (9 + 9 + 4) + mismatched × (9 + 4));
    # bird: 5 systems × (9 + 4), nothing to mismatch
    assert len(table) == 3 * (6 * 22 + 13) + 5 * 13


def test_every_metric_has_its_controls(table: pd.DataFrame) -> None:
    dog = set(table.loc[table["category"] == "dog", "metric"])
    assert dog == METRICS | {f"{name}_mismatched" for name in METRICS} | CHANCE
    assert set(table.loc[table["category"] == "bird", "metric"]) == METRICS | CHANCE


@pytest.mark.parametrize("clip", ONSETS)
def test_the_scale_systems_stand_where_they_must(table: pd.DataFrame, clip: str) -> None:
    def score(system: str, metric: str) -> float:
        return value_of(table, system=system, category="dog", clip=clip, metric=metric)

    assert score("ground_truth", "onset_f") == 1
    assert score("ground_truth", "envelope_correlation") == pytest.approx(1)
    assert score("ground_truth", "rms_ratio") == 1
    assert [score("silence", name) for name in ("onset_f", "envelope_correlation", "rms_ratio")] == [0, 0, 0]
    assert score("noise", "onset_f") == 0
    # 64,000 draws of noise: the level is off by 0.3 % (one standard error); four times that.
    assert score("noise", "rms_ratio") == pytest.approx(1, abs=0.012)
    assert abs(score("noise", "envelope_correlation")) < 0.25


def test_clicks_at_the_true_events_are_in_time_and_another_real_sound_is_not(table: pd.DataFrame) -> None:
    where: dict[str, object] = {"category": "dog", "metric": "onset_f"}
    for clip in ONSETS:
        assert value_of(table, system="oracle_clicks", clip=clip, **where) == 1
    others = table[(table["system"] == "mismatched") & (table["metric"] == "onset_f")]
    assert len(others) == 3  # bird has no other clip
    assert others["value"].mean() < 0.4
    assert not table.loc[table["system"] == "mismatched", "metric"].str.endswith("_mismatched").any()


def test_a_late_system_is_in_time_for_onsets_and_late_for_the_envelope(table: pd.DataFrame) -> None:
    late = {"system": "late", "category": "dog", "clip": "a"}
    assert value_of(table, **late, seed=0, metric="onset_f") == 1  # 30 ms late, 50 ms are allowed
    assert value_of(table, **late, seed=0, metric="best_lag_seconds") == pytest.approx(0.03, abs=0.01)
    assert value_of(table, **late, seed=0, metric="rms_ratio") == pytest.approx(0.5)
    assert value_of(table, **late, seed=1, metric="rms_ratio") == pytest.approx(0.25)


def test_the_number_of_onsets_is_that_of_the_systems_own_sound(table: pd.DataFrame) -> None:
    for system, expected in (("late", 4), ("ground_truth", 4), ("silence", 0)):
        where = {"system": system, "category": "dog", "clip": "a", "seed": 0, "metric": "n_onsets"}
        assert value_of(table, **where) == expected


def test_a_tighter_tolerance_fails_the_late_system(pairs: list[Pair]) -> None:
    strict = evaluate_clips(pairs[:1], sample_rate=RATE, window_seconds=0.015, n_draws=5)
    assert value_of(strict, system="late", metric="onset_f") == 0
    assert value_of(strict, system="late", metric="onset_f_100ms") == 1  # its window is always 100 ms
    assert value_of(strict, system="ground_truth", metric="onset_f") == 1


def test_the_mismatched_control_is_the_mean_over_every_other_clip(
    pairs: list[Pair], table: pd.DataFrame
) -> None:
    mine, *others = (p for p in pairs if p.category == "dog" and p.seed == 1)
    reference = hear(mine.reference, sample_rate=RATE, event_times=mine.event_times)
    scores = [
        synchrony_scores(reference, hear(p.estimate, sample_rate=RATE), sample_rate=RATE) for p in others
    ]
    assert len(scores) == 2
    for name in METRICS:
        found = value_of(table, system="late", category="dog", clip="a", seed=1, metric=f"{name}_mismatched")
        assert found == pytest.approx(np.mean([score[name] for score in scores]))


def test_no_clip_is_its_own_mismatched_control(pairs: list[Pair]) -> None:
    for pair in pairs:
        controls = [other for other in pairs if is_mismatched(pair, other)]
        assert all(other.clip != pair.clip for other in controls)
        assert {(c.system, c.category, c.seed) for c in controls} <= {(pair.system, pair.category, pair.seed)}
        assert len(controls) == (2 if pair.category == "dog" else 0)


def test_mismatched_clips_of_other_lengths_are_compared_over_what_they_share() -> None:
    short, long = make_sound([0.5], seed=0, n_seconds=1), make_sound([0.5, 2.5], seed=1, n_seconds=3)
    reference = hear(long, sample_rate=RATE, event_times=np.array([0.5, 2.5]))
    scores = mismatched_scores(reference, [hear(short, sample_rate=RATE)], sample_rate=RATE)
    assert scores["onset_recall_mismatched"] == 1
    assert mismatched_scores(reference, [], sample_rate=RATE) == {}


def test_onsets_are_detected_where_none_are_annotated(pairs: list[Pair]) -> None:
    annotated = hear(pairs[0].reference, sample_rate=RATE, event_times=pairs[0].event_times)
    for unknown in (None, np.zeros(0)):
        found = hear(pairs[0].reference, sample_rate=RATE, event_times=unknown)
        np.testing.assert_allclose(found.onsets, annotated.onsets, atol=0.02)  # the detector's own error
        assert not np.array_equal(found.onsets, annotated.onsets)


def test_the_chance_level_lies_between_0_and_the_match(table: pd.DataFrame) -> None:
    dog = table[(table["system"] == "ground_truth") & (table["category"] == "dog")]
    chance = dog.loc[dog["metric"] == "onset_f_chance", "value"]
    # Four onsets meet four windows of 0.1 s in 4 s one time in ten.
    assert chance.between(0.01, 0.3).all()
    wide = dog.loc[dog["metric"] == "onset_f_100ms_chance", "value"]
    assert (wide.to_numpy() > 1.5 * chance.to_numpy()).all()  # windows twice as wide
    silent = table[(table["system"] == "silence") & (table["metric"] == "onset_f_chance")]
    assert set(silent["value"]) == {0}  # as many onsets are drawn as the system has


def test_the_table_repeats_and_a_clip_does_not_depend_on_the_others(
    pairs: list[Pair], table: pd.DataFrame
) -> None:
    alone = evaluate_clips([pairs[0]], sample_rate=RATE, n_draws=20)
    together = table.merge(alone, on=COLUMNS[:-1])
    assert len(together) == len(alone)
    np.testing.assert_array_equal(together["value_x"], together["value_y"])


def test_another_seed_draws_other_noise(pairs: list[Pair]) -> None:
    tables = [evaluate_clips([pairs[0]], sample_rate=RATE, n_draws=5, seed=seed) for seed in (0, 1)]
    for system, metric in (("noise", "rms_ratio"), ("late", "best_envelope_correlation_chance")):
        first, second = (value_of(t, system=system, metric=metric) for t in tables)
        assert first != second


def summary_row(table: pd.DataFrame, *key: str) -> dict[str, float]:
    summary = summarise(table, n_resamples=200)
    rows = [
        row for row in summary.to_dict("records") if (row["system"], row["category"], row["metric"]) == key
    ]
    assert len(rows) == 1, f"{key} is there {len(rows)} times"
    return {name: float(rows[0][name]) for name in ("mean", "low", "high", "n_clips", "n_seeds")}


def test_the_summary_averages_over_clips_and_seeds(table: pd.DataFrame) -> None:
    late = summary_row(table, "late", "dog", "rms_ratio")
    assert late["mean"] == pytest.approx(0.375)
    assert (late["n_clips"], late["n_seeds"]) == (3, 2)
    assert late["low"] == pytest.approx(0.25)  # both seeds drawn alike, one time in four
    assert late["high"] == pytest.approx(0.5)
    assert np.isnan(summary_row(table, "late", "bird", "onset_f")["low"])


def test_the_gain_is_paired_clip_by_clip(table: pd.DataFrame) -> None:
    matched, control, gain = (
        summary_row(table, "ground_truth", "dog", f"onset_f{suffix}")
        for suffix in ("", "_mismatched", "_gain")
    )
    assert gain["mean"] == pytest.approx(matched["mean"] - control["mean"])
    assert gain["low"] > 0
    assert summary_row(table, "noise", "dog", "onset_f_gain")["mean"] == 0
    bird = summarise(table[table["category"] == "bird"])
    assert not bird["metric"].str.endswith("_gain").any()


def test_a_summary_of_another_table_is_refused(table: pd.DataFrame) -> None:
    with pytest.raises(InputError, match="found no column 'seed'"):
        summarise(table.drop(columns="seed"))


def test_pairs_that_cannot_be_scored_are_refused_by_name(pairs: list[Pair]) -> None:
    first = pairs[0]
    with pytest.raises(InputError, match="late on dog/a, seed 0 twice"):
        evaluate_clips([first, first], sample_rate=RATE)
    with pytest.raises(InputError, match="system name 'noise'"):
        evaluate_clips([replace(first, system="noise")], sample_rate=RATE)
    with pytest.raises(InputError, match="silent reference: late on dog/a"):
        evaluate_clips([replace(first, reference=np.zeros(RATE))], sample_rate=RATE)
    with pytest.raises(InputError, match="found no pairs"):
        evaluate_clips([], sample_rate=RATE)
    with pytest.raises(InputError, match="expected the same length"):
        evaluate_clips([replace(first, estimate=first.estimate[:RATE])], sample_rate=RATE)


QUALITY = ["odg", "di", "mms", "msf", "rms", "osg"]


def resampled(pair: Pair) -> Pair:
    """Return a pair at twice its rate, as PEAQ asks for 32 kHz."""
    return replace(pair, reference=pair.reference.repeat(2), estimate=pair.estimate.repeat(2))


@pytest.fixture(scope="module")
def graded(pairs: list[Pair]) -> pd.DataFrame:
    mine = [resampled(pair) for pair in pairs if pair.category == "dog" and pair.seed == 0]
    return evaluate_clips(mine, sample_rate=2 * RATE, metrics=("quality",))


def test_quality_grades_every_pair_and_nothing_else(graded: pd.DataFrame) -> None:
    assert graded["metric"].unique().tolist() == QUALITY
    assert len(graded) == 3 * (1 + len(SCALE_SYSTEMS)) * len(QUALITY)
    assert np.isfinite(graded["value"]).all()


def test_the_real_sound_has_the_best_grades_and_clicks_worse_ones(graded: pd.DataFrame) -> None:
    means = graded.groupby(["metric", "system"])["value"].mean()
    assert means["odg"].idxmax() == means["di"].idxmax() == "ground_truth"
    assert means["odg", "ground_truth"] > 0
    assert means["odg", "oracle_clicks"] < -1  # as mild as for silence: what is missing disturbs PEAQ little
    assert means["odg", "noise"] < -3
    assert means["osg", "ground_truth"] == 0
    # Modulation, flux and level of another clip of the category are nearer than those of clicks.
    assert 0 < means["osg", "mismatched"] < means["osg", "oracle_clicks"]


def test_both_families_together_are_both_of_them(pairs: list[Pair], graded: pd.DataFrame) -> None:
    first = resampled(pairs[0])
    both = evaluate_clips([first], sample_rate=2 * RATE, metrics=("quality", "synchrony"), n_draws=2)
    assert set(both["metric"]) == {*QUALITY, *METRICS, *CHANCE}
    for name in QUALITY:
        where = {"system": "late", "clip": "a", "metric": name}
        # PEAQ computes the pair in another batch: equal beyond rounding, which its network enlarges.
        assert value_of(both, **where) == pytest.approx(value_of(graded, **where), abs=1e-6)


def test_a_pair_that_peaq_cannot_grade_is_refused_by_name(pairs: list[Pair]) -> None:
    first = resampled(pairs[0])
    short = replace(first, reference=first.reference[12_000:20_000], estimate=first.estimate[12_000:20_000])
    faint = replace(first, clip="b", reference=1e-5 * first.reference)
    for bad, named in (
        (short, "late on dog/a, seed 0: found 0.250 s"),
        (faint, "late on dog/b, seed 0: .*no 5"),
    ):
        with pytest.raises(InputError, match=named):
            evaluate_clips([bad], sample_rate=2 * RATE, metrics=("quality",))


def test_families_that_do_not_exist_are_refused(pairs: list[Pair]) -> None:
    for wrong in (("beauty",), ()):
        with pytest.raises(InputError, match="expected some of synchrony, quality, motion"):
            evaluate_clips(pairs, sample_rate=RATE, metrics=wrong)
    with pytest.raises(InputError, match="0 jobs"):
        evaluate_clips(pairs, sample_rate=RATE, n_jobs=0)


def test_a_second_run_reads_what_the_first_one_kept(
    pairs: list[Pair], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    options: dict[str, Any] = {"sample_rate": RATE, "n_draws": 2, "cache": tmp_path / "scores"}
    first = evaluate_clips(pairs[:3], **options)
    monkeypatch.setattr("v2ra.heard_sounds.detect_onsets", None)
    monkeypatch.setattr("v2ra.pair_scores.synchrony_scores", None)
    again = evaluate_clips(pairs[:3], **options)
    pd.testing.assert_frame_equal(first, again, check_exact=True)
    louder = replace(pairs[0], estimate=1.1 * pairs[0].estimate)
    with pytest.raises(TypeError):  # another sound is computed anew
        evaluate_clips([louder, *pairs[1:3]], **options)


def test_a_kept_chance_is_not_taken_for_that_of_another_seed(pairs: list[Pair], tmp_path: Path) -> None:
    options: dict[str, Any] = {"sample_rate": RATE, "n_draws": 2}
    evaluate_clips(pairs[:1], **options, seed=0, cache=tmp_path)
    kept = evaluate_clips(pairs[:1], **options, seed=1, cache=tmp_path)
    pd.testing.assert_frame_equal(kept, evaluate_clips(pairs[:1], **options, seed=1), check_exact=True)


def test_the_ends_of_an_interval_depend_on_the_seed_and_the_mean_does_not(table: pd.DataFrame) -> None:
    late = table[(table["system"] == "late") & (table["category"] == "dog")]
    first, second = (summarise(late, n_resamples=20, seed=seed) for seed in (0, 1))
    assert first["mean"].tolist() == second["mean"].tolist()
    assert first["low"].tolist() != second["low"].tolist()


def test_what_a_file_cannot_hold_is_graded_as_the_file_would_be(pairs: list[Pair]) -> None:
    first = resampled(pairs[0])
    loud = replace(first, estimate=8 * first.estimate)
    cut = replace(loud, estimate=np.clip(loud.estimate, -1, 1))
    assert np.abs(loud.estimate).max() > 2
    one, other = quality_of_pairs([loud, cut], sample_rate=2 * RATE)
    assert one == other
