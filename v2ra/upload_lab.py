"""Sound for a clip of one's own, chosen in the browser: read, dubbed and played, and not kept.

Conventions
-----------
Sound at 44.1 kHz. The clip goes to a temporary folder that is gone when its player is made. On the command line
`v2ra generate CLIP` does the same.

Source
------
Section 4.2; the clip's own sound, where it has one, stands beside the generated sound.
"""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ipywidgets import Dropdown, FileUpload, VBox

from v2ra.clip_lab import trained_recipes
from v2ra.clips import probe_clip
from v2ra.dubbing import dub
from v2ra.errors import InputError
from v2ra.lab import panel
from v2ra.packing import backend_of
from v2ra.player import Player, player
from v2ra.player_files import VIDEO_TYPES
from v2ra.sound import read_waveform
from v2ra.workspace import Workspace

RECIPE = "tuned"


def upload_lab(workspace: Workspace) -> VBox:
    """Return a choice of model and a place for a clip, over a player.

    Parameters
    ----------
    workspace : Workspace
        Its trained models of the recipe *tuned* are offered.

    Returns
    -------
    VBox
        Two controls over a player, or over a line that says what to do.

    Raises
    ------
    InputError
        If there is no trained model.
    """
    trained = [category for category, recipes in trained_recipes(workspace).items() if RECIPE in recipes]
    if not trained:
        raise InputError(
            f"found no trained model in {workspace.folder}; expected one or more; run make reproduce"
        )

    def make(category: str, clip: Sequence[dict[str, Any]]) -> Player | str:
        if not clip:
            return "<p>Choose a video with something that makes a sound; a few seconds are enough.</p>"
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"clip{Path(clip[0]['name']).suffix.lower()}"
            path.write_bytes(clip[0]["content"])
            try:
                return dubbed(path, workspace, category, title=f"{clip[0]['name']}, model of {category}")
            except InputError as error:  # says where it lies for a moment, which helps nobody
                raise InputError(str(error).replace(str(path), clip[0]["name"])) from error

    return panel(
        make,
        category=Dropdown(options=trained, description="model"),
        clip=FileUpload(accept="video/*", multiple=False, description="clip"),
    )


def dubbed(path: Path, workspace: Workspace, category: str, *, title: str = "") -> Player:
    """Return a player of a clip with its generated sound and, where it has one, its own.

    Parameters
    ----------
    path : Path
        Any video file.
    workspace : Workspace
        Its model of the recipe *tuned* and seed 0 is used.
    category : str
        Of the model.
    title : str
        Heading.

    Raises
    ------
    InputError
        Where the file is no video that can be read.
    """
    info = probe_clip(path)
    made = dub(path, workspace.run(RECIPE, category), backend=backend_of(workspace.config(RECIPE)))
    tracks = {"Generated": made.waveform}
    if info.has_audio:
        tracks["Its own sound"] = read_waveform(path, sample_rate=made.sample_rate)
    video = path if path.suffix in VIDEO_TYPES else None  # of other kinds the sound alone is played
    return player(tracks, sample_rate=made.sample_rate, video=video, title=title)
