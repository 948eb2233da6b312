"""What a program runs on, and from which state it starts: seeds, versions, device, commit, file hashes.

Conventions
-----------
Everything is read from the machine and the checkout at the moment of the call; nothing is cached. What
cannot be known is said so: ``unknown`` commit, ``absent`` library.

Source
------
The project's own rule that a number states where it was made; nothing here comes from the paper.
"""

import hashlib
import platform
import random
import subprocess
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np

from v2ra.errors import InputError

PACKAGES = ("torch", "torchvision", "torchaudio", "numpy", "scipy", "pandas", "matplotlib", "av", "soundfile")
# What decides a number. A table or figure that is rewritten does not make the checkout count as changed.
SOURCES = ("v2ra", "notebooks", "configs", "Snakefile", "pyproject.toml", "requirements.lock")


def sha256_of(path: str | Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal digits.

    Parameters
    ----------
    path : str or Path
        File of any size; it is read in blocks.

    Returns
    -------
    str
        64 digits.

    Examples
    --------
    >>> import os
    >>> sha256_of(os.devnull)[:12]
    'e3b0c44298fc'
    """
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def seed_everything(seed: int) -> None:
    """Seed the generators of Python, NumPy and PyTorch, on every device.

    Parameters
    ----------
    seed : int
        From 0 to 2**32 - 1, the range of NumPy's global generator.

    Examples
    --------
    >>> seed_everything(7)
    >>> first = random.random()
    >>> seed_everything(7)
    >>> random.random() == first
    True
    """
    import torch  # takes seconds to import, and the programs that only draw or hash do not need it

    if not 0 <= seed < 2**32:
        raise InputError(f"found seed {seed}; expected 0 to 4294967295; choose another seed")
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002  (libraries that draw from the global generator)
    torch.manual_seed(seed)


def commit() -> str:
    """Commit of the checkout that this package runs from.

    Returns
    -------
    str
        40 digits; ``+dirty`` follows when a file that decides numbers differs from that commit;
        ``unknown`` when the package does not run from a checkout.

    Examples
    --------
    >>> commit() == "unknown" or len(commit().removesuffix("+dirty")) == 40
    True
    """
    here = Path(__file__).resolve()
    # Asking for this very file keeps us from naming the commit of some other project around a site-packages.
    if _git(here.parent, "ls-files", "--error-unmatch", here.name) is None:
        return "unknown"
    head = _git(here.parent, "rev-parse", "HEAD")
    if head is None:
        return "unknown"
    changed = _git(here.parent.parent, "status", "--porcelain", "--", *SOURCES)
    return head + ("+dirty" if changed else "")


def versions() -> dict[str, str]:
    """Versions of Python, of this package and of the libraries that decide numbers.

    Returns
    -------
    dict
        Name → version; a library that is not installed reads ``absent``.

    Examples
    --------
    >>> list(versions())[:3]
    ['python', 'v2ra', 'torch']
    """
    return {"python": platform.python_version(), **{name: _version(name) for name in ("v2ra", *PACKAGES)}}


def device() -> dict[str, Any]:
    """Processor, thread count and GPU of this machine.

    Returns
    -------
    dict
        ``cpu`` (model), ``threads`` (that PyTorch uses), ``cuda`` (name of the first GPU, or None).

    Examples
    --------
    >>> sorted(device())
    ['cpu', 'cuda', 'threads']
    """
    import torch

    cuda = torch.cuda.get_device_name(0) if torch.cuda.is_available() else None
    return {"cpu": _cpu_model(), "threads": torch.get_num_threads(), "cuda": cuda}


def _git(folder: Path, *arguments: str) -> str | None:
    """Output of a git command, or None where git or the checkout is missing."""
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *arguments], capture_output=True, text=True, check=True
        )
    except (FileNotFoundError, subprocess.CalledProcessError):
        return None
    return done.stdout.strip()


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "absent"


def _cpu_model() -> str:
    """Model name as Linux gives it; elsewhere what Python knows."""
    table = Path("/proc/cpuinfo")
    lines = table.read_text(encoding="utf-8").splitlines() if table.is_file() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.processor() or platform.machine()
