"""A file is written whole or not at all."""

import errno
from pathlib import Path

import pytest

from v2ra.errors import InputError
from v2ra.writing import written_whole


def write_until_the_disk_is_full(target: Path) -> None:
    with written_whole(target) as part:
        part.write_text("half of the ne")
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk_is_one_line_and_leaves_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "a.txt"
    target.write_text("old")
    with pytest.raises(InputError, match=r"No space left on device.*free some space") as caught:
        write_until_the_disk_is_full(target)
    assert "\n" not in str(caught.value)
    assert target.read_text() == "old"
    assert [file.name for file in tmp_path.iterdir()] == ["a.txt"]


def test_an_error_of_the_caller_passes_through_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), written_whole(tmp_path / "a.txt") as part:
        part.write_text(f"{1 / 0}")
    assert list(tmp_path.iterdir()) == []


def test_a_device_without_room_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="could not be written"), written_whole(tmp_path / "a.txt"):
        Path("/dev/full").write_text("x" * 10_000)


def test_targets_that_cannot_be_files_are_refused_before_any_work(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for target, reason in [
        (tmp_path, "is a folder"),
        (tmp_path / "no" / "a.txt", "create it first"),
        (tmp_path / "file" / "a.txt", "is not a folder"),
    ]:
        with pytest.raises(InputError, match=reason), written_whole(target):
            pytest.fail("the block ran")
