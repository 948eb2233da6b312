"""What the learned baselines see of a clip: V2RA's own feature vectors, with motion, in few dimensions.

Conventions
-----------
Features are ``(n_vectors, feature_size)`` as the backend gave them, 10 a second at the paper's rates. Inputs are
float32 ``(n_vectors, n_components)``: the principal components of each vector beside the one before and the
one after it, of one scale for all, so that their root mean square is 1 over the training part. The differences of
neighbours, motion, are sums of these.

Source
------
Ours: the comparison gives each system the same features (Section 3.1). Neighbours stand for the space-time
images of Owens et al. (2016), Section 5.1, which hold the frame before and the frame after. Without the
components some thousand vectors would meet 12,288 dimensions.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from v2ra.encoding import scale_features
from v2ra.errors import InputError
from v2ra.readout import with_neighbours
from v2ra.timing import PAPER, Timing

Float32 = NDArray[np.float32]

SCALING = "clip_mean_3sigma"  # V2RA's default: what a clip shows all the time says nothing of when it sounds


@dataclass(frozen=True, eq=False)
class VisualInputs:
    """Principal components, fitted to training clips.

    Attributes
    ----------
    centre : float32 (3 × feature_size,)
        Mean over the training vectors.
    components : float32 (3 × feature_size, n_components)
        Columns, of one scale.
    """

    centre: Float32
    components: Float32

    def __call__(self, features: NDArray[np.floating]) -> Float32:
        """Return the inputs of a whole clip, ``(n_vectors, n_components)``."""
        stacked = with_neighbours(scale_features(features, mode=SCALING))  # (n_vectors, 3 × feature_size)
        return np.asarray((stacked - self.centre) @ self.components, np.float32)


def fit_inputs(features: Sequence[NDArray[np.floating]], n_components: int) -> VisualInputs:
    """Fit the components to the features of training clips.

    Parameters
    ----------
    features : sequence of arrays (n_vectors, feature_size)
        One a clip, as the backend gave them.
    n_components : int
        At least 1, fewer than there are vectors.

    Raises
    ------
    InputError
        If there is no clip, nothing in them moves, or they hold too few vectors.

    Examples
    --------
    >>> clip = np.random.default_rng(0).standard_normal((50, 8))
    >>> inputs = fit_inputs([clip], 4)
    >>> inputs(clip).shape, round(float((inputs(clip) ** 2).mean()), 3)
    ((50, 4), 1.0)
    """
    n_vectors = sum(map(len, features))
    if not 1 <= n_components < n_vectors:
        raise InputError(
            f"found {n_vectors} training vectors for {n_components} components; expected 1 component or more and "
            "more vectors than components; add clips or lower n_components"
        )
    rows = np.concatenate([with_neighbours(scale_features(clip, mode=SCALING)) for clip in features])
    centre = rows.mean(0)
    rows -= centre
    # There are fewer vectors than dimensions: the eigenvectors of the Gram matrix are found sooner.
    values, vectors = np.linalg.eigh((rows @ rows.T).astype(np.float64))
    values, vectors = values[::-1][:n_components], vectors[:, ::-1][:, :n_components]
    if values[-1] <= 1e-9 * n_vectors:
        raise InputError(
            f"found fewer than {n_components} directions in which the features move; expected moving pictures; add "
            "clips or lower n_components"
        )
    scale = np.sqrt(values.mean() / n_vectors)
    return VisualInputs(centre, np.asarray(rows.T @ (vectors / np.sqrt(values)) / scale, np.float32))


def at_rate(inputs: Float32, *, n_frames: int, frame_rate: int, timing: Timing = PAPER) -> Float32:
    """Repeat inputs at a higher rate, beside where in its vector each frame lies.

    Parameters
    ----------
    inputs : float32 (n_vectors, n_components)
        Of a whole clip.
    n_frames : int
        Wanted; frames past the last vector repeat it.
    frame_rate : int
        Of the frames, in Hz.
    timing : Timing
        Rate of the vectors.

    Returns
    -------
    float32 (n_frames, n_components + 1)
        The last column runs from −1 to 1 within each vector: a network need not count.

    Source
    ------
    Owens et al. (2016), Section 5.1: each vector is repeated as often as needed. The last column is ours.

    Examples
    --------
    >>> at_rate(np.array([[5.0], [7.0]], np.float32), n_frames=4, frame_rate=20).tolist()
    [[5.0, -0.5], [5.0, 0.5], [7.0, -0.5], [7.0, 0.5]]
    """
    place = (np.arange(n_frames) + 0.5) / frame_rate * timing.vectors_per_second
    vector = np.floor(place).astype(int)
    within = 2 * (place - vector) - 1
    rows = inputs[np.minimum(vector, len(inputs) - 1)]  # (n_frames, n_components)
    return np.concatenate([rows, within[:, None]], axis=1).astype(np.float32)
