"""Fixtures that several test modules share."""

import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, settings
from numpy.typing import NDArray

from v2ra.clips import Contact, write_times, write_video, write_waveform
from v2ra.study.gathering import build_study, find_sources
from v2ra.study.plan import Plan

ROOT = Path(__file__).resolve().parent.parent


def pytest_configure() -> None:
    """Let torch work with one thread: tiny networks run faster so, and tests share the machine."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    # No example is timed: a busy machine must not fail a property.
    settings.register_profile("v2ra", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.load_profile("v2ra")


@pytest.fixture
def rng() -> np.random.Generator:
    """Return a generator with a fixed seed: no test depends on another's draws."""
    return np.random.default_rng(20)


@pytest.fixture(scope="session")
def shared() -> Path:
    """Return the folder of real clips and oracles, or skip where it is not at hand."""
    folder = Path(os.environ.get("V2RA_SHARED", ROOT.parent / "shared"))
    if not folder.is_dir():
        pytest.skip(f"no folder {folder}: set V2RA_SHARED to run the tests on real clips")
    return folder


# Miniatures of the published sets, in their exact layouts, out of sounds and pictures of our own.

RATE = 44_100
SECONDS = 1.2
CLEAN = "clean"
NOISY = "noisy"
MUSIC = "music"


def _sound_of(kind: str) -> NDArray[np.float32]:
    """Return hits every 0.4 s over a quiet floor; or over a loud one, or over a chord."""
    rng = np.random.default_rng(7)
    time = np.arange(round(SECONDS * RATE)) / RATE
    hits = 0.5 * rng.normal(size=len(time)) * np.exp(-(time % 0.4) / 0.02)
    floor = rng.normal(scale=0.3 if kind == NOISY else 0.001, size=len(time))
    chord = sum(np.sin(2 * np.pi * hertz * time) for hertz in (440, 554, 659))
    sound = hits + floor + (0.02 * chord if kind == MUSIC else 0)
    return np.clip(sound, -1, 1).astype(np.float32)


def _write_videos(folder: Path) -> dict[str, Path]:
    """Write a video of each kind of sound once; the sets are copies of them."""
    folder.mkdir(parents=True, exist_ok=True)
    frames = np.zeros((round(SECONDS * 30), 64, 64, 3), np.uint8)
    for kind in (CLEAN, NOISY, MUSIC):
        write_video(folder / f"{kind}.mp4", frames, _sound_of(kind))
    return {kind: folder / f"{kind}.mp4" for kind in (CLEAN, NOISY, MUSIC)}


def _make_greatest_hits(
    folder: Path,
    recordings: Mapping[str, tuple[str, Sequence[str]]],
    *,
    videos: Mapping[str, Path],
    test: Sequence[str] = (),
) -> None:
    """Write ``<id>_denoised.mp4``, ``_denoised.wav``, ``_times.txt``, ``train.txt`` and ``test.txt``.

    Each recording is an id with the kind of its sound and the materials of its contacts.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, (kind, materials) in recordings.items():
        shutil.copy(videos[kind], folder / f"{name}_denoised.mp4")
        write_waveform(folder / f"{name}_denoised.wav", _sound_of(kind), sample_rate=RATE)
        contacts = [
            Contact(0.2 * index, material, "hit", "static") for index, material in enumerate(materials)
        ]
        write_times(folder / f"{name}_times.txt", contacts)
    train = [name for name in recordings if name not in test]
    (folder / "train.txt").write_text("".join(f"{name}\n" for name in train))
    (folder / "test.txt").write_text("".join(f"{name}\n" for name in test))


def _make_vegas(root: Path, clips: Mapping[str, Sequence[str]], *, videos: Mapping[str, Path]) -> None:
    """Write ``data/<class>/videos/video_00000.mp4`` and so on, each with the kind of its sound."""
    for label, kinds in clips.items():
        (root / "data" / label / "videos").mkdir(parents=True)
        for index, kind in enumerate(kinds):
            shutil.copy(videos[kind], root / "data" / label / "videos" / f"video_{index:05d}.mp4")


def _make_vas(root: Path, clips: Mapping[str, Sequence[str]], *, videos: Mapping[str, Path]) -> None:
    """Write ``videos/<class>/video_00000.mp4``, and lists that put the last clip of a class into the test."""
    for label, kinds in clips.items():
        (root / "videos" / label).mkdir(parents=True)
        (root / "filelists").mkdir(exist_ok=True)
        names = [f"video_{index:05d}" for index in range(len(kinds))]
        for name, kind in zip(names, kinds, strict=True):
            shutil.copy(videos[kind], root / "videos" / label / f"{name}.mp4")
        (root / "filelists" / f"{label}_train.txt").write_text("\n".join(names[:-1]))
        (root / "filelists" / f"{label}_test.txt").write_text(names[-1])


@pytest.fixture(scope="session")
def videos(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Return a video of each kind of sound: clean, noisy, music."""
    return _write_videos(tmp_path_factory.mktemp("videos"))


@pytest.fixture(scope="session")
def make_greatest_hits(videos: dict[str, Path]) -> Callable[..., None]:
    """Return what writes a miniature of Greatest Hits."""
    return partial(_make_greatest_hits, videos=videos)


@pytest.fixture(scope="session")
def make_vegas(videos: dict[str, Path]) -> Callable[..., None]:
    """Return what writes a miniature of VEGAS."""
    return partial(_make_vegas, videos=videos)


@pytest.fixture(scope="session")
def make_vas(videos: dict[str, Path]) -> Callable[..., None]:
    """Return what writes a miniature of VAS."""
    return partial(_make_vas, videos=videos)


# A listening study of clips of half a second.


@pytest.fixture(scope="session")
def study_clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of clips, SYSTEM/CATEGORY/CLIP.mp4: three systems, two categories, three clips each."""
    folder = tmp_path_factory.mktemp("study_clips")
    frames = np.zeros((15, 64, 64, 3), np.uint8)
    sound = 0.1 * np.random.default_rng(0).standard_normal(22_050).astype(np.float32)
    write_video(folder / "clip.mp4", frames, sound)
    for system in ("real", "tuned", "mismatched"):
        for category in ("dog", "wood"):
            (folder / system / category).mkdir(parents=True)
            for number in range(3):
                shutil.copy(folder / "clip.mp4", folder / system / category / f"{category}_{number}.mp4")
    return folder


@pytest.fixture(scope="session")
def make_study(study_clips: Path) -> Callable[..., Plan]:
    """Return what makes the folder of a study from those clips."""

    def make(folder: Path, **options: object) -> Plan:
        settings: dict[str, object] = {"n_listeners": 3, "n_repeats": 1, "per_category": 1}
        settings |= {"pairs": [("tuned", "real")]} | options
        return build_study(folder, find_sources(study_clips), **settings)  # type: ignore[arg-type]

    return make
