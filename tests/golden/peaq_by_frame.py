"""PEAQ's basic version for one channel, frame by frame and band by band, as the standard writes it.

The slow path that tests hold v2ra.peaq against: it shares no code with it but the table of bands, keeps each
memory as a variable, and uses neither torch nor recursive filters. Samples are in steps of 16 bits at 48 kHz,
and the sound must fill the whole clip: there is no search for its beginning or end.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
N_BANDS, SIZE, HOP = 109, 2048, 1024
FRAME_RATE = 48_000 / HOP


class Ear:
    """Constants of the model."""

    def __init__(self, bands: Any) -> None:
        self.centre: Array = bands.centre
        hertz = np.arange(SIZE // 2 + 1) * 48_000 / SIZE
        with np.errstate(divide="ignore"):
            khz = hertz / 1000
            gain_db = -2.184 * khz**-0.8 + 6.5 * np.exp(-0.6 * (khz - 3.3) ** 2) - 0.001 * khz**3.6
        self.gain = 10 ** (gain_db / 10)
        half = 24_000 / SIZE
        edges = zip(bands.lower, bands.upper, strict=True)
        self.shares = [
            (np.minimum(hertz + half, high) - np.maximum(hertz - half, low)).clip(0) / 2 / half
            for low, high in edges
        ]
        self.noise = 10 ** (0.1456 * (self.centre / 1000) ** -0.8)
        offset = abs(1019.5 * SIZE / 48_000 - round(1019.5 * SIZE / 48_000)) * (SIZE - 1) / SIZE
        peak = math.sin(math.pi * offset) / (math.pi * offset * (1 - offset**2))
        self.window = np.hanning(SIZE) * 10 ** (92 / 20) / (peak * 32768 / 4 * (SIZE - 1))
        self.unit = self.spread(np.ones(N_BANDS))

    def decay(self, longest: float) -> Array:
        return np.exp(-1 / (FRAME_RATE * (0.008 + 100 / self.centre * (longest - 0.008))))

    def band_powers(self, powers: Array) -> Array:
        return np.array([max(float(share @ (self.gain * powers)), 1e-12) for share in self.shares])

    def spread(self, excited: Array) -> Array:
        total = np.zeros(N_BANDS)
        for source, power in enumerate(excited):
            slope = 24 + 230 / self.centre[source] - 2 * math.log10(power)
            distance = (np.arange(N_BANDS) - source) / 4
            shape = 10 ** (np.where(distance < 0, 27 * distance, -slope * distance) / 10)
            total += (power * shape / shape.sum()) ** 0.4
        return np.asarray(total**2.5)


def movs(reference: Array, estimate: Array, bands: Any) -> dict[str, float]:
    """Return the eleven variables of a clip that is full of sound."""
    ear = Ear(bands)
    fast, slow = ear.decay(0.03), ear.decay(0.05)
    n_frames = (len(reference) - HOP) // HOP + 1
    ring, level, past, change, mean = (np.zeros((2, N_BANDS)) for _ in range(5))
    factors, above, below = np.zeros((2, N_BANDS)), np.zeros(N_BANDS), np.zeros(N_BANDS)
    rows = []
    for frame in range(n_frames):
        parts = [np.zeros(SIZE), np.zeros(SIZE)]
        for side, samples in enumerate((reference, estimate)):
            part = samples[frame * HOP : frame * HOP + SIZE]
            parts[side][: len(part)] = part
        powers = [np.abs(np.fft.rfft(part * ear.window)) ** 2 for part in parts]
        noise = ear.band_powers((np.sqrt(powers[0]) - np.sqrt(powers[1])) ** 2)
        unsmeared = np.array([ear.spread(ear.band_powers(p) + ear.noise) / ear.unit for p in powers])
        ring = fast * ring + (1 - fast) * unsmeared
        excitation = np.maximum(ring, unsmeared)
        # 3.1
        level = slow * level + (1 - slow) * excitation
        match = (np.sqrt(level[0] * level[1]).sum() / level[1].sum()) ** 2
        adapted = np.array([excitation[0] / max(match, 1), excitation[1] * min(match, 1)])
        above = slow * above + adapted[0] * adapted[1]
        below = slow * below + adapted[0] ** 2
        ratios = np.array([np.minimum(above / below, 1), np.minimum(below / above, 1)])
        nearby = np.array([[r[max(k - 3, 0) : k + 5].mean() for k in range(N_BANDS)] for r in ratios])
        factors = slow * factors + (1 - slow) * nearby
        adapted = adapted * factors
        # 3.2
        compressed = unsmeared**0.3
        change = slow * change + (1 - slow) * FRAME_RATE * np.abs(compressed - past)
        mean = slow * mean + (1 - slow) * compressed
        past = compressed
        rows.append(
            {
                **_bandwidth(powers),
                **_modulation(change / (1 + mean / 0.3), mean[0], ear.noise),
                **_noise(excitation, adapted, change / (1 + mean / 0.3), noise, ear),
                **_detection(10 * np.log10(excitation)),
                "ehs": _harmonics(parts, powers),
            }
        )
    return _averages(rows)


def _bandwidth(powers: list[Array]) -> dict[str, float]:
    floor = powers[1][921:1024].max()
    first = next((k + 1 for k in range(920, 346, -1) if powers[0][k] >= 10 * floor), -1)
    second = next((k + 1 for k in range(first - 1, -1, -1) if powers[1][k] >= 10**0.5 * floor), -1)
    return {"bw_ref": first, "bw_test": second}


def _modulation(degree: Array, mean: Array, noise: Array) -> dict[str, float]:
    less = degree[0] > degree[1]
    change = np.abs(degree[0] - degree[1])
    return {
        "md1": 100 * float(np.mean(change / (1 + degree[0]))),
        "md2": 100 * float(np.mean(np.where(less, 0.1, 1) * change / (0.01 + degree[0]))),
        "weight": float(np.sum(mean / (mean + 100 * noise**0.3))),
    }


def _noise(excitation: Array, adapted: Array, degree: Array, noise: Array, ear: Ear) -> dict[str, float]:
    barks = np.arange(N_BANDS) / 4
    ratio = noise / (excitation[0] / 10 ** (np.where(barks <= 12, 3, barks / 4) / 10))
    sensitive = 0.15 * degree + 0.5
    added = (sensitive[1] * adapted[1] - sensitive[0] * adapted[0]).clip(0)
    masking = np.exp(-1.5 * (adapted[1] - adapted[0]) / adapted[0])
    partial = (1 + added / (ear.noise + sensitive[0] * adapted[0] * masking)) ** 0.23 - 1
    threshold = 10 ** (0.364 * (ear.centre / 1000) ** -0.8)
    index = 10 ** (
        (-2 - 2.05 * np.arctan(ear.centre / 4000) - 0.75 * np.arctan((ear.centre / 1600) ** 2)) / 10
    )
    loud = (
        1.07664
        * (threshold / index / 1e4) ** 0.23
        * ((1 - index + index * excitation / threshold) ** 0.23 - 1)
    )
    return {
        "nmr": float(ratio.mean()),
        "nmr_peak": float(ratio.max()),
        "noise_loudness": 24 / N_BANDS * float(np.sum((ear.noise / sensitive[1]) ** 0.23 * partial)),
        "loudness": 24 / N_BANDS * float(loud.clip(0).sum(axis=1).min()),
    }


def _detection(levels: Array) -> dict[str, float]:
    missed, steps = 1.0, 0.0
    for one, two in levels.T:
        level = 0.3 * one + 0.7 * two if one > two else two
        step = 5.95072 * (6.39468 / level) ** 1.71332 + np.polyval(
            (9.01033e-11, 5.05622e-6, -0.00102438, 0.0550197, -0.198719), level
        )
        missed *= 0.5 ** (((one - two) / step) ** (4 if one > two else 6))
        steps += abs(int(one - two)) / step
    return {"probability": 1 - missed, "steps": steps}


def _harmonics(parts: list[Array], powers: list[Array]) -> float:
    if max(float(part[HOP:] @ part[HOP:]) for part in parts) < 8000:
        return -1.0
    values = np.log(powers[1][:511] / powers[0][:511])
    start, correlation = values[:256], []
    for lag in range(256):
        scale = (start @ start) * (values[lag : lag + 256] @ values[lag : lag + 256])
        correlation.append(float(start @ values[lag : lag + 256] / np.sqrt(scale)) if scale > 0 else 1.0)
    window = np.hanning(256) * math.sqrt(8 / 3) / 256
    peaks = np.abs(np.fft.rfft(window * (np.array(correlation) - np.mean(correlation)))) ** 2
    return float(max(peaks[1:][peaks[1:] > peaks[0]], default=0.0))


def _averages(rows: list[dict[str, float]]) -> dict[str, float]:
    found = {name: np.array([row[name] for row in rows]) for name in rows[0]}
    late = slice(24, None)
    roots, weight = np.sqrt(found["md1"][late]), found["weight"][late]
    windows = [roots[k : k + 4].mean() ** 4 for k in range(len(roots) - 3)]
    loud = next(k for k, value in enumerate(found["loudness"]) if value > 0.1)
    smoothed, highest = 0.0, 0.0
    for probability in found["probability"]:
        smoothed = 0.9 * smoothed + 0.1 * float(probability)
        highest = max(highest, smoothed)
    heard = found["steps"][found["probability"] > 0.5]
    return {
        "bandwidth_ref_b": _positive_mean(found["bw_ref"]),
        "bandwidth_test_b": _positive_mean(found["bw_test"]),
        "total_nmr_b": 10 * math.log10(found["nmr"].mean()),
        "win_mod_diff1_b": math.sqrt(np.mean(windows)),
        "adb_b": (math.log10(heard.mean()) if heard.mean() > 0 else -0.5) if len(heard) else 0.0,
        "ehs_b": 1000 * _positive_mean(found["ehs"]),
        "avg_mod_diff1_b": float((found["md1"][late] * weight).sum() / weight.sum()),
        "avg_mod_diff2_b": float((found["md2"][late] * weight).sum() / weight.sum()),
        "rms_noise_loud_b": math.sqrt(np.mean(found["noise_loudness"][max(loud + 3, 24) :] ** 2)),
        "mfpd_b": highest,
        "rel_dist_frames_b": float(np.mean(found["nmr_peak"] > 10**0.15)),
    }


def _positive_mean(values: Array) -> float:
    counted = values[values >= 0]
    return float(counted.mean()) if len(counted) else 0.0
