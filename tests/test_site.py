"""The static pages: complete in themselves, with every equation and output."""

import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def build(runs: Path, out: Path) -> subprocess.CompletedProcess[str]:
    """Return what the builder says about a folder of runs."""
    command = [sys.executable, "site/build.py", "--profile", "smoke", "--runs", str(runs), "--out", str(out)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


def test_pages_hold_text_equations_and_outputs_and_load_nothing(tmp_path: Path) -> None:
    player = {
        "output_type": "display_data",
        "metadata": {},
        "data": {"text/html": "<div id=player>sound</div>"},
    }
    title = "# 02 — The video encoder <b>\n$V_t = v_{t,q} \\oplus v_{t,2q}$ costs `$5` not $6"
    code = {"source": "play(clip)", "outputs": [player], "execution_count": 1}
    cells = [
        {"id": "a", "cell_type": "markdown", "metadata": {}, "source": title},
        {"id": "b", "cell_type": "markdown", "metadata": {}, "source": "$$\\begin{cases} a \\end{cases}$$"},
        {"id": "c", "cell_type": "code", "metadata": {}, **code},
    ]
    folder = tmp_path / "smoke" / "notebooks"
    folder.mkdir(parents=True)
    notebook = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}
    (folder / "02_encoder.ipynb").write_text(json.dumps(notebook))

    done = build(tmp_path, tmp_path / "pages")

    assert done.returncode == 0, done.stderr
    assert "equation left in TeX: \\begin{cases}" in done.stderr
    page = (tmp_path / "pages" / "02_encoder.html").read_text(encoding="utf-8")
    assert 'alt="V_t = v_{t,q} \\oplus v_{t,2q}" src="data:image/svg+xml;base64,' in page
    assert "<code>$5</code> not $6" in page
    assert '<div id="player">sound</div>' in page
    assert re.findall(r"<(?:script|link|img|iframe)[^>]*(?:src|href)=[\"'](?!data:)[^\"']*", page) == []
    assert "import(" not in page
    index = (tmp_path / "pages" / "index.html").read_text(encoding="utf-8")
    assert '<a href="02_encoder.html">02 — The video encoder &lt;b&gt;</a>' in index


def test_without_executed_notebooks_one_line_says_what_to_run(tmp_path: Path) -> None:
    done = build(tmp_path, tmp_path / "pages")
    assert done.returncode == 2
    assert re.fullmatch(r"found no notebooks in .*; run make reproduce first\n", done.stderr)
    assert not (tmp_path / "pages").exists()
