"""How long a second of sound takes, part by part.

Conventions
-----------
Seconds of computing for one second of video, features and generator apart: below 1 is faster than real
time. Times are of this machine in this run; compare rows of one table, not tables of two machines.

Source
------
Section 4.2: "At test time, we can generate a second audio in 0.03s on this GPU".
"""

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from v2ra.features import extract_features
from v2ra.generation import generate_waveform
from v2ra.generator import Generator
from v2ra.packing import backend_of
from v2ra.timing import PAPER
from v2ra.workspace import Workspace

PAPER_WIDTH = 64  # d of Table 3


def measure(workspace: Workspace, category: str, *, n_repeats: int = 3) -> pd.DataFrame:
    """Time features and generators on a held-out clip.

    Parameters
    ----------
    workspace : Workspace
        Whose clips, feature backend and trained model are used.
    category : str
        Of the clip and the model.
    n_repeats : int
        Runs of each part; the fastest counts.

    Returns
    -------
    DataFrame
        Columns part, seconds_per_second (lower is better), times_real_time (higher is better), n_seconds.
    """
    pack, run = workspace.pack(category), workspace.run("tuned", category)
    clip = pack.part("test")[0]
    n_seconds = len(clip.sound) / PAPER.sample_rate
    backend = backend_of(run.config)
    wide = Generator(replace(run.config.generator, base_width=PAPER_WIDTH)).eval()

    def generate(generator: Generator) -> object:
        hop = run.config.generation.hop_seconds
        return generate_waveform(generator, clip.features, n_samples=len(clip.sound), hop_seconds=hop)

    parts: dict[str, Callable[[], object]] = {
        f"decoding and features ({backend.name}, {backend.image_size} px, {backend.precision})": lambda: (
            extract_features(Path(pack.details["files"][clip.name]), backend)
        ),
        f"generator, d = {run.config.generator.base_width}": lambda: generate(run.generator),
        f"generator, d = {PAPER_WIDTH}": lambda: generate(wide),
    }
    seconds = {part: _fastest(task, n_repeats) / n_seconds for part, task in parts.items()}
    rows = [(part, value, 1 / value, n_seconds) for part, value in seconds.items()]
    return pd.DataFrame(rows, columns=["part", "seconds_per_second", "times_real_time", "n_seconds"])


def _fastest(task: Callable[[], object], n_repeats: int) -> float:
    durations = []
    for _ in range(n_repeats):
        started = time.perf_counter()
        task()
        durations.append(time.perf_counter() - started)
    return float(np.min(durations))
