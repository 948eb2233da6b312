"""Dubbing: the generator over a clip of 10 s, its audio filter, and the whole path at the paper's size.

Conventions
-----------
Times real time is seconds of sound over seconds of computing: above 1 is faster than real time. The
real-time factor of the whole path is its inverse: below 1 is faster. Models are loaded and warm before the
clock starts; the clip is synthetic, the weights of all networks are random, which changes no time.

Source
------
Section 4.2 ("we can generate a second audio in 0.03s on this GPU"); Section 3.2, "Audio filter".

Usage
-----
python benchmarks/generate.py [--weights FILE] [--repeats 3]
"""

import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch

from benchmarks.reference import arithmetic_limits, fastest, machine, markdown, n_flops, parser
from v2ra.backends import Backend, load_backend
from v2ra.checkpoint import load_run, save_weights, write_json
from v2ra.config import Config
from v2ra.dubbing import dub
from v2ra.foley.dataset import make_dataset
from v2ra.generation import generate_waveform
from v2ra.generator import Generator
from v2ra.layers import AudioFilter
from v2ra.muxing import mux
from v2ra.timing import PAPER

N_SECONDS = 10


def generator_rows(limits: Mapping[str, float], *, n_repeats: int) -> list[dict[str, object]]:
    """Return a row for each size of the generator and distance of windows."""
    features = np.random.default_rng(0).uniform(-1, 1, (N_SECONDS * PAPER.vectors_per_second, 4096))
    rows: list[dict[str, object]] = []
    for width in (8, 64):
        generator = Generator(Config().with_overrides({"generator.base_width": width}).generator).eval()
        plain = 0.0
        for hop in (1.0, 0.5):

            def task(hop: float = hop, generator: Generator = generator) -> object:
                n_samples = PAPER.n_samples(N_SECONDS)
                return generate_waveform(generator, features, n_samples=n_samples, hop_seconds=hop)

            flops, seconds = n_flops(task), fastest(task, n_repeats=n_repeats)
            plain = plain or seconds
            rows.append(
                {
                    "d": width,
                    "hop, s": hop,
                    "times real time": N_SECONDS / seconds,
                    "time, ratio to hop 1": seconds / plain,
                    "share of limit (fp32)": flops / seconds / 1e9 / limits["fp32"],
                }
            )
    return rows


def filter_rows(*, n_repeats: int) -> list[dict[str, object]]:
    """Return rows of the audio filter over ten seconds, by FFT and directly."""
    audio_filter = AudioFilter(1).requires_grad_(False)
    seconds_of_sound = torch.randn(N_SECONDS, 1, PAPER.n_samples(1))
    direct = fastest(lambda: audio_filter.direct(seconds_of_sound), n_repeats=n_repeats)
    by_fft = fastest(lambda: audio_filter(seconds_of_sound), n_repeats=n_repeats)
    return [
        {"audio filter": name, "times real time": N_SECONDS / seconds, "ratio to direct": direct / seconds}
        for name, seconds in (("direct", direct), ("FFT", by_fft))
    ]


def path_rows(backend: Backend, folder: Path, *, n_repeats: int) -> list[dict[str, object]]:
    """Return rows of what `v2ra generate CLIP --out FILE.mp4` does, at d = 64, once all is loaded."""
    manifest = make_dataset(folder, categories=["wood"], n_clips=1, n_seconds=N_SECONDS)
    clip = next(manifest.parent.glob("wood/*.mp4"))
    run = load_run(_untrained_run(folder / "run", backend))
    dub(clip, run, backend=backend)  # warms up
    totals: list[tuple[float, float, float]] = []
    for _ in range(n_repeats):
        generated = dub(clip, run, backend=backend)
        started = time.perf_counter()
        mux(clip, generated.waveform, folder / "dub.mp4", sample_rate=generated.sample_rate)
        muxed = time.perf_counter() - started
        totals.append((generated.feature_seconds, generated.generator_seconds, muxed))
    parts = [*min(totals, key=sum), min(map(sum, totals))]
    names = ("decoding and features", "generator", "sound into the mp4", "whole path")
    return [
        {"part": name, "real-time factor": part / N_SECONDS, "share of path": part / parts[-1]}
        for name, part in zip(names, parts, strict=True)
    ]


def _untrained_run(folder: Path, backend: Backend) -> Path:
    """Write a run folder with a generator as it is initialised."""
    overrides = {"features.backend": backend.name, "features.image_size": backend.image_size}
    config = Config().with_overrides(overrides)
    folder.mkdir()
    pack = {"features": backend.details}
    write_json(folder / "run.json", {"config": config.as_dict(), "category": "wood", "seed": 0, "pack": pack})
    save_weights(folder / "generator.safetensors", Generator(config.generator).state_dict())
    return folder


def main() -> None:
    """Print the three tables, and whether the whole path is faster than real time."""
    arguments = parser(__doc__)
    arguments.add_argument("--weights", help="state dict of VGG19; random without")
    options = arguments.parse_args()
    limits = arithmetic_limits()
    print(machine(limits))
    print(markdown(generator_rows(limits, n_repeats=options.repeats)), end="\n\n")
    print(markdown(filter_rows(n_repeats=options.repeats)), end="\n\n")
    # "seeded" at 256 px is VGG19 up to fc6 in full, with random weights.
    name = "vgg19" if options.weights else "seeded"
    backend = load_backend(name, weights=options.weights, image_size=256, device="cpu")
    with tempfile.TemporaryDirectory() as folder:
        rows = path_rows(backend, Path(folder), n_repeats=options.repeats)
    print(markdown(rows))
    factor = float(str(rows[-1]["real-time factor"]))
    print(
        f"VGG19 at 256 px ({backend.precision}), d = 64: {factor:.2f} s of computing for a second of video, "
        f"{'faster' if factor < 1 else 'slower'} than real time"
    )


if __name__ == "__main__":
    main()
