"""The program that `helpers.warm_python` gives in place of a Python.

    warm_client.py FOLDER ARGUMENT...

It asks for a process that does what Python would do with the arguments, lends it its
standard streams, and ends as it ends. What no fork can do is left to a real Python.
"""

import json
import os
import signal
import socket
import sys


def main(folder: str, arguments: list[str]) -> None:
    """Be a Python with these arguments."""
    program = sys.executable
    if arguments[:2] == ["-m", "snakemake"] and "-n" not in arguments:
        # Its jobs look for it among their ancestors; a dry run has none.
        os.execv(program, [program, f"{folder}/snakemake", *arguments[2:]])
    if not (_is_plain(arguments) and _is_as_there(folder)):
        os.execv(program, [program, *arguments])
    with socket.socket(socket.AF_UNIX) as server:
        server.connect(f"{folder}/socket")
        umask = os.umask(0)
        os.umask(umask)
        request = [os.getpid(), os.getcwd(), arguments, dict(os.environ), umask]
        text = json.dumps(request).encode("utf-8", "surrogateescape") + b"\n"
        sent = socket.send_fds(server, [text], [0, 1, 2])
        server.sendall(text[sent:])
        status = int(server.recv(16) or -signal.SIGKILL)
    if status < 0:
        if status != -signal.SIGKILL:
            signal.signal(-status, signal.SIG_DFL)
        os.kill(os.getpid(), -status)
    os._exit(status)


def _is_plain(arguments: list[str]) -> bool:
    """Say whether a script or a module is to be run, without options or a terminal."""
    is_module = arguments[:1] == ["-m"] and len(arguments) > 1
    is_script = bool(arguments) and not arguments[0].startswith("-")
    return (is_module or is_script) and not any(os.isatty(file) for file in (0, 1, 2))


def _is_as_there(folder: str) -> bool:
    """Say whether Python's own variables are those of the process that forks."""
    with open(f"{folder}/variables", encoding="utf-8") as stream:
        return json.load(stream) == variables()


def variables() -> dict[str, str]:
    """Return the variables that Python reads as it starts, but where modules are."""
    return {
        name: value
        for name, value in os.environ.items()
        if name.startswith("PYTHON") and name != "PYTHONPATH"
    }


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
