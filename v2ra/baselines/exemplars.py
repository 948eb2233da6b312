"""Snippets of training sound, laid where a predicted cochleagram has its peaks.

Conventions
-----------
Cochleagrams are float32 ``(n_frames, n_bands + 2)``, compressed; their *loudness* is the mean over bands. A
window runs from `before_seconds` ahead of a peak for `window_seconds`. Waveforms are float32 (time,).

Source
------
Owens et al. (2016), the paper's [12], Section 5.2: a window around each peak of the predicted sound is snapped to
the training window that is nearest, and its waveform is transferred. How peaks are picked, the fades, and that a
snippet ends where the next begins are ours.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.signal import find_peaks

from v2ra.baselines import cochleagram as bands
from v2ra.baselines.cochleagram_inversion import nearest_windows
from v2ra.errors import InputError

Float32 = NDArray[np.float32]
Indices = NDArray[np.int64]


@dataclass(frozen=True)
class Settings:
    """Choices of the windows."""

    before_seconds: float = 0.05  # of a peak of loudness: the attack is one or two frames long
    window_seconds: float = 0.5  # [12], Section 5.2: 15 frames of video
    prominence: float = 0.3  # of a peak, as a share of the clip's range of loudness
    apart_seconds: float = 0.2  # no two peaks closer; 95 % of real contacts are 0.33 s or more apart
    fade_seconds: float = 0.01  # at both ends of a snippet: shorter ones click

    def __post_init__(self) -> None:
        """Refuse windows without a peak in them."""
        if not (0 <= self.before_seconds < self.window_seconds and 0 < self.prominence <= 1):
            raise InputError(
                f"found windows of {self.window_seconds} s from {self.before_seconds} s before a peak, prominence "
                f"{self.prominence}; expected the peak within and a share up to 1; correct the settings"
            )


@dataclass(frozen=True, eq=False)
class Exemplars:
    """Training windows, `windows` (n_windows, n_frames, n_bands + 2) and their `sounds` (n_windows, time)."""

    windows: Float32
    sounds: Float32
    settings: Settings
    frames: bands.Settings

    def lay(self, cochleagram: Float32, *, n_samples: int) -> Float32:
        """Return the sound, ``(n_samples,)``: at each peak the nearest snippet; silence where there is none."""
        sound = np.zeros(n_samples, np.float32)
        peaks = loudness_peaks(cochleagram, settings=self.settings, frame_rate=self.frames.envelope_rate)
        if not len(peaks):
            return sound
        starts = (peaks - _n_before(self.settings, self.frames)) * self.frames.samples_per_frame
        queries = cut_windows(cochleagram, peaks, settings=self.settings, frames=self.frames)
        chosen = nearest_windows(queries, self.windows)
        n_fade = max(round(self.settings.fade_seconds * self.frames.sample_rate), 1)
        for start, end, index in zip(starts, [*starts[1:], n_samples], chosen, strict=True):
            snippet = self.sounds[index][: end + n_fade - start].copy()  # the next fades in meanwhile
            ramp = (np.arange(min(n_fade, len(snippet))) + 0.5) / n_fade
            snippet[: len(ramp)] *= ramp
            snippet[len(snippet) - len(ramp) :] *= ramp[::-1]
            first, last = max(start, 0), min(start + len(snippet), n_samples)
            sound[first:last] += snippet[first - start : last - start]
        return sound


def loudness_peaks(cochleagram: Float32, *, settings: Settings, frame_rate: int) -> Indices:
    """Return the frames of a cochleagram at which it is loudest for a while.

    Examples
    --------
    >>> strike = np.zeros((90, 42), np.float32)
    >>> strike[30] = 1.0
    >>> loudness_peaks(strike, settings=Settings(), frame_rate=90).tolist()
    [30]
    """
    loudness = cochleagram.mean(1)
    loudness_range = float(np.ptp(loudness))
    if not loudness_range:
        return np.zeros(0, np.int64)
    distance = max(round(settings.apart_seconds * frame_rate), 1)
    edged = np.pad(loudness, 1, constant_values=loudness.min())  # a peak in the first or last frame is one
    found, _ = find_peaks(edged, prominence=settings.prominence * loudness_range, distance=distance)
    return np.asarray(found - 1, np.int64)


def cut_windows(
    cochleagram: Float32, peaks: Indices, *, settings: Settings, frames: bands.Settings
) -> Float32:
    """Return the windows around peaks, ``(n_peaks, n_frames, n_bands + 2)``; silence past the ends."""
    n_before, n_window = _n_before(settings, frames), round(settings.window_seconds * frames.envelope_rate)
    padded = np.pad(cochleagram, ((n_before, n_window), (0, 0)))
    return np.stack([padded[peak : peak + n_window] for peak in peaks])


def collect_exemplars(
    clips: Iterable[tuple[Float32, Float32]], *, settings: Settings, frames: bands.Settings
) -> Exemplars:
    """Cut the windows around the peaks of training clips.

    Parameters
    ----------
    clips : iterable of (cochleagram, waveform)
        float32 (n_frames, n_bands + 2) and (time,).
    settings : Settings
        Windows.
    frames : v2ra.baselines.cochleagram.Settings
        Of the cochleagrams.

    Raises
    ------
    InputError
        If there is no peak in any clip.

    Examples
    --------
    >>> click = np.eye(1, 44100, 22050, dtype=np.float32)[0]
    >>> pairs = [(bands.cochleagram(click), click)]
    >>> collect_exemplars(pairs, settings=Settings(), frames=bands.DEFAULT).sounds.shape
    (1, 22050)
    """
    windows, sounds = [], []
    for cochleagram, waveform in clips:
        peaks = loudness_peaks(cochleagram, settings=settings, frame_rate=frames.envelope_rate)
        if len(peaks):
            windows.append(cut_windows(cochleagram, peaks, settings=settings, frames=frames))
        n_before = _n_before(settings, frames) * frames.samples_per_frame
        n_window = round(settings.window_seconds * frames.envelope_rate) * frames.samples_per_frame
        padded = np.pad(waveform, (n_before, n_window))
        sounds += [padded[p * frames.samples_per_frame :][:n_window] for p in peaks]
    if not windows:
        raise InputError("found no peak of loudness in the training sound; expected events; add clips")
    return Exemplars(np.concatenate(windows), np.stack(sounds), settings, frames)


def _n_before(settings: Settings, frames: bands.Settings) -> int:
    return round(settings.before_seconds * frames.envelope_rate)
