"""What a folder of clips holds: lengths, events and parts by category, and the gaps between events.

Conventions
-----------
Times are in seconds. Gaps are between neighbouring events of one clip; a gap that reaches over the end of a
clip is not seen, so short clips show fewer long gaps.

Source
------
Section 4.1. The real gaps are the fits of ``v2ra/reference_data/contact_gaps.csv``.
"""

from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.stats import expon, lognorm

from v2ra.catalogue import SPLITS, Catalogue, Entry
from v2ra.clips import probe_clip
from v2ra.contacts import read_times
from v2ra.errors import InputError
from v2ra.foley.categories import IMPACT_CATEGORIES, MIN_GAP_SECONDS
from v2ra.foley.events import MAX_GAP_SECONDS, load_gap_fit


def event_times(entry: Entry) -> NDArray[np.float64]:
    """Return the annotated events of a clip in seconds, in order of time; empty where there are none.

    Examples
    --------
    >>> event_times(Entry(Path("a.mp4"), "wood", "a", wav_path=None, times_path=None, split="train")).size
    0
    """
    if entry.times_path is None:
        return np.zeros(0)
    return np.sort([contact.time_seconds for contact in read_times(entry.times_path)])


def survey(catalogue: Catalogue, *, data: str) -> pd.DataFrame:
    """Count what a catalogue holds.

    Parameters
    ----------
    catalogue : Catalogue
        Clips with their parts.
    data : str
        What the clips are, "synthetic (foley)" for the embedded set.

    Returns
    -------
    DataFrame
        A row a category: category, data, clips, seconds, events, and the clips of each part.

    Source
    ------
    Section 4.1.

    Examples
    --------
    >>> import tempfile
    >>> from v2ra.catalogue import find_clips
    >>> from v2ra.foley import make_dataset
    >>> manifest = make_dataset(tempfile.mkdtemp(), categories=["wood"], n_clips=1, n_seconds=1)
    >>> survey(find_clips(manifest.parent), data="synthetic (foley)")["seconds"].tolist()
    [1.0]
    """
    rows = []
    for category in catalogue.categories:
        entries = catalogue.of(category)
        splits = [entry.split for entry in entries]
        rows.append(
            {
                "category": category,
                "data": data,
                "clips": len(entries),
                "seconds": round(sum(probe_clip(entry.path).n_seconds for entry in entries), 1),
                "events": sum(len(event_times(entry)) for entry in entries),
                **{part: splits.count(part) for part in SPLITS},
            }
        )
    return pd.DataFrame(rows)


def event_gaps(catalogue: Catalogue, category: str) -> NDArray[np.float64]:
    """Return the gaps between neighbouring events of a category, clip by clip, in seconds.

    Examples
    --------
    >>> clip = Entry(Path("a.mp4"), "wood", "a", wav_path=None, times_path=None, split="train")
    >>> event_gaps(Catalogue((clip,), ()), "wood").size
    0
    """
    return np.concatenate([np.zeros(0), *(np.diff(event_times(entry)) for entry in catalogue.of(category))])


def real_gap_share(category: str, seconds: ArrayLike, *, limited: bool = False) -> NDArray[np.float64]:
    """Return the share of real gaps that are no longer than some lengths, by the fit.

    Parameters
    ----------
    category : str
        cloth, wood, gravel or plastic.
    seconds : array_like
        Lengths.
    limited : bool
        Of gaps between the two limits of the synthetic clips alone, 0.35 and 2 s.

    Returns
    -------
    ndarray of float64
        Shares in [0, 1].

    Source
    ------
    39,950 contacts of Greatest Hits (Owens et al. 2016): floor + log-normal beat, now and then a pause.

    Examples
    --------
    >>> real_gap_share("wood", [0.1, 0.6, 9.0]).round(2).tolist()
    [0.0, 0.56, 1.0]
    """
    fit = load_gap_fit(category)

    def share(length: ArrayLike) -> NDArray[np.float64]:
        excess = np.asarray(length, np.float64) - fit.floor_seconds
        beat = lognorm.cdf(excess, fit.sigma, scale=np.exp(fit.mu))
        pause = expon.cdf(excess, scale=fit.pause_seconds)
        return np.asarray((1 - fit.pause_share) * beat + fit.pause_share * pause)

    if not limited:
        return share(seconds)
    low, high = share(MIN_GAP_SECONDS), share(MAX_GAP_SECONDS)
    return np.clip((share(seconds) - low) / (high - low), 0, 1)


def real_gap_quartiles(category: str) -> tuple[float, float, float]:
    """Return lower quartile, median and upper quartile of the real gaps in seconds, as annotated.

    Examples
    --------
    >>> real_gap_quartiles("gravel")
    (0.4, 0.4667, 0.5333)
    """
    if category not in IMPACT_CATEGORIES:
        raise InputError(f"found {category!r}; expected one of {', '.join(IMPACT_CATEGORIES)}; choose one")
    table = pd.read_csv(Path(__file__).parent / "reference_data" / "contact_gaps.csv", index_col="category")
    names = ("lower_quartile_seconds", "median_seconds", "upper_quartile_seconds")
    low, middle, high = (float(value) for value in table.loc[category, list(names)].to_numpy())
    return low, middle, high
