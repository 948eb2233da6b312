"""Compare the synthetic events with recorded ones: spectral centroid, decay, modulation spectrum.

Conventions
-----------
Input: folders with recordings as for measure_recordings.py. Each recording, and each of a number of
synthetic clips of 8 s, is cut into events by the same detector and described by the medians over them; a
category is the geometric mean over recordings or clips. A ratio is synthetic over recorded, 1 is best; the
overlap is the shared area of the two mean modulation spectra, 0..1, 1 is best. Crest is the peak over the
RMS of a segment of at most 1 s, in dB.

Source
------
v2ra.foley.measures states each measure.

Usage
-----
python benchmarks/foley_realism.py FOLDER [FOLDER …] [--n-clips 16] [--seed 0]
"""

import argparse
import time
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from v2ra.foley import measures
from v2ra.foley.categories import CATEGORIES
from v2ra.foley.events import draw_events
from v2ra.foley.recordings import cut_events, describe_events, find_recordings, read_events
from v2ra.foley.sounds import synthesise_sound

FloatArray = NDArray[np.float64]
Described = list[tuple[dict[str, float], FloatArray]]
N_SECONDS = 8.0
MEASURES = ("centroid_hz", "rolloff99_hz", "decay10_ms", "decay20_ms", "crest_db")


def describe(events: list[FloatArray]) -> tuple[dict[str, float], FloatArray]:
    """Medians over the events of a sound, and the mean modulation spectrum of its events."""
    return describe_events(events), measures.modulation_spectrum(events)


def synthetic(category: str, *, n_clips: int, seed: int) -> tuple[Described, float]:
    """Describe synthetic clips; returns also how many seconds of sound one second of one core makes."""
    found, seconds = [], 0.0
    for k in range(n_clips):
        rng = np.random.default_rng([seed, k])
        events = draw_events(category, n_seconds=N_SECONDS, rng=rng)
        start = time.process_time()
        sound = synthesise_sound(category, events, n_seconds=N_SECONDS, rng=rng)
        seconds += time.process_time() - start if k else 0.0  # the first one also loads the tables
        found.append(describe(cut_events(measures.high_pass(sound))))
    return found, N_SECONDS * (n_clips - 1) / seconds


def row(category: str, real: Described, made: Described) -> dict[str, object]:
    """One line of the comparison."""
    line: dict[str, object] = {"category": category, "n_recordings": len(real)}
    for name in MEASURES:
        means = [np.exp(np.mean(np.log([d[name] for d, _ in part]))) for part in (real, made)]
        line |= {name: round(means[0]), "made": round(means[1]), "ratio": round(means[1] / means[0], 2)}
        line = {(f"{name} {k}" if k in {"made", "ratio"} else k): v for k, v in line.items()}
    spectra = [np.mean([spectrum for _, spectrum in part], axis=0) for part in (real, made)]
    return line | {"overlap": round(float(np.minimum(*spectra).sum()), 3)}


def main() -> None:
    """Print the comparison, one line a category."""
    parser = argparse.ArgumentParser(description="Compare synthetic events with recorded ones.")
    parser.add_argument("folders", type=Path, nargs="+", help="folders with <category>/<recording>")
    parser.add_argument("--n-clips", type=int, default=16, help="synthetic clips a category")
    parser.add_argument("--seed", type=int, default=0, help="seed of the synthetic clips")
    arguments = parser.parse_args()
    real: dict[str, Described] = {category: [] for category in CATEGORIES}
    for category, path in find_recordings(arguments.folders):
        real[category].append(describe(read_events(path)))
    lines = []
    for category in CATEGORIES:
        made, speed = synthetic(category, n_clips=arguments.n_clips, seed=arguments.seed)
        lines.append(row(category, real[category], made) | {"times real time": round(speed)})
    print(pd.DataFrame(lines).T.to_string(header=False))


if __name__ == "__main__":
    main()
