"""From a folder to packs: what is left out, and what is encoded again."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import av
import numpy as np
import pytest

from v2ra.backends import Backend, load_backend
from v2ra.catalogue import find_category
from v2ra.clips import write_times, write_video, write_waveform
from v2ra.config import Config
from v2ra.contacts import Contact
from v2ra.datasets import Pack
from v2ra.errors import InputError
from v2ra.packing import backend_of, make_pack

SEEDED = Config().with_overrides(
    {"features.backend": "seeded", "features.image_size": 32, "features.precision": "fp32"}
)


class Counted:
    """A backend that counts how often it is asked for how many frames."""

    def __init__(self, backend: Backend) -> None:
        self.backend, self.calls = backend, list[int]()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.backend, name)

    def __call__(self, frames: np.ndarray) -> np.ndarray:
        self.calls.append(len(frames))
        return self.backend(frames)


@pytest.fixture(scope="module")
def seeded() -> Backend:
    """Return the random features at the smallest size."""
    return load_backend("seeded", image_size=32, precision="fp32")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder of three clips of a second."""
    for index in range(3):
        add_clip(tmp_path / "data", index)
    return tmp_path / "data"


def add_clip(root: Path, index: int) -> Path:
    """Write one more clip of noise."""
    rng = np.random.default_rng(index)
    (root / "wood").mkdir(parents=True, exist_ok=True)
    path = root / "wood" / f"wood_{index}.mp4"
    blocks = rng.integers(0, 255, (30, 4, 4, 3), np.uint8).repeat(16, 1).repeat(16, 2)
    write_video(path, blocks, rng.uniform(-0.5, 0.5, 44_100).astype(np.float32))
    return path


def packed(root: Path, backend: Backend | Counted, *, lines: list[str] | None = None) -> Pack:
    """Return the pack of a folder, with the cache beside it."""
    report = (lines if lines is not None else []).append
    catalogue = find_category(root, "wood", config=SEEDED)
    return make_pack(
        catalogue,
        "wood",
        config=SEEDED,
        backend=cast(Backend, backend),
        cache_dir=root.parent / "cache",
        report=report,
    )


def packets(path: Path) -> Iterator[tuple[int, int]]:
    """Yield place and size of each packet of the picture."""
    with av.open(str(path)) as container:
        for packet in container.demux(video=0):
            if packet.size and packet.pos is not None:
                yield packet.pos, packet.size


def test_the_configuration_names_the_backend() -> None:
    backend = backend_of(SEEDED)
    assert (backend.name, backend.image_size, backend.precision) == ("seeded", 32, "fp32")


def test_a_pack_holds_each_clip_with_what_it_was_made_from(folder: Path, seeded: Backend) -> None:
    pack = packed(folder, seeded)
    assert [clip.name for clip in pack.clips] == ["wood_0", "wood_1", "wood_2"]
    assert {clip.split for clip in pack.clips} == {"train", "validation", "test"}
    assert all(clip.features.shape == (10, 4096) for clip in pack.clips)
    assert all(len(clip.sound) == 44_100 for clip in pack.clips)
    assert pack.details["features"] == seeded.details
    assert pack.details["files"]["wood_1"] == str(folder / "wood" / "wood_1.mp4")
    assert (pack.details["left_out"], pack.details["which_frame"]) == ([], "last")


def test_a_clip_more_is_the_only_one_that_is_encoded(folder: Path, seeded: Backend) -> None:
    counted = Counted(seeded)
    first = packed(folder, counted)
    assert sum(counted.calls) == 30  # three clips, ten vectors each
    counted.calls.clear()
    add_clip(folder, 3)
    second = packed(folder, counted)
    assert sum(counted.calls) == 10
    for before, after in zip(first.clips, second.clips[:3], strict=True):
        assert np.array_equal(before.features, after.features)
    assert first.details["dataset_hash"] != second.details["dataset_hash"]


def test_a_pack_made_twice_is_the_same_and_asks_for_no_frame(folder: Path, seeded: Backend) -> None:
    first = packed(folder, seeded)
    counted = Counted(seeded)
    second = packed(folder, counted)
    assert counted.calls == []
    assert first.details == second.details


def test_a_clip_that_cannot_be_encoded_is_left_out_with_a_line(folder: Path, seeded: Backend) -> None:
    path = folder / "wood" / "wood_1.mp4"
    content = bytearray(path.read_bytes())
    for place, size in packets(path):  # its header is whole, so that the folder lists it
        content[place : place + size] = size * b"\xff"
    path.write_bytes(bytes(content))
    lines: list[str] = []
    pack = packed(folder, seeded, lines=lines)
    assert [clip.name for clip in pack.clips] == ["wood_0", "wood_2"]
    assert len(lines) == 1
    assert lines[0].startswith(f"left out: {path}: ")
    assert pack.details["left_out"] == [lines[0].removeprefix("left out: ")]


def test_a_folder_of_broken_clips_alone_is_refused(folder: Path, seeded: Backend) -> None:
    for path in folder.glob("wood/*.mp4"):
        content = bytearray(path.read_bytes())
        for place, size in packets(path):
            content[place : place + size] = size * b"\xff"
        path.write_bytes(bytes(content))
    with pytest.raises(InputError, match="no usable clip"):
        packed(folder, seeded)


def test_damage_that_is_passed_over_is_reported_with_the_clip(folder: Path, seeded: Backend) -> None:
    path = folder / "wood" / "wood_0.mp4"
    content = bytearray(path.read_bytes())
    place, size = list(packets(path))[15]
    content[place : place + size] = size * b"\xff"
    path.write_bytes(bytes(content))
    lines: list[str] = []
    assert len(packed(folder, seeded, lines=lines).clips) == 3
    assert lines
    assert all(line.startswith(f"note: {path}: ") for line in lines)


def test_sound_and_contacts_beside_the_video_come_first(folder: Path, seeded: Backend) -> None:
    tone = np.full(22_050, 0.25, np.float32)
    write_waveform(folder / "wood" / "wood_0.wav", tone, sample_rate=44_100)
    write_times(folder / "wood" / "wood_0_times.txt", [Contact(0.125, "wood", "hit", "static")])
    clip = packed(folder, seeded).clips[0]
    assert clip.event_times.tolist() == [0.125]
    assert clip.sound.tolist() == 22_050 * [8192]  # 0.25 × 32767, rounded


def test_contacts_are_found_in_the_sound_where_none_are_annotated(tmp_path: Path, seeded: Backend) -> None:
    """Two clicks, with and without a file of times; an empty file is an annotation, too."""
    sound = np.zeros(44_100, np.float32)
    for start in (0.3, 0.7):
        sound[round(start * 44_100) :][:2000] += np.float32(0.5) * np.hanning(2000).astype(np.float32)
        sound[round(start * 44_100)] = 0.9
    for index in range(3):
        write_video(add_clip(tmp_path / "data", index), np.zeros((30, 64, 64, 3), np.uint8), sound)
    write_times(tmp_path / "data" / "wood" / "wood_0_times.txt", [Contact(0.123, "wood")])
    write_times(tmp_path / "data" / "wood" / "wood_1_times.txt", [])
    pack = packed(tmp_path / "data", seeded)
    annotated, empty, heard = (clip.event_times for clip in pack.clips)
    assert annotated.tolist() == [0.123]
    assert empty.size == 0
    assert heard == pytest.approx([0.3, 0.7], abs=0.05)  # the tolerance of the onset score
    assert pack.details["detected"] == ["wood_2"]
