"""Dry runs of Snakemake, each in a fork of one process that has imported it.

A dry run is half a second of work after more than a second of imports, and the tests
make some hundred. The process has imported nothing of toxtune, and none of its children
goes on with what another has done.
"""

import importlib
import json
import os
import pkgutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import NoReturn

# Beside its plugins, and what the Snakefile imports from elsewhere.
IMPORTED = ("snakemake.cli", "jsonschema", "numpy", "pandas", "yaml")
PLUGIN = "snakemake_executor_plugin_"
# Seconds after which a dry run is one that hangs.
LONGEST = 3600


def dry_run(
    folder: Path, arguments: Sequence[str], environment: Mapping[str, str]
) -> subprocess.CompletedProcess:
    """Do what ``python -m snakemake`` with these arguments, -n among them, does."""
    with tempfile.TemporaryDirectory() as outputs:
        files = [str(Path(outputs, name)) for name in ("stdout", "stderr")]
        request = [str(folder), list(arguments), dict(environment), files]
        server = _server()
        server.stdin.write(json.dumps(request) + "\n")
        server.stdin.flush()
        status = int(server.stdout.readline())
        printed = [Path(file).read_text("utf-8") for file in files]
    return subprocess.CompletedProcess(list(arguments), status, *printed)


@cache
def _server() -> subprocess.Popen:
    """Start what forks; it ends with this process, which closes the pipe."""
    return subprocess.Popen(
        [sys.executable, "-P", __file__],
        env={**os.environ, "PYTHONPATH": "", "OPENBLAS_NUM_THREADS": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def serve() -> None:
    """Fork for each line of the input; answer with the exit status."""
    for name in (*IMPORTED, *_plugins()):
        importlib.import_module(name)
    while line := sys.stdin.readline():
        child = os.fork()
        if child == 0:
            _run(*json.loads(line))
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def _plugins() -> list[str]:
    names = [module.name for module in pkgutil.iter_modules()]
    return [name for name in names if name.startswith(PLUGIN)]


def _run(
    folder: str, arguments: list[str], environment: dict[str, str], files: list[str]
) -> NoReturn:
    """Become a process of Snakemake; never return."""
    from snakemake.cli import main

    signal.alarm(LONGEST)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    for number, path in enumerate((os.devnull, *files)):
        flags = os.O_WRONLY | os.O_CREAT if number else os.O_RDONLY
        os.dup2(os.open(path, flags), number)
    paths = environment.get("PYTHONPATH", "").split(os.pathsep)
    sys.path[:0] = [folder, *(str(Path(folder, path)) for path in paths if path)]
    sys.argv = ["snakemake", *arguments]
    main()
    sys.exit()


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        serve()
