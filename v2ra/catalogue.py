"""What clips there are: folders of videos by category, each clip in one part of a 75/25 split.

Conventions
-----------
A folder for each category, in it the videos and what belongs to them: ``<root>/<category>/<name>.mp4``.
The embedded data set lies in the same layout. What cannot be used is listed, with the reason, and left
out; whatever else lies there is passed over.

Source
------
Section 4.1 (a model for each category). `splits` says which clips are for training and which for tests.

Contents
--------
`Entry`, `Catalogue`, `find_clips`; handed on: `Problem`, `split_of`, `SPLITS`.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from v2ra.clip_files import Problem, usable_clips, videos_in
from v2ra.errors import InputError
from v2ra.splits import SPLITS, assign_splits, split_of

__all__ = ["SPLITS", "Catalogue", "Entry", "Problem", "find_clips", "split_of"]


@dataclass(frozen=True)
class Entry:
    """One clip that can be used.

    Attributes
    ----------
    path : Path
        The video.
    category : str
        Name of its folder.
    name : str
        Its file name without suffix; unique in the category.
    wav_path : Path or None
        Sound beside the video, to be read instead of its own.
    times_path : Path or None
        Contact times beside the video.
    split : {"train", "validation", "test"}
        Its part.
    """

    path: Path
    category: str
    name: str
    wav_path: Path | None
    times_path: Path | None
    split: str


@dataclass(frozen=True)
class Catalogue:
    """The clips under a folder, by category and name."""

    entries: tuple[Entry, ...]
    problems: tuple[Problem, ...] = ()

    @property
    def categories(self) -> tuple[str, ...]:
        """Categories with at least one clip that can be used, in order of the alphabet."""
        return tuple(sorted({entry.category for entry in self.entries}))

    def of(self, category: str, split: str | None = None) -> tuple[Entry, ...]:
        """Return the clips of a category, or of one of its parts.

        Parameters
        ----------
        category : str
            One of `categories`.
        split : {"train", "validation", "test"}, optional
            All clips without it.

        Returns
        -------
        tuple of Entry

        Raises
        ------
        InputError
            No such category or part, or a part asked for where fewer than three clips are.
        """
        _check_category(category, self.categories)
        clips = tuple(entry for entry in self.entries if entry.category == category)
        if split is None:
            return clips
        if split not in SPLITS:
            raise InputError(
                f"found split={split!r}; expected one of {', '.join(SPLITS)}; choose one of them"
            )
        if len(clips) < len(SPLITS):
            raise InputError(
                f"found {len(clips)} clips of {category}; expected at least {len(SPLITS)}, one for each of "
                f"{', '.join(SPLITS)}; add clips"
            )
        return tuple(entry for entry in clips if entry.split == split)


def find_clips(
    root: str | os.PathLike[str],
    *,
    category: str | None = None,
    split_seed: int = 0,
    test_share: float = 0.25,
    validation_share: float = 0.2,
) -> Catalogue:
    """List the clips under a folder.

    Parameters
    ----------
    root : path
        Folder with one folder a category.
    category : str, optional
        List this one alone.
    split_seed : int
        Of the hash that assigns the parts.
    test_share, validation_share : float
        Shares of all clips, in [0, 1), together below 1.

    Returns
    -------
    Catalogue
        Sorted by category and name.

    Raises
    ------
    InputError
        No such folder, no usable video in it, no such category, or shares that leave nothing for training.

    Source
    ------
    Section 4.1.

    Examples
    --------
    >>> import tempfile
    >>> import numpy as np
    >>> from v2ra.clips import write_video
    >>> root = Path(tempfile.mkdtemp())
    >>> (root / "dog").mkdir()
    >>> write_video(root / "dog" / "rex.mp4", np.zeros((15, 64, 64, 3), np.uint8), np.zeros(22050))
    >>> (entry,) = find_clips(root).of("dog")
    >>> entry.name, entry.wav_path
    ('rex', None)
    """
    videos = _videos_by_category(Path(root))
    if category is not None:
        _check_category(category, tuple(videos))
        videos = {category: videos[category]}
    entries: list[Entry] = []
    problems: list[Problem] = []
    for folder, paths in videos.items():
        usable = usable_clips(paths, problems)
        splits = assign_splits(
            usable, seed=split_seed, test_share=test_share, validation_share=validation_share
        )
        for name, (video, wav, times) in sorted(usable.items()):
            entries.append(Entry(video, folder, name, wav, times, splits[name]))
    if not entries:
        raise InputError(
            f"found no usable clip in {root}: {problems[0].reason} ({len(problems)} such lines in all)"
        )
    return Catalogue(tuple(entries), tuple(problems))


def _videos_by_category(root: Path) -> dict[str, list[Path]]:
    """Return the videos in each folder of the root that has any."""
    if not root.is_dir():
        raise InputError(f"found no folder {root}; expected <folder>/<category>/*.mp4; make or name one")
    folders = sorted(path for path in root.iterdir() if path.is_dir() and not path.name.startswith("."))
    found = {folder.name: videos for folder in folders if (videos := videos_in(folder))}
    if not found:
        raise InputError(
            f"found {len(videos_in(root))} videos in {root} and none in its {len(folders)} folders; "
            "expected <folder>/<category>/*.mp4; make a folder for each category"
        )
    return found


def _check_category(category: str, known: Sequence[str]) -> None:
    """Refuse a category that does not exist, naming those that do."""
    if category not in known:
        raise InputError(
            f"found no category {category!r}; expected one of {', '.join(known) or 'none: there are no clips'}; "
            "choose one of them"
        )
