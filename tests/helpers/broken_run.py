"""A run of the workflow that tests break, and what must come of it in the end."""

import os
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil

from helpers.patience import RUN
from helpers.project import Project
from helpers.watched_run import LAUNCHER, WatchedRun

FINAL_TABLES = ("trials.tsv", "scores.tsv", "selection.json", "test.json", "test.tsv")
SERVER = "toxtune.workers.server"


class BrokenRun(WatchedRun):
    """What `make run` starts in a project's folder, on two cores.

    Parameters
    ----------
    project
        The folder.
    targets
        What to make, if not all.
    environment
        Variables to add.
    """

    def __init__(self, project: Project, *targets: str, **environment: str) -> None:
        arguments = [*targets, "--cores", "2"]
        super().__init__(project, arguments, {**os.environ, **environment})

    def processes(self, kind: str) -> list[psutil.Process]:
        """Find the run's processes of a kind; ``everything`` is all of them.

        ``launcher``, ``snakemake``, ``job`` (what Snakemake starts), ``server`` (the
        process that the trainings fork from) or ``training``.
        """
        found = []
        for process in processes_in(self.folder):
            with suppress(psutil.Error):
                if kind in ("everything", kind_of(process)):
                    found.append(process)
        return found

    def jobs_of(self, rule: str) -> set[int]:
        """Return the process ids of the jobs that run a rule's script."""
        found = set()
        for process in self.processes("job"):
            with suppress(psutil.Error):
                # A process that is about to end has no words.
                if "".join(process.cmdline()[-1:]).endswith(f".{rule}.py"):
                    found.add(process.pid)
        return found

    def kill_one(self, kind: str, number: int = 0) -> bool:
        """SIGKILL to one process of a kind, or to everything, if there is any."""
        found = sorted(self.processes(kind), key=lambda process: process.pid)
        if kind != "everything" and found:
            found = [found[number % len(found)]]
            if kind == "server":
                found += found[0].children(recursive=True)
        for process in found:
            with suppress(psutil.Error):
                process.kill()
        return bool(found)

    def wait_until_gone(self) -> None:
        """Wait until no process of the run is left; orphans end by themselves."""
        deadline = time.monotonic() + RUN
        while any(processes_in(self.folder)):
            assert time.monotonic() < deadline, "orphans"
            time.sleep(0.2)


def processes_in(folder: Path) -> Iterator[psutil.Process]:
    """Find what works in a folder, whoever started it."""
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            inside = Path(process.cwd()).is_relative_to(folder)
            if inside and process.status() != psutil.STATUS_ZOMBIE:
                yield process


def kind_of(process: psutil.Process) -> str:
    """Tell what a process is in its run."""
    command, parent = process.cmdline(), process.parent()
    of_parent = parent.cmdline() if parent else []
    if SERVER in command:
        return "training" if SERVER in of_parent else "server"
    if command[1:4] == LAUNCHER:
        return "launcher"
    return "snakemake" if of_parent[1:4] == LAUNCHER else "job"


def assert_resumes(project: Project, finished: Project, *targets: str) -> None:
    """Run the documented command, `make run`, and compare with an undisturbed run."""
    again = BrokenRun(project, *targets)
    assert again.end() == 0, again.output
    assert_same(project, finished)


def assert_same(project: Project, finished: Project) -> None:
    """Hold the final tables and all that was trained to the bytes of another run."""
    names = [f"results/tiny/{name}" for name in FINAL_TABLES]
    trained = (finished.folder / "results/trials").rglob("*")
    names += [
        str(path.relative_to(finished.folder))
        for path in trained
        if path.is_file() and path.name != "cost.json"
    ]
    for name in names:
        mine, theirs = (one.folder / name for one in (project, finished))
        assert mine.read_bytes() == theirs.read_bytes(), name
