"""Features of degraded clips: those of the pack where nothing is done, and the same by a slower way."""

from pathlib import Path

import numpy as np
import pytest

from v2ra import degraded_clips
from v2ra.backends import Backend, load_backend
from v2ra.clips import write_video
from v2ra.datasets import EncodedClip, Pack
from v2ra.degradations import DEGRADATIONS, Frames, degraded
from v2ra.degraded_clips import degraded_clip, degraded_features, degraded_packs, read_frames
from v2ra.encoding import used_frames
from v2ra.features import extract_features

SECONDS = 1.2


@pytest.fixture(scope="module")
def backend() -> Backend:
    """Return the backend of the smoke profile."""
    return load_backend("seeded", image_size=32)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with two videos of coarse noise."""
    found = tmp_path_factory.mktemp("clips")
    rng = np.random.default_rng(0)
    for name in "ab":
        coarse = rng.integers(0, 256, (36, 8, 8, 3), np.uint8)
        write_video(found / f"{name}.mp4", coarse.repeat(8, axis=1).repeat(8, axis=2))
    return found


@pytest.fixture
def pack(folder: Path, backend: Backend) -> Pack:
    """Return the two as test clips, beside one to train on."""
    clips = tuple(
        EncodedClip(
            name,
            split,
            extract_features(folder / f"{video}.mp4", backend).astype(np.float16),
            np.ones(round(44100 * SECONDS), np.int16),
            np.array([0.5]),
        )
        for name, video, split in (("b", "b", "test"), ("a", "a", "test"), ("c", "a", "train"))
    )
    files = {"a": str(folder / "a.mp4"), "b": str(folder / "b.mp4"), "c": str(folder / "a.mp4")}
    return Pack("wood", clips, {"files": files, "which_frame": "last"})


@pytest.mark.parametrize("name", DEGRADATIONS)
def test_severity_zero_gives_the_features_of_the_pack(pack: Pack, backend: Backend, name: str) -> None:
    (same,) = degraded_packs(pack, backend, [(name, 0.0)])
    for clip in same.clips:
        (own,) = (other for other in pack.part("test") if other.name == clip.name)
        if name == "low_frame_rate":  # batches are the same frames here too
            np.testing.assert_allclose(clip.features, own.features, rtol=2e-3, atol=2e-3)
        else:
            np.testing.assert_array_equal(clip.features, own.features)
        np.testing.assert_array_equal(clip.sound, own.sound)


@pytest.mark.parametrize(("name", "severity"), [("gain", 2.0), ("low_frame_rate", 5.0), ("occlusion", 0.3)])
def test_degrading_only_what_is_read_equals_degrading_the_whole_video(
    folder: Path, backend: Backend, name: str, severity: float
) -> None:
    frames, indices = read_frames(folder / "a.mp4"), used_frames(SECONDS)
    fast = degraded_features(frames, indices, backend, name=name, severity=severity)
    slow = backend(degraded(frames, name, severity)[indices])
    # Held frames are encoded once, in other batches: sums come in another order.
    np.testing.assert_allclose(fast, slow, rtol=2e-3, atol=2e-3)
    plain = backend(frames[indices])
    assert np.abs(fast - plain).mean() > 0.01 * np.abs(plain).mean()


def test_what_is_kept_is_neither_read_nor_encoded_again(
    pack: Pack, backend: Backend, folder: Path, tmp_path: Path
) -> None:
    def refuse() -> Frames:
        raise AssertionError("frames were read")

    options = {"which": "last", "cache": tmp_path}
    clip, path = pack.clips[1], folder / "a.mp4"
    first = degraded_clip(clip, path, backend, name="gain", severity=2.0, **options)  # type: ignore[arg-type]
    again = degraded_clip(clip, path, backend, name="gain", severity=2.0, frames=refuse, **options)  # type: ignore[arg-type]
    np.testing.assert_array_equal(first.features, again.features)
    for other in ({"name": "gain", "severity": 3.0}, {"name": "gamma", "severity": 2.0}):
        with pytest.raises(AssertionError, match="frames were read"):
            degraded_clip(clip, path, backend, frames=refuse, **other, **options)  # type: ignore[arg-type]


def test_packs_hold_the_first_test_clips_by_name_and_each_video_is_read_once(
    pack: Pack, backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []

    def counted(path: Path) -> Frames:
        read.append(path.stem)
        return read_frames(path)

    monkeypatch.setattr(degraded_clips, "read_frames", counted)
    bright, dark = degraded_packs(pack, backend, [("gain", 2.0), ("darkness", 4.0)])
    assert [clip.name for clip in bright.clips] == ["a", "b"] == [clip.name for clip in dark.clips]
    assert read == ["a", "b"]
    assert not np.array_equal(bright.clips[0].features, dark.clips[0].features)
    (few,) = degraded_packs(pack, backend, [("gain", 2.0)], n_clips=1)
    assert [clip.name for clip in few.clips] == ["a"]
