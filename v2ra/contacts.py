"""Contacts of the Greatest Hits format: what touches what, and when.

Conventions
-----------
One contact a line, four fields with one space between: ``time material action reaction``. The
time is in seconds from the start of the clip, with six decimals. A field on which the annotators
did not agree holds the word ``None``; it is kept as that word.

Source
------
The ``<id>_times.txt`` files of Owens et al. 2016, one of the two data sets of Section 4.1.
"""

import math
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from v2ra.errors import InputError
from v2ra.writing import written_whole


@dataclass(frozen=True, order=True)
class Contact:
    """One contact.

    Attributes
    ----------
    time_seconds : float
        From the start of the clip, zero or more.
    material, action, reaction : str
        Words without spaces, such as ``wood``, ``hit``, ``static``; ``None`` where unknown.

    Examples
    --------
    >>> Contact(2.677438, "ceramic", "hit", "static").material
    'ceramic'
    """

    time_seconds: float
    material: str = "None"
    action: str = "None"
    reaction: str = "None"

    def __post_init__(self) -> None:
        """Refuse what would not survive a round trip through a line of text."""
        if not (math.isfinite(self.time_seconds) and self.time_seconds >= 0):
            raise InputError(
                f"found the contact time {self.time_seconds}; expected seconds, zero or more; correct it"
            )
        for word in (self.material, self.action, self.reaction):
            if len(word.split()) != 1 or word != word.strip():
                raise InputError(
                    f"found the contact field {word!r}; expected one word; write None if unknown"
                )


def read_times(path: str | os.PathLike[str]) -> list[Contact]:
    r"""Read the contacts of one clip.

    Parameters
    ----------
    path : path
        A ``_times.txt`` file. Empty lines are allowed, and a file without contacts too.

    Returns
    -------
    list of Contact
        In the order of the file.

    Raises
    ------
    InputError
        If the file cannot be read or a line does not hold a time and three words.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "a_times.txt"
    >>> _ = path.write_text("2.677438 ceramic hit static\n3.675198 None scratch None\n")
    >>> read_times(path)[1]
    Contact(time_seconds=3.675198, material='None', action='scratch', reaction='None')
    """
    try:
        lines = Path(path).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not UTF-8 text"
        raise InputError(
            f"{path} cannot be read ({reason}); expected lines 'time material action reaction'; check the path"
        ) from error
    return [_contact(line, f"{path}, line {i + 1}") for i, line in enumerate(lines) if line.strip()]


def _contact(line: str, where: str) -> Contact:
    """Turn one line into a contact."""
    fields = line.split()
    try:
        time_seconds, (material, action, reaction) = float(fields[0]), fields[1:]
        return Contact(time_seconds, material, action, reaction)
    except ValueError as error:
        raise InputError(
            f"{where}: found {line.strip()[:60]!r}; expected 'time material action reaction' with a time of "
            "zero or more seconds; correct the line"
        ) from error


def write_times(path: str | os.PathLike[str], contacts: Iterable[Contact]) -> None:
    r"""Write contacts, one a line, with six decimals of a second.

    Parameters
    ----------
    path : path
        File to write, whole or not at all. Its folder must exist.
    contacts : iterable of Contact
        Written in the order given.

    Raises
    ------
    InputError
        If the file cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "a_times.txt"
    >>> write_times(path, [Contact(0.5, "wood", "hit", "static")])
    >>> path.read_text()
    '0.500000 wood hit static\n'
    """
    lines = [f"{c.time_seconds:.6f} {c.material} {c.action} {c.reaction}\n" for c in contacts]
    with written_whole(path) as part:
        part.write_text("".join(lines), encoding="utf-8")
