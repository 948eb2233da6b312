"""The plain layout: a folder a category, or one folder of videos that are all of one category.

Conventions
-----------
``<root>/<category>/<name>.mp4``, as the embedded set has it, or ``<root>/<name>.mp4``: then the category has the
name that is asked for, or that of the folder. What else lies there is passed over. Any name is a category.

Source
------
Section 4.1: a model for each category; the bird videos of the paper come from no published set.
"""

from pathlib import Path

from v2ra.clip_files import videos_in
from v2ra.errors import InputError
from v2ra.layout import Layout

NAME = "plain folders"


def find_plain(root: Path, *, category: str | None = None) -> Layout | None:
    """Return what plain folders hold, by category; None where there is no video.

    Parameters
    ----------
    root : path
        Folder of folders, or of videos.
    category : str, optional
        Name for the videos of a single folder.

    Returns
    -------
    Layout or None

    Raises
    ------
    InputError
        If the name cannot be that of a folder.

    Source
    ------
    Section 4.1.

    Examples
    --------
    >>> import tempfile
    >>> root = Path(tempfile.mkdtemp())
    >>> (root / "door.mp4").touch()
    >>> sorted(find_plain(root, category="door").videos)
    ['door']
    """
    folders = sorted(path for path in root.iterdir() if path.is_dir() and not path.name.startswith("."))
    videos = {folder.name: tuple(found) for folder in folders if (found := videos_in(folder))}
    if not videos and (found := videos_in(root)):
        videos = {_name(category or root.resolve().name): tuple(found)}
    return Layout(NAME, root, videos, tuple(videos), is_collection=False) if videos else None


def _name(category: str) -> str:
    """Return the name of a category if files can have it."""
    if category != Path(category).name or category.startswith("."):
        raise InputError(f"found the category {category!r}; expected one word; give the name of a sound")
    return category
