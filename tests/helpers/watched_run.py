"""A process of `make run`, started in a project's folder and watched."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence

from helpers.patience import RUN
from helpers.project import TINY, Project, kill_everything

LAUNCHER = ["-m", "toxtune", "run"]


class WatchedRun:
    """What `make run` starts, with the tiny configuration by default.

    Parameters
    ----------
    project
        The folder to run in.
    arguments
        Targets, and other arguments of snakemake.
    environment
        What the process finds in its environment, beside where the scripts are.
    """

    patience = RUN

    def __init__(
        self,
        project: Project,
        arguments: Sequence[str],
        environment: Mapping[str, str] = os.environ,
    ) -> None:
        self.folder = project.folder
        command = [sys.executable, *LAUNCHER, *arguments]
        if "--configfile" not in arguments:
            command += ["--configfile", TINY]
        # Not in the folder, which may be full or not writable.
        self._output = tempfile.TemporaryFile()  # noqa: SIM115
        self.process = subprocess.Popen(
            command,
            cwd=self.folder,
            env={**environment, "PYTHONPATH": "scripts"},
            # A shell's background job, which tests may be, has its parent's ignored.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
            stdin=subprocess.DEVNULL,
            stdout=self._output,
            stderr=subprocess.STDOUT,
        )

    @property
    def output(self) -> str:
        """What has been printed so far."""
        # The run writes where this file has been read to, so it is not read from.
        return os.pread(self._output.fileno(), 10**7, 0).decode()

    @property
    def has_ended(self) -> bool:
        """Whether the launcher has."""
        return self.process.poll() is not None

    def end(self, seconds: float | None = None) -> int:
        """Wait for the end, and return the exit status; kill what takes longer."""
        try:
            return self.process.wait(seconds or self.patience)
        except subprocess.TimeoutExpired as late:
            self.kill()
            raise AssertionError(f"{late}:\n{self.output}") from None

    def kill(self) -> None:
        """SIGKILL to the launcher and all below it, as if the host had gone down."""
        if not self.has_ended:
            kill_everything(self.process)
