"""The machine's own arithmetic limit, and what the other scripts share: timing, counting, a table.

Conventions
-----------
The limit is the speed of one large matrix product in GFLOP/s (a multiplication and an addition are two),
measured in the same run as what is held against it. A machine that does other work at the same time slows
both, the product and the network, so that shares and ratios say more than times. Of several runs the
fastest counts. FFTs are not counted as arithmetic.

Source
------
The project's own rule: benchmarks print ratios within one run.

Usage
-----
python benchmarks/reference.py prints the limits.
"""

import argparse
import importlib
import importlib.util
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence

import torch
from torch.utils.flop_counter import FlopCounterMode

if importlib.util.find_spec("lightning_fabric") is None and importlib.util.find_spec("lightning"):
    # Fabric is the package lightning_fabric, or a part of the larger package lightning, under another
    # name. v2ra imports the first; where there is only the second, it stands in. The modules that v2ra
    # names are aliased one by one: found through an alias of the parent they would be loaded twice.
    for _name in ("", ".strategies", ".strategies.ddp"):
        sys.modules[f"lightning_fabric{_name}"] = importlib.import_module(f"lightning.fabric{_name}")

DTYPES = {"fp32": torch.float32, "bf16": torch.bfloat16}
SIZES = {"cpu": 2048, "cuda": 8192}  # rows and columns of the matrices: 17 and 1100 GFLOP


def fastest(task: Callable[[], object], *, n_repeats: int = 3, device: str = "cpu") -> float:
    """Return the seconds of the fastest run of a task, after one that warms up."""
    task()
    durations = []
    for _ in range(n_repeats):
        _wait(device)
        started = time.perf_counter()
        task()
        _wait(device)
        durations.append(time.perf_counter() - started)
    return min(durations)


def arithmetic_limits(*, device: str = "cpu", n_repeats: int = 5, size: int = 0) -> dict[str, float]:
    """Return the GFLOP/s of a matrix product by number format, "fp32" and "bf16"."""
    size = size or SIZES[device]
    if device == "cuda":
        torch.set_float32_matmul_precision("high")  # TF32, which convolutions use by default
    limits = {}
    for name, dtype in DTYPES.items():
        one, two = torch.randn(2, size, size, device=device).to(dtype)
        seconds = fastest(lambda one=one, two=two: one @ two, n_repeats=n_repeats, device=device)  # type: ignore[misc]
        limits[name] = 2 * size**3 / seconds / 1e9
    return limits


def n_flops(task: Callable[[], object]) -> int:
    """Return the floating point operations of a task, counted from the shapes of its layers."""
    with FlopCounterMode(display=False) as counter:
        task()
    return int(counter.get_total_flops())


def markdown(rows: Sequence[Mapping[str, object]]) -> str:
    """Return rows as a Markdown table; numbers have three digits."""
    names = list(rows[0])
    lines = [names, ["---"] * len(names), *([_cell(row[name]) for name in names] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def machine(limits: Mapping[str, float], *, device: str = "cpu") -> str:
    """Return a line on the machine: threads, what else it does, its limits."""
    load = f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    name = torch.cuda.get_device_name() if device == "cuda" else f"{torch.get_num_threads()} threads"
    speeds = ", ".join(f"{precision} {speed:.0f} GFLOP/s" for precision, speed in limits.items())
    return f"{device} ({name}), {load}; matrix product {speeds}; bf16 / fp32 = {limits['bf16'] / limits['fp32']:.2f}"


def parser(description: str | None) -> argparse.ArgumentParser:
    """Return a parser of arguments with the option that all scripts share."""
    arguments = argparse.ArgumentParser(description=(description or "").splitlines()[0])
    arguments.add_argument("--repeats", type=int, default=3, help="runs of each part; the fastest counts")
    return arguments


def _cell(value: object) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def _wait(device: str) -> None:
    """Wait for what was launched on a GPU."""
    if device == "cuda":
        torch.cuda.synchronize()


def main() -> None:
    """Print the limits of this machine."""
    repeats = parser(__doc__).parse_args().repeats
    device = "cuda" if torch.cuda.is_available() else "cpu"
    print(machine(arithmetic_limits(device=device, n_repeats=repeats), device=device))


if __name__ == "__main__":
    main()
