"""Notebooks that are run: what a failure tells, and what is kept of it."""

import json
import os
from pathlib import Path

import pytest

from v2ra.execution import main
from v2ra.player_files import EXECUTED_IN


def notebook(path: Path, *cells: str) -> Path:
    """Write a notebook: a cell of parameters, then these."""
    sources = ("N_CLIPS = 1  # default", *cells)
    plain: dict[str, object] = {"cell_type": "code", "execution_count": None, "outputs": []}
    written: list[dict[str, object]] = [
        {**plain, "id": f"{index}", "metadata": {}, "source": text} for index, text in enumerate(sources)
    ]
    written[0]["metadata"] = {"tags": ["parameters"]}
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    content = {"cells": written, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def outputs(path: Path) -> str:
    """Return the text that the cells of an executed notebook print."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    printed = [output.get("text", []) for cell in cells for output in cell.get("outputs", [])]
    return "".join(line for lines in printed for line in lines)


def test_a_notebook_runs_with_its_parameters_where_it_lies(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = notebook(
        tmp_path / "books" / "one.ipynb",
        "from pathlib import Path",
        "print(N_CLIPS + 1, DATA == '', PROFILE, Path.cwd().name)",
    )
    before = source.read_bytes()
    executed = tmp_path / "runs" / "new" / "one.ipynb"
    assert main([str(source), str(executed), "N_CLIPS=41", "DATA=", "PROFILE=smoke"]) == 0
    assert outputs(executed) == "42 True smoke books\n"
    assert source.read_bytes() == before
    assert capsys.readouterr().out == ""


def test_a_kernel_knows_where_its_executed_notebook_will_lie_and_others_do_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(EXECUTED_IN, raising=False)
    source = notebook(tmp_path / "one.ipynb", f"import os\nprint(os.environ['{EXECUTED_IN}'])")
    assert main([str(source), str(tmp_path / "runs" / "one.ipynb")]) == 0
    assert outputs(tmp_path / "runs" / "one.ipynb") == f"{(tmp_path / 'runs').resolve()}\n"
    assert EXECUTED_IN not in os.environ


def test_a_failure_is_told_in_four_lines_and_the_copy_shows_where(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = notebook(
        tmp_path / "two.ipynb", "print('so far')", "\nvalues = {}\nvalues['missing']", "print('never')"
    )
    before = source.read_bytes()
    executed = tmp_path / "runs" / "two.ipynb"
    assert main([str(source), str(executed)]) == 1
    assert capsys.readouterr().err.splitlines() == [
        "notebook two.ipynb failed in cell 3",
        "  cell:  values = {}",
        "  error: KeyError: 'missing'",
        f"  open:  {executed}",
    ]
    assert outputs(executed).startswith("so far\n")
    assert "never" not in outputs(executed)
    assert source.read_bytes() == before


def test_a_kernel_starts_without_a_warning_and_talks_encrypted(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    source = notebook(
        tmp_path / "three.ipynb",
        "from ipykernel.kernelapp import IPKernelApp",
        "print(IPKernelApp.instance().curve_secretkey is not None)",
    )
    assert main([str(source), str(tmp_path / "runs" / "three.ipynb")]) == 0
    assert outputs(tmp_path / "runs" / "three.ipynb") == "True\n"
    # Papermill interrupts a kernel before it shuts it down: a busy machine lets it say so.
    assert [line for line in capfd.readouterr().err.splitlines() if "KeyboardInterrupt" not in line] == []
