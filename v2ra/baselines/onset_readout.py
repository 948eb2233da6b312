"""When things begin to sound, read out of features by ridge regression.

Features come ten times a second, and onsets are wanted to within ±50 ms. A linear read-out of neighbouring
vectors predicts an *onset curve*, a bump at every onset, on a grid finer than the vectors; its peaks are placed
between grid points by a parabola. The threshold for peaks is chosen on the training clips, each read by a fit to
other clips: a fit knows its own clips too well.

Conventions
-----------
Features ``(n_vectors, feature_size)``, ten vectors a second; times in seconds. The curve has `slots_per_vector`
points a vector, each in the middle of its slot, from about 0 to 1.

Source
------
Ours. `v2ra.readout` reads the level of the sound in the same way; its thirds of a vector, and a read-out of level
in place of onsets, would leave the onsets to be found in a smooth curve.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import mir_eval
import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import Ridge
from sklearn.model_selection import GroupKFold

from v2ra.baselines.onset_curve import onset_curve, pick_onsets
from v2ra.encoding import scale_features
from v2ra.errors import InputError
from v2ra.timing import PAPER, Timing

Float32 = NDArray[np.float32]
FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Settings:
    """Choices, made on the training and validation parts of wood and dog."""

    lags: tuple[int, ...] = (-1, 0, 1, 2)  # vectors read: a contact shows in what moves before and after it
    slots_per_vector: int = 4  # points of the curve each 0.1 s; the parabola does the rest
    bump_seconds: float = 0.03  # standard deviation of a bump: wide enough to fall on two points
    ridge: float = 1.0  # penalty, in units of the inputs' mean squared length
    scaling: str = (
        "clip_mean_3sigma"  # of `scale_features`: what stands still does not tell when things sound
    )
    n_folds: int = 5  # groups of training clips, each read by a fit to the others
    thresholds: tuple[float, ...] = tuple(k / 40 for k in range(4, 29))  # 0.1 to 0.7, of which one is chosen
    window_seconds: float = 0.05  # within it an onset counts as found when the threshold is chosen
    wait_seconds: float = 0.25  # no two onsets closer; 95 % of real contacts are 0.33 s or more apart

    def __post_init__(self) -> None:
        """Refuse what gives no curve."""
        counts = (len(self.lags), self.slots_per_vector, len(self.thresholds), self.n_folds - 1)
        if (
            min(counts) < 1
            or min(self.bump_seconds, self.ridge, self.window_seconds) <= 0
            or self.wait_seconds < 0
        ):
            raise InputError(
                f"found {self}; expected one lag, slot and threshold or more, two folds or more, and positive "
                "widths; correct the settings"
            )


@dataclass(frozen=True, eq=False)
class OnsetReadout:
    """A fitted read-out; call it with the features of a clip.

    Attributes
    ----------
    weights : float32 (n_lags × feature_size, slots_per_vector)
        Of the lagged vectors.
    offset : float32 (slots_per_vector,)
        Added to the weighted sum.
    threshold : float
        Lower peaks of the curve are no onsets.
    """

    settings: Settings
    timing: Timing
    weights: Float32
    offset: Float32
    threshold: float

    @property
    def n_parameters(self) -> int:
        """Return how many numbers were fitted: weights, offsets and the threshold."""
        return self.weights.size + self.offset.size + 1

    def __call__(self, features: NDArray[np.floating]) -> FloatArray:
        """Return when things begin to sound, in seconds, ``(n_onsets,)``.

        Parameters
        ----------
        features : array (n_vectors, feature_size)
            Of one whole clip, as the backend gave them.
        """
        rows = lagged(scale_features(features, mode=self.settings.scaling), self.settings.lags)
        curve = (rows @ self.weights + self.offset).ravel()  # (n_vectors · slots_per_vector,)
        return _picked(curve, self.threshold, self.settings, self.timing)


def lagged(vectors: Float32, lags: Sequence[int]) -> Float32:
    """Return each vector beside its neighbours at the lags given; the clip's ends repeat.

    Parameters
    ----------
    vectors : float32 (n_vectors, feature_size)
        Of one clip.
    lags : sequence of int
        In vectors; positive is later.

    Returns
    -------
    float32 (n_vectors, n_lags × feature_size)

    Examples
    --------
    >>> lagged(np.array([[1.0], [2.0], [3.0]], np.float32), (0, 2)).tolist()
    [[1.0, 3.0], [2.0, 3.0], [3.0, 3.0]]
    """
    places = np.arange(len(vectors))
    return np.concatenate([vectors[np.clip(places + lag, 0, len(vectors) - 1)] for lag in lags], axis=1)


def fit_onsets(
    features: Sequence[NDArray[np.floating]],
    onsets: Sequence[FloatArray],
    settings: Settings = Settings(),
    *,
    timing: Timing = PAPER,
) -> OnsetReadout:
    """Fit the read-out and choose its threshold.

    Parameters
    ----------
    features : sequence of arrays (n_vectors, feature_size)
        Of the training clips, as the backend gave them.
    onsets : sequence of float64 (n_onsets,)
        In seconds, of the same clips.
    settings : Settings
        Choices.
    timing : Timing
        Rates.

    Raises
    ------
    InputError
        Where there are fewer than two clips, or none has an onset.

    Examples
    --------
    >>> features = [np.eye(20, 4096, k)[:, :20] for k in (0, -3, -6)]
    >>> onsets = [np.array([0.52]), np.array([0.82]), np.array([1.12])]
    >>> readout = fit_onsets(features, onsets, Settings(scaling="none"))
    >>> [readout(clip).round(1).tolist() for clip in features]
    [[0.5], [0.8], [1.1]]
    """
    if len(features) < 2 or not any(len(times) for times in onsets):
        raise InputError(
            f"found {len(features)} clips with {sum(map(len, onsets))} onsets; expected two clips or more and an "
            "onset; add clips with sound"
        )
    rows = [lagged(scale_features(clip, mode=settings.scaling), settings.lags) for clip in features]
    curves = [
        onset_curve(
            times,
            n_slots=len(clip) * settings.slots_per_vector,
            slot_seconds=_slot_seconds(settings, timing),
            bump_seconds=settings.bump_seconds,
        ).reshape(len(clip), settings.slots_per_vector)
        for times, clip in zip(onsets, rows, strict=True)
    ]
    held_out: list[NDArray[np.floating]] = [np.zeros(0)] * len(rows)
    folds = GroupKFold(min(settings.n_folds, len(rows)))
    for known, new in folds.split(rows, groups=range(len(rows))):
        part = _ridge([rows[k] for k in known], [curves[k] for k in known], settings)
        for clip in new:
            held_out[clip] = part.predict(rows[clip]).ravel()
    whole = _ridge(rows, curves, settings)
    return OnsetReadout(
        settings,
        timing,
        weights=np.asarray(whole.coef_.T, np.float32),
        offset=np.asarray(whole.intercept_, np.float32),
        threshold=_best_threshold(held_out, onsets, settings, timing),
    )


def _slot_seconds(settings: Settings, timing: Timing) -> float:
    return timing.samples_per_vector / timing.sample_rate / settings.slots_per_vector


def _picked(curve: NDArray[np.floating], threshold: float, settings: Settings, timing: Timing) -> FloatArray:
    return pick_onsets(
        curve,
        threshold=threshold,
        slot_seconds=_slot_seconds(settings, timing),
        wait_seconds=settings.wait_seconds,
    )


def _ridge(rows: Sequence[Float32], curves: Sequence[FloatArray], settings: Settings) -> Ridge:
    inputs = np.concatenate(rows)  # (n, n_lags × feature_size)
    size = float(inputs.var(0).sum()) + 1e-9  # mean squared length about the mean
    return Ridge(alpha=settings.ridge * size).fit(inputs, np.concatenate(curves).astype(np.float32))


def _best_threshold(
    curves: Sequence[NDArray[np.floating]], onsets: Sequence[FloatArray], settings: Settings, timing: Timing
) -> float:
    """Return the threshold with the highest F over all clips together; of equals the middle one."""
    scores = []
    for threshold in settings.thresholds:
        found = [_picked(curve, threshold, settings, timing) for curve in curves]
        n_right = sum(
            len(mir_eval.util.match_events(true, some, settings.window_seconds))
            for true, some in zip(onsets, found, strict=True)
        )
        scores.append(2 * n_right / max(sum(map(len, onsets)) + sum(map(len, found)), 1))
    best = [t for t, score in zip(settings.thresholds, scores, strict=True) if score == max(scores)]
    return best[len(best) // 2]
