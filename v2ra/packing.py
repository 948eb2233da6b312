"""From a folder of clips to packs: one encoded file a category.

Conventions
-----------
A clip that cannot be read is reported and left out; the others go on. Where a clip has no annotated contacts,
its events are the onsets of its own sound, and the pack names it among the ``detected``. Features are cached by the
content of the clip, so that adding clips encodes only the new ones.

Source
------
Sections 3.1 and 4.1.
"""

import hashlib
import warnings
from collections.abc import Callable, Container, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from v2ra.backends import Backend, load_backend
from v2ra.catalogue import Catalogue, Entry
from v2ra.config import Config
from v2ra.contacts import read_times
from v2ra.datasets import EncodedClip, Pack, quantise
from v2ra.environment import sha256_of
from v2ra.errors import InputError
from v2ra.features import load_features
from v2ra.onsets import detect_onsets
from v2ra.sound import read_waveform
from v2ra.timing import PAPER, Timing


def backend_of(config: Config) -> Backend:
    """Return the feature backend that a configuration names."""
    settings = config.features
    return load_backend(
        settings.backend,
        weights=settings.weights or None,
        image_size=settings.image_size,
        precision=settings.precision,
    )


def encode_clip(
    entry: Entry, backend: Backend, *, cache_dir: Path, which: str, timing: Timing = PAPER
) -> EncodedClip:
    """Return one clip, encoded.

    Raises
    ------
    InputError
        Where the clip has no picture or no sound, or cannot be read.
    """
    features = load_features(entry.path, backend, cache_dir=cache_dir, timing=timing, which=which)
    waveform = read_waveform(entry.wav_path or entry.path, sample_rate=timing.sample_rate)
    sound = waveform[: len(features) * timing.samples_per_vector]
    times = (
        [contact.time_seconds for contact in read_times(entry.times_path)]
        if entry.times_path
        else detect_onsets(sound, sample_rate=timing.sample_rate)
    )
    return EncodedClip(
        entry.name,
        entry.split,
        features.astype(np.float16),
        quantise(sound),
        np.array(times, np.float64),
    )


def make_pack(
    catalogue: Catalogue,
    category: str,
    *,
    config: Config,
    backend: Backend,
    cache_dir: Path,
    timing: Timing = PAPER,
    report: Callable[[str], object] = print,
) -> Pack:
    """Encode every clip of a category.

    Parameters
    ----------
    report : callable
        Receives one line for each clip that is left out, and for damage that was passed over in others.

    Raises
    ------
    InputError
        Where no clip of the category can be used.
    """
    clips, hashes, files, left_out = [], [], {}, []
    for entry in catalogue.of(category):
        try:
            with _told(entry, report):
                clip = encode_clip(
                    entry, backend, cache_dir=cache_dir, which=config.features.which_frame, timing=timing
                )
        except InputError as error:
            left_out.append(str(error))
            report(f"left out: {error}")
            continue
        clips.append(clip)
        hashes.append(sha256_of(entry.path))
        files[entry.name] = str(entry.path)
    if not clips:
        raise InputError(f"found no usable clip of {category}; expected at least one; see the lines above")
    details = {
        "dataset_hash": hashlib.sha256("".join(hashes).encode()).hexdigest(),
        "features": backend.details,
        "which_frame": config.features.which_frame,
        "timing": asdict(timing),
        "files": files,
        "left_out": left_out,
        **_origin(catalogue, category, names=files),
    }
    return Pack(category, tuple(clips), details)


def _origin(catalogue: Catalogue, category: str, *, names: Container[str]) -> dict[str, Any]:
    """Return where the clips of a pack come from, which have no annotated contacts, and how many were not taken."""
    heard = [entry.name for entry in catalogue.of(category) if entry.times_path is None]
    return {
        "layout": catalogue.layouts.get(category, ""),
        "split": "official" if category in catalogue.official else "random",
        "detected": [name for name in heard if name in names],
        "n_unusable": len(catalogue.problems),
        "n_not_chosen": len(catalogue.left_out),
    }


@contextmanager
def _told(entry: Entry, report: Callable[[str], object]) -> Iterator[None]:
    """Report each warning of damage that was passed over, with the clip that it is about."""
    with warnings.catch_warnings(record=True) as damage:
        warnings.simplefilter("always", UserWarning)
        yield
    for warning in damage:
        report(f"note: {entry.path}: {warning.message}")
