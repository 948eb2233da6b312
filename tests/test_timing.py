"""The numbers of Section 3.1 and what follows from them at other rates."""

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from v2ra.timing import PAPER, Timing


def timings() -> st.SearchStrategy[Timing]:
    """Return rates from which a whole encoding follows: p vectors with equal gaps, at least one frame each."""
    return st.builds(
        lambda p, size, gap, frames: Timing(
            sample_rate=p * (size + gap), frame_rate=p * frames, feature_size=size, frame_size=8
        ),
        st.integers(1, 30),
        st.integers(40, 300),
        st.integers(0, 1),  # p · gap stays below one more vector, so that p is Floor[sample_rate / size]
        st.integers(1, 5),
    )


def test_the_papers_rates_give_the_papers_numbers() -> None:
    assert PAPER.vectors_per_second == 10  # p = Floor[44100 / 4096]
    assert PAPER.frame_step == 3  # q = Floor[30 / 10]
    assert PAPER.padding_per_second == 44_100 - 40_960
    assert PAPER.padding_per_vector == 314
    assert PAPER.n_frames(8) == 240
    assert PAPER.n_samples(8) == 352_800


def test_a_vector_with_its_zeros_lasts_a_tenth_of_a_second() -> None:
    assert PAPER.samples_per_vector * 10 == PAPER.sample_rate


@given(timings())
def test_vectors_and_gaps_tile_a_second(timing: Timing) -> None:
    assert timing.vectors_per_second * timing.samples_per_vector == timing.n_samples(1)
    assert 1 <= timing.frame_step * timing.vectors_per_second <= timing.frame_rate


@given(timings(), st.floats(0.01, 100))
def test_vectors_cover_a_duration_and_none_is_too_many(timing: Timing, n_seconds: float) -> None:
    n_samples = timing.n_samples(n_seconds)
    assume(n_samples > 0)
    covered = timing.n_vectors(n_seconds) * timing.samples_per_vector
    assert n_samples <= covered < n_samples + timing.samples_per_vector


@given(st.floats(0, 1000))
def test_lengths_are_the_nearest_whole_number(n_seconds: float) -> None:
    # Half a unit is what rounding may cost; the last term is the rounding of the product itself.
    for length, rate in (
        (PAPER.n_frames(n_seconds), PAPER.frame_rate),
        (PAPER.n_samples(n_seconds), PAPER.sample_rate),
    ):
        assert abs(length - n_seconds * rate) <= 0.5 + math.ulp(n_seconds * rate)


@pytest.mark.parametrize(
    ("rates", "problem"),
    [
        ({"sample_rate": 0}, "positive"),
        ({"frame_size": -1}, "positive"),
        ({"sample_rate": 4095}, "0 vectors a second"),
        ({"frame_rate": 9}, "at least one frame a vector"),
        ({"sample_rate": 44_101}, "equal intervals"),
    ],
)
def test_rates_without_a_whole_encoding_are_refused(rates: dict[str, int], problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        Timing(**rates)
