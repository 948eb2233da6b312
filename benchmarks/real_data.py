"""Training on the real clips at hand, with and without the synthetic set: what of it transfers.

A handful of clips is far too few to train on, and the intervals say so. Every impact clip, of whatever material, is
one category here: a material has two. Each annotated clip is tested by a model that was trained on all the others.

Conventions
-----------
Recipe *tuned* at quick size, untouched; the numbers of steps are fixed beforehand and the last step is kept, so that
nothing is chosen by what is scored. Truth is the annotated contacts. Systems: *real* (trained on the other real
clips), *foley_then_real* (trained on the synthetic set, then on with the real clips), *foley* (the synthetic set
alone), *foley_real_readout* (the networks of *foley*, with a read-out of V that is fitted to the real clips).
Onset F at ±50 ms beside other clips and chance, means with 95 % intervals over clips.

Source
------
Sections 4.1 and 4.2; pre-training is ours.

Usage
-----
python benchmarks/real_data.py CLIPS [--events FILE] [--steps 200] [--foley-steps 400] [--jobs 2] [--out FOLDER]
"""

import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path

import pandas as pd

from benchmarks.real_clips import annotated_contacts, dataset_of, listed_clips
from benchmarks.reference import parser
from v2ra import provenance
from v2ra.catalogue import Entry, find_category
from v2ra.checkpoint import Run, load_run
from v2ra.config import Config
from v2ra.datasets import EncodedClip, Pack, load_pack, readout_of, save_pack
from v2ra.errors import InputError
from v2ra.evaluation import Pair, evaluate_clips, summarise
from v2ra.foley.categories import IMPACT_CATEGORIES
from v2ra.foley.dataset import make_dataset
from v2ra.heldout import heldout_pairs, heldout_sounds
from v2ra.packing import backend_of, encode_clip, make_pack
from v2ra.score_tables import with_intervals
from v2ra.selection import train_category
from v2ra.timing import PAPER
from v2ra.workspace import Workspace, checkout
from v2ra.writing import make_folder

NAME = "impact"  # the one category that all of them make here
SYSTEMS = ("real", "foley_then_real", "foley", "foley_real_readout")


def config_of(n_steps: int) -> Config:
    """Return the tuned recipe at quick size with a number of steps."""
    steps = {"training.n_steps": n_steps, "training.validate_every": n_steps}
    return Workspace("quick").config("tuned").with_overrides(steps)


def real_pack(entries: Sequence[Entry], folder: Path, events: Path | None, *, cache: Path) -> Pack:
    """Return all clips as one pack; those with annotated contacts are its test part, the others train."""
    config = config_of(1)
    annotated = annotated_contacts(folder, events)
    backend = backend_of(config)
    clips = []
    for entry in entries:
        clip = encode_clip(entry, backend, cache_dir=cache, which=config.features.which_frame)
        times = annotated.get(f"{entry.category}/{entry.name}")
        known = clip if times is None else replace(clip, event_times=times)
        clips.append(replace(known, split="train" if times is None else "test"))
    details = {"features": backend.details, "which_frame": config.features.which_frame}
    return Pack(NAME, tuple(clips), {**details, "dataset_hash": dataset_of(entries)["sha256"]})


def foley_pack(out: Path, *, n_clips: int) -> Pack:
    """Return synthetic clips of the four materials as one pack, all of them to be learnt."""
    config = config_of(1)
    make_dataset(out / "data", categories=IMPACT_CATEGORIES, n_clips=n_clips, n_seconds=8)
    clips: list[EncodedClip] = []
    details, hashes = {}, []
    for category in IMPACT_CATEGORIES:
        found = find_category(out / "data", category, config=config)
        pack = make_pack(found, category, config=config, backend=backend_of(config), cache_dir=out / "cache")
        clips += [replace(clip, split="train") for clip in pack.clips]
        details = {key: pack.details[key] for key in ("features", "which_frame")}
        hashes.append(pack.details["dataset_hash"])
    return Pack(NAME, tuple(clips), {**details, "dataset_hash": hashes})


def fold_of(pack: Pack, name: str) -> Pack:
    """Return the pack in which one clip is held out and all others are learnt.

    Examples
    --------
    >>> clips = [EncodedClip(n, "test", np.zeros((1, 1)), np.zeros(1), np.zeros(0)) for n in "ab"]
    >>> [clip.split for clip in fold_of(Pack("impact", tuple(clips), {}), "a").clips]
    ['test', 'train']
    """
    clips = tuple(replace(clip, split="test" if clip.name == name else "train") for clip in pack.clips)
    return Pack(pack.category, clips, {**pack.details, "held_out": name})


def trained(pack: Pack, out: Path, *, n_steps: int, seed: int, start_from: Path | None = None) -> Run:
    """Return the model of a pack; a folder that holds the same run, finished or not, is gone on with."""
    train_category(
        pack,
        config_of(n_steps),
        out,
        seed=seed,
        resume=True,
        start_from=start_from,
        accelerator="cpu",
    )
    return load_run(out)


def pairs_of_fold(packs: Path, name: str, out: Path, n_steps: int, seed: int) -> list[Pair]:
    """Return what each system makes for one held-out clip."""
    fold = fold_of(load_pack(packs), name)
    foley = out / f"foley{seed}"
    runs = {
        "real": trained(fold, out / f"real{seed}" / name, n_steps=n_steps, seed=seed),
        "foley_then_real": trained(
            fold, out / f"then{seed}" / name, n_steps=n_steps, seed=seed, start_from=foley
        ),
        "foley": load_run(foley),
    }
    fitted = readout_of(fold, runs["foley"].config)
    runs["foley_real_readout"] = replace(runs["foley"], readout=fitted)
    return [
        pair
        for system, run in runs.items()
        for pair in heldout_pairs(heldout_sounds(run, fold), fold, system=system, seed=seed)
    ]


def summary_of(
    pack: Pack, out: Path, *, n_steps: int, foley_steps: int, n_foley: int, n_seeds: int, n_jobs: int
) -> pd.DataFrame:
    """Return the scores of all systems over folds and seeds."""
    synthetic = foley_pack(out / "foley", n_clips=n_foley)
    for seed in range(n_seeds):
        trained(synthetic, out / f"foley{seed}", n_steps=foley_steps, seed=seed)
    make_folder(out)
    save_pack(pack, out / "real.npz")
    names = [clip.name for clip in pack.part("test")]
    with ProcessPoolExecutor(n_jobs, mp_context=get_context("spawn")) as pool:
        coming = [
            pool.submit(pairs_of_fold, out / "real.npz", name, out, n_steps, seed)
            for seed in range(n_seeds)
            for name in names
        ]
        pairs = [pair for fold in coming for pair in fold.result()]
    return summarise(evaluate_clips(pairs, sample_rate=PAPER.sample_rate))


def main() -> int:
    """Print the table and keep it with its sidecar."""
    arguments = parser(__doc__)
    arguments.add_argument("clips", type=Path, help="folder of real clips, <category>/*.mp4")
    arguments.add_argument(
        "--events", type=Path, help="CSV of annotated contacts; default that of the folder"
    )
    arguments.add_argument(
        "--categories", default=",".join((*IMPACT_CATEGORIES, "other_impact")), help="with commas"
    )
    arguments.add_argument("--steps", type=int, default=200, help="on the real clips")
    arguments.add_argument("--foley-steps", type=int, default=400, help="on the synthetic ones")
    arguments.add_argument("--foley-clips", type=int, default=8, help="synthetic clips a material")
    arguments.add_argument("--seeds", type=int, default=1, help="models a system and fold")
    arguments.add_argument("--jobs", type=int, default=2, help="folds side by side")
    arguments.add_argument("--work", type=Path, default=Path("runs/real_data"), help="folder of models")
    arguments.add_argument("--out", type=Path, help="folder of the table; default tables/")
    options = arguments.parse_args()
    try:
        entries = listed_clips(options.clips, categories=options.categories.split(","))
        pack = real_pack(entries, options.clips, options.events, cache=options.work / "cache")
        if len(pack.part("test")) < 2:
            raise InputError(
                f"found {len(pack.part('test'))} annotated clips; expected two or more; give --events"
            )
        summary = summary_of(
            pack,
            options.work,
            n_steps=options.steps,
            foley_steps=options.foley_steps,
            n_foley=options.foley_clips,
            n_seeds=options.seeds,
            n_jobs=options.jobs,
        )
    except InputError as error:
        print(error, file=sys.stderr)
        return 2
    keep(summary, entries, pack, options.out or checkout() / "tables", vars(options))
    return 0


def keep(
    summary: pd.DataFrame, entries: Sequence[Entry], pack: Pack, directory: Path, options: dict[str, object]
) -> None:
    """Print the rows of the systems and save the table with its sidecar."""
    names = ("steps", "foley_steps", "foley_clips", "seeds")
    n_train = len(pack.clips) - 1
    details = provenance.details(
        notebook="real_data.py",
        profile="quick",
        parameters={**{name: options[name] for name in names}, "real_training_clips": n_train},
        dataset={**dataset_of(entries), "pre-training": "synthetic (foley)"},
        features={**pack.details["features"], "which_frame": pack.details["which_frame"]},
        seeds=range(int(str(options["seeds"]))),
    )
    text = with_intervals(summary[summary["system"].isin(SYSTEMS)]).to_markdown(index=False)
    provenance.save_table(summary, "supplement_real", directory=directory, details=details, markdown=text)
    print(text)


if __name__ == "__main__":
    sys.exit(main())
