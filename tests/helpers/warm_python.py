"""A Python for the tests whose processes find their libraries imported.

A run of the workflow is two dozen processes, each of which imports for a second or, to
train networks, for five what the one before has imported. Here they are forks of one
process that has imported what they need: nothing of toxtune, and none goes on with what
another has done, but for the script of all pages. `python` is the path of a program
that takes a Python's arguments. Tests that kill runs or take their disk away have a
real one.
"""

import atexit
import compileall
import fcntl
import gc
import hashlib
import importlib
import io
import json
import os
import pkgutil
import runpy
import select
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import NamedTuple, NoReturn

from helpers.warm_client import variables

CLIENT = Path(__file__).with_name("warm_client.py")
PLUGIN = "snakemake_executor_plugin_"
IMPORTED = (
    "altair",
    "jsonschema",
    "lightgbm",
    "numpy",
    "optuna",
    "pandas",
    "psutil",
    "rdkit.Chem.Descriptors",
    "scipy.stats",
    "sklearn.ensemble",
    "sklearn.gaussian_process",
    "snakemake.cli",
    "snakemake.script",
    "tensorflow",
    "yaml",
)
WATCH_SECONDS = 0.5
STARTUP_SECONDS = 300
# Of a request, in bytes.
PART = 1 << 16


@cache
def python() -> str:
    """Return the program's path; start what forks, if it does not run yet.

    There is one for all workers of pytest. It ends with the process that they end with.
    Where there can be none, it is this process's own Python.
    """
    if sys.platform != "linux":
        return sys.executable
    owner = os.getppid() if os.environ.get("PYTEST_XDIST_WORKER") else os.getpid()
    folder = Path(tempfile.gettempdir()) / f"warm-python-{os.getuid()}-{owner}"
    folder.mkdir(mode=0o700, exist_ok=True)
    program = folder / "python"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not program.exists():
            _write(program)
        # No program runs from a folder for temporary files that is mounted so.
        if not os.access(program, os.X_OK):
            return sys.executable
        if not (folder / "socket").exists():
            _start(folder, owner)
    return str(program)


def _write(program: Path) -> None:
    """Write the program, and what it needs beside it."""
    folder = program.parent
    client = shlex.join([sys.executable, "-IS", str(CLIENT), str(folder)])
    program.write_text(f'#!/bin/sh\nexec {client} "$@"\n', "utf-8")
    program.chmod(0o700)
    (folder / "variables").write_text(json.dumps(variables()), "utf-8")
    # Jobs look for a process of this name among their ancestors.
    (folder / "snakemake").write_text(
        "import sys\n"
        "from snakemake.cli import main\n"
        f"sys.executable = {str(program)!r}\n"
        "main()\n",
        "utf-8",
    )


def _start(folder: Path, owner: int) -> None:
    """Start what the program asks; wait until that answers."""
    if not sys.dont_write_bytecode:
        # Once, in place of once in each project.
        compileall.compile_dir(CLIENT.parents[2] / "scripts", quiet=2)
    threads = {"OPENBLAS_NUM_THREADS": "1", "TF_CPP_MIN_LOG_LEVEL": "3"}
    with (folder / "errors").open("wb") as errors:
        server = subprocess.Popen(
            [sys.executable, "-P", "-m", "helpers.warm_python", folder, str(owner)],
            env={**os.environ, **threads, "PYTHONPATH": str(CLIENT.parents[1])},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            start_new_session=True,
        )
    end = time.monotonic() + STARTUP_SECONDS
    while not (folder / "socket").exists():
        assert server.poll() is None, (folder / "errors").read_text("utf-8")
        assert time.monotonic() < end, "no process that forks has started"
        time.sleep(0.05)


class Request(NamedTuple):
    """What a process is to be."""

    client: int
    folder: str
    arguments: list[str]
    environment: dict[str, str]
    umask: int


def serve(folder: Path, owner: int) -> Request:
    """Fork for each request; only a fork returns."""
    sys.path.remove(str(CLIENT.parents[1]))
    for name in (*IMPORTED, *_plugins()):
        importlib.import_module(name)
    _keep_bundles(folder)
    gc.freeze()
    # The kernel reaps those that watch; nobody waits for them.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(folder / "new"))
        listener.listen(128)
        listener.settimeout(WATCH_SECONDS)
        os.rename(folder / "new", folder / "socket")
        while Path(f"/proc/{owner}").exists():
            try:
                client, _ = listener.accept()
            except TimeoutError:
                continue
            with client:
                if os.fork() == 0:
                    listener.close()
                    return _answer(client)
    shutil.rmtree(folder)
    sys.exit()


def _keep_bundles(folder: Path) -> None:
    """Have forks take the script of their pages' figures from the first that made it.

    It takes seconds, and its threads would not come along with a fork.
    """
    import vl_convert

    bundle = vl_convert.javascript_bundle

    def kept(snippet: str) -> str:
        path = folder / hashlib.sha256(snippet.encode()).hexdigest()
        if not path.exists():
            part = path.with_suffix(f".{os.getpid()}")
            part.write_bytes(bundle(snippet).encode())
            part.rename(path)
        return path.read_bytes().decode()

    vl_convert.javascript_bundle = kept


def _plugins() -> list[str]:
    names = [module.name for module in pkgutil.iter_modules()]
    return [name for name in names if name.startswith(PLUGIN)]


def _answer(client: socket.socket) -> Request:
    """Fork what is asked for, which returns; tell the client how it ended."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    client.setblocking(True)
    text, files, _, _ = socket.recv_fds(client, PART, 3)
    while not text.endswith(b"\n"):
        text += client.recv(PART)
    child = os.fork()
    if child:
        _watch(child, client, files)
    os.setpgid(0, 0)
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    return Request(*json.loads(text.decode("utf-8", "surrogateescape")))


def _watch(child: int, client: socket.socket, files: list[int]) -> NoReturn:
    """Wait for the child, or end it and its children if the client ends first."""
    # Whoever reads what the child writes waits until nobody has them open.
    for file in files:
        os.close(file)
    ended = os.pidfd_open(child)
    ready, _, _ = select.select([ended, client], [], [])
    if ended not in ready:
        with suppress(ProcessLookupError):
            os.killpg(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    with suppress(OSError):
        client.sendall(str(os.waitstatus_to_exitcode(status)).encode())
    os._exit(0)


def run(request: Request, python: Path) -> NoReturn:
    """Do what a new Python does with these arguments, and end."""
    os.chdir(request.folder)
    os.umask(request.umask)
    os.environ.clear()
    os.environ.update(request.environment)
    sys.executable = str(python)
    _open_streams()
    _have_ancestors_of(request.client)
    paths = request.environment.get("PYTHONPATH", "").split(os.pathsep)
    sys.path[:0] = [os.path.abspath(path) for path in paths if path]
    try:
        _run_program(request.arguments)
        status = 0
    except SystemExit as end:
        status = _status(end.code)
    except BaseException:
        sys.excepthook(*sys.exc_info())
        status = 1
    # Not as Python ends, which looks at all that was imported, and so copies it.
    threading._shutdown()
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(status)


def _run_program(arguments: list[str]) -> None:
    if arguments[0] == "-m":
        sys.path.insert(0, os.getcwd())
        sys.argv = arguments[1:]
        runpy.run_module(arguments[1], run_name="__main__", alter_sys=True)
    else:
        sys.path.insert(0, os.path.dirname(os.path.realpath(arguments[0])))
        sys.argv = arguments
        runpy.run_path(arguments[0], run_name="__main__")


def _status(code: object) -> int:
    """Return the exit status of ``sys.exit(code)``, which prints what is no number."""
    if code is None or isinstance(code, int):
        return code or 0
    print(code, file=sys.stderr)
    return 1


def _open_streams() -> None:
    """Open the standard streams, which were others, as a new Python does."""
    reader = io.BufferedReader(io.FileIO(0, closefd=False))
    sys.stdin = sys.__stdin__ = io.TextIOWrapper(reader, "utf-8")
    sys.stdout = sys.__stdout__ = _writer(1, "strict")
    sys.stderr = sys.__stderr__ = _writer(2, "backslashreplace")


def _writer(file: int, errors: str) -> io.TextIOWrapper:
    binary = io.BufferedWriter(io.FileIO(file, "w", closefd=False))
    return io.TextIOWrapper(binary, "utf-8", errors, line_buffering=file == 2)


def _have_ancestors_of(client: int) -> None:
    """Say of this process that it comes from where its client does."""
    import psutil

    own, parents = os.getpid(), psutil.Process.parents

    def parents_of(process: psutil.Process) -> list[psutil.Process]:
        found = parents(process)
        numbers = [process.pid, *(parent.pid for parent in found)]
        if own not in numbers:
            return found
        asked = psutil.Process(client)
        return [*found[: numbers.index(own)], asked, *parents(asked)]

    psutil.Process.parents = parents_of


if __name__ == "__main__":
    home = Path(sys.argv[1])
    run(serve(home, int(sys.argv[2])), home / "python")
