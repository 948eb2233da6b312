"""Encoded clips of one category: their file, and what a recipe makes of them.

Conventions
-----------
An `EncodedClip` holds what one clip needs for training and for scores: feature vectors
``(n_vectors, 4096)``, sound ``(time,)`` at 44.1 kHz, the contact times in seconds. A `Pack` is all of a
category; its file (float16 features, int16 sound) is the only thing that travels to a GPU machine. It
holds features as they came: scaling and filtering are keys of a recipe, applied by `prepared`.

Source
------
Sections 3.1 and 4.1.
"""

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, sosfiltfilt

from v2ra.config import Config
from v2ra.encoding import scale_features
from v2ra.errors import InputError
from v2ra.readout import Readout, condition, fit_readout, placed
from v2ra.timing import PAPER, Timing
from v2ra.writing import written_whole

Float32 = NDArray[np.float32]
INT16 = 32767.0
# What reading a damaged, foreign or half-copied file raises.
UNREADABLE: tuple[type[Exception], ...] = (KeyError, ValueError, TypeError, AttributeError, RuntimeError)
UNREADABLE += (OSError, EOFError, BadZipFile, zlib.error)


@dataclass(frozen=True)
class EncodedClip:
    """One clip, encoded.

    Attributes
    ----------
    features : float16 (n_vectors, 4096)
        As the backend gave them; in [−1, 1] after `prepared`.
    sound : int16 (time,)
        Full scale is 32767.
    event_times : float64 (n_events,)
        Contacts in seconds: annotated, else found in the sound; empty where there are none.
    """

    name: str
    split: str
    features: NDArray[np.float16]
    sound: NDArray[np.int16]
    event_times: NDArray[np.float64]

    @property
    def waveform(self) -> Float32:
        """Return the sound as float32 (time,) in [−1, 1]."""
        return (self.sound / INT16).astype(np.float32)


@dataclass(frozen=True)
class Pack:
    """All encoded clips of a category, with what they were made from."""

    category: str
    clips: tuple[EncodedClip, ...]
    details: Mapping[str, Any]

    def part(self, split: str) -> tuple[EncodedClip, ...]:
        """Return the clips of one part: "train", "validation" or "test"."""
        return tuple(clip for clip in self.clips if clip.split == split)


def high_pass(waveform: Float32, *, cutoff_hz: float, sample_rate: int) -> Float32:
    """Remove DC and rumble below a cutoff, without delay (fourth order, both ways); 0 leaves the sound.

    Sound with DC or rumble lets the discriminator win at once (PAPER_NOTES.md).

    Examples
    --------
    >>> high_pass(np.ones(4410, np.float32), cutoff_hz=60.0, sample_rate=44100).max() < 0.5
    np.True_
    """
    if not cutoff_hz or len(waveform) < 64:
        return waveform
    sections = butter(2, cutoff_hz, "highpass", fs=sample_rate, output="sos")
    return np.asarray(sosfiltfilt(sections, waveform), np.float32)


def readout_of(pack: Pack, config: Config, *, timing: Timing = PAPER) -> Readout | None:
    """Return the read-out that the configuration asks for, fitted to the training part; None without one."""
    if config.features.projection == "none":
        return None
    clips = pack.part("train")
    if not clips:
        raise InputError(f"found no training clip of {pack.category}; expected at least one; add clips")
    scaled = [scale_features(clip.features, mode=config.features.scaling) for clip in clips]
    return fit_readout(scaled, [clip.waveform for clip in clips], timing=timing)


def prepared(
    pack: Pack,
    config: Config,
    *,
    readout: Readout | None = None,
    part: str | None = None,
    timing: Timing = PAPER,
) -> Pack:
    """Return the pack with features scaled and projected and sound filtered as the configuration asks for.

    Parameters
    ----------
    readout : Readout, optional
        That of a trained run; fitted to the pack's training part where the configuration asks for one
        and none is given.
    part : str, optional
        "train", "validation" or "test": the clips of this part alone, as in the whole.

    Raises
    ------
    InputError
        Where the pack holds features of another kind than the configuration names.
    """
    _check_kind(pack, config)
    readout = readout or readout_of(pack, config, timing=timing)
    scaling, cutoff_hz = config.features.scaling, config.data.highpass_hz
    unseen = iter(readout.held_out if readout else ())  # in the order of the training clips
    clips = []
    for clip in pack.clips:
        levels = next(unseen, None) if clip.split == "train" else None
        if part not in (None, clip.split):
            continue
        features = (
            condition(clip.features, scaling=scaling, readout=readout, timing=timing)
            if levels is None
            else placed(levels, timing=timing)
        )
        sound = high_pass(clip.waveform, cutoff_hz=cutoff_hz, sample_rate=timing.sample_rate)
        clips.append(replace(clip, features=features.astype(np.float16), sound=quantise(sound)))
    return Pack(pack.category, tuple(clips), pack.details)


def _check_kind(pack: Pack, config: Config) -> None:
    """Refuse features that the configuration's own backend would not give: no dub could repeat them."""
    made_with = {**pack.details.get("features", {}), **pack.details}
    settings = config.features
    named = {"name": settings.backend, "image_size": settings.image_size, "which_frame": settings.which_frame}
    for key, value in named.items():
        if made_with.get(key, value) != value:
            raise InputError(
                f"found a pack of {pack.category} whose features have {key} {made_with[key]}; expected {value} "
                "as configured; give the profile that the pack was made with, or make it again"
            )


def quantise(waveform: Float32) -> NDArray[np.int16]:
    """Return the sound as int16; values outside [−1, 1] are clipped."""
    return np.round(np.clip(waveform, -1, 1) * INT16).astype(np.int16)


def save_pack(pack: Pack, path: Path) -> None:
    """Write a pack as one .npz file, whole or not at all."""
    arrays: dict[str, Any] = {"header": np.array(json.dumps({"category": pack.category, **pack.details}))}
    for index, clip in enumerate(pack.clips):
        arrays[f"{index:04d}.name"] = np.array([clip.name, clip.split])
        arrays[f"{index:04d}.features"] = clip.features
        arrays[f"{index:04d}.sound"] = clip.sound
        arrays[f"{index:04d}.events"] = clip.event_times
    # An open file keeps its name; savez adds .npz to a path without it.
    with written_whole(path) as part, open(part, "wb") as file:
        np.savez(file, **arrays)


def load_pack(path: Path) -> Pack:
    """Read a pack.

    Raises
    ------
    InputError
        Where the file is missing or is no pack.
    """
    if not path.is_file():
        raise InputError(
            f"found no file {path}; expected a pack of encoded clips; make it with `v2ra features`"
        )
    try:
        with np.load(path, allow_pickle=False) as arrays:
            details = json.loads(str(arrays["header"]))
            category = details.pop("category")
            keys = sorted(key[:4] for key in arrays.files if key.endswith(".name"))
            clips = tuple(_clip_of(arrays, key) for key in keys)
            if len(arrays.files) != 1 + 4 * len(clips):
                raise ValueError("it holds parts of clips")
    except UNREADABLE as error:
        raise InputError(
            f"found {path} not to be a pack ({type(error).__name__}: {error}); "
            "expected a file of `v2ra features`; make it again"
        ) from error
    return Pack(category, clips, details)


def _clip_of(arrays: Mapping[str, NDArray[Any]], key: str) -> EncodedClip:
    name, split = map(str, arrays[f"{key}.name"])
    features, sound, events = (arrays[f"{key}.{part}"] for part in ("features", "sound", "events"))
    if (features.ndim, sound.ndim, events.ndim) != (2, 1, 1) or sound.dtype != np.int16:
        raise ValueError(f"clip {name} holds arrays of another shape or type")
    return EncodedClip(name, split, features, sound, events)
