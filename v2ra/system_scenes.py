"""Which clips the figures of the comparison show, with their frames.

Conventions
-----------
Frames are uint8 (n_frames, height, width, 3), each from the middle of its share of the clip. Sounds are those of
`v2ra.evaluation.Pair`, by the labels of `v2ra.system_pairs`.

Source
------
Figure 6: two wood scenes, [2] and ours. Figure 7: (a) with [12], (b) a dog and (c) with [14]. The paper's clips are
not published; the last test clips by name stand in.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from v2ra.evaluation import Pair
from v2ra.frames import stream_frames
from v2ra.system_charts import Scene
from v2ra.system_pairs import LABELS, scenes_of
from v2ra.timing import PAPER
from v2ra.workspace import Workspace

FRAME_SIZE = 72  # pixels: a frame is drawn some 0.6 inches wide
TRUTH = "ground truth"


def spaced_frames(path: Path, *, n_frames: int, n_seconds: float) -> NDArray[np.uint8]:
    """Return evenly spaced frames of a video, ``(n_frames, 72, 72, 3)``.

    Examples
    --------
    >>> import tempfile
    >>> from v2ra.muxing import write_video
    >>> path = Path(tempfile.mkdtemp()) / "a.mp4"
    >>> write_video(path, np.full((30, 64, 64, 3), 128, np.uint8))
    >>> spaced_frames(path, n_frames=3, n_seconds=1.0).shape
    (3, 72, 72, 3)
    """
    timing = replace(PAPER, frame_size=FRAME_SIZE)
    middles = (np.arange(n_frames) + 0.5) * n_seconds / n_frames
    wanted = [int(seconds * timing.frame_rate) for seconds in middles]
    found = dict(stream_frames(path, timing=timing, wanted=wanted.__contains__, n_seconds=n_seconds))
    last = max(found)
    return np.stack([found.get(index, found[last]) for index in wanted])


def scene_of(
    workspace: Workspace, pairs: Mapping[str, Pair], systems: Sequence[str], *, title: str, n_frames: int
) -> Scene:
    """Return what a figure shows of one clip.

    Parameters
    ----------
    workspace : Workspace
        Its pack names the clip's file.
    pairs : mapping of str to Pair
        By system, of `v2ra.system_pairs.scenes_of`.
    systems : sequence of str
        In the order of drawing; "ground truth" is the clip's own sound.
    title : str
        Before the name of the clip.
    n_frames : int
        On top.
    """
    pair = next(iter(pairs.values()))
    path = Path(workspace.pack(pair.category).details["files"][pair.clip])
    sounds = {
        LABELS.get(name, name): pair.reference if name == TRUTH else pairs[name].estimate for name in systems
    }
    frames = spaced_frames(path, n_frames=n_frames, n_seconds=len(pair.reference) / PAPER.sample_rate)
    events = np.zeros(0) if pair.event_times is None else pair.event_times
    return Scene(f"{title} {pair.category}, {pair.clip}", frames, sounds, events)


def scenes_six(workspace: Workspace, pairs: Sequence[Pair], category: str) -> list[Scene]:
    """Return the two scenes of Figure 6; one where there is one test clip."""
    found = scenes_of(pairs, category, n_scenes=2)
    return [
        scene_of(workspace, scene, ("modal", "tuned"), title=f"({letter})", n_frames=5)
        for letter, scene in zip("ab", found, strict=False)
    ]


def scenes_seven(workspace: Workspace, pairs: Sequence[Pair], categories: Sequence[str]) -> list[Scene]:
    """Return the three scenes of Figure 7: the first category with [12], the last and the first with [14]."""
    rows = (
        (categories[0], "visually_indicated"),
        (categories[-1], "sample_rnn"),
        (categories[0], "sample_rnn"),
    )
    return [
        scene_of(
            workspace,
            scenes_of(pairs, category, n_scenes=1)[0],
            (TRUTH, other, "tuned"),
            title=f"({letter})",
            n_frames=10,
        )
        for letter, (category, other) in zip("abc", rows, strict=True)
    ]
