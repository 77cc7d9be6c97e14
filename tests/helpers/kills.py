"""SIGKILL to one kind of a run's processes, and what must come of it."""

import random
import time
from collections.abc import Callable, Sequence

import pytest

from helpers.broken_run import BrokenRun, assert_resumes, assert_same
from helpers.project import Project

SCORES = "results/tiny/test.json"
VICTIMS = {
    "everything": ("all processes, as in a power cut", "`make run` goes on"),
    "training": (
        "a training",
        "tried again in the same run (for `open_test`: `make run` goes on)",
    ),
    "snakemake": ("Snakemake", "`make run` goes on"),
    "job": ("a job's process, with its training", "tried again, or `make run` goes on"),
    "launcher": ("`make run` itself", "Snakemake goes on alone, then `make run` does"),
    "server": (
        "the server of warm workers, with its trainings",
        "tried again in the same run (for `open_test`: `make run` goes on)",
    ),
}


def promise(victim: str) -> pytest.MarkDecorator:
    """Say what is killed, and what must come of it."""
    broken, promised = VICTIMS[victim]
    return pytest.mark.promise(f"SIGKILL of {broken}", f"{promised}; same bytes")


def kill_at(
    run: BrokenRun,
    comes: Callable[[], bool],
    delay: float,
    victim: str,
    draw: random.Random,
) -> bool:
    """Kill a run's victim so long after something comes, or as soon as there is one.

    Returns
    -------
    bool
        Whether there was one before the run ended.
    """
    number = draw.randrange(10)
    while not comes():
        if run.has_ended:
            return False
        time.sleep(0.02)
    time.sleep(delay)
    while not run.has_ended:
        if run.kill_one(victim, number):
            return True
        time.sleep(0.02)
    return False


def assert_recovers(
    run: BrokenRun,
    victim: str,
    project: Project,
    finished: Project,
    targets: Sequence[str],
) -> None:
    """Hold a killed run to its promise: go on, and end with an undisturbed one's bytes.

    Parameters
    ----------
    run
        After its victim has been killed.
    victim
        One of `VICTIMS`.
    project, finished
        Where it runs, and an undisturbed run.
    targets
        What it was to make, with the configuration's arguments; nothing is everything.
    """
    status = run.end()
    run.wait_until_gone()
    if victim in ("training", "server"):
        # The test set is opened once: that alone is not tried again.
        assert status == 0 or "✗ open_test" in run.output, run.output
    if status == 0:
        # Snakemake tried again, or had done it all when it was killed.
        assert_same(project, finished)
    assert_resumes(project, finished, *targets)
