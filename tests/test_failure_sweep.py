"""The sweep's table on hand-made rows, and the sweep itself on two tiny clips."""

from pathlib import Path
from types import SimpleNamespace
from typing import cast

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from v2ra.checkpoint import Run
from v2ra.clips import write_video
from v2ra.config import Config
from v2ra.datasets import EncodedClip, Pack
from v2ra.degradations import DEGRADATIONS
from v2ra.errors import InputError
from v2ra.evaluation import COLUMNS, evaluate_clips
from v2ra.failure_settings import Severities, Sweep
from v2ra.failure_sweep import label, shown_table, split_label, sweep_pairs, sweep_rows, sweep_table
from v2ra.generator import Generator
from v2ra.packing import backend_of
from v2ra.workspace import Workspace

TINY = Config().with_overrides(
    {"generator.base_width": 1, "features.backend": "seeded", "features.image_size": 32}
)


@given(name=st.sampled_from(list(DEGRADATIONS)), severity=st.sampled_from([0.1, 0.25, 1.0, 2.5, 14.0]))
def test_a_label_says_name_and_severity(name: str, severity: float) -> None:
    assert split_label(label(name, severity)) == (name, severity)


@pytest.mark.parametrize("system", ["unchanged", "fog 2", "tuned"])
def test_what_is_no_label_is_refused(system: str) -> None:
    with pytest.raises(InputError, match="expected DEGRADATION SEVERITY"):
        split_label(system)


def rows_of(values: dict[str, float], *, clips: str = "ab", category: str = "dog") -> pd.DataFrame:
    """Return rows of onset F, 0.1 higher in each next clip, with a control of 0.05."""
    rows = [
        (system, category, clip, 0, metric, value)
        for system, mean in values.items()
        for place, clip in enumerate(clips)
        for metric, value in (("onset_f", mean + 0.1 * place), ("onset_f_mismatched", 0.05))
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def test_severity_zero_is_the_unchanged_video_in_every_degradation() -> None:
    values = {"unchanged": 0.8, "gain 4": 0.2, "gain 1": 0.7, "blur 6": 0.5, "noise": 0.1, "silence": 0.0}
    table = sweep_table(sweep_rows(rows_of(values)))
    assert list(dict.fromkeys(table["degradation"])) == ["gain", "blur"]
    own = table[(table["category"] == "dog") & (table["metric"] == "onset_f")]
    found = own[["degradation", "severity", "mean"]].to_numpy().tolist()
    assert found == [
        ["gain", 0.0, pytest.approx(0.85)],
        ["gain", 1.0, pytest.approx(0.75)],
        ["gain", 4.0, pytest.approx(0.25)],
        ["blur", 0.0, pytest.approx(0.85)],
        ["blur", 6.0, pytest.approx(0.55)],
    ]
    assert set(table["unit"]) == {"stops over", "pixels of 256"}


def test_changes_are_paired_and_gains_leave_out_the_control() -> None:
    table = sweep_table(sweep_rows(rows_of({"unchanged": 0.8, "gain 4": 0.2})))
    whole = table[(table["category"] == "dog") & (table["severity"] == 4)].set_index("metric")
    assert whole.loc["onset_f_gain", "mean"] == pytest.approx(0.2)
    change = whole.loc["onset_f_gain_change"]
    assert (change["mean"], change["low"], change["high"]) == pytest.approx((-0.6, -0.6, -0.6))
    assert not table[table["severity"] == 0]["metric"].str.endswith("_change").any()


def test_all_holds_the_clips_of_every_category() -> None:
    both = [
        rows_of({"unchanged": 0.8, "gain 4": 0.2}),
        rows_of({"unchanged": 0.4, "gain 4": 0.4}, category="wood"),
    ]
    table = sweep_table(sweep_rows(pd.concat(both)))
    (row,) = table[
        (table["category"] == "all") & (table["severity"] == 4) & (table["metric"] == "onset_f_change")
    ].to_dict("records")
    assert row["mean"] == pytest.approx(-0.3)
    assert row["n_clips"] == 4
    shown = shown_table(table)
    assert shown["severity"].tolist() == ["0 stops over", "4 stops over"]
    assert shown["change of gain"].tolist()[0] == "–"


def test_a_sweep_gives_each_clip_a_sound_a_case_that_severity_can_change(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    backend, clips, files = backend_of(TINY), [], {}
    for name in "ab":
        coarse = rng.integers(0, 120, (30, 8, 8, 3), np.uint8)
        write_video(tmp_path / f"{name}.mp4", coarse.repeat(8, axis=1).repeat(8, axis=2))
        files[name] = str(tmp_path / f"{name}.mp4")
        sound = rng.integers(-9000, 9000, 44_100).astype(np.int16)
        clips.append(
            EncodedClip(name, "test", rng.random((10, 4096)).astype(np.float16), sound, np.array([0.5]))
        )
    pack = Pack("dog", tuple(clips), {"files": files, "which_frame": "last", "features": backend.details})
    torch.manual_seed(0)
    run = Run(Generator(TINY.generator).eval(), TINY, "dog", 0, {})
    folder = tmp_path / "runs"
    workspace = SimpleNamespace(
        categories=("dog",), folder=folder, sound_cache=folder / "sounds", pack=lambda category: pack
    )
    asked = []

    def run_of(*_: str, seed: int) -> Run:
        asked.append(seed)
        return run

    workspace.config, workspace.run = lambda recipe: TINY, run_of
    alone = dict.fromkeys(DEGRADATIONS, (0.5,)) | {"low_frame_rate": (2.0,)}
    sweep = Sweep(("dog",), 1, Severities(**alone))
    pairs = sweep_pairs(cast(Workspace, workspace), sweep, seeds=(4,))
    assert asked == [4]
    assert {pair.seed for pair in pairs} == {4}
    assert [pair.system for pair in pairs] == ["unchanged", *(label(n, s[0]) for n, s in alone.items())]
    assert {pair.clip for pair in pairs} == {"a"}
    assert len({pair.estimate.tobytes() for pair in pairs}) == len(pairs)  # no two videos sound the same
    assert len(list((folder / "cache" / "degraded").iterdir())) == len(DEGRADATIONS)
    table = sweep_table(sweep_rows(evaluate_clips(pairs, sample_rate=44_100, n_draws=1)))
    assert set(table["degradation"]) == set(DEGRADATIONS)
