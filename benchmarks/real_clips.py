"""The real clips at hand, as the scripts about real footage read them.

Conventions
-----------
Clips lie in plain folders, ``<folder>/<category>/*.mp4``; no clip and no list of them is part of the project.
Contacts are annotated where a CSV with the columns ``file`` (``category/name.mp4``) and ``time_s`` (seconds)
holds the clip; elsewhere they are the onsets of the clip's own sound. Features have one row every 0.1 s.

Source
------
Section 4.1: the annotated clips are excerpts of Greatest Hits.
"""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from v2ra.catalogue import Entry, find_clips
from v2ra.environment import sha256_of
from v2ra.errors import InputError
from v2ra.timing import PAPER

NAME = "real clips, not passed on"
EVENTS = "gh_events.csv"  # beside the categories, where none is named


def listed_clips(folder: Path, *, categories: Sequence[str] = ()) -> list[Entry]:
    """Return the clips under a folder, or those of some categories, in order of category and name.

    Raises
    ------
    InputError
        Where there is none.
    """
    entries = [
        entry for entry in find_clips(folder).entries if not categories or entry.category in categories
    ]
    if not entries:
        raise InputError(f"found no clip of {', '.join(categories)} in {folder}; expected one; name another")
    return entries


def annotated_contacts(folder: Path, events: Path | None) -> dict[str, NDArray[np.float64]]:
    """Return the annotated contacts in seconds by ``category/name``.

    Parameters
    ----------
    folder : Path
        Of the clips.
    events : Path, optional
        The CSV; without one that of the folder, and no contacts where there is none.

    Raises
    ------
    InputError
        Where the file is missing or has other columns.
    """
    path = events or folder / EVENTS
    if events is None and not path.is_file():
        return {}
    if not path.is_file():
        raise InputError(f"found no file {path}; expected contacts by clip; check the path")
    table = pd.read_csv(path, keep_default_na=False)
    if not {"file", "time_s"} <= set(table.columns):
        raise InputError(
            f"found the columns {', '.join(table.columns)} in {path}; expected file and time_s; name them so"
        )
    return {
        str(Path(str(file)).with_suffix("")): np.sort(group["time_s"].to_numpy(np.float64))
        for file, group in table.groupby("file")
    }


def contact_labels(times: NDArray[np.float64], n_vectors: int) -> NDArray[np.bool_]:
    """Return for each 0.1 s whether a contact falls into it, ``(n_vectors,)``.

    Examples
    --------
    >>> contact_labels(np.array([0.05, 0.21]), 4).tolist()
    [True, False, True, False]
    """
    rate = PAPER.vectors_per_second
    labels = np.zeros(n_vectors, dtype=bool)
    places = np.floor(times * rate + 1e-9).astype(int)  # a contact at 0.3 s begins the fourth tenth
    labels[places[(places >= 0) & (places < n_vectors)]] = True
    return labels


def dataset_of(entries: Sequence[Entry]) -> Mapping[str, object]:
    """Return what a sidecar states about the clips: how many, and one hash of all of them."""
    hashes = "".join(sha256_of(entry.path) for entry in entries)
    categories = pd.Series([entry.category for entry in entries]).value_counts()
    return {
        "name": NAME,
        "n_clips": len(entries),
        "clips_by_category": {str(name): int(n) for name, n in categories.sort_index().items()},
        "sha256": hashlib.sha256(hashes.encode()).hexdigest(),
    }
