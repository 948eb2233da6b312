"""Writing a file whole or not at all, and the folder that it goes to.

Conventions
-----------
The bytes go to a hidden file beside the target, which takes the target's name only when it is
complete. Whatever goes wrong in between (full disk, no permission, an error of the caller), the
target stays as it was and nothing half-written is left.

Source
------
Good practice; no section of the paper.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from v2ra.errors import InputError


@contextmanager
def written_whole(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Yield a temporary path beside `path`; it takes the name of `path` when the block succeeds.

    Parameters
    ----------
    path : path
        The file to write or replace. Its folder must exist.

    Yields
    ------
    Path
        Where to write. It ends in the suffix of `path`, so that writers that go by suffix work.

    Raises
    ------
    InputError
        If the folder is missing, `path` is a folder, or the system refuses to write.

    Examples
    --------
    >>> import tempfile
    >>> target = Path(tempfile.mkdtemp()) / "note.txt"
    >>> with written_whole(target) as part:
    ...     _ = part.write_text("done")
    >>> target.read_text(), [file.name for file in target.parent.iterdir()]
    ('done', ['note.txt'])
    """
    target = Path(path)
    _check_target(target)
    part = target.with_name(f".{target.stem[:100]}.{os.getpid()}.part{target.suffix}")
    try:
        yield part
        os.replace(part, target)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise InputError(
            f"{target} could not be written ({reason}); expected room and permission to write; "
            "free some space or choose another place (nothing half-written is left)"
        ) from error
    finally:
        _remove(part)


def make_folder(path: str | os.PathLike[str]) -> Path:
    """Make a folder, with those above it, and return it; one that is there stays as it is.

    Raises
    ------
    InputError
        If a file is in the way, or the system refuses.

    Examples
    --------
    >>> import tempfile
    >>> make_folder(Path(tempfile.mkdtemp()) / "a" / "b").is_dir()
    True
    """
    folder = Path(path)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            f"found that {folder} cannot be made ({error.strerror}); expected a place for a folder; name another"
        ) from error
    return folder


def _check_target(target: Path) -> None:
    """Refuse a target that cannot become a file, before any work is done for it."""
    if target.is_dir():
        raise InputError(f"{target} is a folder; expected the name of a file to write; add a file name")
    if not target.parent.is_dir():
        raise InputError(
            f"{target.parent} is not a folder; expected an existing folder for {target.name}; create it first"
        )


def _remove(part: Path) -> None:
    """Delete the temporary file if the block left one."""
    if part.is_file():
        part.unlink()
