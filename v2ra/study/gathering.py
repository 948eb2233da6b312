"""From clips to the folder of a study: what is taken, what is drawn, and files whose names tell nothing.

Conventions
-----------
Clips come as ``SYSTEM/CATEGORY/CLIP.mp4`` below a folder (also ``.webm``, ``.wav``, ``.flac``), or as a CSV file with
the columns file, system, category and clip, whose paths are relative to it. One clip name in several systems is the
same clip with other sound. Files are copied to ``STUDY/stimuli/ID.suffix`` as they are.

Source
------
Section 4.7: "We randomly chose two examples from each category".
"""

import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import soundfile
from numpy.typing import NDArray

from v2ra.clips import probe_clip
from v2ra.environment import sha256_of
from v2ra.errors import InputError
from v2ra.study.check_sounds import level_noise, three_tones, trials
from v2ra.study.plan import PICTURES, SOUNDS, Plan, Stimulus, make_plan, new_ids
from v2ra.study.plan_file import PLAN_FILE, write_plan
from v2ra.writing import make_folder, written_whole

SAMPLE_RATE = 44_100
COLUMNS = ("file", "system", "category", "clip")
FOLDER = "stimuli"


@dataclass(frozen=True)
class Source:
    """One clip with one system's sound."""

    path: Path
    system: str
    category: str
    clip: str


def find_sources(place: Path) -> list[Source]:
    """Return the clips of a folder or of a list.

    Raises
    ------
    InputError
        Where there is none, a column or a file is missing, or a clip comes twice in one system.
    """
    if place.is_dir():
        files = sorted(path for path in place.glob("*/*/*") if path.suffix.lower() in (*PICTURES, *SOUNDS))
        found = [Source(path, path.parts[-3], path.parts[-2], path.stem) for path in files]
    else:
        found = _listed(place)
    if not found:
        raise InputError(
            f"found no clips in {place}; expected SYSTEM/CATEGORY/CLIP.mp4 or .wav; see `v2ra study plan`"
        )
    keys = [(source.system, source.category, source.clip) for source in found]
    twice = next((key for key in keys if keys.count(key) > 1), None)
    if twice:
        raise InputError(f"found {' '.join(twice)} twice in {place}; expected one file each; rename one")
    return found


def _listed(path: Path) -> list[Source]:
    """Read a CSV list of clips."""
    try:
        table = pd.read_csv(path, dtype=str, keep_default_na=False)
    except (OSError, ValueError) as error:  # pandas' own errors are ValueErrors
        raise InputError(f"found no list in {path}; expected a folder or a CSV file; name one") from error
    missing = [column for column in COLUMNS if column not in table]
    if missing:
        raise InputError(f"found no column {missing[0]} in {path}; expected {', '.join(COLUMNS)}; add it")
    rows = table[list(COLUMNS)].itertuples(index=False)
    sources = [
        Source(path.parent / str(file), str(system), str(cat), str(clip)) for file, system, cat, clip in rows
    ]
    for source in sources:
        if not source.path.is_file() or source.path.suffix.lower() not in (*PICTURES, *SOUNDS):
            raise InputError(
                f"found no {source.path}; expected a file {', '.join((*PICTURES, *SOUNDS))}; correct {path}"
            )
    return sources


def draw_clips(
    clips: Mapping[str, Iterable[str]], *, per_category: int, seed: int
) -> tuple[dict[str, tuple[str, ...]], tuple[str, str] | None]:
    """Draw the clips of each category, and one more, not among them, to practise on.

    Parameters
    ----------
    clips : mapping of str to iterable of str
        Names by category.
    per_category : int
        How many; 0 takes all that are there but the one for practice.
    seed : int
        Of the draw.

    Returns
    -------
    tuple of dict and (str, str) or None
        Names by category; category and name of the clip for practice, None where none is left over.

    Examples
    --------
    >>> draw_clips({"dog": ["a", "b", "c"]}, per_category=3, seed=0)
    ({'dog': ('a', 'b', 'c')}, None)
    """
    rng = np.random.default_rng([seed, 17])
    drawn = {
        category: rng.permutation(sorted(set(names))).tolist() for category, names in sorted(clips.items())
    }
    spare = [category for category, names in drawn.items() if len(names) > max(per_category, 1)]
    training = None
    if spare:
        category = spare[int(rng.integers(len(spare)))]
        training = category, str(drawn[category].pop())
    chosen = {category: tuple(sorted(names[: per_category or None])) for category, names in drawn.items()}
    return chosen, training


def build_study(
    out: Path, sources: Sequence[Source], *, per_category: int = 2, seed: int = 0, **options: Any
) -> Plan:
    """Make the folder of a study: stimuli, sounds of the checks, and last of all the plan.

    Parameters
    ----------
    out : Path
        Made where it is missing.
    sources : sequence of Source
        Of `find_sources`.
    per_category, seed : int
        Of `draw_clips`; the seed is the plan's too.
    options
        Of `v2ra.study.plan.make_plan`.

    Raises
    ------
    InputError
        Where a plan is there already, a file cannot be played, or the plan does not fit.
    """
    if (out / PLAN_FILE).exists():
        raise InputError(
            f"found a plan in {out}; expected a new folder: a plan is never changed; name another"
        )
    names: dict[str, set[str]] = {}
    for source in sources:
        _check_playable(source.path)
        names.setdefault(source.category, set()).add(source.clip)
    chosen, training = draw_clips(names, per_category=per_category, seed=seed)
    rated = [source for source in sources if source.clip in chosen[source.category]]
    practice = [source for source in sources if (source.category, source.clip) == training]
    tones = trials(seed=seed)
    ids = new_ids(len(rated) + len(practice) + len(tones) + 1, seed=seed)
    clips = [_stimulus(name, source) for name, source in zip(ids, (*rated, *practice), strict=False)]
    checks = [
        Stimulus(name, f"{FOLDER}/{name}.wav", "", answer=quiet)
        for name, (quiet, _) in zip(ids[len(clips) :], tones, strict=False)
    ]
    level = Stimulus(ids[-1], f"{FOLDER}/{ids[-1]}.wav", "")
    items, spare = clips[: len(rated)], clips[len(rated) :]
    plan = make_plan(items, training=spare, checks=checks, level=[level], seed=seed, **options)
    make_folder(out / FOLDER)  # nothing is written for a plan that does not fit
    _copy(clips, (*rated, *practice), out)
    for stimulus, places in zip(checks, tones, strict=True):
        _write(three_tones(*places, sample_rate=SAMPLE_RATE), out / stimulus.file)
    _write(level_noise(sample_rate=SAMPLE_RATE), out / level.file)
    plan = with_hashes(plan, out)
    write_plan(plan, out)
    return plan


def with_hashes(plan: Plan, folder: Path) -> Plan:
    """Return a plan that knows the hashes of its files."""
    parts: dict[str, Any] = {
        name: tuple(replace(s, sha256=sha256_of(folder / s.file)) for s in getattr(plan, name))
        for name in ("items", "training", "checks", "level")
    }
    return replace(plan, **parts)


def _check_playable(path: Path) -> None:
    """Refuse what has no sound, or no picture where its name says so."""
    found = probe_clip(path)
    if not found.has_audio or (path.suffix.lower() in PICTURES and not found.has_video):
        raise InputError(f"{path} has no sound or no picture; expected a clip to be rated; leave it out")


def _stimulus(name: str, source: Source) -> Stimulus:
    file = f"{FOLDER}/{name}{source.path.suffix.lower()}"
    return Stimulus(name, file, "", source.system, source.category, source.clip)


def _copy(clips: Sequence[Stimulus], sources: Sequence[Source], out: Path) -> None:
    for stimulus, source in zip(clips, sources, strict=True):
        with written_whole(out / stimulus.file) as part:
            shutil.copyfile(source.path, part)


def _write(sound: NDArray[np.float64], path: Path) -> None:
    with written_whole(path) as part:
        soundfile.write(part, sound, SAMPLE_RATE, subtype="PCM_16")
