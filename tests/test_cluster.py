"""The pipeline's jobs on other machines: what each may take, and a run on a Slurm of one node.

The node, its controller and the key that they share live in a folder of the test and listen on 127.0.0.1 alone.
"""

import getpass
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest
import yaml

from v2ra.errors import InputError
from v2ra.job_limits import PAPER, SMALL, job_limits
from v2ra.reproduction import pipeline_command
from v2ra.workspace import Workspace

ROOT = Path(__file__).resolve().parent.parent
PROFILE = ROOT / "profiles" / "slurm"
PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "srun", "squeue", "sinfo", "scancel")

# Without cgroups and without accounting: a container has neither. MinJobAge lets squeue tell how a job ended.
SLURM_CONF = """
ClusterName=test
SlurmctldHost={host}(127.0.0.1)
SlurmUser={user}
SlurmdUser={user}
AuthInfo=socket={folder}/munge.socket
SlurmctldPort={controller_port}
SlurmdPort={node_port}
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SlurmdParameters=config_overrides
SchedulerParameters=sched_interval=1
MpiDefault=none
ReturnToService=2
MinJobAge=300
NodeName=node NodeHostname=node NodeAddr=127.0.0.1 CPUs=2 RealMemory=8000
PartitionName=main Nodes=node Default=YES MaxTime=120 State=UP
"""
FAST = {  # beside profiles/slurm: a node of two processors, no accounting, no patience
    "slurm-status-command": "squeue",
    "slurm-no-account": True,
    "slurm-init-seconds-before-status-checks": 1,
    "seconds-between-status-checks": 1,
    "max-threads": 2,
    "latency-wait": 5,
    "retries": 0,
}


def free_ports(n_ports: int) -> list[int]:
    """Return ports of 127.0.0.1 that nothing listens on."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(n_ports)]
        return [int(one.getsockname()[1]) for one in sockets]


def start(command: list[str], folder: Path, environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """Start a daemon in the foreground, its words in a file of its name."""
    with (folder / f"{command[0]}.log").open("wb") as log:
        return subprocess.Popen(command, env=dict(environment), stdout=log, stderr=log)


def write_configuration(folder: Path) -> dict[str, str]:
    """Write the key, the configuration and a srun that finds it; return the environment of Slurm's programs."""
    for name in ("state", "spool", "bin"):
        (folder / name).mkdir()
    key = folder / "key"
    key.touch(mode=0o600)
    key.write_bytes(secrets.token_bytes(128))
    ports = free_ports(2)
    values = {"host": socket.gethostname().partition(".")[0], "user": getpass.getuser(), "folder": folder}
    conf = folder / "slurm.conf"
    conf.write_text(SLURM_CONF.format(**values, controller_port=ports[0], node_port=ports[1]))
    # A job's step drops the variables of Slurm before it calls srun; elsewhere the file is in /etc/slurm.
    wrapper = folder / "bin" / "srun"
    wrapper.write_text(f'#!/bin/sh\nSLURM_CONF={conf} exec {shutil.which("srun")} "$@"\n')
    wrapper.chmod(0o755)
    path = f"{wrapper.parent}:{os.environ['PATH']}"
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "SLURM"))}
    return {**plain, "SLURM_CONF": str(conf), "PATH": path, "OMP_NUM_THREADS": "1"}


def wait_for_the_node(environment: Mapping[str, str], folder: Path) -> None:
    """Wait until the node takes jobs; skip with the last words of the daemons where it never does."""
    for _ in range(60):
        command = ["sinfo", "--noheader", "--format=%T"]
        state = subprocess.run(command, env=dict(environment), capture_output=True, text=True, check=False)
        if state.stdout.strip() == "idle":
            return
        time.sleep(0.5)
    words = [
        (log.read_text(errors="replace").splitlines() or ["nothing"])[-1] for log in folder.glob("*.log")
    ]
    pytest.skip(f"Slurm is installed but does not start here: {' | '.join(words)}")


@pytest.fixture
def one_node(tmp_path: Path) -> Iterator[dict[str, str]]:
    """Run a cluster of one node and return the environment in which its programs find it."""
    missing = [
        name for name in PROGRAMS if shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin") is None
    ]
    if missing:
        pytest.skip(f"needs Slurm with munge (apt-get install slurm-wlm munge): no {', '.join(missing)}")
    folder = tmp_path / "slurm"
    folder.mkdir()
    environment = write_configuration(folder)
    environment["PATH"] += ":/usr/sbin"
    files = {"key-file": "key", "socket": "munge.socket", "pid-file": "munge.pid", "seed-file": "munge.seed"}
    options = [f"--{option}={folder / name}" for option, name in files.items()]
    daemons = []
    try:
        # --force: the folder lies in /tmp, which others may write to.
        daemons.append(start(["munged", "--force", "--foreground", *options], folder, environment))
        daemons.append(start(["slurmctld", "-D", "-c"], folder, environment))
        daemons.append(start(["slurmd", "-D", "-N", "node"], folder, environment))
        wait_for_the_node(environment, folder)
        yield environment
        # Ending the node would leave its jobs running.
        subprocess.run(["scancel", f"--user={getpass.getuser()}"], env=environment, check=False)
    finally:
        for daemon in reversed(daemons):
            daemon.terminate()
            daemon.wait(timeout=20)


@pytest.mark.slow
def test_a_model_is_trained_by_three_jobs_of_a_cluster(one_node: dict[str, str], tmp_path: Path) -> None:
    settings = yaml.safe_load((PROFILE / "config.yaml").read_text(encoding="utf-8")) | FAST
    (tmp_path / "profile").mkdir()
    (tmp_path / "profile" / "config.yaml").write_text(yaml.safe_dump(settings))
    workspace = Workspace("smoke", "", str(tmp_path / "runs"))
    rules, cluster = ["train_tuned_wood_0"], tmp_path / "profile"
    command = pipeline_command(workspace, rules, n_seeds=1, n_jobs=None, cluster=cluster)
    done = subprocess.run(command, cwd=ROOT, env=one_node, capture_output=True, text=True, check=False)
    assert done.returncode == 0, (done.stdout + done.stderr)[-3000:]
    run = workspace.run_dir("tuned", "wood", seed=0)
    assert json.loads((run / "run.json").read_text())["state"] == "finished"
    asked = ["squeue", "--noheader", "--states=all", "--format=%T %k %m %l"]
    jobs = subprocess.run(asked, env=one_node, capture_output=True, text=True, check=True).stdout.split("\n")
    assert sorted(jobs[:-1]) == [
        "COMPLETED rule_clips 4000M 30:00",
        "COMPLETED rule_pack_wood 4000M 30:00",
        "COMPLETED rule_train_tuned_wood_0 4000M 1:00:00",
    ]


def test_every_job_of_the_pipeline_says_what_it_may_take() -> None:
    snakefile = (ROOT / "Snakefile").read_text(encoding="utf-8")
    assert snakefile.count("shell:") == snakefile.count("**job_limits(")
    assert set(SMALL) == set(PAPER)
    for step in SMALL:
        assert f'**job_limits("{step}", W.profile)' in snakefile


def test_a_training_run_of_the_papers_size_asks_for_a_card_and_nothing_else_does() -> None:
    assert job_limits("train", "paper")["gpu"] == 1
    others = [job_limits(step, profile) for step in SMALL for profile in ("smoke", "quick")]
    others += [job_limits(step, "paper") for step in PAPER if step != "train"]
    assert all(set(limits) == {"mem_mb", "runtime"} for limits in others)


def test_a_larger_profile_never_gets_less() -> None:
    for step in SMALL:
        quick, paper = job_limits(step, "quick"), job_limits(step, "paper")
        assert all(paper[name] >= quick[name] for name in quick)


def test_an_unknown_step_is_refused() -> None:
    with pytest.raises(InputError, match="found step 'listen'; expected one of clips"):
        job_limits("listen", "quick")


def test_snakemake_accepts_the_profile_and_plans_every_job(tmp_path: Path) -> None:
    # A dry run needs no cluster, but reads the profile, the plugin's options and the resources of all rules.
    workspace = Workspace("smoke", "", str(tmp_path / "runs"))
    command = pipeline_command(workspace, [], n_seeds=2, n_jobs=None, cluster=PROFILE)
    done = subprocess.run(
        [*command[:3], "--dry-run", *command[3:]], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, (done.stdout + done.stderr)[-3000:]
    planned = [line.split()[0] for line in done.stdout.splitlines() if line.startswith("train_")]
    expected = [f"train_{r}_{c}_{s}" for r in ("paper", "tuned") for c in ("dog", "wood") for s in (0, 1)]
    expected += ["train_mixed_0", "train_mixed_1"]
    assert sorted(set(planned)) == sorted(expected)
    assert sys.executable in command
