"""Video encoding: feature vectors of a clip become a signal as long as its sound (Eq. 3).

Contents
--------
``used_frames`` (which frames are read), ``scale_features`` (to the range of sound), ``encode_video``
(a whole clip, second by second), ``encode_windows`` (one-second windows from any vector on).

Conventions
-----------
``features`` has shape (n_vectors, feature_size), one row each 0.1 s at the paper's rates. V has one row
a second, in [-1, 1], at the sample rate of the sound: a vector, its zeros, the next vector, its zeros.

Source
------
Section 3.1, Eq. 3: V_t = v_{t,q} ⊕ v_{t,2q} ⊕ … ⊕ v_{t,pq}, zeros "in equal intervals". The range
[-1, 1] and the removal of the clip's mean are ours: the paper gives no scaling.
"""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray

from v2ra.errors import InputError
from v2ra.timing import PAPER, Timing

WHICH = ("last", "first", "middle")
MODES = ("clip_mean_3sigma", "clip_standard_3sigma", "min_max", "none")

# Below this share of the features' size a deviation is rounding (of sums, or of the float16 cache, whose
# step is 5e-4 but takes few values with it), not motion: real clips deviate by 4e-2 and more.
SMALLEST_DEVIATION = 1e-4


def used_frames(n_seconds: float, *, timing: Timing = PAPER, which: str = "last") -> NDArray[np.int64]:
    """Return which frame each vector of a clip is read from.

    Vector j of second t stands for the group of q frames that starts at t · frame_rate + j · q; Eq. 3
    reads the last of the group (v_{t,q} counts from 1). At the paper's rates groups tile the clip, so
    vector k reads frame kq + q − 1. A clip that is no whole number of groups long has one vector more,
    and an index past its last frame becomes the last frame.

    Parameters
    ----------
    n_seconds : float
        Duration of the clip in seconds, above 0.
    timing : Timing
        Rates.
    which : {"last", "first", "middle"}
        Frame of each group that is read; of an even group "middle" is the later of the two.

    Returns
    -------
    ndarray of int64, shape (n_vectors,)
        Frame indices from 0 at ``timing.frame_rate``, never decreasing.

    Raises
    ------
    InputError
        Duration not above 0, or an unknown ``which``.

    Source
    ------
    Section 3.1, Eq. 3.

    Examples
    --------
    >>> used_frames(1).tolist()
    [2, 5, 8, 11, 14, 17, 20, 23, 26, 29]
    >>> used_frames(0.5, which="first").tolist()
    [0, 3, 6, 9, 12]
    """
    if which not in WHICH:
        raise InputError(
            f"found which={which!r}; expected one of {', '.join(WHICH)}; change the configuration"
        )
    if not 0 < n_seconds < float("inf"):
        raise InputError(f"found a clip of {n_seconds} s; expected a duration above 0 s; give another clip")
    q = timing.frame_step
    offset = {"last": q - 1, "first": 0, "middle": q // 2}[which]
    second, vector = np.divmod(np.arange(timing.n_vectors(n_seconds)), timing.vectors_per_second)
    last_frame = max(timing.n_frames(n_seconds) - 1, 0)
    frames: NDArray[np.int64] = second * timing.frame_rate + vector * q + offset
    return frames.clip(max=last_frame)


def scale_features(features: ArrayLike, *, mode: str) -> NDArray[np.float32]:
    """Scale the features of one clip to [-1, 1].

    Parameters
    ----------
    features : array_like, shape (n_vectors, feature_size)
        Features of one whole clip, any range.
    mode : str
        "clip_mean_3sigma": minus the clip's mean vector, over 3 standard deviations of all that is left;
        "clip_standard_3sigma": the same with a standard deviation for each of the dimensions;
        "min_max": the clip's smallest value to -1, its largest to 1; "none": as they are.
        The first two clip what lies beyond ±1. What does not vary becomes 0.

    Returns
    -------
    ndarray of float32, shape (n_vectors, feature_size)
        Scaled features in [-1, 1].

    Raises
    ------
    InputError
        Not two-dimensional, empty, not finite, unknown mode, or out of range with "none".

    Source
    ------
    Ours: the paper states the range of sound (Eq. 1) and no scaling of the features.

    Examples
    --------
    >>> scale_features([[0.0, 2.0], [4.0, 2.0]], mode="min_max").tolist()
    [[-1.0, 0.0], [1.0, 0.0]]
    """
    if mode not in MODES:
        raise InputError(f"found mode={mode!r}; expected one of {', '.join(MODES)}; change the configuration")
    values = _as_features(features).astype(np.float64)  # sums of float32 would leave a mean that is off
    if mode == "none":
        if np.abs(values).max() > 1:
            raise InputError(
                f"found features up to {np.abs(values).max():.3g}; expected values in [-1, 1]; "
                f"choose another mode: {', '.join(MODES[:-1])}"
            )
        return values.astype(np.float32)
    if mode == "min_max":
        centre, radius = (values.max() + values.min()) / 2, np.ptp(values) / 2
    else:
        centre = values.mean(axis=0)  # (feature_size,)
        radius = 3 * (values - centre).std(axis=0 if mode == "clip_standard_3sigma" else None)
    varies = radius > SMALLEST_DEVIATION * np.sqrt(np.mean(values**2))
    scaled: NDArray[np.float64] = (values - centre) / np.where(varies, radius, np.inf)
    return np.clip(scaled, -1, 1).astype(np.float32)


def encode_video(features: ArrayLike, *, timing: Timing = PAPER) -> NDArray[np.float32]:
    """Encode a clip: p vectors a second, each followed by its zeros.

    Parameters
    ----------
    features : array_like, shape (n_vectors, feature_size)
        Scaled features of one clip.
    timing : Timing
        Rates.

    Returns
    -------
    ndarray of float32, shape (n_seconds, sample_rate)
        V, a row a second; vectors missing from the last second are zeros.

    Raises
    ------
    InputError
        Features of another shape, or not finite.

    Source
    ------
    Section 3.1, Eq. 3.

    Examples
    --------
    >>> encode_video(np.ones((25, 4096))).shape
    (3, 44100)
    """
    values = _as_features(features).astype(np.float32)
    starts = range(0, len(values), timing.vectors_per_second)
    encoded: NDArray[np.float32] = encode_windows(torch.from_numpy(values), starts, timing=timing).numpy()
    return encoded


def encode_windows(
    features: torch.Tensor, starts: torch.Tensor | Sequence[int], *, timing: Timing = PAPER
) -> torch.Tensor:
    """Encode one-second windows that start at any vector: crops, or overlapping windows.

    Parameters
    ----------
    features : Tensor, shape (n_vectors, feature_size)
        Scaled features of one clip, on any device, of any floating type.
    starts : Tensor or sequence of int, shape (n_windows,)
        First vector of each window; vectors before or behind the clip are zeros.
    timing : Timing
        Rates.

    Returns
    -------
    Tensor, shape (n_windows, sample_rate)
        V of each window, with the type and device of ``features``.

    Raises
    ------
    InputError
        Features of another shape.

    Source
    ------
    Section 3.1, Eq. 3; overlapping windows are ours.

    Examples
    --------
    >>> windows = encode_windows(torch.ones(20, 4096), [0, 5, 15])
    >>> windows.shape, windows[2].sum().item()  # five vectors of the last window lie behind the clip
    (torch.Size([3, 44100]), 20480.0)
    """
    if features.ndim != 2 or features.shape[1] != timing.feature_size or not len(features):
        raise InputError(
            f"found features of shape {tuple(features.shape)}; expected (n_vectors, {timing.feature_size}); "
            "encode the clip again with the rates of this model"
        )
    first = torch.as_tensor(starts, dtype=torch.int64, device=features.device)
    steps = torch.arange(timing.vectors_per_second, device=features.device)
    index = first[:, None] + steps  # (n_windows, p)
    inside = (index >= 0) & (index < len(features))
    vectors = features[index.clamp(0, len(features) - 1)]  # (n_windows, p, feature_size)
    vectors = torch.where(inside[..., None], vectors, 0.0)
    padded = torch.nn.functional.pad(vectors, (0, timing.padding_per_vector))  # (…, samples_per_vector)
    return padded.flatten(1)  # (n_windows, sample_rate)


def _as_features(features: ArrayLike) -> NDArray[np.floating]:
    """Return features as an array, or refuse them."""
    values: NDArray[np.floating] = np.asarray(features)
    if values.ndim != 2 or not values.size:
        raise InputError(
            f"found features of shape {values.shape}; expected (n_vectors, feature_size), not empty; "
            "extract them from a clip first"
        )
    if not np.isfinite(values).all():
        raise InputError(
            "found features that are not finite; expected numbers; check the clip and the weights"
        )
    return values
