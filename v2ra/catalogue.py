"""What clips there are: by category, out of whatever layout they lie in, each in one part of a 75/25 split.

Conventions
-----------
A folder is plain (a folder a category, or videos of one category), Greatest Hits, VEGAS or VAS; or it holds
such folders side by side. Of a collection clean clips are chosen. What cannot be used is a problem, what is
not chosen is left out, each with the reason; whatever else lies there is passed over.

Source
------
Section 4.1 (a model for each category). `splits` says which clips are for training and which for tests.

Contents
--------
`Entry`, `Catalogue`, `find_clips`, `find_category`; handed on: `Problem`, `split_of`, `SPLITS`.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from v2ra.choice import chosen_clips
from v2ra.clean_rule import Clean
from v2ra.clip_files import Files, Problem
from v2ra.config import Config, Data
from v2ra.errors import InputError
from v2ra.layout import Layout
from v2ra.recognition import check_category, find_layouts, listed_categories
from v2ra.splits import SPLITS, assign_splits, official_splits, split_of

__all__ = [
    "SPLITS",
    "Catalogue",
    "Entry",
    "Problem",
    "find_category",
    "find_clips",
    "split_of",
]


Found = tuple[str, Layout, Mapping[str, Files]]
"""Category, layout, and the clips that were chosen there."""


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
    """The clips under a folder, by category and name.

    Attributes
    ----------
    entries : tuple of Entry
        Sorted by category and name.
    problems : tuple of Problem
        Files that cannot be used.
    left_out : tuple of Problem
        Clips of a collection that could be used and are not chosen.
    layouts : mapping of str to str
        Category to the layouts its clips come from.
    official : tuple of str
        Categories that are split by the lists of their makers.
    """

    entries: tuple[Entry, ...]
    problems: tuple[Problem, ...] = ()
    left_out: tuple[Problem, ...] = ()
    layouts: Mapping[str, str] = field(default_factory=dict)
    official: tuple[str, ...] = ()

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
        check_category(category, self.categories)
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
    settings: Data | None = None,
    rule: Clean | None = None,
) -> Catalogue:
    """List the clips under a folder.

    Parameters
    ----------
    root : path
        Folder in one of the layouts.
    category : str, optional
        List this one alone, whatever the paper chose; without it those of the paper, or of plain folders all.
    settings : Data, optional
        Seed, shares and kind of the split.
    rule : Clean, optional
        What is clean enough, of a collection.

    Returns
    -------
    Catalogue

    Raises
    ------
    InputError
        No such folder, no usable video in it, no such category, shares that leave nothing for training, or
        an official split where there are no lists.

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
    settings, rule = settings or Data(), rule or Clean()
    layouts = find_layouts(Path(root), category=category)
    wanted = listed_categories(layouts) if category is None else (category,)
    if settings.split == "official" and not any(layout.official for layout in layouts):
        raise InputError(
            f"found no lists of an official split in {root}; expected train.txt and test.txt; set data.split=random"
        )
    problems = [problem for layout in layouts for problem in layout.problems]
    left_out: list[Problem] = []
    logs = {"problems": problems, "left_out": left_out}
    found = [
        (name, layout, chosen_clips(layout, name, rule=rule, seed=settings.split_seed, **logs))
        for name in wanted
        for layout in layouts
        if name in layout.videos
    ]
    entries = [entry for name in wanted for entry in _entries(name, found, settings, problems)]
    if not entries:
        lines = [*problems, *left_out]
        raise InputError(
            f"found no usable clip in {root}: {lines[0].reason} ({len(lines)} such lines in all)"
        )
    return Catalogue(
        tuple(entries),
        tuple(problems),
        tuple(left_out),
        {name: " + ".join(layout.name for key, layout, _ in found if key == name) for name in wanted},
        tuple(key for key, layout, _ in found if settings.split == "official" and layout.official),
    )


def find_category(root: Path, category: str | None, *, config: Config) -> Catalogue:
    """Return the clips of a category, or of all, chosen and split as the configuration says."""
    return find_clips(root, category=category, settings=config.data, rule=config.clean)


def _entries(category: str, found: Sequence[Found], settings: Data, problems: list[Problem]) -> list[Entry]:
    """Return the clips of a category with their parts: first the official ones, then the rest by the hash."""
    clips: dict[str, Files] = {}
    official: dict[str, str] = {}
    for layout, name, files in (
        (lay, *clip) for key, lay, chosen in found if key == category for clip in chosen.items()
    ):
        listed = layout.official_part(category, name) if settings.split == "official" else None
        if name in clips:
            problems.append(Problem(files[0], f"{files[0]} is another {name}; expected one; rename it"))
        elif settings.split == "official" and layout.official and not listed:
            problems.append(Problem(files[0], f"{files[0]} is in no list of the split; expected it in one"))
        else:
            clips[name] = files
            official |= {name: listed} if listed else {}
    seed, test_share, share = settings.split_seed, settings.test_share, settings.validation_share
    splits = official_splits(official, seed=seed, test_share=test_share, validation_share=share)
    rest = [name for name in clips if name not in official]
    splits |= assign_splits(rest, seed=seed, test_share=test_share, validation_share=share)
    return [
        Entry(files[0], category, name, *files[1:], splits[name]) for name, files in sorted(clips.items())
    ]
