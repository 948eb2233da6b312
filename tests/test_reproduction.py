"""The call of Snakemake: what is refused before it, and what it is told."""

import re
import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from v2ra.errors import InputError
from v2ra.reproduction import reproduce

OPTIONS: dict[str, Any] = {"profile": "smoke", "data": None, "n_seeds": 1, "n_jobs": 1}


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"data": Path("nowhere")}, "no folder nowhere; expected <category>"),
        ({"profile": "fast"}, "profile 'fast'"),
        ({"n_seeds": 0}, "0 seeds and 1 jobs"),
        ({"n_jobs": 0}, "1 seeds and 0 jobs"),
    ],
)
def test_what_cannot_be_reproduced_is_refused_and_nothing_is_made(
    changes: dict[str, Any], named: str, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match=named):
        reproduce(**(OPTIONS | changes), out=tmp_path / "runs")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("status", "told"), [(0, r"done in \d+\.\d minutes"), (1, "not everything could be made")]
)
def test_the_status_is_snakemakes_and_the_last_lines_say_where_to_look(
    status: int,
    told: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    commands: list[list[str]] = []

    def run(command: list[str], **_: object) -> SimpleNamespace:
        commands.append(command)
        return SimpleNamespace(returncode=status)

    monkeypatch.setattr(subprocess, "run", run)
    assert reproduce(**OPTIONS, out=tmp_path / "runs") == status
    assert re.search(told, capsys.readouterr().out)
    warm_up, command = commands
    assert warm_up[-1] == "v2ra.warm_up"  # before several processes compile the same at once
    settings = command[command.index("--config") + 1 :]
    assert settings == ["profile=smoke", "data=", f"out={tmp_path / 'runs'}", "n_seeds=1"]
    assert command[command.index("--cores") + 1] == "1"


def test_a_folder_of_clips_is_handed_on_by_its_whole_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commands: list[list[str]] = []

    def run(command: list[str], **_: object) -> SimpleNamespace:
        commands.append(command)
        return SimpleNamespace(returncode=1)

    monkeypatch.setattr(subprocess, "run", run)
    (tmp_path / "clips").mkdir()
    monkeypatch.chdir(tmp_path)
    assert reproduce(**(OPTIONS | {"data": Path("clips")}), out=tmp_path / "runs") == 1
    assert f"data={tmp_path / 'clips'}" in commands[-1]


def test_what_was_compiled_before_is_not_compiled_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commands: list[list[str]] = []

    def run(command: list[str], **_: object) -> SimpleNamespace:
        commands.append(command)
        return SimpleNamespace(returncode=0)

    monkeypatch.setattr(subprocess, "run", run)
    (tmp_path / "runs" / "smoke" / "models").mkdir(parents=True)
    assert reproduce(**OPTIONS, out=tmp_path / "runs") == 0
    assert len(commands) == 1
    assert "snakemake" in commands[0]
