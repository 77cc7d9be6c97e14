"""SIGKILL at random moments: to one process of a run, or to all of them."""

import random
import shutil
import time

import pytest

from helpers.broken_run import BrokenRun, assert_resumes, assert_same

KILLS = 100
# As many as the gate has time for.
IN_EVERY_TEST_RUN = 3
# The others end with the scores on the test set: all that a number is defended with.
EVERY_FIFTH_IS_WHOLE = 5
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


def kill(seed):
    """Choose a victim; the moment is drawn later, when a run's time is known."""
    victim = list(VICTIMS)[seed % len(VICTIMS)]
    broken, promised = VICTIMS[victim]
    marks = [pytest.mark.promise(f"SIGKILL of {broken}", f"{promised}; same bytes")]
    if seed >= IN_EVERY_TEST_RUN:
        marks.append(pytest.mark.long)
    return pytest.param(seed, victim, marks=marks, id=f"{victim}-{seed}")


@pytest.fixture(scope="session")
def seconds(finished, tmp_path_factory):
    """Times of undisturbed runs, by their targets."""
    project = finished.copy(tmp_path_factory.mktemp("undisturbed") / "project")
    shutil.rmtree(project.folder / "results")
    times, before = {}, 0
    # The second goes on where the first ended.
    for targets in ((SCORES,), ()):
        start = time.monotonic()
        run = BrokenRun(project, *targets)
        assert run.end() == 0, run.output
        times[targets] = before = before + time.monotonic() - start
    return times


def broken_at(project, targets, moment, victim, number):
    """Start a run and kill its victim at the moment, or as soon as there is one."""
    run = BrokenRun(project, *targets)
    time.sleep(moment)
    while not run.has_ended:
        if run.kill_one(victim, number):
            return run
        time.sleep(0.02)
    return None


@pytest.mark.parametrize(("seed", "victim"), [kill(seed) for seed in range(KILLS)])
def test_kill(seconds, finished, searched, seed, victim):
    draw = random.Random(seed)
    targets = (SCORES,) if seed % EVERY_FIFTH_IS_WHOLE else ()
    moment = draw.uniform(0, seconds[targets])
    run = None
    while run is None:
        shutil.rmtree(searched.folder / "results", ignore_errors=True)
        run = broken_at(searched, targets, moment, victim, draw.randrange(10))
        # The run was quicker this time, or its last victim had gone.
        moment *= 0.8
    status = run.end()
    run.wait_until_gone()
    if victim in ("training", "server"):
        # The test set is opened once: that alone is not tried again.
        assert status == 0 or "✗ open_test" in run.output, run.output
    if status == 0:
        # Snakemake tried again, or had done it all when it was killed.
        assert_same(searched, finished)
    assert_resumes(searched, finished, *targets)
