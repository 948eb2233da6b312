"""Turn the executed notebooks of a profile into a book that needs no kernel and no network.

Conventions
-----------
Input: runs/PROFILE/notebooks/*.ipynb and the tables and figures of the profile, as `make reproduce` leaves them.
Output: a folder of HTML pages for a browser or any static host, with relative links only. What was not made yet
is named in a line and left out.

Usage
-----
python site/build.py [--profile quick] [--runs runs] [--out site/_build]
"""

import argparse
import re
import shutil
import sys
import tempfile
import time
from pathlib import Path

import book_chapters
import book_notebooks
from sphinx.cmd.build import build_main

from v2ra.errors import InputError

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
RESULT = re.compile(r"`((?:table|figure|supplement_)\w*|scorecard)`(?! \(on request\))")


def missing(made: set[str], results: Path) -> list[str]:
    """Return the notebooks that were not executed and the results that are in neither folder."""
    sources = sorted(path.stem for path in (ROOT / "notebooks").glob("*.ipynb"))
    listed = (ROOT / "notebooks" / "README.md").read_text(encoding="utf-8")
    there = {path.stem for kind in book_chapters.KINDS for path in (results / kind).glob("*.json")}
    absent = [name for name in sources if name not in made]
    return absent + [name for name in dict.fromkeys(RESULT.findall(listed)) if name not in there]


def write_source(source: Path, notebooks: list[Path], *, results: Path, profile: str) -> list[str]:
    """Write the pages of the book in a folder; return the names of what is missing."""
    names = [path.stem for path in notebooks]
    absent = missing(set(names), results)
    held = {*book_chapters.TEXTS, *(f"notebooks/{name}.ipynb" for name in names)}
    (source / "_static").mkdir()
    (source / "extra").mkdir()
    for name in ("_static/book.css", "_static/favicon.svg", "conf.py"):
        shutil.copyfile(HERE / Path(name).name, source / name)
    for path in notebooks:
        target = source / "notebooks" / path.name
        book_notebooks.prepare(path, target, players=source / "extra" / "players", held=held)
    book_chapters.write_texts(ROOT, source, held=held)
    book_chapters.write_downloads(results, source, source / "extra")
    front = book_chapters.front(ROOT, results=results, profile=profile, notebooks=names, missing=absent)
    (source / "index.md").write_text(front, encoding="utf-8")
    return absent


def build(notebooks: list[Path], out: Path, *, results: Path, profile: str) -> int:
    """Build the book and print what it is; return the exit status of Sphinx."""
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        source, doctrees, pages = (Path(folder) / name for name in ("source", "doctrees", "pages"))
        source.mkdir()
        absent = write_source(source, notebooks, results=results, profile=profile)
        status = build_main(["-q", "-b", "html", "-d", str(doctrees), str(source), str(pages)])
        if status:
            return status
        (
            pages / ".nojekyll"
        ).touch()  # a host that hides folders with an underscore would hide style and search
        shutil.rmtree(out, ignore_errors=True)  # a page whose notebook is gone does not stay
        out.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(pages, out)
    for name in absent:
        print(f"not made yet, and so not in the book: {name}")
    size = sum(path.stat().st_size for path in out.rglob("*") if path.is_file()) / 2**20
    seconds = time.monotonic() - start
    print(f"{len(notebooks)} notebooks in {seconds:.0f} s, {size:.0f} MiB: open {out / 'index.html'}")
    return 0


def main() -> int:
    """Build all pages; return the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--profile", default="quick")
    parser.add_argument("--runs", type=Path, default=Path("runs"))
    parser.add_argument("--out", type=Path, default=Path("site/_build"))
    options = parser.parse_args()
    folder = options.runs / options.profile / "notebooks"
    notebooks = sorted(folder.glob("*.ipynb"))
    if not notebooks:
        print(
            f"found no notebooks in {folder}; expected executed ones; run make reproduce first",
            file=sys.stderr,
        )
        return 2
    # as in v2ra.workspace: the quick profile's results are the project's own, of the embedded clips alone
    committed = options.profile == "quick" and options.runs.resolve() == ROOT / "runs"
    results = ROOT if committed else options.runs / options.profile
    try:
        return build(notebooks, options.out, results=results, profile=options.profile)
    except InputError as error:
        print(error, file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
