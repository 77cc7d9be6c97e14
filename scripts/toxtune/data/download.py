"""Fetch the dataset: from mirrors, local files or the built-in demonstration data."""

import hashlib
import io
import logging
import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, BinaryIO

import requests

from toxtune.data.raw_table import join_test_source
from toxtune.data.sources import (
    CHUNK_BYTES,
    local_path,
    refuse_irregular,
    refuse_too_large,
    uncompressed,
)
from toxtune.errors import UserError
from toxtune.io.files import whole_file

# Two mirrors that do not answer cost less than ten seconds.
CONNECT_SECONDS = 4


READ_SECONDS = 30


logger = logging.getLogger(__name__)


def fetch_raw_table(
    dataset: Mapping[str, Any], checksums: Mapping[str, str | None], raw: Path
) -> None:
    """Write a dataset as one CSV file, joined with that of its test set if it has one.

    Parameters
    ----------
    dataset
        The key ``dataset`` of the configuration.
    checksums
        ``sha256`` and, with a test set of its own, ``test_sha256``; ``None`` where
        any file will do.
    raw
        The file to write, uncompressed.
    """
    source = dataset["source"]
    sources = [source] if isinstance(source, str) else source
    if dataset["test_source"] is None:
        fetch_dataset(sources, checksums["sha256"], raw)
        return
    with tempfile.TemporaryDirectory(dir=raw.parent) as scratch:
        table, test = Path(scratch, "source.csv"), Path(scratch, "test_source.csv")
        fetch_dataset(sources, checksums["sha256"], table)
        fetch_dataset([dataset["test_source"]], checksums["test_sha256"], test)
        columns = (dataset["smiles_column"], dataset["id_column"])
        join_test_source(table, test, [name for name in columns if name], raw)


def fetch_dataset(
    sources: list[str],
    sha256: str | None,
    destination: Path,
    key: str = "dataset.source",
) -> str:
    """Write the uncompressed CSV of the first source that works to `destination`.

    Parameters
    ----------
    sources
        What to try, in order: ``http://`` or ``https://`` addresses, local paths
        (``$NAME`` and ``~`` are expanded) or ``demo``. Plain CSV or gzip.
    sha256
        SHA-256 of the uncompressed CSV in hexadecimal; None accepts any.
    destination
        The file to write; whole or absent.
    key
        Where the sources stand in the configuration, for messages.

    Returns
    -------
    str
        The source that was used.

    Raises
    ------
    UserError
        If no source works; the message says why each of them failed.
    """
    failures = []
    for source in sources:
        try:
            size = _fetch(source, sha256, destination)
        except UserError as error:
            failures.append(str(error))
            if len(sources) > len(failures):
                logger.warning("%s; trying the next source", error)
        else:
            logger.info("Took %s: %s bytes of CSV", source, f"{size:,}")
            return source
    raise UserError(_explain(failures, key))


def _explain(failures: list[str], key: str) -> str:
    if len(failures) == 1:
        return f"{key}: {failures[0]}"
    return (
        f"{key}: none of the {len(failures)} sources works:\n"
        + "".join(f"  {failure}\n" for failure in failures)
        + "Name a file or mirror that can be reached in dataset.source, "
        "or try the built-in data with `make demo`."
    )


def _fetch(source: str, sha256: str | None, destination: Path) -> int:
    destination.parent.mkdir(parents=True, exist_ok=True)
    with _open_source(source, destination.parent) as stream:
        return _write_csv(stream, source, sha256, destination)


def _open_source(source: str, scratch: Path) -> AbstractContextManager[BinaryIO]:
    if source == "demo":
        from toxtune.data.demo import demo_csv

        return io.BytesIO(demo_csv().encode("utf-8"))
    if source.startswith(("http://", "https://")):
        return _download(source, scratch)
    if "://" in source:
        raise UserError(f"{source}: must be an http(s) address, a path or `demo`")
    return _open_local(source)


def _open_local(source: str) -> BinaryIO:
    path = local_path(source)
    for name in re.findall(r"\$\{?(\w+)", source):
        if not os.environ.get(name) and not os.path.exists(path):
            raise UserError(f"{source}: the environment variable {name} is not set")
    refuse_irregular(path)
    try:
        return open(path, "rb")
    except FileNotFoundError:
        raise UserError(f"{path}: no such file") from None
    except OSError as error:
        raise UserError(f"{path}: cannot be read: {error.strerror}") from None


@contextmanager
def _download(url: str, scratch: Path) -> Iterator[BinaryIO]:
    """Download `url` to a nameless temporary file, which vanishes with its handle."""
    with tempfile.TemporaryFile(dir=scratch) as file:
        try:
            for chunk in _receive(url):
                file.write(chunk)
        except requests.RequestException as error:
            raise UserError(f"{url}: {_reason(error)}") from None
        file.seek(0)
        yield file


def _receive(url: str) -> Iterator[bytes]:
    """Yield the bytes at `url`, logging every 10 %."""
    with _answer(url) as response:
        response.raise_for_status()
        length = response.headers.get("Content-Length", "")
        total = int(length) if length.isdigit() else 0
        received = reported = 0
        for chunk in response.iter_content(CHUNK_BYTES):
            received += len(chunk)
            refuse_too_large(received, url)
            tenths = 10 * received // total if total else 0
            if tenths > reported:
                reported = tenths
                logger.info("%s: %d %% of %s bytes", url, 10 * tenths, f"{total:,}")
            yield chunk


def _answer(url: str) -> requests.Response:
    """Ask for `url`; give up after `CONNECT_SECONDS` without an answer.

    The time to look up the server's address has no limit of its own in Python, so the
    question is asked in a thread that is left behind.
    """
    answers: SimpleQueue[requests.Response | requests.RequestException] = SimpleQueue()

    def ask() -> None:
        # Compression in transit would hide a broken connection.
        headers = {"Accept-Encoding": "identity"}
        timeouts = (CONNECT_SECONDS, READ_SECONDS)
        try:
            answers.put(
                requests.get(url, stream=True, timeout=timeouts, headers=headers)
            )
        except requests.RequestException as error:
            answers.put(error)

    Thread(target=ask, daemon=True).start()
    try:
        answer = answers.get(timeout=CONNECT_SECONDS)
    except Empty:
        raise requests.Timeout from None
    if isinstance(answer, requests.RequestException):
        raise answer
    return answer


def _reason(error: requests.RequestException) -> str:
    if isinstance(error, requests.HTTPError):
        return f"the server answered {error.response.status_code}"
    if isinstance(error, requests.Timeout):
        return f"no answer within {CONNECT_SECONDS} s, or a pause of {READ_SECONDS} s"
    if isinstance(error, requests.exceptions.ChunkedEncodingError):
        return "the connection broke off before the end of the file"
    if isinstance(error, requests.ConnectionError):
        return "no connection to the server"
    return f"{type(error).__name__}: {error}"


def _write_csv(
    stream: BinaryIO, source: str, sha256: str | None, destination: Path
) -> int:
    """Decompress, check and write; return the number of bytes of CSV."""
    digest, size = hashlib.sha256(), 0
    with whole_file(destination, "wb") as output:
        for chunk in uncompressed(stream, source):
            if size == 0:
                _refuse_html(chunk, source)
            digest.update(chunk)
            size += len(chunk)
            output.write(chunk)
        if size == 0:
            raise UserError(f"{source}: the file is empty")
        found = digest.hexdigest()
        if sha256 is not None and found != sha256:
            raise UserError(
                f"{source}: the SHA-256 of the uncompressed CSV must be {sha256} "
                f"(dataset.sha256), found {found}; for data of your own, "
                "one local file is taken without dataset.sha256"
            )
    return size


def _refuse_html(head: bytes, source: str) -> None:
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:9].lower()
    if start.startswith((b"<!doctype", b"<html")):
        raise UserError(f"{source}: a web page (HTML), not a CSV table")
