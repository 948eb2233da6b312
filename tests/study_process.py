"""`v2ra study` in a process of its own, for the tests that need a server or the command line."""

import os
import subprocess
import sys
from pathlib import Path

ENVIRONMENT = os.environ | {"PYTHONPATH": str(Path(__file__).resolve().parent.parent)}


def study_command(*arguments: str) -> list[str]:
    """Return the command of a verb of the study."""
    return [sys.executable, "-m", "v2ra.cli", "study", *arguments]


class StudyProcess:
    """A study and its server; started again after it was killed, it takes the same port."""

    process: "subprocess.Popen[str]"

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, 0
        self.addresses: list[str] = []

    def start(self) -> None:
        """Start the server and keep the address of each listener."""
        command = study_command("serve", str(self.folder), "--port", str(self.port))
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=ENVIRONMENT)
        assert self.process.stdout is not None
        self.addresses = []
        for line in self.process.stdout:
            if line.startswith("serving"):
                break
            self.addresses.append(line.split()[-1])
        assert self.addresses, "the server did not start"
        self.port = int(self.addresses[0].split(":")[2].partition("/")[0])

    @property
    def tokens(self) -> list[str]:
        """Return the token of each listener."""
        return [address.partition("token=")[2] for address in self.addresses]

    def kill(self) -> None:
        """End it without a warning."""
        self.process.kill()
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()
