"""What the ratings say: means, paired differences and choices, each with a 95 % interval.

Conventions
-----------
Input is what `v2ra.study.screening.screened` leaves; output is tidy. Intervals of means resample listeners and clips
apart (`v2ra.bootstrap`), since another study would have other ones of both; those of shares are Wilson's. With fewer
than two clips or two listeners an interval is NaN: nothing is known of how they differ. The second answer to a hidden
repeat is not used.

Source
------
Section 4.7 gives means alone. Percentile bootstrap over two crossed factors (Owen, 2007); Wilson (1927). A
cumulative-link mixed model is left to R: PAPER_NOTES.md, note 61.
"""

import itertools
from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from v2ra.bootstrap import Interval, mean_interval
from v2ra.retrieval_claim import share_interval
from v2ra.study.agreement import krippendorff_alpha
from v2ra.study.ratings import Ratings

MEANS = ("system", "category", "question", "mean", "low", "high", "n_listeners", "n_clips")
DIFFERENCES = ("system", "base", *MEANS[1:])
CHOSEN = (
    "system",
    "other",
    "category",
    "share",
    "low",
    "high",
    "p_value",
    "n_chosen",
    "n_choices",
    "n_listeners",
)
ALL = "all"


def table_of(
    scores: pd.DataFrame, *, system: str, question: str, categories: Sequence[str] = ()
) -> pd.DataFrame:
    """Return the first answers about one system: a row a listener, a column a (category, clip)."""
    own = scores[
        (scores["system"] == system) & (scores["question"] == question) & ~scores["repeat"].astype(bool)
    ]
    if categories:
        own = own[own["category"].isin(categories)]
    return own.pivot(index="listener", columns=["category", "clip"], values="value").astype(float)


def interval_of(values: NDArray[np.float64]) -> Interval:
    """Return the mean with its interval over listeners and clips, (n_listeners, n_clips).

    Examples
    --------
    >>> interval_of(np.array([[3.0, 4.0]]))
    Interval(mean=3.5, low=nan, high=nan)
    """
    found = mean_interval(values)
    return found if min(values.shape) > 1 else Interval(found.mean, np.nan, np.nan)


def mean_scores(ratings: Ratings) -> pd.DataFrame:
    """Return the mean opinion score of each system, category and question, and over all categories.

    Returns
    -------
    DataFrame
        Columns `MEANS`; category "all" puts the clips of all categories together. Scores from 1 to 5, higher is
        better.
    """
    rows = []
    for system, question, categories in _cells(ratings.scores):
        table = table_of(ratings.scores, system=system, question=question, categories=categories)
        if not table.empty:
            name = categories[0] if categories else ALL
            numbers = interval_of(table.to_numpy())
            rows.append((system, name, question, *numbers, table.shape[0], table.shape[1]))
    return pd.DataFrame(rows, columns=list(MEANS))


def differences(ratings: Ratings, pairs: Sequence[tuple[str, str]]) -> pd.DataFrame:
    """Return paired differences between systems, on the clips that have both, listener by listener.

    Parameters
    ----------
    ratings : Ratings
        Screened.
    pairs : sequence of (str, str)
        System and base: the mean is of system − base, in points.

    Returns
    -------
    DataFrame
        Columns `DIFFERENCES`; a row only where some clip has both.
    """
    rows = []
    for (system, base), question, name in itertools.product(
        pairs, dict.fromkeys(ratings.scores["question"]), (*dict.fromkeys(ratings.scores["category"]), ALL)
    ):
        found = difference(
            ratings, system, base, question=question, categories=() if name == ALL else (name,)
        )
        if found is not None:
            interval, n_listeners, n_clips = found
            rows.append((system, base, name, question, *interval, n_listeners, n_clips))
    return pd.DataFrame(rows, columns=list(DIFFERENCES))


def difference(
    ratings: Ratings, system: str, base: str, *, question: str, categories: Sequence[str] = ()
) -> tuple[Interval, int, int] | None:
    """Return the mean of system − base, with the numbers of listeners and clips; None where no clip has both."""
    first, second = (
        table_of(ratings.scores, system=name, question=question, categories=categories)
        for name in (system, base)
    )
    paired = (first - second).dropna(axis=0, how="all").dropna(axis=1, how="all")
    return None if paired.empty else (interval_of(paired.to_numpy()), *paired.shape)


def shares(ratings: Ratings) -> pd.DataFrame:
    """Return how often each system was chosen over each other one.

    Returns
    -------
    DataFrame
        Columns `CHOSEN`: share from 0 to 1 with its Wilson interval, and the p-value of the two-sided exact binomial
        test against one half. Both take choices as independent; those of one listener are not quite, so that the
        interval is rather too narrow.
    """
    rows = []
    choices = ratings.choices
    sides = dict.fromkeys(
        tuple(sorted(pair)) for pair in zip(choices["chosen"], choices["other"], strict=True)
    )
    for (first, second), name in itertools.product(sides, (*dict.fromkeys(choices["category"]), ALL)):
        own = choices[choices["chosen"].isin([first, second]) & choices["other"].isin([first, second])]
        own = own if name == ALL else own[own["category"] == name]
        if own.empty:
            continue
        n_chosen, n_choices = int((own["chosen"] == first).sum()), len(own)
        low, high = (end / 100 for end in share_interval(n_chosen, n_choices))
        p_value = float(stats.binomtest(n_chosen, n_choices).pvalue)
        numbers = (n_chosen / n_choices, low, high, p_value, n_chosen, n_choices, own["listener"].nunique())
        rows.append((first, second, name, *numbers))
    return pd.DataFrame(rows, columns=list(CHOSEN))


def agreement(ratings: Ratings) -> pd.DataFrame:
    """Return Krippendorff's alpha (ordinal) of each question over all items; NaN with one listener."""
    rows = []
    first = ratings.scores[~ratings.scores["repeat"].astype(bool)]
    for question, own in first.groupby("question", sort=False):
        keys = ["system", "category", "clip"]
        table = own.pivot(index="listener", columns=keys, values="value").to_numpy(dtype=np.float64)
        alpha = krippendorff_alpha(table) if len(table) > 1 else float("nan")
        rows.append((question, alpha, *table.shape))
    return pd.DataFrame(rows, columns=["question", "alpha", "n_listeners", "n_items"])


def _cells(scores: pd.DataFrame) -> list[tuple[str, str, tuple[str, ...]]]:
    """Return every system, question and category, and () for all categories."""
    names = [list(dict.fromkeys(scores[column])) for column in ("system", "question", "category")]
    categories = [(), *((name,) for name in names[2])]
    return list(itertools.product(names[0], names[1], categories))
