"""The server of a run: started with it, known to shells and notebooks by their environment, ended with it.

Conventions
-----------
`forked_jobs` gives an environment; a process that has it finds the server (`v2ra.fork_server.ADDRESS`), and so do the
kernels of notebooks, by a kernel that Jupyter finds on JUPYTER_PATH. Linux alone: elsewhere a fork of a process
with such libraries in it is not safe, and nor is one where a driver of a GPU is at hand.

Source
------
Ours.
"""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from v2ra.fork_server import ADDRESS, SERVE

# A function is called: librosa loads the most part of what it needs at its first call. Not here: what is run by its
# name, and what reads the environment as it is loaded (pyplot, ipykernel.kernelapp).
PRELOADED = (
    *("v2ra.selection", "v2ra.steps", "v2ra.mixing", "v2ra.warm_up:warm_up"),
    *("typer", "papermill", "ipykernel.ipkernel", "ipywidgets", "matplotlib.figure"),
)
N_WAITING = 128  # jobs that may knock while the server imports
GPUS = ("/dev/nvidiactl", "/dev/dxg", "/dev/kfd")  # what a driver of NVIDIA, of WSL or of AMD makes


@contextlib.contextmanager
def forked_jobs(
    environment: Mapping[str, str], *, preloaded: Sequence[str] = PRELOADED
) -> Iterator[dict[str, str]]:
    """Start a server and yield the environment with which jobs, and kernels of notebooks, go to it.

    Parameters
    ----------
    environment : mapping of str to str
        Of the server; what libraries read as they are loaded must stand in it, the number of threads above all.
    preloaded : sequence of str
        Modules to import, and functions ("module:function") to call, before the first fork.

    Examples
    --------
    >>> with forked_jobs(os.environ, preloaded=["json"]) as environment:
    ...     command = [sys.executable, "-m", "v2ra.fork_server", "json.tool", "--help"]
    ...     subprocess.run(command, env=environment, stdout=subprocess.DEVNULL).returncode
    0
    """
    with tempfile.TemporaryDirectory(prefix="v2ra-") as folder:
        address = str(Path(folder) / "socket")
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(address)
            listener.listen(N_WAITING)
            numbers = map(str, (listener.fileno(), os.getpid()))
            server = subprocess.Popen(
                [sys.executable, "-m", "v2ra.fork_server", SERVE, *numbers, *preloaded],
                env=dict(environment),
                pass_fds=[listener.fileno()],
                start_new_session=True,  # one group to end; Ctrl-C reaches a job by way of who asked for it
            )
        try:
            yield {**environment, ADDRESS: address, "JUPYTER_PATH": _kernel_path(Path(folder))}
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(server.pid, signal.SIGTERM)
            server.wait()


def can_fork() -> bool:
    """Return whether jobs of this machine may be forks: on Linux, where no GPU is at hand.

    Examples
    --------
    >>> can_fork() and sys.platform != "linux"
    False
    """
    return sys.platform == "linux" and not any(Path(gpu).exists() for gpu in GPUS)


def _kernel_path(folder: Path) -> str:
    """Write the kernel that notebooks ask for, by way of the server; return the path Jupyter finds it on."""
    place = folder / "kernels" / "python3"
    place.mkdir(parents=True)
    command = [sys.executable, "-m", "v2ra.fork_server", "ipykernel_launcher", "-f", "{connection_file}"]
    content: dict[str, Any] = {"argv": command, "display_name": "Python 3", "language": "python"}
    content["metadata"] = {"supported_encryption": ["curve"]}  # as ipykernel's own has it
    (place / "kernel.json").write_text(json.dumps(content), encoding="utf-8")
    return os.pathsep.join([str(folder), *filter(None, [os.environ.get("JUPYTER_PATH")])])


def starter() -> str:
    """Return what a shell writes before a module's name to run it: by a server where one is at hand.

    Examples
    --------
    >>> starter().endswith(" -m" if ADDRESS not in os.environ else " -m v2ra.fork_server")
    True
    """
    return f"{sys.executable} -m" + (" v2ra.fork_server" if ADDRESS in os.environ else "")
