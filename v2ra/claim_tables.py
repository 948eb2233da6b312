"""Rows of claims as a result of their own: each notebook leaves what it checked for the scorecard.

Conventions
-----------
A table ``supplement_SUBJECT_claims`` has the columns of `v2ra.claims.check`. Where nothing could be checked (clips of
one's own in categories that the paper does not name, say) one row says so: a table without rows could not be told
from a notebook that was never run.

Source
------
Ours.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from v2ra import provenance

COLUMNS = (
    *("claim", "where", "published", "measured", "low", "high"),
    *("tolerance", "reason", "verdict", "note"),
)
NOTHING = "nothing to check"  # the claim of the row that stands for no row


def save_claims(
    claims: pd.DataFrame, subject: str, *, directory: str | Path, details: Mapping[str, Any]
) -> pd.DataFrame:
    """Save rows of claims as ``supplement_SUBJECT_claims`` and return them to be shown.

    Parameters
    ----------
    claims : DataFrame
        Of `v2ra.claims`; may be empty.
    subject : str
        What the notebook is about, one word.
    directory : path
        Folder of tables.
    details : mapping
        Of `v2ra.provenance.details`.

    Returns
    -------
    DataFrame
        The claims, or the one row that says that there are none; numbers to four digits, as they are read. The file
        has them whole.

    Examples
    --------
    >>> import tempfile
    >>> run = provenance.details(notebook="x.ipynb", profile="smoke", parameters={})
    >>> folder = Path(tempfile.mkdtemp())
    >>> save_claims(pd.DataFrame(), "denoising", directory=folder, details=run)["verdict"].item()
    'not measured'
    >>> (folder / "supplement_denoising_claims.csv").is_file()
    True
    """
    rows = claims if len(claims) else no_claims("none of what the paper speaks of is among the clips")
    provenance.save_table(rows, f"supplement_{subject}_claims", directory=directory, details=details)
    return rows.round(4)


def no_claims(reason: str) -> pd.DataFrame:
    """Return the one row that stands for no row.

    Examples
    --------
    >>> no_claims("no bird")[["claim", "verdict", "note"]].values.tolist()
    [['nothing to check', 'not measured', 'no bird']]
    """
    empty = {"claim": NOTHING, "where": "", "reason": "", "verdict": "not measured", "note": reason}
    unknown = dict.fromkeys(("published", "measured", "low", "high", "tolerance"), float("nan"))
    return pd.DataFrame([{name: {**empty, **unknown}[name] for name in COLUMNS}])
