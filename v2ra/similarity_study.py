"""How far the objective similarity grade depends on what the paper leaves open, and what it cannot hear.

Conventions
-----------
Tables are tidy. OSG is 0 for the same sound, lower is better; grades of two readings do not compare, the order
in which they put systems does. Rank 1 is the system that a reading finds nearest to the real sound.

Source
------
Section 4.3.2, Eq. 12; Tables 6 and 7 for the printed rows. The comparison is ours.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from v2ra.bootstrap import mean_interval
from v2ra.errors import InputError
from v2ra.pairs import Array, Pair
from v2ra.published import load_published
from v2ra.score_cache import Result, Runner, code_version, digest
from v2ra.scores import hear, synchrony_scores
from v2ra.similarity import (
    READINGS,
    SimilarityFeatures,
    features_by_reading,
    grade_of_features,
    load_weights,
    objective_similarity_grade,
)

CODE = (
    "similarity_study",
    "similarity",
    "acoustic_features",
    "modulation",
    "envelopes",
    "lags",
    "reference_data",
)


def blind_spots(
    reference: Array, others: Mapping[str, Array], *, sample_rate: int, event_times: Array | None = None
) -> pd.DataFrame:
    """Grade a sound against itself, itself backwards, itself moved by half its length, and others.

    Parameters
    ----------
    reference : float (time,)
        The real sound.
    others : mapping of str to float (time,)
        Further sounds of the same length.
    sample_rate : int
        In Hz.
    event_times : float (n_events,), optional
        True onsets in seconds; by default they are detected.

    Returns
    -------
    DataFrame
        A row a sound: osg (lower is better), onset_f and envelope_correlation (higher is better).

    Examples
    --------
    >>> clicks = np.repeat(np.eye(1, 4, 0)[0], 4000) * np.sin(np.arange(16000))
    >>> table = blind_spots(clicks, {}, sample_rate=16000).set_index("sound")
    >>> table["osg"].round(1).tolist(), table.loc["moved by half", "onset_f"]
    ([0.0, 0.0, 0.0], np.float64(0.0))
    """
    versions = {
        "itself": reference,
        "backwards": reference[::-1],
        "moved by half": np.roll(reference, len(reference) // 2),
        **others,
    }
    real = hear(reference, sample_rate=sample_rate, event_times=event_times)
    rows = []
    for name, sound in versions.items():
        grade = objective_similarity_grade(reference, sound, sample_rate=sample_rate)
        timing = synchrony_scores(real, hear(sound, sample_rate=sample_rate), sample_rate=sample_rate)
        rows.append((name, grade.osg, timing["onset_f"], timing["envelope_correlation"]))
    return pd.DataFrame(rows, columns=["sound", "osg", "onset_f", "envelope_correlation"])


def reading_grades(
    pairs: Sequence[Pair],
    *,
    sample_rate: int,
    readings: Sequence[str] = tuple(READINGS),
    runner: Runner | None = None,
) -> pd.DataFrame:
    """Grade each pair by each reading; the features of a sound are computed once.

    Parameters
    ----------
    pairs : sequence of Pair
        Systems × clips × seeds, the scale systems among them.
    sample_rate : int
        In Hz.
    readings : sequence of str
        Names of `READINGS`.
    runner : Runner, optional
        Processes and cache.

    Returns
    -------
    DataFrame
        Columns reading, system, category, clip, seed, osg.

    Examples
    --------
    >>> sound = np.sin(np.arange(16000.0))
    >>> reading_grades([Pair("ours", "wood", "a", sound, sound)], sample_rate=16000)["osg"].tolist()
    [0.0, 0.0, 0.0, 0.0, 0.0]
    """
    names = [[digest(side, sample_rate) for side in (pair.reference, pair.estimate)] for pair in pairs]
    sounds = {
        name: side
        for pair, both in zip(pairs, names, strict=True)
        for name, side in zip(both, (pair.reference, pair.estimate), strict=True)
    }
    tasks = [(sound, sample_rate, tuple(readings)) for sound in sounds.values()]
    keys = [digest(code_version(*CODE), name, list(readings)) for name in sounds]
    found = (runner or Runner()).run(_features, tasks, keys, label="similarity")
    features = dict(zip(sounds, found, strict=True))
    rows = []
    for reading in readings:
        for pair, both in zip(pairs, names, strict=True):
            sides = (SimilarityFeatures(*features[name][reading]) for name in both)
            rows.append(
                (reading, pair.system, pair.category, pair.clip, pair.seed, grade_of_features(*sides).osg)
            )
    return pd.DataFrame(rows, columns=["reading", "system", "category", "clip", "seed", "osg"])


def reading_ranks(grades: pd.DataFrame) -> pd.DataFrame:
    """Rank the systems by each reading, and say how far its order agrees with the first one's.

    Parameters
    ----------
    grades : DataFrame
        Of `reading_grades`.

    Returns
    -------
    DataFrame
        A row a reading and system: mean OSG with its 95 % interval, rank, and the reading's Kendall tau: 1 for
        the same order as the first reading, 0 for no relation. The ground truth, always first, does not count
        for tau.

    Raises
    ------
    InputError
        If there are fewer than two systems beside the ground truth.

    Examples
    --------
    >>> rows = [("one", "a", 1.0), ("one", "b", 2.0), ("two", "a", 9.0), ("two", "b", 5.0)]
    >>> grades = pd.DataFrame(rows, columns=["reading", "system", "osg"])
    >>> reading_ranks(grades.assign(category="wood", clip="x", seed=0))[["rank", "tau"]].values.tolist()
    [[1.0, 1.0], [2.0, 1.0], [2.0, -1.0], [1.0, -1.0]]
    """
    rows = []
    for (reading, system), group in grades.groupby(["reading", "system"], sort=False):
        values = group.pivot(index="seed", columns=["category", "clip"], values="osg").to_numpy()
        rows.append({"reading": reading, "system": system, **mean_interval(values)._asdict()})
    table = pd.DataFrame(rows)
    table["rank"] = table.groupby("reading")["mean"].rank(method="min").astype(int)
    means = table.pivot(index="system", columns="reading", values="mean").drop(
        "ground_truth", errors="ignore"
    )
    if len(means) < 2:
        raise InputError(f"found {len(means)} systems to rank; expected two or more; add systems")
    first = means[table["reading"].iloc[0]]
    tau = {reading: float(stats.kendalltau(first, means[reading]).statistic) for reading in means}
    return table.assign(tau=table["reading"].map(tau))


def recomputed_grades() -> pd.DataFrame:
    """Compute Eq. 12 from the printed parts of Tables 6 and 7.

    Returns
    -------
    DataFrame
        Columns table, row, printed, recomputed, difference, agrees: whether the difference is within what
        rounding to four digits allows. Rows that repeat a system and those of the ground truth are left out.

    Examples
    --------
    >>> recomputed_grades()["agrees"].value_counts().to_dict()
    {True: 6, False: 5}
    """
    weights = load_weights()
    rounding = (1 + sum(weights.values())) * 0.5e-4
    rows, seen = [], set()
    for table in ("table6", "table7"):
        for _, row in load_published(table).iterrows():
            parts = tuple(float(row[name]) for name in weights)
            if not any(parts) or parts in seen:
                continue
            seen.add(parts)
            osg = sum(weight * part for weight, part in zip(weights.values(), parts, strict=True))
            difference = float(row["osg"]) - osg
            agrees = abs(difference) <= rounding + 1e-12
            rows.append((table, row.iloc[0], float(row["osg"]), osg, difference, agrees))
    columns = ["table", "row", "printed", "recomputed", "difference", "agrees"]
    return pd.DataFrame(rows, columns=columns)


def _features(tasks: list[Any]) -> list[Result]:
    return [
        dict(
            zip(
                readings,
                map(list, features_by_reading(sound, sample_rate=rate, readings=readings)),
                strict=True,
            )
        )
        for sound, rate, readings in tasks
    ]
