"""Which block shape block thresholding takes where: small ones for events, large ones for noise.

Conventions
-----------
A macroblock is 8 windows by 16 bins, about 0.2 s by 320 Hz. A block is *long* if it covers more of the
macroblock's time than of its frequencies, *wide* if it is the other way round, *whole* if it is all of it. A
macroblock of which less than a tenth is kept is *removed*.

Source
------
Section 3.3; [44] (Yu, Mallat and Bacry 2008), Section IV.
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from v2ra.block_frames import STAGGER, WINDOWS_PER_LENGTH, mirrored, power_of, spectra_of, window_length
from v2ra.block_shapes import N_BINS, N_FRAMES, SHAPES, Shape, attenuation, chosen_shapes
from v2ra.denoising import QUIET_SHARE, scaled_and_noise
from v2ra.errors import InputError

REMOVED = 0.1  # of a macroblock less than this is kept: the shape of its blocks says nothing
KINDS = ("removed", "whole", "even", "long", "wide")


class BlockMap(NamedTuple):
    """Which block shape each macroblock takes, and where it lies.

    Attributes
    ----------
    shapes : int64 (n_macroblocks, n_bands)
        Places in `v2ra.block_shapes.SHAPES`.
    kept : float (n_macroblocks, n_bands)
        Mean attenuation of the cells: 0 is all noise, 1 all sound.
    edges_seconds : float64 (n_macroblocks + 1,)
        Between macroblocks; the first begins before the sound, the last ends behind it.
    edges_hz : float64 (n_bands + 1,)
        Between bands.
    """

    shapes: NDArray[np.int64]
    kept: NDArray[np.floating]
    edges_seconds: NDArray[np.float64]
    edges_hz: NDArray[np.float64]

    @property
    def kinds(self) -> NDArray[np.int64]:
        """Return the places in `KINDS`, (n_macroblocks, n_bands)."""
        kinds = np.array([KINDS.index(kind_of(shape)) for shape in SHAPES])[self.shapes]
        return np.where(self.kept < REMOVED, KINDS.index("removed"), kinds)


def kind_of(shape: Shape) -> str:
    """Return what a block shape is good for.

    Examples
    --------
    >>> kind_of((8, 1)), kind_of((2, 16)), kind_of((4, 8)), kind_of((8, 16))
    ('long', 'wide', 'even', 'whole')
    """
    time, frequency = shape[0] / N_FRAMES, shape[1] / N_BINS
    if time == frequency:
        return "whole" if time == 1 else "even"
    return "long" if time > frequency else "wide"


def block_map(
    waveform: ArrayLike, *, sample_rate: int, noise_std: float | None = None, quiet_share: float = QUIET_SHARE
) -> BlockMap:
    """Tell which block shape each macroblock of a sound takes.

    Parameters
    ----------
    waveform, sample_rate, noise_std, quiet_share
        As of `v2ra.denoising.block_threshold`.

    Returns
    -------
    BlockMap
        Of every other window; those between have macroblocks of their own, half a step later.

    Raises
    ------
    InputError
        As `block_threshold`, and where there is nothing to choose: silence, or noise of level 0.

    Examples
    --------
    >>> noise = 0.1 * np.random.default_rng(0).standard_normal(8000)
    >>> found = block_map(noise, sample_rate=8000, noise_std=0.1)
    >>> found.shapes.shape, found.edges_hz[:3].tolist(), found.edges_seconds[:2].tolist()
    ((6, 12), [10.0, 330.0, 650.0], [-0.0375, 0.1625])
    """
    scaled, peak, noise = scaled_and_noise(
        waveform, sample_rate=sample_rate, noise_std=noise_std, quiet_share=quiet_share
    )
    if not peak or noise_std == 0:
        raise InputError("found silence or noise of level 0; expected sound with noise; give another")
    width, margin = window_length(sample_rate), N_FRAMES * STAGGER
    spectra = spectra_of(mirrored(scaled, width, multiple=margin), width)
    power = power_of(spectra)[::STAGGER] / noise
    shapes = chosen_shapes(power)
    cells = attenuation(power)[:, 1 : 1 + N_BINS * shapes.shape[1]]
    kept = cells.reshape(len(shapes), N_FRAMES, -1, N_BINS).mean(axis=(1, 3))  # (n_macroblocks, n_bands)
    hop = width // WINDOWS_PER_LENGTH
    # The middle of the first window lies half a window before the sound; its cell begins half a step earlier.
    edges = np.arange(len(shapes) + 1) * hop * margin - width / 2 - hop * STAGGER / 2
    edges_hz = (0.5 + np.arange(shapes.shape[1] + 1) * N_BINS) * sample_rate / width
    return BlockMap(shapes, kept, edges / sample_rate, edges_hz)


def shape_shares(maps: Mapping[str, BlockMap]) -> pd.DataFrame:
    """Return the share of macroblocks of each kind, a row a sound.

    Parameters
    ----------
    maps : mapping of str to BlockMap
        By name.

    Returns
    -------
    DataFrame
        Columns sound, then `KINDS`; 0 to 1, a row adds up to 1.

    Examples
    --------
    >>> found = BlockMap(np.array([[0, 0, 4, 10]]), np.array([[0, 1, 1, 1]]), np.arange(2.0), np.arange(5.0))
    >>> shape_shares({"click": found}).values.tolist()
    [['click', 0.25, 0.25, 0.0, 0.25, 0.25]]
    """
    rows = []
    for name, found in maps.items():
        counts = np.bincount(found.kinds.ravel(), minlength=len(KINDS))
        rows.append({"sound": name, **dict(zip(KINDS, (counts / counts.sum()).tolist(), strict=True))})
    return pd.DataFrame(rows)
