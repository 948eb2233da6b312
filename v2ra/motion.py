"""Whether sounds begin when their pictures move most: AV-Align of many pairs, with its controls.

When a picture moves is found once a file. Systems answer to the same pictures; the real sound among them shows how
far the events of a category can be seen this way at all.

Conventions
-----------
Motion peaks and onsets are float64 seconds, ascending. Frames are those of `v2ra.frames`, 30 a second whatever the
file's own rate. Scores are a dict by name, one for each pair: av_align, av_align_mismatched, av_align_chance, each
0 to 1, higher is better.

Source
------
Yariv and others (2024), TempoTokens, for the score; the controls are ours, as for `v2ra.pair_scores`.
"""

from collections.abc import Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from v2ra.av_align import av_align_scores
from v2ra.errors import InputError
from v2ra.flow import flow_magnitude, flow_peaks
from v2ra.frames import stream_frames
from v2ra.heard_sounds import onsets_of
from v2ra.pair_scores import SYNCHRONY_CODE, Scores
from v2ra.pairs import Pair, generator_of, is_mismatched, motion_of
from v2ra.score_cache import Result, Runner, code_version, digest
from v2ra.timing import PAPER

FloatArray = NDArray[np.float64]

# What a kept result depends on, as in `v2ra.pair_scores`.
PEAKS_CODE = ("motion", "flow", "frames", "media", "timing")
SCORES_CODE = ("motion", "av_align", *SYNCHRONY_CODE)
DRAWN_WITH = ("av", "opencv-python-headless")


def motion_peaks(files: Sequence[Path], *, runner: Runner | None = None) -> list[FloatArray]:
    """Return when the picture of each file moves most.

    Parameters
    ----------
    files : sequence of path
        Videos of two frames or more.
    runner : Runner, optional
        Processes and cache; a file is known by its contents.

    Returns
    -------
    list of float64 (n_peaks,)
        Seconds from the start of each; empty where the picture stands still.

    Raises
    ------
    InputError
        If a file is no video that can be read, or has one frame.

    Examples
    --------
    >>> import tempfile
    >>> from v2ra.muxing import write_video
    >>> path = Path(tempfile.mkdtemp()) / "still.mp4"
    >>> write_video(path, np.zeros((15, 64, 64, 3), np.uint8))
    >>> motion_peaks([path])
    [array([], dtype=float64)]
    """
    version = digest(code_version(*PEAKS_CODE), [metadata.version(name) for name in DRAWN_WITH])
    keys = [digest(version, _contents(file)) for file in files]
    found = (runner or Runner()).run(_peaks, list(files), keys, label="motion")
    return [np.array(result["peaks"], dtype=np.float64) for result in found]


def motion_of_pairs(
    pairs: Sequence[Pair],
    *,
    sample_rate: int,
    n_draws: int,
    seed: int,
    runner: Runner | None = None,
) -> Scores:
    """Score each pair's sound against the motion of its clip, with both controls.

    Parameters
    ----------
    pairs : sequence of Pair
        With motion peaks; those behind the end of the sound do not count. Pairs of one system, category and seed
        are each other's mismatched controls.
    sample_rate : int
        In Hz.
    n_draws, seed
        As in `v2ra.evaluation.evaluate_clips`.
    runner : Runner, optional
        Processes and cache.

    Raises
    ------
    InputError
        If a pair has no motion peaks.

    Examples
    --------
    >>> click = np.eye(1, 44100, 22050)[0]
    >>> pair = Pair("ours", "wood", "a", click, click, motion_peaks=np.array([0.5]))
    >>> motion_of_pairs([pair], sample_rate=44100, n_draws=1, seed=0)[0]["av_align"]
    1.0
    """
    runner = runner or Runner()
    peaks = [motion_of(pair) for pair in pairs]
    names = [digest(pair.estimate, sample_rate) for pair in pairs]
    sounds = dict(zip(names, (pair.estimate for pair in pairs), strict=True))
    onsets = onsets_of(sounds, sample_rate=sample_rate, runner=runner)
    tasks, keys = [], []
    for pair, seen, name in zip(pairs, peaks, names, strict=True):
        others = [names[k] for k, other in enumerate(pairs) if is_mismatched(pair, other)]
        settings = {"n_seconds": len(pair.reference) / sample_rate, "n_draws": n_draws}
        heard = onsets[name], [onsets[other] for other in others]
        tasks.append((seen, *heard, settings, generator_of(pair, seed)))
        described = [name, others, [float(time) for time in seen], settings, seed]
        keys.append(digest(code_version(*SCORES_CODE), pair.name, *described))
    return runner.run(_scores, tasks, keys, label="motion")


def _contents(file: Path) -> str:
    if not file.is_file():
        raise InputError(f"found no file {file}; expected the clip's video; render or copy it again")
    return digest(np.frombuffer(file.read_bytes(), np.uint8))


def _peaks(files: list[Path]) -> list[Result]:
    found = []
    for file in files:
        frames = (frame for _, frame in stream_frames(file))
        try:
            flow = flow_magnitude(frames)
        except InputError as error:
            named = str(error) if str(file) in str(error) else f"{file}: {error}"
            raise InputError(named) from None
        found.append({"peaks": flow_peaks(flow, frame_rate=PAPER.frame_rate).tolist()})
    return found


def _scores(tasks: list[Any]) -> list[Result]:
    return [
        av_align_scores(seen[seen < settings["n_seconds"]], onsets, others=others, rng=rng, **settings)
        for seen, onsets, others, settings, rng in tasks
    ]
