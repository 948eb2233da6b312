"""A video file and a trained model become a waveform, and how long that took.

Conventions
-----------
Sound is float32 (time,) at 44.1 kHz, as long as the video. The real-time factor is compute time over
duration: below 1 is faster than real time.

Source
------
Section 4.2 ("we can generate a second audio in 0.03s").
"""

import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from v2ra.backends import Backend
from v2ra.checkpoint import Run
from v2ra.clips import probe_clip
from v2ra.errors import InputError
from v2ra.features import extract_features
from v2ra.generation import generate_waveform
from v2ra.readout import condition
from v2ra.timing import PAPER

Float32 = NDArray[np.float32]


@dataclass(frozen=True)
class Generated:
    """Sound for a clip, and how long its parts took.

    Attributes
    ----------
    waveform : float32 (time,)
        Sound at `sample_rate` Hz, as long as the clip's video.
    feature_seconds, generator_seconds : float
        Time spent on decoding with features, and on the generator.
    """

    waveform: Float32
    sample_rate: int
    n_seconds: float
    feature_seconds: float
    generator_seconds: float

    @property
    def real_time_factor(self) -> float:
        """Return compute time over duration; below 1 is faster than real time."""
        return (self.feature_seconds + self.generator_seconds) / self.n_seconds


def dub(path: Path, run: Run, *, backend: Backend, problems: list[str] | None = None) -> Generated:
    """Generate the sound of a clip with a trained model.

    Parameters
    ----------
    path : Path
        Any video file; its own sound is not read.
    run : Run
        Trained model.
    backend : Backend
        The feature backend that the run was trained with.
    problems : list of str, optional
        Receives a line for each packet that could not be read.

    Raises
    ------
    InputError
        Where the file is no video, or the backend is not the run's.
    """
    _check_backend(backend, run)
    settings, timing = run.config.features, PAPER
    started = time.perf_counter()
    raw = extract_features(path, backend, timing=timing, which=settings.which_frame, problems=problems)
    features = condition(raw, scaling=settings.scaling, readout=run.readout, timing=timing)
    encoded = time.perf_counter()
    n_seconds = probe_clip(path).n_seconds
    waveform = generate_waveform(
        run.generator,
        features,
        n_samples=timing.n_samples(n_seconds),
        hop_seconds=run.config.generation.hop_seconds,
        timing=timing,
    )
    finished = time.perf_counter()
    return Generated(waveform, timing.sample_rate, n_seconds, encoded - started, finished - encoded)


def _check_backend(backend: Backend, run: Run) -> None:
    """Refuse features of another kind than those that the run was trained with."""
    trained_with = run.details["pack"].get("features", {})
    for key in ("name", "activation", "image_size", "weights_hash"):
        if backend.details[key] != trained_with.get(key):
            raise InputError(
                f"found features with {key} {str(backend.details[key])[:12]}; expected "
                f"{str(trained_with.get(key))[:12]}, which this run was trained with; give the same backend "
                "and weights"
            )
