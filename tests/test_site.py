"""The book: complete in itself, with every equation, player and table; what is missing is named."""

import html
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("sphinx_book_theme", reason="no sphinx-book-theme: install from requirements.lock")

ROOT = Path(__file__).resolve().parent.parent
SOUND = "linked/0123456789abcdef.flac"
PLAYER = f'<!DOCTYPE html><title>Sound & "more"</title><audio src="{SOUND}"></audio>'
TITLE = "# 02 — The video encoder\n$V_t = v_{t,q} \\oplus v_{t,2q}$ costs `$5`; "
TITLE += "[notes](../PAPER_NOTES.md), [test](../tests/test_x.py)"
VIEW = {"application/vnd.jupyter.widget-view+json": {"model_id": "x"}, "text/plain": "VBox(children=())"}
BAR = VIEW | {"text/plain": "door:   0%|          | 0/20 [00:00<?, ?it/s]"}


def build(runs: Path, out: Path) -> subprocess.CompletedProcess[str]:
    """Return what the builder says about a folder of runs."""
    command = [sys.executable, "site/build.py", "--profile", "smoke", "--runs", str(runs), "--out", str(out)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


def code(name: str, data: dict[str, Any]) -> dict[str, Any]:
    """Return an executed cell with one output."""
    output = {"output_type": "display_data", "metadata": {}, "data": data}
    return {
        "id": name,
        "cell_type": "code",
        "metadata": {},
        "source": "x",
        "outputs": [output],
        "execution_count": 1,
    }


def write_runs(folder: Path) -> Path:
    """Write one executed notebook and one table as a smoke run leaves them."""
    frame = f'<iframe srcdoc="{html.escape(PLAYER)}" sandbox="allow-scripts">trust</iframe>'
    cells = [
        {"id": "a", "cell_type": "markdown", "metadata": {}, "source": TITLE},
        {
            "id": "b",
            "cell_type": "markdown",
            "metadata": {},
            "source": "$$\\begin{cases} a \\\\ b \\end{cases}$$",
        },
        code("c", {"text/html": frame, "text/plain": "Player"}),
        code("d", VIEW),
        code("e", BAR),
    ]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    notebook = {"nbformat": 4, "nbformat_minor": 5, "metadata": kernel, "cells": cells}
    for name, text in {
        "notebooks/02_video_encoder.ipynb": json.dumps(notebook),
        f"notebooks/{SOUND}": "a long sound",
        "tables/table1.csv": "a,b\n1,2\n",
        "tables/table1.json": "{}",
        "tables/scorecard.md": "| claim | notebook |\n|---|---|\n| a sign | 02_video_encoder |\n",
    }.items():
        path = folder / "smoke" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Return a book of one notebook, and what its builder said."""
    folder = tmp_path_factory.mktemp("book")
    done = build(write_runs(folder / "runs"), folder / "pages")
    assert done.returncode == 0, done.stderr
    return folder / "pages", done.stdout + done.stderr


def read(path: Path) -> str:
    """Return a page."""
    return path.read_text(encoding="utf-8")


def test_equations_need_no_script_and_no_picture(book: tuple[Path, str]) -> None:
    page = read(book[0] / "notebooks" / "02_video_encoder.html")
    assert len(re.findall("<math[ >]", page)) == 2
    assert "<mo>⊕</mo>" in page
    assert "<mtable" in page  # the cases
    assert "$5</span></code>" in page
    assert not re.search(r"<script[^>]*mathjax", page, re.IGNORECASE)


def test_a_player_is_a_file_beside_the_notebooks(book: tuple[Path, str]) -> None:
    page = read(book[0] / "notebooks" / "02_video_encoder.html")
    (source,) = re.findall(r'<iframe loading="lazy" src="([^"]+)" sandbox="allow-scripts"', page)
    assert read(book[0] / "notebooks" / source) == PLAYER


def test_what_a_player_links_lies_beside_it(book: tuple[Path, str]) -> None:
    (page,) = (book[0] / "players").glob("*.html")
    assert read(page.parent / SOUND) == "a long sound"


def test_a_live_widget_is_replaced_by_a_line_that_says_where_it_lives(book: tuple[Path, str]) -> None:
    page = read(book[0] / "notebooks" / "02_video_encoder.html")
    assert "VBox" not in page
    assert page.count("needs a running kernel") == 1  # the progress bar is no widget, and is gone
    assert "0/20" not in page


def test_nothing_is_loaded_from_elsewhere(book: tuple[Path, str]) -> None:
    loaded = r"<(?:script|link|img|iframe|source|video)\b[^>]*?\s(?:src|href)=\"([^\"]*)"
    for path in book[0].rglob("*.html"):
        assert [a for a in re.findall(loaded, read(path)) if re.match(r"\w+:|//", a)] == [], path.name


def test_links_to_what_the_book_does_not_hold_are_words(book: tuple[Path, str]) -> None:
    page = read(book[0] / "notebooks" / "02_video_encoder.html")
    assert 'href="../PAPER_NOTES.html"' in page
    assert "test_x.py" not in page


def test_the_front_page_has_the_scorecard_and_the_map_with_links(book: tuple[Path, str]) -> None:
    page = read(book[0] / "index.html")
    assert page.index("a sign") < page.index("How do frames become a signal as long as the sound?")
    assert page.count('href="notebooks/02_video_encoder.html"') >= 3  # contents, scorecard, map
    assert 'href="notebooks/03_networks.html"' not in page


def test_what_was_not_made_is_named_in_a_line_each_and_on_the_front_page(book: tuple[Path, str]) -> None:
    lines = book[1].splitlines()
    assert "not made yet, and so not in the book: 03_networks" in lines
    assert "not made yet, and so not in the book: table2" in lines
    assert not [line for line in lines if line.endswith((": 02_video_encoder", ": table1"))]
    assert "03_networks" in read(book[0] / "index.html")
    assert re.search(r"^1 notebooks in \d+ s, \d+ MiB: open ", book[1], re.MULTILINE)


def test_tables_can_be_downloaded_and_any_static_host_will_do(book: tuple[Path, str]) -> None:
    assert 'href="tables/table1.csv" download' in read(book[0] / "downloads.html")
    assert read(book[0] / "tables" / "table1.csv") == "a,b\n1,2\n"
    assert (book[0] / ".nojekyll").is_file()
    assert (book[0] / "searchindex.js").is_file()


def test_without_executed_notebooks_one_line_says_what_to_run(tmp_path: Path) -> None:
    done = build(tmp_path, tmp_path / "pages")
    assert done.returncode == 2
    assert re.fullmatch(r"found no notebooks in .*; run make reproduce first\n", done.stderr)
    assert not (tmp_path / "pages").exists()


def test_a_book_that_cannot_be_built_leaves_the_old_one(tmp_path: Path) -> None:
    runs = write_runs(tmp_path / "runs")
    (runs / "smoke" / "notebooks" / "02_video_encoder.ipynb").write_text("{", encoding="utf-8")
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "index.html").write_text("old")
    assert build(runs, tmp_path / "pages").returncode != 0
    assert read(tmp_path / "pages" / "index.html") == "old"


def test_a_player_whose_sound_is_gone_is_one_line_and_leaves_the_old_book(tmp_path: Path) -> None:
    runs = write_runs(tmp_path / "runs")
    (runs / "smoke" / "notebooks" / SOUND).unlink()
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "index.html").write_text("old")
    done = build(runs, tmp_path / "pages")
    assert done.returncode == 2
    assert re.fullmatch(
        rf"found a player whose file \S*{SOUND} is gone; .*; run make reproduce\n", done.stderr
    )
    assert read(tmp_path / "pages" / "index.html") == "old"
