"""Choose a category, a held-out clip and the systems to hear: nothing is generated before it is asked for.

Conventions
-----------
Sound at 44.1 kHz. Only models that are trained already are offered. The notebooks' own players are the same at rest.

Source
------
Section 4.3: generated sound of held-out clips beside the recorded one.
"""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from ipywidgets import Dropdown, SelectMultiple, VBox
from numpy.typing import NDArray

from v2ra.datasets import Pack
from v2ra.errors import InputError
from v2ra.heldout import control_track, heldout_sounds
from v2ra.lab import panel
from v2ra.player import Player, player
from v2ra.timing import PAPER
from v2ra.workspace import RECIPES, Workspace

Float32 = NDArray[np.float32]

RECORDED, CONTROL = "Recorded", "Another clip"


def trained_recipes(workspace: Workspace, categories: Iterable[str] | None = None) -> dict[str, list[str]]:
    """Return the recipes of each category that have a trained model; categories without one are left out.

    Examples
    --------
    >>> trained_recipes(Workspace("smoke", out="nowhere"), ["dog"])
    {}
    """
    found = {
        category: [
            recipe
            for recipe in RECIPES
            if (workspace.run_dir(recipe, category, seed=0) / "generator.safetensors").is_file()
        ]
        for category in (workspace.categories if categories is None else categories)
    }
    return {category: recipes for category, recipes in found.items() if recipes}


def clip_lab(workspace: Workspace) -> VBox:
    """Return choices of category, clip and systems over a player.

    Parameters
    ----------
    workspace : Workspace
        Its trained models are offered.

    Returns
    -------
    VBox
        Three choices over a player, or over a line that says what to choose.

    Raises
    ------
    InputError
        If there is no trained model.
    """
    trained = _offered(workspace)
    category = Dropdown(
        options=[("choose one", ""), *((name, name) for name in trained)], description="category"
    )
    clip = Dropdown(options=[], description="clip")
    systems = SelectMultiple(options=[], description="systems")

    def offer(_: object) -> None:
        if category.value:
            systems.options = [RECORDED, *trained[category.value], CONTROL]
            systems.value = systems.options
            clip.options = names = [held.name for held in workspace.pack(category.value).part("test")]
            clip.value = names[0]

    def make(category: str, clip: str | None, systems: Sequence[str]) -> Player | str:
        if not category:
            return "<p>Choose a category: its held-out clips and trained models are offered then.</p>"
        if not systems:
            raise InputError("found no system; expected one or more; mark what to hear")
        pack = workspace.pack(category)
        names = [held.name for held in pack.part("test")]
        name = clip if clip in names else names[0]
        sounds = {
            recipe: heldout_sounds(workspace.run(recipe, category), pack, cache=workspace.sound_cache)
            for recipe in trained[category]
        }
        return play_systems(pack, name, sounds=sounds, systems=systems)

    category.observe(offer, names="value")
    return panel(make, category=category, clip=clip, systems=systems)


def _offered(workspace: Workspace) -> dict[str, list[str]]:
    trained = trained_recipes(workspace)
    if not trained:
        raise InputError(
            f"found no trained model in {workspace.folder}; expected one or more; run make reproduce"
        )
    return trained


def play_systems(
    pack: Pack, name: str, *, sounds: Mapping[str, Mapping[str, Float32]], systems: Sequence[str]
) -> Player:
    """Return a player of one held-out clip with the systems that are asked for.

    Parameters
    ----------
    pack : Pack
        Clips of a category.
    name : str
        Of a test clip.
    sounds : mapping
        Recipe → clip name → float32 (time,).
    systems : sequence of str
        Among "Recorded", the recipes, and "Another clip", which is the first recipe's sound of another clip.
    """
    held = next(clip for clip in pack.part("test") if clip.name == name)
    first = next(iter(sounds.values()))
    tracks = {RECORDED: held.waveform, **{recipe: made[name] for recipe, made in sounds.items()}}
    tracks |= control_track(name, first, label=CONTROL)
    return player(
        {system: track for system, track in tracks.items() if system in systems},
        sample_rate=PAPER.sample_rate,
        video=pack.details["files"][name],
        title=f"{pack.category}: {name}",
        event_times=held.event_times.tolist(),
    )
