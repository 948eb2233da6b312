"""Scores of systems on clips, each beside what another clip's sound and chance would score.

Conventions
-----------
A tidy table has the columns system, category, clip, seed, metric and value. Of a metric NAME of *synchrony* there
are up to three rows: NAME (a system's sound against the real sound of its clip), NAME_mismatched (its sounds of
every other clip of the category against that real sound, mean) and NAME_chance (events at random times). So it is
for *motion*, against the clip's picture in place of its real sound. Those of *quality* stand alone. The systems of
`v2ra.scale_systems` are always there and show the scale of every score; the onset F of ground_truth shows what the
detector misses.

Source
------
Ours. The mismatched control is that of Section 4.7 ("the mismatched audio was randomly chosen from another
video of the same category"), with every other clip in place of one at random.
"""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from v2ra.bootstrap import N_RESAMPLES, mean_interval
from v2ra.errors import InputError
from v2ra.motion import motion_of_pairs
from v2ra.pair_scores import Scores, quality_of_pairs, synchrony_of_pairs
from v2ra.pairs import SCALE_SYSTEMS, Pair, check_pairs, is_mismatched
from v2ra.scale_systems import scale_pairs
from v2ra.score_cache import Runner
from v2ra.scores import N_DRAWS
from v2ra.synchrony import TOLERANCE_SECONDS

__all__ = [
    "COLUMNS",
    "METRICS",
    "SCALE_SYSTEMS",
    "Pair",
    "evaluate_clips",
    "gains",
    "is_mismatched",
    "over_categories",
    "summarise",
]

COLUMNS = ["system", "category", "clip", "seed", "metric", "value"]
METRICS = ("synchrony", "quality", "motion")  # families


def evaluate_clips(
    pairs: Sequence[Pair],
    *,
    sample_rate: int,
    metrics: Sequence[str] = ("synchrony",),
    window_seconds: float = TOLERANCE_SECONDS,
    n_draws: int = N_DRAWS,
    seed: int = 0,
    cache: Path | None = None,
    n_jobs: int = 1,
) -> pd.DataFrame:
    """Score every pair, its mismatched control and its chance level.

    Parameters
    ----------
    pairs : sequence of Pair
        Systems × clips × seeds. A category of one clip has no mismatched rows.
    sample_rate : int
        In Hz, of all sounds.
    metrics : sequence of str
        Families: ``synchrony``; ``quality`` adds odg, di (PEAQ), mms, msf, rms and osg, some 0.2 s a pair;
        ``motion`` adds av_align, of pairs with `Pair.motion_peaks`.
    window_seconds : float
        Tolerance of the onset F-measure.
    n_draws : int
        Draws for the chance level of one clip.
    seed : int
        Of the noise and of chance; a clip's draws depend on no other clip.
    cache : path, optional
        Folder in which scores are kept by the contents of both sounds and the version of the code; what is
        there is not computed again, so that a run that was stopped goes on.
    n_jobs : int
        Processes.

    Returns
    -------
    DataFrame
        Columns system, category, clip, seed, metric, value.

    Raises
    ------
    InputError
        If a pair is there twice, takes the name of a scale system, has a silent reference, cannot be graded by
        PEAQ where *quality* is asked for, or has no motion peaks where *motion* is.

    Examples
    --------
    >>> import numpy as np
    >>> click = np.eye(1, 44100, 22050)[0]
    >>> table = evaluate_clips([Pair("ours", "wood", "a", click, click)], sample_rate=44100)
    >>> table[(table.system == "silence") & (table.metric == "onset_f")].value.item()
    0.0
    """
    if not metrics or not set(metrics) <= set(METRICS) or n_jobs < 1:
        raise InputError(
            f"found the metrics {tuple(metrics)} and {n_jobs} jobs; expected some of {', '.join(METRICS)} and one "
            "job or more; correct them"
        )
    check_pairs(pairs, motion="motion" in metrics)
    everything = [*pairs, *scale_pairs(pairs, sample_rate=sample_rate, seed=seed)]
    shared: dict[str, Any] = {"sample_rate": sample_rate, "runner": Runner(cache, n_jobs)}
    drawn: dict[str, Any] = {"n_draws": n_draws, "seed": seed}
    families: dict[str, Callable[..., Scores]] = {
        "synchrony": partial(synchrony_of_pairs, window_seconds=window_seconds, **drawn),
        "quality": quality_of_pairs,
        "motion": partial(motion_of_pairs, **drawn),
    }
    found = [families[name](everything, **shared) for name in METRICS if name in metrics]
    rows = [
        (pair.system, pair.category, pair.clip, pair.seed, *score)
        for pair, *families in zip(everything, *found, strict=True)
        for scores in families
        for score in scores.items()
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def summarise(table: pd.DataFrame, *, n_resamples: int = N_RESAMPLES, seed: int = 0) -> pd.DataFrame:
    """Average over clips and seeds, with 95 % intervals.

    Parameters
    ----------
    table : DataFrame
        Of `evaluate_clips`; several may be joined.
    n_resamples : int
        Of the bootstrap.
    seed : int
        Of its draws.

    Returns
    -------
    DataFrame
        Columns system, category, metric, mean, low, high, n_clips, n_seeds. Where NAME has a mismatched
        control, NAME_gain is NAME − NAME_mismatched, paired clip by clip: a system whose interval lies
        above 0 follows its video, and not only the habits of the category.

    Raises
    ------
    InputError
        If a column is missing.

    Examples
    --------
    >>> scores = [("ours", "wood", clip, 0, "onset_f", 0.5) for clip in "abc"]
    >>> summarise(pd.DataFrame(scores, columns=COLUMNS))[["metric", "mean", "low", "high", "n_clips"]].values.tolist()
    [['onset_f', 0.5, 0.5, 0.5, 3]]
    """
    missing = [column for column in COLUMNS if column not in table]
    if missing:
        raise InputError(f"found no column {missing[0]!r}; expected {COLUMNS}; use evaluate_clips")
    rows = []
    whole = pd.concat([table, gains(table)])
    for key, group in whole.groupby(["system", "category", "metric"], sort=False):
        values = by_seed_and_clip(group)  # (n_seeds, n_clips)
        interval = mean_interval(values, n_resamples=n_resamples, seed=seed)
        rows.append((*key, *interval, values.shape[1], values.shape[0]))
    columns = ["system", "category", "metric", "mean", "low", "high", "n_clips", "n_seeds"]
    return pd.DataFrame(rows, columns=columns)


def by_seed_and_clip(rows: pd.DataFrame) -> NDArray[np.float64]:
    """Return values as (n_seeds, n_clips), both in order, NaN where there is none: a `DataFrame.pivot` that is quick.

    Raises
    ------
    InputError
        If a clip has two values of one seed.

    Examples
    --------
    >>> rows = [("b", 0, 1.0), ("a", 0, 2.0), ("a", 1, 3.0)]
    >>> by_seed_and_clip(pd.DataFrame(rows, columns=["clip", "seed", "value"]))
    array([[ 2.,  1.],
           [ 3., nan]])
    """
    seeds, rows_of = np.unique(rows["seed"].to_numpy(), return_inverse=True)
    clips, columns_of = np.unique(rows["clip"].to_numpy(object), return_inverse=True)
    values = np.full((len(seeds), len(clips)), np.nan)
    places = rows_of * len(clips) + columns_of
    if len(np.unique(places)) < len(rows):
        raise InputError("found two values of one clip and seed; expected one; leave the other rows out")
    values.ravel()[places] = rows["value"].to_numpy(np.float64)
    return values


def over_categories(table: pd.DataFrame) -> pd.DataFrame:
    """Put the clips of all categories together, for `summarise`: few clips a category leave wide intervals.

    Examples
    --------
    >>> over_categories(pd.DataFrame([("ours", "wood", "a", 0, "onset_f", 0.5)], columns=COLUMNS)).values.tolist()
    [['ours', 'all', 'wood/a', 0, 'onset_f', 0.5]]
    """
    return table.assign(category="all", clip=table["category"] + "/" + table["clip"])


def gains(table: pd.DataFrame) -> pd.DataFrame:
    """Rows NAME_gain: each score minus its own mismatched control."""
    is_control = table["metric"].str.endswith("_mismatched")
    control = table[is_control]
    control = control.assign(metric=control["metric"].str.removesuffix("_mismatched"))
    both = table.merge(control, on=COLUMNS[:-1], suffixes=("", "_control"))
    gain = both["value"] - both["value_control"]
    return both.assign(metric=both["metric"] + "_gain", value=gain)[COLUMNS]
