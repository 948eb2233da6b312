"""Sound for the clips that no model has seen: the test part of a pack.

Conventions
-----------
A sound is float32 (time,) in the range the generator gave it, as long as the clip's own sound. On disk
it is a WAV and, where the clip's file is at hand, an mp4 with the clip's own picture.

Source
------
Section 4.1: 25 % of the videos of each category are for testing.
"""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from v2ra.checkpoint import Run
from v2ra.clips import probe_clip
from v2ra.datasets import Pack, prepared, readout_of
from v2ra.errors import InputError
from v2ra.evaluation import Pair
from v2ra.generation import generate_waveform
from v2ra.generator import Generator
from v2ra.motion import motion_peaks
from v2ra.muxing import mux
from v2ra.score_cache import Runner, code_version, digest, kept_array
from v2ra.timing import PAPER, Timing
from v2ra.waveforms import write_waveform
from v2ra.workspace import RECIPES, Workspace
from v2ra.writing import make_folder

Float32 = NDArray[np.float32]

# What a kept sound depends on beside weights, settings and features, which are prepared before they are looked at.
SOUND_CODE = ("generation", "generator", "layers", "encoding", "timing")


def heldout_sounds(
    run: Run, pack: Pack, *, cache: Path | None = None, timing: Timing = PAPER
) -> dict[str, Float32]:
    """Return the generated sound of each test clip by name.

    Parameters
    ----------
    run : Run
        A trained model.
    pack : Pack
        Clips of its category.
    cache : path, optional
        Folder in which sounds are kept by weights, features and code, for those who ask again.
    timing : Timing
        Rates.
    """
    hop = run.config.generation.hop_seconds
    readout = run.readout or readout_of(pack, run.config, timing=timing)
    asked = replace(pack, clips=pack.part("test"))  # the training clips have told all that is in the read-out
    weights = [tensor.cpu().numpy() for tensor in run.generator.state_dict().values()]
    model = digest(code_version(*SOUND_CODE), *weights, run.config.as_dict(), repr(timing))
    return {
        clip.name: kept_array(
            cache,
            digest(model, clip.features, len(clip.sound)),
            partial(
                generate_waveform,
                run.generator,
                clip.features,
                n_samples=len(clip.sound),
                hop_seconds=hop,
                timing=timing,
            ),
        )
        for clip in prepared(asked, run.config, readout=readout, timing=timing).clips
    }


def first_clips(pack: Pack, n_clips: int) -> Pack:
    """Return a pack with its training part and the first of its test clips by name.

    Examples
    --------
    >>> first_clips(Pack("wood", (), {}), 2).clips
    ()
    """
    names = sorted(clip.name for clip in pack.part("test"))[:n_clips]
    return replace(pack, clips=tuple(c for c in pack.clips if c.split != "test" or c.name in names))


def heldout_pairs(sounds: Mapping[str, Float32], pack: Pack, *, system: str, seed: int = 0) -> list[Pair]:
    """Return the generated sounds beside the clips' own, ready for `evaluate_clips`."""
    return [
        Pair(
            system=system,
            category=pack.category,
            clip=clip.name,
            reference=clip.waveform,
            estimate=sounds[clip.name],
            seed=seed,
            event_times=clip.event_times if len(clip.event_times) else None,
        )
        for clip in pack.part("test")
    ]


def watched_pairs(
    workspace: Workspace, pairs: Sequence[Pair], *, n_clips: int | None = None, runner: Runner | None = None
) -> list[Pair]:
    """Return pairs that say when their pictures move most, ready for the family *motion* of `evaluate_clips`.

    Parameters
    ----------
    workspace : Workspace
        Its packs name the files of the clips.
    pairs : sequence of Pair
        Of `heldout_pairs`.
    n_clips : int, optional
        Clips a category, the first by name; by default all. A file takes about 0.15 of its duration.
    runner : Runner, optional
        Processes and cache.

    Raises
    ------
    InputError
        If a clip's file is not where its pack says.
    """
    names = {category: {p.clip for p in pairs if p.category == category} for category in workspace.categories}
    files = {
        (category, clip): Path(workspace.pack(category).details["files"][clip])
        for category, clips in names.items()
        for clip in sorted(clips)[:n_clips]
    }
    peaks = dict(zip(files, motion_peaks(list(files.values()), runner=runner), strict=True))
    kept = [pair for pair in pairs if (pair.category, pair.clip) in peaks]
    return [replace(pair, motion_peaks=peaks[pair.category, pair.clip]) for pair in kept]


def save_sounds(
    sounds: dict[str, Float32], pack: Pack, folder: Path, *, timing: Timing = PAPER
) -> list[Path]:
    """Write each sound as WAV, and as mp4 on its clip's picture; return the files.

    Where the clip's sound was shorter than its picture, silence fills the rest of the mp4.
    """
    make_folder(folder)
    written = []
    for name, sound in sounds.items():
        written.append(folder / f"{name}.wav")
        write_waveform(written[-1], sound, sample_rate=timing.sample_rate)
        clip = Path(pack.details["files"][name])
        if clip.is_file():
            written.append(folder / f"{name}.mp4")
            missing = timing.n_samples(probe_clip(clip).n_seconds) - len(sound)
            whole = np.pad(sound, (0, max(missing, 0)))
            mux(clip, whole, written[-1], sample_rate=timing.sample_rate)
    return written


def control_of(name: str, sounds: Mapping[str, Float32]) -> str:
    """Return the clip whose sound stands in as the mismatched control: the next by name, around the end.

    Raises
    ------
    InputError
        If there is no other clip.

    Examples
    --------
    >>> control_of("b", {"a": np.zeros(1), "b": np.zeros(1)})
    'a'
    """
    names = sorted(sounds)
    if names == [name]:
        raise InputError(f"found the sound of {name} alone; expected another clip's; hold out two or more")
    return names[(names.index(name) + 1) % len(names)]


def before_and_after(run: Run, pack: Pack, *, timing: Timing = PAPER) -> dict[str, Float32]:
    """Return one test clip's sound from an untrained generator, from the trained one, and as recorded."""
    torch.manual_seed(run.seed)  # the seed that the training began with
    untrained = replace(run, generator=Generator(run.config.generator).eval())
    clip = pack.part("test")[0]
    return {
        "Untrained": heldout_sounds(untrained, pack, timing=timing)[clip.name],
        "Trained": heldout_sounds(run, pack, timing=timing)[clip.name],
        "Recorded": clip.waveform,
    }


@dataclass(frozen=True)
class Generated:
    """Sounds of all models for all test clips.

    Attributes
    ----------
    sounds : dict
        (recipe, category, seed) → clip name → float32 (time,).
    pairs : list of Pair
        The same, beside the clips' own sounds.
    files : list of Path
        What was written.
    """

    sounds: dict[tuple[str, str, int], dict[str, Float32]]
    pairs: list[Pair]
    files: list[Path]


def generate_all(
    workspace: Workspace,
    *,
    recipes: Sequence[str] = RECIPES,
    seeds: Sequence[int] = (0,),
    n_clips: int | None = None,
    save: bool = True,
) -> Generated:
    """Generate the sound of every test clip with every model of a workspace.

    Parameters
    ----------
    workspace : Workspace
        Its missing models are trained.
    recipes, seeds : sequences
        Of the models.
    n_clips : int, optional
        Test clips a category, the first by name; by default all.
    save : bool
        Whether sounds are written as files.
    """
    made = Generated({}, [], [])
    for recipe, category, seed in itertools.product(recipes, workspace.categories, seeds):
        whole = workspace.pack(category)
        pack = whole if n_clips is None else first_clips(whole, n_clips)
        run = workspace.run(recipe, category, seed=seed)
        sounds = heldout_sounds(run, pack, cache=workspace.sound_cache)
        made.sounds[recipe, category, seed] = sounds
        made.pairs.extend(heldout_pairs(sounds, pack, system=recipe, seed=seed))
        if save:
            made.files.extend(save_sounds(sounds, pack, workspace.sound_dir(recipe, category, seed=seed)))
    return made
