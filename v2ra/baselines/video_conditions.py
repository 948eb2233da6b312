"""What a SampleRNN hears of the video at each step of its coarsest tier.

*level*: the levels that `v2ra.readout` reads out of the features, as V2RA's tuned recipe is told them, at the step
and at some slots of 33 ms before and after it; a training clip gets what a fit to the other clips reads out of it.
*components*: principal components of the features, as the other baselines see them; to find out what matters in
them is then left to the network, as in [14], which learns it from 28,109 videos.

Conventions
-----------
Features are those of one whole clip, as the backend gave them. Conditions are float32 ``(n_steps, n_conditions)`` of
a standard deviation near 1 over the training part; steps come at `step_rate`, in Hz.

Source
------
[14] (Zhou et al. 2018), Section 4.2, repeats the vector of a frame over the steps that it lasts. The read-out is ours.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from v2ra.baselines.visual_inputs import SCALING, VisualInputs, at_rate, fit_inputs
from v2ra.datasets import EncodedClip
from v2ra.encoding import scale_features
from v2ra.readout import N_SLOTS, Readout, fit_readout
from v2ra.timing import PAPER

Float32 = NDArray[np.float32]
Kind = Literal["level", "components"]

SLOT_RATE = N_SLOTS * PAPER.vectors_per_second  # Hz


class Conditions(Protocol):
    """Conditions, fitted to training clips."""

    @property
    def n_conditions(self) -> int:
        """Numbers at each step."""
        ...

    @property
    def n_parameters(self) -> int:
        """Fitted numbers."""
        ...

    def __call__(self, features: NDArray[np.floating], *, n_steps: int, step_rate: int) -> Float32:
        """Return the conditions of a clip, ``(n_steps, n_conditions)``; steps past its end repeat the last."""
        ...


@dataclass(frozen=True, eq=False)
class LevelConditions:
    """The read-out's levels around each step."""

    readout: Readout
    n_around: int

    @property
    def n_conditions(self) -> int:
        """Slots before, at and after a step."""
        return 2 * self.n_around + 1

    @property
    def n_parameters(self) -> int:
        """Weights of the read-out."""
        return self.readout.weights.size + self.readout.offset.size

    def __call__(self, features: NDArray[np.floating], *, n_steps: int, step_rate: int) -> Float32:
        """Return the conditions of a clip."""
        held = self.readout(scale_features(features, mode=SCALING))  # (n_vectors, feature_size)
        middles = (2 * np.arange(N_SLOTS) + 1) * held.shape[1] // (2 * N_SLOTS)
        # `v2ra.readout.placed` keeps a third of the levels, so that ±3 deviations fill [−1, 1].
        return levels_around(
            3 * held[:, middles], n_steps=n_steps, step_rate=step_rate, n_around=self.n_around
        )


@dataclass(frozen=True, eq=False)
class ComponentConditions:
    """Principal components of the features."""

    inputs: VisualInputs

    @property
    def n_conditions(self) -> int:
        """Components, and where in its vector a step lies."""
        return int(self.inputs.components.shape[1]) + 1

    @property
    def n_parameters(self) -> int:
        """Numbers of the components."""
        return self.inputs.components.size + self.inputs.centre.size

    def __call__(self, features: NDArray[np.floating], *, n_steps: int, step_rate: int) -> Float32:
        """Return the conditions of a clip."""
        return at_rate(self.inputs(features), n_frames=n_steps, frame_rate=step_rate)


def levels_around(levels: NDArray[np.floating], *, n_steps: int, step_rate: int, n_around: int) -> Float32:
    """Return the course of levels in slots, read between their middles, around each step.

    Parameters
    ----------
    levels : array (n_vectors, N_SLOTS)
        Of a whole clip.
    n_steps, step_rate : int
        How many steps, and how many in a second.
    n_around : int
        Slots before and after.

    Returns
    -------
    float32 (n_steps, 2 * n_around + 1)
        What lies outside the clip repeats its end.

    Examples
    --------
    >>> levels_around(np.array([[0.0, 1.0, 2.0]]), n_steps=2, step_rate=30, n_around=1).tolist()
    [[0.0, 0.0, 0.5], [0.0, 0.5, 1.5]]
    """
    course = np.asarray(levels).ravel()
    middles = (np.arange(len(course)) + 0.5) / SLOT_RATE
    offsets = np.arange(-n_around, n_around + 1) / SLOT_RATE
    times = np.arange(n_steps)[:, None] / step_rate + offsets  # (n_steps, 2 * n_around + 1)
    return np.interp(times, middles, course).astype(np.float32)


def fit_conditions(
    clips: Sequence[EncodedClip], kind: Kind, *, n_around: int, n_components: int, step_rate: int
) -> tuple[Conditions, list[Float32]]:
    """Fit conditions to training clips.

    Parameters
    ----------
    clips : sequence of EncodedClip
        The training part.
    kind : "level" or "components"
        What the conditions are.
    n_around, n_components : int
        Of the one kind and of the other.
    step_rate : int
        In Hz.

    Returns
    -------
    Conditions, and a list of float32 (n_steps, n_conditions)
        For any clip, and for each training clip as training is to see it.

    Raises
    ------
    InputError
        As `v2ra.baselines.visual_inputs.fit_inputs`.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> sound = rng.integers(-9999, 9999, 44100).astype(np.int16)
    >>> clip = EncodedClip("a", "train", rng.standard_normal((10, 4096)), sound, np.zeros(0))
    >>> _, (seen,) = fit_conditions([clip], "level", n_around=2, n_components=4, step_rate=250)
    >>> seen.shape
    (250, 5)
    """
    n_steps = [-(-len(clip.sound) * step_rate // PAPER.sample_rate) for clip in clips]
    fitted: Conditions
    if kind == "level":
        scaled = [scale_features(clip.features, mode=SCALING) for clip in clips]
        readout = fit_readout(scaled, [clip.waveform for clip in clips])
        fitted = LevelConditions(readout, n_around)
        if readout.held_out:  # there are other clips to fit to
            return fitted, [
                levels_around(levels, n_steps=n, step_rate=step_rate, n_around=n_around)
                for levels, n in zip(readout.held_out, n_steps, strict=True)
            ]
    else:
        fitted = ComponentConditions(fit_inputs([clip.features for clip in clips], n_components))
    return fitted, [
        fitted(clip.features, n_steps=n, step_rate=step_rate) for clip, n in zip(clips, n_steps, strict=True)
    ]
