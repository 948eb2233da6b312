"""Train at the paper's size on a GPU from packs, and measure the step, the memory and the generator there.

Conventions
-----------
Runs on a machine with torch, numpy, scipy, pandas, safetensors, tqdm and lightning, without video or sound
libraries: clips are encoded beforehand (`v2ra features`, one pack a category, at most 60 MB). A *row* is a file of
differences, such as a row of Table 7. The time of --minutes is shared equally by the packs; within a pack all
rows and seeds train the same number of steps, as many as fit in 80 % of its share. Steps are
kept by the envelope correlation on the validation part alone: the onset detector is not needed here.

Output in --out: ``gpu.json`` (machine, limits, configurations, minutes), ``steps.csv`` (variants of one step,
ratios), ``runs.csv`` (category, row and seed with steps, minutes, memory, × real time of the generator, scores on
the test part, 1 is best; mismatched shows the floor), ``history_<category>_<row>_<seed>.csv`` (losses by step).
What is done is kept: a run that is stopped leaves the rows it has.

Source
------
Tables 1 to 3 and 7, Section 4.2.

Usage
-----
python -m benchmarks.gpu PACK.npz … --config configs/paper.toml --out DIR [--row FILE …] [--minutes 8]
"""

import argparse
import itertools
import json
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray

from benchmarks.reference import arithmetic_limits, fastest, machine, markdown, parser
from benchmarks.train_step import CPU_VARIANTS, GPU_VARIANTS, rows_of, sized, step_of
from v2ra.checkpoint import load_run
from v2ra.config import Config, parse_settings
from v2ra.datasets import EncodedClip, Pack, load_pack, prepared
from v2ra.errors import InputError
from v2ra.generation import generate_waveform
from v2ra.generator import Generator
from v2ra.precision import training_precision
from v2ra.segments import Segments
from v2ra.timing import PAPER
from v2ra.training import train

Float32 = NDArray[np.float32]
SHARE = 0.8  # of a pack's time that goes to steps; the rest is for looks at the validation part
N_TIMED = 3


def envelope_match(reference: Float32, estimate: Float32) -> float:
    """Return the correlation of two loudness envelopes in frames of 10 ms, −1 to 1, higher is better.

    The first value of v2ra.envelopes.envelope_correlation, whose module needs a library for video files.
    """
    size = PAPER.sample_rate // 100
    n_samples = min(len(reference), len(estimate)) // size * size
    pair = [
        np.square(sound[:n_samples], dtype=np.float64).reshape(-1, size) for sound in (reference, estimate)
    ]
    one, two = (np.sqrt(frames.mean(axis=1)) for frames in pair)  # (n_frames,) each
    flat = min(one.std(), two.std()) <= 1e-9
    return 0.0 if flat else float(np.corrcoef(one, two)[0, 1])


def scores(generator: Generator, clips: Sequence[EncodedClip], *, config: Config) -> dict[str, float]:
    """Return the envelope correlation on matched and mismatched clips, and the level (1 is right)."""
    hop = config.generation.hop_seconds
    sounds = [
        generate_waveform(generator, clip.features, n_samples=len(clip.sound), hop_seconds=hop)
        for clip in clips
    ]
    values = np.array([[envelope_match(clip.waveform, sound) for sound in sounds] for clip in clips])
    matched = np.eye(len(clips), dtype=bool)
    floor = float(values[~matched].mean()) if len(clips) > 1 else 0.0
    levels = [sound.std() / max(c.waveform.std(), 1e-6) for c, sound in zip(clips, sounds, strict=True)]
    score = float(values[matched].mean())
    return {"score": score, "mismatched": floor, "rms_ratio": float(np.mean(levels))}


def seconds_a_step(pack: Pack, config: Config, *, device: str) -> tuple[float, float]:
    """Return the seconds of one step, and the share of it that goes to drawing its batch."""
    precision = training_precision(config.training.precision, accelerator=device)
    variant = "bf16" if precision == "bf16-mixed" else "fp32"
    step = fastest(step_of(config, variant, device=device), n_repeats=N_TIMED, device=device)
    clips, settings = prepared(pack, config).part("train"), config.training
    segments = Segments(clips, settings.segmenting, settings.batch_size, 0)
    drawing = fastest(lambda: segments.batch(0), n_repeats=N_TIMED)
    return step + drawing, drawing / (step + drawing)


def run_pack(pack: Pack, config: Config, history_file: Path, *, seed: int, device: str) -> dict[str, object]:
    """Train on one pack, write its history, and return its row."""
    clips = prepared(pack, config)
    validation = clips.part("validation")
    started = time.monotonic()
    if device == "cuda":
        torch.cuda.reset_peak_memory_stats()
    with tempfile.TemporaryDirectory() as folder:  # a checkpoint of this size does not travel back
        history = train(
            config,
            pack,
            Path(folder) / "run",
            seed=seed,
            validate=(lambda g: scores(g, validation, config=config)) if validation else None,
            accelerator=device,
        )
        generator = load_run(Path(folder) / "run").generator.to(device)
    history.table.to_csv(history_file, index=False)
    minutes = (time.monotonic() - started) / 60
    test = clips.part("test") or validation or clips.part("train")
    n_seconds = len(test[0].sound) / PAPER.sample_rate
    generating = fastest(lambda: scores(generator, test[:1], config=config), n_repeats=N_TIMED, device=device)
    return {
        "steps": len(history.table),
        "kept step": history.best_step,
        "minutes": minutes,
        "GPU memory, GB": torch.cuda.max_memory_allocated() / 1e9 if device == "cuda" else "–",
        "generator × real time": n_seconds / generating,
        **{f"test {name}": value for name, value in scores(generator, test, config=config).items()},
        "warnings": len(history.warnings),
    }


def rows_of_table(options: argparse.Namespace) -> dict[str, Config]:
    """Return the configurations to train by name: one a file of --row, or that of --config alone."""
    overrides = parse_settings(options.set)
    layers = {path.stem: (*options.config, path) for path in options.row}
    layers = layers or {options.config[-1].stem: tuple(options.config)}
    return {name: Config.from_toml(*files).with_overrides(overrides) for name, files in layers.items()}


def run_table(
    pack: Pack, configs: Mapping[str, Config], options: argparse.Namespace, *, seconds: float
) -> Iterator[dict[str, object]]:
    """Train all rows and seeds on one pack for the same number of steps, and yield a row for each."""
    costs = {
        name: seconds_a_step(pack, config, device=options.accelerator) for name, config in configs.items()
    }
    fitting = int(SHARE * seconds / sum(whole for whole, _ in costs.values()) / options.seeds)
    for seed, (name, config) in itertools.product(range(options.seeds), configs.items()):
        n_steps = options.steps or max(1, min(config.training.n_steps, fitting))
        sized_config = config.with_overrides({"training.n_steps": n_steps})
        file = options.out / f"history_{pack.category}_{name}_{seed}.csv"
        row = run_pack(pack, sized_config, file, seed=seed, device=options.accelerator)
        head = {"category": pack.category, "row": name, "seed": seed}
        yield head | row | {"share of drawing batches": costs[name][1]}


def _without_paths(pack: Pack) -> dict[str, object]:
    return {key: value for key, value in pack.details.items() if key not in ("files", "left_out")}


def time_variants(config: Config, options: argparse.Namespace, limits: dict[str, float]) -> None:
    """Write and print what the variants of one step cost."""
    device = options.accelerator
    width, batch_size = config.generator.base_width, config.training.batch_size
    plain = sized(config, base_width=width, batch_size=batch_size)
    variants = GPU_VARIANTS if device == "cuda" else CPU_VARIANTS
    steps = rows_of(plain, variants, limits=limits, n_repeats=options.repeats, device=device)
    pd.DataFrame(steps).to_csv(options.out / "steps.csv", index=False)
    print(markdown(steps), flush=True)


def measure(options: argparse.Namespace) -> None:
    """Write everything to the folder of outputs."""
    started = time.monotonic()
    device: str = options.accelerator
    configs = rows_of_table(options)
    first = next(iter(configs.values()))
    packs = [load_pack(path) for path in options.packs]
    options.out.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(torch.get_num_threads() if device == "cpu" else first.training.n_threads)
    limits = arithmetic_limits(device=device, n_repeats=options.repeats, size=options.size)
    line = machine(limits, device=device)
    print(line)
    time_variants(first, options, limits)
    rows: list[dict[str, object]] = []
    for index, pack in enumerate(packs):
        left = options.minutes * 60 - (time.monotonic() - started)
        share = max(left, 1.0) / (len(packs) - index)
        for row in run_table(pack, configs, options, seconds=share):
            rows.append(row)
            pd.DataFrame(rows).to_csv(options.out / "runs.csv", index=False)  # what is done is kept
    details: dict[str, Any] = {"machine": line, "limits_gflops": limits, "torch": torch.__version__}
    details |= {"minutes": (time.monotonic() - started) / 60}
    details |= {"configs": {name: config.as_dict() for name, config in configs.items()}}
    details |= {"packs": {pack.category: _without_paths(pack) for pack in packs}}
    text = json.dumps(details, indent=1, default=str) + "\n"
    (options.out / "gpu.json").write_text(text, encoding="utf-8")
    print(markdown(rows))


def main() -> None:
    """Read the arguments; bad input is one line and status 2."""
    arguments = parser(__doc__)
    arguments.add_argument("packs", type=Path, nargs="+", help="files of `v2ra features`")
    arguments.add_argument("--config", type=Path, action="append", required=True, help="later files win")
    arguments.add_argument("--row", type=Path, nargs="+", default=[], help="differences, a file a row")
    arguments.add_argument("--seeds", type=int, default=1, help="runs a row")
    arguments.add_argument("--out", type=Path, required=True, help="folder of CSV and JSON")
    arguments.add_argument("--minutes", type=float, default=8.0, help="for all of it")
    arguments.add_argument("--steps", type=int, help="steps a run; what fits in the time without")
    arguments.add_argument("--size", type=int, default=0, help="of the matrices whose product is the limit")
    arguments.add_argument("--set", action="append", default=[], help="section.key=value; repeatable")
    arguments.add_argument("--accelerator", choices=("cuda", "cpu"), default="cuda")
    options = arguments.parse_args()
    try:
        if options.accelerator == "cuda" and not torch.cuda.is_available():
            raise InputError(
                "found no CUDA device; expected one; use --accelerator cpu with --steps for a trial"
            )
        if options.seeds < 1:
            raise InputError(f"found --seeds {options.seeds}; expected at least 1; raise it")
        measure(options)
    except InputError as error:
        print(f"error: {' '.join(str(error).split())}", file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    main()
