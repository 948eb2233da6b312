"""How every model trained: the discriminator's loss and the validation score, category by category.

Conventions
-----------
A column is a category, a colour a recipe; the mark is the step that was kept.

Source
------
Eq. 8, Section 4.2.
"""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from v2ra.drawing import BLACK, BLUE, MEDIUM, RED, SMALL, new_figure, tidy
from v2ra.errors import InputError

SMOOTHING = 25  # steps of the running mean
PANELS = {"d_loss": "D loss", "validation_onset_f": "onset F (validation)"}


def plot_histories(histories: pd.DataFrame, *, chance_loss: float) -> Figure:
    """Show the losses and scores of all runs.

    Parameters
    ----------
    histories : DataFrame
        Of `Workspace.histories`: columns recipe, category, seed, step, best_step, d_loss and, where the
        runs were validated, validation_onset_f.
    chance_loss : float
        D's loss where it cannot tell real from generated; a dotted line.

    Returns
    -------
    Figure

    Raises
    ------
    InputError
        Where there is no run.

    Examples
    --------
    >>> row = {"recipe": "paper", "category": "dog", "seed": 0, "best_step": 2}
    >>> table = pd.DataFrame([row | {"step": step, "d_loss": 0.2} for step in (1, 2)])
    >>> len(plot_histories(table, chance_loss=0.25).axes)
    1
    """
    if histories.empty:
        raise InputError("found no history; expected at least one run; train first")
    categories = list(histories["category"].unique())
    panels = {name: label for name, label in PANELS.items() if name in histories}
    figure = new_figure(0.6 + 1.7 * len(panels))
    grid = figure.subplots(len(panels), len(categories), sharex=True, sharey="row", squeeze=False)
    for row, (name, label) in zip(grid, panels.items(), strict=True):
        for axes, category in zip(row, categories, strict=True):
            tidy(axes, y_label=label if category == categories[0] else "")
            _draw_runs(axes, histories[histories["category"] == category], name)
            if name == "d_loss":
                axes.axhline(chance_loss, color=BLACK, linestyle=":", linewidth=1)
                axes.set_title(category, fontsize=MEDIUM)
    handles, labels = grid[0, 0].get_legend_handles_labels()
    figure.legend(
        handles, labels, ncols=len(labels), fontsize=SMALL, frameon=False, loc="outside upper right"
    )
    figure.supxlabel("step (updates of G)", fontsize=MEDIUM)
    return figure


def _draw_runs(axes: Axes, histories: pd.DataFrame, name: str) -> None:
    """Draw one quantity of each run; the first run of a recipe carries its label."""
    colours = dict(zip(histories["recipe"].unique(), (BLUE, RED), strict=False))
    labelled = set()
    for (recipe, _), run in histories.groupby(["recipe", "seed"], sort=False):
        known = run[["step", name]].dropna()
        values = (
            known[name] if len(known) < SMOOTHING else known[name].rolling(SMOOTHING, min_periods=1).mean()
        )
        label = None if recipe in labelled else str(recipe)
        axes.plot(known["step"], values, color=colours[recipe], linewidth=1, label=label)
        labelled.add(recipe)
        kept = known["step"].searchsorted(run["best_step"].iloc[0]).clip(max=len(known) - 1)
        axes.plot(known["step"].iloc[kept], values.iloc[kept], "o", color=colours[recipe], markersize=4)
