"""Scores of the compared systems: between two clips of one system, against V2RA, and in words who is ahead.

Conventions
-----------
Rows are those of `v2ra.evaluation`: system, category, clip, seed, metric, value. METRIC_change is a system's value
minus V2RA's, clip by clip and seed by seed. A system is *ahead* in a metric where the whole interval of the mean
change lies on the better side, *behind* where it lies on the other, else neither.

Source
------
Section 4.4; Table 5. The rule of the intervals is that of `v2ra.claims.check_direction`.
"""

import itertools
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from v2ra.errors import InputError
from v2ra.evaluation import COLUMNS, Pair, evaluate_clips, gains, summarise
from v2ra.heard_sounds import features_of
from v2ra.scheme_scores import with_changes
from v2ra.score_cache import Runner
from v2ra.similarity import grade_of_features
from v2ra.system_pairs import LABELS

BETTER = {  # metric: which sign of a change is better
    "onset_f": 1,
    "onset_f_gain": 1,
    "envelope_correlation": 1,
    "odg": 1,
    "mms": -1,
    "msf": -1,
    "rms": -1,
    "osg": -1,
}
HEADS = {
    "onset_f": "onset F",
    "onset_f_mismatched": "other clips",
    "onset_f_gain": "gain",
    "envelope_correlation": "envelope correlation",
    "odg": "ODG",
    "mms": "MMS",
    "msf": "MSF",
    "rms": "RMS",
    "osg": "OSG",
}
FLOOR = ("nearest", "onset_grain")
OURS = "tuned"


def consistency_rows(pairs: Sequence[Pair], *, sample_rate: int, cache: Path | None = None) -> pd.DataFrame:
    """Score how alike the sounds of one system for different clips are: the first two rows of Table 5.

    Parameters
    ----------
    pairs : sequence of Pair
        Of one system, category and seed: two or more, or they have no row.
    sample_rate : int
        In Hz.
    cache : path, optional
        As in `evaluate_clips`.

    Returns
    -------
    DataFrame
        `COLUMNS`; osg_between of a clip is the mean OSG to the other clips' sounds, and that of ground_truth is
        of the real sounds. Lower is more alike: a system that always makes one sound has 0.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> real = rng.normal(size=(2, 8000)) / 9
    >>> pairs = [Pair("ours", "wood", clip, sound, np.zeros(8000)) for clip, sound in zip("ab", real)]
    >>> table = consistency_rows(pairs, sample_rate=8000)
    >>> table.groupby("system").value.mean().round(3).to_dict()["ours"]
    0.0
    """
    sounds = {(p.system, p.category, p.seed, p.clip): p.estimate for p in pairs}
    sounds |= {("ground_truth", p.category, 0, p.clip): p.reference for p in pairs}
    found = features_of(list(sounds.values()), sample_rate=sample_rate, runner=Runner(cache))
    features = dict(zip(sounds, found, strict=True))
    rows = []
    for key, group in itertools.groupby(sorted(features), key=lambda entry: entry[:3]):
        system, category, seed = key
        clips = list(group)
        for clip in clips:
            between = [grade_of_features(features[clip], features[o]).osg for o in clips if o != clip]
            if between:
                rows.append((system, category, clip[3], seed, "osg_between", float(np.mean(between))))
    return pd.DataFrame(rows, columns=COLUMNS)


def changes_from(
    rows: pd.DataFrame, *, base: str = OURS, metrics: Sequence[str] = tuple(BETTER)
) -> pd.DataFrame:
    """Return how far every other system lies from one, with intervals.

    Parameters
    ----------
    rows : DataFrame
        Of `evaluate_clips`.
    base : str
        The system that the others are held against.
    metrics : sequence of str
        Whose changes are asked for; NAME_gain is computed.

    Returns
    -------
    DataFrame
        Of `summarise`: metrics METRIC_change.

    Examples
    --------
    >>> rows = [(system, "wood", "a", 0, "odg", value) for system, value in (("tuned", -3.9), ("nearest", -3.5))]
    >>> changes_from(pd.DataFrame(rows, columns=COLUMNS))[["system", "metric", "mean"]].round(2).values.tolist()
    [['nearest', 'odg_change', 0.4]]
    """
    whole = pd.concat([rows, gains(rows)], ignore_index=True)
    changed = with_changes(whole[whole["metric"].isin(metrics)], base=base)
    return summarise(changed[changed["metric"].str.endswith("_change")])


def standings(changes: pd.DataFrame) -> pd.DataFrame:
    """Say in which metrics a system is ahead of V2RA and in which behind.

    Parameters
    ----------
    changes : DataFrame
        Of `changes_from`.

    Returns
    -------
    DataFrame
        A row a system and category: columns system, category, ahead, behind; "–" is in none.

    Raises
    ------
    InputError
        If there is no change of a known metric.

    Examples
    --------
    >>> row = {"system": "nearest", "category": "wood", "mean": -0.2, "low": -0.3, "high": -0.1}
    >>> changes = pd.DataFrame([row | {"metric": "osg_change"}, row | {"metric": "odg_change"}])
    >>> standings(changes)[["ahead", "behind"]].values.tolist()
    [['OSG', 'ODG']]
    """
    known = changes[changes["metric"].isin([f"{metric}_change" for metric in BETTER])]
    if known.empty:
        raise InputError("found no changes; expected those of one system or more; use changes_from")
    rows = []
    for (system, category), group in known.groupby(["system", "category"], sort=False):
        found: dict[str, list[str]] = {"ahead": [], "behind": []}
        by_metric = {row["metric"].removesuffix("_change"): row for row in group.to_dict("records")}
        for metric in (name for name in BETTER if name in by_metric):
            row = by_metric[metric]
            side = (row["low"] > 0) - (row["high"] < 0)  # 0 also where the interval is not known
            if side:
                found["ahead" if side == BETTER[metric] else "behind"].append(HEADS[metric])
        cells = {side: ", ".join(names) or "–" for side, names in found.items()}
        rows.append({"system": system, "category": category, **cells})
    return pd.DataFrame(rows)


def floor_lines(standing: pd.DataFrame) -> list[str]:
    """Return a sentence for each category and floor system: whether a system that makes no sound is ahead of V2RA.

    Examples
    --------
    >>> row = {"system": "nearest", "category": "wood", "ahead": "onset F", "behind": "–"}
    >>> floor_lines(pd.DataFrame([row]))
    ['wood: nearest neighbour beats V2RA, tuned, in onset F; it loses in none.']
    """
    return [
        f"{row['category']}: {LABELS[row['system']]} beats {LABELS[OURS]}, in {_or_none(row['ahead'])}; "
        f"it loses in {_or_none(row['behind'])}."
        for row in standing[standing["system"].isin(FLOOR)].to_dict("records")
    ]


def _or_none(cell: str) -> str:
    return "none" if cell == "–" else cell


def system_rows(
    pairs: Sequence[Pair], *, sample_rate: int, cache: Path | None = None, between: bool = False
) -> pd.DataFrame:
    """Score synchrony and quality of all pairs, and of the systems that show the scale.

    Parameters
    ----------
    pairs : sequence of Pair
        Of `v2ra.system_pairs.compare_systems`.
    sample_rate : int
        In Hz, 32,000 or more.
    cache : path, optional
        As in `evaluate_clips`.
    between : bool
        Whether osg_between of `consistency_rows` is added.

    Returns
    -------
    DataFrame
        `COLUMNS`.
    """
    scored = evaluate_clips(pairs, sample_rate=sample_rate, metrics=("synchrony", "quality"), cache=cache)
    if not between:
        return scored
    return pd.concat(
        [scored, consistency_rows(pairs, sample_rate=sample_rate, cache=cache)], ignore_index=True
    )
