"""Write tests/golden/peaq.csv: grades of signals made here, as this project computed them.

They guard against changes on a machine without other implementations' outputs. How far the numbers agree with
those implementations is in METRICS.md; the golden file was written when the largest difference to Kabal's
program over 34 cases was 0.0001 in the grade.

Usage: python tests/golden/make_peaq.py
"""

import csv
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from v2ra.peaq import objective_difference_grade

RATE = 48_000
PATH = Path(__file__).with_name("peaq.csv")
Signal = NDArray[np.float64]


def noise(seed: int, n_samples: int) -> Signal:
    """Uniform noise in ±1 from raw bits, which no version of NumPy changes."""
    bits = np.random.PCG64(seed).random_raw(n_samples)
    return (bits >> np.uint64(11)).astype(np.float64) / 2.0**52 - 1


def cases() -> dict[str, tuple[Signal, Signal]]:
    """Pairs in whole steps of 16 bits, so that rounding of sines changes nothing."""
    seconds = np.arange(int(1.5 * RATE)) / RATE
    chord = sum(0.05 / k * np.sin(2 * np.pi * 220 * k * seconds) for k in range(1, 30))
    tones = np.asarray(chord) * (0.6 + 0.4 * np.sin(2 * np.pi * 3 * seconds))
    hiss = noise(1, len(seconds))
    clicks = np.where(np.arange(len(seconds)) % 6000 < 3, 0.7, 0.0) * hiss + 0.01 * hiss
    silence = np.zeros(RATE // 2)
    quieter = np.convolve(hiss, np.ones(4) / 4, mode="same")
    stereo = np.stack([tones, 0.5 * tones + 0.02 * hiss])
    pairs = {
        "identical": (tones, tones),
        "noise_40db": (tones, tones + 0.001 * hiss),
        "noise_20db_stereo": (stereo, stereo + 0.01 * np.stack([hiss, hiss[::-1]])),
        "one_channel_lost": (stereo, stereo * np.array([[1.0], [0.0]])),
        "low_pass": (0.2 * hiss, 0.2 * quieter),
        "clicks_clipped": (clicks, clicks.clip(-0.3, 0.3)),
        "half_gain": (tones, tones / 2),
        "silence_around": (np.r_[silence, tones, silence], np.r_[silence, tones + 0.003 * hiss, silence]),
        "silent_estimate": (tones, np.zeros_like(tones)),
    }
    return {name: (_steps(one), _steps(two)) for name, (one, two) in pairs.items()}


def _steps(waveform: Signal) -> Signal:
    return np.round(waveform * 2**15).clip(-(2**15), 2**15 - 1) / 2**15


def main() -> None:
    """Grade every case."""
    rows = []
    for name, (reference, estimate) in cases().items():
        found = objective_difference_grade(reference, estimate, sample_rate=RATE)
        rows.append({"case": name, "odg": found.odg, "di": found.di, **found.movs})
    with PATH.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows({key: _digits(value) for key, value in row.items()} for row in rows)


def _digits(value: object) -> object:
    return f"{value:.9g}" if isinstance(value, float) else value


if __name__ == "__main__":
    main()
