"""How much of each cell of a spectrogram is kept: block thresholding with block shapes chosen by risk.

The spectrogram is cut into macroblocks of 8 frames by 16 bins, and each of these into blocks of one of 15
shapes. All cells of a block share one attenuation. Each macroblock takes the shape of the least risk, as
Stein's unbiased estimate tells it from the noisy cells alone: wide blocks where energy spreads over
frequencies (an impact), long ones where it stays at one (a call), large ones where there is only noise.

Conventions
-----------
`power` is |Y|² over the power of the noise, (n_frames, n_bins): 1 on average where there is noise alone.
n_frames is a multiple of 8; bin 0 is DC. Attenuations lie in [0, 1]; 0 removes a cell.

Source
------
Section 3.3, [44] (Yu, Mallat and Bacry, IEEE Trans. Signal Processing 56, 2008), Sections III and IV. The
thresholds by shape are those of the authors' own code.
"""

import numpy as np
from numpy.typing import NDArray

from v2ra.errors import InputError

FloatArray = NDArray[np.floating]
Shape = tuple[int, int]

N_FRAMES, N_BINS = 8, 16
"""Cells of a macroblock."""

BLOCK_FRAMES = (8, 4, 2)
BLOCK_BINS = (16, 8, 4, 2, 1)
# λ by frames (rows) and bins (columns) of a block. The smaller the block, the more its energy scatters and the
# higher λ must be for noise to be removed with the same probability, about 1 − 10⁻³ ([44], Table I).
THRESHOLDS = (
    (1.5, 1.8, 2.0, 2.5, 2.5),
    (1.8, 2.0, 2.5, 3.5, 3.5),
    (2.0, 2.5, 3.5, 4.7, 4.7),
)
SHAPES = tuple((frames, bins) for frames in BLOCK_FRAMES for bins in BLOCK_BINS)
"""Frames and bins of a block, in the order in which they are tried: the largest first."""

EDGE_THRESHOLD = 2.5  # of blocks of 8 frames by 1 bin: DC and the highest bins, which fill no macroblock
LEAST = 1e-12  # stands for the power of a silent block


def n_bands(n_bins: int) -> int:
    """Return how many macroblocks fit above DC, one over the other.

    Examples
    --------
    >>> n_bands(1121)
    70
    """
    return (n_bins - 1) // N_BINS


def check_shape(shape: Shape | None) -> None:
    """Refuse what is no block shape.

    Examples
    --------
    >>> check_shape((8, 3))
    Traceback (most recent call last):
        ...
    v2ra.errors.InputError: found blocks of (8, 3); expected 8, 4 or 2 frames by 16, 8, 4, 2 or 1 bins; choose one
    """
    if shape is not None and shape not in SHAPES:
        raise InputError(
            f"found blocks of {shape}; expected 8, 4 or 2 frames by 16, 8, 4, 2 or 1 bins; choose one"
        )


def attenuation(power: FloatArray, *, shape: Shape | None = None) -> FloatArray:
    """Return the factor on each cell.

    Parameters
    ----------
    power : float (n_frames, n_bins)
        |Y|² relative to the noise.
    shape : (frames, bins), optional
        The same blocks everywhere, one of `SHAPES`; without it, those of the least risk.

    Returns
    -------
    float (n_frames, n_bins)
        (1 − λ / mean power of the block)₊, in the precision of `power`.

    Raises
    ------
    InputError
        If the frames fill no whole macroblocks, or there is no such shape.

    Examples
    --------
    >>> attenuation(np.full((8, 18), 3.0)).round(2)[0, [0, 1, 17]]
    array([0.17, 0.5 , 0.17])
    """
    check_shape(shape)
    n_frames, n_bins = power.shape
    cells = _macroblocks(power)
    top = 1 + N_BINS * n_bands(n_bins)
    factors = np.empty_like(power)
    edges = [0, *range(top, n_bins)]
    columns = power[:, edges].reshape(-1, N_FRAMES, len(edges))  # (n_macroblocks, 8, n_edges)
    factors[:, edges] = np.repeat(_kept(columns.mean(axis=1), EDGE_THRESHOLD), N_FRAMES, axis=0)
    factors[:, 1:top] = _of_macroblocks(cells, shape)[0].reshape(n_frames, top - 1)
    return factors


def chosen_shapes(power: FloatArray) -> NDArray[np.int64]:
    """Return the shape of the least risk of each macroblock.

    Parameters
    ----------
    power : float (n_frames, n_bins)
        As of `attenuation`.

    Returns
    -------
    int64 (n_macroblocks, n_bands)
        Place in `SHAPES`; of equal risks the larger block.

    Examples
    --------
    >>> click, tone = np.ones((8, 17)), np.ones((8, 17))
    >>> click[2:4], tone[:, 5] = 50, 50
    >>> SHAPES[chosen_shapes(click).item()], SHAPES[chosen_shapes(tone).item()]
    ((2, 16), (8, 1))
    """
    return _of_macroblocks(_macroblocks(power), None)[1]


def risk(mean_power: FloatArray, *, n_cells: int, threshold: float) -> FloatArray:
    """Return Stein's unbiased estimate of the error that a block is left with, in units of the noise.

    A block of n complex cells is a vector of d = 2n real numbers of variance 1/2. With S, the squared norm
    over that variance, and κ = λ d, the factor (1 − κ / S)₊ has the risk d + (κ² − 2κ(d − 2)) / S where S > κ,
    and S − d where the block is removed.

    Parameters
    ----------
    mean_power : float (...)
        Mean of `power` over each block.
    n_cells : int
        Cells of a block.
    threshold : float
        λ.

    Returns
    -------
    float (...)
        Lower is better. Its mean over the noise is the mean squared error.

    Examples
    --------
    >>> risk(np.array([0.5, 1e9]), n_cells=8, threshold=2.0).round()
    array([-8., 16.])
    """
    n_real = 2 * n_cells
    norm, cut = n_real * mean_power, threshold * n_real
    shrunk = n_real + (cut * cut - 2 * cut * (n_real - 2)) / np.maximum(norm, LEAST)
    return np.asarray(np.where(mean_power > threshold, shrunk, norm - n_real))


def _kept(mean_power: FloatArray, threshold: float) -> FloatArray:
    return np.maximum(1 - threshold / np.maximum(mean_power, LEAST), 0)


def _macroblocks(power: FloatArray) -> FloatArray:
    """Cut a spectrogram, (n_frames, n_bins) → (n_macroblocks, 8, n_bands, 16)."""
    n_frames, n_bins = power.shape
    if not n_frames or n_frames % N_FRAMES:
        raise InputError(
            f"found {n_frames} frames; expected a multiple of {N_FRAMES}; pad the sound before its transform"
        )
    n_across = n_bands(n_bins)
    return power[:, 1 : 1 + N_BINS * n_across].reshape(-1, N_FRAMES, n_across, N_BINS)


def _of_macroblocks(cells: FloatArray, only: Shape | None) -> tuple[FloatArray, NDArray[np.int64]]:
    """Attenuate macroblocks, (n_macroblocks, 8, n_bands, 16), each with the shape of least risk."""
    n_blocks, _, n_across, _ = cells.shape
    least = np.full((n_blocks, n_across), np.inf, cells.dtype)
    chosen, shapes = np.empty_like(cells), np.zeros((n_blocks, n_across), np.int64)
    # Blocks are made of smaller ones: sums over 2 frames by 1 bin serve all shapes.
    pairs = cells.reshape(n_blocks, N_FRAMES // 2, 2, n_across, N_BINS).mean(axis=2)
    for place, (frames, bins) in enumerate(SHAPES):
        if only not in (None, (frames, bins)):
            continue
        if bins == BLOCK_BINS[0] or only:
            strips = pairs.reshape(n_blocks, N_FRAMES // frames, frames // 2, n_across, N_BINS).mean(axis=2)
        threshold = THRESHOLDS[BLOCK_FRAMES.index(frames)][BLOCK_BINS.index(bins)]
        blocks = strips.reshape(*strips.shape[:3], N_BINS // bins, bins).mean(axis=4)
        found = risk(blocks, n_cells=frames * bins, threshold=threshold).sum(axis=(1, 3))
        better = found < least  # (n_macroblocks, n_bands); of equal risks the larger block stays
        least, shapes = np.minimum(found, least), np.where(better, place, shapes)
        factors = np.repeat(np.repeat(_kept(blocks, threshold), frames, axis=1), bins, axis=3)
        np.copyto(chosen, factors, where=better[:, None, :, None])
    return chosen, shapes
