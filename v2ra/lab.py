"""Controls over what is made of their values: the frame of every live widget in the notebooks.

Conventions
-----------
What is made is a `v2ra.player.Player` or HTML. Widgets live only with a running kernel; a notebook shows the same
at rest beside them. What costs time is made when somebody asks, never when a notebook is executed.

Source
------
ipywidgets; no section of the paper.
"""

import html
from collections.abc import Callable
from typing import Any

from ipywidgets import HTML, VBox, Widget

from v2ra.errors import InputError
from v2ra.player import Player


def panel(make: Callable[..., Player | str], **controls: Widget) -> VBox:
    """Put controls over what a function makes of their values, made anew whenever one changes.

    Parameters
    ----------
    make : callable
        Takes the controls' values by name; returns a player or HTML. An `InputError` is told in its place.
    **controls : Widget
        Each with a ``value``.

    Returns
    -------
    VBox
        The controls, then what is shown.

    Examples
    --------
    >>> from ipywidgets import IntSlider
    >>> lab = panel(lambda steps: f"{steps} steps", steps=IntSlider(2))
    >>> lab.children[0].value = 3
    >>> lab.children[-1].value
    '3 steps'
    """
    shown = HTML()
    last: list[dict[str, Any]] = []

    def update(_: object = None) -> None:
        values = {name: control.value for name, control in controls.items()}
        if last[-1:] != [values]:  # one change may come as several
            last[:] = [values]
            shown.value = shown_html(make, **values)

    for control in controls.values():
        control.observe(update, names="value")
    update()
    return VBox([*controls.values(), shown])


def shown_html(make: Callable[..., Player | str], **values: Any) -> str:
    """Return what a function makes as HTML, or why it cannot.

    Examples
    --------
    >>> shown_html(lambda: "<b>a</b>")
    '<b>a</b>'
    """
    try:
        made = make(**values)
    except InputError as error:
        return f"<p>{html.escape(str(error))}</p>"
    return made if isinstance(made, str) else made._repr_html_()
