"""One training step: bf16 against fp32; on a CPU direct convolutions, on a GPU channels-last and torch.compile.

Conventions
-----------
A step is v2ra.training.train_step in the paper's recipe: two updates of D, one of G, on random seconds
that are already on the device. The ratio is to plain fp32 in the same run, higher is better; the share is
of the machine's limit in the same number format (benchmarks/reference.py). torch has no channels-last
format for 1-D layers: it is given by the strides of their weights, which a 1-D convolution takes over.
On a GPU fp32 convolutions use TF32, torch's default, and so does the limit.

Source
------
Tables 1 to 3 (networks, batch 64), Section 4.2.

Usage
-----
python benchmarks/train_step.py [--repeats 3]
"""

from collections.abc import Callable
from pathlib import Path

import torch
from torch import nn

from benchmarks.reference import arithmetic_limits, fastest, machine, markdown, n_flops, parser
from v2ra.config import Config
from v2ra.layers import PhasedConv1d, PhasedConvTranspose1d
from v2ra.networks import State, processes, start
from v2ra.timing import PAPER
from v2ra.training import train_step

CPU_VARIANTS = ("fp32", "fp32 direct", "bf16")
GPU_VARIANTS = ("fp32", "bf16", "bf16 channels-last", "bf16 compiled", "bf16 channels-last compiled")


def sized(config: Config, *, base_width: int, batch_size: int) -> Config:
    """Return the configuration with networks and batches of another size."""
    return config.with_overrides(
        {
            "generator.base_width": base_width,
            "discriminator.base_width": base_width,
            "training.batch_size": batch_size,
        }
    )


def step_of(config: Config, variant: str, *, device: str) -> Callable[[], object]:
    """Return a task that takes one training step with fresh networks."""
    precision: str = "bf16-mixed" if variant.startswith("bf16") else "32-true"
    config = config.with_overrides({"training.precision": precision})
    fabric = processes(config.training.precision, accelerator=device, devices=1)
    state = start(fabric, config, description={"seed": 0}, checkpoint=Path("no checkpoint"))
    if "direct" in variant:
        _without_phases(state)
    if "channels-last" in variant:
        _last_channels(state)
    if "compiled" in variant:
        for network in (state.generator, state.discriminator):
            network.module.compile()  # type: ignore[union-attr]  # inside Fabric's wrapper
    shape = (config.training.batch_size, 1, PAPER.n_samples(1))
    batch = (torch.rand(shape, device=device) * 2 - 1, torch.randn(shape, device=device) / 10)
    return lambda: train_step(state, batch, fabric=fabric, config=config)


def _without_phases(state: State) -> None:
    """Let torch run all convolutions as they are written, stride, padding and all."""
    for network in (state.generator, state.discriminator):
        for module in network.modules():
            for phased, plain in ((PhasedConv1d, nn.Conv1d), (PhasedConvTranspose1d, nn.ConvTranspose1d)):
                if isinstance(module, phased):
                    module.__class__ = plain  # type: ignore[assignment]  # it is its parent


def _last_channels(state: State) -> None:
    """Lay out the weights of all convolutions with the channels last; shapes stay."""
    for network in (state.generator, state.discriminator):
        for module in network.modules():
            if isinstance(module, nn.Conv1d | nn.ConvTranspose1d) and module.in_channels > 1:
                module.weight.data = module.weight.data.transpose(1, 2).contiguous().transpose(1, 2)


def rows_of(
    config: Config, variants: tuple[str, ...], *, limits: dict[str, float], n_repeats: int, device: str
) -> list[dict[str, object]]:
    """Return a row for each variant of the step."""
    rows: list[dict[str, object]] = []
    flops, plain = 0, 0.0
    for variant in variants:
        step = step_of(config, variant, device=device)
        flops = flops or n_flops(step)
        if device == "cuda":
            torch.cuda.reset_peak_memory_stats()
        seconds = fastest(step, n_repeats=n_repeats, device=device)
        plain = plain or seconds
        rows.append(
            {
                "d": config.generator.base_width,
                "batch": config.training.batch_size,
                "variant": variant,
                "TFLOP a step": flops / 1e12,
                "seconds of sound a second": config.training.batch_size / seconds,
                "ratio to fp32": plain / seconds,
                "share of limit": flops / seconds / 1e9 / limits[variant[:4]],
                "GPU memory, GB": torch.cuda.max_memory_allocated() / 1e9 if device == "cuda" else "–",
            }
        )
    return rows


def main() -> None:
    """Print the table."""
    n_repeats = parser(__doc__).parse_args().repeats
    device = "cuda" if torch.cuda.is_available() else "cpu"
    limits = arithmetic_limits(device=device)
    print(machine(limits, device=device))
    variants, batch_size = (GPU_VARIANTS, 64) if device == "cuda" else (CPU_VARIANTS, 4)
    rows = []
    for width, batch in ((8, 8), (64, batch_size)):
        config = sized(Config(), base_width=width, batch_size=batch)
        rows += rows_of(config, variants, limits=limits, n_repeats=n_repeats, device=device)
    print(markdown(rows))


if __name__ == "__main__":
    main()
