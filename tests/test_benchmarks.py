"""The scripts in benchmarks/ start, count arithmetic, and gpu.py needs no media library."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from v2ra.envelopes import envelope_correlation

ROOT = Path(__file__).resolve().parent.parent
SCRIPTS = ("reference", "encode", "train_step", "generate", "gpu", "enhance", "seeds", "peaq")
MEDIA = {"torchvision", "torchaudio", "timm", "av", "librosa", "cv2", "soundfile"}


def python(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python at the root of the checkout, as one does on a machine without an installation."""
    environment = {**os.environ, "CUDA_VISIBLE_DEVICES": ""}
    return subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )


@pytest.mark.slow
@pytest.mark.parametrize("script", SCRIPTS)
def test_a_script_explains_itself(script: str) -> None:
    done = python("-m", f"benchmarks.{script}", "--help")
    assert done.returncode == 0, done.stderr
    assert "--repeats" in done.stdout


def test_the_gpu_script_imports_no_media_library() -> None:
    done = python("-c", "import benchmarks.gpu, sys; print(*{m.partition('.')[0] for m in sys.modules})")
    assert "torch" in done.stdout.split(), done.stderr
    assert set(done.stdout.split()) & MEDIA == set()


def test_the_gpu_script_stops_in_one_line_where_there_is_no_gpu(tmp_path: Path) -> None:
    done = python("-m", "benchmarks.gpu", "x.npz", "--config", "x.toml", "--out", str(tmp_path / "out"))
    assert done.returncode == 2
    assert "found no CUDA device" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert not (tmp_path / "out").exists()


def test_the_arithmetic_of_a_matrix_product_is_counted_and_timed() -> None:
    from benchmarks.reference import arithmetic_limits, n_flops

    one, two = torch.ones(4, 5), torch.ones(5, 6)
    assert n_flops(lambda: one @ two) == 2 * 4 * 5 * 6
    assert all(limit > 0 for limit in arithmetic_limits(size=64, n_repeats=1).values())


def test_the_gpu_script_matches_envelopes_as_the_scores_do(rng: np.random.Generator) -> None:
    from benchmarks.gpu import envelope_match

    course = np.repeat(rng.uniform(0.1, 1, (2, 100)), 441, axis=1)
    one, two = (course * rng.standard_normal((2, 44100))).astype(np.float32) / 10
    expected = envelope_correlation(one, two, sample_rate=44100).correlation
    assert envelope_match(one, two) == pytest.approx(expected, abs=1e-6)  # two roundings to float32


def test_the_itu_items_are_asked_for_in_one_line(tmp_path: Path) -> None:
    done = python("-m", "benchmarks.peaq", "--itu", str(tmp_path))
    assert done.returncode == 2
    assert done.stderr.startswith("found no pair for acodsna")
    assert len(done.stderr.strip().splitlines()) == 1
