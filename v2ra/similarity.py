"""How alike two sounds are in three acoustic features: the objective similarity grade of Eq. 12.

OSG = 0.57 MMS + 0.52 MSF + 0.45 RMS, where each part is the distance |feature(reference) − feature(estimate)|
of one number a sound: the maximum of its modulation spectrum, its mean spectral flux, its level. The paper
takes the features from [47] without their parameters, so each has several *readings* here, and a
`SimilarityReading` says which are meant. The features forget when things happen: a sound played backwards
has nearly the same grade. Always show a synchrony score beside it.

Conventions
-----------
A waveform is (time,) in [−1, 1] at a rate in Hz, half a second or longer; two may differ in length. Distances
are from 0 for the same sound, lower is better, and do not change when the two change places.

Source
------
Section 4.3.2, Eq. 12; Gygi, Kidd and Watson (2007), the paper's [47]: modulation after Houtgast and Steeneken,
spectral flux after Lu, Jiang and Zhang (2001), level. Weights: ``reference_data/gygi2007.csv``.

The orders of size in Tables 6 and 7 are MMS 0.17 to 11.3, MSF 0.39 to 58.8, RMS 0.02 to 0.46. Between real
clips of one category (4 s of 19 clips) "gygi" gives 0.03 to 1.3, 0.0004 to 0.27, 0.003 to 0.39, and "unscaled"
0.22 to 28, 0.67 to 213, 0.003 to 0.39: of the fluxes only one without a scale comes near, of the modulations
also those in dB or Hz. None was tuned to this, and none is claimed to be the paper's.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from v2ra.acoustic_features import (
    CHOICES,
    Spectra,
    check_choice,
    max_modulation_spectrum,
    mean_spectral_flux,
    rms,
)
from v2ra.errors import InputError

__all__ = [
    "CHOICES",
    "READINGS",
    "SimilarityFeatures",
    "SimilarityGrade",
    "SimilarityReading",
    "features_by_reading",
    "grade_of_features",
    "load_weights",
    "max_modulation_spectrum",
    "mean_spectral_flux",
    "objective_similarity_grade",
    "rms",
    "similarity_features",
]

WEIGHTS_FILE = Path(__file__).parent / "reference_data" / "gygi2007.csv"


@dataclass(frozen=True)
class SimilarityReading:
    """How the three features are read; the default follows [47] in modulation and flux.

    Attributes
    ----------
    modulation, bands : str
        Measure and bands of `max_modulation_spectrum`.
    flux : str
        Measure of `mean_spectral_flux`.
    level : str
        Measure of `rms`.
    """

    modulation: str = "depth"
    bands: str = "critical"
    flux: str = "correlation"
    level: str = "linear"

    def __post_init__(self) -> None:
        """Refuse a key that is no choice."""
        for field in fields(self):
            check_choice(field.name, getattr(self, field.name))


READINGS = MappingProxyType(
    {
        # Modulation depth in critical bands, correlation of 50 ms spectra, level.
        "gygi": SimilarityReading(),
        # Lu et al.'s flux; amount of silence.
        "pauses": SimilarityReading(flux="logarithmic", level="pauses"),
        "decibel": SimilarityReading("decibel", "critical", "logarithmic", "decibel"),  # as heard
        # Where the maximum lies.
        "frequency": SimilarityReading("frequency", "whole", "correlation", "linear"),
        # Plain spectra, not normalised.
        "unscaled": SimilarityReading("unscaled", "whole", "unscaled", "linear"),
    }
)
"""Readings by name."""


class SimilarityFeatures(NamedTuple):
    """Three numbers of one sound: its modulation, the change of its spectrum, its level."""

    mms: float
    msf: float
    rms: float


class SimilarityGrade(NamedTuple):
    """Distances of two sounds in three features, and their weighted sum; 0 is best, lower is better."""

    mms: float
    msf: float
    rms: float
    osg: float


def objective_similarity_grade(
    reference: ArrayLike,
    estimate: ArrayLike,
    *,
    sample_rate: int,
    reading: SimilarityReading | str = "gygi",
) -> SimilarityGrade:
    """Grade how alike two sounds are.

    Parameters
    ----------
    reference, estimate : float (time,)
        Half a second or more each; silence is a sound whose three features are at their least.
    sample_rate : int
        In Hz, 8000 or more.
    reading : SimilarityReading or str
        How the features are read; a name of `READINGS`. Grades of different readings do not compare.

    Returns
    -------
    SimilarityGrade
        mms, msf, rms and osg, each from 0 (the same), lower is better.

    Raises
    ------
    InputError
        If one is not a waveform or too short, the rate is too low, or there is no such reading.

    Source
    ------
    Eq. 12.

    Examples
    --------
    >>> import numpy as np
    >>> tone = np.sin(np.arange(8000.0))
    >>> objective_similarity_grade(tone, tone, sample_rate=8000)
    SimilarityGrade(mms=0.0, msf=0.0, rms=0.0, osg=0.0)
    >>> round(objective_similarity_grade(tone, tone / 2, sample_rate=8000).osg, 3)  # 0.45 × 0.354
    0.159
    """
    options: dict[str, Any] = {"sample_rate": sample_rate, "reading": reading}
    return grade_of_features(*(similarity_features(sound, **options) for sound in (reference, estimate)))


def similarity_features(
    waveform: ArrayLike, *, sample_rate: int, reading: SimilarityReading | str = "gygi"
) -> SimilarityFeatures:
    """Return the three features of one sound; `grade_of_features` compares two of them.

    Parameters
    ----------
    waveform, sample_rate, reading
        As in `objective_similarity_grade`.

    Examples
    --------
    >>> import numpy as np
    >>> round(similarity_features(np.sin(np.arange(8000.0)), sample_rate=8000).rms, 3)
    0.707
    """
    (features,) = features_by_reading(waveform, sample_rate=sample_rate, readings=[reading])
    return features


def features_by_reading(
    waveform: ArrayLike, *, sample_rate: int, readings: Iterable[SimilarityReading | str]
) -> list[SimilarityFeatures]:
    """Return the three features of one sound by several readings; what these share is computed once.

    Parameters
    ----------
    waveform, sample_rate
        As in `similarity_features`.
    readings : iterable of SimilarityReading or str
        How the features are read.

    Examples
    --------
    >>> import numpy as np
    >>> tone = np.sin(np.arange(8000.0))
    >>> [round(f.rms, 3) for f in features_by_reading(tone, sample_rate=8000, readings=["gygi", "decibel"])]
    [0.707, -3.011]
    """
    sound = Spectra(np.asarray(waveform), sample_rate)
    return [
        SimilarityFeatures(
            sound.max_modulation(measure=reading.modulation, bands=reading.bands),
            sound.mean_flux(measure=reading.flux),
            rms(waveform, sample_rate=sample_rate, measure=reading.level),
        )
        for reading in map(_named, readings)
    ]


def _named(reading: SimilarityReading | str) -> SimilarityReading:
    if isinstance(reading, SimilarityReading):
        return reading
    if reading not in READINGS:
        raise InputError(f"found the reading {reading!r}; expected one of {', '.join(READINGS)}; choose one")
    return READINGS[reading]


def grade_of_features(reference: SimilarityFeatures, estimate: SimilarityFeatures) -> SimilarityGrade:
    """Compare the features of two sounds, read the same way (Eq. 12).

    Examples
    --------
    >>> grade_of_features(SimilarityFeatures(1.0, 0.0, 0.5), SimilarityFeatures(0.0, 0.0, 0.5))
    SimilarityGrade(mms=1.0, msf=0.0, rms=0.0, osg=0.57)
    """
    mms, msf, level = (abs(one - two) for one, two in zip(reference, estimate, strict=True))
    weights = load_weights()
    osg = weights["mms"] * mms + weights["msf"] * msf + weights["rms"] * level
    return SimilarityGrade(mms, msf, level, osg)


@cache
def load_weights() -> MappingProxyType[str, float]:
    """Return the weights of Eq. 12 by feature.

    Examples
    --------
    >>> load_weights()["mms"]
    0.57
    """
    table = pd.read_csv(WEIGHTS_FILE, index_col="measure")
    return MappingProxyType({str(name): float(weight) for name, weight in table["weight"].items()})
