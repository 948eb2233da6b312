"""Models on videos of another category: whether the sound is in time, and of which category it is.

Conventions
-----------
Pairs and rows are those of `v2ra.evaluation`: the category is that of the video, the system "CATEGORY model" says what
the model was trained on. finds_CATEGORY is 1 where the real test sound that is nearest to a sound (log-mel statistics,
`v2ra.retrieval`) is of that category, else 0; finds_own is 1 where it is of the video's. frechet_CATEGORY is the
squared Fréchet distance in dB² of all sounds of a model for the videos of a category, in pieces of one second, to the
real test sounds of CATEGORY; sets of other sizes do not compare, and it has no interval.

Source
------
Section 5: "our model can not generate dog barking with bird singing videos as the training set".
"""

import itertools
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from v2ra.datasets import Pack
from v2ra.descriptors import described
from v2ra.evaluation import COLUMNS, Pair, evaluate_clips, summarise
from v2ra.frechet import frechet_distance
from v2ra.heldout import heldout_pairs, heldout_sounds
from v2ra.retrieval import nearest_sounds
from v2ra.retrieval_study import PIECE_SECONDS, gallery_clips
from v2ra.score_tables import SYNCHRONY, with_intervals
from v2ra.workspace import Workspace

SUFFIX = " model"
SHOWN = ("onset_f", "onset_f_gain", "envelope_correlation")


def model_of(category: str) -> str:
    """Return the system's name of the model of a category.

    Examples
    --------
    >>> model_of("bird")
    'bird model'
    """
    return f"{category}{SUFFIX}"


def swapped_pairs(
    workspace: Workspace, categories: Sequence[str], *, recipe: str = "tuned", seeds: Sequence[int] = (0,)
) -> list[Pair]:
    """Let the model of every category sound for the test clips of every category.

    Parameters
    ----------
    workspace : Workspace
        Models that are not there are trained.
    categories : sequence of str
        Of models and of videos.
    recipe : str
        Whose models.
    seeds : sequence of int
        Of the models.

    Returns
    -------
    list of Pair
        Models × videos × seeds × clips.
    """
    pairs = []
    if len(categories) == 1:
        print("one category here: its model sees no videos of another")
    for seed, trained in itertools.product(seeds, categories):
        run = workspace.run(recipe, trained, seed=seed)
        for seen in categories:
            pack = workspace.pack(seen)
            sounds = heldout_sounds(run, pack, cache=workspace.sound_cache)  # with the read-out of the run
            pairs += heldout_pairs(sounds, pack, system=model_of(trained), seed=seed)
    return pairs


def likeness_rows(pairs: Sequence[Pair], packs: Sequence[Pack], *, sample_rate: int) -> pd.DataFrame:
    """Say of which category the real sound is that lies nearest to each sound.

    Parameters
    ----------
    pairs : sequence of Pair
        One or more.
    packs : sequence of Pack
        The real sounds of their test clips are the gallery; a share of 1 / len(packs) is chance where all have as many.
    sample_rate : int
        In Hz.

    Returns
    -------
    DataFrame
        `v2ra.evaluation.COLUMNS`, metrics finds_CATEGORY and finds_own, 0 or 1.

    Examples
    --------
    >>> import numpy as np
    >>> from v2ra.datasets import EncodedClip, quantise
    >>> high, low = (np.sin(2 * np.pi * f * np.arange(22050) / 22050) for f in (3000, 300))
    >>> packs = [
    ...     Pack(name, (EncodedClip("a", "test", np.zeros((5, 1)), quantise(sound), np.zeros(0)),), {})
    ...     for name, sound in (("bird", high), ("dog", low))
    ... ]
    >>> table = likeness_rows([Pair("ours", "dog", "a", low, high)], packs, sample_rate=22050)
    >>> table[["metric", "value"]].values.tolist()
    [['finds_bird', 1.0], ['finds_dog', 0.0], ['finds_own', 0.0]]
    """
    clips = gallery_clips(packs)
    gallery = described([clip.waveform for _, clip in clips], sample_rate=sample_rate)
    queries = described([pair.estimate for pair in pairs], sample_rate=sample_rate)
    found = [clips[number][0] for number in nearest_sounds(queries, gallery)]
    rows = [
        (pair.system, pair.category, pair.clip, pair.seed, f"finds_{asked}", float(name == wanted))
        for pair, name in zip(pairs, found, strict=True)
        for asked, wanted in [*((pack.category, pack.category) for pack in packs), ("own", pair.category)]
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def set_rows(pairs: Sequence[Pair], packs: Sequence[Pack], *, sample_rate: int) -> pd.DataFrame:
    """Measure how far the sounds of each model for each category of videos lie from the real ones of each category.

    Parameters
    ----------
    pairs : sequence of Pair
        Of one second or longer; sounds of all seeds are one set.
    packs : sequence of Pack
        Their real test sounds are what is compared with.
    sample_rate : int
        In Hz.

    Returns
    -------
    DataFrame
        Columns system, category, metric (frechet_CATEGORY), mean (dB², lower is nearer), n_clips, n_seeds.
    """
    options: dict[str, Any] = {"sample_rate": sample_rate, "piece_seconds": PIECE_SECONDS}
    real = {pack.category: described([c.waveform for c in pack.part("test")], **options) for pack in packs}
    rows = []
    for system, category in dict.fromkeys((pair.system, pair.category) for pair in pairs):
        own = [pair for pair in pairs if (pair.system, pair.category) == (system, category)]
        made = described([pair.estimate for pair in own], **options)
        counts = {"n_clips": len({p.clip for p in own}), "n_seeds": len({p.seed for p in own})}
        for name, vectors in real.items():
            distance = frechet_distance(vectors, made, covariance="ledoit_wolf").distance
            found = {"metric": f"frechet_{name}", "mean": distance}
            rows.append({"system": system, "category": category, **found, **counts})
    return pd.DataFrame(rows)


def swap_rows(
    pairs: Sequence[Pair], packs: Sequence[Pack], *, sample_rate: int, cache: Path | None = None
) -> pd.DataFrame:
    """Score synchrony and likeness of all pairs; the systems that show the scale are left out.

    Parameters
    ----------
    pairs, packs, sample_rate
        As in `likeness_rows`.
    cache : path, optional
        As in `evaluate_clips`.

    Returns
    -------
    DataFrame
        `v2ra.evaluation.COLUMNS`.
    """
    scored = evaluate_clips(pairs, sample_rate=sample_rate, n_draws=1, cache=cache)  # chance is not asked for
    own = scored["system"].isin({pair.system for pair in pairs})
    kept = scored[own & ~scored["metric"].str.endswith("_chance")]
    return pd.concat([kept, likeness_rows(pairs, packs, sample_rate=sample_rate)], ignore_index=True)


def swap_summary(rows: pd.DataFrame, sets: pd.DataFrame) -> pd.DataFrame:
    """Average what is shown, with intervals, and add the distances of sets, which have none.

    Parameters
    ----------
    rows, sets : DataFrame
        Of `swap_rows` and `set_rows`.

    Returns
    -------
    DataFrame
        The columns of `v2ra.evaluation.summarise`.
    """
    summary = summarise(rows)
    shown = summary["metric"].isin(SHOWN) | summary["metric"].str.startswith("finds_")
    return pd.concat([summary[shown], sets], ignore_index=True)


def swap_table(summary: pd.DataFrame, categories: Sequence[str]) -> pd.DataFrame:
    """Lay out what every model makes of every category of videos.

    Parameters
    ----------
    summary : DataFrame
        Of `swap_summary`.
    categories : sequence of str
        Of models and videos.

    Returns
    -------
    DataFrame
        A row a model and category of videos: synchrony, shares of sounds by category, and the category whose real
        sounds are nearest as a set.
    """
    heads = {name: SYNCHRONY[name] for name in SHOWN} | {
        f"finds_{name}": f"like {name}" for name in categories
    }
    own = summary[summary["system"].isin([model_of(name) for name in categories])]
    table = with_intervals(own, heads)
    nearest = {}
    sets = own[own["metric"].str.startswith("frechet_")]
    for row in sets.sort_values("mean", ascending=False).to_dict("records"):  # the nearest comes last
        cell = f"{row['metric'].removeprefix('frechet_')} ({row['mean']:.0f} dB²)"
        nearest[row["system"], row["category"]] = cell
    keys = zip(table["system"], table["category"], strict=True)
    table.insert(len(table.columns) - 2, "nearest set", [nearest[key] for key in keys])
    return table.rename(columns={"system": "model", "category": "videos of"})
