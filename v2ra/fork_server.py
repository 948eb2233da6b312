"""One process that has imported the library forks a copy of itself for each job: starts cost no imports.

Importing PyTorch, librosa and what they bring takes ten seconds of a processor, and a run of everything starts
some 75 Python processes. ``python -m v2ra.fork_server MODULE ARGUMENTS …`` asks the server for what ``python -m
MODULE ARGUMENTS …`` does, with this process's folder, environment and files, waits, and ends with the job's exit
status. `v2ra.forked_jobs` starts and ends the server.

Conventions
-----------
A job is a child of an attendant, a child of the server. It is interrupted when the process that asked for it, or
that process's parent, is gone, and everything ends with the process that started the server. What the server
imports must start no thread and look for no GPU: neither outlives a fork.

Source
------
Ours; Python's `multiprocessing` has a server of this kind for functions of the process that started it.
"""

import atexit
import contextlib
import gc
import json
import os
import pkgutil
import runpy
import select
import signal
import socket
import struct
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

from v2ra.errors import InputError

Job = tuple[str, list[str]]  # module and arguments

SERVE = "--serve"
ADDRESS = "V2RA_FORK_SERVER"  # environment variable with the server's socket
LOOK_SECONDS = 1.0  # between two looks whether a parent is still there
GRACE_SECONDS = 5.0  # from an interrupt to a kill
LENGTH = struct.Struct("!I")  # of a request in bytes
STATUS = struct.Struct("!i")  # exit status, negative for a signal


class _Ended(Exception):
    """The job of an attendant has ended."""


def ask(module: str, arguments: Sequence[str]) -> int:
    """Let the server run a module, wait for it and return its exit status as a shell counts it.

    Raises
    ------
    InputError
        Where no server listens.
    """
    parent = os.getppid()
    request = {"module": module, "arguments": list(arguments), "folder": os.getcwd()}
    body = json.dumps(request | {"environment": dict(os.environ)}).encode()
    with socket.socket(socket.AF_UNIX) as connection:
        try:
            connection.connect(os.environ[ADDRESS])
        except (KeyError, OSError) as error:
            raise InputError(
                f"found no server to run {module} ({error}); expected one of `v2ra reproduce`; run it again"
            ) from error
        socket.send_fds(connection, [LENGTH.pack(len(body))], [0, 1, 2])
        connection.sendall(body)
        while not _answered(connection):
            if os.getppid() != parent:
                return 1  # nobody waits for the job any more
        answer = connection.recv(STATUS.size)
    status: int = STATUS.unpack(answer)[0] if len(answer) == STATUS.size else 1
    return status if status >= 0 else 128 - status


def _answered(connection: socket.socket) -> bool:
    """Wait a little for the answer; hand on an interrupt, which may end the job or a cell of a kernel."""
    try:
        return bool(select.select([connection], [], [], LOOK_SECONDS)[0])
    except KeyboardInterrupt:
        connection.send(b"!")
        return False


def serve(listener: socket.socket, preloaded: Sequence[str], *, parent: int) -> Job:
    """Import and call what is named, then fork for each request; return in the fork that is a job.

    Parameters
    ----------
    listener : socket
        Bound and listening.
    preloaded : sequence of str
        As in `v2ra.forked_jobs.forked_jobs`.
    parent : int
        Process with which the server ends.

    Returns
    -------
    Job
        Module and arguments; the process has the folder, environment and files of the one that asked.
    """
    for name in preloaded:
        found = pkgutil.resolve_name(name)
        if callable(found):
            found()
    gc.collect()
    gc.freeze()  # a collection in a job does not write to, and so copy, what it shares with the server
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # attendants leave no zombies
    listener.settimeout(LOOK_SECONDS)
    while True:
        try:
            connection, _ = listener.accept()
        except TimeoutError:
            if os.getppid() != parent:
                os.killpg(0, signal.SIGTERM)
            continue
        with connection:
            if os.fork() == 0:
                listener.close()
                return _attended(connection)


def _attended(connection: socket.socket) -> Job:
    """Fork the job of a connection, wait for it and report; return in the job alone."""
    connection.setblocking(True)
    head, files, _, _ = socket.recv_fds(connection, LENGTH.size, 3)
    body = b""
    while len(body) < LENGTH.unpack(head)[0]:
        body += connection.recv(1 << 16)
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGCHLD])
    signal.signal(signal.SIGCHLD, _tell)
    job = os.fork()
    if job == 0:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGCHLD])
        connection.close()
        return _become(json.loads(body), files)
    for file in files:
        os.close(file)
    with contextlib.suppress(_Ended):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGCHLD])
        while connection.recv(1):  # empty where the one that asked is gone
            os.kill(job, signal.SIGINT)
        os.kill(job, signal.SIGINT)
        time.sleep(GRACE_SECONDS)
        os.kill(job, signal.SIGKILL)
        signal.pause()
    status = os.waitstatus_to_exitcode(os.waitpid(job, 0)[1])
    with contextlib.suppress(OSError):  # nobody is there to read it
        connection.sendall(STATUS.pack(status))
    os._exit(0)


def _tell(*_: object) -> None:
    raise _Ended


def _become(request: Mapping[str, Any], files: Sequence[int]) -> Job:
    """Take over the folder, environment and files of the process that asked."""
    sys.stdout.flush()
    sys.stderr.flush()
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["environment"])
    tempfile.tempdir = None  # the server's may have been asked for
    sys.path[0] = request["folder"]  # as `python -m` has it
    return request["module"], request["arguments"]


def _run(module: str) -> int:
    """Run a module to its end, as `python -m` does; return its exit status."""
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    except SystemExit as ending:
        if isinstance(ending.code, str):
            print(ending.code, file=sys.stderr)
        return ending.code if isinstance(ending.code, int) else int(ending.code is not None)
    except BaseException:  # Python's own end of a program, KeyboardInterrupt included
        sys.excepthook(*sys.exc_info())
        return 1
    return 0


def _end(status: int) -> NoReturn:
    """End the job without taking it apart: to free what it shares with the server would be to copy it first."""
    threading._shutdown()  # type: ignore[attr-defined]  # these two are what Python's own end begins with
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status & 0xFF)


def main(arguments: Sequence[str]) -> int:
    """Be the server, or ask one for a job; a fork of the server ends as the module that it runs ends."""
    if arguments[0] != SERVE:
        return ask(arguments[0], arguments[1:])
    with socket.socket(fileno=int(arguments[1])) as listener:
        module, sys.argv[1:] = serve(listener, arguments[3:], parent=int(arguments[2]))
    _end(_run(module))


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except InputError as error:
        sys.exit(str(error))
