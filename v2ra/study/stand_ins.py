"""What stands in for Figure 12 as long as nobody has listened: onset F of matched and of mismatched pairs.

It says whether events fall together in time, and nothing of what people would answer.

Conventions
-----------
Rows are those of `v2ra.evaluation.summarise`: system, category, metric, mean, low, high, n_clips, n_seeds.

Source
------
Notebook 05, ``tables/supplement_synchrony``.
"""

from collections.abc import Sequence

import pandas as pd

from v2ra.errors import InputError
from v2ra.evaluation import evaluate_clips, summarise
from v2ra.heldout import generate_all
from v2ra.study.own_clips import OURS
from v2ra.timing import PAPER
from v2ra.workspace import Workspace

TABLE = "supplement_synchrony"
METRICS = ("onset_f", "onset_f_mismatched")


def onset_stand_in(workspace: Workspace, *, seeds: Sequence[int] = (0,)) -> pd.DataFrame:
    """Return onset F and its mismatched control of our sounds, by category.

    The table that notebook 05 left is read; where it has left none, its scores are computed.

    Parameters
    ----------
    workspace : Workspace
        Whose table or models are used.
    seeds : sequence of int
        Of the models, where they are scored here.
    """
    path = workspace.tables / f"{TABLE}.csv"
    if path.is_file():
        return of_synchrony(pd.read_csv(path))
    print(f"no {TABLE} yet: the sounds are scored now, as notebook 05 does")
    pairs = generate_all(workspace, recipes=(OURS,), seeds=seeds, save=False).pairs
    scores = evaluate_clips(
        pairs,
        sample_rate=PAPER.sample_rate,
        cache=workspace.folder / "cache" / "scores",
        metrics=["synchrony"],
    )
    return of_synchrony(summarise(scores))


def of_synchrony(summary: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of a table of scores that stand in for the figure.

    Examples
    --------
    >>> rows = [("tuned", "dog", "onset_f", 0.8), ("tuned", "dog", "rms_ratio", 1.0), ("paper", "dog", "onset_f", 0.1)]
    >>> of_synchrony(pd.DataFrame(rows, columns=["system", "category", "metric", "mean"]))["mean"].tolist()
    [0.8]
    """
    found = summary[(summary["system"] == OURS) & summary["metric"].isin(METRICS)].reset_index(drop=True)
    if found.empty:
        raise InputError(f"found no onset F of {OURS}; expected {TABLE} of notebook 05; run it first")
    return found
