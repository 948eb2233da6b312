"""A folder of regenerated results held against the committed one: every cell that differs by more than is stated.

Conventions
-----------
A difference is a row: file, row, column, committed, regenerated, tolerance, as texts. Rows of tables are matched by
their key (`v2ra.tolerances`), in any order; equal keys by their order. A whole row or file that is on one side only is
one difference. Figures are compared by presence and by what is drawn (axes, images, collections, bars), not by pixels:
fonts and dashes differ between machines, and lines are left out since ticks are lines too. Sidecars, pages of text
(``.md``, made of the same numbers) and folders within are not compared.

Source
------
Ours: a result that cannot be made again is not one.
"""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from v2ra.tolerances import Tolerances, load_tolerances

COLUMNS = ("file", "row", "column", "committed", "regenerated", "tolerance")
THERE, MISSING = "there", "missing"
MARKS = re.compile(r'<(image)\b|id="(axes|\w*Collection|patch|legend)_\d+"')
Difference = tuple[str, str, str, str, str, str]


def compare(committed: Path, regenerated: Path, *, tolerances: Tolerances | None = None) -> pd.DataFrame:
    r"""Return what differs between two folders of results by more than its tolerance.

    Parameters
    ----------
    committed, regenerated : Path
        Folders of tables or figures. One that is not there is an empty one.
    tolerances : Tolerances, optional
        Default: those that the project states.

    Returns
    -------
    DataFrame
        Columns file, row, column, committed, regenerated, tolerance; no row where nothing differs.

    Examples
    --------
    >>> import tempfile
    >>> old, new = Path(tempfile.mkdtemp()), Path(tempfile.mkdtemp())
    >>> _ = (old / "table1.csv").write_text("printed,length\na,3\n")
    >>> _ = (new / "table1.csv").write_text("printed,length\na,4\n")
    >>> compare(old, new)[["row", "column", "committed", "regenerated"]].values.tolist()
    [['printed=a', 'length', '3', '4']]
    """
    rules = tolerances or load_tolerances()
    names = sorted({path.name for folder in (committed, regenerated) for path in _results(folder)})
    found: list[Difference] = []
    for name in names:
        there = [(folder / name).is_file() for folder in (committed, regenerated)]
        if not all(there):
            if there[0] and Path(name).stem in rules.apart:
                continue
            texts = [THERE if one else MISSING for one in there]
            found.append((name, "", "", texts[0], texts[1], ""))
        elif name.endswith(".csv"):
            found += table_differences(committed / name, regenerated / name, tolerances=rules)
        elif name.endswith(".svg"):
            found += figure_differences(committed / name, regenerated / name)
    return pd.DataFrame(found, columns=list(COLUMNS))


def table_differences(committed: Path, regenerated: Path, *, tolerances: Tolerances) -> Iterator[Difference]:
    """Yield the cells, rows and columns of a table that differ by more than their tolerance."""
    file, table = committed.name, committed.stem
    old, new = (pd.read_csv(path, dtype=str, keep_default_na=False) for path in (committed, regenerated))
    for column in [name for name in old if name not in new]:
        yield file, "", str(column), THERE, MISSING, ""
    for column in [name for name in new if name not in old]:
        yield file, "", str(column), MISSING, THERE, ""
    key = tolerances.key_of(table) or tuple(str(name) for name in old if _is_text(old[name]))
    shared = [str(name) for name in old if name in new]
    named = [_by_name(side, [name for name in key if name in shared]) for side in (old, new)]
    for row in [*named[0], *(name for name in named[1] if name not in named[0])]:
        first, second = (side.get(row) for side in named)
        if first is None or second is None:
            texts = [MISSING if one is None else THERE for one in (first, second)]
            yield file, row, "", texts[0], texts[1], ""
            continue
        for column in shared:
            rule = tolerances.of(table, column, row)
            if rule.ignore or first[column] == second[column]:
                continue
            allowed = rule.allowed(_number(first[column]), width=_width(first))
            if not _close(first[column], second[column], allowed):
                yield file, row, column, first[column], second[column], f"{allowed:.3g}"


def figure_differences(committed: Path, regenerated: Path) -> Iterator[Difference]:
    """Yield the kinds of marks of which a drawing has another number."""
    counts = [
        Counter("".join(mark) for mark in MARKS.findall(path.read_text(encoding="utf-8")))
        for path in (committed, regenerated)
    ]
    for kind in sorted(set(counts[0]) | set(counts[1])):
        if counts[0][kind] != counts[1][kind]:
            yield committed.name, "", kind, str(counts[0][kind]), str(counts[1][kind]), "0"


def _results(folder: Path) -> Iterator[Path]:
    """Yield what is compared in a folder: tables as numbers, figures in both forms."""
    for suffix in ("csv", "png", "svg"):
        yield from folder.glob(f"*.{suffix}")


def _by_name(table: pd.DataFrame, key: list[str]) -> dict[str, dict[str, str]]:
    """Return rows by their names; the second of a name gets a number."""
    rows: dict[str, dict[str, str]] = {}
    seen: Counter[str] = Counter()
    for row in table.to_dict("records"):
        name = ", ".join(f"{column}={row[column]}" for column in key)
        seen[name] += 1
        label = name if seen[name] == 1 else f"{name} #{seen[name]}"
        rows[label] = {str(column): str(value) for column, value in row.items()}
    return rows


def _is_text(column: "pd.Series[str]") -> bool:
    return bool(
        column.map(lambda cell: cell != "" and np.isnan(_number(cell)) and cell.lower() != "nan").any()
    )


def _number(cell: str) -> float:
    try:
        return float(cell)
    except ValueError:
        return float("nan")


def _width(row: dict[str, str]) -> float:
    return _number(row.get("high", "")) - _number(row.get("low", ""))


def _close(committed: str, regenerated: str, allowed: float) -> bool:
    """Whether two cells that are not the same text are as good as equal: numbers within the tolerance."""
    difference = abs(_number(committed) - _number(regenerated))
    return bool(difference <= allowed * (1 + 1e-9))  # NaN, of a text or an empty cell, is not close
