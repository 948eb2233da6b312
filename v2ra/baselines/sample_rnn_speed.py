"""How long a second of SampleRNN sound takes, by width.

Conventions
-----------
Seconds of computing, on one thread, for one second of sound at 16 kHz: below 1 is faster than real time. Weights are
drawn, not trained: the time is the same. Compilation is not counted. Times are of this machine in this run.

Source
------
Section 1: SampleRNN "is autoregressive and inherently slow during inference"; [15] (Mehri et al. 2017) has a width
of 1024.
"""

import time
from collections.abc import Sequence

import numpy as np
import pandas as pd

from v2ra.baselines.code_windows import STEP_RATE
from v2ra.baselines.fitting import n_parameters, seeded
from v2ra.baselines.sample_rnn_network import COARSE, SampleRNN
from v2ra.baselines.sampling import sample_codes, weights_of

N_CONDITIONS = 7


def measure_widths(
    widths: Sequence[int] = (64, 256, 1024),
    *,
    n_seconds: float = 0.2,
    n_clips: Sequence[int] = (1, 6),
    n_repeats: int = 3,
) -> pd.DataFrame:
    """Time the compiled sampler.

    Parameters
    ----------
    widths : sequence of int
        Of every layer.
    n_seconds : float
        Length of each sound.
    n_clips : sequence of int
        Sounds that are made in one call.
    n_repeats : int
        Runs of each; the fastest counts.

    Returns
    -------
    DataFrame
        Columns width, n_parameters, n_clips, seconds_per_second (lower is better; of all clips' sound together),
        times_real_time (higher is better).

    Examples
    --------
    >>> table = measure_widths([4], n_seconds=0.01, n_clips=[1], n_repeats=1)
    >>> list(table), len(table)
    (['width', 'n_parameters', 'n_clips', 'seconds_per_second', 'times_real_time'], 1)
    """
    rows = []
    for width in widths:
        with seeded(0):
            network = SampleRNN(width=width, n_conditions=N_CONDITIONS, conditioning="frame")
        for n in n_clips:
            seconds = _fastest(network, n, max(1, round(n_seconds * STEP_RATE)), n_repeats)
            rows.append((width, n_parameters(network), n, seconds, 1 / seconds))
    return pd.DataFrame(
        rows, columns=["width", "n_parameters", "n_clips", "seconds_per_second", "times_real_time"]
    )


def _fastest(network: SampleRNN, n_clips: int, n_steps: int, n_repeats: int) -> float:
    weights, rng = weights_of(network), np.random.default_rng(0)
    video = rng.standard_normal((n_clips, n_steps, N_CONDITIONS)).astype(np.float32)
    states = np.zeros((n_clips, 1, network.width), np.float32)
    uniform = rng.random((n_clips, n_steps * COARSE), np.float32)
    durations = []
    for repeat in range(n_repeats + 1):
        n = 1 if repeat == 0 else n_steps  # the first compiles
        started = time.perf_counter()
        sample_codes(
            weights, video[:, :n], states, uniform[:, : n * COARSE], steps_per_state=n_steps, temperature=1.0
        )
        durations.append(time.perf_counter() - started)
    return min(durations[1:]) * STEP_RATE / (n_clips * n_steps)
