"""The call of Snakemake: what is refused before it, and what it is told."""

import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from v2ra import reproduction
from v2ra.errors import InputError
from v2ra.reproduction import notebook_named, pipeline_command, reproduce
from v2ra.workspace import Workspace, checkout

CLUSTER = Path(__file__).resolve().parent.parent / "profiles" / "slurm"


@pytest.fixture(autouse=True)
def no_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test here runs a job: it needs none that forks them (tests/test_forked_jobs.py)."""
    monkeypatch.setattr(reproduction, "can_fork", lambda: False)


OPTIONS: dict[str, Any] = {"profile": "smoke", "data": None, "n_seeds": 1, "n_jobs": 1}


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"data": Path("nowhere")}, "no folder nowhere; expected <category>"),
        ({"profile": "fast"}, "profile 'fast'"),
        ({"profile": "smoke-official"}, "official split without a folder of clips"),
        ({"n_seeds": 0}, "0 seeds and 1 jobs"),
        ({"n_jobs": 0}, "1 seeds and 0 jobs"),
        ({"only": ["99"]}, "no notebook '99'; expected a number or name; choose one of 00, 01"),
        (
            {"cluster": Path("nowhere")},
            "no config.yaml in nowhere; expected a profile such as profiles/slurm",
        ),
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


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"only": ["05", "08_peaq"]}, "snakemake notebook_05_generation notebook_08_peaq --cores 1"),
        ({"only": ["14_retrieval.ipynb"]}, "snakemake notebook_14_retrieval --cores 1"),
        ({"n_jobs": None}, f"snakemake --cores {os.cpu_count()} "),
        ({"cluster": CLUSTER}, f"snakemake --workflow-profile {CLUSTER} --jobs 1 "),
        ({"cluster": CLUSTER, "n_jobs": None}, f"snakemake --workflow-profile {CLUSTER} --rerun-incomplete"),
    ],
)
def test_notebooks_and_machines_are_handed_on(
    changes: dict[str, Any], told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commands: list[list[str]] = []

    def run(command: list[str], **_: object) -> SimpleNamespace:
        commands.append(command)
        return SimpleNamespace(returncode=0)

    monkeypatch.setattr(subprocess, "run", run)
    assert reproduce(**(OPTIONS | changes), out=tmp_path / "runs") == 0
    assert told in " ".join(commands[-1])


def test_every_notebook_is_named_as_its_rule() -> None:
    snakefile = (CLUSTER.parent.parent / "Snakefile").read_text(encoding="utf-8")
    for path in (CLUSTER.parent.parent / "notebooks").glob("*.ipynb"):
        assert notebook_named(path.stem[:2]) == notebook_named(path.stem) == path.stem
        assert f'"{path.stem}": (' in snakefile


def test_a_folder_of_clips_is_handed_on_by_its_whole_path_and_what_it_lacks_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    commands: list[list[str]] = []

    def run(command: list[str], **_: object) -> SimpleNamespace:
        commands.append(command)
        return SimpleNamespace(returncode=1)

    monkeypatch.setattr(subprocess, "run", run)
    monkeypatch.setattr("v2ra.reproduction.readiness", lambda workspace, _: [f"note: {workspace.profile}"])
    (tmp_path / "clips").mkdir()
    monkeypatch.chdir(tmp_path)
    assert reproduce(**(OPTIONS | {"data": Path("clips")}), out=tmp_path / "runs") == 1
    assert f"data={tmp_path / 'clips'}" in commands[-1]
    assert capsys.readouterr().out.startswith("note: smoke\n")


@pytest.mark.slow
def test_the_official_split_goes_into_every_job_of_one_command_and_into_folders_of_its_own(
    tmp_path: Path, make_greatest_hits: Callable[..., None]
) -> None:
    names = [f"2015-03-01-00-00-0{i}" for i in range(4)]
    make_greatest_hits(tmp_path / "vis", {name: ("clean", ("cloth",) * 5) for name in names}, test=names[1:3])
    workspace = Workspace("smoke-official", str(tmp_path / "vis"), str(tmp_path / "runs"))
    assert {entry.name for entry in workspace.catalogue().of("cloth", "test")} == set(names[1:3])
    command = pipeline_command(workspace, [], n_seeds=1, n_jobs=1, cluster=None)
    shown = [word for word in command if word not in ("--quiet", "rules", "host")]
    shown += ["--dry-run", "--printshellcmds"]
    done = subprocess.run(shown, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    told = done.stdout + done.stderr
    jobs = re.findall(r"-m v2ra.cli (?:features|train) .*", told)
    assert len(jobs) > 3
    assert all("--config " in job and "configs/splits/official.toml" in job for job in jobs)
    assert "PROFILE='smoke-official'" in told
    assert f"{tmp_path}/runs/vis/smoke-official/packs/cloth.npz" in told
    assert f"{tmp_path}/runs/vis/smoke/" not in told


@pytest.mark.slow
def test_the_pipeline_of_a_greatest_hits_folder_has_its_categories_and_no_others(
    tmp_path: Path, make_greatest_hits: Callable[..., None]
) -> None:
    clips = {
        f"2015-03-01-00-0{place}-0{i}": ("clean", (name,) * 5)
        for place, name in enumerate(("cloth", "plastic"))
        for i in range(3)
    }
    make_greatest_hits(tmp_path / "vis", clips | {"2015-03-01-00-09-00": ("clean", ("gravel",) * 5)})
    workspace = Workspace("smoke", str(tmp_path / "vis"), str(tmp_path / "runs"))
    command = pipeline_command(workspace, [], n_seeds=1, n_jobs=1, cluster=None)
    done = subprocess.run([*command, "--dry-run"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    jobs = set(re.findall(r"^(\w+) +\d+$", done.stdout + done.stderr, re.MULTILINE))
    assert {name for name in jobs if name.startswith(("pack_", "train_tuned_"))} == {
        *("pack_cloth", "pack_plastic", "train_tuned_cloth_0", "train_tuned_plastic_0")
    }
    assert "notebook_05_generation" in jobs


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


@pytest.mark.parametrize(
    ("verify", "n_differences", "status"), [(False, 2, 0), (True, 2, 1), (True, 0, 0), (False, 0, 0)]
)
def test_differences_are_told_at_the_end_and_only_a_verification_fails_by_them(
    verify: bool,
    n_differences: int,
    status: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    asked: list[Workspace] = []

    def report(workspace: Workspace) -> tuple[str, int]:
        asked.append(workspace)
        return f"compared: {n_differences}", n_differences

    monkeypatch.setattr(subprocess, "run", lambda *_, **__: SimpleNamespace(returncode=0))
    monkeypatch.setattr(reproduction, "report", report)
    monkeypatch.setattr(reproduction, "make_folder", lambda path: path)
    quick = OPTIONS | {"profile": "quick"}
    assert reproduce(**quick, out=Path("runs"), verify=verify) == status
    assert capsys.readouterr().out.rstrip().endswith(f"compared: {n_differences}")
    assert (asked[0].results == checkout()) is not verify


def test_a_run_that_failed_or_has_nothing_committed_is_not_compared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def report(workspace: Workspace) -> tuple[str, int]:
        raise AssertionError(workspace)

    monkeypatch.setattr(reproduction, "report", report)
    for status in (0, 1):
        result = SimpleNamespace(returncode=status)
        monkeypatch.setattr(subprocess, "run", lambda *_, result=result, **__: result)
        assert reproduce(**OPTIONS, out=tmp_path / "runs") == status


def test_one_notebook_alone_cannot_be_verified(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="--verify with --only"):
        reproduce(**(OPTIONS | {"profile": "quick"}), out=tmp_path / "runs", only=("05",), verify=True)


def test_a_profile_without_committed_results_cannot_be_verified(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="profile smoke; expected quick"):
        reproduce(**OPTIONS, out=tmp_path / "runs", verify=True)
