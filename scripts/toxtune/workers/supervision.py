"""Watching a training: the child that does it gets less than its job has.

So it is this process that ends a training which takes too much, and can say so, before
a scheduler or the kernel ends both without a word.
"""

import json
import math
import os
import platform
import select
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Self

import psutil

from toxtune.errors import UserError
from toxtune.statuses import KILLED, OUT_OF_MEMORY, TIMED_OUT
from toxtune.workers.child import MEMORY, USER

# What a job needs beside its training: two Snakemakes (on a cluster), this process and
# the warm trainer have 140, 140, 130 and 640 MB; and the start of all that.
HEADROOM_MB = 1200


HEADROOM_SECONDS = 60


POLL_SECONDS = 0.1


# Who kills a whole job has killed this process too by the end of this.
GRACE_SECONDS = 1.0


@dataclass(frozen=True)
class Limits:
    """What a job may take, and from that what the training in it may.

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
        """Resident memory of the training; at least half of the job's."""
        return max(self.mem_mb - HEADROOM_MB, self.mem_mb / 2)

    @property
    def seconds(self) -> float:
        """Time of the training; at least half of the job's."""
        return max(60 * self.runtime - HEADROOM_SECONDS, 30 * self.runtime)


# For what has no second attempt, and had better go on.
UNBOUNDED = Limits(math.inf, math.inf)


class NoResult(UserError):
    """A training that ended without a result, and might have one with more.

    Attributes
    ----------
    status
        One of `toxtune.statuses.NO_RESULT`.
    cost
        Content of ``cost.json``.
    """

    def __init__(self, status: str, message: str, cost: dict[str, Any]) -> None:
        super().__init__(message)
        self.status = status
        self.cost = cost


def supervise(
    connection: socket.socket, request: dict[str, Any], attempt: Limits
) -> None:
    """Have a child do a call, and wait for its end within the limits.

    Parameters
    ----------
    connection
        To where a child is to be had, see `toxtune.workers.child` and
        `toxtune.workers.server`.
    request
        See `toxtune.workers.child.read_request`.
    attempt
        Says at which limits the child is killed.

    Raises
    ------
    NoResult
        If the child took too much, or was killed.
    UserError
        If the call raised one.
    RuntimeError
        If it raised anything else.
    """
    child = _Child(attempt)
    # If the other end is gone, the answers tell it.
    with suppress(ConnectionError):
        connection.sendall((json.dumps(request) + "\n").encode())
    answers = _answers(connection, child.check)
    child.pid = next(answers, None)
    ended = next(answers, {"failed": KILLED})
    if ended is None:
        return
    if ended["failed"] == KILLED:
        time.sleep(GRACE_SECONDS)
        raise child.without_result(KILLED, "was killed")
    if ended["failed"] == MEMORY:
        raise child.without_result(
            OUT_OF_MEMORY, f"ran out of memory: {ended['message']}"
        )
    kind = UserError if ended["failed"] == USER else RuntimeError
    raise kind(ended["message"])


def _answers(connection: socket.socket, idle: Callable[[], None]) -> Iterator[Any]:
    """Yield what comes, a line of JSON each; call `idle` while nothing does."""
    unread = b""
    while True:
        line, ended, rest = unread.partition(b"\n")
        if ended:
            unread = rest
            yield json.loads(line)
        elif select.select([connection], [], [], POLL_SECONDS)[0]:
            try:
                received = connection.recv(2**16)
            except ConnectionError:
                return
            if not received:
                return
            unread += received
        else:
            idle()


class _Child:
    """The process that trains, against its limits."""

    def __init__(self, attempt: Limits) -> None:
        self._attempt = attempt
        self._start = time.monotonic()
        self._peak = 0
        self.pid: int | None = None

    def check(self) -> None:
        """Kill it, and say so, if it takes too much."""
        allowed = self._attempt
        if time.monotonic() - self._start > allowed.seconds:
            self._kill()
            raise self.without_result(
                TIMED_OUT,
                f"took more than {allowed.seconds / 60:g} min; "
                f"its job has {allowed.runtime:g} min",
            )
        if self._resident() > allowed.megabytes * 10**6:
            self._kill()
            raise self.without_result(
                OUT_OF_MEMORY,
                f"took more than {allowed.megabytes:g} MB of memory; "
                f"its job has {allowed.mem_mb:g} MB",
            )

    def without_result(self, status: str, what: str) -> NoResult:
        """Say how it ended, in the words "the training" and `what`."""
        cost = {
            "seconds": round(time.monotonic() - self._start, 3),
            "peak_memory_mib": round(self._peak / 2**20, 1),
            "host": platform.node(),
        }
        return NoResult(status, f"the training {what}", cost)

    def _resident(self) -> int:
        """Bytes of memory that it has now; 0 if it has just ended."""
        resident = 0
        if self.pid:
            with suppress(psutil.Error):
                resident = psutil.Process(self.pid).memory_info().rss
        self._peak = max(self._peak, resident)
        return resident

    def _kill(self) -> None:
        # While its end of the socket is open, the number is its own.
        if self.pid:
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
