"""Execute one notebook through papermill; a failure is told in four lines.

Conventions
-----------
The source is never written over: the executed copy goes to another file, whole or as far as it came.

Source
------
Ours; the notebooks follow the order of the paper.
"""

import argparse
import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import papermill
from papermill.exceptions import PapermillExecutionError
from traitlets.config import Config

from v2ra.config import as_value
from v2ra.player_files import EXECUTED_IN

# What a notebook and its kernel tell each other is nobody else's on a shared machine; without it each kernel warns.
ENCRYPTED = Config(KernelManager={"transport_encryption": "auto"})


def execute(source: Path, executed: Path, parameters: dict[str, Any]) -> None:
    """Run a notebook with parameters and keep the executed copy.

    Raises
    ------
    PapermillExecutionError
        Where a cell fails; the executed copy then shows where.
    """
    executed.parent.mkdir(parents=True, exist_ok=True)
    with _told(executed.parent):
        papermill.execute_notebook(
            str(source),
            str(executed),
            parameters=parameters,
            cwd=str(source.parent),
            progress_bar=False,
            log_output=False,
            config=ENCRYPTED,
        )


@contextmanager
def _told(folder: Path) -> Iterator[None]:
    """Let kernels know where the executed notebook will lie, so that long players link files beside it."""
    before = os.environ.get(EXECUTED_IN)
    os.environ[EXECUTED_IN] = str(folder.resolve())
    try:
        yield
    finally:
        os.environ.pop(EXECUTED_IN)
        if before is not None:
            os.environ[EXECUTED_IN] = before


def failure_text(source: Path, executed: Path, error: PapermillExecutionError) -> str:
    """Return which notebook and cell failed, why, and what to open."""
    lines = [line for line in (error.source or "").strip().splitlines() if line.strip()]
    return "\n".join(
        (
            f"notebook {source.name} failed in cell {error.exec_count}",
            f"  cell:  {lines[0] if lines else '(empty)'}",
            f"  error: {error.ename}: {error.evalue}",
            f"  open:  {executed}",
        )
    )


def main(arguments: list[str] | None = None) -> int:
    """Run ``python -m v2ra.execution NOTEBOOK EXECUTED KEY=VALUE …``; 1 where a cell fails."""
    parser = argparse.ArgumentParser(description="Execute one notebook.")
    parser.add_argument("source", type=Path)
    parser.add_argument("executed", type=Path)
    parser.add_argument("parameters", nargs="*", help="KEY=VALUE")
    options = parser.parse_args(arguments)
    logging.getLogger("papermill").setLevel(logging.ERROR)
    parameters = {key: as_value(value) for key, _, value in (p.partition("=") for p in options.parameters)}
    try:
        execute(options.source, options.executed, parameters)
    except PapermillExecutionError as error:
        print(failure_text(options.source, options.executed, error), file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
