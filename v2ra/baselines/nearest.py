"""Nearest-neighbour copy: what looks most alike in the training part lends its sound.

The clip is cut into steps. For each, the training part is searched for the place whose feature vectors, those of
the step and some before and after, point most nearly the same way; the sound of that place is copied, with short
crossfades. Nothing is learnt but a mean and a deviation a feature. It makes no sound of its own: it can copy no
event that the training part does not hold, and cuts through whatever rings longer than a step. It is to be judged
by both, when things sound (onset F) and how (similarity): recordings have the timbre for nothing.

Conventions
-----------
Features ``(n_vectors, feature_size)``, ten vectors a second; sound float32 ``(time,)`` at 44.1 kHz. Similarity is
the cosine of scaled vectors, −1 to 1, higher is more alike. Beyond its ends a clip stands still.

Source
------
Ours: the floor that a synthesis has to be better than. Section 4.3.3 retrieves in the same way, for categories.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from v2ra.baselines.grains import Float32, cut_grain, joined
from v2ra.datasets import EncodedClip, Pack
from v2ra.encoding import scale_features
from v2ra.errors import InputError
from v2ra.timing import PAPER, Timing

Indices = NDArray[np.int64]

DEVIATION_SHARE = 0.1  # of the mean deviation is added to each: features that hardly move are not blown up


@dataclass(frozen=True)
class Settings:
    """Choices, made on the training and validation parts of wood and dog."""

    step_vectors: int = 3  # copied at a time: 0.2 s does no better within the spread of clips, 0.5 s worse
    context_vectors: int = 1  # seen on either side of a step and not copied
    scaling: str = (
        "clip_mean_3sigma"  # of `scale_features`: what stands still does not tell when things sound
    )
    fade_seconds: float = 0.005  # at each seam; too short to smear an attack

    def __post_init__(self) -> None:
        """Refuse sizes from which no step follows."""
        if self.step_vectors < 1 or self.context_vectors < 0 or not 0 <= self.fade_seconds <= 0.05:
            raise InputError(
                f"found {self}; expected one vector or more a step, none or more around it, and fades of 0 to "
                "0.05 s; correct the settings"
            )


@dataclass(frozen=True, eq=False)
class NearestNeighbour:
    """The training part, scaled, with its sound.

    Attributes
    ----------
    vectors : float32 (n_places, feature_size)
        Of all training clips, one after another.
    first_of_clip, last_of_clip : int64 (n_places,)
        The places between which the clip of each lies.
    sounds : float32 (n_places · samples_per_vector,)
        Their sound, one after another.
    """

    settings: Settings
    timing: Timing
    mean: Float32
    deviation: Float32
    vectors: Float32
    first_of_clip: Indices
    last_of_clip: Indices
    sounds: Float32
    name: str = "nearest"
    needs_events: bool = False
    n_parameters: int = 0

    def nearest_places(self, clip: EncodedClip) -> Indices:
        """Return for each step of a clip the place in the training part that looks most alike, ``(n_steps,)``."""
        scaled = self._scaled(clip.features)
        dots = scaled @ self.vectors.T  # (n_vectors, n_places)
        own, theirs = (scaled**2).sum(1), (self.vectors**2).sum(1)
        reach = range(
            -self.settings.context_vectors, self.settings.step_vectors + self.settings.context_vectors
        )
        every = np.arange(len(self.vectors))
        places = np.zeros(0, np.int64)
        for step in range(0, len(scaled), self.settings.step_vectors):
            mine = [min(max(step + k, 0), len(scaled) - 1) for k in reach]
            others = [np.clip(every + k, self.first_of_clip, self.last_of_clip) for k in reach]
            dot = sum(dots[m, o] for m, o in zip(mine, others, strict=True))  # (n_places,)
            size = np.sqrt(own[mine].sum() * sum(theirs[o] for o in others)) + 1e-12
            # A step must end with the clip it is copied from.
            fits = every + self.settings.step_vectors - 1 <= self.last_of_clip
            places = np.append(places, np.where(fits, dot / size, -np.inf).argmax())
        return places

    def synthesise(self, clip: EncodedClip, *, seed: int = 0) -> Float32:
        """Return the copied sound, ``(len(clip.sound),)``; it holds nothing random, so the seed plays no part."""
        length = self.settings.step_vectors * self.timing.samples_per_vector
        n_fade = round(self.settings.fade_seconds * self.timing.sample_rate)
        starts = self.nearest_places(clip) * self.timing.samples_per_vector
        grains = [
            cut_grain(self.sounds, start, length=length + n_fade, n_fade=n_fade) for start in starts.tolist()
        ]
        return joined(grains, np.arange(len(grains)) * length, n_samples=len(clip.sound), n_fade=n_fade)

    def _scaled(self, features: NDArray[np.floating]) -> Float32:
        scaled = scale_features(features, mode=self.settings.scaling)
        return np.asarray((scaled - self.mean) / self.deviation, np.float32)


def fit(
    pack: Pack, settings: Settings = Settings(), *, seed: int = 0, timing: Timing = PAPER
) -> NearestNeighbour:
    """Store the training part.

    Parameters
    ----------
    pack : Pack
        With features as they came; only its training part is read.
    settings : Settings
        Choices.
    seed : int
        Plays no part: nothing is drawn.
    timing : Timing
        Rates.

    Raises
    ------
    InputError
        Where no training clip is as long as a step.

    Examples
    --------
    >>> vectors, sound = np.eye(6, 8, dtype=np.float16), np.repeat(np.arange(6), 4410).astype(np.int16)
    >>> clips = [EncodedClip(part, part, vectors, sound, np.zeros(0)) for part in ("train", "test")]
    >>> system = fit(Pack("wood", tuple(clips), {}))
    >>> system.nearest_places(clips[1])
    array([0, 3])
    """
    clips = [clip for clip in pack.part("train") if len(clip.features) >= settings.step_vectors]
    if not clips:
        raise InputError(
            f"found no training clip of {pack.category} with {settings.step_vectors} vectors or more; expected one; "
            "add clips or shorten the step"
        )
    scaled = np.concatenate([scale_features(clip.features, mode=settings.scaling) for clip in clips])
    mean, deviation = scaled.mean(0), scaled.std(0)
    deviation += DEVIATION_SHARE * deviation.mean() + 1e-9
    lengths = np.array([len(clip.features) for clip in clips])
    firsts = np.cumsum(lengths) - lengths
    return NearestNeighbour(
        settings,
        timing,
        mean=mean,
        deviation=deviation,
        vectors=np.asarray((scaled - mean) / deviation, np.float32),
        first_of_clip=np.repeat(firsts, lengths),
        last_of_clip=np.repeat(firsts + lengths - 1, lengths),
        sounds=np.concatenate([_to_length(clip, timing=timing) for clip in clips]),
    )


def _to_length(clip: EncodedClip, *, timing: Timing) -> Float32:
    """Return a clip's sound, with silence up to the end of its last vector."""
    n_samples = len(clip.features) * timing.samples_per_vector
    return np.pad(clip.waveform[:n_samples], (0, max(n_samples - len(clip.sound), 0)))
