"""A supervised call: what it may take, and what is said of one that takes more.

The children are forked from this process, so that they call what the tests put in
place of `toxtune.io.files.read_json`.
"""

import os
import re
import signal
import time
from multiprocessing import Pipe

import psutil
import pytest

from helpers.patience import STEP
from toxtune.errors import UserError
from toxtune.workers import server as warm
from toxtune.workers import supervision
from toxtune.workers.child import Request, work
from toxtune.workers.supervision import Limits, NoResult

AMPLE = Limits(mem_mb=100_000, runtime=60)
# Half a second.
SHORT = Limits(mem_mb=100_000, runtime=1 / 60)


@pytest.fixture(autouse=True)
def in_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(supervision, "GRACE_SECONDS", 0)


@pytest.fixture
def call(monkeypatch, tmp_path):
    """Give a function that has a child do something, and returns the child's id."""

    def supervised(fake_training, attempt=AMPLE):
        def training(path):
            (tmp_path / "pid").write_text(str(os.getpid()))
            fake_training()

        monkeypatch.setattr("toxtune.io.files.read_json", training)
        warm.call("toxtune.io.files:read_json", {"path": ""}, [], "fresh", attempt)

    return supervised


def has_ended(tmp_path):
    return not psutil.pid_exists(int((tmp_path / "pid").read_text()))


def grow(megabytes):
    """Return a training that takes so much memory and is in no hurry."""

    def training():
        taken = bytearray(megabytes * 10**6)
        time.sleep(30)
        return taken

    return training


@pytest.fixture
def resident_megabytes(call, tmp_path):
    """Measure what a child has from the start; this process may have much more."""

    def measure():
        taken = psutil.Process().memory_info().rss / 10**6
        (tmp_path / "taken").write_text(str(taken))

    call(measure)
    return float((tmp_path / "taken").read_text())


def kill_oneself():
    os.kill(os.getpid(), signal.SIGKILL)


def test_call_is_done_in_a_child_in_this_folder(call, tmp_path):
    call(lambda: (tmp_path / "parent").write_text(f"{os.getppid()} {os.getcwd()}"))
    assert (tmp_path / "parent").read_text() == f"{os.getpid()} {tmp_path}"
    assert has_ended(tmp_path)


def test_call_within_its_limits_is_let_alone(call):
    start = time.monotonic()
    call(lambda: time.sleep(0.3), SHORT)
    assert time.monotonic() - start >= 0.3


def test_call_that_takes_too_long_is_killed(call, tmp_path):
    with pytest.raises(NoResult, match="took more than .* min; its job has") as caught:
        call(lambda: time.sleep(30), SHORT)
    assert caught.value.status == "timed_out"
    assert 0.5 <= caught.value.cost.seconds < 5
    assert has_ended(tmp_path)


def deaf():
    """Compute for minutes without once letting another thread of the process run."""
    re.match("(a|a)+$", "a" * 40 + "b")


def test_call_that_hears_nothing_is_killed(monkeypatch, tmp_path):
    """It never notices that nobody waits, and the server kills no child of its own."""
    monkeypatch.setattr("toxtune.io.files.read_json", lambda path: deaf())
    request = Request("toxtune.io.files:read_json", {"path": ""}, [], str(tmp_path))
    here, there = Pipe()
    child = os.fork()
    if child == 0:
        here.close()
        work(there, Request.receive(there))
    there.close()
    try:
        with here, pytest.raises(NoResult, match="took more than"):
            supervision.supervise(here, request, SHORT)
        deadline = time.monotonic() + STEP
        while os.waitpid(child, os.WNOHANG) == (0, 0):
            assert time.monotonic() < deadline, "it goes on in the background"
            time.sleep(0.02)
    except BaseException:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        raise


def test_call_that_takes_too_much_memory_is_killed(
    call, resident_megabytes, tmp_path, monkeypatch
):
    monkeypatch.setattr(supervision, "HEADROOM_MB", 0)
    attempt = Limits(mem_mb=resident_megabytes + 100, runtime=60)
    with pytest.raises(NoResult, match="took more than .* MB of memory") as caught:
        call(grow(megabytes=300), attempt)
    assert caught.value.status == "out_of_memory"
    # It is caught while it grows, at the latest when it has it all.
    assert caught.value.cost.peak_memory_mib >= attempt.megabytes * 10**6 / 2**20 - 1
    assert has_ended(tmp_path)


def test_call_that_takes_less_memory_is_let_alone(
    call, resident_megabytes, monkeypatch
):
    monkeypatch.setattr(supervision, "HEADROOM_MB", 0)
    attempt = Limits(mem_mb=resident_megabytes + 300, runtime=1 / 60)
    with pytest.raises(NoResult) as caught:
        call(grow(megabytes=100), attempt)
    assert caught.value.status == "timed_out"


def test_memory_that_is_not_to_be_had_is_the_same_as_too_much(call):
    with pytest.raises(NoResult, match="ran out of memory: MemoryError") as caught:
        call(lambda: bytearray(2**60))
    assert caught.value.status == "out_of_memory"


def test_tensorflow_says_it_in_its_own_way(call):
    class ResourceExhaustedError(Exception):
        """What TensorFlow raises."""

    def training():
        raise ResourceExhaustedError("OOM when allocating tensor")

    with pytest.raises(NoResult, match="OOM when allocating tensor") as caught:
        call(training)
    assert caught.value.status == "out_of_memory"


def test_killed_call_is_told_from_one_that_failed(call):
    with pytest.raises(NoResult, match="the training was killed") as caught:
        call(kill_oneself)
    assert caught.value.status == "killed"


def test_error_of_the_user_stays_one(call):
    def training():
        raise UserError("key: must be 1, got 2")

    with pytest.raises(UserError, match="^key: must be 1, got 2$") as caught:
        call(training)
    assert not isinstance(caught.value, NoResult)


def test_other_error_comes_with_its_traceback(call):
    with pytest.raises(RuntimeError, match="ZeroDivisionError"):
        call(lambda: 1 / 0)


def test_child_ends_when_nobody_waits(call, tmp_path, monkeypatch):
    def interrupt(*arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr(supervision, "_receive", interrupt)
    # Those of other tests may still be there.
    before = psutil.Process().children()
    with pytest.raises(KeyboardInterrupt):
        call(lambda: time.sleep(30))
    assert set(psutil.Process().children()) <= set(before)


@pytest.mark.parametrize(
    ("job", "megabytes", "seconds"),
    [
        (Limits(mem_mb=4000, runtime=120), 2800, 7140),
        (Limits(mem_mb=600, runtime=1), 300, 30),
    ],
)
def test_training_gets_less_than_its_job(job, megabytes, seconds):
    assert (job.megabytes, job.seconds) == (megabytes, seconds)
