"""Packs of several categories put together, for one model that learns them all.

Conventions
-----------
A mixed pack is called after its categories, "bird+dog"; its clips are "bird/NAME", in the order of the packs, each in
the part that it had: no clip of a test part is ever learnt.

Source
------
Section 4.2: "The difficulty increases sharply if we train our model on mixed categories."
"""

from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from typing import Any

from v2ra.datasets import Pack
from v2ra.errors import InputError
from v2ra.failure_settings import mixed_name

ALIKE = ("features", "which_frame", "timing")  # what must not differ: one model reads them all


def mixed_pack(packs: Sequence[Pack]) -> Pack:
    """Put packs together.

    Parameters
    ----------
    packs : sequence of Pack
        One a category, two or more, of one feature backend.

    Returns
    -------
    Pack
        Of all their clips.

    Raises
    ------
    InputError
        If there are fewer than two, a category is there twice, or features were made in different ways.

    Examples
    --------
    >>> mixed_pack([Pack("bird", (), {}), Pack("dog", (), {})]).category
    'bird+dog'
    """
    categories = [pack.category for pack in packs]
    if len(set(categories)) < max(len(categories), 2):
        raise InputError(
            f"found packs of {', '.join(categories) or 'nothing'}; expected two or more categories, each once; "
            "name them"
        )
    for key in ALIKE:
        found = {pack.category: pack.details.get(key) for pack in packs}
        if any(value != found[categories[0]] for value in found.values()):
            raise InputError(f"found packs whose {key} differ: {found}; expected the same; make them again")
    clips = tuple(replace(clip, name=f"{pack.category}/{clip.name}") for pack in packs for clip in pack.clips)
    return Pack(mixed_name(categories), clips, _details(packs))


def _details(packs: Sequence[Pack]) -> dict[str, Any]:
    """Return the details of all packs as those of one; what is known by clip is so by its new name."""
    first = packs[0].details
    hashes = "".join(str(pack.details.get("dataset_hash", "")) for pack in packs)
    details: dict[str, Any] = {key: first[key] for key in ALIKE if key in first}
    details["dataset_hash"] = sha256(hashes.encode()).hexdigest()
    details["files"] = {
        f"{pack.category}/{name}": path
        for pack in packs
        for name, path in pack.details.get("files", {}).items()
    }
    details["detected"] = [f"{p.category}/{name}" for p in packs for name in p.details.get("detected", ())]
    details["left_out"] = [line for pack in packs for line in pack.details.get("left_out", ())]
    for key in ("n_unusable", "n_not_chosen"):
        details[key] = sum(pack.details.get(key, 0) for pack in packs)
    for key in ("layout", "split"):
        details[key] = mixed_name(sorted({str(pack.details.get(key, "")) for pack in packs}))
    return details
