"""What the paper prints: its nine tables and the numbers in its text.

Conventions
-----------
One file a table, digits as printed, rows in the printed order; the first line of a file names the table
and its section. The names of columns are ours where the paper's are long. These numbers are for comparison
only: no code path that makes a result reads them.

Source
------
Tables 1–9 of Liu, Li and Cheng, "Towards an End-to-End Visual-to-Raw-Audio Generation with GAN".
"""

from pathlib import Path

import pandas as pd

from v2ra.errors import InputError

FOLDER = Path(__file__).parent / "reference_data" / "published"
PUBLISHED = (*(f"table{number}" for number in range(1, 10)), "claims_numbers")


def load_published(name: str, *, as_printed: bool = False) -> pd.DataFrame:
    """Return a table of the paper, or the numbers of its text.

    Parameters
    ----------
    name : str
        ``table1`` … ``table9``, or ``claims_numbers`` for what the text states outside its tables.
    as_printed : bool
        Keep every cell as the printed string (``4.50``), for setting the table in print.

    Returns
    -------
    DataFrame
        Rows in the printed order; empty cells are NaN, or empty strings with ``as_printed``.
        ``attrs["source"]`` names the table and its section.

    Raises
    ------
    InputError
        For a name that is not in ``PUBLISHED``.

    Examples
    --------
    >>> load_published("table9")["overall quality"].tolist()
    [4.4, 4.5, 3.0, 3.35]
    >>> load_published("table9").attrs["source"][:7]
    'Table 9'
    """
    if name not in PUBLISHED:
        raise InputError(f"found the name {name!r}; expected one of {', '.join(PUBLISHED)}; choose one")
    with open(FOLDER / f"{name}.csv", encoding="utf-8") as file:
        source = file.readline().removeprefix("# ").strip()
        table = pd.read_csv(file, dtype=str, keep_default_na=False) if as_printed else pd.read_csv(file)
    table.attrs["source"] = source
    return table


def published_number(name: str) -> float:
    """Return a number that the text states outside its tables.

    Parameters
    ----------
    name : str
        A value of the column ``name`` of ``load_published("claims_numbers")``.

    Returns
    -------
    float
        In the unit that the table states.

    Raises
    ------
    InputError
        For a name that the table does not hold.

    Examples
    --------
    >>> published_number("generation_seconds")
    0.03
    """
    numbers = load_published("claims_numbers").set_index("name")["value"]
    if name not in numbers:
        raise InputError(f"found the name {name!r}; expected one of {', '.join(numbers.index)}; choose one")
    return float(numbers[name])
