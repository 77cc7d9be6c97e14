"""Warm trainers: processes that fork from one that has TensorFlow imported already.

A fresh process imports TensorFlow for seconds before a training of seconds. So the
first job of a run starts a server, which imports what trainings need, runs no
operation, and forks a child for each call. The children share nothing but the
imported code, so that a call gives the same bytes as in a fresh process, and one that
crashes harms no other.

The server belongs to one Snakemake process on one machine and ends with it. Its socket
lies in a folder that only its user can enter. A child whose client goes away ends.
"""

import fcntl
import gc
import importlib
import logging
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil

from toxtune.jobs import snakemake_process
from toxtune.versions import SCRIPTS
from toxtune.workers.child import OTHER, forked, read_request, tell, work
from toxtune.workers.supervision import Limits, supervise

SOCKET = "socket"


LONGEST_SOCKET_PATH = 107


STARTUP_SECONDS = 60


WATCH_SECONDS = 0.5


def call(
    function: str,
    arguments: dict[str, Any],
    imports: Iterable[str],
    trainers: str,
    attempt: Limits,
) -> None:
    """Call a function of this package in a forked child and wait for its end.

    Parameters
    ----------
    function
        ``module:name`` within this package; what it returns is dropped.
    arguments
        Keyword arguments, of types that JSON knows.
    imports
        Modules that the server imports before it forks.
    trainers
        ``warm``, or ``fresh``: a child of this process, which imports for itself. So it
        is as well where no server can be had.
    attempt
        What the call may take.

    Raises
    ------
    NoResult
        If the call takes too much, or is killed.
    UserError
        If the function raises one.
    RuntimeError
        If it raises anything else.
    """
    request = {
        "function": function,
        "arguments": arguments,
        "imports": list(imports),
        "folder": os.getcwd(),
    }
    server = connect() if trainers == "warm" else None
    with server or forked() as connection:
        supervise(connection, request, attempt)


def connect() -> socket.socket | None:
    """Connect to the server of this Snakemake process; start it if there is none.

    Returns
    -------
    socket.socket | None
        ``None`` where no server can be had, which is the case outside Snakemake.
    """
    watched = snakemake_process()
    if watched is None:
        return None
    folder = _private_folder(watched)
    if folder is None:
        return None
    with open(folder / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        connection = _try_connect(folder)
        if connection is None:
            (folder / SOCKET).unlink(missing_ok=True)
            _start(folder, watched)
            connection = _try_connect(folder)
    if connection is None:
        logging.warning("Warning: no warm trainer could be started; training afresh")
    return connection


def serve(folder: Path, watched: psutil.Process) -> None:
    """Answer calls until the watched process is gone; then end all children too."""
    # Children are reaped by the kernel; no one waits for them here.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(folder / f"{SOCKET}.new"))
        listener.listen(128)
        listener.settimeout(WATCH_SECONDS)
        os.rename(folder / f"{SOCKET}.new", folder / SOCKET)
        while watched.is_running() and watched.status() != psutil.STATUS_ZOMBIE:
            try:
                connection, _ = listener.accept()
            except TimeoutError:
                continue
            _answer(connection, listener)
    # Whatever is in the way, the children are to end.
    with suppress(OSError):
        for name in (SOCKET, "lock", "pid"):
            (folder / name).unlink(missing_ok=True)
        folder.rmdir()
    os.killpg(os.getpgrp(), signal.SIGKILL)


def _answer(connection: socket.socket, listener: socket.socket) -> None:
    """Read one request, import what it needs, and leave the rest to a child."""
    with connection:
        connection.settimeout(10)
        try:
            request = read_request(connection)
            for name in request["imports"]:
                importlib.import_module(name)
            # Else each child would look through what was imported for garbage.
            gc.freeze()
        except ImportError:
            with suppress(OSError):
                tell(connection, None)
                tell(connection, {"failed": OTHER, "message": traceback.format_exc()})
            return
        except (OSError, ValueError):
            # The client has gone, or sees the connection end.
            return
        connection.settimeout(None)
        if os.fork() == 0:
            listener.close()
            work(connection, request)


def _private_folder(watched: psutil.Process) -> Path | None:
    """Make the server's folder; ``None`` if someone else can enter it."""
    name = f"toxtune-{os.getuid()}-{watched.pid}-{int(watched.create_time())}"
    folder = Path(tempfile.gettempdir()) / name
    # A socket's path has a bound, and some schedulers' folders are deep.
    if len(os.fsencode(f"{folder}/{SOCKET}.new")) > LONGEST_SOCKET_PATH:
        folder = Path("/tmp") / name
    folder.mkdir(mode=0o700, exist_ok=True)
    status = folder.lstat()
    private = status.st_uid == os.getuid() and status.st_mode & 0o777 == 0o700
    return folder if private and folder.is_dir() else None


def _try_connect(folder: Path) -> socket.socket | None:
    connection = socket.socket(socket.AF_UNIX)
    try:
        connection.connect(str(folder / SOCKET))
    except OSError:
        connection.close()
        return None
    return connection


def _start(folder: Path, watched: psutil.Process) -> None:
    """Start the server, in a session of its own, and wait for its socket."""
    process = subprocess.Popen(
        [sys.executable, "-m", "toxtune.workers.server", str(folder), str(watched.pid)],
        env={**os.environ, "PYTHONPATH": str(SCRIPTS)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    (folder / "pid").write_text(str(process.pid))
    deadline = time.monotonic() + STARTUP_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        if (folder / SOCKET).exists():
            return
        time.sleep(0.02)


if __name__ == "__main__":
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    serve(Path(sys.argv[1]), psutil.Process(int(sys.argv[2])))
