"""The scorecard: every claim of the paper once, with what was measured for it and a verdict.

Conventions
-----------
Measured numbers come from the tables ``supplement_…_claims`` that the other notebooks leave; nothing is measured
here. A claim of one row shows its numbers; one of several shows how many rows hold, of how many that were decided.
A table that is not there, or holds no such row, gives "not measured" with the command that would make it. Minutes are
those of the notebook up to its table, with trained models at hand.

Source
------
The list of `v2ra.claim_list`; the rules of `v2ra.verdict_rules`.
"""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from v2ra.claim_list import Claim, load_claims, printed_value
from v2ra.claim_tables import COLUMNS as CLAIM_COLUMNS
from v2ra.claim_tables import NOTHING
from v2ra.errors import InputError
from v2ra.verdict_rules import OPEN, VERDICTS, together

COMMAND = "make reproduce ONLY={number} PROFILE={profile}{data}"
UNCLAIMED = "(no claim of the list)"
TEXTS = ("claim", "where", "reason", "note")
NUMBERS = ("published", "measured", "low", "high")


def claim_tables(folder: Path) -> dict[str, pd.DataFrame]:
    """Return the tables of claims in a folder, by name.

    Raises
    ------
    InputError
        Where one lacks a column of `v2ra.claims`.
    """
    tables = {}
    for path in sorted(folder.glob("supplement_*_claims.csv")):
        table = pd.read_csv(path, dtype=dict.fromkeys(TEXTS, "str")).fillna(dict.fromkeys(TEXTS, ""))
        if missing := [name for name in CLAIM_COLUMNS if name not in table]:
            raise InputError(
                f"found no column {missing[0]!r} in {path.name}; expected those of v2ra.claims; save it anew"
            )
        tables[path.stem] = table[table["claim"] != NOTHING]
    return tables


def claim_rows(folder: Path) -> pd.DataFrame:
    """Return every row of every table of claims with the claim of the list that it speaks to.

    Parameters
    ----------
    folder : Path
        Of tables.

    Returns
    -------
    DataFrame
        Columns id, table, then those of `v2ra.claims`. A row that several claims take stands once for each; one that
        none takes has the id "(no claim of the list)".
    """
    parts = []
    for name, table in claim_tables(folder).items():
        taken = pd.Series(False, index=table.index)
        for claim in (claim for claim in load_claims() if claim.table == name):
            matches = (
                table["claim"].map(lambda text, rows=claim.rows: bool(re.search(rows, text))).astype(bool)
            )
            parts.append(table[matches].assign(id=claim.id, table=name))
            taken |= matches
        parts.append(table[~taken].assign(id=UNCLAIMED, table=name))
    found = [part for part in parts if len(part)]
    columns = ["id", "table", *CLAIM_COLUMNS]
    return pd.concat(found, ignore_index=True)[columns] if found else pd.DataFrame(columns=columns)


def scorecard(folder: Path, *, profile: str, data: str = "") -> pd.DataFrame:
    """Return one row a claim of the paper.

    Parameters
    ----------
    folder : Path
        Of tables, with their sidecars.
    profile, data : str
        Named in the command that shows a result; no folder: the embedded clips.

    Returns
    -------
    DataFrame
        Columns id, claim, where, kind, published, measured, low, high, n_rows, n_reproduced, n_contradicted,
        n_inconclusive, verdict, note, notebook, command, minutes.
    """
    rows = claim_rows(folder)
    return pd.DataFrame(
        [
            _line(claim, rows[rows["id"] == claim.id], folder=folder, profile=profile, data=data)
            for claim in load_claims()
        ]
    )


def printed_card(card: pd.DataFrame) -> pd.DataFrame:
    """Return the scorecard as a person reads it: published, measured with its interval, verdict, where to see it.

    Parameters
    ----------
    card : DataFrame
        Of `scorecard`.

    Returns
    -------
    DataFrame
        Texts in columns claim, in the paper, published, measured [95 %], verdict, notebook, minutes.
    """
    return pd.DataFrame(
        {
            "claim": row["claim"],
            "in the paper": row["where"],
            "published": _published_text(row),
            "measured [95 %]": _measured_text(row),
            "verdict": row["verdict"],
            "notebook": row["notebook"] or "–",
            "minutes": "–" if np.isnan(row["minutes"]) else f"{row['minutes']:.1f}",
        }
        for row in card.to_dict("records")
    )


def sources(folder: Path) -> dict[str, Any]:
    """Return what the sidecar of the scorecard states about the results that it rests on.

    Parameters
    ----------
    folder : Path
        Of tables.

    Returns
    -------
    dict
        dataset and features of the tables of claims (of one that has them), all seeds, and by table its notebook,
        commit, profile and the hash of its file.
    """
    sidecars = [
        json.loads(path.read_text(encoding="utf-8"))
        for path in sorted(folder.glob("supplement_*_claims.json"))
    ]
    described = next((one for one in sidecars if one["dataset"]), {"dataset": None, "features": None})
    return {
        **{key: described[key] for key in ("dataset", "features")},
        "seeds": sorted({seed for one in sidecars for seed in one["seeds"]}),
        "sources": {
            one["name"]: {
                **{key: one[key] for key in ("notebook", "commit", "profile")},
                "sha256": one["files"][f"{one['name']}.csv"],
            }
            for one in sidecars
        },
    }


def counts(card: pd.DataFrame) -> pd.Series:
    """Return how many claims have each verdict, in the order of `v2ra.verdict_rules.VERDICTS`.

    Examples
    --------
    >>> counts(pd.DataFrame({"verdict": ["reproduced", "not measured", "reproduced"]})).to_dict()
    {'reproduced': 2, 'contradicted': 0, 'inconclusive': 0, 'not comparable': 0, 'not measured': 1}
    """
    return card["verdict"].value_counts().reindex(list(VERDICTS), fill_value=0).rename("claims")


def _line(claim: Claim, rows: pd.DataFrame, *, folder: Path, profile: str, data: str) -> dict[str, object]:
    verdicts = list(rows["verdict"])
    decided = [verdict for verdict in verdicts if verdict not in OPEN]
    command = (
        COMMAND.format(number=claim.notebook[:2], profile=profile, data=f" DATA={data}" * bool(data))
        if claim.notebook
        else ""
    )
    return {
        **{"id": claim.id, "claim": claim.claim, "where": claim.where, "kind": claim.kind},
        **_numbers(claim, rows),
        "n_rows": len(decided),
        **{f"n_{name}": decided.count(name) for name in ("reproduced", "contradicted", "inconclusive")},
        "verdict": together(verdicts),
        "note": "; ".join(text for text in (claim.note, _reason(claim, rows, folder)) if text),
        **{"notebook": claim.notebook, "command": command, "minutes": _minutes(claim, folder)},
    }


def _numbers(claim: Claim, rows: pd.DataFrame) -> dict[str, float]:
    if len(rows) == 1:
        numbers = {name: float(rows[name].iloc[0]) for name in NUMBERS}
        return numbers | {"published": float("nan")} if claim.kind == "sign" else numbers
    return dict.fromkeys(NUMBERS, float("nan")) | {"published": printed_value(claim.published)}


def _reason(claim: Claim, rows: pd.DataFrame, folder: Path) -> str:
    """Return why a claim is not decided: no table, no such row, or what its rows say."""
    if not claim.table:
        return ""
    if not (folder / f"{claim.table}.csv").is_file():
        return f"{claim.table} is not there: run the command"
    if rows.empty:
        return f"{claim.table} has no such row: this profile or data set lacks what it needs"
    open_rows = rows[rows["verdict"].isin(OPEN)]
    return "; ".join(dict.fromkeys(note for note in open_rows["note"] if note))


def _minutes(claim: Claim, folder: Path) -> float:
    sidecar = folder / f"{claim.table}.json"
    if not claim.table or not sidecar.is_file():
        return float("nan")
    return round(float(json.loads(sidecar.read_text(encoding="utf-8"))["seconds"]) / 60, 2)


def _published_text(row: Mapping[Any, Any]) -> str:
    if row["kind"] == "sign":
        return "a sign"
    if row["n_rows"] > 1:
        return f"{row['n_rows']} rows"
    return "–" if np.isnan(row["published"]) else f"{row['published']:.4g}"


def _measured_text(row: Mapping[Any, Any]) -> str:
    mean, low, high = (row[name] for name in ("measured", "low", "high"))
    if np.isnan(mean):
        return f"{row['n_reproduced']} of {row['n_rows']} hold" if row["n_rows"] else "–"
    return f"{mean:.4g}" if np.isnan(low) or low == high else f"{mean:.3g} [{low:.3g}, {high:.3g}]"
