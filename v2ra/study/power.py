"""How large a difference a study of some size can find, by simulation.

Two systems are rated by the same listeners on the same clips. A study finds the difference where the 95 % interval of
the paired difference (`v2ra.bootstrap`, over listeners and clips) leaves out 0: the rule by which ratings of people
are read here.

Conventions
-----------
Differences and spreads are in points of the scale, as they would be without rounding to grades; power is a share of
simulated studies, from 0 to 1. At a difference of 0 it is the share of false alarms, about 0.05 at best.

Source
------
Ours. Spreads are assumed and not measured: people's ratings replace them once there are some.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from numpy.typing import NDArray

from v2ra.bootstrap import mean_interval
from v2ra.drawing import BLACK, BLUE, GREEN, GREY, ORANGE, RED, SMALL, new_figure, tidy
from v2ra.errors import InputError
from v2ra.study.questions import HIGHEST, LOWEST

N_RESAMPLES = 200  # of each simulated study; people's ratings get 2000


@dataclass(frozen=True)
class Spreads:
    """Standard deviations, in points."""

    listener: float = 0.5  # how strict a listener is, with all systems alike
    clip: float = 0.4  # how good a clip is, with all systems alike
    listener_by_system: float = 0.2  # a listener's liking of one system
    clip_by_system: float = 0.2  # what a system does to a clip
    answer: float = 0.6  # from one answer to the next


def simulated_pair(
    difference: float,
    *,
    n_listeners: int,
    n_clips: int,
    mean: float,
    spreads: Spreads,
    rng: np.random.Generator,
) -> NDArray[np.float64]:
    """Return paired differences of two systems, as people of these spreads would give them.

    Returns
    -------
    float (n_listeners, n_clips)
        Whole points: grades are rounded and held to the scale.

    Examples
    --------
    >>> none = Spreads(0, 0, 0, 0, 0)
    >>> simulated_pair(1, n_listeners=1, n_clips=2, mean=3, spreads=none, rng=np.random.default_rng(0)).tolist()
    [[1.0, 1.0]]
    """
    shape = (n_listeners, n_clips)
    shared = mean + spreads.listener * rng.standard_normal((n_listeners, 1))
    shared = shared + spreads.clip * rng.standard_normal((1, n_clips))
    grades = []
    for level in (0.0, difference):
        own = spreads.listener_by_system * rng.standard_normal((n_listeners, 1))
        own = own + spreads.clip_by_system * rng.standard_normal((1, n_clips))
        liking = shared + level + own + spreads.answer * rng.standard_normal(shape)
        grades.append(np.clip(np.floor(liking + 0.5), LOWEST, HIGHEST))
    return np.asarray(grades[1] - grades[0])


def power(
    difference: float,
    *,
    n_listeners: int,
    n_clips: int,
    mean: float = 3.5,
    spreads: Spreads | None = None,
    n_studies: int = 200,
    seed: int = 0,
) -> float:
    """Return the share of simulated studies that find a difference.

    Parameters
    ----------
    difference : float
        In points.
    n_listeners, n_clips : int
        Two or more each.
    mean : float
        Of the system with the lower score: near 5 the scale ends.
    spreads : Spreads, optional
        Assumed.
    n_studies, seed : int
        Of the simulation.

    Examples
    --------
    >>> power(3, n_listeners=10, n_clips=4, mean=1.5, n_studies=5)
    1.0
    """
    if min(n_listeners, n_clips) < 2 or n_studies < 1:
        raise InputError(
            f"found {n_listeners} listeners, {n_clips} clips, {n_studies} studies; expected 2, 2 and 1 or more"
        )
    rng = np.random.default_rng([seed, n_listeners, n_clips])
    found = 0
    for number in range(n_studies):
        values = simulated_pair(
            difference,
            n_listeners=n_listeners,
            n_clips=n_clips,
            mean=mean,
            spreads=spreads or Spreads(),
            rng=rng,
        )
        _, low, high = mean_interval(values, n_resamples=N_RESAMPLES, seed=number)
        found += low > 0 or high < 0
    return found / n_studies


def power_table(
    differences: Sequence[float],
    *,
    n_listeners: Sequence[int],
    n_clips: int,
    mean: float = 3.5,
    spreads: Spreads | None = None,
    n_studies: int = 200,
) -> pd.DataFrame:
    """Return the power at every difference and number of listeners.

    Returns
    -------
    DataFrame
        Columns difference, n_listeners, n_clips, power.

    Examples
    --------
    >>> power_table([3], n_listeners=[10], n_clips=4, mean=1.5, n_studies=5)["power"].tolist()
    [1.0]
    """
    shared: dict[str, Any] = {"n_clips": n_clips, "mean": mean, "spreads": spreads, "n_studies": n_studies}
    rows = [
        {
            "difference": size,
            "n_listeners": n,
            "n_clips": n_clips,
            "power": power(size, n_listeners=n, **shared),
        }
        for size, n in itertools.product(differences, n_listeners)
    ]
    return pd.DataFrame(rows)


def plot_power(table: pd.DataFrame, *, n_listeners: int) -> Figure:
    """Show the power of a study over its size, a line a difference.

    Parameters
    ----------
    table : DataFrame
        Of `power_table`.
    n_listeners : int
        Of the paper, marked.

    Examples
    --------
    >>> rows = pd.DataFrame({"difference": [0.1], "n_listeners": [20], "n_clips": [8], "power": [0.2]})
    >>> plot_power(rows, n_listeners=20).axes[0].get_xlabel()
    'listeners'
    """
    figure = new_figure(2.8)
    label = "share of simulated studies\nthat find it"
    title = f"simulated, assumed spreads; {table['n_clips'].iloc[0]} clips rated by everyone"
    axes = tidy(figure.add_subplot(), x_label="listeners", y_label=label, title=title)
    for number, (size, own) in enumerate(table.groupby("difference")):
        colour, mark = (GREY, BLUE, ORANGE, GREEN, RED)[number % 5], "xos^D"[number % 5]
        name = f"{float(str(size)):g} points" if size else "no difference"
        axes.plot(own["n_listeners"], own["power"], marker=mark, color=colour, markersize=4, label=name)
    axes.axvline(n_listeners, color=BLACK, linestyle=":", linewidth=1, label=f"the paper's {n_listeners}")
    axes.axhline(0.8, color=GREY, linestyle="--", linewidth=0.8, label="four of five")
    axes.set_ylim(-0.02, 1.02)
    axes.legend(fontsize=SMALL, frameon=False, loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return figure
