"""PEAQ from end to end: pairs of waveforms in, grades out.

Conventions
-----------
Arguments are (reference, estimate): float (time,) or (channels, time), one or two channels in [−1, 1], of the
same shape. What is not at 48 kHz is resampled. Pairs of the same shape are computed together; the grade of a
pair does not depend on the others beyond rounding.

Source
------
ITU-R BS.1387-1 (PEAQ), basic version.
"""

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache

import numpy as np
import torch
from numpy.typing import ArrayLike

from v2ra.errors import InputError
from v2ra.peaq.frames import frame_values
from v2ra.peaq.grade import distortion_index, grade
from v2ra.peaq.inputs import HOP_SIZE, Pair, prepare_pair
from v2ra.peaq.movs import Courses, model_output_variables
from v2ra.peaq.patterns import Detection
from v2ra.peaq.results import Grade, cut_patterns
from v2ra.peaq.tables import FloatArray

# Frames of all signals that are computed at once: on a CPU what its cache holds, on a GPU about 4 GB.
BATCH_FRAMES = {"cpu": 512, "cuda": 32_768}


def objective_difference_grade(
    reference: ArrayLike, estimate: ArrayLike, *, sample_rate: int, patterns: bool = False
) -> Grade:
    """Grade how far an estimate is heard to differ from the reference.

    Parameters
    ----------
    reference, estimate : float (time,) or (channels, time)
        One or two channels in [−1, 1], of the same shape, 0.5 s or more.
    sample_rate : int
        In Hz, 32 000 or more; what is not at 48 000 is resampled.
    patterns : bool
        Return the patterns of each frame too.

    Returns
    -------
    Grade
        ``odg`` is 0 for no difference, −4 for a very annoying one; the same sound twice gives +0.13 to +0.21.

    Raises
    ------
    InputError
        If one is no waveform, their shapes differ, they are too short, the rate is too low, or the reference
        is silent: its grade is undefined.

    Notes
    -----
    A silent estimate is defined, and mild: about −1.5. The grade is made for small impairments of the same
    sound, aligned to the sample; sounds made anew for a video are far outside, near −3.9.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> sound = 0.1 * rng.standard_normal(48000)
    >>> f"{objective_difference_grade(sound, sound, sample_rate=48000).odg:.2f}"
    '0.14'
    >>> f"{objective_difference_grade(sound, sound[::-1], sample_rate=48000).odg:.2f}"
    '-2.81'
    """
    return objective_difference_grades(
        [reference], [estimate], sample_rate=sample_rate, patterns=patterns, device="cpu"
    )[0]


@cache
def _keep_memory() -> None:
    """Let glibc keep blocks of up to 30 MiB that are freed, instead of faulting their pages in anew for each pair.

    It learns that size from the first block of it that is freed; no page is touched, and elsewhere nothing happens.
    """
    np.empty(30 * 2**20, np.uint8)


def objective_difference_grades(
    references: Sequence[ArrayLike],
    estimates: Sequence[ArrayLike],
    *,
    sample_rate: int,
    patterns: bool = False,
    device: str = "cpu",
) -> list[Grade]:
    """Grade many pairs; those of one shape are computed together.

    Parameters
    ----------
    references, estimates : sequences of float (time,) or (channels, time)
        As many of one as of the other.
    sample_rate, patterns
        As in `objective_difference_grade`.
    device : str
        ``cpu``, or a GPU that computes in float64: ``cuda``.

    Returns
    -------
    list of Grade
        In the order of the pairs.

    Raises
    ------
    InputError
        As in `objective_difference_grade`; the message begins with the number of the pair.

    Examples
    --------
    >>> sounds = list(0.1 * np.random.default_rng(0).standard_normal((2, 48000)))
    >>> [f"{g.odg:.2f}" for g in objective_difference_grades(sounds, sounds[::-1], sample_rate=48000)]
    ['-2.97', '-2.81']
    """
    if len(references) != len(estimates):
        raise InputError(
            f"found {len(references)} references and {len(estimates)} estimates; expected pairs; give as many"
        )
    _keep_memory()
    groups: dict[tuple[int, ...], list[int]] = defaultdict(list)
    for k, reference in enumerate(references):
        groups[np.shape(reference)].append(k)
    grades: dict[int, Grade] = {}
    for shape, members in groups.items():
        size = max(1, BATCH_FRAMES[torch.device(device).type] * HOP_SIZE // max(1, math.prod(shape)))
        for start in range(0, len(members), size):
            part = members[start : start + size]
            pairs = [_numbered(k, references[k], estimates[k], sample_rate) for k in part]
            with _one_thread():
                found = _graded(pairs, device=device, patterns=patterns)
            grades |= dict(zip(part, found, strict=True))
    return [grades[k] for k in range(len(references))]


def _numbered(number: int, reference: ArrayLike, estimate: ArrayLike, sample_rate: int) -> Pair:
    """Prepare a pair; an error names it, unless it is the first."""
    try:
        return prepare_pair(reference, estimate, sample_rate=sample_rate)
    except InputError as error:
        raise InputError(f"pair {number}: {error}" if number else str(error)) from None


@contextmanager
def _one_thread() -> Iterator[None]:
    """Let torch compute with one thread: arrays this small cost several threads more than they gain."""
    n_threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(n_threads)


@torch.inference_mode()
def _graded(pairs: Sequence[Pair], *, device: str, patterns: bool) -> list[Grade]:
    """Grade pairs of one shape."""
    n_channels = pairs[0].samples.shape[1]
    samples = torch.from_numpy(np.concatenate([pair.samples for pair in pairs], axis=1))  # (2, signals, time)
    values = frame_values(samples.to(device), max(pair.last_frame for pair in pairs) + 1)
    courses = {name: course.cpu().numpy() for name, course in values.courses.items()}
    heard = _heard(values.detection, n_channels)
    grades = []
    for k, pair in enumerate(pairs):
        frames = slice(pair.first_frame, pair.last_frame + 1)
        signals = slice(k * n_channels, (k + 1) * n_channels)
        own = Courses(
            **{name: course[signals, frames] for name, course in courses.items()},
            **{name: course[k, frames] for name, course in heard.items()},
        )
        movs = model_output_variables(own, first_frame=pair.first_frame)
        index = distortion_index(movs)
        shown = cut_patterns(values, own, signals, frames) if patterns else None
        grades.append(Grade(grade(index), index, movs, pair.last_frame + 1 - pair.first_frame, shown))
    return grades


def _heard(found: Detection, n_channels: int) -> dict[str, FloatArray]:
    """Take the larger of the channels in each band, then all bands together, (pairs, frames) (4.7)."""
    exponent, steps = (
        part.reshape(len(part), -1, n_channels, part.shape[-1]).amax(dim=2).sum(dim=0) for part in found
    )
    probability = -torch.expm1(-np.log(2) * exponent)
    return {"detection_probability": probability.cpu().numpy(), "detection_steps": steps.cpu().numpy()}
