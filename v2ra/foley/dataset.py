"""The embedded data set: clips rendered to files, the same bytes for the same seed.

Conventions
-----------
A clip is ``<category>/<category>_<seed>_<index>.mp4`` (H.264 and AAC), beside it ``.wav`` (16 bits) and
``_times.txt`` (Greatest Hits contacts); ``manifest.json`` lists them. Neither the number of clips nor of
processes changes a clip's bytes, on the same versions and the same kind of processor. All of it is
synthetic, and the manifest says so.

Source
------
The project's own; file layout as in VEGAS and Greatest Hits (Section 4.1).
"""

import multiprocessing
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict
from pathlib import Path
from typing import Any

from v2ra.clips import write_times, write_video, write_waveform
from v2ra.environment import sha256_of
from v2ra.errors import InputError
from v2ra.foley.categories import CATEGORIES, check_category
from v2ra.foley.clip import make_clip
from v2ra.foley.events import check_length
from v2ra.foley.manifest import MANIFEST, Recipe, fingerprint, is_whole, load_manifest, save_manifest
from v2ra.foley.sounds import NOISE_DB
from v2ra.timing import PAPER
from v2ra.writing import make_folder

Entry = dict[str, Any]


def make_dataset(
    out_dir: str | os.PathLike[str],
    *,
    categories: Sequence[str] = CATEGORIES,
    n_clips: int = 16,
    n_seconds: float = 8,
    seed: int = 0,
    noise_db: float = NOISE_DB,
    n_jobs: int = 1,
) -> Path:
    """Render clips to files; those already there, made the same way and unharmed, are kept.

    Parameters
    ----------
    out_dir : path
        Folder, made where it is missing. Clips of earlier calls stay.
    categories : sequence of str
        Which categories.
    n_clips : int
        Clips of each category, numbered from 0.
    n_seconds : float
        Length of each clip in seconds, at least 1.
    seed : int
        Zero or more.
    noise_db : float
        RMS of the background noise in dB re 1.
    n_jobs : int
        Processes, one thread each. More than one needs a main module that can be imported.

    Returns
    -------
    Path
        ``manifest.json``, up to date after every clip, so that a run that was stopped can go on.

    Raises
    ------
    InputError
        If a category is unknown, a number too small or a file cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> manifest = make_dataset(tempfile.mkdtemp(), categories=["wood"], n_clips=1, n_seconds=1)
    >>> sorted(path.name for path in manifest.parent.glob("wood/*"))
    ['wood_0_000.mp4', 'wood_0_000.wav', 'wood_0_000_times.txt']
    """
    recipes = _recipes(categories, n_clips, n_seconds, seed, noise_db)
    if n_jobs < 1:
        raise InputError(f"found n_jobs = {n_jobs}; expected 1 or more; give another number")
    folder = Path(out_dir)
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder} is a file; expected a folder; choose another name")
    for category in categories:
        make_folder(folder / category)
    clips = load_manifest(folder)
    missing = [recipe for recipe in recipes if not is_whole(folder, clips.get(recipe.name), recipe)]
    _remove_parts(folder, missing)
    save_manifest(folder, clips)
    for name, entry in _rendered(folder, missing, n_jobs):
        clips[name] = entry
        save_manifest(folder, clips)
    return folder / MANIFEST


def _recipes(
    categories: Sequence[str], n_clips: int, n_seconds: float, seed: int, noise_db: float
) -> list[Recipe]:
    """Check what is asked for and return it clip by clip."""
    for category in categories:
        check_category(category)
    if not categories or n_clips < 1 or seed < 0:
        raise InputError(
            f"found {len(categories)} categories, {n_clips} clips, seed {seed}; expected at least one category "
            "and one clip, and a seed of zero or more; correct them"
        )
    check_length(n_seconds)
    return [
        Recipe(category, seed, index, float(n_seconds), float(noise_db))
        for category in dict.fromkeys(categories)
        for index in range(n_clips)
    ]


def _remove_parts(folder: Path, recipes: Sequence[Recipe]) -> None:
    """Delete what a killed run left half-written of these clips (`v2ra.writing` names such files)."""
    for recipe in recipes:
        clip = folder / recipe.name
        for part in clip.parent.glob(f".{clip.name}*.part.*"):
            part.unlink()


def _render(folder: Path, recipe: Recipe) -> Entry:
    """Make one clip, write its three files and return its entry for the manifest."""
    clip = make_clip(**asdict(recipe))
    video, sound, times = (folder / file for file in recipe.files)
    write_video(video, clip.frames, clip.waveform)
    write_waveform(sound, clip.waveform, sample_rate=PAPER.sample_rate)
    write_times(times, clip.contacts)
    return {
        "recipe": asdict(recipe),
        "fingerprint": fingerprint(),
        "files": {file: sha256_of(folder / file) for file in recipe.files},
        "events": [asdict(event) for event in clip.events],
    }


def _rendered(folder: Path, recipes: Sequence[Recipe], n_jobs: int) -> Iterator[tuple[str, Entry]]:
    """Yield the name and entry of each clip as it is finished."""
    if n_jobs == 1 or len(recipes) < 2:
        for recipe in recipes:
            yield recipe.name, _render(folder, recipe)
        return
    context = multiprocessing.get_context("spawn")  # a forked child would inherit the threads of PyTorch
    pool = ProcessPoolExecutor(min(n_jobs, len(recipes)), mp_context=context)
    try:
        names = {pool.submit(_render, folder, recipe): recipe.name for recipe in recipes}
        for done in as_completed(names):
            yield names[done], done.result()
    except BrokenProcessPool as error:
        raise InputError(
            "found a rendering process that ended early; expected it to finish; free some memory, or take n_jobs=1 "
            "where the main module cannot be imported"
        ) from error
    finally:
        pool.shutdown(cancel_futures=True)
