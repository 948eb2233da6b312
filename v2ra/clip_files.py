"""The files of a clip: a video, optionally its sound and its contact times beside it.

Conventions
-----------
``<name>.mp4`` (or .m4v, .mov, .mkv, .webm, .avi, in any case), beside it ``<name>.wav``, which is read instead
of the video's own sound, and ``<name>_times.txt``. Greatest Hits adds ``_denoised`` or ``_mic`` to the
names of video and sound; the clip's name is without. Files are checked by their headers, which are read
once as long as a file does not change: hundreds of clips take a second.

Source
------
Section 4.1 names the data sets; the layout of Greatest Hits is that of Owens et al. 2016.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from v2ra.clips import ClipInfo, probe_clip, read_times
from v2ra.errors import InputError

VIDEO_SUFFIXES = (".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi")
RECORDING_SUFFIXES = ("_denoised", "_mic")  # of Greatest Hits: processed and raw microphone

Files = tuple[Path, Path | None, Path | None]
"""Video, sound, contact times."""


@dataclass(frozen=True)
class Problem:
    """A file that was left out, and why."""

    path: Path
    reason: str


def videos_in(folder: Path) -> list[Path]:
    """Return the video files of a folder, sorted; hidden ones are another program's."""
    return sorted(
        path
        for path in folder.iterdir()
        if path.suffix.lower() in VIDEO_SUFFIXES and path.is_file() and not path.name.startswith(".")
    )


def usable_clips(videos: Sequence[Path], problems: list[Problem]) -> Iterator[tuple[str, Files]]:
    """Yield name and files of each usable clip, one after another, and list the others as problems."""
    seen: dict[str, Path] = {}
    for video in videos:
        name = clip_name(video)
        if name in seen:
            reason = f"{video} is another {name} beside {seen[name].name}; expected one; rename it"
            problems.append(Problem(video, reason))
            continue
        beside = _beside(video.parent, video.parent.stat().st_mtime_ns)
        own, plain = (beside.get(f"{stem}.wav".lower()) for stem in (video.stem, name))
        wav = _checked(own or plain, _check_sound, problems)
        times = _checked(beside.get(f"{name}_times.txt".lower()), read_times, problems)
        if _checked(video, _check_video if wav else _check_video_with_sound, problems):
            seen[name] = video
            yield name, (video, wav, times)


@lru_cache(maxsize=16)
def _beside(folder: Path, modified: int) -> dict[str, Path]:
    """Return the files of a folder by name in small letters; VEGAS has its sounds in another one."""
    sounds = folder.parent / "audios"
    extra = sounds.iterdir() if folder.name == "videos" and sounds.is_dir() else ()
    return {path.name.lower(): path for path in (*extra, *folder.iterdir())}


def clip_name(video: Path) -> str:
    """Return the name of a clip: the file's without suffix, and without what Greatest Hits adds.

    Examples
    --------
    >>> clip_name(Path("wood/2015-02-16-16-49-06_denoised.mp4"))
    '2015-02-16-16-49-06'
    """
    name = video.stem
    for suffix in RECORDING_SUFFIXES:
        name = name.removesuffix(suffix)
    return name


def _checked(path: Path | None, check: Callable[[Path], object], problems: list[Problem]) -> Path | None:
    """Return the path if the check passes, else None and a line in the problems."""
    if path is None:
        return None
    try:
        check(path)
    except InputError as error:
        problems.append(Problem(path, str(error)))
        return None
    return path


def _check_video(path: Path) -> None:
    """Refuse a file without moving pictures."""
    info = _probed(path)
    if not info.has_video or info.n_seconds <= 0:
        raise InputError(f"{path} has no moving pictures; expected a video; give another file")


def _check_video_with_sound(path: Path) -> None:
    """Refuse a file without moving pictures or without sound."""
    _check_video(path)
    if not _probed(path).has_audio:
        raise InputError(f"{path} has no sound; expected a sound track, or a .wav beside it; add one")


def _check_sound(path: Path) -> None:
    """Refuse a file without sound."""
    if not _probed(path).has_audio:
        raise InputError(f"{path} has no sound; expected a recording; give another file")


def _probed(path: Path) -> ClipInfo:
    """Return the header of a file, read once as long as the file does not change."""
    if not path.is_file():
        return probe_clip(path)  # says what it found instead
    status = path.stat()
    return _probed_once(path, status.st_size, status.st_mtime_ns)


@lru_cache(maxsize=10_000)
def _probed_once(path: Path, size: int, modified: int) -> ClipInfo:
    """Return the header of a file of this size and date."""
    return probe_clip(path)
