"""Warm workers: processes forked from one that has TensorFlow imported already.

A fresh process imports TensorFlow for seconds, before a training of seconds. So the
first job of a run starts a server, which imports what trainings need, runs no
operation, and forks a child for each call. The children share nothing but the
imported code. So a call gives the same bytes as in a fresh process, and a child that
crashes harms no other. Code of this package that was edited since is imported anew.

The server belongs to one Snakemake process on one machine and ends with it. Its socket
lies in a folder that only its user can enter. A child whose client goes away exits.
"""

import fcntl
import gc
import importlib
import logging
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Iterable
from contextlib import suppress
from multiprocessing.connection import Client, Connection
from pathlib import Path
from typing import Any

import psutil

from toxtune.jobs import snakemake_process
from toxtune.versions import PACKAGE, SCRIPTS, code_state
from toxtune.workers.child import Cause, Ending, Request, fork, send, work
from toxtune.workers.supervision import Limits, supervise

SOCKET = "socket"
# Of a path on Linux, in bytes.
LONGEST_SOCKET_PATH = 107

STARTUP_SECONDS = 60
REQUEST_SECONDS = 10
WATCH_SECONDS = 0.5


def call(
    function: str,
    arguments: dict[str, Any],
    imports: Iterable[str],
    workers: str,
    limits: Limits,
) -> None:
    """Call a function of this package in a forked child and wait for its end.

    Parameters
    ----------
    function, arguments, imports
        See `toxtune.workers.child.Request`.
    workers
        ``warm``: a child of the server. ``fresh``: a child of this process, which
        imports for itself; so it is as well where there can be no server.
    limits
        What the job of the call may take.

    Raises
    ------
    NoResult
        If the call takes too much, or is killed.
    UserError
        If the function raises one.
    RuntimeError
        If it raises anything else.
    """
    request = Request(function, arguments, list(imports), os.getcwd())
    server = connect() if workers == "warm" else None
    with server or fork() as connection:
        supervise(connection, request, limits)


def connect() -> Connection | None:
    """Connect to the server of this Snakemake process; start it if there is none.

    Returns
    -------
    Connection | None
        ``None`` where there can be no server, as outside Snakemake.
    """
    snakemake = snakemake_process()
    if snakemake is None:
        return None
    folder = _private_folder(snakemake)
    if folder is None:
        return None
    with open(folder / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        connection = _try_connect(folder)
        if connection is None:
            (folder / SOCKET).unlink(missing_ok=True)
            _start(folder, snakemake)
            connection = _try_connect(folder)
    if connection is None:
        logging.warning("Warning: no warm worker could be started; using a fresh one")
    return connection


def serve(folder: Path, snakemake: psutil.Process) -> None:
    """Answer calls until Snakemake is gone; then end all children too."""
    # The kernel reaps the children; nobody waits for them here.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    code = _Code()
    # `multiprocessing.connection.Listener` cannot stop waiting to look at Snakemake.
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(folder / f"{SOCKET}.new"))
        listener.listen(128)
        listener.settimeout(WATCH_SECONDS)
        os.rename(folder / f"{SOCKET}.new", folder / SOCKET)
        while snakemake.is_running() and snakemake.status() != psutil.STATUS_ZOMBIE:
            try:
                client, _ = listener.accept()
            except TimeoutError:
                continue
            with Connection(client.detach()) as connection:
                _answer(connection, listener, code)
    # Whatever goes wrong here, the children are to end.
    shutil.rmtree(folder, ignore_errors=True)
    os.killpg(os.getpgrp(), signal.SIGKILL)


class _Code:
    """The modules of this package that children find imported."""

    def __init__(self) -> None:
        self._state = ""
        self._names: set[str] = set()

    def load(self, name: str) -> None:
        """Import a module, and what it imports, if it is one of this package."""
        if not name.startswith(f"{PACKAGE}."):
            return
        self._state = self._state or code_state()
        before = set(sys.modules)
        # What is wrong with it the child says.
        with suppress(Exception):
            importlib.import_module(name)
        loaded = set(sys.modules) - before
        self._names |= {name for name in loaded if name.startswith(f"{PACKAGE}.")}

    def forget_if_edited(self) -> None:
        """Have a child import all of it anew, if any file is another than then."""
        if code_state() != self._state:
            for name in self._names:
                sys.modules.pop(name, None)


def _answer(connection: Connection, listener: socket.socket, code: _Code) -> None:
    """Read one request, import what it needs, and leave the rest to a child."""
    try:
        if not connection.poll(REQUEST_SECONDS):
            return
        request = Request.receive(connection)
        for name in request.imports:
            # A library that cannot be loaded fails in the child too, which says why.
            with suppress(OSError):
                importlib.import_module(name)
        code.load(request.function.partition(":")[0])
        # So that no child searches what was imported for garbage.
        gc.freeze()
    except ImportError:
        with suppress(OSError):
            send(connection, None)
            send(connection, Ending(Cause.OTHER_ERROR, traceback.format_exc()))
        return
    except (EOFError, OSError, ValueError, TypeError):
        # The client has gone, or learns from the closed connection.
        return
    if os.fork() == 0:
        listener.close()
        code.forget_if_edited()
        work(connection, request)


def running_folder() -> Path | None:
    """Return the private folder of this Snakemake's server, if one runs."""
    snakemake = snakemake_process()
    if snakemake is None:
        return None
    folder = _folder_of(snakemake)
    return folder if (folder / SOCKET).exists() and _is_private(folder) else None


def _private_folder(snakemake: psutil.Process) -> Path | None:
    """Make the server's folder; ``None`` if someone else can enter it."""
    folder = _folder_of(snakemake)
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder if _is_private(folder) else None


def _folder_of(snakemake: psutil.Process) -> Path:
    name = f"toxtune-{os.getuid()}-{snakemake.pid}-{int(snakemake.create_time())}"
    folder = Path(tempfile.gettempdir()) / name
    # The temporary folders of some schedulers are too deep for a socket.
    if len(os.fsencode(f"{folder}/{SOCKET}.new")) > LONGEST_SOCKET_PATH:
        folder = Path("/tmp") / name
    return folder


def _is_private(folder: Path) -> bool:
    status = folder.lstat()
    private = status.st_uid == os.getuid() and status.st_mode & 0o777 == 0o700
    return private and folder.is_dir()


def _try_connect(folder: Path) -> Connection | None:
    try:
        return Client(str(folder / SOCKET), "AF_UNIX")
    except OSError:
        return None


def _start(folder: Path, snakemake: psutil.Process) -> None:
    """Start the server, in a process group of its own, and wait for its socket."""
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "toxtune.workers.server",
            str(folder),
            str(snakemake.pid),
        ],
        env={**os.environ, "PYTHONPATH": str(SCRIPTS)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        # Away from the terminal's Ctrl-C, and in the session of the run: where the
        # kernel shares out processors by session, `nice` counts for trainings too.
        process_group=0,
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
