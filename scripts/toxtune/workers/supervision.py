"""Watching a call: the child that does it gets less than its job has.

So it is this process that ends a call which takes too much, and can say so, before a
scheduler or the kernel ends both without a word.
"""

import math
import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any, Self

import psutil

from toxtune.errors import UserError
from toxtune.statuses import KILLED, OUT_OF_MEMORY, TIMED_OUT
from toxtune.workers.child import Cause, Ending, Request, receive, send
from toxtune.workers.cost import Cost

# What a job needs beside the call: two Snakemakes (on a cluster), this process and the
# server of warm workers take 140, 140, 130 and 640 MB; and time to start them all.
HEADROOM_MB = 1200
HEADROOM_SECONDS = 60

POLL_SECONDS = 0.1
# If the whole job is being killed, this process is killed too within this time.
GRACE_SECONDS = 1.0


@dataclass(frozen=True)
class Limits:
    """What a job may take, and from that what the call in it may take.

    Attributes
    ----------
    mem_mb
        Megabytes (10^6 bytes) of the job.
    runtime
        Minutes of the job.
    is_last
        Whether Snakemake will not try again with more.
    """

    mem_mb: float
    runtime: float
    is_last: bool = False

    @classmethod
    def of(cls, resources: Any) -> Self:
        """Read the resources of a job of Snakemake."""
        is_last = bool(resources.get("last_attempt"))
        return cls(resources.mem_mb, resources.runtime, is_last)

    @property
    def megabytes(self) -> float:
        """Resident memory of the call; at least half of the job's."""
        return max(self.mem_mb - HEADROOM_MB, self.mem_mb / 2)

    @property
    def seconds(self) -> float:
        """Time of the call; at least half of the job's."""
        return max(60 * self.runtime - HEADROOM_SECONDS, 30 * self.runtime)


# For a call that Snakemake would not repeat with more memory or time.
UNBOUNDED = Limits(math.inf, math.inf)


class NoResult(UserError):
    """A call that ended without a result, and might have one with more resources.

    Attributes
    ----------
    status
        One of `toxtune.statuses.NO_RESULT`.
    cost
        What it took nevertheless.
    """

    def __init__(self, status: str, message: str, cost: Cost) -> None:
        super().__init__(message)
        self.status = status
        self.cost = cost


def supervise(connection: Connection, request: Request, limits: Limits) -> None:
    """Have a child do a call, and wait for its end within the limits.

    Parameters
    ----------
    connection
        To a child, or to a server that forks one; see `toxtune.workers.child` and
        `toxtune.workers.server`.
    request
        The call.
    limits
        What the job of the call may take; the child is killed before that.

    Raises
    ------
    NoResult
        If the child took too much, or was killed.
    UserError
        If the call raised one.
    RuntimeError
        If it raised anything else.
    """
    child = _Child(limits)
    # If the other end has closed, so will say what is received.
    with suppress(OSError):
        send(connection, request)
    child.pid = _receive(connection, child.check)
    ending = _receive(connection, child.check)
    if ending is None:
        time.sleep(GRACE_SECONDS)
        raise child.without_result(KILLED, "was killed")
    _raise(Ending(**ending), child)


def _receive(connection: Connection, while_waiting: Callable[[], None]) -> Any:
    """Return the next message; ``None`` if the other end has closed."""
    while not connection.poll(POLL_SECONDS):
        while_waiting()
    try:
        return receive(connection)
    except (EOFError, OSError):
        return None


def _raise(ending: Ending, child: "_Child") -> None:
    """Raise what a call that did not end well should raise here."""
    match ending.cause:
        case Cause.USER_ERROR:
            raise UserError(ending.message)
        case Cause.OTHER_ERROR:
            raise RuntimeError(ending.message)
        case Cause.OUT_OF_MEMORY:
            raise child.without_result(
                OUT_OF_MEMORY, f"ran out of memory: {ending.message}"
            )


class _Child:
    """The process that does the call, and what it takes."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._start = time.monotonic()
        self._peak = 0
        self.pid: int | None = None

    def check(self) -> None:
        """Kill it, and raise `NoResult`, if it takes too much."""
        limits = self._limits
        if time.monotonic() - self._start > limits.seconds:
            self._kill()
            raise self.without_result(
                TIMED_OUT,
                f"took more than {limits.seconds / 60:g} min; "
                f"its job has {limits.runtime:g} min",
            )
        if self._resident() > limits.megabytes * 10**6:
            self._kill()
            raise self.without_result(
                OUT_OF_MEMORY,
                f"took more than {limits.megabytes:g} MB of memory; "
                f"its job has {limits.mem_mb:g} MB",
            )

    def without_result(self, status: str, what: str) -> NoResult:
        """Make the error that says "the training" and `what`."""
        cost = Cost.here(time.monotonic() - self._start, self._peak)
        return NoResult(status, f"the training {what}", cost)

    def _resident(self) -> int:
        """Return the bytes of memory that it has now; 0 if it has just ended."""
        resident = 0
        if self.pid:
            with suppress(psutil.Error):
                resident = psutil.Process(self.pid).memory_info().rss
        self._peak = max(self._peak, resident)
        return resident

    def _kill(self) -> None:
        # While its end of the connection is open, no other process has its number.
        if self.pid:
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
