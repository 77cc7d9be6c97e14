"""A run of the workflow through a cluster's profile, watched and broken by tests."""

import os
import signal
import subprocess
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path

from helpers.project import Project
from helpers.slurm_cluster import Job, SlurmCluster, wait_for
from helpers.watched_run import WatchedRun

# The profiles ask less often than tests have patience for.
OFTEN_FOR_SLURM = "--slurm-init-seconds-before-status-checks=5"
OFTEN_FOR_OTHERS = "--seconds-between-status-checks=1"


class ClusterRun(WatchedRun):
    """What `make run PROFILE=...` starts, from a project's folder.

    Parameters
    ----------
    project
        The folder to run in.
    profile
        Name of a folder of `profiles/`.
    environment
        Where the scheduler's commands find their cluster.
    arguments
        Targets, and other arguments of snakemake.
    """

    # A machine that does other things as well takes many times as long.
    patience = 3600

    def __init__(
        self,
        project: Project,
        profile: str,
        environment: dict[str, str],
        *arguments: str,
    ) -> None:
        often = OFTEN_FOR_SLURM if profile == "slurm" else OFTEN_FOR_OTHERS
        on_cluster = ["--profile", f"profiles/{profile}", often]
        super().__init__(project, [*arguments, *on_cluster], environment)

    def succeed(self) -> None:
        """Wait for an end without an error."""
        assert self.end() == 0, self.output

    def is_running_after(self, seconds: float) -> bool:
        """Whether the run has still not ended after so long."""
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return True
        return False

    def interrupt(self) -> None:
        """Press Ctrl-C."""
        os.kill(self.process.pid, signal.SIGINT)

    def wait_for(self, condition: Callable[[], bool], what: str) -> None:
        """Wait for something that must come about while the run goes on."""

        held = False

        def held_or_ended() -> bool:
            nonlocal held
            held = condition()
            return held or self.has_ended

        wait_for(held_or_ended, what, self.patience)
        # What held a moment ago may be over by now.
        assert held or condition(), f"the run ended before {what}:\n{self.output}"


class SlurmRun(ClusterRun):
    """A run on a Slurm cluster."""

    def __init__(self, project: Project, slurm: SlurmCluster, *arguments: str) -> None:
        super().__init__(project, "slurm", slurm.environment, *arguments)
        self._slurm = slurm

    @property
    def jobs(self) -> list[Job]:
        """All jobs that were submitted from the run's folder."""
        return self._slurm.jobs(self.folder)

    def state(self, job: Job) -> str:
        """What has become of a job."""
        return {other.number: other.state for other in self.jobs}[job.number]

    def running_job(self, rule: str, besides: Sequence[Job] = ()) -> Job:
        """Wait until another job of a rule runs; of several return the oldest."""
        others = {job.number for job in besides}
        found: list[Job] = []

        def is_running() -> bool:
            found[:] = [
                job
                for job in self.jobs
                if job.state == "RUNNING"
                and rule in job.rules
                and job.number not in others
            ]
            return bool(found)

        self.wait_for(is_running, f"a running job of {rule}")
        # The newest may be one that broke before, which is not tried for ever.
        return min(found, key=lambda job: int(job.number))

    def cancelled_job(self, rule: str, besides: Sequence[Job] = ()) -> Job:
        """Cancel a running job of a rule."""
        return self._broken_job(self._slurm.cancel, "CANCELLED", rule, besides)

    def expired_job(self, rule: str, besides: Sequence[Job] = ()) -> Job:
        """Let a running job of a rule reach its time limit."""
        return self._broken_job(self._slurm.expire, "TIMEOUT", rule, besides)

    def _broken_job(
        self,
        end: Callable[[Job], object],
        state: str,
        rule: str,
        besides: Sequence[Job],
    ) -> Job:
        """End a running job; if it ends by itself before, end another."""
        seen = list(besides)
        while True:
            job = self.running_job(rule, seen)
            with suppress(subprocess.CalledProcessError):
                end(job)
            self.wait_for(partial(self._has_ended, job), "its end")
            if self.state(job) == state:
                return job
            seen.append(job)

    def _has_ended(self, job: Job) -> bool:
        return self.state(job) not in ("RUNNING", "COMPLETING")


def same_bytes(one: Path, other: Path, tables: list[str]) -> bool:
    """Whether two folders have the same bytes in all these files."""
    return all(
        (one / name).read_bytes() == (other / name).read_bytes() for name in tables
    )
