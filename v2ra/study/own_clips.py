"""The project's own clips as stimuli: the real sound, ours, ours on another clip's picture, and the systems compared.

Conventions
-----------
Systems are ``real``, ``tuned`` (or another recipe), ``mismatched`` and those of `v2ra.baselines.systems`. All sounds
of one clip go the same way into the file (FLAC beside the clip's own picture) at the level of the real one, so that
neither codec nor level tells which is which. The sound of a mismatched clip that is too short begins again.

Source
------
Section 4.7; the clips of [12] are impacts, those of [14] dog and firework.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from v2ra.baselines.systems import SYSTEMS
from v2ra.datasets import Pack
from v2ra.heldout import control_of, heldout_sounds
from v2ra.muxing import mux
from v2ra.study.gathering import Source, draw_clips
from v2ra.study.plan import Plan, Stimulus, make_plan, new_ids
from v2ra.system_sounds import made_by
from v2ra.timing import PAPER
from v2ra.workspace import Workspace
from v2ra.writing import make_folder

Float32 = NDArray[np.float32]

REAL, OURS, MISMATCHED = "real", "tuned", "mismatched"
PAIRS = ((OURS, REAL), (OURS, MISMATCHED))
# Which previous work the paper lets listeners compare with, and in which categories.
PREVIOUS = {
    "visually_indicated": ("gravel", "wood", "cloth", "plastic"),
    "sample_rnn": ("dog", "firework"),
}


def own_keys(workspace: Workspace, *, per_category: int = 2, seed: int = 0) -> list[tuple[str, str, str]]:
    """Return what a study of the project's own clips would rate: system, category, clip; no sound is made.

    Parameters
    ----------
    workspace : Workspace
        Its test clips are drawn from.
    per_category, seed : int
        Of `v2ra.study.gathering.draw_clips`.
    """
    chosen, _ = _drawn(workspace, per_category=per_category, seed=seed)
    return [
        (system, category, clip)
        for category, clips in chosen.items()
        for clip in clips
        for system in systems_of(workspace, category)
    ]


def planned(workspace: Workspace, *, per_category: int = 2, seed: int = 0) -> Plan:
    """Return the plan of such a study without its files and checks, for a dry run."""
    keys = own_keys(workspace, per_category=per_category, seed=seed)
    items = [
        Stimulus(name, f"{name}.mp4", "", *key)
        for name, key in zip(new_ids(len(keys), seed=seed), keys, strict=True)
    ]
    systems = {system for system, _, _ in keys}
    pairs = [pair for pair in PAIRS if set(pair) <= systems]
    return make_plan(items, pairs=pairs, seed=seed)


def systems_of(workspace: Workspace, category: str) -> tuple[str, ...]:
    """Return the systems that are heard in a category.

    Another's only where it is fitted there; *mismatched* only where there is another test clip to take its sound from.
    """
    mismatched = (MISMATCHED,) if len(workspace.pack(category).part("test")) > 1 else ()
    others = [name for name, own in PREVIOUS.items() if category in own and category in workspace.compared]
    return (REAL, OURS, *mismatched, *others)


def write_own_clips(
    workspace: Workspace, folder: Path, *, per_category: int = 2, seed: int = 0, model_seed: int = 0
) -> list[Source]:
    """Write the clips of a study with every system's sound; what the workspace lacks is trained and fitted.

    Parameters
    ----------
    workspace : Workspace
        Of a profile.
    folder : Path
        Takes ``SYSTEM/CATEGORY/CLIP.mp4``.
    per_category, seed : int
        Of `own_keys`; the clip for practice is written too.
    model_seed : int
        Of the models.
    """
    chosen, training = _drawn(workspace, per_category=per_category, seed=seed)
    sources = []
    for category, clips in chosen.items():
        pack = workspace.pack(category)
        practice = [training[1]] if training and training[0] == category else []
        for system in systems_of(workspace, category):
            sounds = _sounds(workspace, system, pack, model_seed=model_seed)
            target = make_folder(folder / system / category)
            for clip in (*clips, *practice):
                path = target / f"{clip}.mp4"
                own = next(c.waveform for c in pack.part("test") if c.name == clip)
                mux(
                    pack.details["files"][clip],
                    at_level(own, sounds[clip]),
                    path,
                    sample_rate=PAPER.sample_rate,
                )
                sources.append(Source(path, system, category, clip))
    return sources


def at_level(reference: Float32, estimate: Float32) -> Float32:
    """Return a sound at the RMS level of another, or at the highest without clipping; silence stays silent.

    Parameters
    ----------
    reference, estimate : float (time,)
        In [−1, 1].

    Examples
    --------
    >>> at_level(np.float32([0.5, -0.5]), np.float32([0.1, -0.1])).tolist()
    [0.5, -0.5]
    """
    level, peak = float(np.sqrt(np.mean(estimate**2))), float(np.abs(estimate).max())
    if level == 0:
        return estimate
    gain = min(float(np.sqrt(np.mean(reference**2))) / level, 1 / peak)
    return (gain * estimate).astype(np.float32)


def _drawn(
    workspace: Workspace, *, per_category: int, seed: int
) -> tuple[dict[str, tuple[str, ...]], tuple[str, str] | None]:
    names = {c: [clip.name for clip in workspace.pack(c).part("test")] for c in workspace.categories}
    return draw_clips(names, per_category=per_category, seed=seed)


def _sounds(workspace: Workspace, system: str, pack: Pack, *, model_seed: int) -> dict[str, Float32]:
    """Return a system's sound of each test clip."""
    if system == REAL:
        return {clip.name: clip.waveform for clip in pack.part("test")}
    if system in SYSTEMS:
        return dict(made_by(workspace, system, pack.category, seed=model_seed).sounds)
    run = workspace.run(OURS, pack.category, seed=model_seed)
    sounds = heldout_sounds(run, pack, cache=workspace.sound_cache)
    if system == OURS:
        return sounds
    lengths = {name: len(sound) for name, sound in sounds.items()}
    return {name: np.resize(sounds[control_of(name, sounds)], lengths[name]) for name in sounds}
