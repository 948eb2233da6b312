"""Models on other categories: what a sound is like, how far sets lie apart, and the table of both."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from v2ra.category_swap import (
    likeness_rows,
    model_of,
    set_rows,
    swap_rows,
    swap_summary,
    swap_table,
    swapped_pairs,
)
from v2ra.checkpoint import Run
from v2ra.config import Config
from v2ra.datasets import EncodedClip, Pack, quantise
from v2ra.evaluation import Pair
from v2ra.generator import Generator
from v2ra.workspace import Workspace

RATE = 44_100
TINY = Config().with_overrides({"generator.base_width": 1})


def tone(hertz: float, *, phase: float = 0.0) -> NDArray[np.float32]:
    """Return two seconds of a tone with four hits."""
    time = np.arange(2 * RATE) / RATE
    sound = 0.5 * np.sin(2 * np.pi * hertz * time + phase) * np.exp(-((time + phase / 9) % 0.5) / 0.1)
    return sound.astype(np.float32)


def pack_of(category: str, hertz: float) -> Pack:
    """Return two test clips of a pitch, and one to train on that nobody may find."""
    rng = np.random.default_rng(0)
    clips = tuple(
        EncodedClip(
            f"{category}{k}",
            split,
            rng.random((20, 4096)).astype(np.float16),
            quantise(tone(hertz, phase=k)),
            np.arange(4.0) * 0.5,
        )
        for k, split in enumerate(("test", "test", "train"))
    )
    return Pack(category, clips, {})


PACKS = [pack_of("bird", 4000), pack_of("dog", 400)]


def pair(system: str, category: str, clip: str, hertz: float) -> Pair:
    """Return a tone as the sound for a clip."""
    return Pair(system, category, clip, tone(400), tone(hertz, phase=0.3), event_times=np.arange(4) * 0.5)


PAIRS = [
    pair(model_of(taught), seen, f"{seen}{k}", 4100 if taught == "bird" else 410)
    for taught in ("bird", "dog")
    for seen in ("bird", "dog")
    for k in (0, 1)
]


def test_a_sound_finds_the_category_whose_pitch_it_has() -> None:
    rows = likeness_rows(PAIRS, PACKS, sample_rate=RATE)
    share = rows.groupby(["system", "category", "metric"])["value"].mean()
    for seen in ("bird", "dog"):
        assert share["bird model", seen, "finds_bird"] == 1 == share["dog model", seen, "finds_dog"]
        assert share["bird model", seen, "finds_dog"] == 0 == share["dog model", seen, "finds_bird"]
        assert share["bird model", seen, "finds_own"] == float(seen == "bird")
    sums = rows[rows["metric"] != "finds_own"].groupby(["system", "category", "clip"])["value"].sum()
    assert (sums == 1).all()  # every sound is like one of them


def test_sets_lie_nearest_to_the_category_that_they_sound_like() -> None:
    sets = set_rows(PAIRS, PACKS, sample_rate=RATE).set_index(["system", "category", "metric"])["mean"]
    for seen in ("bird", "dog"):
        assert sets["bird model", seen, "frechet_bird"] < sets["bird model", seen, "frechet_dog"]
        assert sets["dog model", seen, "frechet_dog"] < sets["dog model", seen, "frechet_bird"]
    same = [Pair("real model", "dog", c.name, c.waveform, c.waveform) for c in PACKS[1].part("test")]
    real = set_rows(same, PACKS, sample_rate=RATE).set_index("metric")["mean"]
    assert real["frechet_dog"] == pytest.approx(0, abs=1e-6)


def test_the_table_has_a_row_a_model_and_category_of_videos() -> None:
    rows = swap_rows(PAIRS, PACKS, sample_rate=RATE)
    assert set(rows["system"]) == {"bird model", "dog model"}
    assert not rows["metric"].str.endswith("_chance").any()
    summary = swap_summary(rows, set_rows(PAIRS, PACKS, sample_rate=RATE))
    table = swap_table(summary, ["bird", "dog"]).set_index(["model", "videos of"])
    assert len(table) == 4
    assert table.loc[("bird model", "dog"), "like bird"] == "1.00 [1.00, 1.00]"
    assert str(table.loc[("bird model", "dog"), "nearest set"]).startswith("bird (")
    assert {"onset F", "gain", "envelope correlation", "like dog", "clips", "seeds"} <= set(table.columns)


def test_every_model_sounds_for_every_clip_and_by_its_own_weights(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    runs = {}
    for seed, category in enumerate(("bird", "dog")):
        torch.manual_seed(seed)
        runs[category] = Run(Generator(TINY.generator).eval(), TINY, category, 0, {})
    packs = {pack.category: pack for pack in PACKS}
    workspace = SimpleNamespace(
        sound_cache=tmp_path, pack=packs.__getitem__, run=lambda recipe, category, seed: runs[category]
    )
    pairs = swapped_pairs(cast(Workspace, workspace), ["bird", "dog"])
    assert [(p.system, p.category, p.clip) for p in pairs] == [(p.system, p.category, p.clip) for p in PAIRS]
    assert capsys.readouterr().out == ""
    assert {p.system for p in swapped_pairs(cast(Workspace, workspace), ["dog"])} == {"dog model"}
    assert "one category here" in capsys.readouterr().out
    by_name = {(p.system, p.clip): p.estimate for p in pairs}
    assert not np.array_equal(by_name["bird model", "dog0"], by_name["dog model", "dog0"])
    np.testing.assert_array_equal(
        next(p.reference for p in pairs if p.clip == "dog0"), packs["dog"].clips[0].waveform
    )


def test_seeds_sound_apart_and_do_not_count_as_clips(tmp_path: Path) -> None:
    runs = {}
    for seed in (0, 1):
        torch.manual_seed(seed)
        runs[seed] = Run(Generator(TINY.generator).eval(), TINY, "dog", seed, {})
    workspace = SimpleNamespace(
        sound_cache=tmp_path, pack=lambda _: PACKS[1], run=lambda recipe, category, seed: runs[seed]
    )
    pairs = swapped_pairs(cast(Workspace, workspace), ["dog"], seeds=(0, 1))
    assert [(pair.clip, pair.seed) for pair in pairs] == [("dog0", 0), ("dog1", 0), ("dog0", 1), ("dog1", 1)]
    assert not np.array_equal(pairs[0].estimate, pairs[2].estimate)
    sets = set_rows([*PAIRS, *(replace(pair, seed=1) for pair in PAIRS)], PACKS, sample_rate=RATE)
    assert (sets["n_clips"].unique().tolist(), sets["n_seeds"].unique().tolist()) == ([2], [2])
