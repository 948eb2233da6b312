"""Clips as the network would get them from a degraded video: their features, everything else as it was.

Conventions
-----------
Frames are degraded at 256 × 256, before the backend resizes them; only those that are read are degraded and encoded.
Features are float16 (n_vectors, 4096), as in a pack; severity 0 gives those of the pack.

Source
------
Section 5: "Since the input video is not clear …, the proposed network cannot accurately detect changes".
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from v2ra.backends import Backend
from v2ra.clips import probe_clip, stream_frames
from v2ra.datasets import EncodedClip, Pack
from v2ra.degradations import HELD, Frames, check_severity, degraded, held_frames
from v2ra.encoding import used_frames
from v2ra.environment import sha256_of
from v2ra.score_cache import code_version, digest, kept_array
from v2ra.timing import PAPER

CODE = (
    "degradations",
    "degraded_clips",
    "backends",
    "early_stages",
    "weights",
    "frames",
    "encoding",
    "timing",
)


def read_frames(path: Path) -> Frames:
    """Return all frames of a video, uint8 (n_frames, 256, 256, 3), 30 a second.

    Examples
    --------
    >>> import tempfile
    >>> from v2ra.clips import write_video
    >>> path = Path(tempfile.mkdtemp()) / "a.mp4"
    >>> write_video(path, np.zeros((15, 64, 64, 3), np.uint8))
    >>> read_frames(path).shape
    (15, 256, 256, 3)
    """
    return np.stack([frame for _, frame in stream_frames(path)])


def degraded_features(
    frames: Frames, indices: NDArray[np.int64], backend: Backend, *, name: str, severity: float
) -> NDArray[np.float16]:
    """Return the features of the frames that are read, after a degradation.

    Parameters
    ----------
    frames : uint8 (n_frames, height, width, 3)
        All of the clip: a held frame may be one that is not read otherwise.
    indices : int64 (n_vectors,)
        Of the frames that are read, as `v2ra.encoding.used_frames` gives them.
    backend : Backend
        Of the model that is to be fed.
    name, severity : str, float
        Of `v2ra.degradations.degraded`.

    Returns
    -------
    float16 (n_vectors, 4096)
    """
    check_severity(name, severity)
    if name != HELD:
        return backend(degraded(frames[indices], name, severity)).astype(np.float16)
    shown, places = np.unique(held_frames(len(frames), severity)[indices], return_inverse=True)
    return backend(frames[shown])[places].astype(np.float16)  # a frame that is held is encoded once


def degraded_clip(
    clip: EncodedClip,
    path: Path,
    backend: Backend,
    *,
    name: str,
    severity: float,
    which: str,
    frames: Callable[[], Frames] | None = None,
    cache: Path | None = None,
) -> EncodedClip:
    """Return a clip with the features of its degraded video.

    Parameters
    ----------
    clip : EncodedClip
        Of a pack.
    path : Path
        Its video.
    backend : Backend
        That of the pack.
    name, severity : str, float
        Of `v2ra.degradations.degraded`.
    which : str
        Frame of each group that is read, as for the pack.
    frames : callable, optional
        Gives all frames of the video; called only where they are needed. By default they are read.
    cache : path, optional
        Where features are kept by the contents of the video, the backend and the code.
    """
    indices = used_frames(probe_clip(path).n_seconds, which=which)
    read = frames or (lambda: read_frames(path))

    def made() -> NDArray[np.float16]:
        whole = read()
        seen = indices[indices < len(whole)]  # where a file ends early, its features do
        features = degraded_features(whole, seen, backend, name=name, severity=severity)
        return features[:, : backend.n_features]

    parts = (sha256_of(path), backend.details, name, severity, which)
    found = kept_array(cache, digest(code_version(*CODE), *parts), made)
    padded = np.zeros((len(found), PAPER.feature_size), np.float16)
    padded[:, : found.shape[1]] = found
    return replace(clip, features=padded)


def degraded_packs(
    pack: Pack,
    backend: Backend,
    severities: Sequence[tuple[str, float]],
    *,
    n_clips: int = 0,
    store: Path | None = None,
) -> list[Pack]:
    """Return the test part of a pack once for each degradation.

    Parameters
    ----------
    pack : Pack
        Names the files of its clips.
    backend : Backend
        That of the pack.
    severities : sequence of (str, float)
        Degradations, each with a severity.
    n_clips : int
        The first so many test clips by name; 0 takes all.
    store : path, optional
        Cache of the features.

    Returns
    -------
    list of Pack
        In the order of `severities`; of test clips alone.
    """
    chosen = sorted(pack.part("test"), key=lambda clip: clip.name)[: n_clips or None]
    made: list[list[EncodedClip]] = [[] for _ in severities]
    for clip in chosen:
        path = Path(pack.details["files"][clip.name])
        frames = cache(lambda path=path: read_frames(path))  # of one clip at a time: 6 MB a second
        for own, (name, severity) in zip(made, severities, strict=True):
            options = {"name": name, "severity": severity, "which": pack.details["which_frame"]}
            own.append(degraded_clip(clip, path, backend, **options, frames=frames, cache=store))
    return [Pack(pack.category, tuple(clips), pack.details) for clips in made]
