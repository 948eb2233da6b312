"""What a layout of files tells: the videos of each category, and which part the makers of a set put them in.

Conventions
-----------
A *collection* is a published set in its own layout, of which clean clips are chosen; in a plain folder
somebody has chosen already. An official part is "train" or "test", by the clip's name.

Source
------
Section 4.1 names the two collections.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from v2ra.clip_files import Problem
from v2ra.errors import InputError

OFFICIAL_PARTS = ("train", "test")


@dataclass(frozen=True)
class Layout:
    """One folder that was recognised.

    Attributes
    ----------
    name : str
        "plain folders", "Greatest Hits", "VEGAS" or "VAS".
    folder : Path
        Where it lies.
    videos : mapping of str to tuple of Path
        Category to its videos, every one there is, sorted.
    of_the_paper : tuple of str
        Those categories that are listed when none is named.
    is_collection : bool
        Whether clean clips are still to be chosen.
    official : mapping of str to str
        Name of a clip, or ``<category>/<name>``, to "train" or "test"; empty where the set has no lists.
    problems : tuple of Problem
        Files of no use.
    """

    name: str
    folder: Path
    videos: Mapping[str, tuple[Path, ...]]
    of_the_paper: tuple[str, ...]
    is_collection: bool = True
    official: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()

    def official_part(self, category: str, name: str) -> str | None:
        """Return the official part of a clip; None where no list names it."""
        return self.official.get(f"{category}/{name}", self.official.get(name))


def read_official(lists: Mapping[str, Path]) -> dict[str, str]:
    r"""Read the lists of an official split: one name of a clip a line.

    Parameters
    ----------
    lists : mapping of str to Path
        "train" and "test" to their files. Files that do not exist count as no list, if both are missing.

    Returns
    -------
    dict of str to str
        Name to part; empty without lists.

    Raises
    ------
    InputError
        One list without the other, a name in both, or a file that cannot be read.

    Examples
    --------
    >>> import tempfile
    >>> root = Path(tempfile.mkdtemp())
    >>> _ = (root / "train.txt").write_text("a\nb\n"), (root / "test.txt").write_text("c\n")
    >>> read_official({part: root / f"{part}.txt" for part in OFFICIAL_PARTS})
    {'a': 'train', 'b': 'train', 'c': 'test'}
    """
    present = {part: path for part, path in lists.items() if path.is_file()}
    if not present:
        return {}
    if len(present) < len(lists):
        missing = next(path for part, path in lists.items() if part not in present)
        raise InputError(f"found no {missing}; expected it beside the other list of the split; copy it there")
    official: dict[str, str] = {}
    for part, path in present.items():
        for name in _names(path):
            if official.setdefault(name, part) != part:
                raise InputError(
                    f"found {name} in both lists beside {path}; expected it in one; correct them"
                )
    return official


def _names(path: Path) -> list[str]:
    """Return the lines of a list that are not empty."""
    try:
        return path.read_text(encoding="utf-8").split()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            f"found {path} not to be readable text; expected a name a line; copy it again"
        ) from error
