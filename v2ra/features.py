"""Feature vectors of clips: one every 0.1 s, read from the video in constant memory, kept in a cache.

Conventions
-----------
Features are float32 (n_vectors, 4096), one row for each group of q frames (0.1 s at the paper's rates),
as the backend gives them: `encoding.scale_features` brings them to [-1, 1]. The last vector may reach past
the end, so that the whole sound is covered; where a file ends before its promised length, the features
end with it. The cache holds float16, so `load_features` always returns
values of float16, whether it found them or made them.

Source
------
Section 3.1: frames of 256 × 256, VGG19's fc6, p of them a second (Eq. 3).

Contents
--------
`extract_features`, `load_features`; handed on from `backends`: `BACKENDS`, `Backend`, `load_backend`.
"""

import hashlib
import json
import os
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from v2ra.backends import BACKENDS, BATCH_SIZE, Backend, load_backend
from v2ra.clips import probe_clip, stream_frames
from v2ra.encoding import used_frames
from v2ra.errors import InputError
from v2ra.timing import PAPER, Timing
from v2ra.writing import make_folder, written_whole

__all__ = ["BACKENDS", "Backend", "extract_features", "load_backend", "load_features"]

Frames = NDArray[np.uint8]


def extract_features(
    path: str | os.PathLike[str],
    backend: Backend,
    *,
    timing: Timing = PAPER,
    which: str = "last",
    problems: list[str] | None = None,
) -> NDArray[np.float32]:
    """Return the feature vectors of a clip.

    Parameters
    ----------
    path : path
        A video file of any codec and frame rate. Only the frames that are used are resized and encoded.
    backend : Backend
        Of `load_backend`.
    timing : Timing
        Rates.
    which : {"last", "first", "middle"}
        Frame of each group of q that is read.
    problems : list of str, optional
        Takes a line for each kind of damage that was passed over; without it they are warnings.

    Returns
    -------
    ndarray of float32, shape (n_vectors, 4096)

    Raises
    ------
    InputError
        The file cannot be read, has no video, or ends before the first used frame.

    Source
    ------
    Section 3.1, Eq. 3.

    Examples
    --------
    >>> import tempfile
    >>> from v2ra.clips import write_video
    >>> path = Path(tempfile.mkdtemp()) / "a.mp4"
    >>> write_video(path, np.zeros((15, 64, 64, 3), np.uint8))
    >>> extract_features(path, load_backend("seeded", image_size=32)).shape
    (5, 4096)
    """
    n_seconds = max(probe_clip(path).n_seconds, 1 / timing.frame_rate)  # a picture lasts one frame
    indices = used_frames(n_seconds, timing=timing, which=which)
    frames = stream_frames(path, timing=timing, wanted=set(indices.tolist()).__contains__, problems=problems)
    read: list[int] = []
    rows = list(_encoded(_batches(frames, read), backend))
    if not rows:
        raise InputError(
            f"{path} ends before frame {indices[0]}; expected 0.1 s of video; give a longer clip"
        )
    # The last frame stands for two vectors where the clip is no whole number of groups long.
    return np.concatenate(rows)[np.searchsorted(read, indices[indices <= read[-1]])]  # (n_vectors, 4096)


def _batches(frames: Iterator[tuple[int, Frames]], read: list[int]) -> Iterator[Frames]:
    """Yield frames in batches (n, height, width, 3) and note their indices."""
    while batch := list(islice(frames, BATCH_SIZE)):
        read.extend(index for index, _ in batch)
        yield np.stack([frame for _, frame in batch])


def _encoded(batches: Iterator[Frames], backend: Backend) -> Iterator[NDArray[np.float32]]:
    """Yield the features of each batch; the next one is decoded meanwhile, in another thread."""
    with ThreadPoolExecutor(1) as decoder:
        coming = decoder.submit(next, batches, None)
        while (batch := coming.result()) is not None:
            coming = decoder.submit(next, batches, None)
            yield backend(batch)


def load_features(
    path: str | os.PathLike[str],
    backend: Backend,
    *,
    cache_dir: str | os.PathLike[str],
    timing: Timing = PAPER,
    which: str = "last",
) -> NDArray[np.float32]:
    """Return the feature vectors of a clip, from the cache where it holds them.

    The key is made of the clip's bytes, what identifies the backend, the rates and `which`; neither the
    clip's name nor its date counts. A damaged file is made again, with a warning.

    Parameters
    ----------
    path : path
        A video file.
    backend : Backend
        Of `load_backend`.
    cache_dir : path
        Folder of the cache; made if it does not exist.
    timing : Timing
        Rates.
    which : {"last", "first", "middle"}
        Frame of each group of q that is read.

    Returns
    -------
    ndarray of float32, shape (n_vectors, 4096)
        Rounded to float16.

    Raises
    ------
    InputError
        As `extract_features`; or the cache cannot be written, or the features overflow float16.

    Examples
    --------
    >>> import tempfile
    >>> from v2ra.clips import write_video
    >>> folder = Path(tempfile.mkdtemp())
    >>> write_video(folder / "a.mp4", np.zeros((15, 64, 64, 3), np.uint8))
    >>> backend = load_backend("seeded", image_size=32)
    >>> load_features(folder / "a.mp4", backend, cache_dir=folder / "cache").shape
    (5, 4096)
    """
    details = {"clip": _file_hash(Path(path)), **backend.details, "which": which, "timing": asdict(timing)}
    header = json.dumps(details, sort_keys=True)
    cached = Path(cache_dir) / f"{hashlib.sha256(header.encode()).hexdigest()[:32]}.npz"
    features = _read_cached(cached, header)
    if features is None:
        exact = extract_features(path, backend, timing=timing, which=which)
        with np.errstate(over="ignore"):  # refused in the next line
            features = exact.astype(np.float16)
        if not np.isfinite(features).all():
            raise InputError(
                f"found features of {path} beyond float16; expected up to 65504; check the weights"
            )
        make_folder(cached.parent)
        with written_whole(cached) as part:
            np.savez(part, features=features, header=np.array(header))
    return features.astype(np.float32)


def _read_cached(cached: Path, header: str) -> NDArray[np.float16] | None:
    """Return the features in a file of the cache, or None where it is missing or damaged."""
    if not cached.exists():
        return None
    try:
        with zipfile.ZipFile(cached) as archive:
            damaged = archive.testzip()  # checks every checksum; NumPy may read a header before it does
        with np.load(cached, allow_pickle=False) as arrays:
            found: dict[str, NDArray[Any]] = {name: arrays[name] for name in ("features", "header")}
        if damaged is None and str(found["header"]) == header and found["features"].ndim == 2:
            return found["features"]
        reason = "not what its name promises"
    except (zipfile.BadZipFile, zlib.error, ValueError, KeyError, OSError, EOFError, RuntimeError) as error:
        reason = type(error).__name__
    warnings.warn(f"{cached} is damaged ({reason}); its features are made again", stacklevel=3)
    return None


def _file_hash(path: Path) -> str:
    """Return the SHA-256 of a file's bytes."""
    if not path.is_file():
        raise InputError(f"{path} is no file; expected a video file; check the path")
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
