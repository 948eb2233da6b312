"""One call of Snakemake that makes everything of a profile, and tells where to look.

Conventions
-----------
A notebook is named by its number or its file's name ("05", "05_generation"); a cluster by a folder that holds a
profile of Snakemake, such as ``profiles/slurm``. Without one, the jobs run on this machine.

Source
------
Ours: `make reproduce` and `v2ra reproduce` are this call.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path

from v2ra.differences import beside_committed, report
from v2ra.errors import InputError
from v2ra.forked_jobs import can_fork, forked_jobs
from v2ra.readiness import readiness
from v2ra.workspace import Workspace, checkout
from v2ra.writing import make_folder


def reproduce(
    profile: str,
    data: Path | None,
    *,
    n_seeds: int,
    n_jobs: int | None,
    out: Path,
    only: Sequence[str] | None = None,
    cluster: Path | None = None,
    verify: bool = False,
) -> int:
    """Make what is missing or out of date of a profile; return Snakemake's exit status.

    Where results are committed, the new ones are held against them at the end, and what differs is listed.

    Parameters
    ----------
    profile : str
        "smoke", "quick" or "paper"; "-official" behind it takes the lists of the clips' makers.
    data : Path, optional
        Folder of clips in place of the embedded set.
    n_seeds : int
        Models a category and recipe.
    n_jobs : int, optional
        Jobs side by side; default the processors of this machine, on a cluster what its profile says.
    out : Path
        Folder of everything that is generated.
    only : sequence of str, optional
        Notebooks; with what they need they are all that is made. Default everything.
    cluster : Path, optional
        Folder of a profile that hands the jobs to other machines.
    verify : bool
        Leave the committed results alone: the new ones lie in the folder of the profile; 1 where one differs.

    Raises
    ------
    InputError
        Unknown profile or notebook, a folder that is not there, a category without clips to learn or to test, or
        nothing committed to verify.
    """
    if data is not None and not data.is_dir():
        raise InputError(f"found no folder {data}; expected <category>/*.mp4 in it; check the path")
    if min(n_seeds, 1 if n_jobs is None else n_jobs) < 1:
        raise InputError(f"found {n_seeds} seeds and {n_jobs} jobs; expected at least one of each")
    if cluster is not None and not (cluster / "config.yaml").is_file():
        raise InputError(f"found no config.yaml in {cluster}; expected a profile such as profiles/slurm")
    if verify and only:
        raise InputError(
            "found --verify with --only; expected all notebooks to compare; leave one of them out"
        )
    chosen = [notebook_named(name) for name in only or ()]
    workspace = Workspace(profile, str(data.resolve()) if data else "", str(out))
    workspace = beside_committed(workspace) if verify else workspace
    for line in readiness(workspace, chosen):
        print(line, flush=True)
    make_folder(workspace.folder)
    started = time.perf_counter()
    rules = [f"notebook_{name}" for name in chosen]
    command = pipeline_command(workspace, rules, n_seeds=n_seeds, n_jobs=n_jobs, cluster=cluster)
    compiled = (workspace.folder / "models").exists()
    status = _run(command, forked=cluster is None and can_fork(), compiled=compiled)
    minutes = (time.perf_counter() - started) / 60
    print(_failure(workspace) if status else _outcome(workspace, minutes), flush=True)
    return status or _compared(workspace, verify=verify)


def _compared(workspace: Workspace, *, verify: bool) -> int:
    """Tell what differs from the committed results, where there are any; 1 where a verification found something."""
    if not verify and workspace.results != checkout():
        return 0
    text, n_differences = report(workspace)
    print(text, flush=True)
    return int(verify and n_differences > 0)


def notebook_named(name: str) -> str:
    """Return the whole name of a notebook from its number or name.

    Parameters
    ----------
    name : str
        "05", "05_generation" or "05_generation.ipynb".

    Raises
    ------
    InputError
        Where no notebook is called so.

    Examples
    --------
    >>> notebook_named("05")
    '05_generation'
    """
    names = sorted(path.stem for path in (checkout() / "notebooks").glob("[0-9]*.ipynb"))
    found = [full for full in names if name.removesuffix(".ipynb") in (full, full.partition("_")[0])]
    if not found:
        numbers = ", ".join(full.partition("_")[0] for full in names)
        raise InputError(f"found no notebook '{name}'; expected a number or name; choose one of {numbers}")
    return found[0]


def _machines(n_jobs: int | None, cluster: Path | None) -> list[str]:
    """Return what tells Snakemake where jobs run, and how many side by side."""
    if cluster is None:
        return ["--cores", str(n_jobs or os.cpu_count() or 1)]
    jobs = [] if n_jobs is None else ["--jobs", str(n_jobs)]
    return ["--workflow-profile", str(cluster.resolve()), *jobs]


def pipeline_command(
    workspace: Workspace, rules: Sequence[str], *, n_seeds: int, n_jobs: int | None, cluster: Path | None
) -> list[str]:
    """Return the call of Snakemake that makes what some rules of the Snakefile make, or everything without any.

    Parameters
    ----------
    workspace : Workspace
        Of the profile.
    rules : sequence of str
        Such as "notebook_05_generation" or "train_tuned_wood_0".
    n_seeds, n_jobs, cluster
        As in `reproduce`.

    Examples
    --------
    >>> command = pipeline_command(Workspace("smoke"), ["clips"], n_seeds=1, n_jobs=2, cluster=None)
    >>> command[1:6]
    ['-m', 'snakemake', 'clips', '--cores', '2']
    """
    settings = {
        "profile": workspace.profile,
        "data": workspace.data,
        "out": workspace.out,
        "n_seeds": n_seeds,
    }
    return [
        *(sys.executable, "-m", "snakemake", *rules, *_machines(n_jobs, cluster)),
        *("--rerun-incomplete", "--keep-going"),
        *("--quiet", "rules", "host", "--nolock", "--directory", str(checkout())),
        *("--config", *(f"{key}={value}" for key, value in settings.items())),
    ]


def _run(command: Sequence[str], *, forked: bool, compiled: bool) -> int:
    """Run Snakemake, with a server that forks its jobs or without; a `kill` ends it as Ctrl-C does."""
    plain = environment()
    if not forked and not compiled:
        subprocess.run([sys.executable, "-m", "v2ra.warm_up"], cwd=checkout(), check=True)
    before = signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        with forked_jobs(plain) if forked else nullcontext(plain) as told:
            return subprocess.run(command, cwd=checkout(), env=told).returncode
    finally:
        signal.signal(signal.SIGTERM, before)


def environment() -> dict[str, str]:
    """Return the environment of a run's processes: one thread each, memory that is kept.

    Examples
    --------
    >>> environment()["OMP_NUM_THREADS"]
    '1'
    """
    # Two jobs with one thread each beat one job with two threads: threads of small layers mostly wait.
    ours = {"OMP_NUM_THREADS": "1", "PYTHONWARNINGS": "ignore::DeprecationWarning"}
    # glibc hands large blocks back to the system at once; a training step would fault 10,000 pages in anew.
    ours |= dict.fromkeys(("MALLOC_MMAP_THRESHOLD_", "MALLOC_TRIM_THRESHOLD_"), str(2**30))
    ours["GLIBC_TUNABLES"] = "glibc.malloc.hugetlb=1"  # in large pages: a step takes 3 % less
    return os.environ | ours


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
