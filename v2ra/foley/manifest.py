"""The manifest of a synthetic data set: how each clip was made, and the SHA-256 of its files.

Conventions
-----------
``manifest.json`` holds ``synthetic`` (true), the versions of the last call, and under ``clips``, by name,
the recipe, the events, the fingerprint of the code that made the clip, and its files with their SHA-256.
Paths are relative to the folder of the manifest.

Source
------
The project's own.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from importlib import metadata, resources
from pathlib import Path
from typing import Any

from v2ra.environment import sha256_of
from v2ra.errors import InputError
from v2ra.writing import written_whole

MANIFEST = "manifest.json"
TABLES = ("contact_gaps.csv", "foley_parameters.csv")
LIBRARIES = ("v2ra", "numpy", "scipy", "av", "opencv-python-headless")  # what draws, sounds and encodes


@dataclass(frozen=True)
class Recipe:
    """Everything that decides the bytes of a clip but the code and the versions.

    Attributes
    ----------
    category : str
        One of the seven categories.
    seed, index : int
        Seed of the data set and number of the clip.
    n_seconds : float
        Length.
    noise_db : float
        RMS of the background noise in dB re 1.
    """

    category: str
    seed: int
    index: int
    n_seconds: float
    noise_db: float

    @property
    def name(self) -> str:
        """Path of the clip's files in the folder, without suffix."""
        return f"{self.category}/{self.category}_{self.seed}_{self.index:03d}"

    @property
    def files(self) -> tuple[str, str, str]:
        """Video, sound and event times, relative to the folder."""
        return f"{self.name}.mp4", f"{self.name}.wav", f"{self.name}_times.txt"


@cache
def versions() -> dict[str, str]:
    """Versions of the libraries that draw, sound and encode a clip.

    Examples
    --------
    >>> sorted(versions())[:2]
    ['av', 'numpy']
    """
    return {name: metadata.version(name) for name in LIBRARIES}


@cache
def fingerprint() -> str:
    """SHA-256 over the versions, the code and the tables that decide a clip's bytes.

    Returns
    -------
    str
        64 hexadecimal digits; another value means that clips have to be made again.

    Examples
    --------
    >>> len(fingerprint())
    64
    """
    package = resources.files("v2ra")
    parts = [p for p in package.joinpath("foley").iterdir() if p.name.endswith(".py")]
    parts += [package.joinpath("reference_data", name) for name in TABLES]
    parts.append(package.joinpath("muxing.py"))
    digest = hashlib.sha256(json.dumps(versions()).encode())
    for part in sorted(parts, key=lambda p: p.name):
        digest.update(part.read_bytes())
    return digest.hexdigest()


def load_manifest(folder: Path) -> dict[str, dict[str, Any]]:
    """Clips that a folder's manifest lists and whose files are all there.

    Parameters
    ----------
    folder : Path
        Folder of the data set; without a manifest there are no clips.

    Returns
    -------
    dict
        Clip name to its entry.

    Raises
    ------
    InputError
        If the manifest is not one.

    Examples
    --------
    >>> load_manifest(Path("no such folder"))
    {}
    """
    path = folder / MANIFEST
    if not path.exists():
        return {}
    try:
        clips = json.loads(path.read_text("utf-8"))["clips"]
        return {
            name: entry
            for name, entry in clips.items()
            if all((folder / f).is_file() for f in entry["files"])
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(
            f"{path} is not a manifest of this project; expected JSON with clips; remove it or choose another folder"
        ) from error


def save_manifest(folder: Path, clips: Mapping[str, Mapping[str, Any]]) -> Path:
    """Write the manifest of a folder, whole or not at all.

    Parameters
    ----------
    folder : Path
        An existing folder.
    clips : mapping
        Clip name to its entry; written in order of name.

    Returns
    -------
    Path
        ``manifest.json``.

    Examples
    --------
    >>> import tempfile
    >>> save_manifest(Path(tempfile.mkdtemp()), {}).name
    'manifest.json'
    """
    content = {
        "synthetic": True,
        "versions": versions(),
        "clips": {name: clips[name] for name in sorted(clips)},
    }
    with written_whole(folder / MANIFEST) as part:
        part.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    return folder / MANIFEST


def is_whole(folder: Path, entry: Mapping[str, Any] | None, recipe: Recipe) -> bool:
    """Whether a clip need not be made again: same recipe and code, and every file has its SHA-256.

    Parameters
    ----------
    folder : Path
        Folder of the data set.
    entry : mapping or None
        What the manifest says of the clip.
    recipe : Recipe
        What is asked for.

    Returns
    -------
    bool
        False also where a file was changed or removed.

    Examples
    --------
    >>> is_whole(Path(), None, Recipe("wood", 0, 0, 8.0, -50.0))
    False
    """
    if entry is None or entry.get("recipe") != asdict(recipe) or entry.get("fingerprint") != fingerprint():
        return False
    return all(sha256_of(folder / file) == digest for file, digest in entry["files"].items())
