"""Figures of the synthetic sounds, measured from recordings: ``reference_data/foley_parameters.csv``.

Conventions
-----------
One row a figure: category, parameter, value, unit, source, licence of the source recording. Rows of one
parameter and one source form a list, in order. A source is a recording ("felt_1.flac"), one event of it
("felt_1.flac event 1"), or begins with "chosen" where a figure was set by hand, followed by the reason.
A sound model is one recorded event: the figures of its recording together with its own.

Source
------
``benchmarks/measure_recordings.py`` writes the measured rows. No sound is kept, only figures.
"""

import csv
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from v2ra.errors import InputError

TABLE = "reference_data/foley_parameters.csv"


@dataclass(frozen=True)
class SoundModel:
    """Figures of one recorded event.

    Attributes
    ----------
    category : str
        One of the seven categories.
    source : str
        Recording and event.
    figures : mapping of str to tuple of float
        Parameter name (with its unit) to its values.
    """

    category: str
    source: str
    figures: Mapping[str, tuple[float, ...]]

    def values(self, name: str) -> NDArray[np.float64]:
        """All values of a parameter, shape (n,); raises InputError where there are none."""
        if name not in self.figures:
            raise InputError(
                f"found no {name} for {self.category} ({self.source}) in {TABLE}; expected a row; measure it"
            )
        return np.array(self.figures[name])

    def value(self, name: str) -> float:
        """First value of a parameter."""
        return float(self.values(name)[0])


@cache
def _table() -> dict[str, dict[str, dict[str, tuple[float, ...]]]]:
    """Read the file as category → source → parameter → values."""
    text = resources.files("v2ra").joinpath(TABLE).read_text("utf-8")
    found: dict[str, dict[str, dict[str, tuple[float, ...]]]] = defaultdict(lambda: defaultdict(dict))
    for row in csv.DictReader(text.splitlines()):
        source = "chosen" if row["source"].startswith("chosen") else row["source"]
        figures = found[row["category"]][source]
        figures[row["parameter"]] = (*figures.get(row["parameter"], ()), float(row["value"]))
    return found


@cache
def load_models(category: str) -> tuple[SoundModel, ...]:
    """Sound models of a category, one for each measured event.

    Parameters
    ----------
    category : str
        One of the seven categories.

    Returns
    -------
    tuple of SoundModel
        In the order of the file. Figures that one event lacks (the pitch of a noisy bark) are taken from
        the median over the category's events.

    Raises
    ------
    InputError
        If the file has no event of the category.

    Examples
    --------
    >>> load_models("dog")[0].source
    'dog_bark_ivolipa.flac event 1'
    """
    sources = _table().get(category, {})
    events = {source: figures for source, figures in sources.items() if " event " in source}
    if not events:
        raise InputError(f"found no events for {category!r} in {TABLE}; expected some; measure recordings")
    pitches = [figures["pitch_hz"][0] for figures in events.values() if "pitch_hz" in figures]
    shared = {"pitch_hz": (float(np.median(pitches)),)} if pitches else {}
    return tuple(
        SoundModel(category, source, MappingProxyType(shared | sources[source.split(" event ")[0]] | figures))
        for source, figures in events.items()
    )


def load_setting(category: str, name: str) -> float:
    """One figure that was set by hand.

    Parameters
    ----------
    category : str
        One of the seven categories, or all.
    name : str
        Parameter name with its unit.

    Returns
    -------
    float
        In the unit of the name.

    Raises
    ------
    InputError
        If the file has no such row.

    Examples
    --------
    >>> load_setting("all", "peak_db")
    -3.0
    """
    chosen = _table().get(category, {}).get("chosen", {})
    if name not in chosen:
        raise InputError(f"found no setting {name!r} of {category!r} in {TABLE}; expected a row; add one")
    return chosen[name][0]
