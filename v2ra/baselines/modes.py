"""Modes of a struck thing: frequency, damping and amplitude, taken from one recording of an impact.

A mode is a cos(2πft + φ) e^(−dt). Modes are found one after another, the strongest first: where the mean power
density is highest over all window sizes, there a mode is fitted in the spectrogram of each window size, and the
fit whose damping is the most certain is kept (`v2ra.baselines.mode_fit`). The mode is taken off the sound, and the
search goes on in what is left. Long windows part modes that are close, short ones follow those that die soon; no
size does both.

Conventions
-----------
A waveform is float (time,) and begins with the impact. Units are those of `v2ra.baselines.mode_fit`.

Source
------
Ren, Yeh and Lin (2013), feature extraction: power spectrograms of several levels, peak search from the highest
power density, damping by matching the decay, best fit over the levels, greedy collection. They fit to the
spectrogram around a peak and subtract powers; here the closed form takes the place of a search, and a mode is
taken off the waveform.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from v2ra.baselines.mode_fit import LineFit, Mode, line_fit, matched_mode, rings
from v2ra.errors import InputError
from v2ra.waveforms import check_waveform

FloatArray = NDArray[np.float64]
Spectrogram = NDArray[np.complex128]


@dataclass(frozen=True)
class Settings:
    """How modes are looked for."""

    window_seconds: tuple[float, ...] = (0.006, 0.012, 0.023, 0.046, 0.093, 0.186)  # 256 to 8192 samples
    hops_per_window: int = 8  # frames overlap by 7/8: a soon damped mode still shows in several
    n_modes: int = 40  # at most
    min_hz: float = 50.0  # below it a window holds no period
    dampings: tuple[float, float] = (2.0, 600.0)  # slower is hum, faster is the knock itself: the residual's
    range_db: float = 30.0  # of the decay that is read
    margin_db: float = 10.0  # above what the end of the recording still holds at the frequency
    min_frames: int = 4  # of a decay; fewer make no line
    min_gain: float = 1e-3  # share of the recording's energy that a mode takes away; less is a fit to noise
    max_error: float = 0.2  # standard error of a damping relative to itself; above it the decay is no line
    n_failures: int = 20  # peaks in a row that are no modes, after which the search ends

    def __post_init__(self) -> None:
        """Refuse what finds nothing."""
        counts = (self.hops_per_window - 1, self.n_modes, self.min_frames - 2, self.n_failures)
        if (
            min(counts) < 1
            or min(self.window_seconds, default=0) <= 0
            or not 0 < self.dampings[0] < self.dampings[1]
        ):
            raise InputError(
                f"found {self}; expected windows, two hops a window, a mode and three frames or more, and dampings "
                "in order; correct the settings"
            )


def extract_modes(
    waveform: NDArray[np.floating], *, sample_rate: int, settings: Settings = Settings()
) -> tuple[list[Mode], FloatArray]:
    """Find the modes of an impact, and what they leave.

    Parameters
    ----------
    waveform : float (time,)
        Begins with the impact and holds no other.
    sample_rate : int
        In Hz.
    settings : Settings
        How they are looked for.

    Returns
    -------
    list of Mode
        The strongest first; none in silence or noise.
    float64 (time,)
        The residual: waveform − modes, exactly.

    Raises
    ------
    InputError
        If it is no waveform, or shorter than two of the shortest windows.

    Examples
    --------
    >>> bell = rings([Mode(440.0, 8.0, 0.5, 0.0)], 22050, sample_rate=22050)[0]
    >>> modes, residual = extract_modes(bell, sample_rate=22050)
    >>> [round(number, 2) for number in modes[0][:3]]
    [440.0, 8.0, 0.5]
    """
    check_waveform(waveform)
    remaining = waveform.astype(np.float64)
    sizes = _sizes(len(remaining), sample_rate, settings)
    least = settings.min_gain * float((remaining**2).sum())
    found: list[Mode] = []
    rejected: set[tuple[int, int]] = set()  # windows and bins
    n_failures = 0
    spectra = {size: _spectrogram(remaining, size, settings) for size in sizes}
    while len(found) < settings.n_modes and n_failures < settings.n_failures:
        peak = _strongest(spectra, rejected, sample_rate=sample_rate, settings=settings)
        if peak is None:
            break
        fit = _best_fit(spectra, peak, sample_rate=sample_rate, settings=settings)
        mode = fit and matched_mode(
            remaining, frequency=fit.frequency, damping=fit.damping, sample_rate=sample_rate
        )
        rest = remaining - rings([mode] if mode else [], len(remaining), sample_rate=sample_rate).sum(0)
        if mode is None or (remaining**2).sum() - (rest**2).sum() < least:
            rejected.add(peak)
            n_failures += 1
            continue
        found.append(mode)
        remaining, n_failures = rest, 0
        spectra = {size: _spectrogram(remaining, size, settings) for size in sizes}
    return sorted(found, key=lambda mode: -mode.amplitude), remaining


def _sizes(n_samples: int, sample_rate: int, settings: Settings) -> list[int]:
    """Return the windows' lengths in samples; a window must fit into the sound twice."""
    sizes = [max(round(seconds * sample_rate), 8) for seconds in settings.window_seconds]
    if n_samples < 2 * min(sizes):
        raise InputError(
            f"found an impact of {n_samples} samples; expected {2 * min(sizes)} or more; give a longer recording"
        )
    return [size for size in sizes if n_samples >= 2 * size]


def _spectrogram(waveform: FloatArray, size: int, settings: Settings) -> Spectrogram:
    """Return spectra of windows of unit energy that lie whole within the sound, ``(n_frames, n_bins)``."""
    window = signal.windows.hann(size, sym=False)
    frames = np.lib.stride_tricks.sliding_window_view(waveform, size)[:: _hop(size, settings)]
    return np.asarray(np.fft.rfft(frames * (window / np.sqrt((window**2).sum()))))


def _hop(size: int, settings: Settings) -> int:
    return max(size // settings.hops_per_window, 1)


def _strongest(
    spectra: Mapping[int, Spectrogram],
    rejected: set[tuple[int, int]],
    *,
    sample_rate: int,
    settings: Settings,
) -> tuple[int, int] | None:
    """Return the window and the bin of the peak with the highest mean power density; None without a peak."""
    best, highest = None, 0.0
    for size, spectrum in spectra.items():
        density = (np.abs(spectrum) ** 2).mean(0)  # (n_bins,)
        peaks, _ = signal.find_peaks(density)
        for place in peaks[peaks * sample_rate >= settings.min_hz * size].tolist():
            if density[place] > highest and (size, place) not in rejected:
                best, highest = (size, place), float(density[place])
    return best


def _best_fit(
    spectra: Mapping[int, Spectrogram], peak: tuple[int, int], *, sample_rate: int, settings: Settings
) -> LineFit | None:
    """Fit a mode near a peak in each window size, and keep the one whose damping is the most certain."""
    fits = []
    for size, spectrum in spectra.items():
        # The peak lies somewhere within a bin of the wider window.
        centre, reach = round(peak[1] * size / peak[0]), max(1, round(size / peak[0] / 2))
        first, last = max(centre - reach, 1), min(centre + reach, spectrum.shape[1] - 2)
        place = first + int((np.abs(spectrum[:, first : last + 1]) ** 2).mean(0).argmax())
        fit = line_fit(
            spectrum[:, place],
            place * sample_rate / size,
            hop_seconds=_hop(size, settings) / sample_rate,
            range_db=settings.range_db,
            margin_db=settings.margin_db,
            min_frames=settings.min_frames,
        )
        low, high = settings.dampings
        if fit is not None and low <= fit.damping <= high and fit.error <= settings.max_error:
            fits.append(fit)
    return min(fits, key=lambda fit: fit.error, default=None)
