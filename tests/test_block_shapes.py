"""Block shapes: what they keep of known spectrograms, and a risk that is unbiased."""

import numpy as np
import pytest
from numpy.typing import NDArray

from v2ra.block_shapes import (
    BLOCK_BINS,
    BLOCK_FRAMES,
    EDGE_THRESHOLD,
    N_BINS,
    N_FRAMES,
    SHAPES,
    THRESHOLDS,
    attenuation,
    chosen_shapes,
    n_bands,
    risk,
)
from v2ra.errors import InputError

Array = NDArray[np.float64]


def slow_attenuation(power: Array) -> Array:
    """Attenuate with a loop over macroblocks, shapes and blocks, cell by cell."""
    factors = np.empty_like(power)
    n_frames, n_bins = power.shape
    top = 1 + N_BINS * n_bands(n_bins)
    for t in range(0, n_frames, N_FRAMES):
        for k in [0, *range(top, n_bins)]:
            factors[t : t + N_FRAMES, k] = max(1 - EDGE_THRESHOLD / power[t : t + N_FRAMES, k].mean(), 0)
        for k in range(1, top, N_BINS):
            macroblock = power[t : t + N_FRAMES, k : k + N_BINS]
            least = np.inf
            for row, frames in zip(THRESHOLDS, BLOCK_FRAMES, strict=True):
                for threshold, bins in zip(row, BLOCK_BINS, strict=True):
                    total, kept = 0.0, np.empty_like(macroblock)
                    for i in range(0, N_FRAMES, frames):
                        for j in range(0, N_BINS, bins):
                            mean = macroblock[i : i + frames, j : j + bins].mean()
                            total += float(risk(mean, n_cells=frames * bins, threshold=threshold))
                            kept[i : i + frames, j : j + bins] = max(1 - threshold / mean, 0)
                    if total < least:
                        least, factors[t : t + N_FRAMES, k : k + N_BINS] = total, kept
    return factors


def make_power(rng: np.random.Generator, shape: tuple[int, int]) -> Array:
    """Return noise, of which a part is up to 30 dB louder, cell by cell, row by row and column by column."""
    power = rng.exponential(size=shape)
    power *= 10 ** rng.choice([0, 0, 0, 1, 3], size=shape)
    power[:, ::7] *= 100
    power[::5] *= 100
    return power


def test_all_blocks_at_once_equal_a_loop_over_blocks(rng: np.random.Generator) -> None:
    power = make_power(rng, (24, 1 + 3 * 16 + 5))
    np.testing.assert_allclose(attenuation(power), slow_attenuation(power), rtol=0, atol=1e-12)


def test_silence_is_removed_and_what_is_far_above_the_noise_stays() -> None:
    assert not attenuation(np.zeros((8, 40))).any()
    assert attenuation(np.full((8, 40), 1e6)).min() > 1 - 1e-5  # 1 − λ/10⁶ with λ up to 4.7


def test_each_block_of_even_power_is_kept_by_the_threshold_of_the_largest_shape() -> None:
    # All shapes have the same means; the risk is then least for the largest block, with the lowest λ.
    factors = attenuation(np.full((8, 17), 10.0))
    np.testing.assert_allclose(factors[:, 1:], 1 - THRESHOLDS[0][0] / 10)
    np.testing.assert_allclose(factors[:, 0], 1 - EDGE_THRESHOLD / 10)


def test_a_tone_takes_long_narrow_blocks_and_a_click_short_wide_ones() -> None:
    tone = np.zeros((8, 33))
    tone[:, 21] = 1000
    factors = attenuation(tone)
    assert factors[:, 21].min() > 0.99
    assert not np.delete(factors, 21, axis=1).any()
    click = np.zeros((8, 33))
    click[4:6] = 1000
    factors = attenuation(click)
    assert factors[4:6, 1:].min() > 0.99
    assert not np.delete(factors[:, 1:], [4, 5], axis=0).any()


def test_noise_alone_is_removed_but_for_a_thousandth_of_its_blocks(rng: np.random.Generator) -> None:
    factors = attenuation(rng.exponential(size=(800, 1 + 16 * 60)))
    # [44] sets λ so that a block of noise stays with a probability of 10⁻³; fifteen shapes are tried.
    assert np.mean(factors[:, 1:] > 0) < 0.01


@pytest.mark.parametrize("mean_power", [0.0, 1.0, 4.0, 40.0])
def test_the_estimated_risk_is_the_true_error_on_average(rng: np.random.Generator, mean_power: float) -> None:
    frames, bins, threshold, n_draws = 4, 4, 2.5, 20_000
    n_cells = frames * bins
    true = np.sqrt(mean_power) * np.ones(n_cells)
    noise = (rng.standard_normal((n_draws, n_cells, 2)) / np.sqrt(2)).view(np.complex128)[..., 0]
    noisy = true + noise
    mean = np.mean(np.abs(noisy) ** 2, axis=1)
    factor = np.maximum(1 - threshold / mean, 0)
    error = 2 * np.sum(
        np.abs(factor[:, None] * noisy - true) ** 2, axis=1
    )  # in units of the noise, 1/2 a number
    estimate = risk(mean, n_cells=n_cells, threshold=threshold)
    spread = np.std(error - estimate) / np.sqrt(n_draws)
    assert abs(np.mean(error - estimate)) < 4 * spread


def test_frames_that_fill_no_macroblock_are_refused() -> None:
    with pytest.raises(InputError, match="found 9 frames; expected a multiple of 8"):
        attenuation(np.ones((9, 33)))


@pytest.mark.parametrize("shape", SHAPES)
def test_a_given_shape_is_taken_everywhere_and_is_the_choice_where_it_has_the_least_risk(
    shape: tuple[int, int], rng: np.random.Generator
) -> None:
    power = make_power(rng, (16, 1 + 2 * 16))
    given = attenuation(power, shape=shape)
    blocks = given[:8, 1:17].reshape(8 // shape[0], shape[0], 16 // shape[1], shape[1])
    assert np.all(blocks == blocks[:, :1, :, :1])  # one factor a block
    chosen = np.repeat(np.repeat(chosen_shapes(power), 8, axis=0), 16, axis=1) == SHAPES.index(shape)
    assert np.array_equal(attenuation(power)[:, 1:][chosen], given[:, 1:][chosen])


def test_a_shape_that_is_none_is_refused() -> None:
    with pytest.raises(InputError, match=r"found blocks of \(16, 8\)"):
        attenuation(np.ones((8, 17)), shape=(16, 8))
