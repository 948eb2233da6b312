"""One step of the comparison: a system fitted to a category, and its sound for every test clip, kept on disk.

Conventions
-----------
A folder of `Workspace.baseline_dir` holds ``sounds.npz`` (int16 (time,) by clip, at 44.1 kHz) and ``system.json``:
settings, seed, costs, commit, and the key of all that the sounds depend on. The JSON is written last and knows the
digest of the sounds: without the two that belong together, a step has not been done.

Costs: `fit_seconds` as a clock shows them and `fit_cpu_seconds` of this process; `real_time_factor`, computing a
second of sound, features at hand, below 1 is faster than real time; `latency_seconds`, computing until the sound of
a clip of one second is there.

Source
------
Section 4.4. That a system waits for the whole clip or not is stated in `v2ra.system_tables`.
"""

import argparse
import dataclasses
import json
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from v2ra.baselines.systems import SYSTEMS, fit_system, settings_of
from v2ra.datasets import INT16, UNREADABLE, EncodedClip, Pack, quantise
from v2ra.environment import commit, device
from v2ra.provenance import sha256_of
from v2ra.score_cache import code_version, digest
from v2ra.timing import PAPER
from v2ra.workspace import Workspace
from v2ra.writing import make_folder, written_whole

Float32 = NDArray[np.float32]
CODE = ("baselines", "datasets", "encoding", "readout", "training", "networks", "losses", "sound_events")
N_REPEATS = 3  # of a clip of one second; the fastest counts


@dataclass(frozen=True)
class Made:
    """What a step leaves: float32 (time,) by clip, and the JSON beside."""

    sounds: Mapping[str, Float32]
    details: Mapping[str, Any]


def made_by(workspace: Workspace, system: str, category: str, *, seed: int = 0) -> Made:
    """Return the sounds of a system for the test clips of a category; they are made if they are not there.

    Parameters
    ----------
    workspace : Workspace
        Whose pack is used, and whose settings.
    system : str
        One of `v2ra.baselines.systems.SYSTEMS`.
    category : str
        Of the pack.
    seed : int
        Of the fit and of the sounds.

    Raises
    ------
    InputError
        As the system's own `fit` does; nothing is written then.
    """
    settings = settings_of(system, workspace.baseline_file)
    pack = workspace.pack(category)
    parts = (system, seed, dataclasses.asdict(settings), sha256_of(workspace.pack_path(category)))
    key = digest(*parts, code_version(*CODE))
    folder = workspace.baseline_dir(system, category, seed=seed)
    found = _read(folder, key)
    if found is None:
        print(f"fitting {SYSTEMS[system]} to {category}, seed {seed}", flush=True)
        made = make_sounds(system, pack, settings, seed=seed)
        _write(made, folder, key)
        found = _read(folder, key)
        assert found is not None, "what has just been written is there"
    return found


def make_sounds(system: str, pack: Pack, settings: Any, *, seed: int = 0) -> Made:
    """Fit a system, let it sound, and measure what that costs.

    Examples
    --------
    >>> from v2ra.baselines.nearest import Settings
    >>> sound = np.ones(44100, np.int16)
    >>> clips = [EncodedClip(part, part, np.eye(10), sound, np.zeros(0)) for part in ("train", "test")]
    >>> made = make_sounds("nearest", Pack("wood", tuple(clips), {}), Settings())
    >>> list(made.sounds), made.details["n_parameters"], made.details["n_seconds"]
    (['test'], 0, 1.0)
    """
    started, started_cpu = time.perf_counter(), time.process_time()
    fitted = fit_system(system, pack, settings, seed=seed)
    fit_seconds, fit_cpu_seconds = time.perf_counter() - started, time.process_time() - started_cpu

    def sound_of(clip: EncodedClip) -> Float32:
        return fitted.synthesise(clip, seed=seed)

    sounds, costs = timed_sounds(sound_of, pack)
    details = {
        "system": system,
        "category": pack.category,
        "seed": seed,
        "n_parameters": fitted.n_parameters,
        "needs_events": fitted.needs_events,
        "fit_seconds": round(fit_seconds, 3),
        "fit_cpu_seconds": round(fit_cpu_seconds, 3),
        **costs,
        "settings": dataclasses.asdict(settings),
        "commit": commit(),
        "device": device(),
    }
    return Made(sounds, details)


def timed_sounds(
    sound_of: Callable[[EncodedClip], Float32], pack: Pack
) -> tuple[dict[str, Float32], dict[str, float]]:
    """Return the sound of each test clip, and how long they took.

    Parameters
    ----------
    sound_of : callable
        From a clip, as the pack has it, to its sound.
    pack : Pack
        Its test part is read.

    Returns
    -------
    tuple of dict and dict
        Sounds by clip; n_seconds (of sound), synthesis_seconds, real_time_factor, latency_seconds.

    Examples
    --------
    >>> clip = EncodedClip("a", "test", np.eye(10), np.ones(22050, np.int16), np.zeros(0))
    >>> sounds, costs = timed_sounds(lambda clip: clip.waveform, Pack("wood", (clip,), {}))
    >>> list(sounds), costs["n_seconds"]
    (['a'], 0.5)
    """
    clips = pack.part("test")
    short = first_second(clips[0])
    sound_of(short)  # what is compiled or read at the first call is not counted
    latencies, sounds = [], {}
    for _ in range(N_REPEATS):
        started = time.perf_counter()
        sound_of(short)
        latencies.append(time.perf_counter() - started)
    started = time.perf_counter()
    for clip in clips:
        sounds[clip.name] = sound_of(clip)
    seconds = time.perf_counter() - started
    n_seconds = sum(len(clip.sound) for clip in clips) / PAPER.sample_rate
    return sounds, {
        "n_seconds": n_seconds,
        "synthesis_seconds": round(seconds, 4),
        "real_time_factor": float(f"{seconds / n_seconds:.4g}"),
        "latency_seconds": float(f"{min(latencies):.4g}"),
    }


def first_second(clip: EncodedClip) -> EncodedClip:
    """Return the first second of a clip.

    Examples
    --------
    >>> first_second(EncodedClip("a", "test", np.eye(30), np.ones(99999, np.int16), np.array([0.5, 2]))).event_times
    array([0.5])
    """
    return replace(
        clip,
        features=clip.features[: PAPER.vectors_per_second],
        sound=clip.sound[: PAPER.sample_rate],
        event_times=clip.event_times[clip.event_times < 1],
    )


def _write(made: Made, folder: Path, key: str) -> None:
    make_folder(folder)
    arrays: dict[str, Any] = {name: quantise(sound) for name, sound in made.sounds.items()}
    with written_whole(folder / "sounds.npz") as part, open(part, "wb") as file:
        np.savez(file, **arrays)
    details = {**made.details, "key": key, "sounds_sha256": sha256_of(folder / "sounds.npz")}
    with written_whole(folder / "system.json") as part:
        part.write_text(json.dumps(details, indent=1) + "\n", encoding="utf-8")


def _read(folder: Path, key: str) -> Made | None:
    """Return what lies in a folder; None where it is not whole, or was made from something else."""
    try:
        details = json.loads((folder / "system.json").read_text(encoding="utf-8"))
        if details["key"] != key or details["sounds_sha256"] != sha256_of(folder / "sounds.npz"):
            return None
        with np.load(folder / "sounds.npz") as arrays:
            sounds = {name: (arrays[name] / INT16).astype(np.float32) for name in arrays.files}
    except UNREADABLE:
        return None
    return Made(sounds, details)


def main(arguments: list[str] | None = None) -> int:
    """Run ``python -m v2ra.system_sounds --category NAME …``: every system, one after another."""
    parser = argparse.ArgumentParser(description="Fit the other systems to one category.")
    for option, default in (("profile", "quick"), ("data", ""), ("out", "runs"), ("category", None)):
        parser.add_argument(f"--{option}", default=default, required=default is None)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    workspace = Workspace(options.profile, options.data, options.out)
    for system in SYSTEMS:
        made_by(workspace, system, options.category, seed=options.seed)
    return 0


if __name__ == "__main__":
    sys.exit(main())
