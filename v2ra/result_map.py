"""The map of the README from the paper to the results, kept by what the results say of themselves.

Conventions
-----------
A row of the map is a row of a Markdown table that names one notebook in backticks. What a person writes stays
(paper item, question, code); the last three columns are ours: what to add to ``make reproduce`` to make this
notebook alone, minutes from its start to its last result with models at hand, and the results. The minutes are the
longest ``seconds`` among the sidecars of a notebook: wall time of the machine named there, with what else it did.
A row of the list of notebooks (five columns, the notebook first) gets its minutes alone.

Source
------
The sidecars of `v2ra.provenance`; ``python -m v2ra.result_map`` prints the map, ``--write`` keeps it in README.md
and the minutes in notebooks/README.md.
"""

import argparse
import json
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from v2ra.errors import InputError
from v2ra.workspace import checkout
from v2ra.writing import written_whole

NOTEBOOK = re.compile(r"`(\d\d)_\w+`")


@dataclass
class Made:
    """What one notebook has left: names of results by folder, and the seconds until the last of them."""

    seconds: float = 0.0
    results: dict[str, list[str]] = field(default_factory=dict)


def results_of(folders: Sequence[Path]) -> dict[str, Made]:
    """Return what each notebook has left, by its name without suffix.

    Parameters
    ----------
    folders : sequence of Path
        Such as ``tables`` and ``figures``; their sidecars are read.

    Raises
    ------
    InputError
        Where a sidecar is damaged.
    """
    found: dict[str, Made] = {}
    for folder in folders:
        for path in sorted(folder.glob("*.json")):
            try:
                sidecar = json.loads(path.read_text(encoding="utf-8"))
                notebook, seconds = Path(sidecar["notebook"]), float(sidecar["seconds"])
            except (ValueError, KeyError, TypeError) as error:
                raise InputError(
                    f"found {path} without notebook or seconds; expected a sidecar; make it anew"
                ) from error
            if notebook.suffix == ".ipynb":
                made = found.setdefault(notebook.stem, Made())
                made.seconds = max(made.seconds, seconds)
                made.results.setdefault(folder.name, []).append(path.stem)
    return found


def minutes_text(seconds: float) -> str:
    """Return minutes with one decimal, 0.1 at least.

    Examples
    --------
    >>> minutes_text(71), minutes_text(0.2)
    ('1.2', '0.1')
    """
    return f"{max(seconds / 60, 0.1):.1f}"


def results_text(results: Mapping[str, Sequence[str]]) -> str:
    """Return results as Markdown, the folder before the first of each.

    Examples
    --------
    >>> print(results_text({"tables": ["table1", "table2"], "figures": ["figure02"]}))
    `tables/table1`, `table2`; `figures/figure02`
    """
    parts = []
    for folder, names in results.items():
        parts.append(", ".join([f"`{folder}/{names[0]}`", *(f"`{name}`" for name in names[1:])]))
    return "; ".join(parts)


def updated_map(text: str, found: Mapping[str, Made]) -> str:
    """Return a text with the last three columns of each row of the map set; other lines stay.

    Parameters
    ----------
    text : str
        Markdown with rows of seven columns that name a notebook in the third.
    found : mapping
        Of `results_of`. A notebook that left nothing keeps its minutes and its result.

    Examples
    --------
    >>> row = "| Table 8 | Do they help? | `13_optimization` | `v2ra.schemes` | | | |"
    >>> print(updated_map(row, {"13_optimization": Made(60, {"tables": ["table8"]})}))
    | Table 8 | Do they help? | `13_optimization` | `v2ra.schemes` | `ONLY=13` | 1.0 | `tables/table8` |
    """
    return "\n".join(_updated_row(line, found) for line in text.split("\n"))


def _updated_row(line: str, found: Mapping[str, Made]) -> str:
    cells = [cell.strip() for cell in line.split("|")][1:-1]
    if len(cells) == 5 and NOTEBOOK.fullmatch(cells[0]):  # of notebooks/README.md: minutes alone
        known = found.get(cells[0].strip("`"))
        return f"| {' | '.join([*cells[:3], minutes_text(known.seconds) if known else cells[3], cells[4]])} |"
    named = NOTEBOOK.fullmatch(cells[2]) if len(cells) == 7 else None
    if not named:
        return line
    made = found.get(cells[2].strip("`"))
    last = [minutes_text(made.seconds), results_text(made.results)] if made else cells[5:]
    return f"| {' | '.join([*cells[:4], f'`ONLY={named[1]}`', *last])} |"


def main(arguments: list[str] | None = None) -> int:
    """Print the map of the README as the results have it now, or write it there."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--write", action="store_true", help="change README.md and notebooks/README.md")
    options = parser.parse_args(arguments)
    root = checkout()
    found = results_of([root / "tables", root / "figures"])
    for readme in filter(Path.is_file, (root / "README.md", root / "notebooks" / "README.md")):
        text = updated_map(readme.read_text(encoding="utf-8"), found)
        lines = [line for line in text.split("\n") if "`ONLY=" in line]
        if options.write:
            with written_whole(readme) as part:
                part.write_text(text, encoding="utf-8")
        elif lines:
            print("\n".join(lines))
    return 0


if __name__ == "__main__":
    sys.exit(main())
