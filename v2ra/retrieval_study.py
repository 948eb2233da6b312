"""Retrieval on held-out clips: two protocols, their controls, and the distances between systems as sets.

*generated*: the query is the sound that the model of the clip's own category made for it. That model knows its
category, so this asks whether generated sound has the character of its category, not whether a video finds sound.
*linear*: a ridge regression from visual features to descriptors, fitted on the training clips of all categories
together; here the video alone has to find the category. *real*: the real sound asks, its own copy left out of the
gallery: the ceiling of a descriptor.

Conventions
-----------
The gallery is the real sounds of all test clips. Accuracy is 0 to 1, higher is better, chance beside it.

Source
------
Section 4.3.3, which names neither features nor distance.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from v2ra.datasets import EncodedClip, Pack
from v2ra.descriptors import KINDS, described
from v2ra.errors import InputError
from v2ra.frechet import frechet_distance
from v2ra.pairs import Array, Pair
from v2ra.retrieval import nearest_sounds, permutation_p, top1_accuracy
from v2ra.visual_map import clip_features, fit_visual_map

FloatArray = NDArray[np.float64]

PIECE_SECONDS = 1.0


@dataclass(frozen=True, eq=False)
class Queries:
    """Descriptors that ask, one a test clip.

    Attributes
    ----------
    protocol, system : str
        Which protocol, and whose sound.
    vectors : float64 (n_clips, n_dims)
        In the order of the gallery.
    """

    protocol: str
    system: str
    vectors: FloatArray


def gallery_clips(packs: Sequence[Pack]) -> list[tuple[str, EncodedClip]]:
    """Return category and clip of all test clips, in the order of the packs.

    Examples
    --------
    >>> gallery_clips([Pack("wood", (), {})])
    []
    """
    return [(pack.category, clip) for pack in packs for clip in pack.part("test")]


def linear_queries(packs: Sequence[Pack], *, sample_rate: int, kind: str) -> Queries:
    """Fit the linear protocol on the training clips of all categories, and ask with the test clips.

    Parameters
    ----------
    packs : sequence of Pack
        One a category, of one feature backend.
    sample_rate : int
        In Hz.
    kind : str
        ``log_mel`` or ``modulation``.
    """
    train = [clip for pack in packs for clip in pack.part("train")]
    seen = np.stack([clip_features(clip.features.astype(np.float64)) for clip in train])
    heard = described([clip.waveform for clip in train], sample_rate=sample_rate, kind=kind)
    asked = np.stack([clip_features(clip.features.astype(np.float64)) for _, clip in gallery_clips(packs)])
    return Queries("linear", "ridge regression", fit_visual_map(seen, heard)(asked))


def generated_queries(
    pairs: Sequence[Pair], packs: Sequence[Pack], *, sample_rate: int, kind: str
) -> list[Queries]:
    """Return the queries of each system and seed among the pairs; each must have a sound for every test clip.

    Raises
    ------
    InputError
        If a system has no sound for a clip.
    """
    wanted = [(category, clip.name) for category, clip in gallery_clips(packs)]
    made = []
    for system, seed in dict.fromkeys((pair.system, pair.seed) for pair in pairs):
        sounds = {(p.category, p.clip): p.estimate for p in pairs if (p.system, p.seed) == (system, seed)}
        missing = [name for name in wanted if name not in sounds]
        if missing:
            raise InputError(f"found no sound of {system} for {missing[0]}; expected one a test clip; add it")
        vectors = described([sounds[name] for name in wanted], sample_rate=sample_rate, kind=kind)
        made.append(Queries("generated", f"{system}, seed {seed}", vectors))
    return made


def retrieval_table(
    packs: Sequence[Pack],
    pairs: Sequence[Pair],
    *,
    sample_rate: int,
    kinds: Sequence[str] = KINDS,
    seed: int = 0,
) -> pd.DataFrame:
    """Return top-1 accuracy by protocol, system and descriptor.

    Parameters
    ----------
    packs : sequence of Pack
        One a category.
    pairs : sequence of Pair
        Of `generate_all`.
    sample_rate : int
        In Hz.
    kinds : sequence of str
        Descriptors.
    seed : int
        Of the permutations.

    Returns
    -------
    DataFrame
        A row each: descriptor, protocol, system, accuracy with its 95 % Wilson interval (low, high), chance,
        p_value (binomial), permutation_p, n_correct, n_queries, n_gallery. Of one test clip in all, which leaves
        nothing to choose from, the protocol that leaves it out has no row, and a line says so.
    """
    clips = gallery_clips(packs)
    if len(clips) == 1:
        print("one test clip in all: every query finds it, and a share of 1 is chance")
    categories = [category for category, _ in clips]
    labels = {"query_labels": categories, "gallery_labels": categories}
    rows = []
    for kind in kinds:
        gallery = described([clip.waveform for _, clip in clips], sample_rate=sample_rate, kind=kind)
        options: dict[str, Any] = {"sample_rate": sample_rate, "kind": kind}
        asked = [
            *([Queries("real", "its own copy left out", gallery)] if len(clips) > 1 else []),
            linear_queries(packs, **options),
            *generated_queries(pairs, packs, **options),
        ]
        for query in asked:
            own: dict[str, Any] = {**labels, "exclude_self": query.protocol == "real"}
            score = top1_accuracy(query.vectors, gallery, **own)
            rng = np.random.default_rng(seed)
            chance = permutation_p(query.vectors, gallery, **own, rng=rng)
            found = {**score._asdict(), "permutation_p": chance}
            rows.append({"descriptor": kind, "protocol": query.protocol, "system": query.system, **found})
    return pd.DataFrame(rows)


@dataclass(frozen=True, eq=False)
class Found:
    """What one generated sound finds: names of both clips, and three sounds to hear."""

    asked: str
    found: str
    tracks: dict[str, Array]


def found_by(
    pairs: Sequence[Pair], packs: Sequence[Pack], *, sample_rate: int, category: str, system: str = "tuned"
) -> Found:
    """Ask with one system's sound for the first test clip of a category; of the first one where it is not there.

    Parameters
    ----------
    pairs, packs, sample_rate
        As in `retrieval_table`.
    category, system : str
        Whose sound asks.
    """
    clips = gallery_clips(packs)
    number = next((k for k, (name, _) in enumerate(clips) if name == category), 0)
    name, clip = clips[number]
    sound = next(p.estimate for p in pairs if (p.system, p.category, p.clip) == (system, name, clip.name))
    gallery = described([other.waveform for _, other in clips], sample_rate=sample_rate)
    nearest = int(nearest_sounds(described([sound], sample_rate=sample_rate), gallery)[0])
    tracks = {"Asked": sound, "Found": clips[nearest][1].waveform, "Its own": clip.waveform}
    return Found(f"{system} for {clip.name}", clips[nearest][1].name, tracks)


def set_distances(
    packs: Sequence[Pack], pairs: Sequence[Pair], *, sample_rate: int, kind: str = "log_mel"
) -> pd.DataFrame:
    """Return how far each system's sounds lie from the real test sounds as a set, in pieces of one second.

    Parameters
    ----------
    packs : sequence of Pack
        One a category; their training clips are the floor: real sound, other clips.
    pairs : sequence of Pair
        Systems on test clips, the scale systems among them.
    sample_rate : int
        In Hz.
    kind : str
        ``log_mel`` or ``modulation``.

    Returns
    -------
    DataFrame
        A row a system: squared Fréchet distance in dB² (not FAD), n_reference, n_estimate (pieces), n_clips,
        covariance; nearest first. Distances of sets of other sizes do not compare.
    """
    options: dict[str, Any] = {"sample_rate": sample_rate, "kind": kind, "piece_seconds": PIECE_SECONDS}
    real = described([clip.waveform for _, clip in gallery_clips(packs)], **options)
    sets: dict[str, list[Array]] = {"real, training clips": []}
    sets["real, training clips"] += [clip.waveform for pack in packs for clip in pack.part("train")]
    for pair in pairs:
        if pair.system not in ("ground_truth", "mismatched"):  # the same set, dealt out anew
            sets.setdefault(pair.system, []).append(pair.estimate)
    rows = []
    for system, sounds in sets.items():
        found = frechet_distance(real, described(sounds, **options), covariance="ledoit_wolf")
        rows.append({"system": system, "descriptor": kind, **found._asdict(), "n_clips": len(sounds)})
    return pd.DataFrame(rows).sort_values("distance", ignore_index=True)
