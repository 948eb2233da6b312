"""The sounds that Section 4.6 compares: as generated, after de-noising, after peak-match in both modes.

Conventions
-----------
Sounds are float32 (time,), as long as the clip's own. A recording for peak-match is named and float32 (time,);
each test clip has another, the same for all seeds of a model.

Source
------
Section 4.6, Table 8, Figures 9 and 10; Section 4.2: recordings are "randomly selected".
"""

import itertools
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from v2ra.checkpoint import Run
from v2ra.config import Config
from v2ra.datasets import Pack
from v2ra.denoising import block_threshold
from v2ra.errors import InputError
from v2ra.evaluation import Pair
from v2ra.foley.categories import CATEGORIES
from v2ra.heldout import heldout_sounds
from v2ra.peak_match import peak_match
from v2ra.scheme_settings import PEAK_MATCHING, Mode, PeakMatching
from v2ra.sound_effects import EMBEDDED, choose_recording, embedded_recording, read_recording
from v2ra.timing import PAPER
from v2ra.waveforms import Waveform
from v2ra.workspace import Workspace

Array = NDArray[np.floating]

SYSTEMS = ("original", "denoised", "peak-match", "peak-match, corrected")
MODES: dict[str, Mode] = {"peak-match": "literal", "peak-match, corrected": "corrected"}
"""The paper's Algorithm 1 stands first; ours is named."""
DEFAULTS = Config()


class Recording(NamedTuple):
    """What peak-match takes its grains from."""

    name: str
    waveform: Waveform


def find_recording(pack: Pack, *, place: int, path: str = "", synthetic: bool = True) -> Recording:
    """Return a recording of a category.

    Parameters
    ----------
    pack : Pack
        Of the category.
    place : int
        Which one: another number is another recording, as far as there are some.
    path : str
        File, folder or ``foley:CATEGORY``; empty: an embedded synthetic one, or for clips of one's own the
        sound of a clip that the model was trained on.
    synthetic : bool
        Whether the clips are the embedded ones.

    Returns
    -------
    Recording

    Raises
    ------
    InputError
        If a file cannot be used, or there is nothing to take.

    Examples
    --------
    >>> name, waveform = find_recording(Pack("wood", (), {}), place=0)
    >>> name, len(waveform) / 44_100
    ('synthetic wood 0', 8.0)
    """
    own = synthetic and not path and pack.category in CATEGORIES
    if own or path.startswith(EMBEDDED):
        category = pack.category if own else path.removeprefix(EMBEDDED)
        return Recording(f"synthetic {category} {place}", embedded_recording(category, seed=place))
    if path:
        file = choose_recording(path, seed=place)
        return Recording(file.name, read_recording(file))
    clips = pack.part("train")
    if not clips:
        raise InputError(f"found no recording of {pack.category}; expected one; name a file or folder")
    clip = clips[place % len(clips)]
    return Recording(f"training clip {clip.name}", clip.waveform)


def generated_sounds(run: Run, pack: Pack, *, cache: Path | None = None) -> dict[str, Waveform]:
    """Return the generated sound of each test clip as a file would hold it: cut at full scale.

    What is cut is printed.

    Parameters
    ----------
    run : Run
        A trained model.
    pack : Pack
        Clips of its category.
    cache : path, optional
        Of `v2ra.heldout.heldout_sounds`.

    Returns
    -------
    dict
        By clip; in [−1, 1].
    """
    raw = heldout_sounds(run, pack, cache=cache)
    beyond = [int(np.count_nonzero(np.abs(sound) > 1)) for sound in raw.values()]
    if any(beyond):
        n_sounds = np.count_nonzero(beyond)
        print(
            f"{pack.category}: {sum(beyond)} samples of {n_sounds} sounds lie beyond ±1 and are cut, as in a file"
        )
    return {name: np.clip(sound, -1, 1) for name, sound in raw.items()}


def matched(
    waveform: Array,
    recording: Array,
    *,
    mode: Mode,
    settings: PeakMatching = PEAK_MATCHING,
    sample_rate: int = PAPER.sample_rate,
) -> Waveform:
    """Return a sound after peak-match; one without peaks becomes silence, and nothing is said of it.

    Examples
    --------
    >>> click, ring = np.eye(1, 800, 400)[0], np.exp(-np.arange(80.0) / 5)
    >>> matched(click, ring, mode="corrected", sample_rate=8000)[400:403].round(2)
    array([1.  , 0.82, 0.67], dtype=float32)
    """
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="no peak of the sound")
        options = {**settings.options, "mode": mode}
        return peak_match(waveform, recording, sample_rate=sample_rate, **options).waveform


def scheme_sounds(
    waveform: Waveform, recording: Array, *, config: Config = DEFAULTS, sample_rate: int = PAPER.sample_rate
) -> dict[str, Waveform]:
    """Return a sound as it is and after each scheme, by the names of `SYSTEMS`.

    Parameters
    ----------
    waveform : float32 (time,)
        One window, 50 ms, or longer: the noise is measured.
    recording : float (time,)
        With a peak of 0.1 or more.
    config : Config
        Its sections denoising and peak_match; both modes are made.
    sample_rate : int
        In Hz.

    Examples
    --------
    >>> sounds = scheme_sounds(np.zeros(8000, np.float32), np.sin(np.arange(8000.0)), sample_rate=8000)
    >>> [name for name, sound in sounds.items() if not sound.any()] == list(SYSTEMS)
    True
    """
    return {
        "original": waveform,
        "denoised": block_threshold(waveform, sample_rate=sample_rate, **config.denoising.options),
        **{
            name: matched(waveform, recording, mode=mode, settings=config.peak_match, sample_rate=sample_rate)
            for name, mode in MODES.items()
        },
    }


def scheme_pairs(
    workspace: Workspace, *, recipe: str = "tuned", seeds: Sequence[int] = (0,), recordings: str = ""
) -> list[Pair]:
    """Return the sound of every test clip after each scheme, beside the clip's own.

    Parameters
    ----------
    workspace : Workspace
        Models that are not there are trained; its profile and the recipe set both schemes.
    recipe : str
        Whose models.
    seeds : sequence of int
        Of the models.
    recordings : str
        File or folder, in place of the profile's; empty in both: see `find_recording`.

    Returns
    -------
    list of Pair
        Systems are those of `SYSTEMS`.
    """
    pairs, config = [], workspace.config(recipe)
    settings = config.peak_match
    path, synthetic = recordings or settings.recording, not workspace.data
    for category, seed in itertools.product(workspace.categories, seeds):
        pack = workspace.pack(category)
        run = workspace.run(recipe, category, seed=seed)
        generated = generated_sounds(run, pack, cache=workspace.sound_cache)
        for place, clip in enumerate(pack.part("test")):
            recording = find_recording(pack, place=settings.seed + place, path=path, synthetic=synthetic)
            sounds = scheme_sounds(generated[clip.name], recording.waveform, config=config)
            pairs += [
                pair_of(pack, clip.name, sound, system=name, seed=seed) for name, sound in sounds.items()
            ]
    return pairs


def example_pair(workspace: Workspace, category: str, *, recipe: str = "tuned") -> Pair:
    """Return the generated sound of the last test clip of a category, or of the first category at hand.

    The exchange is printed.

    Parameters
    ----------
    workspace : Workspace
        A model that is not there is trained.
    category : str
        Wanted.
    recipe : str
        Whose model.

    Returns
    -------
    Pair
        Its system is "original".
    """
    if category not in workspace.categories:
        print(f"no {category} in this profile: {workspace.categories[0]} is shown instead")
        category = workspace.categories[0]
    pack = workspace.pack(category)
    name = pack.part("test")[-1].name
    generated = generated_sounds(workspace.run(recipe, category), pack, cache=workspace.sound_cache)
    return pair_of(pack, name, generated[name], system=SYSTEMS[0])


def pair_of(pack: Pack, clip: str, estimate: Waveform, *, system: str, seed: int = 0) -> Pair:
    """Return a sound beside that of its clip, with the clip's events where they are known."""
    (own,) = (entry for entry in pack.part("test") if entry.name == clip)
    times = own.event_times if len(own.event_times) else None
    return Pair(system, pack.category, clip, own.waveform, estimate, seed=seed, event_times=times)
