"""The file of a plan: ``plan.json`` in the folder of a study.

Conventions
-----------
The JSON holds the fields of `v2ra.study.plan.Plan` by name; a key too many or too few is an error. Files of stimuli
lie within the study.

Source
------
Ours.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from v2ra.environment import sha256_of
from v2ra.errors import InputError
from v2ra.sections import merge
from v2ra.study.plan import FORMAT, Plan, Screening, Stimulus, check_plan
from v2ra.writing import written_whole

PLAN_FILE = "plan.json"


def write_plan(plan: Plan, folder: Path) -> Path:
    """Write ``plan.json`` into a folder and return its path."""
    with written_whole(folder / PLAN_FILE) as part:
        part.write_text(json.dumps(plan.as_dict(), indent=1) + "\n", encoding="utf-8")
    return folder / PLAN_FILE


def read_plan(folder: Path) -> Plan:
    """Return the plan of a study.

    Raises
    ------
    InputError
        Where there is none, or it does not hold what `write_plan` writes.
    """
    path = folder / PLAN_FILE
    if not path.is_file():
        raise InputError(f"found no {path}; expected a folder of `v2ra study plan`; make one")
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        if values.pop("format") != FORMAT:
            raise ValueError("another format")
        plan = _plan_of(values)
    except (ValueError, TypeError, KeyError, AttributeError, OSError) as error:
        reason = " ".join(str(error).split())[:120]
        raise InputError(
            f"{path} is no plan ({reason}); expected what `v2ra study plan` writes; make it anew"
        ) from error
    check_plan(plan)
    return plan


def _plan_of(values: Mapping[str, Any]) -> Plan:
    """Return a plan from plain values; what no field takes is an error."""
    parts: dict[str, Any] = {}
    for name in ("items", "training", "checks", "level"):
        parts[name] = tuple(_stimulus(entry) for entry in values[name])
    parts["pairs"] = tuple((str(first), str(second)) for first, second in values["pairs"])
    parts["questions"] = tuple(map(str, values["questions"]))
    parts["screening"] = merge(
        {"screening": Screening()}, {"screening": values["screening"]}, source=PLAN_FILE
    )["screening"]
    numbers: dict[str, Any] = {name: int(values[name]) for name in ("seed", "n_listeners", "n_repeats")}
    texts: dict[str, Any] = {name: str(values[name]) for name in ("title", "consent")}
    unknown = set(values) - set(parts) - set(numbers) - set(texts)
    if unknown:
        raise ValueError(f"unknown key {sorted(unknown)[0]}")
    return Plan(**parts, **numbers, **texts)


def _stimulus(values: Mapping[str, Any]) -> Stimulus:
    """Return a stimulus whose file lies within the study."""
    stimulus = Stimulus(**values)
    path = Path(stimulus.file)
    if path.is_absolute() or ".." in path.parts or not stimulus.id.isalnum():
        raise ValueError(f"a file outside the study: {stimulus.file}")
    return stimulus


def check_files(plan: Plan, folder: Path) -> None:
    """Refuse a study whose stimuli are not what they were when it was planned.

    Raises
    ------
    InputError
        For the first that is missing or another file now.
    """
    for stimulus in plan.stimuli.values():
        path = folder / stimulus.file
        if not path.is_file():
            raise InputError(
                f"found no {path}; expected a stimulus of the plan; copy it back or make the plan anew"
            )
        if sha256_of(path) != stimulus.sha256:
            raise InputError(f"{path} is another file than was planned; copy it back or make the plan anew")
