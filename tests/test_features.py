"""Tests of the feature vectors of clips and of their cache."""

import warnings
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from v2ra.backends import Backend, load_backend
from v2ra.clips import probe_clip, read_clip, write_video
from v2ra.encoding import WHICH, used_frames
from v2ra.errors import InputError
from v2ra.features import extract_features, load_features
from v2ra.timing import Timing


class CountingNetwork(nn.Module):
    """Gives each picture's mean level and keeps count of the pictures."""

    n_pictures = 0

    def forward(self, images: Tensor) -> Tensor:
        self.n_pictures += len(images)
        return images.mean(dim=(1, 2, 3))[:, None] * 255  # (n, 1)


@pytest.fixture
def counting() -> Backend:
    """Return a backend whose first value is the mean level of the picture, 0 to 255."""
    return Backend(
        name="counting",
        image_size=32,
        precision="fp32",
        activation="relu",
        weights_hash="0" * 64,
        n_features=1,
        network=CountingNetwork(),
        mean=torch.zeros(3, 1, 1),
        deviation=torch.ones(3, 1, 1),
    )


def n_pictures(backend: Backend) -> int:
    """Return how many pictures a counting backend has seen."""
    assert isinstance(backend.network, CountingNetwork)
    return backend.network.n_pictures


def write_levels(path: Path, n_frames: int) -> None:
    """Write a video whose frame k is grey of level 5 k."""
    levels = 5 * np.arange(n_frames, dtype=np.uint8)
    write_video(path, np.broadcast_to(levels[:, None, None, None], (n_frames, 64, 64, 3)))


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    """Return a video of 30 frames, 1 s."""
    write_levels(tmp_path / "clip.mp4", 30)
    return tmp_path / "clip.mp4"


@pytest.mark.parametrize("which", WHICH)
def test_each_vector_comes_from_the_frame_that_eq_3_names(clip: Path, counting: Backend, which: str) -> None:
    features = extract_features(clip, counting, which=which)
    assert features.shape == (10, 4096)
    # H.264 in 16 to 235 and back keeps a flat grey to 2 levels; the next frame is 5 away
    np.testing.assert_allclose(features[:, 0], 5 * used_frames(1, which=which), atol=2)


def test_only_the_frames_that_are_used_are_encoded(clip: Path, counting: Backend) -> None:
    extract_features(clip, counting)
    assert n_pictures(counting) == 10


@pytest.mark.parametrize("n_frames", [1, 2, 3, 4, 17, 47, 48, 49])
def test_a_clip_of_any_length_has_the_features_of_its_frames(
    tmp_path: Path, counting: Backend, n_frames: int
) -> None:
    write_levels(tmp_path / "clip.mp4", n_frames)
    read = read_clip(tmp_path / "clip.mp4")
    expected = counting(read.frames[used_frames(read.n_seconds)])
    assert len(expected) == -(-n_frames // 3)
    np.testing.assert_array_equal(extract_features(tmp_path / "clip.mp4", counting), expected)


def test_other_rates_read_other_frames(clip: Path, counting: Backend) -> None:
    timing = Timing(
        sample_rate=16_384, frame_rate=10, frame_size=32
    )  # four vectors a second, of two frames each
    features = extract_features(clip, counting, timing=timing)
    np.testing.assert_allclose(features[:, 0], 5 * 3 * np.array([1, 3, 5, 7]), atol=2)  # of every third frame


def test_a_random_network_gives_the_same_features_by_stream_and_from_memory(clip: Path) -> None:
    backend = load_backend("seeded", image_size=32, precision="fp32", device="cpu")
    features = extract_features(clip, backend)
    expected = backend(read_clip(clip).frames[used_frames(1)])
    np.testing.assert_allclose(features, expected, rtol=1e-4, atol=1e-4 * expected.max())  # fp32 rounding


def test_a_file_that_breaks_off_gives_the_features_of_what_is_there(
    tmp_path: Path, counting: Backend
) -> None:
    path = tmp_path / "clip.mov"  # with its index in front, so that a part of it can be read
    with av.open(str(path), "w", options={"movflags": "faststart"}) as container:
        stream = container.add_stream("mjpeg", rate=30)
        stream.width = stream.height = 64
        stream.pix_fmt = "yuvj420p"
        for level in 5 * np.arange(48, dtype=np.uint8):
            picture = av.VideoFrame.from_ndarray(np.full((64, 64, 3), level), format="rgb24")
            container.mux(stream.encode(picture))
        container.mux(stream.encode())
    whole = extract_features(path, counting)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    problems: list[str] = []
    part = extract_features(path, counting, problems=problems)
    assert 3 <= len(part) < len(whole)
    assert problems
    # the last picture stands for one frame more, since lengths are rounded
    np.testing.assert_array_equal(part[:-1], whole[: len(part) - 1])


def test_a_file_that_is_no_video_is_refused(tmp_path: Path, counting: Backend) -> None:
    (tmp_path / "clip.mp4").write_text("no video")
    with pytest.raises(InputError, match="not a media file"):
        extract_features(tmp_path / "clip.mp4", counting)
    with pytest.raises(InputError, match="is no file"):
        load_features(tmp_path / "missing.mp4", counting, cache_dir=tmp_path)


def test_the_second_call_reads_the_cache_and_gives_the_same(
    clip: Path, counting: Backend, tmp_path: Path
) -> None:
    first = load_features(clip, counting, cache_dir=tmp_path / "cache")
    second = load_features(clip, counting, cache_dir=tmp_path / "cache")
    assert n_pictures(counting) == 10
    assert second.dtype == np.float32
    np.testing.assert_array_equal(first, second)
    # float16 keeps 11 bits
    np.testing.assert_allclose(first, extract_features(clip, counting), rtol=2**-11)


def test_the_cache_goes_by_content_and_not_by_name(clip: Path, counting: Backend, tmp_path: Path) -> None:
    (tmp_path / "copy.mp4").write_bytes(clip.read_bytes())
    write_levels(tmp_path / "other.mp4", 15)
    for name in ("clip.mp4", "copy.mp4", "other.mp4"):
        load_features(tmp_path / name, counting, cache_dir=tmp_path / "cache")
    assert n_pictures(counting) == 10 + 5


@pytest.mark.parametrize(
    "change",
    [
        lambda backend: replace(backend, weights_hash="1" * 64),
        lambda backend: replace(backend, precision="bf16"),
        lambda backend: replace(backend, image_size=64),
        lambda backend: replace(backend, activation="linear"),
    ],
)
def test_another_backend_does_not_find_the_features_of_this_one(
    clip: Path, counting: Backend, tmp_path: Path, change: Callable[[Backend], Backend]
) -> None:
    load_features(clip, counting, cache_dir=tmp_path)
    load_features(clip, change(counting), cache_dir=tmp_path)
    assert n_pictures(counting) == 20


def test_another_frame_of_the_group_is_another_entry(clip: Path, counting: Backend, tmp_path: Path) -> None:
    last = load_features(clip, counting, cache_dir=tmp_path)
    first = load_features(clip, counting, cache_dir=tmp_path, which="first")
    assert (first[:, 0] < last[:, 0]).all()


def test_a_damaged_cache_file_is_made_again_with_a_warning(
    clip: Path, counting: Backend, tmp_path: Path
) -> None:
    expected = load_features(clip, counting, cache_dir=tmp_path / "cache")
    (cached,) = (tmp_path / "cache").iterdir()
    content = cached.read_bytes()
    for damaged in (b"", content[:-1], content[: len(content) // 2], b"text"):
        cached.write_bytes(damaged)
        with pytest.warns(UserWarning, match="is damaged .* made again"):
            found = load_features(clip, counting, cache_dir=tmp_path / "cache")
        np.testing.assert_array_equal(found, expected)
        assert cached.read_bytes() == content


def test_the_cache_file_of_another_clip_is_not_trusted(clip: Path, counting: Backend, tmp_path: Path) -> None:
    write_levels(tmp_path / "other.mp4", 15)
    load_features(clip, counting, cache_dir=tmp_path / "a")
    load_features(tmp_path / "other.mp4", counting, cache_dir=tmp_path / "b")
    (mine,), (others,) = (tmp_path / "a").iterdir(), (tmp_path / "b").iterdir()
    mine.write_bytes(others.read_bytes())
    with pytest.warns(UserWarning, match="not what its name promises"):
        assert len(load_features(clip, counting, cache_dir=tmp_path / "a")) == 10


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.floats(0, 1, exclude_max=True), st.integers(1, 255))
def test_one_changed_byte_never_changes_the_features(
    clip: Path, counting: Backend, tmp_path: Path, place: float, change: int
) -> None:
    expected = load_features(clip, counting, cache_dir=tmp_path / "cache")
    (cached,) = (tmp_path / "cache").iterdir()
    content = bytearray(cached.read_bytes())
    content[int(place * len(content))] ^= change
    cached.write_bytes(content)
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore", UserWarning
        )  # some bytes are not read, so a warning may or may not come
        found = load_features(clip, counting, cache_dir=tmp_path / "cache")
    np.testing.assert_array_equal(found, expected)


def test_features_beyond_float16_are_refused_and_not_kept(
    clip: Path, counting: Backend, tmp_path: Path
) -> None:
    bright = replace(counting, deviation=torch.full((3, 1, 1), 1e-4))
    with pytest.raises(InputError, match="beyond float16"):
        load_features(clip, bright, cache_dir=tmp_path / "cache")
    assert not (tmp_path / "cache").exists()


def test_a_real_clip_has_vectors_for_its_whole_sound(shared: Path) -> None:
    backend = load_backend("efficientnet_lite0", image_size=64, precision="fp32", device="cpu")
    path = shared / "real" / "clips" / "dog" / "vas_dog_02677.mp4"  # 6.006 s at 29.97 frames a second
    features = extract_features(path, backend, problems=[])
    assert len(features) == len(used_frames(probe_clip(path).n_seconds)) == 61
    moving = features - features.mean(axis=0)
    assert np.linalg.norm(moving) > 0.05 * np.linalg.norm(features)  # a dog jumps about
