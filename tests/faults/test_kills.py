"""SIGKILL at random moments: to one process of a run, or to all of them."""

import random
import shutil
import time
from functools import cache

import pytest

from helpers.broken_run import BrokenRun
from helpers.kills import SCORES, VICTIMS, assert_recovers, kill_at, promise

KILLS = 100
# As many as the gate has time for.
IN_EVERY_TEST_RUN = 3
# The others end with the scores on the test set: all that a number is defended with.
IS_WHOLE = [seed % 5 == 4 for seed in range(KILLS)]


def kill(seed):
    """Choose a victim; the moment is drawn later, when a run's time is known."""
    victim = list(VICTIMS)[seed % len(VICTIMS)]
    marks = [promise(victim)]
    if seed >= IN_EVERY_TEST_RUN:
        marks.append(pytest.mark.long)
    return pytest.param(seed, victim, marks=marks, id=f"{victim}-{seed}")


@pytest.fixture(scope="session")
def seconds(finished, tmp_path_factory):
    """Return the seconds that an undisturbed run to some targets takes."""

    @cache
    def measured(*targets):
        project = finished.copy(tmp_path_factory.mktemp("undisturbed") / "project")
        shutil.rmtree(project.folder / "results")
        start = time.monotonic()
        run = BrokenRun(project, *targets)
        assert run.end() == 0, run.output
        return time.monotonic() - start

    return measured


@pytest.mark.parametrize(("seed", "victim"), [kill(seed) for seed in range(KILLS)])
def test_kill(seconds, finished, searched, seed, victim):
    draw = random.Random(seed)
    targets = () if IS_WHOLE[seed] else (SCORES,)
    moment = draw.uniform(0, seconds(*targets))
    while True:
        shutil.rmtree(searched.folder / "results", ignore_errors=True)
        run = BrokenRun(searched, *targets)
        if kill_at(run, lambda: True, moment, victim, draw):
            break
        # The run was quicker this time, or its last victim had gone.
        moment *= 0.8
    assert_recovers(run, victim, searched, finished, targets)
