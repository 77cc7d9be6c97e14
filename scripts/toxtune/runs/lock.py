"""The lock that keeps two runs out of one working directory."""

import fcntl
import json
import logging
import os
import platform
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Self

from toxtune.errors import UserError

LOCK_FILE = Path(".toxtune/lock")
# Snakemake's own, which are there while it runs, and after it was killed.
SNAKEMAKE_LOCKS = Path(".snakemake/locks")
# `make status` takes the lock for an instant to see whether it is free.
_ATTEMPTS, _PAUSE_SECONDS = 5, 0.1


@dataclass(frozen=True)
class Holder:
    """Who holds the lock, where, and since when."""

    pid: int
    started: datetime
    host: str


class RunLock:
    """An exclusive `flock` on a file that says who holds it.

    The operating system frees the lock when the last process that has `descriptor`
    open is gone, however it ended. The record in the file stays until `forget`, so
    that a lock found free with a record in it belonged to a run that was killed.

    Attributes
    ----------
    descriptor
        The open file; children do not inherit it unless they are given it.
    left_by_killed_run
        Whether the run before this one ended without `forget`.
    """

    def __init__(self, descriptor: int, left_by_killed_run: bool) -> None:
        self.descriptor = descriptor
        self.left_by_killed_run = left_by_killed_run

    @classmethod
    def take(cls, path: Path = LOCK_FILE) -> Self:
        """Take the lock at once.

        Raises
        ------
        UserError
            If another run holds it, or may hold it on another host; the message says
            which. If the folder cannot be written to.
        """
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        except OSError as error:
            raise UserError(
                f"{path} cannot be written: {error.strerror}; a run needs a folder "
                "that it can write to"
            ) from error
        holder = _read(path)
        left_by_killed_run = holder is not None
        try:
            taken = _try(descriptor, fcntl.LOCK_EX, _ATTEMPTS)
        except OSError as error:
            # Some cluster file systems have no flock; Snakemake's own lock remains.
            logging.warning("Warning: %s cannot be locked: %s", path, error.strerror)
            taken, left_by_killed_run = True, False
        if not taken:
            os.close(descriptor)
            raise UserError(_refusal(_read(path)))
        # Many shared file systems tell no host of the locks of another.
        if holder and holder.host != platform.node() and any(SNAKEMAKE_LOCKS.glob("*")):
            os.close(descriptor)
            raise UserError(_refusal_of_host(holder))
        lock = cls(descriptor, left_by_killed_run)
        lock.record(os.getpid())
        return lock

    def record(self, pid: int) -> None:
        """Write down which process holds the lock, and since when."""
        now = datetime.now().astimezone().isoformat(timespec="seconds")
        record = {"pid": pid, "started": now, "host": platform.node()}
        self._write(json.dumps(record))

    def forget(self) -> None:
        """Remove the record: the run has ended, and was not killed."""
        self._write("")

    def release(self) -> None:
        """Let go of the lock."""
        os.close(self.descriptor)

    def _write(self, text: str) -> None:
        content = text.encode()
        try:
            # In this order a record that is there needs no more of a full disk.
            os.pwrite(self.descriptor, content, 0)
            os.ftruncate(self.descriptor, len(content))
        except OSError as error:
            # The lock holds without it; and Snakemake may be at work already.
            logging.warning("Warning: the run's lock says less: %s", error.strerror)


@contextmanager
def keep_runs_out() -> Iterator[None]:
    """Hold the lock for a command that is no run, and that a run would disturb.

    Raises
    ------
    UserError
        If a run holds it.
    """
    lock = RunLock.take()
    try:
        yield
    finally:
        # The record of a run that was killed is for the next run to read.
        if not lock.left_by_killed_run:
            lock.forget()
        lock.release()


def lock_is_held(path: Path = LOCK_FILE) -> bool:
    """Whether some process holds the lock; False where locks do not work.

    Who may only read the folder may ask as well.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except (FileNotFoundError, PermissionError):
        return False
    try:
        return not _try(descriptor, fcntl.LOCK_SH, attempts=1)
    except OSError:
        return False
    finally:
        os.close(descriptor)


def _try(descriptor: int, operation: int, attempts: int) -> bool:
    for attempt in range(attempts):
        if attempt:
            time.sleep(_PAUSE_SECONDS)
        with suppress(BlockingIOError):
            fcntl.flock(descriptor, operation | fcntl.LOCK_NB)
            return True
    return False


def _read(path: Path) -> Holder | None:
    """Read who holds the lock; None if nobody does, or it does not say."""
    with suppress(ValueError, TypeError, KeyError):
        record = json.loads(path.read_text(encoding="utf-8"))
        started = datetime.fromisoformat(record["started"])
        # Records of toxtune 0.2 do not say where.
        return Holder(int(record["pid"]), started, record.get("host", platform.node()))
    return None


def _refusal(holder: Holder | None) -> str:
    text = "another run is already active in this folder"
    if holder is None:
        return text
    pid, started = holder.pid, holder.started
    return (
        f"{text} (process {pid}, started {started:%Y-%m-%d %H:%M:%S}). `make status` "
        f"shows its progress; `kill {pid}` stops it cleanly"
    )


def _refusal_of_host(holder: Holder) -> str:
    return (
        f"a run on {holder.host} (process {holder.pid}, started "
        f"{holder.started:%Y-%m-%d %H:%M:%S}) has not ended, or was killed; from "
        f"{platform.node()} nobody can tell. Continue it on {holder.host}. If it runs "
        f"there no more, `rm -r {LOCK_FILE} {SNAKEMAKE_LOCKS}` lets this host continue"
    )
