"""Recordings, real or synthetic, described by their events: what the synthesis is fitted to and held against.

Conventions
-----------
Recordings lie in ``<folder>/<category>/`` as .flac, .wav or .mp4 and are read as mono at 44.1 kHz without
what lies below 60 Hz. Frequencies in Hz, times in milliseconds, crest (peak over RMS) in dB.

Source
------
``v2ra.foley.measures`` states each measure.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from v2ra.clips import read_waveform
from v2ra.foley import measures
from v2ra.foley.categories import CATEGORIES
from v2ra.timing import PAPER

FloatArray = NDArray[np.float64]

# Companion material that lies in a category's folder without its sound: a howl, a rooster, a crow.
LEFT_OUT = {"howling_dog.mp4", "rooster_crowing.mp4", "crow.flac"}
SUFFIXES = {".flac", ".wav", ".mp4"}
SHORTEST_SECONDS = 0.02  # an event cut shorter has too little sound to measure


def find_recordings(folders: Iterable[Path]) -> Iterator[tuple[str, Path]]:
    """Find the recordings of the seven categories.

    Parameters
    ----------
    folders : iterable of Path
        Each with sub-folders named after categories; others are passed over.

    Yields
    ------
    (str, Path)
        Category and file, in order of path.

    Examples
    --------
    >>> list(find_recordings([Path("no such folder")]))
    []
    """
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            wanted = path.suffix in SUFFIXES and path.name not in LEFT_OUT
            if wanted and path.parent.name in CATEGORIES:
                yield path.parent.name, path


def read_events(path: Path) -> list[FloatArray]:
    """Read a recording and cut it into its events.

    Parameters
    ----------
    path : Path
        Sound file or clip with sound.

    Returns
    -------
    list of ndarray, each of shape (time,)
        One an event, at 44.1 kHz.

    Examples
    --------
    >>> import tempfile
    >>> from v2ra.clips import write_waveform
    >>> path = Path(tempfile.mkdtemp()) / "click.wav"
    >>> write_waveform(path, np.eye(1, 44_100, 22_050).ravel() / 2, sample_rate=44_100)
    >>> len(read_events(path))
    1
    """
    return cut_events(measures.high_pass(read_waveform(path), sample_rate=PAPER.sample_rate))


def cut_events(waveform: NDArray[np.floating]) -> list[FloatArray]:
    """Cut a sound at 44.1 kHz into its events, as `v2ra.foley.measures.find_events` finds them.

    Examples
    --------
    >>> len(cut_events(np.eye(1, 44_100, 22_050).ravel()))
    1
    """
    rate = PAPER.sample_rate
    spans = measures.find_events(waveform, sample_rate=rate)
    return [
        np.asarray(waveform[round(a * rate) : round(b * rate)], dtype=np.float64)
        for a, b in spans
        if b - a > SHORTEST_SECONDS
    ]


def describe_events(events: list[FloatArray]) -> dict[str, float]:
    """Medians over the events of a recording.

    Parameters
    ----------
    events : list of ndarray, each of shape (time,)
        At least one, at 44.1 kHz.

    Returns
    -------
    dict
        n_events, centroid_hz, rolloff99_hz, attack_ms, decay20_ms, decay10_ms, crest_db, and modulation_hz,
        the centre of the modulation spectrum on a logarithmic scale.

    Examples
    --------
    >>> events = cut_events(np.eye(1, 44_100, 22_050).ravel())
    >>> describe_events(events)["n_events"]
    1.0
    """
    band = measures.modulation_spectrum(events)
    median = {
        "centroid_hz": [measures.spectral_centroid(e) for e in events],
        "rolloff99_hz": [measures.spectral_rolloff(e) for e in events],
        "attack_ms": [1000 * measures.attack_seconds(e) for e in events],
        "decay20_ms": [1000 * measures.decay_seconds(e) for e in events],
        "decay10_ms": [1000 * measures.decay_seconds(e, fall_db=10) for e in events],
        "crest_db": [20 * np.log10(np.abs(e).max() / e.std()) for e in events],
    }
    found = {"n_events": float(len(events))}
    found |= {name: round(float(np.median(values)), 1) for name, values in median.items()}
    found["modulation_hz"] = round(float(np.exp(band @ np.log(measures.MODULATION_HZ[:-1]))), 1)
    return found
