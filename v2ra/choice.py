"""Clean clips chosen out of a collection, and for every other one the reason why it is left out.

Conventions
-----------
The order is that of a hash of name and seed, with the purest material first; it does not depend on what else
lies in the folder. Clips are looked at one by one until there are enough, so that of a set with thousands only
as many are read as it takes.

Source
------
Section 4.1: "randomly chose clean videos". `Clean` holds the rule.
"""

import hashlib
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from v2ra.clean_rule import Clean
from v2ra.cleanness import signal_to_noise_db, tone_share
from v2ra.clip_files import Files, Problem, clip_name, usable_clips
from v2ra.contacts import Contact, read_times
from v2ra.errors import InputError
from v2ra.greatest_hits import NAME as GREATEST_HITS
from v2ra.greatest_hits import material_share, mixed_contacts
from v2ra.layout import Layout
from v2ra.sound import read_waveform

SOUND_RATE = 22_050  # Hz; both measures look below 11 kHz


def chosen_clips(
    layout: Layout, category: str, *, rule: Clean, seed: int, problems: list[Problem], left_out: list[Problem]
) -> dict[str, Files]:
    """Return the files of the clips of a category that a rule chooses.

    Parameters
    ----------
    layout : Layout
        Where they lie; of a plain folder every usable clip is chosen.
    category : str
        One of its categories.
    rule : Clean
        Thresholds.
    seed : int
        Of the order in which clips are looked at.
    problems, left_out : list of Problem
        Take a line for each file that cannot be used, and for each clip that is not clean or not needed.

    Returns
    -------
    dict of str to Files
        By name, sorted.

    Examples
    --------
    >>> empty = Layout("VEGAS", Path("VEGAS"), {"dog": ()}, ("dog",))
    >>> chosen_clips(empty, "dog", rule=Clean(), seed=0, problems=[], left_out=[])
    {}
    """
    if not (layout.is_collection and rule.apply):
        return dict(sorted(usable_clips(layout.videos[category], problems)))
    candidates = list(_candidates(layout, category, rule, left_out))
    order = [
        video for _, _, video in sorted((-share, _place(video, seed), video) for video, share in candidates)
    ]
    chosen: dict[str, Files] = {}
    for name, files in usable_clips(order, problems):
        if rule.max_clips and len(chosen) == rule.max_clips:
            break
        if reason := _unclean(files[1] or files[0], rule):
            left_out.append(Problem(files[0], f"{files[0]}: {reason}"))
        else:
            chosen[name] = files
    seen = {files[0] for files in chosen.values()} | {problem.path for problem in (*problems, *left_out)}
    enough = f"{len(chosen)} clean clips are enough (clean.max_clips)"
    left_out += [Problem(video, f"{video}: {enough}") for video in order if video not in seen]
    return dict(sorted(chosen.items()))


def _candidates(
    layout: Layout, category: str, rule: Clean, left_out: list[Problem]
) -> Iterator[tuple[Path, float]]:
    """Yield each video whose contacts suit, with the share of its material; 1 where no set has contacts."""
    for video in layout.videos[category]:
        contacts = _contacts(layout, video)
        if contacts is None:
            yield video, 1.0
        elif reason := mixed_contacts(contacts, category, rule):
            left_out.append(Problem(video, f"{video}: {reason}"))
        else:
            yield video, material_share(contacts, category)


def _contacts(layout: Layout, video: Path) -> list[Contact] | None:
    """Return the contacts of a recording of Greatest Hits; None in the other sets."""
    if layout.name != GREATEST_HITS:
        return None
    return read_times(video.parent / f"{clip_name(video)}_times.txt")


def _place(video: Path, seed: int) -> str:
    """Return the place of a clip in the order; another hash than that of the parts, which would favour one."""
    text = f"chosen:{seed}:{clip_name(video)}".encode(errors="surrogateescape")
    return hashlib.sha256(text).hexdigest()


def _unclean(sound: Path, rule: Clean) -> str:
    """Return why a sound is not clean; empty if it is."""
    status = sound.stat()
    try:
        snr_db, tones = _measured(sound, status.st_size, status.st_mtime_ns)
    except InputError as error:
        return str(error)
    if snr_db < rule.min_snr_db:
        return f"signal-to-noise {snr_db:.1f} dB; expected {rule.min_snr_db:g} or more (clean.min_snr_db)"
    if tones > rule.max_tone_share:
        return f"tones in {tones:.2f} of the time; expected {rule.max_tone_share:g} or less (clean.max_tone_share)"
    return ""


@lru_cache(maxsize=10_000)
def _measured(sound: Path, size: int, modified: int) -> tuple[float, float]:
    """Return signal-to-noise and share of tones of a file of this size and date."""
    waveform = read_waveform(sound, sample_rate=SOUND_RATE, problems=[])
    return (
        signal_to_noise_db(waveform, sample_rate=SOUND_RATE),
        tone_share(waveform, sample_rate=SOUND_RATE),
    )
