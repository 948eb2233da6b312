"""Turn the executed notebooks of a profile into HTML pages that need no kernel and no network.

Conventions
-----------
Input: runs/PROFILE/notebooks/*.ipynb, as `make reproduce` leaves them. Output: a page a notebook and an
index. Players and figures are inside the pages; equations become pictures, so no script is loaded from
elsewhere. What cannot be set as a picture stays in TeX, and a line says so.

Usage
-----
python site/build.py [--profile quick] [--runs runs] [--out site/_build]
"""

import argparse
import base64
import html
import io
import re
import sys
from pathlib import Path

import nbformat
from matplotlib.font_manager import FontProperties
from matplotlib.mathtext import math_to_image
from nbconvert import HTMLExporter

# The page of JupyterLab without the four scripts that it would fetch.
TEMPLATE = "{% extends 'lab/index.html.j2' %}" + "".join(
    f"{{% block {name} %}}{{% endblock %}}"
    for name in (
        "html_head_js_requirejs",
        "jupyter_widgets",
        "html_head_js_mathjax",
        "html_head_js_mermaidjs",
    )
)
INDEX = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>V2RA</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>body {{ font: 1.1em/1.6 system-ui, sans-serif; max-width: 42em; margin: 3em auto; padding: 0 1em }}</style>
</head><body><h1>V2RA: sound for silent video</h1>
<p>Executed notebooks, profile <b>{profile}</b>. Every number and sound on these pages was made by the code
beside it.</p><ul>
{items}
</ul></body></html>
"""
CODE = re.compile(r"(```.*?```|`[^`\n]*`)", re.DOTALL)
EQUATION = re.compile(r"\$\$(?P<display>.+?)\$\$|(?<![\\\w$])\$(?P<inline>[^$\n]+?)\$(?!\w)", re.DOTALL)


def picture(match: re.Match[str]) -> str:
    """Return an equation as an image element, or as it stands where matplotlib cannot set it."""
    tex = (match["display"] or match["inline"]).strip()
    file = io.BytesIO()
    try:
        depth = math_to_image(f"${tex}$", file, prop=FontProperties(size=12), dpi=72, format="svg")
    except ValueError:
        print(f"equation left in TeX: {tex}", file=sys.stderr)
        return match[0]
    data = base64.b64encode(file.getvalue()).decode()
    style = "display:block;margin:1em auto" if match["display"] else f"vertical-align:-{depth:.1f}pt"
    return f'<img style="{style}" alt="{html.escape(tex)}" src="data:image/svg+xml;base64,{data}">'


def with_pictures(text: str) -> str:
    """Return Markdown with its equations as pictures; code is left alone."""
    parts = CODE.split(text)
    return "".join(part if CODE.fullmatch(part) else EQUATION.sub(picture, part) for part in parts)


def page(path: Path, out: Path) -> str:
    """Write the page of a notebook and return its title."""
    notebook = nbformat.read(path, as_version=4)
    texts = [cell for cell in notebook.cells if cell.cell_type == "markdown"]
    titles = [line[2:] for cell in texts for line in cell.source.splitlines() if line.startswith("# ")]
    for cell in texts:
        cell.source = with_pictures(cell.source)
    notebook.metadata.title = titles[0] if titles else path.stem
    body, _ = HTMLExporter(raw_template=TEMPLATE).from_notebook_node(notebook)
    (out / f"{path.stem}.html").write_text(body, encoding="utf-8")
    return str(notebook.metadata.title)


def main() -> int:
    """Build all pages; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
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
    options.out.mkdir(parents=True, exist_ok=True)
    titles = {path.stem: page(path, options.out) for path in notebooks}
    items = [f'<li><a href="{stem}.html">{html.escape(title)}</a></li>' for stem, title in titles.items()]
    index = options.out / "index.html"
    index.write_text(
        INDEX.format(profile=html.escape(options.profile), items="\n".join(items)), encoding="utf-8"
    )
    print(f"{len(notebooks)} pages: open {index}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
