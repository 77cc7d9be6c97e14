"""Child processes that share items of work, each of which may crash or hang its child.

An item that does is told from the others, which another child does: no item loses more
than itself.
"""

import signal
import time
import traceback
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from multiprocessing import Pipe, Process, parent_process
from multiprocessing.connection import Connection, wait
from typing import Any, Generic, Self, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

# Items that a child takes at a time.
CHUNK = 64


class Lost(str):
    """Why an item has no result, such as ``crashes on it``."""


class Crew(Generic[Item, Result]):
    """Child processes that work for the time of a block.

    Parameters
    ----------
    work
        Does some items, and returns a result for each. Children are forked: what it
        needs may be imported before.
    workers
        How many children there are; any number of them gives the same.
    limit_seconds
        For the items of a chunk together; if they take longer, or crash, each has this
        time alone.
    """

    def __init__(
        self,
        work: Callable[[Sequence[Item]], Sequence[Result]],
        workers: int,
        limit_seconds: float,
    ) -> None:
        self._crew = [_Worker(work, limit_seconds) for _ in range(workers)]

    def __enter__(self) -> Self:
        """Begin the block."""
        return self

    def __exit__(self, *error: object) -> None:
        """End the processes."""
        for worker in self._crew:
            worker.end()

    def done(self, items: Sequence[Item]) -> Iterator[tuple[int, Result | Lost]]:
        """Yield the place of each item and its result, in the order of getting done.

        Raises
        ------
        RuntimeError
            If `work` raises an error of Python's.
        """
        starts = range(0, len(items), CHUNK)
        chunks = deque(range(len(items))[start : start + CHUNK] for start in starts)
        while chunks or any(worker.rows for worker in self._crew):
            for number, worker in enumerate(self._crew):
                if chunks and not worker.rows:
                    self._crew[number] = worker.given(chunks.popleft(), items)
            for number, worker in _answering(self._crew):
                rows = worker.rows
                found = worker.take()
                if isinstance(found, Lost):
                    self._crew[number] = worker.successor()
                    if len(rows) > 1:
                        chunks.extendleft(range(row, row + 1) for row in reversed(rows))
                        continue
                    found = [found]
                yield from zip(rows, found, strict=True)


class _Worker:
    """A child process, and the rows of the items that it is doing."""

    def __init__(self, work: Callable[..., Any], limit_seconds: float) -> None:
        self._work, self._limit_seconds = work, limit_seconds
        self.connection, its_end = Pipe()
        self._process = Process(target=_serve, args=(its_end, work), daemon=True)
        self._process.start()
        its_end.close()
        self.rows = range(0)
        self.deadline = 0.0

    def given(self, rows: range, items: Sequence[Any]) -> "_Worker":
        """Have it, or its successor if it has died idle, do the items of some rows."""
        try:
            self._give(rows, items)
        except OSError:
            worker = self.successor()
            # If this one dies as well, there is no answer, as after a crash.
            with suppress(OSError):
                worker._give(rows, items)
            return worker
        return self

    def _give(self, rows: range, items: Sequence[Any]) -> None:
        self.rows, self.deadline = rows, time.monotonic() + self._limit_seconds
        self.connection.send(items[rows.start : rows.stop])

    def take(self) -> Sequence[Any] | Lost:
        """Return what it has done, or why it never will."""
        self.rows = range(0)
        if not self.connection.poll():
            return Lost(f"takes more than {self._limit_seconds:.0f} s for it")
        try:
            found: Sequence[Any] | _Error = self.connection.recv()
        except (EOFError, OSError):
            return Lost("crashes on it")
        if isinstance(found, _Error):
            raise RuntimeError(found)
        return found

    def successor(self) -> "_Worker":
        """End it, and start another."""
        self.end()
        return _Worker(self._work, self._limit_seconds)

    def end(self) -> None:
        """End the process, whatever it does."""
        self._process.kill()
        self._process.join()
        self.connection.close()


class _Error(str):
    """The traceback of an error of Python's, which no item is to blame for."""


def _answering(crew: Sequence[_Worker]) -> list[tuple[int, _Worker]]:
    """Wait for workers that have an answer, have died, or are late."""
    busy = [(number, worker) for number, worker in enumerate(crew) if worker.rows]
    seconds = min(worker.deadline for _, worker in busy) - time.monotonic()
    answers = wait([worker.connection for _, worker in busy], max(seconds, 0))
    now = time.monotonic()
    return [
        (number, worker)
        for number, worker in busy
        if worker.connection in answers or worker.deadline < now
    ]


def _serve(connection: Connection, work: Callable[..., Any]) -> None:
    """Do what comes, until the parent has gone."""
    # Ctrl-C reaches all processes of a terminal; it is the parent that ends its crew.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = parent_process()
    while parent is not None:
        wait([connection, parent.sentinel])
        if not connection.poll():
            return
        try:
            items = connection.recv()
        except EOFError:
            return
        try:
            found = work(items)
        except Exception:
            connection.send(_Error(traceback.format_exc()))
        else:
            connection.send(found)
