"""Made sounds in which one thing varies, and what the three features of Eq. 12 say of them.

Conventions
-----------
Sounds are two seconds of noise, seeded; features are those of `v2ra.similarity`, no distances.

Source
------
Section 4.3.2. The sounds are ours.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from v2ra.similarity import SimilarityFeatures, similarity_features

FloatArray = NDArray[np.float64]

N_SECONDS = 2.0
VARIED = {  # what varies: its values
    "modulation depth": (0.0, 0.2, 0.4, 0.6, 0.8, 1.0),
    "modulation rate (Hz)": (1.0, 2.0, 4.0, 8.0, 16.0, 32.0),
    "level (dB)": (-48.0, -42.0, -36.0, -30.0, -24.0, -18.0),
    "knocks a second": (1.0, 2.0, 4.0, 6.0, 8.0, 12.0),
}


def varied_features(*, sample_rate: int, reading: str = "gygi") -> pd.DataFrame:
    """Return the three features of made sounds in which one thing varies.

    Parameters
    ----------
    sample_rate : int
        In Hz.
    reading : str
        A name of `READINGS`.

    Returns
    -------
    DataFrame
        Columns varied, value, mms, msf, rms: the features themselves, no distances.

    Examples
    --------
    >>> table = varied_features(sample_rate=16000)
    >>> modulated = table[table.varied == "modulation depth"]
    >>> bool(modulated.mms.iloc[-1] > modulated.mms.iloc[0])
    True
    """
    rows = []
    for varied, values in VARIED.items():
        for value in values:
            sound = _made(varied, value, sample_rate)
            features = similarity_features(sound, sample_rate=sample_rate, reading=reading)
            rows.append((varied, value, *features))
    return pd.DataFrame(rows, columns=["varied", "value", *SimilarityFeatures._fields])


def _made(varied: str, value: float, sample_rate: int) -> FloatArray:
    """Return noise of two seconds in which one thing is set, the others kept."""
    rng = np.random.default_rng(0)
    time = np.arange(round(N_SECONDS * sample_rate)) / sample_rate
    noise = 0.1 * rng.standard_normal(len(time))
    if varied == "modulation depth":
        return noise * (1 + value * np.cos(2 * np.pi * 4 * time)) / 2
    if varied == "modulation rate (Hz)":
        return noise * (1 + 0.8 * np.cos(2 * np.pi * value * time)) / 2
    if varied == "level (dB)":
        return 10 * noise * 10 ** (value / 20)  # the noise is at −20 dB
    return np.asarray(noise * np.exp(-((time * value) % 1) / value / 0.02))
