"""A Slurm cluster of several nodes on this machine, for tests.

One controller and one `slurmd` per node, on loopback, below a temporary folder: no
systemd, no cgroups, no database (so `sacct` does not work). What the nodes say they
have is more than the machine has. Daemons and jobs are told from others of the machine
by the folder's name, and nothing else is ever stopped.
"""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

import psutil

PROGRAMS = ("slurmctld", "slurmd", "munged", "sbatch", "squeue", "scontrol", "scancel")
PACKAGES = "slurmctld slurmd slurm-client munge"
# Jobs inherit it; it says that they belong to the cluster below this folder.
MARK = "TOXTUNE_TEST_CLUSTER"
CONFIGURATION = """\
ClusterName=test
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={port}
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
CredType=cred/munge
# A job that is requeued waits for as long as its credential would have been valid.
AuthInfo=socket={folder}/munge.socket,cred_expire=10
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool/%n
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd-%n.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd-%n.log
MpiDefault=none
SwitchType=switch/none
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SlurmdParameters=config_overrides
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=task=1
JobAcctGatherParams=OverMemoryKill
AccountingStorageType=accounting_storage/none
ReturnToService=2
SlurmdTimeout=10
SlurmctldTimeout=10
KillWait=2
MinJobAge=3600
SchedulerParameters=batch_sched_delay=0,sched_interval=2,bf_interval=2
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
PartitionName=main Nodes=ALL Default=YES MaxTime=UNLIMITED PriorityTier=10
PartitionName=low Nodes=ALL MaxTime=UNLIMITED PriorityTier=1
"""
NODE = """\
NodeName={name} NodeHostname={host} NodeAddr=127.0.0.1 Port={port} CPUs=4 \
RealMemory=8000 State=UNKNOWN
"""


def missing() -> str:
    """Say why there can be no cluster here; an empty string if there can be one."""
    # Slurm's daemons are in folders that not everybody has in the PATH.
    absent = [name for name in PROGRAMS if not _program(name)]
    if absent:
        return f"{', '.join(absent)} not found; in Debian: apt-get install {PACKAGES}"
    return "" if os.geteuid() == 0 else "Slurm's daemons need root"


@dataclass(frozen=True)
class Job:
    """A job as `squeue` shows it.

    Attributes
    ----------
    limit
        Its time, as ``1:20:00``.
    rules
        The plugin's comment, which names the job's group and its rules.
    """

    number: str
    state: str
    node: str
    folder: str
    limit: str
    rules: str


class SlurmCluster:
    """A cluster that runs from `start` to `stop`.

    Parameters
    ----------
    folder
        An empty folder for all that the daemons write.
    nodes
        The number of nodes, named n1, n2 and so on.
    """

    def __init__(self, folder: Path, nodes: int = 3) -> None:
        self.folder = folder
        self.nodes = [f"n{number}" for number in range(1, nodes + 1)]
        self._daemons: dict[str, subprocess.Popen] = {}

    @property
    def environment(self) -> dict[str, str]:
        """What a process needs in its environment to use this cluster."""
        return {
            **os.environ,
            "SLURM_CONF": str(self.folder / "slurm.conf"),
            MARK: str(self.folder),
        }

    def start(self) -> None:
        """Start all daemons, and wait until every node is idle."""
        self._configure()
        socket_file = self.folder / "munge.socket"
        options = {
            "key-file": self.folder / "munge.key",
            "socket": socket_file,
            "pid-file": self.folder / "munged.pid",
            "log-file": self.folder / "munged.log",
            "seed-file": self.folder / "munge.seed",
        }
        arguments = [f"--{name}={path}" for name, path in options.items()]
        self._launch("munged", "munged", "--foreground", "--force", *arguments)
        wait_for(socket_file.exists, "munged to listen")
        self.start_controller()
        for node in self.nodes:
            self.start_node(node)
        wait_for(lambda: self._idle() == set(self.nodes), "idle nodes")

    def stop(self) -> None:
        """End the jobs and the daemons."""
        with suppress(subprocess.SubprocessError):
            self.command("scancel", "--user=root")
            wait_for(lambda: not any(self._step_daemons()), "the end of all jobs")
        for daemon in reversed(self._daemons.values()):
            daemon.terminate()
        for daemon in self._daemons.values():
            with suppress(subprocess.TimeoutExpired):
                daemon.wait(10)
            daemon.kill()
            daemon.wait()
        _kill([*self._step_daemons(), *self._tasks()])

    def command(self, *arguments: str) -> str:
        """Run one of Slurm's commands; return what it prints."""
        return subprocess.run(
            arguments,
            env=self.environment,
            capture_output=True,
            text=True,
            check=True,
            timeout=20,
        ).stdout

    def jobs(self, folder: Path | str) -> list[Job]:
        """All jobs that were submitted from a folder, ended ones included."""
        lines = self.command("squeue", "-h", "-t", "all", "-o", "%i|%T|%N|%Z|%l|%k")
        jobs = [Job(*line.split("|", 5)) for line in lines.splitlines()]
        return [job for job in jobs if job.folder == str(folder)]

    def cancel(self, job: Job) -> None:
        """End a job as its user does."""
        self.command("scancel", job.number)

    def expire(self, job: Job) -> None:
        """Let a running job reach its time limit now."""
        self.command("scontrol", "update", f"JobId={job.number}", "EndTime=now")

    def start_controller(self) -> None:
        """Start `slurmctld`, with what it knew before if it ran already."""
        self._launch("slurmctld", "slurmctld", "-D", "-f", self._configuration_file)

    def kill_controller(self) -> None:
        """SIGKILL to `slurmctld`; jobs run on."""
        self._kill_daemon("slurmctld")

    def start_node(self, node: str) -> None:
        """Start a node's `slurmd`."""
        self._launch(node, "slurmd", "-D", "-N", node, "-f", self._configuration_file)

    def kill_node(self, node: str) -> None:
        """SIGKILL to all of a node, as if it had lost its power."""
        self._kill_daemon(node)
        _kill([*self._step_daemons(node), *self._tasks(node)])

    @property
    def _configuration_file(self) -> str:
        return str(self.folder / "slurm.conf")

    def _configure(self) -> None:
        host = socket.gethostname().split(".")[0]
        port, *ports = _free_ports(len(self.nodes) + 1)
        text = CONFIGURATION.format(host=host, port=port, folder=self.folder)
        for name, node_port in zip(self.nodes, ports, strict=True):
            text += NODE.format(name=name, host=host, port=node_port)
        for name in ("state", "spool"):
            (self.folder / name).mkdir()
        Path(self._configuration_file).write_text(text, encoding="utf-8")
        key = os.open(self.folder / "munge.key", os.O_WRONLY | os.O_CREAT, 0o600)
        os.write(key, os.urandom(1024))
        os.close(key)

    def _launch(self, name: str, program: str, *arguments: str | Path) -> None:
        """Start a daemon that ends with this process, however that ends."""
        with open(self.folder / f"{name}.out", "ab") as output:
            self._daemons[name] = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", _program(program), *arguments],
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def _kill_daemon(self, name: str) -> None:
        daemon = self._daemons.pop(name)
        daemon.kill()
        daemon.wait()

    def _idle(self) -> set[str]:
        with suppress(subprocess.SubprocessError):
            return set(
                self.command("sinfo", "-h", "-N", "-t", "idle", "-o", "%N").split()
            )
        return set()

    def _step_daemons(self, node: str = "n*") -> Iterator[psutil.Process]:
        """Find the daemons that run jobs; they outlive their `slurmd`.

        One has its title in place of its environment, and so is told by its log.
        """
        log = f"{self.folder}/slurmd-{node}.log"
        for process in psutil.process_iter():
            with suppress(psutil.Error):
                if process.name() == "slurmstepd" and any(
                    fnmatch(file.path, log) for file in process.open_files()
                ):
                    yield process

    def _tasks(self, node: str = "n*") -> Iterator[psutil.Process]:
        """Find the processes of jobs, also those that left their session."""
        for process in psutil.process_iter():
            with suppress(psutil.Error):
                variables = process.environ()
                if variables.get(MARK) == str(self.folder) and fnmatch(
                    variables.get("SLURMD_NODENAME", ""), node
                ):
                    yield process


def wait_for(condition: Callable[[], bool], what: str, seconds: float = 60) -> None:
    """Wait until a condition holds.

    Raises
    ------
    TimeoutError
        If it does not within so many seconds.
    """
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {seconds} s in vain for {what}")
        time.sleep(0.2)


def _program(name: str) -> str | None:
    return shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin")


def _free_ports(number: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(number)]
    ports = [listener.getsockname()[1] for listener in sockets]
    for listener in sockets:
        listener.close()
    return ports


def _kill(processes: list[psutil.Process]) -> None:
    for process in processes:
        with suppress(psutil.Error):
            process.kill()
