"""Which step of a training run is kept: a score on the validation part, never on the test part.

Conventions
-----------
Higher is better. The score is the onset F-measure (±50 ms) plus the envelope correlation, each minus its
value for mismatched clips, minus half a point for each factor of two by which the level is off.

Source
------
Ours: the paper does not say which step it keeps. The parts are those of `v2ra.synchrony`.
"""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np

from v2ra.config import Config
from v2ra.datasets import EncodedClip, Pack, prepared
from v2ra.generation import generate_waveform
from v2ra.generator import Generator
from v2ra.synchrony import detect_onsets, envelope_correlation, onset_f_measure, rms_ratio
from v2ra.timing import PAPER, Timing
from v2ra.training import History, train

LEVEL_WEIGHT = 0.5  # points for a factor of two in level


def validation_scores(
    generator: Generator, clips: Sequence[EncodedClip], *, config: Config, timing: Timing = PAPER
) -> dict[str, float]:
    """Return the score of a generator on clips that were not trained on, with its parts.

    Parameters
    ----------
    generator : Generator
        In evaluation mode.
    clips : sequence of EncodedClip
        Prepared clips of the validation part.
    config : Config
        For the hop of generation.

    Returns
    -------
    dict
        "score", "onset_f", "onset_f_mismatched", "correlation", "correlation_mismatched" (higher is
        better, mismatched values show the floor) and "rms_ratio" (1 is right).
    """
    hop = config.generation.hop_seconds
    sounds = [
        generate_waveform(generator, c.features, n_samples=len(c.sound), hop_seconds=hop, timing=timing)
        for c in clips
    ]
    onsets = [detect_onsets(sound, sample_rate=timing.sample_rate) for sound in sounds]
    truths = [
        c.event_times if len(c.event_times) else detect_onsets(c.waveform, sample_rate=timing.sample_rate)
        for c in clips
    ]
    n = len(clips)
    onset_f = np.array(
        [[onset_f_measure(truths[i], onsets[j]).f_measure for j in range(n)] for i in range(n)]
    )
    correlation = np.array(
        [
            [_correlation(clips[i].waveform, sounds[j], sample_rate=timing.sample_rate) for j in range(n)]
            for i in range(n)
        ]
    )
    level = float(np.mean([rms_ratio(c.waveform, s) for c, s in zip(clips, sounds, strict=True)]))
    parts = {
        "onset_f": float(np.diag(onset_f).mean()),
        "onset_f_mismatched": _off_diagonal(onset_f),
        "correlation": float(np.diag(correlation).mean()),
        "correlation_mismatched": _off_diagonal(correlation),
        "rms_ratio": level,
    }
    gain = (
        parts["onset_f"]
        - parts["onset_f_mismatched"]
        + parts["correlation"]
        - parts["correlation_mismatched"]
    )
    return {"score": gain - LEVEL_WEIGHT * abs(float(np.log2(max(level, 1e-6)))), **parts}


def _correlation(reference: np.ndarray, estimate: np.ndarray, *, sample_rate: int) -> float:
    n_samples = min(len(reference), len(estimate))  # clips of a category may differ in length
    return envelope_correlation(
        reference[:n_samples], estimate[:n_samples], sample_rate=sample_rate
    ).correlation


def _off_diagonal(values: np.ndarray) -> float:
    """Return the mean over pairs of different clips; 0 where there is only one clip."""
    n = len(values)
    return float((values.sum() - np.trace(values)) / (n * (n - 1))) if n > 1 else 0.0


def train_category(
    pack: Pack,
    config: Config,
    out_dir: Path,
    *,
    seed: int = 0,
    resume: bool = False,
    accelerator: str = "auto",
    devices: int = 1,
) -> History:
    """Train on the training part of a pack and keep the step that scores best on its validation part.

    Parameters are those of `v2ra.training.train`.
    """
    clips = prepared(pack, config).part("validation")
    validate = partial(validation_scores, clips=clips, config=config) if clips else None
    return train(
        config,
        pack,
        out_dir,
        seed=seed,
        resume=resume,
        validate=validate,
        accelerator=accelerator,
        devices=devices,
    )
