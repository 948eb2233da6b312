"""Which clips there are: a folder of categories, each clip in one part of the split.

Conventions
-----------
``<root>/<category>/<name>.mp4``; beside it, where there are any, ``<name>.wav`` (used in place of the
sound in the video) and ``<name>_times.txt`` (contacts, as in Greatest Hits). Parts are "train",
"validation" and "test". A clip's part depends on its name and the seed alone: adding clips moves no
other, but for the clip that fills a part that would be empty.

Source
------
Section 4.1: 75 % of the videos of each category for training, 25 % for testing, at random.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from v2ra.clips import probe_clip
from v2ra.errors import InputError

SUFFIXES = (".mp4", ".mov", ".mkv", ".webm", ".avi", ".m4v")
PARTS = ("test", "validation", "train")


@dataclass(frozen=True)
class Entry:
    """One clip and its part."""

    path: Path
    category: str
    name: str
    split: str
    wav_path: Path | None = None
    times_path: Path | None = None


@dataclass(frozen=True)
class Problem:
    """A file that is left out, and why."""

    path: Path
    reason: str


@dataclass(frozen=True)
class Catalogue:
    """All clips of a folder that can be used, and the others with their reasons."""

    entries: tuple[Entry, ...]
    problems: tuple[Problem, ...]

    @property
    def categories(self) -> tuple[str, ...]:
        """Return the categories that have clips, in alphabetical order."""
        return tuple(sorted({entry.category for entry in self.entries}))

    def of(self, category: str, split: str | None = None) -> tuple[Entry, ...]:
        """Return the clips of a category, of one part or of all."""
        return tuple(e for e in self.entries if e.category == category and split in (None, e.split))


def find_clips(
    root: Path | str,
    *,
    category: str | None = None,
    split_seed: int = 0,
    test_share: float = 0.25,
    validation_share: float = 0.2,
) -> Catalogue:
    """Return the clips below a folder; broken ones are listed as problems and left out.

    Parameters
    ----------
    root : path
        Folder with one folder a category.
    category : str, optional
        Only this one.
    split_seed : int
        Of the hash that assigns parts.
    test_share, validation_share : float
        Shares of all clips, 0 to 1.

    Raises
    ------
    InputError
        Where the folder is missing or holds no clips, or the category does not exist.
    """
    folders = _category_folders(Path(root), category)
    shares = (test_share, validation_share)
    entries: list[Entry] = []
    problems: list[Problem] = []
    for folder in folders:
        found: list[Entry] = []
        for path in sorted(p for p in folder.iterdir() if p.suffix.lower() in SUFFIXES):
            try:
                found.append(_entry(path, folder.name))
            except InputError as error:
                problems.append(Problem(path, str(error)))
        parts = assign_parts([entry.name for entry in found], seed=split_seed, shares=shares)
        entries += [replace(entry, split=part) for entry, part in zip(found, parts, strict=True)]
    if not entries:
        reasons = "; ".join(problem.reason for problem in problems[:1]) or "no video files"
        raise InputError(f"found no usable clip in {root} ({reasons}); expected <category>/*.mp4 in it")
    return Catalogue(tuple(entries), tuple(problems))


def fraction_of(name: str, *, seed: int) -> float:
    """Return the place of a name in [0, 1): uniform over names, fixed by the seed.

    Examples
    --------
    >>> 0 <= fraction_of("clip", seed=0) < 1, fraction_of("clip", seed=0) == fraction_of("clip", seed=1)
    (True, False)
    """
    digest = hashlib.sha256(f"{seed}:{name}".encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64


def split_of(name: str, *, seed: int, test_share: float, validation_share: float) -> str:
    """Return the part of a name: "test" below `test_share`, then "validation", then "train".

    Examples
    --------
    >>> split_of("clip", seed=0, test_share=1.0, validation_share=0.0)
    'test'
    """
    fraction = fraction_of(name, seed=seed)
    if fraction < test_share:
        return "test"
    return "validation" if fraction < test_share + validation_share else "train"


def assign_parts(names: Sequence[str], *, seed: int, shares: tuple[float, float]) -> list[str]:
    """Return the part of each name of a category, none of the three empty where there are three names.

    A part that would be empty takes the clip whose place lies nearest to it out of the fullest part.
    """
    parts = [split_of(name, seed=seed, test_share=shares[0], validation_share=shares[1]) for name in names]
    middles = {"test": shares[0] / 2, "validation": shares[0] + shares[1] / 2, "train": (1 + sum(shares)) / 2}
    wanted = [part for part, share in zip(PARTS, (*shares, 1 - sum(shares)), strict=True) if share > 0]
    for part in wanted:
        if part not in parts and len(names) >= len(wanted):
            fullest = max(wanted, key=parts.count)
            donors = [i for i, p in enumerate(parts) if p == fullest]
            nearest = min(donors, key=lambda i: abs(fraction_of(names[i], seed=seed) - middles[part]))
            parts[nearest] = part
    return parts


def _category_folders(root: Path, category: str | None) -> list[Path]:
    if not root.is_dir():
        raise InputError(f"found no folder {root}; expected <category>/*.mp4 in it; check the path")
    folders = sorted(p for p in root.iterdir() if p.is_dir() and not p.name.startswith("."))
    if category is None:
        return folders
    chosen = [folder for folder in folders if folder.name == category]
    if not chosen:
        names = ", ".join(folder.name for folder in folders) or "none"
        raise InputError(f"found no category '{category}' in {root}; expected one of: {names}")
    return chosen


def _entry(path: Path, category: str) -> Entry:
    """Return the entry of a clip, without its part.

    Raises
    ------
    InputError
        Where it cannot be read, or has no picture or no sound to train on.
    """
    wav, times = path.with_suffix(".wav"), path.with_name(f"{path.stem.removesuffix('_denoised')}_times.txt")
    info = probe_clip(path)
    if not info.has_video:
        raise InputError(f"{path} has no picture; expected a video; leave it out or give another file")
    if not info.has_audio and not wav.is_file():
        raise InputError(f"{path} has no sound; expected a video with sound, or {wav.name} beside it")
    return Entry(
        path, category, path.stem, "train", wav if wav.is_file() else None, times if times.is_file() else None
    )
