"""Downloads, within the patience that one has with a network."""

import logging
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from typing import BinaryIO

import requests

from toxtune.errors import UserError
from toxtune.tables.sources import CHUNK_BYTES, refuse_too_large

# A network that swallows packets costs no more than this, over all addresses.
PATIENCE_SECONDS = 10


# For one address.
CONNECT_SECONDS = 4


logger = logging.getLogger(__name__)


@dataclass
class Patience:
    """How many seconds the network may still be silent."""

    left: float

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Count the time of the block as silence."""
        start = time.monotonic()
        try:
            yield
        finally:
            self.left -= time.monotonic() - start


@contextmanager
def download(url: str, scratch: Path, patience: Patience) -> Iterator[BinaryIO]:
    """Download `url` to a nameless temporary file, which vanishes with its handle."""
    with tempfile.TemporaryFile(dir=scratch) as file:
        try:
            for chunk in _receive(url, patience):
                file.write(chunk)
        except requests.RequestException as error:
            raise UserError(f"{url}: {_reason(error)}") from None
        file.seek(0)
        yield file


def _receive(url: str, patience: Patience) -> Iterator[bytes]:
    """Yield the bytes at `url`, logging every 10 %."""
    with _answer(url, patience) as response:
        response.raise_for_status()
        length = response.headers.get("Content-Length", "")
        total = int(length) if length.isdigit() else 0
        received = reported = 0
        chunks = response.iter_content(CHUNK_BYTES)
        while chunk := _next_chunk(chunks, patience):
            received += len(chunk)
            refuse_too_large(received, url)
            tenths = 10 * received // total if total else 0
            if tenths > reported:
                reported = tenths
                logger.info("%s: %d %% of %s bytes", url, 10 * tenths, f"{total:,}")
            yield chunk


def _next_chunk(chunks: Iterator[bytes], patience: Patience) -> bytes:
    """Return the next bytes; the time until a failure was one of silence."""
    start = time.monotonic()
    try:
        return next(chunks, b"")
    except requests.RequestException:
        patience.left -= time.monotonic() - start
        raise


def _answer(url: str, patience: Patience) -> requests.Response:
    """Ask for `url`; give up after `CONNECT_SECONDS` without an answer.

    The time to look up the server's address has no limit of its own in Python, so the
    question is asked in a thread that is left behind.
    """
    if patience.left <= 0:
        raise UserError(f"{url}: not tried, since the network does not answer")
    answers: SimpleQueue[requests.Response | requests.RequestException] = SimpleQueue()
    seconds = min(CONNECT_SECONDS, patience.left)

    def ask() -> None:
        # Compression in transit would hide a broken connection.
        headers = {"Accept-Encoding": "identity"}
        timeouts = (seconds, patience.left)
        try:
            answers.put(
                requests.get(url, stream=True, timeout=timeouts, headers=headers)
            )
        except requests.RequestException as error:
            answers.put(error)

    Thread(target=ask, daemon=True).start()
    with patience.waiting():
        try:
            answer = answers.get(timeout=seconds)
        except Empty:
            raise requests.Timeout from None
    if isinstance(answer, requests.RequestException):
        raise answer
    return answer


def _reason(error: requests.RequestException) -> str:
    if isinstance(error, requests.HTTPError):
        return f"the server answered {error.response.status_code}"
    if isinstance(error, requests.Timeout):
        return f"no answer within {CONNECT_SECONDS} s"
    if isinstance(error, requests.exceptions.ChunkedEncodingError):
        return "the connection broke off before the end of the file"
    if isinstance(error, requests.ConnectionError):
        return "no connection to the server"
    return f"{type(error).__name__}: {error}"
