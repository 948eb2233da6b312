"""Where block thresholding takes which blocks."""

import numpy as np
import pytest
from numpy.typing import NDArray

from v2ra.block_map import KINDS, BlockMap, block_map, kind_of, shape_shares
from v2ra.block_shapes import SHAPES
from v2ra.errors import InputError

Array = NDArray[np.float64]

RATE = 8000


def kinds_near(found: BlockMap, *, seconds: float, hertz: float) -> str:
    """Return the kind of the macroblock at a time and frequency."""
    row = int(np.searchsorted(found.edges_seconds, seconds)) - 1
    column = int(np.searchsorted(found.edges_hz, hertz)) - 1
    return KINDS[found.kinds[row, column]]


def test_every_shape_has_one_kind_and_only_the_macroblock_is_whole() -> None:
    kinds = [kind_of(shape) for shape in SHAPES]
    assert set(kinds) == set(KINDS) - {"removed"}
    assert kinds.count("whole") == 1


def test_a_tone_takes_long_blocks_and_a_click_wide_ones(rng: np.random.Generator) -> None:
    noise = 0.01 * rng.standard_normal(2 * RATE)
    tone = 0.2 * np.sin(2 * np.pi * 1000 * np.arange(2 * RATE) / RATE)
    click = 0.9 * np.eye(1, 2 * RATE, RATE)[0]
    of_tone = block_map(noise + tone, sample_rate=RATE, noise_std=0.01)
    of_click = block_map(noise + click, sample_rate=RATE, noise_std=0.01)
    assert {kinds_near(of_tone, seconds=s, hertz=1000) for s in (0.5, 1.0, 1.5)} == {"long"}
    assert {kinds_near(of_click, seconds=1.0, hertz=f) for f in (500, 1500, 3000)} == {"wide"}


def test_the_map_covers_the_sound_from_its_first_sample_to_its_last(rng: np.random.Generator) -> None:
    for n_samples in (RATE // 2, 5 * RATE + 77):
        found = block_map(0.1 * rng.standard_normal(n_samples), sample_rate=RATE)
        assert found.edges_seconds[0] < 0
        assert found.edges_seconds[-1] > n_samples / RATE
        assert np.allclose(np.diff(found.edges_seconds), 0.2)  # 8 steps of half a window of 50 ms
        assert found.shapes.shape == (len(found.edges_seconds) - 1, len(found.edges_hz) - 1)


def test_shares_add_up_to_one_for_each_sound(rng: np.random.Generator) -> None:
    maps = {name: block_map(rng.standard_normal(RATE) / 9, sample_rate=RATE) for name in "ab"}
    table = shape_shares(maps)
    assert table["sound"].tolist() == ["a", "b"]
    assert np.allclose(table[list(KINDS)].sum(axis=1), 1)


@pytest.mark.parametrize("noise_std", [None, 0.0])
def test_nothing_to_choose_is_refused(noise_std: float | None) -> None:
    with pytest.raises(InputError, match="found silence or noise of level 0"):
        block_map(np.zeros(RATE), sample_rate=RATE, noise_std=noise_std)
    with pytest.raises(InputError, match="found silence or noise of level 0"):
        block_map(np.ones(RATE), sample_rate=RATE, noise_std=0.0)


def test_noise_alone_is_removed_almost_everywhere(rng: np.random.Generator) -> None:
    found = block_map(0.1 * rng.standard_normal(4 * RATE), sample_rate=RATE, noise_std=0.1)
    # λ removes noise with a probability of about 1 − 10⁻³ a block, and a macroblock has up to 64 blocks.
    assert (found.kinds == KINDS.index("removed")).mean() > 0.95
    assert found.kept.min() >= 0
    assert found.kept.max() <= 1
