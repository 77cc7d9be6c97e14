"""SIGTERM and Ctrl-C at random moments."""

import random
import signal
import time

import pytest

from helpers.broken_run import BrokenRun, assert_resumes

pytestmark = pytest.mark.long

SEEDS = range(3)
# No run is as short.
LONGEST_WAIT = 12


def started(project, seed):
    """Start a run, and wait for a random moment of it."""
    run = BrokenRun(project)
    time.sleep(random.Random(seed).uniform(0, LONGEST_WAIT))
    return run


@pytest.mark.promise("SIGTERM", "running jobs end, no more start; `make run` goes on")
@pytest.mark.parametrize("seed", SEEDS)
def test_sigterm(finished, searched, seed):
    run = started(searched, seed)
    run.process.send_signal(signal.SIGTERM)
    assert run.end() != 0
    assert_resumes(searched, finished)


@pytest.mark.promise("Ctrl-C twice", "everything ends at once; `make run` goes on")
@pytest.mark.parametrize("seed", SEEDS)
def test_ctrl_c_twice(finished, searched, seed):
    run = started(searched, seed)
    run.process.send_signal(signal.SIGINT)
    time.sleep(0.3)
    run.process.send_signal(signal.SIGINT)
    assert run.end() != 0
    run.wait_until_gone()
    assert_resumes(searched, finished)
