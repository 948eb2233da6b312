"""The sounds of the headphone check and of level setting.

Three tones of one frequency: one is 6 dB quieter, another is as loud but in opposite phase in the two channels. Over
headphones the quieter one is easy to find; over loudspeakers the one in opposite phase cancels in the air and is
taken for the quietest.

Conventions
-----------
Sounds are float64 (time, 2) in [−1, 1].

Source
------
Woods, Siegel, Traer and McDermott (2017), "Headphone screening to facilitate web-based auditory experiments": 200 Hz,
1 s tones with 0.1 s ramps and 0.5 s between, six trials, five to pass. The sound for setting the level is ours: noise
whose power falls by 3 dB an octave, 20 dB below full scale.
"""

import numpy as np
from numpy.typing import NDArray

Sound = NDArray[np.float64]

HERTZ, TONE_SECONDS, RAMP_SECONDS, GAP_SECONDS = 200.0, 1.0, 0.1, 0.5
LEVEL_DB, QUIETER_DB = -20.0, -6.0  # RMS re full scale; and the one to find, beside the others
N_TRIALS = 6


def trials(*, seed: int) -> list[tuple[int, int]]:
    """Return the places, from 1, of the quieter tone and of the one in opposite phase, six trials in all.

    The quieter one stands twice at each place.

    Examples
    --------
    >>> sorted(quiet for quiet, _ in trials(seed=0))
    [1, 1, 2, 2, 3, 3]
    """
    rng = np.random.default_rng([seed, 11])
    quiet = [int(place) for place in rng.permutation([1, 2, 3] * (N_TRIALS // 3))]
    return [(place, int(rng.choice([other for other in (1, 2, 3) if other != place]))) for place in quiet]


def three_tones(quiet: int, opposite: int, *, sample_rate: int) -> Sound:
    """Return the tones of one trial.

    Parameters
    ----------
    quiet, opposite : int
        Places, from 1, of the quieter tone and of the one in opposite phase.
    sample_rate : int
        In Hz.

    Examples
    --------
    >>> three_tones(1, 3, sample_rate=8000).shape
    (32000, 2)
    """
    time = np.arange(round(TONE_SECONDS * sample_rate)) / sample_rate
    ramp = np.sin(0.5 * np.pi * np.minimum(1, np.minimum(time, TONE_SECONDS - time) / RAMP_SECONDS)) ** 2
    tone = np.sqrt(2) * 10 ** (LEVEL_DB / 20) * np.sin(2 * np.pi * HERTZ * time) * ramp
    gap = np.zeros((round(GAP_SECONDS * sample_rate), 2))
    parts = []
    for place in (1, 2, 3):
        gain = 10 ** (QUIETER_DB / 20) if place == quiet else 1.0
        sides = np.array([1.0, -1.0 if place == opposite else 1.0])
        parts += [gain * tone[:, None] * sides, gap]
    return np.concatenate([*parts[:-1]])


def level_noise(*, sample_rate: int, n_seconds: float = 6.0, seed: int = 0) -> Sound:
    """Return noise whose power falls by 3 dB an octave from 50 Hz on, at −20 dB RMS re full scale.

    Examples
    --------
    >>> sound = level_noise(sample_rate=8000, n_seconds=1)
    >>> round(20 * np.log10(np.sqrt(np.mean(sound**2))))
    -20
    """
    n_samples = round(n_seconds * sample_rate)
    rng = np.random.default_rng([seed, 13])
    spectrum = np.fft.rfft(rng.standard_normal(n_samples))
    hertz = np.fft.rfftfreq(n_samples, 1 / sample_rate)
    noise = np.fft.irfft(spectrum / np.sqrt(np.maximum(hertz, 50)) * (hertz >= 50), n_samples)
    noise *= 10 ** (LEVEL_DB / 20) / np.sqrt(np.mean(noise**2))
    return np.repeat(noise[:, None], 2, axis=1)
