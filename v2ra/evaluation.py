"""Scores of systems on clips, each beside what another clip's sound and chance would score.

Conventions
-----------
A tidy table has the columns system, category, clip, seed, metric and value. Of a metric NAME there are up
to three rows: NAME (a system's sound against the real sound of its clip), NAME_mismatched (its sounds of
every other clip of the category against that real sound, mean) and NAME_chance (events at random times).
Three systems are always there and show the scale: ground_truth (the real sound against itself; its onset F
shows what the detector misses), silence, and noise (white, at the level of the real sound).

Source
------
Ours. The mismatched control is that of Section 4.7 ("the mismatched audio was randomly chosen from another
video of the same category"), with every other clip in place of one at random.
"""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from v2ra.bootstrap import N_RESAMPLES, mean_interval
from v2ra.errors import InputError
from v2ra.scores import N_DRAWS, chance_scores, hear, mismatched_scores, synchrony_scores
from v2ra.synchrony import TOLERANCE_SECONDS

Array = NDArray[np.floating]

COLUMNS = ["system", "category", "clip", "seed", "metric", "value"]
SCALE_SYSTEMS = ("ground_truth", "silence", "noise")


@dataclass(frozen=True, eq=False)
class Pair:
    """A system's sound for a clip, and the clip's own.

    Attributes
    ----------
    system, category, clip : str
        Who made the sound, and for what.
    reference, estimate : float (time,)
        The real sound and the system's, of the same length within 10 ms.
    seed : int
        Of the training run; 0 where there is none.
    event_times : float (n_events,), optional
        Annotated onsets in seconds; without any they are detected in the reference.
    """

    system: str
    category: str
    clip: str
    reference: Array
    estimate: Array
    seed: int = 0
    event_times: Array | None = None


def evaluate_clips(
    pairs: Sequence[Pair],
    *,
    sample_rate: int,
    window_seconds: float = TOLERANCE_SECONDS,
    n_draws: int = N_DRAWS,
    seed: int = 0,
) -> pd.DataFrame:
    """Score every pair, its mismatched control and its chance level.

    Parameters
    ----------
    pairs : sequence of Pair
        Systems × clips × seeds. A category of one clip has no mismatched rows.
    sample_rate : int
        In Hz, of all sounds.
    window_seconds : float
        Tolerance of the onset F-measure.
    n_draws : int
        Draws for the chance level of one clip.
    seed : int
        Of the noise and of chance; a clip's draws depend on no other clip.

    Returns
    -------
    DataFrame
        Columns system, category, clip, seed, metric, value.

    Raises
    ------
    InputError
        If a pair is there twice, takes the name of a scale system, or has a silent reference.

    Examples
    --------
    >>> click = np.eye(1, 44100, 22050)[0]
    >>> table = evaluate_clips([Pair("ours", "wood", "a", click, click)], sample_rate=44100)
    >>> table[(table.system == "silence") & (table.metric == "onset_f")].value.item()
    0.0
    """
    _check_pairs(pairs)
    everything = [*pairs, *_scale_pairs(pairs, seed=seed)]
    sounds = [hear(pair.estimate, sample_rate=sample_rate) for pair in everything]
    real = {
        (p.category, p.clip): hear(p.reference, sample_rate=sample_rate, event_times=p.event_times)
        for p in pairs
    }
    options: dict[str, Any] = {"sample_rate": sample_rate, "window_seconds": window_seconds}
    rows = []
    for pair, sound in zip(everything, sounds, strict=True):
        reference = real[pair.category, pair.clip]
        others = [s for p, s in zip(everything, sounds, strict=True) if is_mismatched(pair, p)]
        rng = _generator(pair, seed)
        scores = {
            **synchrony_scores(reference, sound, **options),
            **mismatched_scores(reference, others, **options),
            **chance_scores(reference, sound, n_draws=n_draws, rng=rng, **options),
        }
        rows += [(pair.system, pair.category, pair.clip, pair.seed, *score) for score in scores.items()]
    return pd.DataFrame(rows, columns=COLUMNS)


def is_mismatched(pair: Pair, other: Pair) -> bool:
    """Whether the other pair's sound is a mismatched control for this pair: all is the same but the clip.

    Examples
    --------
    >>> pair = Pair("ours", "wood", "a", np.ones(1), np.ones(1))
    >>> is_mismatched(pair, pair), is_mismatched(pair, replace(pair, clip="b"))
    (False, True)
    """
    same_run = (pair.system, pair.category, pair.seed) == (other.system, other.category, other.seed)
    return same_run and pair.clip != other.clip


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
    whole = pd.concat([table, _gains(table)])
    for key, group in whole.groupby(["system", "category", "metric"], sort=False):
        values = group.pivot(index="seed", columns="clip", values="value").to_numpy()  # (n_seeds, n_clips)
        interval = mean_interval(values, n_resamples=n_resamples, seed=seed)
        rows.append((*key, *interval, values.shape[1], values.shape[0]))
    columns = ["system", "category", "metric", "mean", "low", "high", "n_clips", "n_seeds"]
    return pd.DataFrame(rows, columns=columns)


def _gains(table: pd.DataFrame) -> pd.DataFrame:
    """Rows NAME_gain: each score minus its own mismatched control."""
    is_control = table["metric"].str.endswith("_mismatched")
    control = table[is_control].assign(metric=table["metric"].str.removesuffix("_mismatched"))
    both = table.merge(control, on=COLUMNS[:-1], suffixes=("", "_control"))
    gain = both["value"] - both["value_control"]
    return both.assign(metric=both["metric"] + "_gain", value=gain)[COLUMNS]


def _scale_pairs(pairs: Sequence[Pair], *, seed: int) -> list[Pair]:
    """Pairs of the systems that show the scale, one for each clip."""
    first = {(pair.category, pair.clip): pair for pair in reversed(pairs)}
    made = []
    for pair in reversed(first.values()):
        level = np.sqrt(np.mean(pair.reference.astype(np.float64) ** 2))
        noise = level * _generator(replace(pair, system="noise", seed=0), seed).standard_normal(
            pair.reference.size
        )
        waveforms = (pair.reference, np.zeros_like(pair.reference), noise)
        for system, waveform in zip(SCALE_SYSTEMS, waveforms, strict=True):
            made.append(replace(pair, system=system, estimate=waveform, seed=0))
    return made


def _generator(pair: Pair, seed: int) -> np.random.Generator:
    """Random generator of one pair: it does not depend on which others there are."""
    name = f"{pair.system}/{pair.category}/{pair.clip}/{pair.seed}"
    return np.random.default_rng([seed, zlib.crc32(name.encode())])


def _check_pairs(pairs: Sequence[Pair]) -> None:
    """Refuse pairs that would be scored wrongly or twice."""
    seen = set()
    for pair in pairs:
        name = f"{pair.system} on {pair.category}/{pair.clip}, seed {pair.seed}"
        if pair.system in SCALE_SYSTEMS:
            raise InputError(
                f"found the system name {pair.system!r}; expected another, it is added; rename it"
            )
        if name in seen:
            raise InputError(f"found {name} twice; expected one sound a seed; leave one out")
        if not np.any(pair.reference):
            raise InputError(f"found a silent reference: {name}; expected sound; leave this clip out")
        seen.add(name)
    if not pairs:
        raise InputError("found no pairs; expected one or more; check the clips")
