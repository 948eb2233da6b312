"""Regenerated results beside the committed ones, after a run: which differ, told in lines and kept as a table.

Conventions
-----------
Committed are the tables and figures of git's HEAD; where there is no git, those in the checkout, if the run did not
write over them. What is compared, and how far apart two values may be, is said in `v2ra.verification` and in
``reference_data/tolerances.toml``.

Source
------
Ours.
"""

import io
import subprocess
import tarfile
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from v2ra.errors import InputError
from v2ra.verification import compare
from v2ra.workspace import Workspace, checkout
from v2ra.writing import written_whole

FOLDERS = ("tables", "figures")
MAX_LINES = 40  # the file has all
TOLERANCES = "v2ra/reference_data/tolerances.toml"


def beside_committed(workspace: Workspace) -> Workspace:
    """Return the same workspace with its results in its own folder, so that no committed file is written over.

    Raises
    ------
    InputError
        For another profile or other clips than the committed results are of.

    Examples
    --------
    >>> beside_committed(Workspace("quick")).tables.parts[-3:]
    ('runs', 'quick', 'tables')
    """
    if workspace.profile != "quick" or workspace.data:
        raise InputError(
            f"found profile {workspace.profile}{' with clips of your own' if workspace.data else ''}; expected quick "
            "with the embedded clips, of which the committed results are; leave --verify out"
        )
    # An absolute folder is the same place and not the default's name, after which Workspace.results goes.
    return Workspace(workspace.profile, "", str((checkout() / workspace.out).resolve()))


def committed_results(target: Path, *, root: Path | None = None) -> bool:
    """Write the tables and figures of HEAD into a folder; return whether there are any.

    Parameters
    ----------
    target : Path
        Gets ``tables`` and ``figures``.
    root : Path, optional
        A checkout; default this project's.
    """
    command = ["git", "-C", str(root or checkout()), "archive", "--format=tar", "HEAD", *FOLDERS]
    try:
        done = subprocess.run(command, capture_output=True, check=True)
    except (FileNotFoundError, subprocess.CalledProcessError):
        return False
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
        archive.extractall(target, filter="data")
    return True


def differences(workspace: Workspace) -> pd.DataFrame | None:
    """Return what differs between a workspace's results and the committed ones; None where there are none to compare.

    Parameters
    ----------
    workspace : Workspace
        Whose results were just made.
    """
    with tempfile.TemporaryDirectory() as folder:
        committed = Path(folder)
        if not committed_results(committed):
            if workspace.results == checkout():
                return None  # written over, and no git to ask
            committed = checkout()
        parts = {name: compare(committed / name, workspace.results / name) for name in FOLDERS}
    named = [table.assign(file=name + "/" + table["file"]) for name, table in parts.items()]
    return pd.concat(named, ignore_index=True)


def report(workspace: Workspace) -> tuple[str, int]:
    """Return what to tell of the differences after a run, and how many there are; the list is kept in a file.

    Parameters
    ----------
    workspace : Workspace
        Whose results were just made.
    """
    found = differences(workspace)
    if found is None:
        return "  compared: nothing: outside git the committed results are not known any more", 0
    path = workspace.folder / "differences.csv"
    with written_whole(path) as part:
        found.to_csv(part, index=False, lineterminator="\n")
    if found.empty:
        return f"  compared: no result differs from the committed ones beyond its tolerance ({TOLERANCES})", 0
    lines = [
        f"  compared: {len(found)} differ from the committed results beyond their tolerance ({TOLERANCES})"
    ]
    lines += [f"    {told(row)}" for row in found.head(MAX_LINES).to_dict("records")]
    if len(found) > MAX_LINES:
        lines.append(f"    … and {len(found) - MAX_LINES} more")
    return "\n".join([*lines, f"    all of them: {path}"]), len(found)


def told(row: Mapping[Any, str]) -> str:
    """Return one difference as a line.

    Examples
    --------
    >>> row = {"file": "tables/table6.csv", "row": "system=tuned", "column": "mean", "tolerance": "0.1"}
    >>> told(row | {"committed": "0.5", "regenerated": "0.9"})
    'tables/table6.csv, system=tuned, mean: committed 0.5, regenerated 0.9 (tolerance 0.1)'
    """
    place = ", ".join(text for text in (row["file"], row["row"], row["column"]) if text)
    tolerance = f" (tolerance {row['tolerance']})" if row["tolerance"] else ""
    return f"{place}: committed {row['committed']}, regenerated {row['regenerated']}{tolerance}"
