"""Calls in forked child processes: what the child does, and a way to have one.

The child gets a `Request`, answers with its process id, does the call, and answers with
an `Ending`. When the other end of its connection closes, it exits. Every message is
JSON. What happens at the other end is in `toxtune.workers.supervision`.
"""

import importlib
import json
import os
import signal
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from enum import StrEnum
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import Any, NoReturn, Self

from toxtune.errors import UserError

# By name, so that TensorFlow need not be imported for its exception.
OUT_OF_MEMORY_ERRORS = {"MemoryError", "ResourceExhaustedError"}


@dataclass(frozen=True)
class Request:
    """A call for a child to do.

    Attributes
    ----------
    function
        ``module:name`` within this package; what it returns is dropped.
    arguments
        Keyword arguments, of types that JSON has.
    imports
        Modules that a server imports before it forks.
    folder
        The working directory of the call.
    """

    function: str
    arguments: dict[str, Any]
    imports: list[str]
    folder: str

    @classmethod
    def receive(cls, connection: Connection) -> Self:
        """Read a request that `send` wrote.

        Raises
        ------
        EOFError or OSError
            If the other end closes before the request is complete.
        ValueError or TypeError
            If it is no request.
        """
        return cls(**receive(connection))


class Cause(StrEnum):
    """Why a call ended."""

    DONE = "done"
    USER_ERROR = "user error"
    OUT_OF_MEMORY = "out of memory"
    OTHER_ERROR = "other error"


@dataclass(frozen=True)
class Ending:
    """How a call ended, as far as the child lived to tell."""

    cause: Cause
    message: str = ""


def send(connection: Connection, message: Any) -> None:
    """Send a message; of a dataclass its fields."""
    content = asdict(message) if isinstance(message, Request | Ending) else message
    connection.send_bytes(json.dumps(content).encode())


def receive(connection: Connection) -> Any:
    """Wait for a message, and return what JSON makes of it."""
    return json.loads(connection.recv_bytes())


@contextmanager
def fork() -> Iterator[Connection]:
    """Fork a child of this process that waits for a request; kill it on leaving."""
    parent_end, child_end = Pipe()
    child = os.fork()
    if child == 0:
        try:
            parent_end.close()
            work(child_end, Request.receive(child_end))
        finally:
            # Whatever happens, the code of the caller goes on in the parent alone.
            os._exit(1)
    child_end.close()
    try:
        with parent_end:
            yield parent_end
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def work(connection: Connection, request: Request) -> NoReturn:
    """Do the call in the child, tell how it ended, and exit."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    threading.Thread(target=_exit_with_client, args=[connection], daemon=True).start()
    with suppress(OSError):
        send(connection, os.getpid())
        send(connection, _call(request))
    os._exit(0)


def _call(request: Request) -> Ending:
    try:
        os.chdir(request.folder)
        module, _, name = request.function.partition(":")
        if not module.startswith("toxtune."):
            raise ValueError(f"{module} is no module of toxtune")
        getattr(importlib.import_module(module), name)(**request.arguments)
    except UserError as error:
        return Ending(Cause.USER_ERROR, str(error))
    except BaseException as error:
        names = {cls.__name__ for cls in type(error).__mro__}
        if names & OUT_OF_MEMORY_ERRORS:
            return Ending(Cause.OUT_OF_MEMORY, f"{type(error).__name__}: {error}")
        return Ending(Cause.OTHER_ERROR, traceback.format_exc())
    return Ending(Cause.DONE)


def _exit_with_client(connection: Connection) -> None:
    """Exit when the client closes its end: then nobody waits for this call."""
    # The client sends nothing more, so that only the end of the connection is left.
    with suppress(OSError):
        connection.poll(None)
    os._exit(1)
