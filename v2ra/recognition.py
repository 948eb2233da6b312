"""Which layouts lie in a folder, and which categories they offer.

Conventions
-----------
The folder itself is a layout, or the folders in it are: Greatest Hits (``vis-data…``, or any name where its lists
of the split are there), VEGAS, VAS, and plain folders beside them. No video is read
but for a few headers a category, so it takes a second at most, with thousands of clips too.

Source
------
Section 4.1: "We chose videos of fireworks and dogs from VEGAS and impact sounds of cloth, wood, gravel and plastic
from the Greatest Hits dataset. Besides, we collected bird videos".
"""

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

from v2ra.clip_files import usable_clips, videos_in
from v2ra.errors import InputError
from v2ra.greatest_hits import find_greatest_hits
from v2ra.layout import Layout
from v2ra.plain_folders import find_plain
from v2ra.vegas import find_vegas

LISTS = ("train.txt", "test.txt")


def find_layouts(root: Path, *, category: str | None = None) -> tuple[Layout, ...]:
    """Return every layout in a folder.

    Parameters
    ----------
    root : Path
        Any folder.
    category : str, optional
        One that has to be there; the name of the videos where the folder holds nothing but videos.

    Returns
    -------
    tuple of Layout
        At least one.

    Raises
    ------
    InputError
        No such folder, no video in it, or no such category.

    Source
    ------
    Section 4.1.

    Examples
    --------
    >>> import tempfile
    >>> root = Path(tempfile.mkdtemp())
    >>> (root / "dog").mkdir()
    >>> (root / "dog" / "rex.mp4").touch()
    >>> [layout.name for layout in find_layouts(root)]
    ['plain folders']
    """
    if not root.is_dir():
        raise InputError(f"found no folder {root}; expected <folder>/<category>/*.mp4; make or name one")
    inner = [path for path in sorted(root.iterdir()) if path.is_dir() and not path.name.startswith(".")]
    layouts = [layout for layout in (find_greatest_hits(root) or find_vegas(root),) if layout]
    for folder in inner:
        known = any(layout.folder.is_relative_to(folder) for layout in layouts)
        if not known and (layout := _collection(folder)):
            layouts.append(layout)
    layouts += _plain(root, category, layouts)
    if not layouts:
        raise InputError(
            f"found {len(videos_in(root))} videos in {root} and none in its {len(inner)} folders; "
            "expected <folder>/<category>/*.mp4; make a folder for each category"
        )
    if category is not None:
        check_category(category, sorted({name for layout in layouts for name in layout.videos}))
    return tuple(layouts)


def _collection(folder: Path) -> Layout | None:
    """Return the collection in a folder beside others; recordings sorted into a category's folder are none."""
    is_whole = folder.name.startswith("vis-data") or any((folder / name).is_file() for name in LISTS)
    return (find_greatest_hits(folder) if is_whole else None) or find_vegas(folder)


def _plain(root: Path, category: str | None, layouts: Sequence[Layout]) -> list[Layout]:
    """Return the plain layout of what belongs to no collection."""
    plain = find_plain(root, category=category)
    taken = {path for layout in layouts for videos in layout.videos.values() for path in videos}
    taken |= {problem.path for layout in layouts for problem in layout.problems}
    folders = {path.parent for path in taken}
    if plain is None:
        return []
    kept = {name: videos for name, videos in plain.videos.items() if videos[0].parent not in folders}
    return [replace(plain, videos=kept, of_the_paper=tuple(kept))] if kept else []


def listed_categories(layouts: Sequence[Layout]) -> tuple[str, ...]:
    """Return the categories that are listed where none is named, sorted: those of the paper, else all there are.

    Examples
    --------
    >>> listed_categories([Layout("VEGAS", Path("VEGAS"), {"dog": (), "drum": ()}, ("dog", "firework"))])
    ('dog',)
    """
    named = {name for layout in layouts for name in layout.of_the_paper if name in layout.videos}
    return tuple(sorted(named or {name for layout in layouts for name in layout.videos}))


def categories_in(root: str | os.PathLike[str], *, n_clips: int = 1) -> tuple[str, ...]:
    """Return the categories of a folder that are listed where none is named, and have so many videos of use.

    Whether enough of them are clean is seen when they are chosen: that reads their sound.

    Raises
    ------
    InputError
        No such folder, or no category of so many videos that can be used.

    Examples
    --------
    >>> import tempfile
    >>> root = Path(tempfile.mkdtemp())
    >>> (root / "dog").mkdir()
    >>> (root / "dog" / "rex.mp4").touch()
    >>> categories_in(root)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    v2ra.errors.InputError: found no usable clip in ...; expected one at least; see `v2ra data check ...`
    """
    layouts = find_layouts(Path(root))
    usable = tuple(
        category
        for category in listed_categories(layouts)
        if len(list(islice(_usable(layouts, category), n_clips))) == n_clips
    )
    if not usable:
        wanted = "usable clip" if n_clips == 1 else f"category of {n_clips} usable clips"
        raise InputError(f"found no {wanted} in {root}; expected one at least; see `v2ra data check {root}`")
    return usable


def _usable(layouts: Sequence[Layout], category: str) -> Iterator[object]:
    """Yield the clips of a category that can be used."""
    for layout in layouts:
        yield from usable_clips(layout.videos.get(category, ()), [])


def check_category(category: str, known: Sequence[str]) -> None:
    """Refuse a category that does not exist, naming those that do."""
    if category not in known:
        raise InputError(
            f"found no category {category!r}; expected one of {', '.join(known) or 'none: there are no clips'}; "
            "choose one of them"
        )
