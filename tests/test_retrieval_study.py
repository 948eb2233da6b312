"""Retrieval protocols on made packs, the printed count, sets of sounds."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.signal import lfilter

from v2ra.datasets import EncodedClip, Pack
from v2ra.errors import InputError
from v2ra.pairs import Pair
from v2ra.published import published_number
from v2ra.retrieval_claim import above_chance_claims, published_retrieval, share_interval
from v2ra.retrieval_study import (
    found_by,
    gallery_clips,
    generated_queries,
    retrieval_table,
    set_distances,
)

RATE = 44_100
CATEGORIES = ("high", "low")


def clip(category: str, number: int, split: str) -> EncodedClip:
    """Return a clip whose sound and features both tell its category."""
    rng = np.random.default_rng([number, len(category)])
    noise = rng.uniform(0.7, 1.4) * rng.standard_normal(2 * RATE)
    sound = 0.05 * (np.diff(noise, append=0) if category == "high" else lfilter([0.1], [1, -0.95], noise))
    features = 0.1 * rng.standard_normal((20, 8)) + 3 * (category == "high")
    return EncodedClip(
        f"{category}{number}",
        split,
        features.astype(np.float16),
        np.round(sound * 32767).astype(np.int16),
        np.zeros(0),
    )


@pytest.fixture(scope="module")
def packs() -> list[Pack]:
    parts = ["train"] * 5 + ["test"] * 4
    return [Pack(c, tuple(clip(c, k, part) for k, part in enumerate(parts)), {}) for c in CATEGORIES]


@pytest.fixture(scope="module")
def pairs(packs: list[Pack]) -> list[Pair]:
    """Return a system that makes the sound of the next clip of its category, and one that is silent."""
    made = []
    for pack in packs:
        clips = pack.part("test")
        for k, one in enumerate(clips):
            made.append(
                Pair("tuned", pack.category, one.name, one.waveform, clips[(k + 1) % len(clips)].waveform)
            )
            made.append(Pair("mute", pack.category, one.name, one.waveform, 0 * one.waveform))
    return made


def test_a_video_and_a_sound_that_tell_their_category_find_it_and_silence_does_not(
    packs: list[Pack], pairs: list[Pair]
) -> None:
    table = retrieval_table(packs, pairs, sample_rate=RATE, kinds=["log_mel"]).set_index("system")
    assert table["protocol"].to_dict() == {
        "its own copy left out": "real",
        "ridge regression": "linear",
        "tuned, seed 0": "generated",
        "mute, seed 0": "generated",
    }
    able = table.drop(index="mute, seed 0")
    assert (able["accuracy"] == 1).all()
    assert (able["p_value"] < 0.05).all()
    assert (able["permutation_p"] < 0.1).all()  # 70 ways to deal out the categories of eight clips
    assert table["accuracy"]["mute, seed 0"] <= 0.5
    assert not (table["low"] > table["accuracy"]).any()
    assert table["n_queries"].tolist() == table["n_gallery"].tolist() == [8] * 4
    assert table.loc["its own copy left out", "chance"] == pytest.approx(3 / 7)
    assert table.loc["ridge regression", "chance"] == 0.5


def test_of_one_test_clip_every_share_is_chance_and_that_is_said(
    packs: list[Pack], pairs: list[Pair], capsys: pytest.CaptureFixture[str]
) -> None:
    held = packs[0].part("test")[0]
    alone = Pack("high", (*packs[0].part("train"), held), {})
    own = [pair for pair in pairs if pair.clip == held.name]
    table = retrieval_table([alone], own, sample_rate=RATE)
    assert set(table["protocol"]) == {"linear", "generated"}
    assert (table["accuracy"] == 1).all()
    assert (table["chance"] == 1).all()
    assert (table["permutation_p"] == 1).all()
    assert "one test clip in all" in capsys.readouterr().out


def test_a_system_needs_a_sound_for_every_clip(packs: list[Pack], pairs: list[Pair]) -> None:
    with pytest.raises(InputError, match="no sound of tuned"):
        generated_queries(pairs[2:], packs, sample_rate=RATE, kind="log_mel")


def test_what_was_found_can_be_heard(packs: list[Pack], pairs: list[Pair]) -> None:
    found = found_by(pairs, packs, sample_rate=RATE, category="low")
    assert (found.asked, found.found) == ("tuned for low5", "low6")  # whose sound the system made
    assert list(found.tracks) == ["Asked", "Found", "Its own"]
    assert np.array_equal(found.tracks["Asked"], found.tracks["Found"])
    assert found_by(pairs, packs, sample_rate=RATE, category="gone").asked == "tuned for high5"
    assert [category for category, _ in gallery_clips(packs)] == ["high"] * 4 + ["low"] * 4


def test_sets_are_ordered_by_their_distance_and_say_how_many_they_hold(
    packs: list[Pack], pairs: list[Pair]
) -> None:
    table = set_distances(packs, pairs, sample_rate=RATE).set_index("system")
    distances = table["distance"].to_dict()
    assert list(distances) == sorted(distances, key=lambda name: distances[name])
    assert distances["tuned"] == pytest.approx(0, abs=1e-6)  # the same sounds, dealt out anew
    assert list(distances)[-1] == "mute"
    counts = table[["n_reference", "n_estimate", "n_clips"]].to_dict("index")["real, training clips"]
    assert list(counts.values()) == [16, 20, 10]


def test_the_printed_share_is_a_count_whose_interval_holds_chance() -> None:
    n_correct, n_queries = published_retrieval()
    assert round(100 * n_correct / n_queries, 2) == published_number("retrieval_accuracy")
    smaller = [(k, n) for n in range(1, n_queries) for k in range(n) if round(100 * k / n, 2) == 15.71]
    assert smaller == []
    low, high = share_interval(n_correct, n_queries)
    assert low < published_number("retrieval_chance") < high


def test_the_linear_protocol_learns_from_the_training_part_alone(packs: list[Pack]) -> None:
    # Training clips teach the opposite: each look goes with the other category's sound.
    turned = [
        Pack(
            pack.category,
            (
                *(
                    replace(own, features=foreign.features)
                    for own, foreign in zip(pack.part("train"), other.part("train"), strict=True)
                ),
                *pack.part("test"),
            ),
            {},
        )
        for pack, other in zip(packs, reversed(packs), strict=True)
    ]
    table = retrieval_table(turned, [], sample_rate=RATE, kinds=["log_mel"]).set_index("protocol")
    assert table.loc["linear", "accuracy"] == 0
    assert table.loc["real", "accuracy"] == 1


def test_each_seed_of_a_system_asks_with_its_own_sounds(packs: list[Pack]) -> None:
    right, wrong = packs, list(reversed(packs))
    pairs = [
        Pair("tuned", pack.category, one.name, one.waveform, sound.waveform, seed=seed)
        for seed, made in enumerate((right, wrong))
        for pack, source in zip(packs, made, strict=True)
        for one, sound in zip(pack.part("test"), source.part("test"), strict=True)
    ]
    table = retrieval_table(packs, pairs, sample_rate=RATE, kinds=["log_mel"]).set_index("system")
    assert (table.loc["tuned, seed 0", "accuracy"], table.loc["tuned, seed 1", "accuracy"]) == (1, 0)


def test_a_set_is_not_held_against_itself_dealt_out_anew(packs: list[Pack], pairs: list[Pair]) -> None:
    scale = [replace(pairs[0], system=name) for name in ("ground_truth", "mismatched")]
    table = set_distances(packs, [*pairs, *scale], sample_rate=RATE)
    assert set(table["system"]) == {"real, training clips", "tuned", "mute"}


def test_the_interval_of_the_printed_count_is_wilsons() -> None:
    z, n, share = 1.959964, 70, 11 / 70
    middle, half = share + z**2 / (2 * n), z * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    ends = [100 * (middle + side * half) / (1 + z**2 / n) for side in (-1, 1)]
    assert share_interval(11, 70) == pytest.approx(ends, abs=1e-4)


def test_better_than_chance_needs_the_whole_interval_above_chance() -> None:
    row = {"protocol": "generated", "system": "tuned", "descriptor": "log_mel", "chance": 0.25}
    found = [
        row | {"accuracy": 0.5, "low": 0.3, "high": 0.7},
        row | {"accuracy": 0.5, "low": 0.2, "high": 0.8},
        row | {"accuracy": 0.1, "low": 0.05, "high": 0.2},
        row | {"protocol": "real", "accuracy": 1.0, "low": 0.9, "high": 1.0},  # not what the paper claims
    ]
    claims = above_chance_claims(pd.DataFrame(found))
    assert claims["verdict"].tolist() == ["reproduced", "inconclusive", "contradicted"]
    assert claims["measured"].tolist() == pytest.approx([25, 25, -15])
    assert claims["low"].tolist() == pytest.approx([5, -5, -20])
    assert set(claims["published"]) == {1.42}  # 15.71 − 14.29
