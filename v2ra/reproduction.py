"""One call of Snakemake that makes everything of a profile, and tells where to look.

Source
------
Ours: `make reproduce` and `v2ra reproduce` are this call.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

from v2ra.errors import InputError
from v2ra.workspace import Workspace, checkout
from v2ra.writing import make_folder


def reproduce(*, profile: str, data: Path | None, n_seeds: int, n_jobs: int, out: Path) -> int:
    """Make what is missing or out of date of a profile; return Snakemake's exit status.

    Parameters
    ----------
    profile : str
        "smoke", "quick" or "paper".
    data : Path, optional
        Folder of clips in place of the embedded set.
    n_seeds, n_jobs : int
        Models a category and recipe; jobs side by side.
    out : Path
        Folder of everything that is generated.

    Raises
    ------
    InputError
        Unknown profile, or a data folder that is not there.
    """
    if data is not None and not data.is_dir():
        raise InputError(f"found no folder {data}; expected <category>/*.mp4 in it; check the path")
    if min(n_seeds, n_jobs) < 1:
        raise InputError(f"found {n_seeds} seeds and {n_jobs} jobs; expected at least one of each")
    workspace = Workspace(profile, str(data.resolve()) if data else "", str(out))
    make_folder(workspace.folder)
    started = time.perf_counter()
    if not (workspace.folder / "models").exists():
        subprocess.run([sys.executable, "-m", "v2ra.warm_up"], cwd=checkout(), check=True)
    status = subprocess.run(
        _command(workspace, n_seeds, n_jobs), cwd=checkout(), env=_environment()
    ).returncode
    minutes = (time.perf_counter() - started) / 60
    print(_outcome(workspace, minutes) if status == 0 else _failure(workspace), flush=True)
    return status


def _command(workspace: Workspace, n_seeds: int, n_jobs: int) -> list[str]:
    settings = {
        "profile": workspace.profile,
        "data": workspace.data,
        "out": workspace.out,
        "n_seeds": n_seeds,
    }
    return [
        *(sys.executable, "-m", "snakemake", "--cores", str(n_jobs), "--rerun-incomplete", "--keep-going"),
        *("--quiet", "rules", "host", "--nolock", "--directory", str(checkout())),
        *("--config", *(f"{key}={value}" for key, value in settings.items())),
    ]


def _environment() -> dict[str, str]:
    # Two jobs with one thread each beat one job with two threads: threads of small layers mostly wait.
    environment = {"OMP_NUM_THREADS": "1", "PYTHONWARNINGS": "ignore::DeprecationWarning"}
    # glibc hands large blocks back to the system at once; a training step would fault 10,000 pages in anew.
    environment |= dict.fromkeys(("MALLOC_MMAP_THRESHOLD_", "MALLOC_TRIM_THRESHOLD_"), str(2**30))
    return os.environ | environment


def _outcome(workspace: Workspace, minutes: float) -> str:
    first = workspace.folder / "notebooks" / "00_tour.ipynb"
    return "\n".join(
        (
            f"done in {minutes:.1f} minutes (profile {workspace.profile})",
            f"  hear:    {workspace.folder / 'sounds'} (mp4 with the generated sound), or {first} in JupyterLab",
            f"  tables:  {workspace.tables}",
            f"  figures: {workspace.figures}",
        )
    )


def _failure(workspace: Workspace) -> str:
    return f"not everything could be made; see the lines above and {workspace.folder / 'logs'}; then run it again"
