"""How strongly a sound's loudness moves, and how fast: modulation spectra of its envelopes.

The sound is split into bands about a critical band wide; the envelope of each is the magnitude of its
analytic signal. The *depth* at a modulation frequency is the amplitude of the envelope's movement in a band
around that frequency, over the envelope's mean: an amplitude-modulated tone 1 + m·cos 2πft has depth m at f.

Conventions
-----------
A waveform is (time,) in [−1, 1] at a rate in Hz. Depths are from 0; below 1 for a single cosine, above for
impacts, whose envelopes rest at 0 and rise far above their mean. They depend neither on level nor polarity.
The clip is taken as one period: what lies before and after it is the clip again.

Source
------
Houtgast and Steeneken (1985), after whom Gygi, Kidd and Watson [47] measure modulation, with the amplitude
in place of the intensity; Zwicker's critical bands. The constants below are ours where no name stands.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import fft

from v2ra.errors import InputError
from v2ra.waveforms import check_waveform

FloatArray = NDArray[np.float64]

# Zwicker's 24 critical bands (1961).
CRITICAL_EDGES_HZ = (
    *(0, 100, 200, 300, 400, 510, 630, 770, 920, 1080, 1270, 1480, 1720),
    *(2000, 2320, 2700, 3150, 3700, 4400, 5300, 6400, 7700, 9500, 12000, 15500),
)
WHOLE_EDGES_HZ = (0.0, np.inf)  # one band: the envelope of the sound as it is
LOWEST_HZ, HIGHEST_HZ = 1.0, 32.0  # up to 32 Hz as in [47]; slower needs longer clips than a second
CENTRES_HZ = np.geomspace(LOWEST_HZ, HIGHEST_HZ, 61)  # twelve an octave: no maximum falls between two
WIDTH_OCTAVES = 1 / 3  # Houtgast and Steeneken's
ROOM = 4  # the magnitude of a band needs more room than the band, or its harmonics fold back
ROUNDING = 1e-9  # a band fainter than this, re the peak, holds nothing but the transform's rounding
MIN_SECONDS = 0.5  # one period of 2 Hz: with less there is hardly a modulation to measure
MIN_SAMPLE_RATE = 8000  # as for onsets


class ModulationSpectrum(NamedTuple):
    """Depth of modulation in each band of sound, at each modulation frequency.

    Attributes
    ----------
    centres_hz : float64 (n_centres,)
        Modulation frequencies.
    depths : float64 (n_bands, n_centres)
        0 in a band without sound.
    levels : float64 (n_bands,)
        Mean of each band's envelope.
    """

    centres_hz: FloatArray
    depths: FloatArray
    levels: FloatArray

    @property
    def overall(self) -> FloatArray:
        """Return the depths over all bands (n_centres,), each weighed by its level; 0 for silence."""
        total = self.levels.sum()
        return np.asarray(self.levels @ self.depths / total if total else np.zeros(len(self.centres_hz)))


def modulation_spectrum(
    waveform: ArrayLike,
    *,
    sample_rate: int,
    edges_hz: ArrayLike = CRITICAL_EDGES_HZ,
    centres_hz: ArrayLike = CENTRES_HZ,
    width_octaves: float = WIDTH_OCTAVES,
) -> ModulationSpectrum:
    """Measure how deeply each band of a sound is modulated at each frequency.

    Parameters
    ----------
    waveform : float (time,)
        Half a second or more.
    sample_rate : int
        In Hz, 8000 or more. Bands above half of it are empty.
    edges_hz : float (n_bands + 1,)
        Edges of the bands, ascending.
    centres_hz : float (n_centres,)
        Modulation frequencies.
    width_octaves : float
        Width of the band around each that is summed. Where the clip is too short for a frequency of its
        own in that band, the depth is 0.

    Returns
    -------
    ModulationSpectrum

    Raises
    ------
    InputError
        If it is not a waveform, too short, or the rate too low.

    Source
    ------
    Houtgast and Steeneken (1985).

    Examples
    --------
    >>> time = np.arange(8000) / 8000
    >>> sound = 0.5 * (1 + 0.6 * np.cos(2 * np.pi * 4 * time)) * np.sin(2 * np.pi * 1000 * time)
    >>> spectrum = modulation_spectrum(sound, sample_rate=8000, centres_hz=[4.0, 16.0])
    >>> spectrum.overall.round(3)
    array([0.6, 0. ])
    """
    samples = np.asarray(waveform)
    check_waveform(samples)
    check_length(samples, sample_rate=sample_rate)
    n_seconds = len(samples) / sample_rate
    centres = np.asarray(centres_hz, dtype=np.float64)
    half = 2 ** (width_octaves / 2)
    # A bin of the envelope's spectrum is 1 / n_seconds wide; the small part keeps edges from rounding down.
    first, stop = (np.ceil(centres * n_seconds * f - 1e-9).astype(int) for f in (1 / half, half))
    movement = _envelope_spectra(samples, np.asarray(edges_hz), sample_rate=sample_rate, n_bins=stop.max())
    levels = movement[:, 0]  # (n_bands,)
    energy = np.cumsum(movement**2, axis=1)  # (n_bands, n_bins)
    amplitude = 2 * np.sqrt(np.maximum(energy[:, stop - 1] - energy[:, np.maximum(first, 1) - 1], 0))
    sounding = levels > ROUNDING * np.abs(samples).max()
    depths = np.where(sounding[:, None], amplitude / np.where(sounding, levels, 1)[:, None], 0.0)
    return ModulationSpectrum(centres, depths, levels)  # depths: (n_bands, n_centres)


def check_length(samples: NDArray[np.floating], *, sample_rate: int) -> None:
    """Refuse sound that is too short or too coarse for its modulation to be measured."""
    if sample_rate < MIN_SAMPLE_RATE:
        raise InputError(f"found {sample_rate} Hz; expected {MIN_SAMPLE_RATE} Hz or more; resample the sound")
    if len(samples) < MIN_SECONDS * sample_rate:
        raise InputError(
            f"found {len(samples) / sample_rate:.4g} s of sound; expected {MIN_SECONDS:g} s or more; "
            "give a longer waveform"
        )


def _envelope_spectra(
    samples: NDArray[np.floating], edges_hz: FloatArray, *, sample_rate: int, n_bins: int
) -> FloatArray:
    """Return the magnitude spectrum of each band's envelope, (n_bands, n_bins), 0 where none is."""
    n_samples = len(samples)
    spectrum = fft.rfft(samples.astype(np.float64))
    # A band's own frequencies are enough to draw its envelope: the rest of the spectrum is left out.
    edges = np.ceil(np.minimum(edges_hz, sample_rate / 2) * n_samples / sample_rate).astype(int)
    edges = np.maximum(edges, 1)  # a constant offset is no sound
    rows = np.zeros((len(edges) - 1, n_bins))
    for row, low, high in zip(rows, edges[:-1], edges[1:], strict=True):
        if high <= low:
            continue
        n_out = fft.next_fast_len(max(ROOM * (high - low), 2 * n_bins))
        analytic = fft.ifft(spectrum[low:high], n=n_out) * (2 * n_out / n_samples)
        row[:] = np.abs(fft.rfft(np.abs(analytic)))[:n_bins] / n_out
    return rows
