"""Which step of a training run is kept: a score on the validation part, never on the test part.

Conventions
-----------
Higher is better. The score is the onset F-measure (±50 ms) plus the envelope correlation, each minus its
value for mismatched clips, minus half a point for each factor of two by which the level is off, the first
half octave free.

Source
------
Ours: the paper does not say which step it keeps. The parts are those of `v2ra.synchrony`.
"""

import itertools
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from v2ra.config import Config
from v2ra.datasets import EncodedClip, Pack, prepared, readout_of
from v2ra.envelopes import envelope_correlation, rms_ratio
from v2ra.generation import generate_waveform
from v2ra.generator import Generator
from v2ra.onsets import detect_onsets
from v2ra.synchrony import onset_f_measure
from v2ra.timing import PAPER, Timing
from v2ra.training import History, train

Float32 = NDArray[np.float32]
Pairs = Sequence[tuple[int, int]]

LEVEL_WEIGHT = 0.5  # points for a factor of two in level beyond LEVEL_FREE
LEVEL_FREE = 0.5  # octaves that cost nothing


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
    sounds = [
        generate_waveform(
            generator,
            clip.features,
            n_samples=len(clip.sound),
            hop_seconds=config.generation.hop_seconds,
            timing=timing,
        )
        for clip in clips
    ]
    pairs = list(itertools.product(range(len(clips)), range(len(clips))))
    parts = {
        **_matched(_onset_scores(clips, sounds, pairs, sample_rate=timing.sample_rate), name="onset_f"),
        **_matched(_correlations(clips, sounds, pairs, sample_rate=timing.sample_rate), name="correlation"),
        "rms_ratio": float(np.mean([rms_ratio(c.waveform, s) for c, s in zip(clips, sounds, strict=True)])),
    }
    gain = sum(parts[name] - parts[f"{name}_mismatched"] for name in ("onset_f", "correlation"))
    return {"score": gain - _level_cost(parts["rms_ratio"]), **parts}


def _level_cost(ratio: float) -> float:
    """Return what a level that is off by this factor takes from the score."""
    octaves = abs(float(np.log2(max(ratio, 1e-6))))
    return LEVEL_WEIGHT * max(octaves - LEVEL_FREE, 0.0)


def _onset_scores(
    clips: Sequence[EncodedClip], sounds: Sequence[Float32], pairs: Pairs, *, sample_rate: int
) -> dict[tuple[int, int], float]:
    """Return the onset F-measure of sound j against clip i, by (i, j)."""
    heard = [detect_onsets(sound, sample_rate=sample_rate) for sound in sounds]
    true = [
        c.event_times if len(c.event_times) else detect_onsets(c.waveform, sample_rate=sample_rate)
        for c in clips
    ]
    return {(i, j): onset_f_measure(true[i], heard[j]).f_measure for i, j in pairs}


def _correlations(
    clips: Sequence[EncodedClip], sounds: Sequence[Float32], pairs: Pairs, *, sample_rate: int
) -> dict[tuple[int, int], float]:
    """Return the envelope correlation of sound j and clip i, by (i, j), over the shorter of the two."""
    values = {}
    for i, j in pairs:
        n_samples = min(len(clips[i].sound), len(sounds[j]))
        one, two = clips[i].waveform[:n_samples], sounds[j][:n_samples]
        values[i, j] = envelope_correlation(one, two, sample_rate=sample_rate).correlation
    return values


def _matched(values: dict[tuple[int, int], float], *, name: str) -> dict[str, float]:
    """Return the mean over matched and over mismatched pairs; with one clip nothing is mismatched: 0."""
    mismatched = [value for (i, j), value in values.items() if i != j]
    return {
        name: float(np.mean([value for (i, j), value in values.items() if i == j])),
        f"{name}_mismatched": float(np.mean(mismatched)) if mismatched else 0.0,
    }


def train_category(
    pack: Pack,
    config: Config,
    out_dir: Path,
    *,
    seed: int = 0,
    resume: bool = False,
    start_from: Path | None = None,
    accelerator: str = "auto",
    devices: int = 1,
) -> History:
    """Train on the training part of a pack and keep the step that scores best on its validation part.

    Parameters are those of `v2ra.training.train`.
    """
    readout = readout_of(pack, config)
    clips = prepared(pack, config, readout=readout, part="validation").clips
    validate = partial(validation_scores, clips=clips, config=config) if clips else None
    return train(
        config,
        pack,
        out_dir,
        seed=seed,
        resume=resume,
        validate=validate,
        readout=readout,
        start_from=start_from,
        accelerator=accelerator,
        devices=devices,
    )
