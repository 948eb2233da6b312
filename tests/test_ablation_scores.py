"""Table 7 and its changes, on scores whose differences are known."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.patches import Rectangle

from v2ra import ablation_scores
from v2ra.ablation_scores import (
    CHANGES,
    HEADS,
    PANELS,
    ablation_rows,
    ablation_summary,
    changes_table,
    choices_table,
    filter_sounds,
    labels_of,
    table_seven,
)
from v2ra.ablations import Ablation, Study
from v2ra.errors import InputError
from v2ra.evaluation import COLUMNS, SCALE_SYSTEMS, Pair
from v2ra.figures import plot_system_bars
from v2ra.published import load_published
from v2ra.workspace import Workspace

RATE = 44_100
LABELS = {"full": "full system", "ls": "LS", "ce": "CE", "silence": "silence"}


def scores_of(
    means: dict[str, float], *, metrics: tuple[str, ...] = ("osg",), clips: str = "abcd", n_seeds: int = 3
) -> pd.DataFrame:
    """Return scores in which clips and seeds differ widely, and rows by their means."""
    rows = [
        (row, "dog", clip, seed, metric, mean + 5.0 * place + 2.0 * seed)
        for row, mean in means.items()
        for metric in metrics
        for seed in range(1 if row in SCALE_SYSTEMS else n_seeds)
        for place, clip in enumerate(clips)
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def test_a_change_is_paired_so_that_clips_and_seeds_drop_out() -> None:
    summary = ablation_summary(scores_of({"full": 1.0, "ls": 1.25}))
    rows = summary.set_index(["system", "metric"])
    change = rows.loc[("ls", "osg_change"), ["mean", "low", "high"]].to_numpy(dtype=float)
    np.testing.assert_allclose(change, 0.25, atol=1e-9)
    own = rows.loc[("ls", "osg"), ["low", "high"]].to_numpy(dtype=float)
    assert own[1] - own[0] > 5  # while the score itself is as uncertain as clips and seeds differ
    assert rows.loc[("ls", "osg_change"), "n_seeds"] == 3
    assert ("full", "osg_change") not in rows.index


def test_a_change_with_noise_has_the_interval_of_a_paired_mean() -> None:
    rng = np.random.default_rng(5)
    clips = [f"c{index:03d}" for index in range(200)]
    common, noise = rng.normal(0, 10, 200), rng.normal(0.3, 1.0, 200)
    rows = [("full", "dog", clip, 0, "osg", c) for clip, c in zip(clips, common, strict=True)]
    rows += [("ls", "dog", clip, 0, "osg", c + n) for clip, c, n in zip(clips, common, noise, strict=True)]
    summary = ablation_summary(pd.DataFrame(rows, columns=COLUMNS)).set_index("metric")
    mean, low, high = summary.loc["osg_change", ["mean", "low", "high"]]
    half = 1.96 * noise.std(ddof=1) / np.sqrt(200)
    assert mean == pytest.approx(noise.mean(), abs=1e-12)
    assert (low, high) == pytest.approx((mean - half, mean + half), abs=0.15 * half)  # 2,000 resamples


def test_the_gain_is_of_the_row_itself_before_it_is_compared() -> None:
    rows = scores_of({"full": 0.5, "ls": 0.75}, metrics=("onset_f",))
    control = scores_of({"full": 0.125, "ls": 0.25}, metrics=("onset_f_mismatched",))
    summary = ablation_summary(pd.concat([rows, control])).set_index(["system", "metric"])
    assert summary.loc[("full", "onset_f_gain"), "mean"] == pytest.approx(0.375)
    assert summary.loc[("ls", "onset_f_gain_change"), "mean"] == pytest.approx(0.125)


def test_table_7_has_the_printed_rows_as_printed_and_then_the_measured_ones() -> None:
    scores = scores_of({"silence": 9.0, "ce": 3.0, "full": 1.0, "ls": 2.0}, metrics=("osg", "odg"))
    table = table_seven(ablation_summary(scores), LABELS)
    printed = load_published("table7", as_printed=True)
    published, measured = (table[table["source"] == source] for source in ("published", "measured"))
    assert published.index[-1] < measured.index[0]
    assert published["experiment"].tolist() == printed["experiment"].tolist()
    for metric in ("odg", "mms", "msf", "rms", "osg"):
        assert published[HEADS[metric]].tolist() == printed[metric].tolist()
    assert set(published["onset gain"]) | set(published["envelope correlation"]) == {"–"}
    assert measured["experiment"].tolist() == list(LABELS.values())
    assert set(measured["MMS"]) == {"–"}  # not scored here
    assert measured["OSG"].iloc[0].startswith("10.500 [")  # 1 + 5 · 1.5 + 2 · 1


def test_changes_are_of_rows_alone_and_in_the_order_of_the_labels() -> None:
    table = changes_table(
        ablation_summary(scores_of({"full": 1.0, "ce": 3.0, "silence": 9.0, "ls": 2.0})), LABELS
    )
    assert table["experiment"].tolist() == ["LS", "CE"]
    assert table["Δ OSG"].tolist() == ["1.000 [1.000, 1.000]", "2.000 [2.000, 2.000]"]
    assert set(CHANGES.values()) < set(table)
    with pytest.raises(InputError, match="found none of"):
        changes_table(ablation_summary(scores_of({"full": 1.0, "silence": 2.0})), LABELS)


def test_without_a_full_system_nothing_is_a_change() -> None:
    with pytest.raises(InputError, match="no system 'full'"):
        ablation_summary(scores_of({"ls": 1.0}))


def two_pairs() -> list[Pair]:
    """Return a click over a quiet floor, and the same over a louder one."""
    rng = np.random.default_rng(0)
    real = 1e-3 * rng.standard_normal(RATE)
    real[20_000:24_410] += 0.3 * rng.standard_normal(4410)
    noisy = real + 1e-2 * rng.standard_normal(RATE)
    return [Pair(row, "dog", "a", real, sound) for row, sound in (("full", real), ("no_audio_filter", noisy))]


def test_a_louder_floor_is_less_clear_by_its_level() -> None:
    rows = ablation_rows(two_pairs(), sample_rate=RATE)
    clear = rows[rows["metric"] == "clear_db"].set_index("system")["value"]
    assert set(clear.index) == {"full", "no_audio_filter", *SCALE_SYSTEMS} - {"mismatched"}  # one clip
    assert clear["full"] == clear["ground_truth"] == pytest.approx(20 * np.log10(0.3 / 1e-3), abs=1.5)
    assert clear["full"] - clear["no_audio_filter"] == pytest.approx(20, abs=1.0)
    assert clear["silence"] == 0
    assert {"onset_f", "odg", "osg"} <= set(rows["metric"])


def test_figure_8_takes_the_last_clip_and_the_first_seed() -> None:
    pairs = [
        Pair(row, "dog", clip, np.full(3, 9.0), np.full(3, 10.0 * seed + place), seed=seed)
        for row in ("full", "ls", "no_audio_filter")
        for seed in (0, 1)
        for place, clip in enumerate("ab")
    ]
    sounds, clip = filter_sounds(pairs)
    assert (clip.system, clip.clip, clip.seed) == ("full", "b", 0)
    assert {name: sound[0] for name, sound in sounds.items()} == {
        "real": 9,
        "(a) with the filter": 1,
        "(b) without it": 1,
    }
    with pytest.raises(InputError, match="no model without the audio filter"):
        filter_sounds([pair for pair in pairs if pair.system != "no_audio_filter"])


def test_the_chart_has_a_bar_a_row_and_a_panel_a_change() -> None:
    metrics = tuple(name.removesuffix("_change") for name in PANELS)
    scores = scores_of({"full": 1.0, "ls": 2.5, "ce": 0.5}, metrics=metrics[1:])
    figure = plot_system_bars(ablation_summary(scores), labels={"ls": "LS", "ce": "CE"}, metrics=PANELS)
    assert [axes.get_xlabel() for axes in figure.axes] == list(PANELS.values())
    for axes in figure.axes[1:]:
        bars = [patch for patch in axes.patches if isinstance(patch, Rectangle)]
        assert [bar.get_width() for bar in bars] == pytest.approx([1.5, -0.5])
    assert figure.axes[0].texts[0].get_text() == "not known"  # no mismatched scores, and so no gain


def test_labels_name_all_rows_and_the_systems_that_need_no_model() -> None:
    labels = labels_of(Study(Workspace("quick")))
    assert next(iter(labels)) == "full"
    assert list(labels)[-5:] == list(SCALE_SYSTEMS)
    assert len(set(labels.values())) == len(labels)


def test_choices_stand_beside_what_they_do_on_the_validation_part(monkeypatch: pytest.MonkeyPatch) -> None:
    study = Study(Workspace("quick"))
    study.__dict__["settings"] = Ablation(n_choice_seeds=1)
    models = pd.DataFrame(
        {
            "row": ["full", "head_8d", "head_8d"],
            "validation onset F": [0.8, 0.5, 0.75],
            "other clips": [0.3, 0.25, 0.25],
            "D loss": [0.25, 0.125, 0.125],
        }
    )
    monkeypatch.setattr(ablation_scores, "trained_models", lambda _study, _groups: models)
    table = choices_table(study, ablation_summary(scores_of({"full": 1.0, "head_8d": 2.0})))
    assert table["experiment"].tolist() == ["discriminator.head = 8d, not one"]
    assert table["validation gain"].tolist() == [0.375]
    assert table["Δ OSG"].tolist() == ["1.000 [1.000, 1.000]"]
    assert list(table)[:2] == ["experiment", "validation gain"]
