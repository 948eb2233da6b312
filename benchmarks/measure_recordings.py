"""Measure recorded sounds: the figures from which the synthetic events are built.

Conventions
-----------
Input: folders with sounds (.flac, .wav) and clips (.mp4) in sub-folders named after the categories, and
beside them a table (sounds.csv or clips.csv) with the columns file and licence or repo_licence.
Output: one line a recording (median over its events), and with --out a CSV with the columns category,
parameter, value, unit, source, licence: the same medians, and for the loudest events what their synthesis
needs (modes, pitch and formants, pitch contour, grains). Several rows of one parameter and one source
form a list. Rows of the file whose source starts with "chosen" are kept. No sound is stored.

Source
------
v2ra.foley.measures states each measure; formants are the pole angles of a linear prediction.

Usage
-----
python benchmarks/measure_recordings.py FOLDER [FOLDER …] [--out v2ra/reference_data/foley_parameters.csv]
"""

import argparse
from pathlib import Path

import librosa
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import signal

from v2ra.foley import measures
from v2ra.foley.recordings import describe_events, find_recordings, read_events

RATE = 44_100
FloatArray = NDArray[np.float64]
STORED = ("centroid_hz", "rolloff99_hz", "decay10_ms", "decay20_ms")
UNITS = {"hz": "Hz", "db": "dB", "ms": "ms"}


def modes(event: FloatArray, *, n_modes: int = 6) -> dict[str, list[float]]:
    """Strongest modes after the peak: frequency (Hz), level under the strongest (dB), 60-dB decay (ms).

    The window of 23 ms cannot tell decays under about 40 ms apart.
    """
    ring = event[int(np.abs(event).argmax()) :][: round(0.15 * RATE)]
    ring = np.pad(ring, (0, max(2048 - ring.size, 0)))
    frequencies, _, z = signal.stft(ring, RATE, nperseg=1024, noverlap=1024 - 44, nfft=8192)
    level = 20 * np.log10(np.abs(z) + 1e-9)
    loudest = level[:, :20].max(axis=1)
    peaks, _ = signal.find_peaks(loudest, prominence=4, distance=8)
    peaks = peaks[loudest[peaks] > loudest.max() - 20]  # fainter ones are often tones of the background
    chosen = np.sort(peaks[np.argsort(loudest[peaks])[::-1]][:n_modes])
    return {
        "mode_frequency_hz": [round(f) for f in frequencies[chosen]],
        "mode_level_db": [round(float(v), 1) for v in loudest[chosen] - loudest.max()],
        "mode_decay_ms": [round(decay_of(level[peak])) for peak in chosen],
    }


def decay_of(track: FloatArray) -> float:
    """Time in ms in which a level track (dB, one value per 44 samples) falls by 60 dB, 20 to 400 ms."""
    start = int(track.argmax())
    stop = start + max(int(np.argmax(track[start:] < track[start] - 15)), 8)
    slope = np.polyfit(np.arange(stop - start) * 44 / RATE, track[start:stop], 1)[0]
    return float(np.clip(-60e3 / min(slope, -1.0), 20, 400))


def pitch(event: FloatArray) -> dict[str, list[float]]:
    """Pitch in Hz (200 to 1200) around the loudest point by autocorrelation, and tone over noise in dB.

    The ratio is r / (1 - r) for the height r of the peak. There is no pitch where r is under 0.45.
    """
    peak = int(measures.envelope(event).argmax() * measures.HOP_SECONDS * RATE)
    frame = event[max(peak - 700, 0) :][:1400]
    power = np.abs(np.fft.rfft(frame * np.hanning(frame.size), 8192)) ** 2
    window = np.fft.irfft(np.abs(np.fft.rfft(np.hanning(frame.size), 8192)) ** 2)
    correlation = np.fft.irfft(power)[:700] / np.maximum(window[:700], window[0] * 0.05)
    correlation /= correlation[0]
    peaks, _ = signal.find_peaks(correlation[RATE // 1200 : RATE // 200])
    peaks = peaks + RATE // 1200
    good = peaks[correlation[peaks] > max(0.45, 0.85 * correlation[peaks].max(initial=0))]
    height = float(
        np.clip(correlation[good[0]] if good.size else correlation[peaks].max(initial=0), 0.05, 0.98)
    )
    ratio = {"tone_to_noise_db": [round(10 * np.log10(height / (1 - height)), 1)]}
    return {"pitch_hz": [round(RATE / float(good[0]))] if good.size else []} | ratio


def formants(event: FloatArray, *, n_formants: int = 4) -> list[float]:
    """First formants in Hz: poles of a 12th-order linear prediction at 11,025 Hz, width under 700 Hz."""
    low = librosa.resample(event, orig_sr=RATE, target_sr=11_025)
    middle = low[max(int(np.abs(low).argmax()) - 400, 0) :][:800]
    poles = np.roots(
        librosa.lpc((middle - 0.7 * np.append(0, middle[:-1])) * np.hanning(middle.size), order=12)
    )
    poles = poles[np.imag(poles) > 0]
    frequency, width = np.angle(poles) * 11_025 / (2 * np.pi), -np.log(np.abs(poles)) * 11_025 / np.pi
    return [round(f) for f in sorted(frequency[(width < 700) & (frequency > 300)])][:n_formants]


def contour(event: FloatArray) -> dict[str, list[float]]:
    """Frequency of the strongest bin over 500 Hz at 0, 25 … 100 % of the time within 15 dB of the peak."""
    frequencies, times, z = signal.stft(event, RATE, nperseg=512, noverlap=512 - 64, nfft=2048)
    z = np.abs(z)[frequencies > 500]
    loud = np.flatnonzero(z.max(axis=0) > z.max() / 5.6)
    peak = int(z.max(axis=0).argmax())
    breaks = np.flatnonzero(np.diff(loud) > 10)  # a gap over 15 ms ends the call
    first = max([loud[0], *loud[breaks + 1][loud[breaks + 1] <= peak]])
    last = min([loud[-1], *loud[breaks][loud[breaks] >= peak]])
    track = signal.medfilt(frequencies[frequencies > 500][z.argmax(axis=0)][first : last + 1], 5)
    points = np.interp(np.linspace(2, track.size - 3, 5), np.arange(track.size), track)
    return {
        "contour_hz": [round(float(f)) for f in points],
        "call_ms": [round(1000 * float(times[last] - times[first]))],
    }


def grain_rate(event: FloatArray) -> list[float]:
    """Peaks a second of the 2-ms envelope that rise 6 dB, above -20 dB: countable grains."""
    power = np.convolve(event**2, np.full(88, 1 / 88), "same")[::22]
    level = 10 * np.log10(power / power.max() + 1e-5)
    peaks, _ = signal.find_peaks(level, height=-20, prominence=6)
    above = np.flatnonzero(level > -20)
    return [round(peaks.size / max((above[-1] - above[0]) * 22 / RATE, 0.01))]


def details(category: str, event: FloatArray) -> dict[str, list[float]]:
    """Return what the synthesis of this category needs of one event."""
    if category in {"wood", "plastic", "cloth"}:
        return modes(event)
    if category == "dog":
        return pitch(event) | {"formant_hz": formants(event)}
    return contour(event) if category == "bird" else {"grain_rate_hz": grain_rate(event)}


def licences(folders: list[Path]) -> dict[str, str]:
    """Licence of each recording by its file name."""
    found = {}
    for table in [t for folder in folders for t in folder.glob("*.csv") if t.stem in {"sounds", "clips"}]:
        for row in pd.read_csv(table, keep_default_na=False).to_dict("records"):
            found[Path(row["file"]).name] = str(row.get("licence", row.get("repo_licence")))
    return found


def rows_of(category: str, path: Path, events: list[FloatArray], licence: str) -> list[dict[str, object]]:
    """Rows of the parameter file for one recording: medians, then the details of its three loudest events."""
    medians = describe_events(events)
    rows = [(key, medians[key], path.name) for key in STORED]
    loudest = sorted(events, key=lambda e: -float(np.abs(e).max()))[:3]
    for k, event in enumerate(loudest, start=1):
        for key, values in details(category, event).items():
            rows += [(key, value, f"{path.name} event {k}") for value in values]
    return [
        {
            "category": category,
            "parameter": parameter,
            "value": value,
            "unit": UNITS[parameter.rsplit("_", 1)[1]],
            "source": source,
            "licence": licence,
        }
        for parameter, value, source in rows
    ]


def main() -> None:
    """Print the table; write the parameter file where one is named."""
    parser = argparse.ArgumentParser(description="Measure recorded sounds by category.")
    parser.add_argument("folders", type=Path, nargs="+", help="folders with <category>/<recording>")
    parser.add_argument("--out", type=Path, help="parameter file to write")
    arguments = parser.parse_args()
    lines, rows, licence = [], [], licences(arguments.folders)
    for category, path in find_recordings(arguments.folders):
        events = read_events(path)
        lines.append({"category": category, "recording": path.name} | describe_events(events))
        rows += rows_of(category, path, events, licence.get(path.name, "none stated"))
    print(pd.DataFrame(lines).sort_values("category", kind="stable").to_string(index=False))
    if arguments.out is not None:
        table = pd.DataFrame(rows).sort_values("category", kind="stable")
        if arguments.out.exists():
            old = pd.read_csv(arguments.out)
            table = pd.concat([table, old[old.source.str.startswith("chosen")]])
        table.to_csv(arguments.out, index=False, lineterminator="\n")


if __name__ == "__main__":
    main()
