"""Executed notebooks as the book takes them: players in files of their own, nothing that wants a kernel.

Conventions
-----------
A player stands in an executed notebook as a frame with its whole document (`v2ra.player`). In the book the
document is a file that loads when it is scrolled to, named by its content. Sound and video that it links lie beside
the executed notebook, and in the book beside the document.

Source
------
Ours.
"""

import hashlib
import html
import re
import shutil
from collections.abc import Collection
from pathlib import Path
from typing import Any

import nbformat
from book_links import with_links

from v2ra.errors import InputError
from v2ra.player_files import linked_files

FRAME = re.compile(r'<iframe srcdoc="(?P<document>[^"]*)"')
WIDGET = "application/vnd.jupyter.widget-view+json"
BAR = re.compile(r"\d+%\|.*\|.*\[")  # how a progress bar writes itself
WANTS_KERNEL = (
    "*What is moved and set here needs a running kernel: `make lab`. The outputs around it show it at rest.*"
)


def with_linked_players(text: str, folder: Path, *, beside: Path) -> str:
    """Return HTML whose players are files in a folder; the folder is beside that of the notebooks.

    Raises
    ------
    InputError
        Where a file that a player links does not lie beside the executed notebook.
    """

    def linked(match: re.Match[str]) -> str:
        document = html.unescape(match["document"])
        content = document.encode()
        name = f"{hashlib.sha256(content).hexdigest()[:16]}.html"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
        for file in linked_files(document):
            _copy_linked(beside / file, folder / file)
        return f'<iframe loading="lazy" src="../{folder.name}/{name}"'

    return FRAME.sub(linked, text)


def _copy_linked(source: Path, target: Path) -> None:
    """Copy what a player links, or say that it is gone."""
    if not source.is_file():
        raise InputError(f"found a player whose file {source} is gone; expected it there; run make reproduce")
    target.parent.mkdir(exist_ok=True)
    shutil.copyfile(source, target)


def _still(output: Any) -> Any:
    """Return an output without a live widget: a line says where it lives."""
    if WIDGET not in output.get("data", {}):
        return output
    return nbformat.v4.new_output("display_data", data={"text/markdown": WANTS_KERNEL})


def _is_progress(output: Any) -> bool:
    """Tell whether an output is a progress bar, which moves by itself and says nothing once it has ended."""
    data = output.get("data", {})
    return WIDGET in data and bool(BAR.search(str(data.get("text/plain", ""))))


def prepare(source: Path, target: Path, *, players: Path, held: Collection[str]) -> None:
    """Write an executed notebook for the book.

    Parameters
    ----------
    source, target : Path
        The executed notebook and its copy.
    players : Path
        Folder of the players' files.
    held : collection of str
        Paths of the texts in the book.
    """
    notebook = nbformat.read(source, as_version=4)
    notebook.metadata.pop("widgets", None)
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = with_links(cell.source, folder="notebooks", held=held)
        for output in cell.get("outputs", []):
            if "text/html" in output.get("data", {}):
                text = output.data["text/html"]
                output.data["text/html"] = with_linked_players(text, players, beside=source.parent)
        if "outputs" in cell:
            cell.outputs = [_still(output) for output in cell.outputs if not _is_progress(output)]
    target.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, target)
