"""A step through Equation 3: one vector after the other takes its place in a second of V.

Conventions
-----------
Features are scaled to [−1, 1], ``(n_vectors, feature_size)``; V is ``(n_seconds, sample_rate)``. Frames and samples
are counted from 0, vectors and seconds from 1 as in the paper.

Source
------
Section 3.1, Eq. 3; Figure 3 is the same at rest.
"""

import numpy as np
from ipywidgets import IntSlider, VBox
from numpy.typing import ArrayLike

from v2ra.encoding import encode_video, used_frames
from v2ra.lab import panel
from v2ra.player_pictures import waveform_path
from v2ra.timing import PAPER, Timing


def encoding_lab(features: ArrayLike, *, timing: Timing = PAPER) -> VBox:
    """Return sliders for the second and the vector that is placed last.

    Parameters
    ----------
    features : array_like (n_vectors, feature_size)
        Scaled features of a clip, in [−1, 1].
    timing : Timing
        Rates.

    Returns
    -------
    VBox
        Two sliders over a picture of V so far and a line that says which frame went where.

    Raises
    ------
    InputError
        Features of another shape, or not finite.

    Examples
    --------
    >>> lab = encoding_lab(np.ones((10, 4096)))
    >>> lab.children[1].value = 2
    >>> "frame 5 → samples 4410 to 8505" in lab.children[-1].value
    True
    """
    video_vector = encode_video(features, timing=timing)
    frames = used_frames(len(video_vector), timing=timing)
    per_second = timing.vectors_per_second
    each = timing.feature_size + timing.padding_per_vector

    def make(second: int, vector: int) -> str:
        start = (vector - 1) * each
        so_far = np.where(np.arange(timing.sample_rate) < start + each, video_vector[second - 1], 0)
        line = (
            f"v({second}, {vector * timing.frame_step}): frame {frames[(second - 1) * per_second + vector - 1]} "
            f"→ samples {start} to {start + timing.feature_size - 1} of V({second}), then "
            f"{timing.padding_per_vector} zeros; {vector} of {per_second} vectors are in place."
        )
        return f"{_drawing(so_far, upto=vector / per_second)}<p>{line}</p>"

    return panel(
        make,
        second=IntSlider(1, 1, len(video_vector), description="second t"),
        vector=IntSlider(1, 1, per_second, description="vector"),
    )


def _drawing(video_vector: np.ndarray, *, upto: float) -> str:
    """Return a picture of a second of V; the part that is still empty is grey."""
    scale = float(np.abs(video_vector).max()) or 1.0
    path = waveform_path(np.asarray(video_vector, np.float64), full_scale=scale)
    empty = f'<rect x="{400 * upto:g}" y="-1" width="{400 * (1 - upto):g}" height="2" fill="#8884"/>'
    return (
        '<svg viewBox="0 -1 400 2" preserveAspectRatio="none" role="img" aria-label="V so far" '
        f'style="width:100%;height:90px">{empty}<path d="{path}" fill="#0b62c4"/></svg>'
    )
