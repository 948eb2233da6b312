import numpy as np
import pandas as pd
import pytest

from v2ra.errors import InputError
from v2ra.history_charts import plot_histories


def histories() -> pd.DataFrame:
    """Return two recipes in two categories, validated every tenth step."""
    rows = [
        {"recipe": recipe, "category": category, "seed": 0, "best_step": 20, "step": step, "d_loss": 1 / step}
        | {"validation_onset_f": step / 40 if step % 10 == 0 else np.nan}
        for recipe in ("paper", "tuned")
        for category in ("wood", "dog")
        for step in range(1, 41)
    ]
    return pd.DataFrame(rows)


def test_each_category_has_a_column_and_each_quantity_a_row() -> None:
    figure = plot_histories(histories(), chance_loss=0.25)
    assert len(figure.axes) == 4
    assert [axes.get_title() for axes in figure.axes[:2]] == ["wood", "dog"]
    assert [axes.get_ylabel() for axes in figure.axes[::2]] == ["D loss", "onset F (validation)"]


def test_the_mark_stands_at_the_kept_step() -> None:
    figure = plot_histories(histories(), chance_loss=0.25)
    marks = [line for line in figure.axes[2].lines if line.get_marker() == "o"]
    assert [float(np.asarray(line.get_xdata())[0]) for line in marks] == [20.0, 20.0]


def test_the_chance_line_lies_where_nobody_wins() -> None:
    figure = plot_histories(histories(), chance_loss=0.3)
    dotted = [line for line in figure.axes[0].lines if line.get_linestyle() == ":"]
    assert [float(np.asarray(line.get_ydata())[0]) for line in dotted] == [0.3]


def test_no_history_is_refused() -> None:
    with pytest.raises(InputError, match="found no history"):
        plot_histories(histories().iloc[:0], chance_loss=0.25)
