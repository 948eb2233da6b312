"""The table of speeds: its columns, and that its numbers agree with each other."""

from pathlib import Path
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest
import torch

from v2ra.checkpoint import Run
from v2ra.clips import write_video
from v2ra.config import Config
from v2ra.datasets import EncodedClip, Pack
from v2ra.generator import Generator
from v2ra.speed import measure
from v2ra.workspace import Workspace

TINY = Config().with_overrides(
    {
        "generator.base_width": 1,
        "features.backend": "seeded",
        "features.image_size": 32,
        "features.precision": "fp32",
    }
)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """Return what stands in for a workspace: one test clip of a second and an untrained model."""
    write_video(tmp_path / "clip.mp4", np.zeros((30, 64, 64, 3), np.uint8))
    clip = EncodedClip(
        "clip", "test", np.zeros((10, 4096), np.float16), np.zeros(44_100, np.int16), np.zeros(0)
    )
    pack = Pack("wood", (clip,), {"files": {"clip": str(tmp_path / "clip.mp4")}})
    torch.manual_seed(0)
    run = Run(Generator(TINY.generator).eval(), TINY, "wood", 0, {})
    return cast(Workspace, SimpleNamespace(pack=lambda _c: pack, run=lambda *_: run))


def test_each_part_has_a_positive_time_and_its_inverse(workspace: Workspace) -> None:
    table = measure(workspace, "wood", n_repeats=1)
    assert table.columns.tolist() == ["part", "seconds_per_second", "times_real_time", "n_seconds"]
    assert table["part"].tolist() == [
        "decoding and features (seeded, 32 px, fp32)",
        "generator, d = 1",
        "generator, d = 64",
    ]
    assert (table["seconds_per_second"] > 0).all()
    np.testing.assert_allclose(table["seconds_per_second"] * table["times_real_time"], 1.0)
    assert table["n_seconds"].tolist() == 3 * [1.0]


def test_the_fastest_of_the_repeats_counts(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([0.0, 5.0, 10.0, 12.0, 20.0, 23.0] * 3)
    monkeypatch.setattr("v2ra.speed.time.perf_counter", lambda: next(clock))
    assert measure(workspace, "wood", n_repeats=3)["seconds_per_second"].tolist() == 3 * [2.0]
