"""How far a regenerated number may lie from the committed one, as data with a reason each.

Conventions
-----------
``reference_data/tolerances.toml`` is a list of rules; the first one that fits a cell holds. A rule names tables,
columns and rows by patterns (``*`` stands for anything); a row is named "system=tuned, category=wood, metric=onset_f",
by the columns that are its key. A number may differ by `absolute` + `relative` · |committed| + `intervals` · the width
of the committed 95 % interval of its row. Text has to be equal. Cells of a rule with `ignore` are not compared.

Source
------
Ours; each rule says why.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from fnmatch import fnmatchcase
from pathlib import Path

import numpy as np

from v2ra.errors import InputError

FILE = Path(__file__).parent / "reference_data" / "tolerances.toml"


@dataclass(frozen=True)
class Tolerance:
    """One rule.

    Attributes
    ----------
    reason : str
        Why a cell may differ by so much.
    table, column, row : str
        Patterns of the cells that it holds for.
    absolute, relative, intervals : float
        Parts of what a number may differ by.
    ignore : bool
        Whether such cells are left out.
    """

    reason: str
    table: str = "*"
    column: str = "*"
    row: str = "*"
    absolute: float = 0.0
    relative: float = 0.0
    intervals: float = 0.0
    ignore: bool = False

    def fits(self, table: str, column: str, row: str) -> bool:
        """Return whether the rule holds for a cell.

        Examples
        --------
        >>> Tolerance("counts", table="table8", row="*metric=odg*").fits("table8", "mean", "system=a, metric=odg")
        True
        """
        names = ((table, self.table), (column, self.column), (row, self.row))
        return all(fnmatchcase(name, pattern) for name, pattern in names)

    def allowed(self, committed: float, *, width: float = 0.0) -> float:
        """Return by how much a number may differ from the committed one.

        Parameters
        ----------
        committed : float
            In its own unit.
        width : float
            Of the committed interval of its row; NaN where it is not known, and then 0.

        Examples
        --------
        >>> Tolerance("r", absolute=0.1, relative=0.5, intervals=2).allowed(-2.0, width=0.25)
        1.6
        """
        known = 0.0 if np.isnan(width) else width
        return self.absolute + self.relative * abs(committed) + self.intervals * known


@dataclass(frozen=True)
class Tolerances:
    """All rules, and the columns that name a row of a table.

    Attributes
    ----------
    rules : tuple of Tolerance
        In order; the last fits everything.
    keys : mapping of str to tuple of str
        By pattern of table; a table without one is named by its columns of text.
    apart : mapping of str to str
        Committed results that the pipeline does not make, with what does: they need not be among the regenerated.
    """

    rules: tuple[Tolerance, ...]
    keys: Mapping[str, tuple[str, ...]]
    apart: Mapping[str, str]

    def of(self, table: str, column: str, row: str) -> Tolerance:
        """Return the first rule that fits a cell."""
        return next(rule for rule in self.rules if rule.fits(table, column, row))

    def key_of(self, table: str) -> tuple[str, ...] | None:
        """Return the columns that name a row of a table; None where nothing is stated."""
        return next((key for pattern, key in self.keys.items() if fnmatchcase(table, pattern)), None)


def load_tolerances(path: Path = FILE) -> Tolerances:
    """Return the stated rules.

    Raises
    ------
    InputError
        For an unknown key, a rule without a reason, a negative number, or a last rule that does not fit everything.

    Examples
    --------
    >>> load_tolerances().of("supplement_speed", "seconds_per_second", "part=x").ignore
    True
    """
    given = tomllib.loads(path.read_text(encoding="utf-8"))
    known = {field.name for field in fields(Tolerance)}
    for rule in given.get("rule", []):
        if unknown := sorted(set(rule) - known):
            raise InputError(
                f"found the key {unknown[0]!r} in {path.name}; expected {', '.join(sorted(known))}"
            )
        if not str(rule.get("reason", "")).strip():
            raise InputError(f"found a rule without a reason in {path.name}; expected why; add one")
    rules = tuple(Tolerance(**rule) for rule in given.get("rule", []))
    if any(min(rule.absolute, rule.relative, rule.intervals) < 0 for rule in rules):
        raise InputError(f"found a negative tolerance in {path.name}; expected 0 or more; mend the rule")
    if not rules or (rules[-1].table, rules[-1].column, rules[-1].row) != ("*", "*", "*"):
        raise InputError(f"found no rule for everything at the end of {path.name}; expected one; add it")
    keys = {name: tuple(key) for name, key in given.get("keys", {}).items()}
    return Tolerances(rules, keys, given.get("apart", {}))
