"""Calls in forked children: what the child does, and a way to have one.

The child tells its process id, does the call, and tells how it ended: each a line of
JSON on a socket. It ends with the socket's other end. What listens there is in
`toxtune.workers.supervision`.
"""

import importlib
import json
import os
import signal
import socket
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, NoReturn

from toxtune.errors import UserError

# How a call ended, if not well.
USER, MEMORY, OTHER = "user", "memory", "other"


# By name, since TensorFlow is not imported for the sake of its exception.
_OUT_OF_MEMORY = {"MemoryError", "ResourceExhaustedError"}


@contextmanager
def forked() -> Iterator[socket.socket]:
    """Fork a child of this process that waits for a request; end it at the end."""
    ours, childs = socket.socketpair()
    child = os.fork()
    if child == 0:
        try:
            ours.close()
            work(childs, read_request(childs))
        finally:
            # Whatever happens: the caller's code goes on in the parent alone.
            os._exit(1)
    childs.close()
    try:
        with ours:
            yield ours
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def read_request(connection: socket.socket) -> dict[str, Any]:
    """Read a request: ``function``, ``arguments``, ``imports`` and ``folder``.

    Raises
    ------
    ValueError
        If the other end goes away before the request has ended.
    """
    with connection.makefile(encoding="utf-8") as stream:
        return json.loads(stream.readline())


def work(connection: socket.socket, request: dict[str, Any]) -> NoReturn:
    """Do the call in the child, say how it ended, and exit."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    threading.Thread(target=_end_with_client, args=[connection], daemon=True).start()
    with suppress(OSError):
        tell(connection, os.getpid())
        tell(connection, _call(request))
    os._exit(0)


def _call(request: dict[str, Any]) -> dict[str, str] | None:
    """Do the call; return ``None``, or how it failed and a message."""
    try:
        os.chdir(request["folder"])
        module, _, name = request["function"].partition(":")
        if not module.startswith("toxtune."):
            raise ValueError(f"{module} is no module of toxtune")
        getattr(importlib.import_module(module), name)(**request["arguments"])
    except UserError as error:
        return {"failed": USER, "message": str(error)}
    except BaseException as error:
        names = {kind.__name__ for kind in type(error).__mro__}
        if names & _OUT_OF_MEMORY:
            return {"failed": MEMORY, "message": f"{type(error).__name__}: {error}"}
        return {"failed": OTHER, "message": traceback.format_exc()}
    return None


def tell(connection: socket.socket, what: Any) -> None:
    """Send an answer to where the call came from."""
    connection.sendall((json.dumps(what) + "\n").encode())


def _end_with_client(connection: socket.socket) -> None:
    """End when the client closes its end: nobody waits for this call any more."""
    with suppress(OSError):
        while connection.recv(1):
            continue
    os._exit(1)
