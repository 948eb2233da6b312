"""Which clip Figure 13 shows: the one that fails, with its video as it is and overexposed.

Conventions
-----------
Pairs and rows are those of `v2ra.failure_sweep`; cases those of `v2ra.failure_case`.

Source
------
Figure 13 shows "a failure case"; it says neither which clip nor how it was chosen.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from v2ra.clips import write_video
from v2ra.degradations import DEGRADATIONS, OVEREXPOSURE, degraded
from v2ra.degraded_clips import read_frames
from v2ra.errors import InputError
from v2ra.evaluation import COLUMNS, Pair
from v2ra.failure_case import Case, marks_of
from v2ra.failure_sweep import UNCHANGED, split_label
from v2ra.onsets import detect_onsets
from v2ra.synchrony import onset_f_measure
from v2ra.timing import PAPER
from v2ra.workspace import Workspace
from v2ra.writing import make_folder


def worst_case(pairs: Sequence[Pair], scored: pd.DataFrame) -> tuple[Pair, Pair]:
    """Return the clip whose onset F falls most by overexposure: its sound for the video as it is, and overexposed.

    It is chosen for failing, as that of the paper is; of equal ones it is the first.

    Parameters
    ----------
    pairs : sequence of Pair
        Of `v2ra.failure_sweep.sweep_pairs`.
    scored : DataFrame
        Their rows, of `evaluate_clips`.

    Raises
    ------
    InputError
        If no clip was overexposed.
    """
    by_key = {(p.system, p.category, p.clip, p.seed): p for p in pairs}
    onset = scored[scored["metric"] == "onset_f"].set_index(COLUMNS[:4])["value"]
    falls = {
        key: onset[UNCHANGED, *key[1:]] - onset[key]
        for key in by_key
        if key[0] != UNCHANGED and split_label(key[0])[0] in OVEREXPOSURE
    }
    if not falls:
        raise InputError("found no overexposed clip; expected one or more; use sweep_pairs")
    worst = max(falls, key=lambda key: float(falls[key]))
    return by_key[UNCHANGED, *worst[1:]], by_key[worst]


def case_of(workspace: Workspace, pair: Pair, *, letter: str = "") -> Case:
    """Return what a figure shows of one sound, with the video that it was made for.

    Parameters
    ----------
    workspace : Workspace
        Its pack names the file of the clip.
    pair : Pair
        Of `v2ra.failure_sweep.sweep_pairs`, with annotated events.
    letter : str
        Before the title.
    """
    frames = read_frames(Path(workspace.pack(pair.category).details["files"][pair.clip]))
    what = "as it is"
    if pair.system != UNCHANGED:
        name, severity = split_label(pair.system)
        frames = degraded(frames, name, severity)
        what = f"{name.replace('_', ' ')}, {severity:g} {DEGRADATIONS[name].unit}"
    rate = PAPER.sample_rate
    events = (
        pair.event_times if pair.event_times is not None else detect_onsets(pair.reference, sample_rate=rate)
    )
    onsets = detect_onsets(pair.estimate, sample_rate=rate)
    score = onset_f_measure(events, onsets).f_measure
    title = f"{letter} {pair.clip}, {what}: onset F {score:.2f}".strip()
    return Case(title, frames, pair.estimate, marks_of(events, onsets), np.asarray(events))


def write_frames(case: Case, path: Path) -> Path:
    """Write the video of a case, without sound, for a player; return its path.

    Examples
    --------
    >>> import tempfile
    >>> case = Case("", np.zeros((30, 64, 64, 3), np.uint8), np.zeros(44100), (), np.zeros(0))
    >>> write_frames(case, Path(tempfile.mkdtemp()) / "new" / "a.mp4").name
    'a.mp4'
    """
    make_folder(path.parent)
    write_video(path, case.frames)
    return path
