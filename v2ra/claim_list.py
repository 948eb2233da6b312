"""Every claim of the paper, as data: where it stands, what kind it is, and which measured rows speak to it.

Conventions
-----------
One line of ``claims.csv`` is one claim. `kind` is "number" (a value or a count is held against a printed one),
"direction" (the sign of a printed change), "sign" (a rise or a fall without a printed number) or "statement" (nothing
is measured; the note says why). `rows` is a regular expression over the column *claim* of a table that a notebook
leaves. Printed numbers are looked up in the published tables: "table7 osg: LS loss function minus Full system".

Source
------
All sentences of the paper; the file's first line says how they are counted.
"""

import re
from dataclasses import dataclass
from functools import cache

import pandas as pd

from v2ra.errors import InputError
from v2ra.published import FOLDER, load_published

KINDS = ("number", "direction", "sign", "statement")
REFERENCE = re.compile(r"(?P<table>\w+) (?P<column>[\w ]+): (?P<row>.+?)(?: minus (?P<base>.+))?")


@dataclass(frozen=True)
class Claim:
    """One claim of the paper.

    Attributes
    ----------
    id, claim : str
        Short name, and what is claimed in our words.
    section, sentence, words : str
        Where it stands, and one or two words of that sentence.
    kind : str
        One of `KINDS`.
    table, rows, notebook : str
        Table of claims, which of its rows count, and the notebook that leaves it; empty for a statement.
    published : str
        Where the printed number stands; empty where the rows bring it or none is printed.
    note : str
        How the claim is read.
    """

    id: str
    claim: str
    section: str
    sentence: str
    words: str
    kind: str
    table: str
    rows: str
    notebook: str
    published: str
    note: str

    @property
    def where(self) -> str:
        """Return the place in the paper, for people."""
        section = self.section if self.section == "Abstract" else f"Section {self.section}"
        return f"{section}, sentence {self.sentence}"


@cache
def load_claims() -> tuple[Claim, ...]:
    """Return all claims in the paper's order.

    Examples
    --------
    >>> {claim.id: claim.where for claim in load_claims()}["speed"]
    'Section 4.2, sentence 15'
    """
    with open(FOLDER / "claims.csv", encoding="utf-8") as file:
        file.readline()
        table = pd.read_csv(file, dtype=str, keep_default_na=False)
    return tuple(
        Claim(**{str(name): str(value) for name, value in row.items()}) for row in table.to_dict("records")
    )


def printed_value(reference: str) -> float:
    """Return a printed number, or the difference of two, by its place; NaN for an empty reference.

    Parameters
    ----------
    reference : str
        ``TABLE COLUMN: ROW`` or ``TABLE COLUMN: ROW minus ROW``; a row goes by its first cell.

    Raises
    ------
    InputError
        For a place that does not exist.

    Examples
    --------
    >>> printed_value("claims_numbers value: generation_seconds")
    0.03
    >>> printed_value("table6 osg: Our method minus [14]")
    -4.8123
    """
    if not reference:
        return float("nan")
    found = REFERENCE.fullmatch(reference)
    if not found:
        raise InputError(f"found {reference!r}; expected 'TABLE COLUMN: ROW minus ROW'; mend claims.csv")
    table = load_published(found["table"])
    column = table.set_index(table.columns[0]).get(found["column"], pd.Series(dtype=float))
    names = [name for name in (found["row"], found["base"]) if name]
    if missing := [name for name in names if name not in column.index]:
        raise InputError(
            f"found no {missing[0]!r} in {found['table']}; expected a row of it; mend claims.csv"
        )
    first, *rest = (float(column[name]) for name in names)
    return round(first - sum(rest), 4)
