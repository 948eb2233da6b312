"""The layout of Greatest Hits: one flat folder of recordings, each with its contacts, in one category.

Conventions
-----------
``<id>_denoised.mp4`` (or ``_mic``, of the full-size release), ``<id>_denoised.wav``, ``<id>_times.txt``, and
``train.txt``, ``test.txt`` with an id a line; an id is ``YYYY-MM-DD-HH-MM-SS`` and up to two more numbers. A
recording belongs to the material that most of its contacts name, so that it is in one category alone; contacts
whose material is ``None`` do not count. A recording (about half a minute) stays one clip: training cuts
seconds out of clips of any length.

Source
------
Owens et al. 2016, "Visually indicated sounds"; Section 4.1 takes cloth, wood, gravel and plastic.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path

from v2ra.clean_rule import Clean
from v2ra.clip_files import Problem, clip_name, videos_in
from v2ra.contacts import Contact, read_times
from v2ra.errors import InputError
from v2ra.foley.categories import IMPACT_CATEGORIES
from v2ra.layout import OFFICIAL_PARTS, Layout, read_official

NAME = "Greatest Hits"
UNKNOWN = "None"  # as the annotators' files say it
RECORDING = re.compile(r"\d{4}(-\d{2}){5}(-\d+){0,2}_(denoised|mic)")


def find_greatest_hits(folder: Path) -> Layout | None:
    """Return what a flat folder of recordings holds, by material; None where there is no recording.

    Parameters
    ----------
    folder : Path
        ``vis-data`` or ``vis-data-256``, under any name.

    Returns
    -------
    Layout or None
        A category for each material that is the main one of some recording. Where both sounds of a
        recording are there, the denoised one counts.

    Raises
    ------
    InputError
        If its lists of the official split contradict each other.

    Source
    ------
    Owens et al. 2016.

    Examples
    --------
    >>> import tempfile
    >>> find_greatest_hits(Path(tempfile.mkdtemp())) is None
    True
    """
    recordings = {
        clip_name(video): video
        for video in sorted(videos_in(folder), key=lambda path: path.stem, reverse=True)  # _denoised is last
        if RECORDING.fullmatch(video.stem)
    }
    if not recordings:
        return None
    videos: dict[str, list[Path]] = defaultdict(list)
    problems = []
    for name, video in sorted(recordings.items()):
        try:
            videos[main_material(read_times(folder / f"{name}_times.txt"))].append(video)
        except InputError as error:
            problems.append(Problem(video, str(error)))
    return Layout(
        NAME,
        folder,
        {material: tuple(paths) for material, paths in sorted(videos.items()) if material != UNKNOWN},
        IMPACT_CATEGORIES,
        official=read_official({part: folder / f"{part}.txt" for part in OFFICIAL_PARTS}),
        problems=tuple(problems),
    )


def main_material(contacts: Sequence[Contact]) -> str:
    """Return the material of most contacts, ``None`` where no material is known.

    Parameters
    ----------
    contacts : sequence of Contact
        Of one recording.

    Returns
    -------
    str
        Of two that are equally frequent the first in the alphabet.

    Examples
    --------
    >>> main_material([Contact(0.1, "wood"), Contact(0.5), Contact(0.9), Contact(1.3, "wood")])
    'wood'
    """
    counts = Counter(contact.material for contact in contacts if contact.material != UNKNOWN)
    return min(counts, key=lambda material: (-counts[material], material)) if counts else UNKNOWN


def material_share(contacts: Sequence[Contact], material: str) -> float:
    """Return the share of a material among the contacts with a known one, in [0, 1]; 1 is a pure recording.

    Examples
    --------
    >>> material_share([Contact(0.1, "wood"), Contact(0.5), Contact(0.9, "tile")], "wood")
    0.5
    """
    known = [contact.material for contact in contacts if contact.material != UNKNOWN]
    return known.count(material) / len(known) if known else 0.0


def mixed_contacts(contacts: Sequence[Contact], material: str, rule: Clean) -> str:
    """Return why the contacts of a recording are too few, mixed or unknown for a category; empty if they are not.

    Parameters
    ----------
    contacts : sequence of Contact
        Of one recording.
    material : str
        The category.
    rule : Clean
        Thresholds.

    Returns
    -------
    str
        Value, expectation and the key that holds the threshold.

    Examples
    --------
    >>> mixed_contacts([Contact(0.1, "wood")], "wood", Clean())
    '1 contacts; expected 5 or more (clean.min_contacts)'
    """
    if len(contacts) < rule.min_contacts:
        return f"{len(contacts)} contacts; expected {rule.min_contacts} or more (clean.min_contacts)"
    unknown = sum(contact.material == UNKNOWN for contact in contacts) / max(len(contacts), 1)
    if unknown > rule.max_unknown_share:
        return (
            f"{unknown:.2f} of the contacts have no material; expected {rule.max_unknown_share:g} or less "
            "(clean.max_unknown_share)"
        )
    share = material_share(contacts, material)
    if share < rule.min_material_share:
        return (
            f"{share:.2f} of the known contacts are {material}; expected {rule.min_material_share:g} or more "
            "(clean.min_material_share)"
        )
    return ""
