"""What each verb of the command line does, as functions that take paths.

Conventions
-----------
Parents of outputs are made here and nowhere deeper. An output appears whole or not at all.

Source
------
Sections 3 and 4; one function a verb.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from v2ra.catalogue import SPLITS, find_category
from v2ra.checkpoint import load_run
from v2ra.clips import probe_clip
from v2ra.config import Config
from v2ra.datasets import Pack, load_pack, save_pack
from v2ra.dubbing import dub
from v2ra.enhancement import UNCHANGED, Enhancement
from v2ra.errors import InputError
from v2ra.features import extract_features
from v2ra.muxing import mux
from v2ra.packing import backend_of, make_pack
from v2ra.waveforms import write_waveform
from v2ra.writing import make_folder, written_whole

SUFFIXES = (".wav", ".flac", ".mp4")


def settings_of(files: Sequence[Path] | None, overrides: Mapping[str, Any]) -> Config:
    """Return the layered configuration of some files and overrides."""
    return Config.from_toml(*(files or ())).with_overrides(overrides)


def encode(
    source: Path, out: Path, config: Config, *, categories: Sequence[str] | None, cache: Path
) -> Iterator[str]:
    """Encode a clip or a folder of clips and yield a line for each file that was written."""
    backend = backend_of(config)
    if not source.is_dir():
        problems: list[str] = []
        vectors = extract_features(source, backend, which=config.features.which_frame, problems=problems)
        yield from (f"note: {source}: {line}" for line in problems)
        make_folder(out)
        path = out / f"{source.stem}.npy"
        with written_whole(path) as part:
            np.save(part, vectors)
        yield f"wrote {path}: {len(vectors)} vectors of {vectors.shape[1]} values"
        return
    for category in categories or find_category(source, None, config=config).categories:
        catalogue = find_category(source, category, config=config)
        pack = make_pack(catalogue, category, config=config, backend=backend, cache_dir=cache)
        make_folder(out)
        save_pack(pack, out / f"{category}.npz")
        yield f"wrote {out / category}.npz: {len(pack.clips)} clips, {len(pack.details['left_out'])} left out"


def pack_of(data: Path, category: str, config: Config, *, cache: Path) -> Pack:
    """Return a pack that lies there, or that of a category of a folder of clips, which is made and kept.

    Parameters
    ----------
    data : Path
        A pack of `v2ra features`, or a folder of clips.
    cache : Path
        Where features are kept, and ``<category>.npz``, the very pack that `v2ra features` would write.

    Raises
    ------
    InputError
        Where the pack is of another category, or no clip can be used.
    """
    if not data.is_dir():
        pack = load_pack(data)
        if pack.category != category:
            raise InputError(
                f"found {data} to hold {pack.category}; expected {category}; name the right pack"
            )
        return pack
    catalogue = find_category(data, category, config=config)
    backend = backend_of(config)
    make_folder(cache)
    pack = make_pack(catalogue, category, config=config, backend=backend, cache_dir=cache)
    save_pack(pack, cache / f"{category}.npz")
    return pack


def pack_line(pack: Pack) -> str:
    """Return in one line what a model is trained on, and where its contact times come from."""
    parts = ", ".join(f"{part} {len(pack.part(part))}" for part in SPLITS)
    details = pack.details
    line = f"{pack.category}: {len(pack.clips)} clips ({parts})"
    line += f"; contacts of {len(details.get('detected', ()))} found in their sound"
    n_missing = sum(details.get(key, 0) for key in ("n_unusable", "n_not_chosen"))
    return line + (f"; {n_missing} files not taken, see `v2ra data check`" if n_missing else "")


def generate_to(
    clip: Path,
    run_dir: Path,
    out: Path,
    *,
    weights: Path | None = None,
    enhancement: Enhancement = UNCHANGED,
) -> dict[str, float]:
    """Generate sound for a clip and write it; return durations and real-time factors.

    The factors are of generating alone; the enhancement has one of its own where there is one.

    Raises
    ------
    InputError
        Where the suffix is not one of .wav, .flac, .mp4, or an input cannot be used.
    """
    if out.suffix.lower() not in SUFFIXES:
        raise InputError(f"found output {out.name}; expected a name that ends in {', '.join(SUFFIXES)}")
    probe_clip(clip)  # a bad clip is named before weights are loaded
    run = load_run(run_dir)
    config = run.config
    if weights:
        config = replace(config, features=replace(config.features, weights=str(weights)))
    problems: list[str] = []
    generated = dub(clip, run, backend=backend_of(config), problems=problems)
    rate = generated.sample_rate
    started = time.perf_counter()
    enhanced = enhancement.of(generated.waveform, sample_rate=rate, category=run.details["category"])
    enhance_seconds = time.perf_counter() - started
    for line in [f"note: {problem}" for problem in problems] + enhanced.notes:
        print(line)
    make_folder(out.parent)
    if out.suffix.lower() == ".mp4":
        mux(clip, enhanced.waveform, out, sample_rate=rate)
    else:
        write_waveform(out, enhanced.waveform, sample_rate=rate)
    figures = {
        "n_seconds": generated.n_seconds,
        "real_time_factor": generated.real_time_factor,
        "feature_factor": generated.feature_seconds / generated.n_seconds,
        "generator_factor": generated.generator_seconds / generated.n_seconds,
    }
    if enhancement.scheme != "none":
        figures["enhance_factor"] = enhance_seconds / generated.n_seconds
    return figures
