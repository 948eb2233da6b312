"""Where a number comes from: seeds, versions, device and commit, kept beside every table and figure.

Conventions
-----------
A result is a set of files of one name in one folder: NAME.csv + NAME.md for a table, NAME.png + NAME.svg
for a figure, each with NAME.json, its *sidecar*. Names are those of the paper (``table1`` … ``table9``,
``figure01`` … ``figure13``, ``figure01a``); words may follow (``figure05_spectra``). What the paper does not
print is a ``supplement_…``. Files are written under another name
first and moved into place together, the sidecar last, so that a run that fails leaves the old set alone.
A sidecar names no folder of the machine: a path is kept relative to the working directory, or its last part.

Source
------
The project's own rule that no number is typed in by hand.
"""

import json
import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from v2ra.environment import commit, device, seed_everything, sha256_of, versions
from v2ra.errors import InputError

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

__all__ = ["SIDECAR_KEYS", "details", "save_figure", "save_table", "seed_everything", "sha256_of", "show"]

SIDECAR_KEYS = (
    *("notebook", "parameters", "profile", "dataset", "features", "seeds"),  # what was run
    *("commit", "versions", "device", "seconds"),  # from which code, where, for how long
)
TABLE_NAME = re.compile(r"(scorecard|table[1-9]|supplement_[a-z0-9]+)(_[a-z0-9]+)*")
FIGURE_NAME = re.compile(r"(figure(0[1-9]|1[0-3])[a-z]?|supplement_[a-z0-9]+)(_[a-z0-9]+)*")
_STARTED = time.monotonic()


def details(
    *,
    notebook: str,
    profile: str,
    parameters: Mapping[str, Any],
    dataset: str | Path | Mapping[str, Any] | None = None,
    features: Mapping[str, Any] | None = None,
    seeds: Sequence[int] = (),
) -> dict[str, Any]:
    """Return everything that a sidecar states about the run that made a result.

    Parameters
    ----------
    notebook : str
        File name of the notebook or script.
    profile : str
        ``smoke``, ``quick`` or ``paper``.
    parameters : mapping
        The values of its parameters cell.
    dataset : path or mapping, optional
        Manifest of a data set, of which the SHA-256 is kept, or a description of the data.
    features : mapping, optional
        Feature backend, with its name and the hash of its weights.
    seeds : sequence of int
        Seeds of all runs behind the result.

    Returns
    -------
    dict
        The keys of ``SIDECAR_KEYS``; ``seconds`` counts from the import of this module until the result is saved.

    Examples
    --------
    >>> run = details(notebook="00_tour.ipynb", profile="smoke", parameters={"SEED": 0}, seeds=[0])
    >>> tuple(run) == SIDECAR_KEYS
    True
    """
    if isinstance(dataset, str | Path):
        if not Path(dataset).is_file():
            raise InputError(f"found no file {dataset}; expected a manifest; make the data set first")
        dataset = {"name": Path(dataset).resolve().parent.name, "sha256": sha256_of(dataset)}
    return {
        "notebook": notebook,
        "parameters": _plain(parameters),
        "profile": profile,
        "dataset": _plain(dataset),
        "features": _plain(features),
        "seeds": list(seeds),
        "commit": commit(),
        "versions": versions(),
        "device": device(),
        "seconds": round(time.monotonic() - _STARTED, 1),
    }


def show() -> None:
    """Print versions, device and commit: the first output of every notebook.

    Examples
    --------
    >>> show()  # doctest: +ELLIPSIS
    versions  python ...
    """
    here = device()
    print("versions ", ", ".join(f"{name} {version}" for name, version in versions().items()))
    print("device   ", f"{here['cpu']}, {here['threads']} threads, GPU: {here['cuda'] or 'none'}")
    print("commit   ", commit())


def save_table(
    table: "pd.DataFrame",
    name: str,
    *,
    directory: str | Path,
    details: Mapping[str, Any],
    markdown: str | None = None,
) -> Path:
    r"""Save a table as CSV and Markdown with its sidecar.

    Parameters
    ----------
    table : DataFrame
        Tidy: one observation a row. Named index levels become columns, an unnamed index is dropped.
    name : str
        ``table1`` … ``table9``; words may follow.
    directory : path
        Made where it is missing.
    details : mapping
        What `details()` returns; further keys are kept.
    markdown : str, optional
        The table as the paper prints it; by default all of ``table``.

    Returns
    -------
    Path
        The CSV file. Floats have six significant digits, so that noise in the last bits changes no file.

    Raises
    ------
    InputError
        For another name, an empty table or a missing key of the sidecar.

    Examples
    --------
    >>> import pandas as pd
    >>> run = details(notebook="x.ipynb", profile="smoke", parameters={})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = save_table(pd.DataFrame({"f": [1 / 3]}), "table6", directory=folder, details=run)
    ...     path.read_text()
    'f\n0.333333\n'
    """
    _check_name(name, TABLE_NAME, "table1 … table9")
    if table.empty:
        raise InputError(f"found no rows for {name}; expected a table with rows; check what was measured")
    tidy = table.reset_index() if any(level is not None for level in table.index.names) else table
    with _moved_together(directory, name, details) as folder:
        tidy.to_csv(folder / f"{name}.csv", index=False, float_format="%.6g", lineterminator="\n")
        text = tidy.to_markdown(index=False) if markdown is None else markdown
        (folder / f"{name}.md").write_text(text.rstrip("\n") + "\n", encoding="utf-8")
    return Path(directory) / f"{name}.csv"


def save_figure(figure: "Figure", name: str, *, directory: str | Path, details: Mapping[str, Any]) -> Path:
    """Save a figure as PNG and SVG with its sidecar; equal figures give equal bytes.

    Parameters
    ----------
    figure : Figure
        A matplotlib figure; it stays open.
    name : str
        ``figure01`` … ``figure13``; words may follow; another raises InputError.
    directory : path
        Made where it is missing.
    details : mapping
        What `details()` returns; further keys are kept.

    Returns
    -------
    Path
        The PNG file.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> run = details(notebook="x.ipynb", profile="smoke", parameters={})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save_figure(Figure(), "figure03", directory=folder, details=run).name
    'figure03.png'
    """
    from v2ra.shown_figure import save_pictures

    _check_name(name, FIGURE_NAME, "figure01 … figure13")
    with _moved_together(directory, name, details) as folder:
        save_pictures(figure, folder, name)
    return Path(directory) / f"{name}.png"


@contextmanager
def _moved_together(directory: str | Path, name: str, run: Mapping[str, Any]) -> Iterator[Path]:
    """Give a folder beside the target; move what was written there, and a sidecar, when all went well."""
    missing = [key for key in SIDECAR_KEYS if key not in run]
    if missing:
        raise InputError(f"found no {missing} for {name}; expected {list(SIDECAR_KEYS)}; use details()")
    Path(directory).mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=f".{name}-", dir=directory))
    try:
        yield folder
        hashes = {file.name: sha256_of(file) for file in sorted(folder.iterdir())}
        seconds = round(time.monotonic() - _STARTED, 1)  # details() is often called before the work
        sidecar = {"name": name, **_plain(run), "seconds": seconds, "files": hashes}
        text = json.dumps(sidecar, indent=2, ensure_ascii=False, allow_nan=False)
        (folder / f"{name}.json").write_text(text + "\n", encoding="utf-8")
        for file in [*hashes, f"{name}.json"]:
            os.replace(folder / file, Path(directory) / file)
    finally:
        shutil.rmtree(folder)


def _check_name(name: str, pattern: re.Pattern[str], expected: str) -> None:
    if not pattern.fullmatch(name):
        raise InputError(f"found the name {name!r}; expected {expected}, _words may follow; rename it")


def _plain(value: Any) -> Any:
    """Turn mappings, sequences, NumPy values and paths into what JSON can hold."""
    if isinstance(value, Mapping):
        return {str(key): _plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple | set | np.ndarray):
        return [_plain(entry) for entry in value]
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, Path) or (isinstance(value, str) and os.path.isabs(value)):
        return _portable(Path(value)).as_posix()
    return value


def _portable(path: Path) -> Path:
    """Path without the folders of this machine: below the working directory, or the last part."""
    inside = path.is_relative_to(Path.cwd())
    return path.relative_to(Path.cwd()) if inside else Path(path.name) if path.is_absolute() else path
