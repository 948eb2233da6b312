"""Jobs that a server forks: they do what a process of their own would do, and end with whoever asked for them."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from v2ra import forked_jobs as forked
from v2ra import reproduction
from v2ra.forked_jobs import can_fork, forked_jobs, starter

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="jobs are forked on Linux alone")

# A module in a folder of its own: what a job sees, leaves and ends with.
SHOWN = """
import json, os, sys, threading
content = {"arguments": sys.argv[1:], "name": __name__, "folder": os.getcwd(), "asked": os.environ.get("ASKED"),
           "stated": os.environ.get("STATED"), "preloaded": "decimal" in sys.modules, "first": sys.path[0]}
print(json.dumps(content))
print("to the other file", file=sys.stderr)
import atexit; atexit.register(lambda: open("at_exit", "w").close())
"""
WAITS = """
import os, pathlib, sys, time
pathlib.Path("pid").write_text(str(os.getpid()))
try:
    time.sleep(60)
except KeyboardInterrupt:
    pathlib.Path("interrupted").touch()
    sys.exit(7)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with modules to run."""
    for name, text in {"shown": SHOWN, "waits": WAITS, "fails": "raise ValueError('a fault')"}.items():
        (tmp_path / f"{name}.py").write_text(text)
    pool = "from concurrent.futures import ThreadPoolExecutor as Pool; Pool().submit(print, 'from a thread')"
    (tmp_path / "threads.py").write_text(pool)
    (tmp_path / "says.py").write_text("import sys; sys.exit('a last word')")
    (tmp_path / "ends.py").write_text("import sys; sys.exit(int(sys.argv[1]))")
    (tmp_path / "dies.py").write_text("import os; os.kill(os.getpid(), 9)")
    return tmp_path


@pytest.fixture(scope="module")
def served() -> Iterator[dict[str, str]]:
    """Return the environment of a server that has imported one small module."""
    with forked_jobs(os.environ | {"STATED": "to the server"}, preloaded=["decimal"]) as environment:
        yield environment


def command(module: str, *arguments: str) -> list[str]:
    """Return what a shell runs to have a job done."""
    return [sys.executable, "-m", "v2ra.fork_server", module, *arguments]


def done(module: str, *arguments: str, cwd: Path, env: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Have a job done and return what it left."""
    return subprocess.run(
        command(module, *arguments), cwd=cwd, env=env, capture_output=True, text=True, check=False, timeout=60
    )


def wait_for(happened: Callable[[], bool], *, n_seconds: float = 30.0) -> bool:
    """Look until something has happened."""
    until = time.monotonic() + n_seconds
    while not happened():
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


def parent(pid: int) -> int:
    """Return the process that a process is the child of."""
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def runs(pid: int) -> bool:
    """Return whether a process is there and has not ended."""
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] != "Z"


def test_a_job_has_the_arguments_folder_environment_and_files_of_who_asked_and_the_servers_modules(
    folder: Path, served: dict[str, str]
) -> None:
    job = done("shown", "--a b", "ü", cwd=folder, env=served | {"ASKED": "by the test", "STATED": "anew"})
    assert job.returncode == 0, job.stderr
    assert json.loads(job.stdout) == {
        "arguments": ["--a b", "ü"],
        "name": "__main__",
        "folder": str(folder),
        "asked": "by the test",
        "stated": "anew",
        "preloaded": True,
        "first": str(folder),
    }
    assert job.stderr == "to the other file\n"
    assert (folder / "at_exit").is_file()  # it ends as a program does
    plain = subprocess.run(
        [sys.executable, "-m", "shown"], cwd=folder, capture_output=True, text=True, check=True
    )
    assert json.loads(plain.stdout)["preloaded"] is False


def test_jobs_leave_each_other_and_the_server_alone(folder: Path, served: dict[str, str]) -> None:
    asked = [
        subprocess.Popen(command("shown", str(k)), cwd=folder, env=served, stdout=subprocess.PIPE, text=True)
        for k in range(6)
    ]
    told = [json.loads(job.communicate(timeout=60)[0])["arguments"] for job in asked]
    assert told == [[str(k)] for k in range(6)]


@pytest.mark.parametrize(
    ("module", "status", "told"),
    [("ends", 3, ""), ("fails", 1, "ValueError: a fault"), ("says", 1, "a last word"), ("dies", 128 + 9, "")],
)
def test_a_job_ends_as_a_shell_would_see_it(
    module: str, status: int, told: str, folder: Path, served: dict[str, str]
) -> None:
    job = done(module, "3", cwd=folder, env=served)
    assert job.returncode == status
    assert told in job.stderr


def test_a_job_waits_for_its_threads(folder: Path, served: dict[str, str]) -> None:
    job = done("threads", cwd=folder, env=served)
    assert (job.returncode, job.stdout, job.stderr) == (0, "from a thread\n", "")


def test_a_module_that_is_not_there_fails_alone(folder: Path, served: dict[str, str]) -> None:
    job = done("absent", cwd=folder, env=served)
    assert job.returncode == 1
    assert "No module named absent" in job.stderr
    assert done("ends", "0", cwd=folder, env=served).returncode == 0


@pytest.mark.parametrize("environment", [{}, {"V2RA_FORK_SERVER": "/nowhere/socket"}])
def test_without_a_server_one_line_says_so(environment: Mapping[str, str], folder: Path) -> None:
    job = done("ends", "0", cwd=folder, env=os.environ | environment)
    assert job.returncode == 1
    assert job.stderr.startswith("found no server to run ends")
    assert job.stderr.count("\n") == 1


def test_an_interrupt_reaches_the_job_and_its_status_comes_back(folder: Path, served: dict[str, str]) -> None:
    asked = subprocess.Popen(command("waits"), cwd=folder, env=served)
    assert wait_for((folder / "pid").is_file)
    asked.send_signal(signal.SIGINT)
    assert asked.wait(timeout=30) == 7
    assert (folder / "interrupted").is_file()


def test_a_job_ends_with_the_process_that_asked_and_with_its_parent(
    folder: Path, served: dict[str, str]
) -> None:
    asked = subprocess.Popen(command("waits"), cwd=folder, env=served)
    assert wait_for((folder / "pid").is_file)
    asked.kill()
    assert wait_for((folder / "interrupted").is_file)
    asked.wait()
    (folder / "pid").unlink()
    (folder / "interrupted").unlink()
    line = " ".join(command("waits"))
    shell = subprocess.Popen(["bash", "-c", f"{line}; true"], cwd=folder, env=served)
    assert wait_for((folder / "pid").is_file)
    shell.kill()
    shell.wait()
    assert wait_for((folder / "interrupted").is_file)


def test_nothing_is_left_when_the_server_ends(folder: Path) -> None:
    with forked_jobs(os.environ, preloaded=[]) as environment:
        asked = subprocess.Popen(command("waits"), cwd=folder, env=environment, stderr=subprocess.DEVNULL)
        assert wait_for((folder / "pid").is_file)
        place = Path(environment["V2RA_FORK_SERVER"]).parent
        job = int((folder / "pid").read_text())
        family = [job, parent(job), parent(parent(job))]  # with its attendant and the server
        assert all(runs(pid) for pid in family)
    assert asked.wait(timeout=30) == 1
    assert wait_for(lambda: not any(runs(pid) for pid in family))
    assert not place.exists()


def test_a_server_ends_with_the_process_that_started_it(tmp_path: Path) -> None:
    text = (
        "import os, sys, time, pathlib\n"
        "from v2ra.forked_jobs import forked_jobs\n"
        "with forked_jobs(os.environ, preloaded=[]) as environment:\n"
        f"    pathlib.Path({str(tmp_path / 'server')!r}).write_text(environment['V2RA_FORK_SERVER'])\n"
        "    time.sleep(60)\n"
    )
    starting = subprocess.Popen([sys.executable, "-c", text])
    assert wait_for((tmp_path / "server").is_file)
    children = Path(f"/proc/{starting.pid}/task/{starting.pid}/children")
    assert wait_for(lambda: children.read_text().strip() != "")
    server = int(children.read_text())
    assert runs(server)
    starting.kill()
    starting.wait()
    assert wait_for(lambda: not runs(server))


def test_kernels_of_notebooks_are_forks_too_and_keep_what_they_say_to_themselves(
    served: dict[str, str], tmp_path: Path
) -> None:
    source, executed = tmp_path / "a.ipynb", tmp_path / "executed" / "a.ipynb"
    cells: list[dict[str, Any]] = [
        {
            "cell_type": "code",
            "id": str(k),
            "source": text,
            "metadata": {},
            "outputs": [],
            "execution_count": None,
        }
        for k, text in enumerate(
            ("import sys; 'decimal' in sys.modules", "import os; 'V2RA_FORK_SERVER' in os.environ")
        )
    ]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    source.write_text(json.dumps({"cells": cells, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}))
    job = done("v2ra.execution", str(source), str(executed), cwd=tmp_path, env=served)
    assert job.returncode == 0, job.stderr
    assert "without encryption" not in job.stderr
    told = [cell["outputs"][-1]["data"]["text/plain"] for cell in json.loads(executed.read_text())["cells"]]
    assert told == [["True"], ["True"]]


def test_shells_start_modules_by_a_server_only_where_one_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("V2RA_FORK_SERVER", raising=False)
    assert starter() == f"{sys.executable} -m"
    monkeypatch.setenv("V2RA_FORK_SERVER", "somewhere")
    assert starter() == f"{sys.executable} -m v2ra.fork_server"


def test_where_a_gpu_is_at_hand_or_the_system_is_another_nothing_is_forked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forked, "GPUS", (str(tmp_path / "gpu"),))
    assert can_fork()
    (tmp_path / "gpu").touch()
    assert not can_fork()
    (tmp_path / "gpu").unlink()
    monkeypatch.setattr(sys, "platform", "darwin")
    assert not can_fork()


def test_the_server_of_a_run_starts_no_thread_and_looks_for_no_gpu() -> None:
    text = (
        "import os, pkgutil, sys\n"
        "from v2ra.forked_jobs import PRELOADED\n"
        "for name in PRELOADED:\n"
        "    found = pkgutil.resolve_name(name)\n"
        "    found() if callable(found) else None\n"
        "import torch\n"
        "print(len(os.listdir('/proc/self/task')), torch.cuda.is_initialized(), 'matplotlib.pyplot' in sys.modules)"
    )
    told = subprocess.run(
        [sys.executable, "-c", text],
        capture_output=True,
        text=True,
        check=True,
        env=reproduction.environment(),
    )
    assert told.stdout.split() == ["1", "False", "False"]
