"""Settings of Sphinx for the book: nothing is executed, nothing is loaded from elsewhere.

Conventions
-----------
Equations become MathML, which browsers set without a script and screen readers read.

Source
------
Sphinx, MyST-NB and sphinx-book-theme, as their documentation has it.
"""

from typing import Any

from docutils.nodes import SkipNode, math, math_block
from docutils.utils.math.latex2mathml import tex2mathml

project = "V2RA"
author = "the authors of v2ra"
copyright = "the authors of v2ra, MIT licence"
extensions = ["myst_nb"]
myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 3
nb_execution_mode = "off"
nb_ipywidgets_js: dict[str, Any] = {}  # its default asks two hosts for scripts
suppress_warnings = ["mystnb.unknown_mime_type", "myst.header", "misc.highlighting_failure"]
exclude_patterns = ["extra"]
html_theme = "sphinx_book_theme"
html_title = "V2RA: sound for silent video"
html_static_path = ["_static"]
html_favicon = "_static/favicon.svg"
html_css_files = ["book.css"]
html_extra_path = ["extra"]  # players, tables, figures: published as they are
html_copy_source = False
html_show_sourcelink = False
html_context = {"default_mode": "auto"}  # light or dark as the reader's system is; a button changes it
html_math_renderer = "mathml"
html_theme_options = {
    "use_download_button": False,
    "use_fullscreen_button": False,
    "show_toc_level": 2,
    "search_bar_text": "Search the book",
}


def _inline(writer: Any, node: math) -> None:
    writer.body.append(tex2mathml(node.astext(), as_block=False))
    raise SkipNode


def _block(writer: Any, node: math_block) -> None:
    writer.body.append(f'<div class="math">{tex2mathml(node.astext(), as_block=True)}</div>')
    raise SkipNode


def setup(app: Any) -> None:
    """Register the renderer of equations."""
    app.add_html_math_renderer("mathml", (_inline, None), (_block, None))
