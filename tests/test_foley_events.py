"""Event times of the synthetic clips: limits, order and the statistics of real contacts."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from v2ra.errors import InputError
from v2ra.foley.categories import CATEGORIES, IMPACT_CATEGORIES, MIN_GAP_SECONDS
from v2ra.foley.events import EDGE_SECONDS, MAX_GAP_SECONDS, GapFit, draw_events, load_gap_fit

KINDS = {
    "bird": {"chirp"},
    "dog": {"bark"},
    "firework": {"burst"},
    "cloth": {"hit", "scratch"},
    "wood": {"hit", "scratch"},
    "gravel": {"step"},
    "plastic": {"hit", "scratch"},
}


def starts_of(category: str, *, n_seconds: float, seed: int) -> list[float]:
    events = draw_events(category, n_seconds=n_seconds, rng=np.random.default_rng(seed))
    return [event.seconds for event in events]


def cut_quantiles(fit: GapFit, shares: list[float]) -> np.ndarray:
    """Quantiles of the fit between the two limits, by drawing from the fitted figures themselves."""
    rng = np.random.default_rng(1)
    excess = rng.lognormal(fit.mu, fit.sigma, 400_000)
    paused = rng.random(excess.size) < fit.pause_share
    gaps = fit.floor_seconds + np.where(paused, rng.exponential(fit.pause_seconds, excess.size), excess)
    return np.quantile(gaps[(gaps >= MIN_GAP_SECONDS) & (gaps <= MAX_GAP_SECONDS)], shares)


@settings(max_examples=150)
@given(
    category=st.sampled_from(CATEGORIES),
    n_seconds=st.floats(1, 20),
    seed=st.integers(0, 2**31),
)
def test_every_event_keeps_its_distance_from_its_neighbours_and_the_ends(
    category: str, n_seconds: float, seed: int
) -> None:
    events = draw_events(category, n_seconds=n_seconds, rng=np.random.default_rng(seed))
    starts = np.array([event.seconds for event in events])
    # Times are kept to six decimals.
    assert starts[0] >= EDGE_SECONDS - 1e-6
    assert starts[-1] <= n_seconds - EDGE_SECONDS + 1e-6
    assert np.all(np.diff(starts) >= MIN_GAP_SECONDS - 1e-9)


@settings(max_examples=100)
@given(category=st.sampled_from(CATEGORIES), seed=st.integers(0, 2**31))
def test_strength_kind_and_length_stay_in_their_ranges(category: str, seed: int) -> None:
    events = draw_events(category, n_seconds=6, rng=np.random.default_rng(seed))
    following = [event.seconds for event in events[1:]] + [6.0]
    for event, after in zip(events, following, strict=True):
        assert 0.3 <= event.strength <= 1
        assert event.kind in KINDS[category]
        assert 0.04 < event.duration_seconds <= after - event.seconds - 0.1 + 1e-9


@pytest.mark.parametrize(("category", "least", "most"), [(c, 8, 16) for c in CATEGORIES if c != "firework"])
def test_eight_seconds_hold_about_eight_to_fourteen_events(category: str, least: int, most: int) -> None:
    counts = [len(starts_of(category, n_seconds=8, seed=seed)) for seed in range(100)]
    assert least <= np.median(counts) <= most


def test_eight_seconds_hold_four_to_eight_bursts_of_fireworks() -> None:
    counts = [len(starts_of("firework", n_seconds=8, seed=seed)) for seed in range(100)]
    assert min(counts) >= 4
    assert max(counts) <= 8


@pytest.mark.parametrize("category", IMPACT_CATEGORIES)
def test_gaps_of_impacts_follow_the_fit_to_real_contacts(category: str) -> None:
    # Long clips, so that the end does not cut off long gaps; many, since each has a tempo of its own.
    gaps = np.concatenate([np.diff(starts_of(category, n_seconds=60, seed=seed)) for seed in range(300)])
    shares = [0.25, 0.5, 0.75]
    # Slow clips have fewer gaps, and gaps under 0.35 s are drawn again inside a clip: 8 % covers both.
    np.testing.assert_allclose(
        np.quantile(gaps, shares), cut_quantiles(load_gap_fit(category), shares), rtol=0.08
    )


@pytest.mark.parametrize("category", IMPACT_CATEGORIES)
def test_share_of_scratches_follows_real_contacts(category: str) -> None:
    # Gravel has steps only: the scene shows a boot, not a stick.
    expected = 0.0 if category == "gravel" else load_gap_fit(category).scratch_share
    kinds = [
        event.kind
        for seed in range(150)
        for event in draw_events(category, n_seconds=10, rng=np.random.default_rng(seed))
    ]
    # 2000 events: three standard errors are at most 0.033.
    assert abs(kinds.count("scratch") / len(kinds) - expected) < 0.035


def test_median_gap_of_all_materials_is_the_published_0_60_s() -> None:
    fit = load_gap_fit("all")
    median = fit.floor_seconds + np.exp(fit.mu)
    assert median == pytest.approx(0.60, abs=1 / 15)  # the annotation steps by 1/15 s


def test_fit_of_every_material_agrees_with_the_real_contacts(shared: Path) -> None:
    contacts = pd.read_csv(shared / "real" / "greatest_hits_contacts.csv.gz", keep_default_na=False)
    contacts = contacts.sort_values(["video", "time_s"])
    gap, before = contacts.groupby("video").time_s.diff(), contacts.groupby("video").material.shift()
    for category in IMPACT_CATEGORIES:
        real = gap[(contacts.material == category) & (before == category) & gap.between(0.35, 2.0)]
        # One annotation step (1/15 s) on either side is the best a quantile of the real gaps can do.
        made = cut_quantiles(load_gap_fit(category), [0.25, 0.5, 0.75])
        np.testing.assert_allclose(made, real.quantile([0.25, 0.5, 0.75]), atol=1 / 15)


def test_calls_come_in_phrases_with_pauses_between() -> None:
    gaps = np.concatenate([np.diff(starts_of("dog", n_seconds=30, seed=seed)) for seed in range(20)])
    assert np.mean(gaps < 0.6) > 0.4
    assert np.mean(gaps > 0.69) > 0.2
    assert not np.any((gaps > 0.6) & (gaps < 0.69))


def test_same_seed_gives_same_events_and_another_seed_others() -> None:
    assert starts_of("wood", n_seconds=8, seed=3) == starts_of("wood", n_seconds=8, seed=3)
    assert starts_of("wood", n_seconds=8, seed=3) != starts_of("wood", n_seconds=8, seed=4)


@pytest.mark.parametrize("n_seconds", [0.0, 0.99, -1.0, float("nan"), float("inf")])
def test_a_clip_without_room_for_an_event_is_refused(n_seconds: float, rng: np.random.Generator) -> None:
    with pytest.raises(InputError, match="expected at least 1 s"):
        draw_events("wood", n_seconds=n_seconds, rng=rng)


def test_an_unknown_category_is_refused(rng: np.random.Generator) -> None:
    with pytest.raises(InputError, match="found category 'cat'; expected one of bird"):
        draw_events("cat", n_seconds=8, rng=rng)


def test_a_category_without_fit_is_refused() -> None:
    with pytest.raises(InputError, match="found no fit for 'bird'"):
        load_gap_fit("bird")
