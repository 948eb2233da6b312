"""Feature backends: bf16 and channels-last against plain fp32, for the ten frames of one second.

Conventions
-----------
Times real time is seconds of video over seconds of computing, of the network alone (decoding and resizing
apart): above 1 is faster than real time. The ratio is to plain fp32 in the same run, higher is better. The
share is of the machine's limit in the same number format (benchmarks/reference.py). VGG19's weights are
random unless a file is given; that changes no time.

Source
------
Section 3.1: fc6 of VGG19, ten vectors a second (Eq. 3).

Usage
-----
python benchmarks/encode.py [--weights FILE] [--repeats 3]
"""

import torch
from torch import Tensor

from benchmarks.reference import arithmetic_limits, fastest, machine, markdown, n_flops, parser
from v2ra.backends import Backend, load_backend
from v2ra.timing import PAPER

LITE = "efficientnet_lite0"
VARIANTS = (
    ("fp32", torch.contiguous_format),
    ("fp32", torch.channels_last),
    ("bf16", torch.channels_last),
)


def rows_of(
    label: str, backend: Backend, *, limits: dict[str, float], n_repeats: int
) -> list[dict[str, object]]:
    """Return a row for each variant of a backend that was loaded in fp32; its network is converted."""
    shape = (PAPER.vectors_per_second, backend.image_size, backend.image_size, 3)
    images = backend.images(torch.randint(0, 256, shape, dtype=torch.uint8).numpy())  # (10, 3, size, size)
    flops = n_flops(lambda: _run(backend, images))
    rows: list[dict[str, object]] = []
    plain = 0.0
    for precision, layout in VARIANTS:
        dtype = torch.bfloat16 if precision == "bf16" else torch.float32
        backend.network.to(dtype=dtype, memory_format=layout)  # type: ignore[call-overload]
        same = images.to(dtype=dtype, memory_format=layout)
        seconds = fastest(lambda same=same: _run(backend, same), n_repeats=n_repeats)  # type: ignore[misc]
        plain = plain or seconds
        rows.append(
            {
                "backend": label,
                "px": backend.image_size,
                "variant": precision + (" channels-last" if layout is torch.channels_last else ""),
                "times real time": 1 / seconds,
                "ratio to fp32": plain / seconds,
                "share of limit": flops / seconds / 1e9 / limits[precision],
            }
        )
    return rows


def _run(backend: Backend, images: Tensor) -> Tensor:
    with torch.no_grad():
        features: Tensor = backend.network(images)
    return features


def main() -> None:
    """Print the table."""
    arguments = parser(__doc__)
    arguments.add_argument("--weights", help="state dict of VGG19; random without")
    options = arguments.parse_args()
    limits = arithmetic_limits()
    print(machine(limits))
    # "seeded" at 256 px is VGG19 up to fc6 in full, with random weights.
    name, label = ("vgg19", "vgg19") if options.weights else ("seeded", "vgg19 (random)")
    rows = []
    for title, backend, size in (
        ("seeded", "seeded", 64),
        (LITE, LITE, 128),
        (LITE, LITE, 224),
        (label, name, 256),
    ):
        weights = options.weights if backend == "vgg19" else None
        loaded = load_backend(backend, weights=weights, image_size=size, precision="fp32", device="cpu")
        rows += rows_of(title, loaded, limits=limits, n_repeats=options.repeats)
    print(markdown(rows))


if __name__ == "__main__":
    main()
