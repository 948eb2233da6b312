"""Whether a folder of clips has what all notebooks need, said before hours of work and not after them.

Conventions
-----------
A category needs a clip to train on and one to test with; with one test clip alone there is no other clip to hold it
against. Where other systems are fitted beside ours, they need two clips to train on. Nothing is left out in silence.

Source
------
Section 4.1: 75 % of the videos of each category for training, 25 % for testing. An official split may leave less.
"""

from collections import Counter
from collections.abc import Sequence

from v2ra.catalogue import Catalogue
from v2ra.errors import InputError
from v2ra.splits import SPLITS
from v2ra.workspace import Workspace

FITTED = (
    "10",
    "11",
    "14",
    "17",
)  # notebooks that fit other systems or a map to training clips, or rest on them


def readiness(workspace: Workspace, chosen: Sequence[str] = ()) -> list[str]:
    """Return a line for each category that is left out or has one test clip; none for the embedded set.

    A folder whose packs are all there was looked at before, and is not read again.

    Parameters
    ----------
    workspace : Workspace
        Of the folder.
    chosen : sequence of str
        Names of the notebooks that are made; empty: all.

    Raises
    ------
    InputError
        Where a category has nothing to train on, or nothing to test with; or too little for what is fitted to it.

    Examples
    --------
    >>> readiness(Workspace("smoke"))
    []
    """
    if not workspace.data or all(workspace.pack_path(name).is_file() for name in workspace.categories):
        return []
    fitted = not chosen or any(name[:2] in FITTED for name in chosen)
    return notes_of(workspace.catalogue(), workspace.categories, fitted=workspace.compared if fitted else ())


def notes_of(catalogue: Catalogue, categories: tuple[str, ...], *, fitted: tuple[str, ...] = ()) -> list[str]:
    """Return the lines of `readiness` for a catalogue, of which some categories are used, to some others are fitted."""
    counts = {
        name: Counter(entry.split for entry in catalogue.entries if entry.category == name)
        for name in {*catalogue.categories, *categories}
    }
    for name in categories:
        for part in ("train", "test"):
            if not counts[name][part]:
                kind = "official" if name in catalogue.official else "random"
                raise InputError(
                    f"found {counts[name].total()} clean clips of {name}, none of them in the {part} part of the "
                    f"{kind} split; expected one or more; add clips, or change clean.… in the profile or --split"
                )
    for name in fitted:
        if counts[name]["train"] < 2:
            raise InputError(
                f"found one clip of {name} to train on; expected two or more for what notebooks 10, 11 and 14 fit; "
                f"add clips, or use `v2ra train --category {name}`, or --only with other notebooks"
            )
    notes = [
        f"left out: {name}: clips {counts[name].total()}, the least are {len(SPLITS)} (one a part)"
        for name in catalogue.categories
        if name not in categories
    ]
    return notes + [
        f"note: {name} has one test clip: its scores have no mismatched control and no interval"
        for name in categories
        if counts[name]["test"] == 1
    ]
