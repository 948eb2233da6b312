"""Three numbers that say how a sound is: its modulation, the change of its spectrum, its level.

They are the features of the objective similarity grade. The paper takes them from [47] without their
parameters, so each has several *measures* here; the first named is the default.

Conventions
-----------
A waveform is (time,) in [−1, 1] at a rate in Hz, half a second or longer. Every measure is a finite number,
for silence too: no modulation, no change, no level.

Source
------
Section 4.3.2; Gygi, Kidd and Watson (2007), the paper's [47]: the maximum of the modulation spectrum after
Houtgast and Steeneken, the mean spectral flux after Lu, Jiang and Zhang (2001), the root mean square. Only the
abstract of [47] was at hand when this was written: hold these parameters against its text before calling a
reading theirs. Floors and overlap are ours.
"""

from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

import librosa
import numpy as np
from numpy.typing import ArrayLike, NDArray

from v2ra.envelopes import ENVELOPE_RATE, envelope, rms_db, root_mean_square
from v2ra.errors import InputError
from v2ra.modulation import (
    CRITICAL_EDGES_HZ,
    WHOLE_EDGES_HZ,
    ModulationSpectrum,
    check_length,
    modulation_spectrum,
)
from v2ra.waveforms import check_waveform

FloatArray = NDArray[np.float64]

FLAT_DEPTH = 1e-3  # a depth that counts as none, −60 dB: 16 bits cannot hold less at ordinary levels
FLUX_SECONDS = 0.05  # Gygi et al.'s window; Hann, each begins in the middle of the last
SILENT_FRAME = 1e-4  # of the loudest cell or frame: −80 dB, below that nothing changes
PAUSE_DB = -40.0  # re the loudest 10 ms: quieter frames are pauses

CHOICES = MappingProxyType(
    {
        "modulation": ("depth", "decibel", "frequency", "unscaled"),
        "bands": ("critical", "whole"),
        "flux": ("correlation", "logarithmic", "unscaled"),
        "level": ("linear", "decibel", "pauses"),
    }
)
"""What each key of a reading may be; `max_modulation_spectrum`, `mean_spectral_flux` and `rms` explain them."""


def check_choice(key: str, value: str) -> None:
    """Refuse a measure that a feature does not have.

    Examples
    --------
    >>> check_choice("level", "loud")
    Traceback (most recent call last):
        ...
    v2ra.errors.InputError: found level 'loud'; expected one of linear, decibel, pauses; choose one
    """
    if value not in CHOICES[key]:
        raise InputError(f"found {key} {value!r}; expected one of {', '.join(CHOICES[key])}; choose one")


def max_modulation_spectrum(
    waveform: ArrayLike, *, sample_rate: int, measure: str = "depth", bands: str = "critical"
) -> float:
    """Return the maximum of a sound's modulation spectrum from 1 to 32 Hz.

    Parameters
    ----------
    waveform : float (time,)
        Half a second or more.
    sample_rate : int
        In Hz.
    measure : str
        ``depth``: amplitude of the envelope's movement over its mean; ``decibel``: 20 log of it, from
        −60; ``frequency``: where the maximum lies, in Hz, 0 without modulation; ``unscaled``: the movement's
        plain spectrum at 100 Hz, not divided by level or length.
    bands : str
        ``critical``: over 24 critical bands, weighed by their level; ``whole``: of the whole sound's envelope.

    Examples
    --------
    >>> time = np.arange(8000) / 8000
    >>> sound = 0.5 * (1 + 0.6 * np.cos(2 * np.pi * 4 * time)) * np.sin(2 * np.pi * 1000 * time)
    >>> round(max_modulation_spectrum(sound, sample_rate=8000), 3)
    0.6
    """
    return Spectra(np.asarray(waveform), sample_rate).max_modulation(measure=measure, bands=bands)


def mean_spectral_flux(waveform: ArrayLike, *, sample_rate: int, measure: str = "correlation") -> float:
    """Return how much the spectrum changes from one 50 ms window to the next, mean over the sound.

    Parameters
    ----------
    waveform : float (time,)
        Half a second or more.
    sample_rate : int
        In Hz.
    measure : str
        ``correlation``: 1 − correlation of the two magnitude spectra, 0 to 2; ``logarithmic``: mean square
        difference of their logarithms (Lu, Jiang and Zhang), −80 dB re the loudest cell counting as 0;
        ``unscaled``: Euclidean distance of the magnitudes, which grows with level and length of window.

    Examples
    --------
    >>> tone = np.sin(2 * np.pi * 1000 * np.arange(8000) / 8000)
    >>> round(mean_spectral_flux(tone, sample_rate=8000), 6)
    0.0
    """
    return Spectra(np.asarray(waveform), sample_rate).mean_flux(measure=measure)


def rms(waveform: ArrayLike, *, sample_rate: int, measure: str = "linear") -> float:
    """Return the level of a sound.

    Parameters
    ----------
    waveform : float (time,)
        Half a second or more.
    sample_rate : int
        In Hz.
    measure : str
        ``linear``: root mean square, 0 to 1; ``decibel``: 20 log of it, from −120; ``pauses``: root mean square
        of the whole over that of the parts louder than −40 dB re the loudest 10 ms, from 0 for silence to 1 for
        sound without pauses: the amount of silence, which does not depend on level.

    Examples
    --------
    >>> rms(np.full(8000, 0.5), sample_rate=8000)
    0.5
    """
    check_choice("level", measure)
    if measure == "linear":
        return root_mean_square(waveform)
    if measure == "decibel":
        return rms_db(waveform)
    levels = envelope(waveform, sample_rate=sample_rate)
    sounding = levels[levels > levels.max() * 10 ** (PAUSE_DB / 20)]
    return float(np.sqrt(np.mean(levels**2) / np.mean(sounding**2))) if len(sounding) else 0.0


@dataclass(frozen=True, eq=False)
class Spectra:
    """A sound with the spectra that its measures share: each is computed when it is first asked for.

    Attributes
    ----------
    waveform : float (time,)
        Half a second or more.
    sample_rate : int
        In Hz.

    Examples
    --------
    >>> sound = Spectra(np.sin(2 * np.pi * 1000 * np.arange(8000) / 8000), 8000)
    >>> round(sound.mean_flux(measure="correlation"), 6), round(sound.mean_flux(measure="unscaled"), 6)
    (0.0, 0.0)
    """

    waveform: NDArray[np.floating]
    sample_rate: int

    def max_modulation(self, *, measure: str, bands: str) -> float:
        """Return what `max_modulation_spectrum` does."""
        check_choice("modulation", measure)
        check_choice("bands", bands)
        spectrum = self.critical if bands == "critical" else self.whole
        depth = float(spectrum.overall.max())
        if measure == "decibel":
            return float(20 * np.log10(max(depth, FLAT_DEPTH)))
        if measure == "frequency":
            highest = spectrum.centres_hz[
                spectrum.overall >= depth * (1 - 1e-9)
            ]  # a plateau around a single one
            return float(np.exp(np.log(highest).mean())) if depth > FLAT_DEPTH else 0.0
        if measure == "unscaled":  # a cosine of amplitude a fills a bin of n / 2 × a
            n_seconds = np.size(self.waveform) / self.sample_rate
            return depth * float(spectrum.levels.sum()) * n_seconds * ENVELOPE_RATE / 2
        return depth

    def mean_flux(self, *, measure: str) -> float:
        """Return what `mean_spectral_flux` does."""
        check_choice("flux", measure)
        spectra = self.windows
        if measure == "unscaled":
            return float(np.linalg.norm(np.diff(spectra, axis=0), axis=1).mean())
        loudest = spectra.max()
        if loudest == 0:
            return 0.0
        if measure == "logarithmic":
            logarithms = np.log(spectra / loudest + SILENT_FRAME)
            return float(np.mean(np.diff(logarithms, axis=0) ** 2))
        return float(np.mean(1 - _neighbour_correlations(spectra)))

    @cached_property
    def critical(self) -> ModulationSpectrum:
        """Return the modulation spectrum in critical bands."""
        return modulation_spectrum(self.waveform, sample_rate=self.sample_rate, edges_hz=CRITICAL_EDGES_HZ)

    @cached_property
    def whole(self) -> ModulationSpectrum:
        """Return the modulation spectrum of the envelope of the whole."""
        return modulation_spectrum(self.waveform, sample_rate=self.sample_rate, edges_hz=WHOLE_EDGES_HZ)

    @cached_property
    def windows(self) -> FloatArray:
        """Return the magnitude spectra of windows of 50 ms, (n_frames, n_bins)."""
        check_waveform(self.waveform)
        check_length(self.waveform, sample_rate=self.sample_rate)
        n_fft = round(FLUX_SECONDS * self.sample_rate)
        samples = self.waveform.astype(np.float64)
        spectra = librosa.stft(samples, n_fft=n_fft, hop_length=n_fft // 2, center=False)
        return np.asarray(np.abs(spectra)).T


def _neighbour_correlations(spectra: FloatArray) -> FloatArray:
    """Correlate each spectrum with the next: 1 between two silent ones, 0 where one alone is silent."""
    centred = spectra - spectra.mean(axis=1, keepdims=True)
    norms = np.linalg.norm(centred, axis=1)
    sounding = norms > SILENT_FRAME * norms.max()
    unit = np.where(sounding[:, None], centred / np.where(sounding, norms, 1)[:, None], 0.0)
    both_silent = ~sounding[1:] & ~sounding[:-1]
    agreement = (unit[1:] * unit[:-1]).sum(axis=1) + both_silent
    return np.asarray(np.minimum(agreement, 1.0))  # rounding goes beyond
