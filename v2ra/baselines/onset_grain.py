"""Onsets and grains: read from the features when things sound, and play a recording there.

`v2ra.baselines.onset_readout` gives the onsets of a clip. At each, a grain is played: the sound of a training
event, drawn from those whose vectors look most alike. It makes no sound of its own, and one grain is one event:
what has no onset, such as rustling or wind, it cannot make.

Conventions
-----------
Features ``(n_vectors, feature_size)``, ten vectors a second; sound float32 ``(time,)`` at 44.1 kHz; times in
seconds.

Source
------
Ours: a modern bar, after systems that find first when and then what. Onsets of training sounds are those of
`v2ra.sound_events`, so that no annotation is needed.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from v2ra.baselines import onset_readout
from v2ra.baselines.base import generator_of
from v2ra.baselines.grains import Float32, cut_grain, events_of, joined
from v2ra.baselines.onset_readout import OnsetReadout, fit_onsets, lagged
from v2ra.datasets import EncodedClip, Pack
from v2ra.encoding import scale_features
from v2ra.errors import InputError
from v2ra.timing import PAPER, Timing

Indices = NDArray[np.int64]


@dataclass(frozen=True)
class Settings:
    """Choices, made on the training and validation parts of wood and dog."""

    onsets: onset_readout.Settings = field(default_factory=onset_readout.Settings)  # when
    lags: tuple[int, ...] = (-1, 0, 1)  # vectors around an onset that are compared
    n_alike: int = 1  # grains that look most alike, of which one is drawn; more sound less alike (validation)
    grain_seconds: float = 1.0  # the longest; the next onset of its recording ends it sooner
    fade_seconds: float = 0.002  # before the onset, so that the attack stays whole
    fade_out_seconds: float = 0.05  # at the end of a grain

    def __post_init__(self) -> None:
        """Refuse what gives no grain."""
        times = (self.fade_seconds, self.fade_out_seconds, self.grain_seconds - self.fade_out_seconds)
        if min(len(self.lags), self.n_alike) < 1 or min(times) < 0 or self.grain_seconds <= 0:
            raise InputError(
                f"found {self}; expected one lag and one grain or more, and fades shorter than grains; "
                "correct the settings"
            )


@dataclass(frozen=True, eq=False)
class OnsetGrain:
    """A read-out of onsets, and the grains of the training part.

    Attributes
    ----------
    looks : float32 (n_grains, n_lags × feature_size)
        Lagged vectors at the onset of each grain, of length 1.
    grains : tuple of float32 (n_fade + length,)
        Of `v2ra.baselines.grains.cut_grain`.
    """

    settings: Settings
    timing: Timing
    readout: OnsetReadout
    looks: Float32
    grains: tuple[Float32, ...]
    name: str = "onset_grain"
    needs_events: bool = False

    @property
    def n_parameters(self) -> int:
        """Return how many numbers were fitted: those of the read-out."""
        return self.readout.n_parameters

    def synthesise(self, clip: EncodedClip, *, seed: int = 0) -> Float32:
        """Return a grain at each onset, ``(len(clip.sound),)``; which of those that look alike, the seed draws."""
        onsets = np.round(self.readout(clip.features) * self.timing.sample_rate).astype(np.int64)
        onsets = onsets[onsets < len(clip.sound)]
        rng = generator_of(self.name, clip.name, seed)
        alike = (
            looks_at(onsets, clip, self.settings, timing=self.timing) @ self.looks.T
        )  # (n_onsets, n_grains)
        ranked = np.argsort(-alike, axis=1, kind="stable")[:, : self.settings.n_alike]
        grains = [self.grains[int(rng.choice(row))] for row in ranked]
        n_fade = round(self.settings.fade_seconds * self.timing.sample_rate)
        return joined(grains, onsets, n_samples=len(clip.sound), n_fade=n_fade)


def looks_at(onsets: Indices, clip: EncodedClip, settings: Settings, *, timing: Timing = PAPER) -> Float32:
    """Return the scaled vectors around onsets, of length 1, ``(n_onsets, n_lags × feature_size)``.

    Parameters
    ----------
    onsets : int64 (n_onsets,)
        In samples.

    Examples
    --------
    >>> clip = EncodedClip("a", "train", np.eye(4, 5, dtype=np.float16), np.zeros(17640, np.int16), np.zeros(0))
    >>> looks_at(np.array([0, 9000]), clip, Settings()).shape
    (2, 15)
    """
    rows = lagged(scale_features(clip.features, mode=settings.onsets.scaling), settings.lags)
    found = rows[np.minimum(onsets // timing.samples_per_vector, len(rows) - 1)]
    return np.asarray(found / (np.linalg.norm(found, axis=1, keepdims=True) + 1e-9), np.float32)


def fit(pack: Pack, settings: Settings = Settings(), *, seed: int = 0, timing: Timing = PAPER) -> OnsetGrain:
    """Fit the read-out to the training part, and cut its sound into grains.

    Parameters
    ----------
    pack : Pack
        With features as they came; only its training part is read, and no annotation.
    settings : Settings
        Choices.
    seed : int
        Plays no part: nothing is drawn.
    timing : Timing
        Rates.

    Raises
    ------
    InputError
        Where there are fewer than two training clips, or none of them has an event.

    Examples
    --------
    >>> sound = np.zeros(44100, np.int16)
    >>> sound[22050:23000] = 9000 * np.exp(-np.arange(950) / 200)
    >>> vectors = np.eye(10, 4096, dtype=np.float16)
    >>> clips = [EncodedClip(name, "train", vectors, sound, np.zeros(0)) for name in "ab"]
    >>> system = fit(Pack("wood", tuple(clips), {}))
    >>> system.readout(vectors).round(1), len(system.grains)
    (array([0.5]), 2)
    """
    clips = pack.part("train")
    onsets = [events_of(clip.waveform, sample_rate=timing.sample_rate).onsets for clip in clips]
    seconds = [some / timing.sample_rate for some in onsets]
    readout = fit_onsets([clip.features for clip in clips], seconds, settings.onsets, timing=timing)
    looks = [looks_at(some, clip, settings, timing=timing) for some, clip in zip(onsets, clips, strict=True)]
    grains = [
        grain
        for some, clip in zip(onsets, clips, strict=True)
        for grain in cut_grains(clip.waveform, some, settings, timing=timing)
    ]
    return OnsetGrain(settings, timing, readout, np.concatenate(looks), tuple(grains))


def cut_grains(
    waveform: Float32, onsets: Indices, settings: Settings, *, timing: Timing = PAPER
) -> list[Float32]:
    """Return the grain at each onset of a sound, up to the next one at the most.

    Examples
    --------
    >>> [len(grain) for grain in cut_grains(np.ones(88200, np.float32), np.array([1000, 23050]), Settings())]
    [22138, 44188]
    """
    n_fade, n_out, longest = (
        round(seconds * timing.sample_rate)
        for seconds in (settings.fade_seconds, settings.fade_out_seconds, settings.grain_seconds)
    )
    lengths = np.minimum(np.append(onsets[1:], len(waveform)) - onsets, longest)
    return [
        cut_grain(waveform, start, length=length, n_fade=n_fade, n_out=min(n_out, length))
        for start, length in zip(onsets.tolist(), lengths.tolist(), strict=True)
    ]
