"""Whether a device multiplies bf16 numbers, and what "auto" stands for.

Conventions
-----------
bf16 has the range of float32 and eight bits of precision. Where a device has instructions for it,
networks run about twice as fast; where it has not, slower than in float32.

Source
------
Ours; the paper names no number format.
"""

from typing import Literal

import torch


def multiplies_bf16(device: torch.device) -> bool:
    """Return whether a device has instructions for bf16; without them bf16 is slower than fp32."""
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported())
    capabilities = torch.cpu.get_capabilities()
    return any(capabilities.get(name, False) for name in ("avx512_bf16", "amx_bf16"))


def training_precision(
    name: Literal["auto", "32-true", "bf16-mixed"], *, accelerator: str
) -> Literal["32-true", "bf16-mixed"]:
    """Return the precision of a training run; "auto" is bf16 on a device that multiplies it.

    Examples
    --------
    >>> training_precision("32-true", accelerator="cpu")
    '32-true'
    """
    if name != "auto":
        return name
    cuda = accelerator != "cpu" and torch.cuda.is_available()
    return "bf16-mixed" if multiplies_bf16(torch.device("cuda" if cuda else "cpu")) else "32-true"
