"""Links of the project's texts, made good for a book that holds only some of its files.

Conventions
-----------
A link is relative to the text that holds it; so are links in the book, which has the project's folders. A link
to what the book does not hold becomes plain words.

Source
------
Ours.
"""

import os
import re
from collections.abc import Collection

FENCE = re.compile(r"(```.*?```)", re.DOTALL)
LINK = re.compile(r"(?<!!)\[(?P<words>[^\]\n]+)\]\((?P<target>[^)\s]+)\)")


def with_links(text: str, *, folder: str, held: Collection[str]) -> str:
    """Return Markdown in which every link leads into the book or to another site.

    Parameters
    ----------
    text : str
        Markdown; fenced code is left alone.
    folder : str
        Where it lies in the project, empty for the root.
    held : collection of str
        Paths in the book, as in the project.

    Examples
    --------
    >>> with_links("[a](B.md#c), [d](x.py), [e](https://doi.org/f)", folder="", held={"B.md"})
    '[a](B.md#c), d, [e](https://doi.org/f)'
    """

    def kept(match: re.Match[str]) -> str:
        target, _, _ = match["target"].partition("#")
        path = os.path.normpath(os.path.join(folder, target)).replace(os.sep, "/")
        return match[0] if not target or ":" in target or path in held else match["words"]

    # words of a link may be in code type, so only fences are left out
    parts = FENCE.split(text)
    return "".join(part if part.startswith("```") else LINK.sub(kept, part) for part in parts)


def with_pages(text: str, *, pages: Collection[str]) -> str:
    """Return Markdown in which the name of a notebook, in code type or plain, is a link to its page.

    Examples
    --------
    >>> with_pages("| `00_tour` | 00_tour | `x` |", pages=["00_tour"])
    '| [`00_tour`](notebooks/00_tour.ipynb) | [00_tour](notebooks/00_tour.ipynb) | `x` |'
    """
    named = re.compile(r"(?<![\[/\w`])(`?)(\d\d_\w+)\1(?![\w`.\]])")
    return named.sub(lambda m: f"[{m[0]}](notebooks/{m[2]}.ipynb)" if m[2] in pages else m[0], text)


def section(text: str, heading: str) -> str:
    r"""Return what stands under a heading of the second level, without it; empty where there is none.

    Examples
    --------
    >>> section("# A\n## B\nc\n## D\ne", "B")
    'c'
    """
    found = re.search(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", text, re.DOTALL | re.MULTILINE)
    return found[1].strip() if found else ""
