"""Compile once what librosa compiles on first use, before several processes do it at the same time.

Two processes that write numba's cache of a generalised ufunc together can leave a pair of files that do not fit
each other: every later process that loads them crashes (numba issue 10128). `make` calls this when it sets up
``.venv``, and `v2ra reproduce` before the first run of a profile.

Source
------
Ours.
"""

import numpy as np

from v2ra.onsets import detect_onsets


def warm_up() -> None:
    """Detect one onset: all that is compiled lies on that path.

    Examples
    --------
    >>> warm_up()
    """
    click = np.eye(1, 8000, 4000)[0]
    detect_onsets(click, sample_rate=8000)


if __name__ == "__main__":
    warm_up()
