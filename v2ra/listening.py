"""A clip of the data on the page: its picture, its sound and the marks of its events.

Conventions
-----------
Times in seconds, sound at the rate of `v2ra.timing`.

Source
------
Section 4.1: the categories were chosen because people hear in them whether sound and picture fit.
"""

from v2ra.catalogue import Catalogue, Entry
from v2ra.player import Player, player
from v2ra.sound import read_waveform
from v2ra.survey import event_times
from v2ra.timing import PAPER


def find_example(catalogue: Catalogue, category: str) -> Entry:
    """Return the first clip of a category, or of another one where the folder does not hold it.

    The exchange is printed.

    Examples
    --------
    >>> from pathlib import Path
    >>> clip = Entry(Path("a.mp4"), "wood", "a", wav_path=None, times_path=None, split="train")
    >>> find_example(Catalogue((clip,), ()), "dog").name
    no dog in this set: wood is shown instead
    'a'
    """
    if category in catalogue.categories:
        return catalogue.of(category)[0]
    print(f"no {category} in this set: {catalogue.entries[0].category} is shown instead")
    return catalogue.entries[0]


def play_entry(entry: Entry) -> Player:
    """Return a player of one clip with its own sound; its events are marks on the time line.

    Raises
    ------
    InputError
        Where the clip has no sound, or a video that browsers do not play.

    Examples
    --------
    >>> import tempfile
    >>> from v2ra.catalogue import find_clips
    >>> from v2ra.foley import make_dataset
    >>> manifest = make_dataset(tempfile.mkdtemp(), categories=["wood"], n_clips=1, n_seconds=1)
    >>> play_entry(find_clips(manifest.parent).entries[0])
    Player(title='wood: wood_0_000')
    """
    waveform = read_waveform(entry.wav_path or entry.path, sample_rate=PAPER.sample_rate)
    times = event_times(entry)
    return player(
        {"its own sound": waveform},
        sample_rate=PAPER.sample_rate,
        video=entry.path,
        title=f"{entry.category}: {entry.name}",
        event_times=times[times < len(waveform) / PAPER.sample_rate].tolist(),
    )
