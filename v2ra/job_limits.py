"""What one job of the pipeline may take: a scheduler wants to know before it starts one.

Conventions
-----------
Memory in MB (``mem_mb``), minutes (``runtime``) and graphics cards (``gpu``), by Snakemake's own names. They are
bounds, not measurements: a job that exceeds them is ended by the scheduler. On one machine nothing holds a job
to them. At the paper's size one card goes to a training run, and its bounds are estimates: no run of it is measured.

Source
------
Ours: at the quick size, ten times what two processor cores needed and twice their memory, rounded up.
"""

from v2ra.errors import InputError
from v2ra.profiles import size_of

SMALL = {  # step → MB, minutes
    "clips": (4000, 30),
    "pack": (4000, 30),
    "train": (4000, 60),
    "systems": (6000, 60),
    "notebook": (8000, 60),
}
PAPER = {
    "clips": (8000, 120),
    "pack": (16000, 240),
    "train": (32000, 720),
    "systems": (16000, 720),
    "notebook": (32000, 240),
}


def job_limits(step: str, profile: str) -> dict[str, int]:
    """Return the bounds of a job.

    Parameters
    ----------
    step : str
        "clips", "pack", "train", "systems" or "notebook".
    profile : str
        "smoke", "quick" or "paper", with or without the name of a split.

    Returns
    -------
    dict of str to int
        ``mem_mb`` in MB and ``runtime`` in minutes; for a training run of the paper's size ``gpu``, 1.

    Raises
    ------
    InputError
        Where there is no such step.

    Examples
    --------
    >>> job_limits("train", "quick")
    {'mem_mb': 4000, 'runtime': 60}
    """
    table = PAPER if size_of(profile) == "paper" else SMALL
    if step not in table:
        raise InputError(f"found step '{step}'; expected one of {', '.join(table)}; choose one")
    memory, minutes = table[step]
    cards = {"gpu": 1} if (step, size_of(profile)) == ("train", "paper") else {}
    return {"mem_mb": memory, "runtime": minutes} | cards
