"""A clip from a file to its sound, with a tiny model and random features."""

import warnings
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest
import torch

from v2ra.backends import Backend, load_backend
from v2ra.checkpoint import Run
from v2ra.clips import probe_clip
from v2ra.config import Config
from v2ra.dubbing import Generated, dub
from v2ra.encoding import scale_features
from v2ra.errors import InputError
from v2ra.features import extract_features
from v2ra.generation import generate_waveform
from v2ra.generator import Generator
from v2ra.muxing import write_video

TINY = Config().with_overrides(
    {"generator.base_width": 1, "features.backend": "seeded", "features.image_size": 32}
)


@pytest.fixture(scope="module")
def backend() -> Backend:
    """Return the random features at the smallest size."""
    return load_backend("seeded", image_size=32, precision="fp32")


@pytest.fixture(scope="module")
def run(backend: Backend) -> Run:
    """Return an untrained run that knows its features."""
    torch.manual_seed(0)
    details = {"pack": {"features": backend.details}}
    return Run(Generator(TINY.generator).eval(), TINY, "wood", 0, details)


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a video of 1.5 s in which a square jumps; its sound is silence."""
    frames = np.zeros((45, 64, 64, 3), np.uint8)
    for index, frame in enumerate(frames):
        frame[8 * (index // 15) :][:8, :20] = 255
    path = tmp_path_factory.mktemp("clip") / "jumps.mp4"
    write_video(path, frames, np.zeros(66_150, np.float32))
    return path


def test_a_dub_is_as_long_as_the_video_and_the_same_every_time(
    clip: Path, run: Run, backend: Backend
) -> None:
    generated = dub(clip, run, backend=backend)
    assert generated.sample_rate == 44_100
    assert generated.n_seconds == probe_clip(clip).n_seconds == 1.5
    assert generated.waveform.shape == (66_150,)
    assert np.isfinite(generated.waveform).all()
    assert np.array_equal(generated.waveform, dub(clip, run, backend=backend).waveform)


def test_a_dub_is_the_generator_on_the_scaled_features_of_the_clip(
    clip: Path, run: Run, backend: Backend
) -> None:
    config = TINY.with_overrides({"generation.hop_seconds": 0.5, "features.which_frame": "first"})
    features = scale_features(extract_features(clip, backend, which="first"), mode="clip_mean_3sigma")
    assert features.any()  # the square moves
    expected = generate_waveform(run.generator, features, n_samples=66_150, hop_seconds=0.5)
    dubbed = dub(clip, replace(run, config=config), backend=backend).waveform
    assert np.array_equal(dubbed, expected)
    assert not np.array_equal(dubbed, dub(clip, run, backend=backend).waveform)


@pytest.mark.parametrize(
    ("key", "value"),
    [("weights_hash", 64 * "0"), ("image_size", 64), ("name", "vgg19"), ("activation", "linear")],
)
def test_features_of_another_kind_are_refused(
    clip: Path, run: Run, backend: Backend, key: str, value: str | int
) -> None:
    other = replace(run, details={"pack": {"features": backend.details | {key: value}}})
    with pytest.raises(InputError, match=rf"features with {key} .*; expected {str(value)[:12]}"):
        dub(clip, other, backend=backend)


def test_another_precision_is_allowed(clip: Path, run: Run, backend: Backend) -> None:
    elsewhere = replace(run, details={"pack": {"features": backend.details | {"precision": "bf16"}}})
    assert len(dub(clip, elsewhere, backend=backend).waveform) == 66_150


def test_what_is_no_video_is_refused(tmp_path: Path, run: Run, backend: Backend) -> None:
    (tmp_path / "notes.mp4").write_text("not a video")
    with pytest.raises(InputError, match=r"notes\.mp4"):
        dub(tmp_path / "notes.mp4", run, backend=backend)


def test_a_damaged_clip_is_dubbed_and_says_what_was_passed_over(
    tmp_path: Path, clip: Path, run: Run, backend: Backend
) -> None:
    with av.open(str(clip)) as container:
        packet = [packet for packet in container.demux(video=0) if packet.size][20]
    content = bytearray(clip.read_bytes())
    assert packet.pos is not None
    content[packet.pos : packet.pos + packet.size] = packet.size * b"\xff"
    path = tmp_path / "damaged.mp4"
    path.write_bytes(bytes(content))
    problems: list[str] = []
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # a line in the list, no warning beside it
        generated = dub(path, run, backend=backend, problems=problems)
    assert len(generated.waveform) == 66_150
    assert problems


def test_the_real_time_factor_is_compute_over_duration() -> None:
    generated = Generated(
        np.zeros(88_200, np.float32), 44_100, 2.0, feature_seconds=0.5, generator_seconds=0.1
    )
    assert generated.real_time_factor == pytest.approx(0.3)
