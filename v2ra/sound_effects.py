"""Recordings for peak-match: a file, one drawn from a folder, or an embedded synthetic one.

`v2ra.foley.recordings` describes recordings by their events, for the synthesis; here they are only heard.

Conventions
-----------
A recording is float32 (time,) in [−1, 1], 44.1 kHz unless told otherwise. Embedded ones are synthetic: events
in the small room of the data sets, without background noise, with a peak of −3 dB. They draw from random
streams that no data set of any seed uses, so that none is heard in training; their voices imitate the same
measured events as those of the data sets.

Source
------
Section 3.3 and 4.2: recordings "are randomly selected from the Adobe Audition Sound Effect dataset", which is
not ours to pass on.
"""

import os
import zlib
from pathlib import Path

import numpy as np

from v2ra.errors import InputError
from v2ra.foley.categories import check_category
from v2ra.foley.events import draw_events
from v2ra.foley.parameters import load_setting
from v2ra.foley.sounds import synthesise_sound
from v2ra.media import report
from v2ra.sound import read_waveform
from v2ra.timing import PAPER
from v2ra.waveforms import Waveform

SUFFIXES = (".wav", ".flac", ".aif", ".aiff", ".mp3", ".ogg", ".opus", ".m4a", ".mp4")
EMBEDDED = "foley:"  # before a category: an embedded recording instead of a file
STREAM = 0x5EFF  # of the seed's children; data sets use the first three (`v2ra.foley.clip`)
N_SECONDS = 8.0  # about ten events: enough for grains that do not repeat at once


def embedded_recording(
    category: str, *, seed: int, n_seconds: float = N_SECONDS, sample_rate: int = PAPER.sample_rate
) -> Waveform:
    """Make a synthetic recording of a category.

    Parameters
    ----------
    category : str
        One of the seven categories.
    seed : int
        Zero or more; another seed is another object, at other times.
    n_seconds : float
        Length, at least 1.
    sample_rate : int
        In Hz.

    Returns
    -------
    float32 (time,)
        One event after another, over silence.

    Raises
    ------
    InputError
        If the category is unknown or a number too small.

    Examples
    --------
    >>> recording = embedded_recording("wood", seed=0, n_seconds=2)
    >>> recording.shape, round(float(np.abs(recording).max()), 2)
    ((88200,), 0.71)
    """
    check_category(category)
    if seed < 0:
        raise InputError(f"found seed {seed}; expected zero or more; choose another number")
    sequence = np.random.SeedSequence([seed, zlib.crc32(category.encode())], spawn_key=(STREAM,))
    rng = np.random.default_rng(sequence)
    events = draw_events(category, n_seconds=n_seconds, rng=rng)
    mix = synthesise_sound(
        category, events, n_seconds=n_seconds, rng=rng, noise_db=-np.inf, sample_rate=sample_rate
    )
    peak = 10 ** (load_setting("all", "peak_db") / 20)
    return np.asarray(mix * (peak / np.abs(mix).max()), np.float32)


def choose_recording(path: str | os.PathLike[str], *, seed: int = 0) -> Path:
    """Return a file itself, or one of the sound files in a folder and below it, drawn by seed.

    Raises
    ------
    InputError
        If there is nothing at the path, or no sound file in the folder.

    Examples
    --------
    >>> choose_recording("no such folder")
    Traceback (most recent call last):
        ...
    v2ra.errors.InputError: no such folder does not exist; expected a recording or a folder of them; check the path
    """
    place = Path(path)
    if not place.exists():
        raise InputError(f"{place} does not exist; expected a recording or a folder of them; check the path")
    if not place.is_dir():
        return place
    found = sorted(
        file for file in place.rglob("*") if file.suffix.lower() in SUFFIXES and not file.name.startswith(".")
    )
    if not found or seed < 0:
        raise InputError(
            f"found {len(found)} sound files in {place} and seed {seed}; expected one file or more "
            f"({', '.join(SUFFIXES)}) and a seed of zero or more; add one"
        )
    return found[int(np.random.default_rng(seed).integers(len(found)))]


def read_recording(
    path: str | os.PathLike[str],
    *,
    sample_rate: int = PAPER.sample_rate,
    seed: int = 0,
    problems: list[str] | None = None,
) -> Waveform:
    """Read a recording, or one of a folder (`choose_recording`), as one channel.

    Parameters
    ----------
    path : path
        Sound file, video, or folder of them.
    sample_rate : int
        Of the result, in Hz.
    seed : int
        Of the draw from a folder.
    problems : list of str, optional
        Takes a line for each kind of damage, with the file's name; without it they are warnings.

    Returns
    -------
    float32 (time,)

    Raises
    ------
    InputError
        If there is no file, or it cannot be read as sound.

    Examples
    --------
    >>> import tempfile
    >>> from v2ra.waveforms import write_waveform
    >>> folder = Path(tempfile.mkdtemp())
    >>> write_waveform(folder / "a.wav", np.array([0.0, 0.5]), sample_rate=44_100)
    >>> read_recording(folder)
    array([0. , 0.5], dtype=float32)
    """
    file = choose_recording(path, seed=seed)
    found: list[str] = []
    waveform = read_waveform(file, sample_rate=sample_rate, problems=found)
    for line in found:
        report(problems, f"{file}: {line}")
    return waveform
