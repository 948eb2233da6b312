"""Compile once what librosa and SampleRNN compile on first use, before several processes do it at the same time.

Two processes that write numba's cache of a generalised ufunc together can leave a pair of files that do not fit
each other: every later process that loads them crashes (numba issue 10128). `make` calls this when it sets up
``.venv``, and `v2ra reproduce` before the first run of a profile.

Source
------
Ours.
"""

import numpy as np

from v2ra.baselines.sample_rnn_speed import measure_widths
from v2ra.onsets import detect_onsets


def warm_up() -> None:
    """Detect one onset and draw a hundredth of a second: all that is compiled lies on these paths.

    Examples
    --------
    >>> warm_up()
    """
    click = np.eye(1, 8000, 4000)[0]
    detect_onsets(click, sample_rate=8000)
    measure_widths([4], n_seconds=0.01, n_clips=[1], n_repeats=1)


if __name__ == "__main__":
    warm_up()
