"""What Section 4.5 says, against changes whose verdict is known."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from v2ra.ablation_claims import COMPARED, LOSSES, ablation_claims, best_loss, change_of, printed_changes
from v2ra.ablations import PRINTED
from v2ra.errors import InputError
from v2ra.evaluation import COLUMNS
from v2ra.published import load_published
from v2ra.system_scores import changes_from

ROWS = [row for row in dict.fromkeys(PRINTED.values()) if row != "full"]


def changes_of(ends: dict[str, tuple[float, float, float]], *, metric: str = "osg") -> pd.DataFrame:
    """Return changes by row: low, mean, high."""
    rows = [(row, "dog", f"{metric}_change", mean, low, high) for row, (low, mean, high) in ends.items()]
    return pd.DataFrame(rows, columns=["system", "category", "metric", "mean", "low", "high"])


def scores_of(means: dict[str, float], *, metric: str = "osg", n_seeds: int = 2) -> pd.DataFrame:
    """Return scores that lie at a row's mean but for what clips and seeds have in common."""
    rows = [
        (row, "dog", clip, seed, metric, mean + 0.7 * place + 0.3 * seed)
        for row, mean in means.items()
        for seed in range(n_seeds)
        for place, clip in enumerate("abc")
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def test_the_printed_changes_are_differences_of_printed_cells() -> None:
    printed = {row["experiment"]: row for row in load_published("table7").to_dict("records")}
    found = {row["experiment"]: row for row in printed_changes().to_dict("records")}
    assert list(found) == list(COMPARED)
    for experiment, metric in itertools.product(COMPARED, ("odg", "osg")):
        expected = float(printed[experiment][metric]) - float(printed["Full system"][metric])
        assert found[experiment][metric] == pytest.approx(expected, abs=1e-9)
    table = printed_changes()
    assert (table["odg"] < 0).all()  # the paper's full system is ahead of every row, in both
    assert (table["osg"] > 0).all()


def test_every_row_of_the_printed_table_but_the_full_system_is_compared() -> None:
    assert set(COMPARED) == {experiment for experiment, row in PRINTED.items() if row != "full"}
    assert set(LOSSES) < set(COMPARED)


def test_what_clips_and_seeds_have_in_common_leaves_no_interval() -> None:
    changes = changes_from(scores_of({"full": 1.0, "ls": 1.5}), base="full")
    assert change_of(changes, "LS loss function", "osg") == pytest.approx((0.5, 0.5, 0.5), abs=1e-12)
    claims = ablation_claims(changes, note="made up")
    assert claims["verdict"].tolist() == ["reproduced"]
    assert claims["note"].tolist() == ["made up"]


@pytest.mark.parametrize(
    ("ends", "verdict"),
    [
        ((0.1, 0.2, 0.3), "reproduced"),  # OSG rises, as printed
        ((-0.3, -0.2, -0.1), "contradicted"),
        ((-0.1, 0.1, 0.3), "inconclusive"),
        ((np.nan, 0.2, np.nan), "inconclusive"),  # one clip
    ],
)
def test_a_verdict_needs_the_whole_interval(ends: tuple[float, float, float], verdict: str) -> None:
    claims = ablation_claims(changes_of({"no_audio_filter": ends}), note="")
    assert claims["verdict"].tolist() == [verdict]


def test_better_is_up_for_odg_and_down_for_osg() -> None:
    ends = {"skip_connections": (-0.3, -0.2, -0.1)}
    both = pd.concat([changes_of(ends, metric="odg"), changes_of(ends, metric="osg")])
    claims = ablation_claims(both, note="").set_index("claim")
    odg, osg = claims["verdict"]
    assert (odg, osg) == ("reproduced", "contradicted")


def test_figure_8_is_a_claim_of_the_floor() -> None:
    claims = ablation_claims(
        changes_of({"no_audio_filter": (-30.0, -20.0, -10.0)}, metric="clear_db"), note=""
    )
    assert claims[["where", "verdict"]].values.tolist() == [["Section 4.5, Figure 8", "reproduced"]]


def test_where_the_base_crops_the_other_side_is_turned_round() -> None:
    whole = changes_of({"whole_seconds": (0.1, 0.2, 0.4)})
    assert change_of(whole, "+ random crop", "osg") == (-0.2, -0.4, -0.1)
    claims = ablation_claims(whole, note="")
    assert claims["claim"].item().startswith("OSG: random crops minus whole seconds (")
    assert claims["verdict"].item() == "contradicted"  # printed: crops are worse; here they are better
    crop = changes_of({"random_crop": (0.1, 0.2, 0.4)})
    assert change_of(crop, "+ random crop", "osg") == (0.2, 0.1, 0.4)
    assert ablation_claims(crop, note="")["claim"].tolist() == claims["claim"].tolist()


def test_a_row_that_was_not_trained_has_no_claim_and_none_at_all_is_refused() -> None:
    claims = ablation_claims(changes_of({"ce": (0.1, 0.2, 0.3), "silence": (1, 2, 3)}), note="")
    assert len(claims) == 1
    with pytest.raises(InputError, match="no row of Table 7"):
        ablation_claims(changes_of({"silence": (1, 2, 3)}), note="")


LOSS_ROWS = [PRINTED[name] for name in LOSSES]
BEHIND, AHEAD, NEITHER = (0.1, 0.2, 0.3), (-0.3, -0.2, -0.1), (-0.2, 0.1, 0.3)


@pytest.mark.parametrize(
    ("ends", "verdict", "counts"),
    [
        ([BEHIND] * 4, "reproduced", (0, 0, 0)),
        ([BEHIND] * 3 + [NEITHER], "inconclusive", (0, 0, 1)),
        ([BEHIND] * 3 + [AHEAD], "contradicted", (1, 1, 1)),
        ([BEHIND] * 3 + [(0.0, 0.0, 0.0)], "inconclusive", (0, 0, 1)),  # equal is not ahead
        ([NEITHER] * 2 + [AHEAD] * 2, "contradicted", (2, 2, 4)),
        ([(np.nan, 0.1, np.nan)] * 4, "inconclusive", (0, 0, 4)),
    ],
)
def test_the_best_loss_is_told_by_counts_of_whole_intervals(
    ends: list[tuple[float, float, float]], verdict: str, counts: tuple[int, int, int]
) -> None:
    claim = best_loss(changes_of(dict(zip(LOSS_ROWS, ends, strict=True))), "osg")
    assert claim is not None
    assert claim["published"].item() == 0  # none is ahead in the printed table
    assert claim["verdict"].item() == verdict
    assert tuple(claim[["low", "measured", "high"]].iloc[0]) == counts


def test_three_losses_of_four_make_no_claim_of_the_best() -> None:
    assert best_loss(changes_of(dict.fromkeys(LOSS_ROWS[:3], BEHIND)), "osg") is None


@settings(deadline=None, max_examples=30)  # pandas, not ours, takes the time
@given(st.lists(st.tuples(*[st.floats(-5, 5)] * 3).map(lambda t: tuple(sorted(t))), min_size=8, max_size=8))
def test_any_changes_give_a_whole_scorecard(ends: list[tuple[float, float, float]]) -> None:
    found = dict(zip(ROWS, ends, strict=True))
    both = pd.concat([changes_of(found, metric=metric) for metric in ("odg", "osg")])
    claims = ablation_claims(both, note="x")
    assert len(claims) == 2 * len(COMPARED) + 2
    assert set(claims["verdict"]) <= {"reproduced", "contradicted", "inconclusive"}
    assert (claims["low"] <= claims["measured"]).all()
    assert (claims["measured"] <= claims["high"]).all()
