"""The two optimization schemes: processor time over duration, and de-noising against others' output.

Conventions
-----------
The time factor is seconds of processor time over seconds of sound: below 1 is faster than real time, and
lower is better. SNR in dB, higher is better, over the interior: without the first window and the last two,
which the authors' code ramps and zeroes. The columns *known* are given the level of the noise, *measured* are
not; the figures of the authors' code are of its stored output. noisereduce is a de-noiser by spectral gating; it
is compared where it is installed. Known to it means a second of noise of the same level.

Source
------
Section 3.3; [44] (Yu, Mallat and Bacry 2008).

Usage
-----
python benchmarks/enhance.py [--repeats 3] [--oracle FOLDER], where FOLDER holds bt.csv and the sounds it names
"""

import csv
import importlib
import importlib.util
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from numpy.typing import NDArray

from benchmarks.reference import markdown, parser
from v2ra.denoising import block_threshold
from v2ra.foley.categories import CATEGORIES
from v2ra.peak_match import peak_match
from v2ra.sound_effects import embedded_recording

Array = NDArray[np.floating]
RATES = (8000, 16_000, 44_100, 48_000)
N_SECONDS = 8.0


def processor_factor(task: Callable[[], object], *, n_seconds: float, n_repeats: int) -> float:
    """Return the least processor time of several runs over the duration of the sound."""
    times = []
    for _ in range(n_repeats + 1):  # the first warms up
        started = time.process_time()
        task()
        times.append(time.process_time() - started)
    return min(times[1:]) / n_seconds


def reducer() -> Callable[..., Array] | None:
    """Return noisereduce's function, or None where it is not installed."""
    if importlib.util.find_spec("noisereduce") is None:
        return None
    found: Callable[..., Array] = importlib.import_module("noisereduce").reduce_noise
    return found


def time_rows(n_repeats: int) -> list[dict[str, object]]:
    """Return the factors of de-noising by rate, and of both modes of peak-match by category."""
    rows: list[dict[str, object]] = []
    rng, reduce_noise = np.random.default_rng(0), reducer()

    def add(name: str, sound: str, task: Callable[[], object]) -> None:
        factor = processor_factor(task, n_seconds=N_SECONDS, n_repeats=n_repeats)
        rows.append({"what": name, "sound": sound, "time / duration": factor})

    for rate in RATES:
        noise = 0.1 * rng.standard_normal(round(N_SECONDS * rate))
        add("block_threshold", f"{rate} Hz", lambda x=noise, r=rate: block_threshold(x, sample_rate=r))  # type: ignore[misc]
        if reduce_noise is not None:
            add("noisereduce", f"{rate} Hz", lambda x=noise, r=rate: reduce_noise(y=x, sr=r, stationary=True))  # type: ignore[misc]
    for category in CATEGORIES:
        sound, recording = (embedded_recording(category, seed=seed, n_seconds=N_SECONDS) for seed in (0, 1))
        for mode in ("literal", "corrected"):
            task = lambda x=sound, y=recording, m=mode: peak_match(x, y, sample_rate=44_100, mode=m)  # noqa: E731
            add(f"peak_match, {mode}", f"{category}, 44100 Hz", task)
    return rows


def snr_db(reference: Array, estimate: Array) -> float:
    """Return the ratio of a sound to what an estimate adds to it."""
    return float(10 * np.log10(np.sum(reference**2) / np.sum((reference - estimate) ** 2)))


def snr_rows(folder: Path) -> list[dict[str, object]]:
    """Return a row of SNRs for each sound and level of noise, and the mean over all."""
    with (folder / "bt.csv").open() as file:
        rows = [snr_row(folder, row) for row in csv.DictReader(file)]
    mean: dict[str, object] = {"signal": "mean"}
    mean |= {name: float(np.mean([float(row[name]) for row in rows])) for name in list(rows[0])[1:]}  # type: ignore[arg-type]
    return [{name: _decimals(value) for name, value in row.items()} for row in [*rows, mean]]


def snr_row(folder: Path, row: dict[str, str]) -> dict[str, object]:
    """De-noise one sound in each way."""
    name, level, window = row["signal"], row["snr_in_dB"], int(row["win_samples(odd)"])
    clean, rate = soundfile.read(folder / f"{name}_clean.flac")
    noisy, authors = (soundfile.read(folder / f"{name}_{kind}{level}.flac")[0] for kind in ("noisy", "bt"))
    noise_std = float(row["sigma_given"])
    inside = slice(window, len(clean) - 2 * window)

    def score(sound: Array) -> float:
        return snr_db(clean[inside], sound[inside])

    known = block_threshold(noisy, sample_rate=rate, noise_std=noise_std)
    found: dict[str, Any] = {"signal": name, "noisy": score(noisy), "authors, known": score(authors)}
    found |= {"ours, known": score(known), "difference": score(known) - score(authors)}
    found["ours, measured"] = score(block_threshold(noisy, sample_rate=rate))
    reduce_noise = reducer()
    if reduce_noise is not None:
        noise = noise_std * np.random.default_rng(0).standard_normal(rate)
        found["noisereduce, known"] = score(reduce_noise(y=noisy, sr=rate, stationary=True, y_noise=noise))
        found["noisereduce, measured"] = score(reduce_noise(y=noisy, sr=rate, stationary=True))
    return found


def _decimals(value: object) -> object:
    return f"{value:.2f}" if isinstance(value, float) else value


def main() -> None:
    """Print the tables."""
    arguments = parser(__doc__)
    arguments.add_argument("--oracle", type=Path, help="folder of the authors' output, with bt.csv")
    options = arguments.parse_args()
    if reducer() is None:
        print("noisereduce is not installed: its columns are left out\n")
    print(markdown(time_rows(options.repeats)))
    if options.oracle is not None:
        print(f"\n{markdown(snr_rows(options.oracle))}")


if __name__ == "__main__":
    main()
