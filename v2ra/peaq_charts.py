"""PEAQ in pictures: what is masked over time and Bark, and the curve from index to grade.

Conventions
-----------
Patterns are those of `v2ra.peaq`; of two channels the first is shown. Levels are in dB sound pressure level, with
a full-scale sine at 92 dB; a noise-to-mask ratio above 0 dB is heard.

Source
------
ITU-R BS.1387-1, annex 2; Eq. 11 and Table 4 of the paper.
"""

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from numpy.typing import NDArray

from v2ra.drawing import BLACK, BLUE, GREEN, GREY, MEDIUM, ORANGE, PINK, RED, SMALL, new_figure, tidy
from v2ra.errors import InputError
from v2ra.peaq import Patterns
from v2ra.peaq.grade import HIGHEST_GRADE, LOWEST_GRADE, grade
from v2ra.peaq.tables import BAND_BARKS, load_bands
from v2ra.published import load_published

FloatArray = NDArray[np.float64]

LEVELS = "magma"
RATIOS = "RdBu_r"  # blue: masked, red: heard
RATIO_DB = 30.0
MAX_COLUMNS = 80  # a picture of every frame weighs a megabyte
RANGE_DB = 80.0  # shown below the loudest
TICKS_HZ = np.array([100, 500, 1000, 2000, 5000, 10_000])


def bark(hertz: FloatArray) -> FloatArray:
    """Return the place of a frequency on the Bark scale of the standard (2.1.5).

    Examples
    --------
    >>> bark(np.array([80.0, 18000.0])).round(1)
    array([ 0.9, 28.1])
    """
    return np.asarray(7 * np.arcsinh(np.asarray(hertz, dtype=np.float64) / 650))


def plot_masking(patterns: Mapping[str, Patterns]) -> Figure:
    """Show how each estimate's difference from the reference is masked, over time and Bark.

    Parameters
    ----------
    patterns : mapping of str to Patterns
        By the name of the estimate, one to four of one reference.

    Returns
    -------
    Figure
        First the reference's excitation and the threshold below it, then for each estimate its excitation and
        the noise-to-mask ratio. Frames are averaged in dB, some 80 across, so that texture does not hide shape.

    Raises
    ------
    InputError
        If there is none, or more than four.

    Examples
    --------
    >>> from v2ra.peaq import objective_difference_grade
    >>> sound = 0.1 * np.random.default_rng(0).standard_normal(48000)
    >>> found = objective_difference_grade(sound, sound[::-1], sample_rate=48000, patterns=True)
    >>> [axes.get_title(loc="left") for axes in plot_masking({"backwards": found.patterns}).axes[:3]]
    ['reference', 'backwards', 'masking threshold']
    """
    if not 1 <= len(patterns) <= 4:
        raise InputError(f"found {len(patterns)} estimates; expected one to four; leave some out")
    figure = new_figure(4.4)
    grid = figure.subplots(2, 1 + len(patterns), sharex=True, sharey=True, squeeze=False)
    one = next(iter(patterns.values()))
    loudest = float(_db(one.excitation_reference[0]).max())
    limits = (loudest - RANGE_DB, loudest)
    _draw(grid[0, 0], _db(one.excitation_reference[0]), one, title="reference", limits=limits)
    level = _draw(grid[1, 0], _db(one.masking_threshold[0]), one, title="masking threshold", limits=limits)
    for column, (name, shown) in zip(grid.T[1:], patterns.items(), strict=True):
        _draw(column[0], _db(shown.excitation_estimate[0]), shown, title=name, limits=limits)
        ratio = _draw(
            column[1], shown.noise_to_mask_db[0], shown, title="noise to mask", limits=(-RATIO_DB, RATIO_DB)
        )
        ratio.set_cmap(RATIOS)
    figure.supxlabel("time (s)", fontsize=MEDIUM)
    figure.supylabel("frequency (kHz), spaced by Bark", fontsize=MEDIUM)
    for image, axes, label in ((level, grid[0], "dB SPL"), (ratio, grid[1], "dB, above 0 heard")):
        bar = figure.colorbar(image, ax=list(axes), pad=0.01, aspect=15)
        bar.set_label(label, fontsize=SMALL)
        bar.ax.tick_params(labelsize=SMALL)
    return figure


def plot_grade_curve(indices: Mapping[str, float]) -> Figure:
    """Show the curve from distortion index to grade with Table 4's words, and where sounds lie on it.

    Parameters
    ----------
    indices : mapping of str to float
        Distortion index by name.

    Returns
    -------
    Figure

    Examples
    --------
    >>> plot_grade_curve({"coded": 1.0}).axes[0].get_ylabel()
    'ODG'
    """
    figure = new_figure(3.0)
    axes = tidy(figure.add_subplot(), x_label="distortion index", y_label="ODG")
    across = np.linspace(-6, 7, 200)
    axes.plot(across, [grade(index) for index in across], color=BLACK, linewidth=1.2)
    for bound in (LOWEST_GRADE, HIGHEST_GRADE):
        axes.axhline(bound, color=GREY, linestyle=":", linewidth=0.8)
    for _, row in load_published("table4").iterrows():
        axes.axhline(row["grade"], color=GREY, linewidth=0.4)
        axes.text(7.2, row["grade"], row["impairment"].lower(), fontsize=SMALL, va="center", color=GREY)
    for number, (name, index) in enumerate(indices.items()):
        mark, colour = "osD^vP"[number % 6], (BLUE, ORANGE, GREEN, RED, PINK, BLACK)[number % 6]
        label = f"{name}: {grade(index):.2f}"
        axes.plot([index], [grade(index)], mark, color=colour, markersize=7, label=label)
    axes.set_xlim(-6, 7)
    if indices:
        axes.legend(fontsize=SMALL, frameon=False, loc="upper left")
    return figure


def _db(powers: FloatArray) -> FloatArray:
    return np.asarray(10 * np.log10(np.maximum(powers, 1e-12)))


def _pooled(values: FloatArray) -> FloatArray:
    """Average neighbouring frames (frames, bands), so that no more than some columns remain."""
    width = -(-len(values) // MAX_COLUMNS)
    starts = np.arange(0, len(values), width)
    counts = np.diff([*starts, len(values)])
    return np.asarray(np.add.reduceat(values, starts, axis=0) / counts[:, None])


def _draw(
    axes: Axes,
    values: FloatArray,
    patterns: Patterns,
    *,
    title: str,
    limits: tuple[float, float],
) -> AxesImage:
    """Draw a pattern (frames, bands) over time and Bark."""
    tidy(axes, title=title)
    seconds, lowest = patterns.seconds, float(bark(load_bands().lower[:1])[0])
    half = (seconds[1] - seconds[0]) / 2 if len(seconds) > 1 else 0.01
    ends = (seconds[0] - half, seconds[-1] + half, lowest, lowest + BAND_BARKS * values.shape[1])
    steps = np.rint(_pooled(values))  # whole dB: what is seen, at a third of the bytes
    image = axes.imshow(
        steps.T,
        origin="lower",
        aspect="auto",
        extent=ends,
        cmap=LEVELS,
        vmin=limits[0],
        vmax=limits[1],
        interpolation="none",
    )
    axes.set_yticks(bark(TICKS_HZ), [f"{hertz / 1000:g}" for hertz in TICKS_HZ])
    return image
