"""Start snakemake: one run at a time in a folder, and signals passed on to it."""

import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from toxtune.runs.lock import SNAKEMAKE_LOCKS, RunLock
from toxtune.runs.started import Started

SCRIPTS = Path(__file__).resolve().parents[2]
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def dry_run(arguments: Sequence[str], started: Started) -> int:
    """Let snakemake say what it would do; return its exit status."""
    status = _wait_for(["-n", *arguments, "--logger", "toxtune"], started)
    return _exit_status(status, started)


def run_alone(arguments: Sequence[str], started: Started) -> int:
    """Run snakemake with the folder's lock held.

    Parameters
    ----------
    arguments
        Of snakemake.
    started
        What they run.

    Returns
    -------
    int
        Its exit status; 128 and the signal's number if a signal ended it.

    Raises
    ------
    UserError
        If another run holds the lock.
    """
    lock = RunLock.take()
    try:
        if lock.left_by_killed_run and any(SNAKEMAKE_LOCKS.glob("*")):
            _unlock(arguments)
        options = ["--logger", "toxtune", "--rerun-incomplete"]
        status = _wait_for([*arguments, *options], started, lock)
        # A lock that is still there, say after a configuration that was refused, is
        # the killed run's: the record that says so must stay with it.
        if status >= 0 and not any(SNAKEMAKE_LOCKS.glob("*")):
            lock.forget()
    finally:
        lock.release()
    return _exit_status(status, started)


def _exit_status(status: int, started: Started) -> int:
    if status >= 0:
        return status
    name = signal.Signals(-status).name
    advice = f"`{started.command}` continues"
    print(f"Error: {name} ended snakemake; {advice}", file=sys.stderr)
    return 128 - status


def _command(arguments: Sequence[str]) -> list[str]:
    return [os.path.relpath(sys.executable), "-m", "snakemake", *arguments]


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(SCRIPTS)}


def _show(command: Sequence[str]) -> None:
    print(f"$ PYTHONPATH={shlex.quote(os.path.relpath(SCRIPTS))}", shlex.join(command))
    sys.stdout.flush()


def _unlock(arguments: Sequence[str]) -> None:
    """Remove what a killed snakemake left; a failure shows again in the run itself."""
    command = _command([*arguments, "--unlock"])
    print("The run before this one was killed; this removes its lock:")
    _show(command)
    subprocess.run(command, env=_environment(), capture_output=True, check=False)


def _wait_for(
    arguments: Sequence[str], started: Started, lock: RunLock | None = None
) -> int:
    """Run snakemake, pass on signals, and return what `subprocess.Popen.wait` does.

    Snakemake gets a process group of its own, so that Ctrl-C reaches it once, from
    here, and not a second time from the terminal. It shares the lock, so that a run
    whose launcher is killed still counts as running; the jobs that it starts do not
    inherit it, so that an orphaned training keeps nobody waiting.
    """
    command = _command(arguments)
    _show(command)
    with _signals_passed_on() as passing_on:
        child = subprocess.Popen(
            command,
            env=_environment() | started.to_environment(),
            stdin=subprocess.DEVNULL,
            process_group=0,
            pass_fds=[lock.descriptor] if lock else [],
        )
        if lock:
            lock.record(child.pid)
        passing_on.to(child)
        return child.wait()


class _PassingOn:
    """Passes signals on to a process; those that come before it has started, later."""

    def __init__(self) -> None:
        self._child: subprocess.Popen[bytes] | None = None
        self._pending: list[int] = []

    def __call__(self, number: int, frame: FrameType | None) -> None:
        """Handle a signal."""
        if self._child is None:
            self._pending.append(number)
        else:
            _send(self._child, number)

    def to(self, child: subprocess.Popen[bytes]) -> None:
        """Name the process."""
        self._child = child
        for number in self._pending:
            _send(child, number)


@contextmanager
def _signals_passed_on() -> Iterator[_PassingOn]:
    """Catch the signals that end a program, and put the handlers back at the end."""
    passing_on = _PassingOn()
    previous = {
        number: signal.signal(number, passing_on)
        for number in _SIGNALS
        # A signal that is ignored here, as under nohup, is to be ignored by all.
        if signal.getsignal(number) != signal.SIG_IGN
    }
    try:
        yield passing_on
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


def _send(child: subprocess.Popen[bytes], number: int) -> None:
    """SIGTERM lets running jobs finish; Ctrl-C and a closed terminal end them too."""
    if child.poll() is not None:
        return
    if number == signal.SIGTERM:
        child.send_signal(number)
    else:
        os.killpg(child.pid, signal.SIGINT)
