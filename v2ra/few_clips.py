"""From a folder of a few videos to a dubbed one: what a user does with clips of their own, in two calls.

Conventions
-----------
The folder is a plain one of any category name (`v2ra.plain_folders`). The model is that of the smoke profile, with the
tuned recipe: it shows that everything runs and says nothing about quality. Sounds are float32 (time,) at 44.1 kHz.

Source
------
Section 4.2: one model a category. The README's "Your own clips" types the same on the command line.
"""

import shutil
from dataclasses import dataclass
from pathlib import Path

from v2ra.catalogue import SPLITS, Catalogue
from v2ra.datasets import Pack
from v2ra.errors import InputError
from v2ra.player import Player, player
from v2ra.selection import train_category
from v2ra.sound import read_waveform
from v2ra.steps import generate_to, pack_line, pack_of
from v2ra.timing import PAPER
from v2ra.workspace import Workspace
from v2ra.writing import make_folder

PROFILE = "smoke"


@dataclass(frozen=True)
class Dubbed:
    """A video with generated sound, and the video it was made from."""

    source: Path
    path: Path
    pack: Pack

    def player(self) -> Player:
        """Return a player of the clip's own sound and the generated one, under the picture."""
        tracks = {
            name: read_waveform(path, sample_rate=PAPER.sample_rate)
            for name, path in (("Recorded", self.source), ("Generated", self.path))
        }
        title = f"{self.pack.category}, a model of {len(self.pack.clips)} clips"
        return player(tracks, sample_rate=PAPER.sample_rate, video=self.path, title=title)


def copied_clips(catalogue: Catalogue, folder: Path, *, n_clips: int = 3) -> Path:
    """Copy the first videos of a data set, and nothing that lies beside them, into a folder of their own.

    Parameters
    ----------
    catalogue : Catalogue
        Of `find_clips`.
    folder : Path
        Made where it is missing; its name is that of the category and of the copies, whatever they were before.
    n_clips : int
        Clips of the first category that has so many.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    InputError
        Where no category has so many clips.

    Examples
    --------
    >>> copied_clips(Catalogue((), ()), Path("door"))
    Traceback (most recent call last):
        ...
    v2ra.errors.InputError: found no category of 3 clips; expected one; add clips
    """
    category = next((name for name in catalogue.categories if len(catalogue.of(name)) >= n_clips), None)
    if category is None:
        raise InputError(f"found no category of {n_clips} clips; expected one; add clips")
    make_folder(folder)
    for number, entry in enumerate(catalogue.of(category)[:n_clips]):
        # A new name: by those of Greatest Hits the folder would be taken for one of its layout.
        shutil.copyfile(entry.path, folder / f"{folder.name}_{number}{entry.path.suffix}")
    return folder


def dub_own_clips(folder: Path, category: str, out: Path) -> Dubbed:
    """Train on a folder of videos of one kind of sound and dub the one that was held out.

    Parameters
    ----------
    folder : Path
        At least three videos with sound.
    category : str
        Any name.
    out : Path
        Run folder; a run of an earlier call there is replaced.

    Returns
    -------
    Dubbed
        ``dubbed.mp4`` in the run folder, with the picture untouched.

    Raises
    ------
    InputError
        Where there are too few videos, or one cannot be read.
    """
    config = Workspace(PROFILE).config("tuned")
    pack = pack_of(folder, category, config, cache=out / "cache")
    if len(pack.clips) < len(SPLITS):
        raise InputError(
            f"found {len(pack.clips)} clips in {folder}; expected at least three, one a part; add clips"
        )
    for name in ("run.json", "checkpoint.pt"):
        (out / name).unlink(missing_ok=True)
    train_category(pack, config, out, accelerator="cpu")
    source = Path(pack.details["files"][pack.part("test")[0].name])
    generate_to(source, out, out / "dubbed.mp4")
    print(pack_line(pack))
    return Dubbed(source, out / "dubbed.mp4", pack)
