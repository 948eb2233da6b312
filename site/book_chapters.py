"""The book's own pages: the front with scorecard and map, the texts of the project, the downloads.

Conventions
-----------
Pages are Markdown in a folder with the project's layout; results are copied beside them.

Source
------
Ours; the map is that of README.md, in the order of the paper.
"""

import html
import json
import shutil
from collections.abc import Sequence
from pathlib import Path

from book_links import section, with_links, with_pages

TEXTS = ("PAPER_NOTES.md", "METRICS.md", "DATA.md", "GLOSSARY.md", "CHANGELOG.md")
MAP = "From the paper to the code"
KINDS = {"tables": (".csv", ".md", ".json"), "figures": (".png", ".svg", ".json")}
FRONT = """# V2RA: sound for silent video

Every number, figure and sound in this book was made by the code beside it: executed notebooks, profile
**{profile}**. A player needs no kernel and no network. Its buttons, or the keys 1 to 9 and 0, switch tracks
without a gap; *Compare blind* hides the names; *Rate the tracks* gives a file of what you heard.

## Scorecard

{scorecard}

{missing}

## From the paper to the notebooks

{map}

```{{toctree}}
:hidden:
:caption: Notebooks

{notebooks}
```

```{{toctree}}
:hidden:
:caption: The project

{texts}
downloads
```
"""


def front(
    root: Path, *, results: Path, profile: str, notebooks: Sequence[str], missing: Sequence[str]
) -> str:
    """Return the first page: the scorecard, what is missing, and the map from the paper to the notebooks."""
    held = {*TEXTS, *(f"notebooks/{name}.ipynb" for name in notebooks)}
    scorecard = results / "tables" / "scorecard.md"
    readme = (root / "README.md").read_text(encoding="utf-8")
    text = scorecard.read_text(encoding="utf-8") if scorecard.is_file() else "*No scorecard was made yet.*"
    return FRONT.format(
        profile=profile,
        scorecard=stacked(
            with_pages(with_links(text, folder="tables", held=held), pages=notebooks), "scorecard"
        ),
        missing=f"*Not made yet: {', '.join(missing)}.*" if missing else "",
        map=stacked(
            with_pages(with_links(section(readme, MAP), folder="", held=held), pages=notebooks), "map"
        ),
        notebooks="\n".join(f"notebooks/{name}" for name in notebooks),
        texts="\n".join(name.removesuffix(".md") for name in TEXTS),
    )


def stacked(text: str, name: str) -> str:
    r"""Return Markdown whose first table, on a narrow screen, stands as one block a row (`book.css`).

    Parameters
    ----------
    text : str
        Markdown; without a table it stays as it is.
    name : str
        Class of the table.

    Examples
    --------
    >>> print(stacked("| a | b |\n|---|---|\n| 1 | 2 |\n", "t").partition("|")[0])
    ```{raw} html
    <style>
    .t td:nth-child(1) { --head: "a"; }
    .t td:nth-child(2) { --head: "b"; }
    </style>
    ```
    <BLANKLINE>
    ```{rst-class} stacked t
    ```
    <BLANKLINE>
    <BLANKLINE>
    """
    before, bar, table = text.partition("|")
    if not bar:
        return text
    heads = [head.strip() for head in table.partition("\n")[0].rstrip().rstrip("|").split("|")]
    # each cell is named by its column's head, which a narrow screen does not show
    rules = [
        f".{name} td:nth-child({place}) {{ --head: {_css(head)}; }}" for place, head in enumerate(heads, 1)
    ]
    style = "\n".join(["```{raw} html", "<style>", *rules, "</style>", "```"])
    return f"{before}{style}\n\n```{{rst-class}} stacked {name}\n```\n\n|{table}"


def _css(text: str) -> str:
    """Return text as CSS has it inside a page: in quotes, without a mark-up sign."""
    return json.dumps(text, ensure_ascii=False).replace("<", "\\3c ")


def write_texts(root: Path, source: Path, *, held: set[str]) -> None:
    """Copy the texts of the project; links to what the book does not hold become words."""
    for name in TEXTS:
        text = (root / name).read_text(encoding="utf-8")
        (source / name).write_text(with_links(text, folder="", held=held), encoding="utf-8")


def write_downloads(results: Path, source: Path, extra: Path) -> int:
    """Copy tables and figures to a folder that is published as it is, and write their page; return how many."""
    lines = ["# Tables and figures to download", ""]
    n_results = 0
    for kind, suffixes in KINDS.items():
        names = sorted({path.stem for path in (results / kind).glob("*.json")})
        lines += [f"## {kind.capitalize()}", "", "| name | files |", "|---|---|"]
        lines += [f"| `{name}` | {_links(results / kind, extra / kind, name, suffixes)} |" for name in names]
        lines += [""]
        n_results += len(names)
    lines.insert(2, "The `.json` beside each states notebook, data, seeds, versions, device and commit.\n")
    (source / "downloads.md").write_text("\n".join(lines), encoding="utf-8")
    return n_results


def _links(folder: Path, target: Path, name: str, suffixes: tuple[str, ...]) -> str:
    target.mkdir(parents=True, exist_ok=True)
    files = [folder / f"{name}{suffix}" for suffix in suffixes if (folder / f"{name}{suffix}").is_file()]
    for file in files:
        shutil.copyfile(file, target / file.name)
    places = [(html.escape(f"{folder.name}/{file.name}"), file.suffix[1:]) for file in files]
    return " · ".join(f'<a href="{address}" download>{kind}</a>' for address, kind in places)
