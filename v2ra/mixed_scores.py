"""What one model for several categories loses against one a category, in scores of synchrony, sound and likeness.

Conventions
-----------
Rows are those of `v2ra.evaluation`, of the two systems of `v2ra.mixed_training`; category "all" holds the test clips of
all mixed categories. METRIC_change is the mixed model's value minus the separate one's, clip by clip and seed by seed.

Source
------
Section 4.2: "The complex problem will result in lower quality sound results."
"""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from v2ra.category_swap import likeness_rows
from v2ra.datasets import Pack
from v2ra.evaluation import COLUMNS, Pair, evaluate_clips, gains, over_categories, summarise
from v2ra.mixed_training import MIXED, RECIPE
from v2ra.pair_scores import quality_of_pairs
from v2ra.scheme_scores import with_changes
from v2ra.score_cache import Runner
from v2ra.score_tables import with_intervals

NAMES = {RECIPE: "one model a category", MIXED: "one model for all"}
METRICS = ("onset_f", "onset_f_mismatched", "onset_f_gain", "envelope_correlation", "rms_ratio", "osg", "odg")
HEADS = {
    "onset_f": "onset F",
    "onset_f_gain": "gain",
    "envelope_correlation": "envelope correlation",
    "osg": "OSG",
    "odg": "ODG",
    "finds_own": "like its category",
}


def mixed_rows(
    pairs: Sequence[Pair], packs: Sequence[Pack], *, sample_rate: int, cache: Path | None = None
) -> pd.DataFrame:
    """Score both kinds of models.

    Parameters
    ----------
    pairs : sequence of Pair
        Of `v2ra.mixed_training.mixed_pairs`.
    packs : sequence of Pack
        Of the mixed categories: their real test sounds are what a sound may be like.
    sample_rate : int
        In Hz, 32,000 or more.
    cache : path, optional
        As in `evaluate_clips`.

    Returns
    -------
    DataFrame
        `COLUMNS`: synchrony with its controls, osg and odg, finds_own.
    """
    scored = evaluate_clips(pairs, sample_rate=sample_rate, cache=cache)
    graded = quality_of_pairs(pairs, sample_rate=sample_rate, runner=Runner(cache))
    quality = [
        (pair.system, pair.category, pair.clip, pair.seed, metric, grades[metric])
        for pair, grades in zip(pairs, graded, strict=True)
        for metric in ("osg", "odg")
    ]
    parts = [
        scored[scored["system"].isin({pair.system for pair in pairs})],
        pd.DataFrame(quality, columns=COLUMNS),
        likeness_rows(pairs, packs, sample_rate=sample_rate),
    ]
    return pd.concat(parts, ignore_index=True)


def mixed_summary(rows: pd.DataFrame, *, recipe: str = RECIPE) -> pd.DataFrame:
    """Average, with intervals, each category alone and all together, and the changes.

    Parameters
    ----------
    rows : DataFrame
        Of `mixed_rows`.
    recipe : str
        The system of the separate models.

    Returns
    -------
    DataFrame
        Of `summarise`.

    Examples
    --------
    >>> rows = [(system, "dog", "a", 0, "osg", value) for system, value in (("tuned", 0.25), ("mixed", 0.75))]
    >>> found = mixed_summary(pd.DataFrame(rows, columns=COLUMNS))
    >>> found[found.metric == "osg_change"][["system", "category", "mean"]].values.tolist()
    [['mixed', 'dog', 0.5], ['mixed', 'all', 0.5]]
    """
    whole = pd.concat([rows, gains(rows)], ignore_index=True)
    changed = with_changes(whole[whole["metric"].isin([*METRICS, "finds_own"])], base=recipe)
    changed = changed[~changed["metric"].str.endswith("_gain")]  # `summarise` adds them; their changes stay
    return summarise(pd.concat([changed, over_categories(changed)], ignore_index=True))


def mixed_table(summary: pd.DataFrame) -> pd.DataFrame:
    """Lay the comparison out for a person: both kinds of models, and what changes.

    Parameters
    ----------
    summary : DataFrame
        Of `mixed_summary`.

    Returns
    -------
    DataFrame
        A row a kind and category; rows "change" last, where something was mixed.
    """
    is_change = summary["metric"].str.endswith("_change")
    changes = summary[is_change].assign(
        metric=summary["metric"].str.removesuffix("_change"), system="change: all minus each"
    )
    table = with_intervals(pd.concat([summary[~is_change], changes], ignore_index=True), HEADS)
    return table.replace({"system": NAMES}).rename(columns={"system": "trained"})
