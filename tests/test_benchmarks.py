"""The scripts in benchmarks/ start, count arithmetic, and gpu.py needs no media library."""

import json
import os
import subprocess
import sys
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from v2ra.ablations import Study
from v2ra.datasets import EncodedClip, Pack, save_pack
from v2ra.envelopes import envelope_correlation
from v2ra.workspace import Workspace

ROOT = Path(__file__).resolve().parent.parent
SCRIPTS = ("reference", "encode", "train_step", "generate", "gpu", "enhance", "seeds", "peaq")
GPU_MACHINE = ("torch", "numpy", "scipy", "pandas", "safetensors", "lightning-fabric", "tqdm")
# Runs a module where some others are not found.
WITHOUT = """
import runpy, sys
from importlib.machinery import PathFinder

class Present(PathFinder):
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        return None if name.partition(".")[0] in {absent} else super().find_spec(name, path, target)

sys.meta_path = [Present if finder is PathFinder else finder for finder in sys.meta_path]
sys.argv = ["gpu", *{arguments}]
runpy.run_module("benchmarks.gpu", run_name="__main__")
"""
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


def needed_by(names: Iterable[str]) -> set[str]:
    """Return some distributions and what they require, without extras."""
    found: set[str] = set()
    waiting = [canonicalize_name(name) for name in names]
    while waiting:
        name = waiting.pop()
        if name in found or not any(metadata.distributions(name=name)):
            continue
        found.add(name)
        required = [Requirement(line) for line in metadata.requires(name) or ()]
        kept = (one for one in required if not one.marker or one.marker.evaluate({"extra": ""}))
        waiting += [canonicalize_name(one.name) for one in kept]
    return found


def absent_modules() -> list[str]:
    """Return the modules that are installed here and not on the machine that benchmarks/gpu.py is for."""
    kept = needed_by(GPU_MACHINE)
    return sorted(
        module
        for module, owners in metadata.packages_distributions().items()
        if not {canonicalize_name(owner) for owner in owners} & kept and module not in ("v2ra", "benchmarks")
    )


def tiny_pack(path: Path) -> None:
    """Write a pack of three clips of two seconds: random features and noise that swells."""
    rng = np.random.default_rng(3)
    swell = np.linspace(0, 9000, 88_200)
    clips = tuple(
        EncodedClip(
            f"wood_{part}",
            part,
            rng.uniform(0, 3, (20, 4096)).astype(np.float16),
            (swell * rng.standard_normal(88_200)).clip(-32767, 32767).astype(np.int16),
            np.zeros(0),
        )
        for part in ("train", "validation", "test")
    )
    save_pack(Pack("wood", clips, {"weights_hash": "abc"}), path)


@pytest.mark.slow
def test_the_gpu_script_trains_the_rows_of_a_table_with_what_a_gpu_machine_has(tmp_path: Path) -> None:
    tiny_pack(tmp_path / "wood.npz")
    (tmp_path / "full.toml").write_text("# nothing differs\n")
    (tmp_path / "l1.toml").write_text('[loss]\nadversarial = "none"\n')
    sizes = ("generator.base_width=2", "discriminator.base_width=2", "training.batch_size=2")
    arguments = [
        *(str(tmp_path / "wood.npz"), "--config", "configs/paper.toml", "--out", str(tmp_path / "out")),
        *("--row", str(tmp_path / "full.toml"), str(tmp_path / "l1.toml"), "--accelerator", "cpu"),
        *(
            "--steps",
            "2",
            "--repeats",
            "1",
            "--size",
            "64",
            *(word for size in sizes for word in ("--set", size)),
        ),
    ]
    done = python("-c", WITHOUT.format(absent=absent_modules(), arguments=arguments))
    assert done.returncode == 0, done.stderr[-3000:]
    runs = pd.read_csv(tmp_path / "out" / "runs.csv")
    assert runs[["category", "row", "seed", "steps"]].to_numpy().tolist() == [
        ["wood", "full", 0, 2],
        ["wood", "l1", 0, 2],
    ]
    assert runs["test score"].between(-1, 1).all()
    assert (runs["minutes"] > 0).all()
    columns = [set(pd.read_csv(tmp_path / "out" / f"history_wood_{row}_0.csv")) for row in ("full", "l1")]
    assert columns[0] - columns[1] >= {"d_loss", "g_adversarial"}
    details = json.loads((tmp_path / "out" / "gpu.json").read_text())
    assert set(details["configs"]) == {"full", "l1"}
    assert details["minutes"] > 0
    written = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert written == [
        "gpu.json",
        "history_wood_full_0.csv",
        "history_wood_l1_0.csv",
        "runs.csv",
        "steps.csv",
    ]
    assert sum(path.stat().st_size for path in (tmp_path / "out").iterdir()) < 100_000


def test_a_library_that_a_gpu_machine_lacks_would_be_noticed() -> None:
    absent = set(absent_modules())
    assert absent >= MEDIA
    assert not {"torch", "numpy", "scipy", "pandas", "lightning_fabric"} & absent
    code = WITHOUT.format(absent=sorted(absent), arguments=[]).replace("benchmarks.gpu", "v2ra.media")
    assert "ModuleNotFoundError: No module named 'av'" in python("-c", code).stderr


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


def test_the_choices_are_trained_with_the_seeds_asked_for_and_else_as_the_profile_says() -> None:
    from benchmarks.choices import Choices

    study, usual = Choices(Workspace("quick"), n_seeds=2), Study(Workspace("quick"))
    assert usual.rows("choices") == ()  # `make reproduce` trains none
    assert study.seeds("choices") == range(2)
    assert study.config("full") == usual.config("full")
    assert study.run_dir("l1_weight_100", seed=1) == usual.run_dir("l1_weight_100", seed=1)
    changed = set(study.rows("choices")) - {"full"}
    assert {"l1_weight_100", "head_8d", "d_steps_2"} <= changed
    assert not {"head_one", "d_steps_1"} & changed  # of the base itself
