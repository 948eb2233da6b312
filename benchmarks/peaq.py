"""PEAQ: CPU time over duration, distance to other implementations, official items of the ITU.

Conventions
-----------
Speed: CPU time of the process with one thread over the duration of the sound, 10 s of one channel at 48 kHz,
median of some runs after one that warms up; and the same over that of the Fourier transforms alone, 936 of
2048 samples for each pair, which says what the model costs beyond them on any machine.

`--oracle FOLDER` holds ``cases.csv`` with the columns ``ref48``, ``test48``, ``ODG_kabal``, ``DI_kabal``, one
``…_kabal`` for each variable, and ``ODG_gstpeaq``; differences are ours less theirs.

`--itu FOLDER` holds the sixteen items of BS.1387 as WAV at 48 kHz. The names of a reference and of its coded
version differ in three letters: ``acodsna.wav`` goes with ``arefsna.wav``. The items may be used for testing
PEAQ only; nothing of them is kept.

Source
------
ITU-R BS.1387-1, conformance test: an implementation conforms where each index is within 0.02.

Usage
-----
python benchmarks/peaq.py [--oracle FOLDER] [--itu FOLDER] [--repeats 3]
"""

import argparse
import sys
import time
from collections.abc import Callable, Hashable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import soundfile
import torch
from numpy.typing import NDArray

from benchmarks.reference import markdown, parser
from v2ra.errors import InputError
from v2ra.peaq import Grade, objective_difference_grade, objective_difference_grades
from v2ra.peaq.tables import load_itu_items, load_network

RATE, N_SECONDS, N_PAIRS = 48_000, 10, 32
Row = dict[str, object]


def cpu_seconds(task: Callable[[], object], n_repeats: int) -> float:
    """Return the CPU time of the fastest run of a task, after one that warms up: what else runs here slows it."""
    task()
    times = []
    for _ in range(n_repeats):
        started = time.process_time()
        task()
        times.append(time.process_time() - started)
    return min(times)


def speed(n_repeats: int) -> list[Row]:
    """Measure one pair and a batch of different ones."""
    rng = np.random.default_rng(0)
    references = [0.1 * rng.standard_normal(N_SECONDS * RATE).clip(-5, 5) for _ in range(N_PAIRS)]
    estimates = [side + 0.001 * rng.standard_normal(side.shape).clip(-5, 5) for side in references]
    frames = torch.randn(2 * (N_SECONDS * RATE // 1024 - 1), 2048, dtype=torch.float64)
    transforms = cpu_seconds(lambda: torch.fft.rfft(frames), n_repeats)
    one = cpu_seconds(
        lambda: objective_difference_grade(references[0], estimates[0], sample_rate=RATE), n_repeats
    )
    many = cpu_seconds(
        lambda: objective_difference_grades(references, estimates, sample_rate=RATE), n_repeats
    )
    return [
        _speed_row("one pair", one, transforms),
        _speed_row(f"batch of {N_PAIRS}, a pair", many / N_PAIRS, transforms),
    ]


def distances(folder: Path) -> pd.DataFrame:
    """Compare with the outputs of other implementations, a row for each defined case."""
    rows: list[Row] = []
    for line in pd.read_csv(folder / "cases.csv").to_dict("records"):
        try:
            found = _grade(folder / line["ref48"], folder / line["test48"])
        except InputError as error:
            print(f"{line['id']} ({line['description']}) is undefined: {error}\n")
            continue
        share, name = _worst_variable(found, line)
        rows.append(
            {
                "case": line["id"],
                "kind": line["group"],
                "what": line["description"],
                "ODG": found.odg,
                "ΔODG Kabal": found.odg - line["ODG_kabal"],
                "ΔDI Kabal": found.di - line["DI_kabal"],
                "worst variable": name,
                "share of its bar": share,
                "ΔODG GstPEAQ": found.odg - line["ODG_gstpeaq"],
                "ΔDI GstPEAQ": found.di - line["DI_gstpeaq"],
            }
        )
    return pd.DataFrame(rows)


def by_kind(table: pd.DataFrame) -> pd.DataFrame:
    """Return the largest absolute differences of each kind of case, and of all, and the median of all."""
    columns = ["ΔODG Kabal", "ΔDI Kabal", "ΔODG GstPEAQ", "ΔDI GstPEAQ"]
    sizes = table[columns].abs()
    kinds = [*table["kind"].unique()]
    parts = [(kind, sizes[table["kind"] == kind], "max") for kind in kinds]
    parts += [("all", sizes, "max"), ("all, median", sizes, "median")]
    rows = []
    for kind, part, statistic in parts:
        counts = {"cases": len(part), "with GstPEAQ": part["ΔODG GstPEAQ"].count()}
        rows.append({"kind": kind, **counts, **part.agg(statistic).to_dict()})
    return pd.DataFrame(rows)


def itu_items(folder: Path) -> list[Row]:
    """Grade the official items."""
    files = {path.stem.lower(): path for path in folder.rglob("*") if path.suffix.lower() == ".wav"}
    rows: list[Row] = []
    for line in load_itu_items().to_dict("records"):
        reference, estimate = files.get(line["item"].replace("cod", "ref")), files.get(line["item"])
        if reference is None or estimate is None:
            raise InputError(f"found no pair for {line['item']} in {folder}; expected 16; give their folder")
        found = _grade(reference, estimate)
        ours = {
            "own DI": f"{found.di:.3f}",
            "own ODG": f"{found.odg:.3f}",
            "ΔDI": f"{found.di - line['di']:+.3f}",
        }
        rows.append({"item": line["item"], "official DI": line["di"], "official ODG": line["odg"], **ours})
    return rows


def _speed_row(what: str, seconds: float, transforms: float) -> Row:
    return {
        "what": what,
        "CPU time / duration": f"{seconds / N_SECONDS:.4f}",
        "CPU time / transforms": f"{seconds / transforms:.1f}",
    }


def _grade(reference: Path, estimate: Path) -> Grade:
    """Grade two files, cut to the shorter."""
    sides = [soundfile.read(path)[0].T for path in (reference, estimate)]
    n_samples = min(side.shape[-1] for side in sides)
    first, second = (_whole(side, n_samples) for side in sides)
    return objective_difference_grade(first, second, sample_rate=RATE)


def _whole(samples: NDArray[np.float64], n_samples: int) -> NDArray[np.float64]:
    return samples[..., :n_samples]


def _worst_variable(found: Grade, line: Mapping[Hashable, Any]) -> tuple[float, str]:
    """Return the variable that is furthest off, as a share of 0.1 % or of 0.001."""
    network = load_network()
    shares = []
    for name, printed in zip(network.names, network.printed_names, strict=True):
        theirs = line[f"{printed}_kabal"]
        shares.append((abs(found.movs[name] - theirs) / (1e-3 * max(abs(theirs), 1)), printed))
    return max(shares)


def main() -> int:
    """Print the tables that were asked for."""
    arguments: argparse.ArgumentParser = parser(__doc__)
    arguments.add_argument("--oracle", type=Path, help="folder with outputs of other implementations")
    arguments.add_argument("--itu", type=Path, help="folder with the sixteen items of BS.1387")
    options = arguments.parse_args()
    torch.set_num_threads(1)
    try:
        if options.oracle:
            table = distances(options.oracle)
            for shown in (table, by_kind(table)):
                print(shown.to_markdown(index=False, floatfmt=".2g", missingval=""), end="\n\n")
        if options.itu:
            print(markdown(itu_items(options.itu)))
    except InputError as error:
        print(error, file=sys.stderr)
        return 2
    if not options.oracle and not options.itu:
        print(markdown(speed(options.repeats)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
