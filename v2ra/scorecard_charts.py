"""The verdicts at a glance: what was measured of each claim, on which side of zero, and the word for it.

Conventions
-----------
Those of `v2ra.drawing`. A claim that is held by the sign of a change shows each of its rows: the change with its 95 %
interval, turned so that the paper's direction is to the right, and divided by the farthest end of its interval, since
units differ. A claim that is held by a value or a count shows its verdict alone. A verdict has a shape and a word.

Source
------
Ours; the claims are those of `v2ra.claim_list`.
"""

from textwrap import fill

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from v2ra.drawing import BLACK, BLUE, GREY, RED, SMALL, new_figure, tidy
from v2ra.errors import InputError

SHAPES = {  # verdict: shape, colour, filled
    "reproduced": ("o", BLUE, True),
    "contradicted": ("X", RED, True),
    "inconclusive": ("D", BLACK, False),
    "not comparable": ("s", GREY, False),
    "not measured": ("_", GREY, False),
}
LABEL_LENGTH = 62  # characters a line
EDGE = 1.25  # where the words begin


def turned(rows: pd.DataFrame) -> pd.DataFrame:
    """Return changes with their intervals, turned into the printed direction and scaled to their farthest end.

    Parameters
    ----------
    rows : DataFrame
        Of `v2ra.scorecard.claim_rows`. Rows with a tolerance, without an interval or of a printed standstill are
        left out.

    Returns
    -------
    DataFrame
        Columns id, change, low, high, within [−1, 1]; right of 0 is as the paper says.

    Examples
    --------
    >>> row = {"id": "l1", "published": -2.0, "measured": -0.5, "low": -1.0, "high": 0.2, "tolerance": float("nan")}
    >>> turned(pd.DataFrame([row]))[["change", "low", "high"]].values.tolist()
    [[0.5, -0.2, 1.0]]
    """
    chosen = rows[rows["tolerance"].isna() & rows["low"].notna() & rows["published"].fillna(0).ne(0)]
    sign = np.sign(chosen["published"].to_numpy(dtype=np.float64))
    numbers = chosen[["measured", "low", "high"]].to_numpy(dtype=np.float64) * sign[:, None]
    farthest = np.abs(numbers).max(axis=1, initial=0.0)
    numbers /= np.where(farthest > 0, farthest, 1)[:, None]
    ends = np.sort(numbers[:, 1:], axis=1)
    return pd.DataFrame(
        {"id": chosen["id"].to_numpy(), "change": numbers[:, 0], "low": ends[:, 0], "high": ends[:, 1]}
    )


def plot_scorecard(card: pd.DataFrame, rows: pd.DataFrame) -> Figure:
    """Show each claim that has a verdict, with its changes and the verdict's shape and word.

    Parameters
    ----------
    card : DataFrame
        Of `v2ra.scorecard.scorecard`. Claims that were not measured are left out.
    rows : DataFrame
        Of `v2ra.scorecard.claim_rows`.

    Returns
    -------
    Figure

    Raises
    ------
    InputError
        If no claim was measured.

    Examples
    --------
    >>> card = pd.DataFrame({"id": ["l1"], "claim": ["L1 helps"], "verdict": ["reproduced"]})
    >>> row = {"id": "l1", "published": 1.0, "measured": 0.5, "low": 0.1, "high": 1.0, "tolerance": float("nan")}
    >>> [text.get_text() for text in plot_scorecard(card, pd.DataFrame([row])).axes[0].texts]
    ['reproduced']
    """
    shown = card[card["verdict"] != "not measured"].reset_index(drop=True)
    if shown.empty:
        raise InputError(
            "found no claim that was measured; expected one or more; run the other notebooks first"
        )
    figure = new_figure(0.9 + 0.22 * len(shown))
    axes = figure.add_subplot()
    changes = turned(rows)
    for place, line in enumerate(shown.to_dict("records")):
        _changes(axes, changes[changes["id"] == line["id"]], place)
        _verdict(axes, str(line["verdict"]), place)
    axes.axvline(0, color=BLACK, linewidth=0.6)
    axes.set_yticks(
        range(len(shown)), [fill(str(text), LABEL_LENGTH) for text in shown["claim"]], fontsize=SMALL
    )
    axes.set(xlim=(-1.1, 2.1), ylim=(len(shown) - 0.4, -0.6))
    axes.set_xticks([-1, 0, 1], ["against", "0", "as claimed"])
    tidy(axes).set_xlabel("change, scaled to the farther end of its 95 % interval", loc="left")
    return figure


def _changes(axes: Axes, changes: pd.DataFrame, place: int) -> None:
    """Draw the changes of one claim, one below the other within its line."""
    offsets = np.linspace(-0.3, 0.3, len(changes)) if len(changes) > 1 else np.zeros(len(changes))
    for offset, row in zip(offsets, changes.to_dict("records"), strict=True):
        axes.plot([row["low"], row["high"]], [place + offset] * 2, color=GREY, linewidth=0.9)
        axes.plot(row["change"], place + offset, marker="|", color=BLACK, markersize=3)


def _verdict(axes: Axes, verdict: str, place: int) -> None:
    shape, colour, filled = SHAPES[verdict]
    axes.plot(EDGE, place, marker=shape, color=colour, fillstyle="full" if filled else "none", markersize=5)
    axes.text(EDGE + 0.1, place, verdict, va="center", fontsize=SMALL)
