"""A run of the workflow that tests break, and what must come of it in the end."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import psutil

from project import TINY, Project

FINAL_TABLES = ("trials.tsv", "scores.tsv", "selection.json", "test.json", "test.tsv")
TRAINER = "toxtune.warm"
LAUNCHER = "toxtune.commands.run"


class BrokenRun:
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
        self.folder = project.folder
        # Not in the folder, which may be full or not writable.
        self._output = tempfile.TemporaryFile()  # noqa: SIM115
        self.process = self._start(targets, environment)

    @property
    def output(self) -> str:
        """What has been printed so far."""
        # The run writes where this file has been read to, so it is not read from.
        return os.pread(self._output.fileno(), 10**7, 0).decode()

    @property
    def has_ended(self) -> bool:
        """Whether the launcher has."""
        return self.process.poll() is not None

    def end(self, seconds: float = 300) -> int:
        """Wait for the end; return the exit status."""
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill("everything")
            raise AssertionError(f"no end after {seconds} s:\n{self.output}") from None

    def processes(self, kind: str) -> list[psutil.Process]:
        """Find the run's processes of a kind; ``everything`` is all of them.

        ``launcher``, ``snakemake``, ``job`` (what Snakemake starts), ``trainer`` (the
        process that the trainings fork from) or ``training``.
        """
        found = []
        for process in processes_in(self.folder):
            with suppress(psutil.Error):
                if kind in ("everything", kind_of(process)):
                    found.append(process)
        return found

    def kill(self, kind: str, number: int = 0) -> bool:
        """SIGKILL to all of the run, or to one process of a kind, if there is one."""
        found = sorted(self.processes(kind), key=lambda process: process.pid)
        if kind != "everything" and found:
            found = [found[number % len(found)]]
            if kind == "trainer":
                found += found[0].children(recursive=True)
        for process in found:
            with suppress(psutil.Error):
                process.kill()
        return bool(found)

    def wait_until_gone(self) -> None:
        """Wait until no process of the run is left; orphans end by themselves."""
        deadline = time.monotonic() + 600
        while any(processes_in(self.folder)):
            assert time.monotonic() < deadline, "orphans"
            time.sleep(0.2)

    def _start(
        self, targets: Sequence[str], environment: dict[str, str]
    ) -> subprocess.Popen:
        arguments = [*targets, "--cores", "2", "--configfile", TINY]
        return subprocess.Popen(
            [sys.executable, "-m", LAUNCHER, *arguments],
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": "scripts", **environment},
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
            stdin=subprocess.DEVNULL,
            stdout=self._output,
            stderr=subprocess.STDOUT,
        )


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
    if TRAINER in command:
        return "training" if TRAINER in of_parent else "trainer"
    if LAUNCHER in command:
        return "launcher"
    return "snakemake" if LAUNCHER in of_parent else "job"


def goes_on(project: Project, finished: Project, *targets: str) -> None:
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
