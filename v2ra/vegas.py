"""The layout of VEGAS, and of VAS, its cleaned subset: a folder a class, numbered videos in it.

Conventions
-----------
VEGAS: ``data/<class>/videos/video_00000.mp4``, and ``audios/video_00000.wav`` beside ``videos`` where somebody
has taken the sound out. VAS: ``videos/<class>/video_00000.mp4``; its lists of the split are
``<class>_train.txt`` and ``<class>_test.txt``, in the folder above ``videos`` or in ``filelists`` there. VEGAS has
none. Classes keep their names but for ``fireworks``, which is the category ``firework`` here.

Source
------
Zhou et al. 2018, "Visual to sound"; Chen et al. 2020, "Generating visually aligned sound from videos".
Section 4.1 takes dog and fireworks.
"""

import re
from pathlib import Path

from v2ra.clip_files import videos_in
from v2ra.layout import OFFICIAL_PARTS, Layout, read_official

CLASSES = {  # folder → category
    **{name: name for name in ("baby_cry", "chainsaw", "dog", "drum", "helicopter", "printer")},
    **{name: name for name in ("rail_transport", "snoring", "water_flowing")},
    **{name: name for name in ("baby", "gun", "sneeze", "cough", "hammer")},  # of VAS alone
    "fireworks": "firework",
}
OF_THE_PAPER = ("dog", "firework")
NUMBERED = re.compile(r"video_\d{5}")


def find_vegas(folder: Path) -> Layout | None:
    """Return what a folder of class folders holds, by category; None where there is no numbered video.

    Parameters
    ----------
    folder : Path
        ``VEGAS``, ``VEGAS/data``, ``VAS`` or ``VAS/videos``.

    Returns
    -------
    Layout or None

    Raises
    ------
    InputError
        If lists of an official split contradict each other.

    Source
    ------
    Zhou et al. 2018; Chen et al. 2020.

    Examples
    --------
    >>> import tempfile
    >>> find_vegas(Path(tempfile.mkdtemp())) is None
    True
    """
    for base, inner, name in (
        (folder, "videos", "VEGAS"),
        (folder / "data", "videos", "VEGAS"),
        (folder / "VEGAS" / "data", "videos", "VEGAS"),
        (folder, "", "VAS"),
        (folder / "videos", "", "VAS"),
    ):
        videos = {
            category: found
            for label, category in sorted(CLASSES.items())
            if (base / label / inner).is_dir() and (found := _numbered(base / label / inner))
        }
        if videos:
            return Layout(name, base, videos, OF_THE_PAPER, official=_lists(base) if name == "VAS" else {})
    return None


def _numbered(folder: Path) -> tuple[Path, ...]:
    """Return the numbered videos of a folder; none where other videos lie among them: that is a plain one."""
    videos = videos_in(folder)
    return tuple(videos) if all(NUMBERED.fullmatch(path.stem) for path in videos) else ()


def _lists(base: Path) -> dict[str, str]:
    """Return the official part of each clip of VAS, as ``<class>/<clip>``: numbers repeat from class to class."""
    official: dict[str, str] = {}
    for label, category in CLASSES.items():
        for folder in (base.parent / "filelists", base.parent, base):
            found = read_official({part: folder / f"{label}_{part}.txt" for part in OFFICIAL_PARTS})
            official |= {f"{category}/{name}": part for name, part in found.items()}
    return official
