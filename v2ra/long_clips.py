"""A clip longer than those a model learns from, dubbed in one go, to hear whether the sound stays in time.

Conventions
-----------
Sound at 44.1 kHz, times in seconds. Of the embedded data it is a new synthetic clip, of a seed that no model has
seen; of other data, the longest held-out clip. Its page is too long to hold its sound: see `v2ra.player_files`.

Source
------
Eq. 4: a clip of any length is generated second by second.
"""

from pathlib import Path

from v2ra.contacts import read_times
from v2ra.dubbing import dub
from v2ra.foley.dataset import make_dataset
from v2ra.packing import backend_of
from v2ra.player import Player, player
from v2ra.sound import read_waveform
from v2ra.timing import PAPER
from v2ra.workspace import Workspace

RECIPE = "tuned"
NEW = 1000  # added to the seed of the data set: far from any that a profile uses


def long_clip(workspace: Workspace, category: str, *, n_seconds: float) -> Path:
    """Return the file of a long clip that no model has seen; beside a synthetic one lie its WAV and times.

    Parameters
    ----------
    workspace : Workspace
        Of a profile.
    category : str
        Of the clip.
    n_seconds : float
        Length of a synthetic clip; clips of one's own are as long as they are.
    """
    if workspace.data:
        pack = workspace.pack(category)
        longest = max(pack.part("test"), key=lambda clip: len(clip.sound))
        return Path(pack.details["files"][longest.name])
    settings = workspace.config(RECIPE).data
    seed = settings.seed + NEW
    folder = workspace.folder / "long"
    make_dataset(
        folder,
        categories=[category],
        n_clips=1,
        n_seconds=n_seconds,
        seed=seed,
        noise_db=settings.noise_db,
    )
    return folder / category / f"{category}_{seed}_000.mp4"


def play_long(workspace: Workspace, category: str, *, n_seconds: float = 60) -> Player:
    """Return a player of a long clip with its recorded and its generated sound.

    Parameters
    ----------
    workspace : Workspace
        Its model of the recipe *tuned* and seed 0 is used.
    category : str
        Of clip and model.
    n_seconds : float
        As in `long_clip`.
    """
    path = long_clip(workspace, category, n_seconds=n_seconds)
    run = workspace.run(RECIPE, category)
    made = dub(path, run, backend=backend_of(run.config))
    recorded = read_waveform(path, sample_rate=PAPER.sample_rate)
    times = path.with_name(f"{path.stem}_times.txt")
    events = [contact.time_seconds for contact in read_times(times)] if times.is_file() else []
    return player(
        {"Recorded": recorded[: len(made.waveform)], RECIPE: made.waveform},
        sample_rate=PAPER.sample_rate,
        video=path,
        title=f"{category}, {made.n_seconds:.0f} s in one go",
        event_times=[seconds for seconds in events if seconds <= made.n_seconds],
    )
