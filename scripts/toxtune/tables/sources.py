"""Reading a file that may be compressed, whatever its name says."""

import gzip
import hashlib
import os
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path, PurePath
from typing import BinaryIO, TypeGuard

from toxtune.errors import UserError
from toxtune.io.files import read_json, write_json
from toxtune.tables.foreign_files import refuse_foreign

CHUNK_BYTES = 1 << 20


# The source that needs no file.
DEMO = "demo"


# A few kilobytes of gzip can hold terabytes of zeros.
MAX_BYTES = 4 << 30


def uncompressed(stream: BinaryIO, source: str) -> Iterator[bytes]:
    """Yield the content of a plain or a gzip file, in chunks.

    Raises
    ------
    UserError
        If the file cannot be read, is cut off or damaged, or holds more than
        `MAX_BYTES`; the message names `source`.
    """
    # By content, not by name: mirrors and browsers decompress without renaming.
    is_gzip = stream.read(2) == b"\x1f\x8b"
    stream.seek(0)
    reader = gzip.GzipFile(fileobj=stream) if is_gzip else stream
    size = 0
    try:
        while chunk := reader.read(CHUNK_BYTES):
            size += len(chunk)
            refuse_too_large(size, source)
            yield chunk
    except EOFError:
        raise UserError(f"{source}: the gzip file is cut off before its end") from None
    except (gzip.BadGzipFile, zlib.error) as error:
        raise UserError(f"{source}: the gzip file is damaged: {error}") from None
    except OSError as error:
        raise UserError(f"{source}: cannot be read: {error.strerror}") from None


def table_chunks(stream: BinaryIO, name: str) -> Iterator[bytes]:
    """Yield a file's content, uncompressed, in chunks.

    Raises
    ------
    UserError
        If it cannot be read, is empty, or is something else than text.
    """
    is_empty = True
    for chunk in uncompressed(stream, name):
        if is_empty:
            refuse_foreign(chunk, name)
        is_empty = False
        yield chunk
    if is_empty:
        raise UserError(f"{name}: the file is empty")


def refuse_too_large(size: int, source: str) -> None:
    """Raise `UserError` if a dataset has more bytes than `MAX_BYTES`."""
    if size > MAX_BYTES:
        raise UserError(
            f"{source}: a dataset must have at most {MAX_BYTES:,} bytes, "
            "this one has more"
        )


def format_suffix(name: str) -> str:
    """Return how a file's name ends, in lower case and without what gzip adds.

    Examples
    --------
    >>> format_suffix("a.SDF.gz"), format_suffix("a.sdf.csv"), format_suffix("a")
    ('.sdf', '.csv', '')
    """
    path = PurePath(name.lower())
    return (path.with_suffix("") if path.suffix == ".gz" else path).suffix


def is_address(source: str) -> bool:
    """Tell an address from a path."""
    return source.startswith(("http://", "https://"))


def local_path(name: str) -> Path:
    """Expand environment variables and ``~`` in a path, unless it is there as it is."""
    if os.path.exists(name):
        return Path(name)
    return Path(os.path.expanduser(os.path.expandvars(name)))


def is_here(source: str | list[str] | None) -> TypeGuard[str]:
    """Whether a source is a single file on this machine."""
    return isinstance(source, str) and os.path.isfile(local_path(source))


def refuse_irregular(path: Path) -> None:
    """Refuse a folder, a pipe or a device, which may never end.

    Raises
    ------
    UserError
        If the path is one. A path where nothing is passes.
    """
    # Path.exists raises for some names that no file can have.
    if os.path.exists(path) and not os.path.isfile(path):
        raise UserError(f"{path}: cannot be read: it is no regular file")


HASH_CACHE = Path(".toxtune/source_hashes.json")


def hash_of_source(
    source: str,
    key: str,
    chunks: Callable[[BinaryIO, str], Iterator[bytes]] = table_chunks,
) -> str:
    """Return the SHA-256 of a local file's uncompressed content.

    It is remembered by the file's size and times, so that planning stays fast. Of an
    edit that keeps size and time of modification, the time of change tells.

    Parameters
    ----------
    source
        Path of the file; ``$NAME`` and ``~`` are expanded.
    key
        Where the source stands in the configuration, for messages.
    chunks
        What reads the file: `table_chunks` refuses what is no table.

    Raises
    ------
    UserError
        If there is no such file, or it cannot be read.
    """
    path = local_path(source)
    # Neither a folder nor a device or pipe, which has no end.
    if not os.path.isfile(path):
        where = "" if path.is_absolute() else f" in {Path.cwd()}"
        raise UserError(
            f"{key}: there is no file {source}{where}. Name a CSV file with a SMILES "
            "column, or try `make demo`, which needs no data"
        )
    status = path.stat()
    hashes = _known_hashes()
    times = f"{status.st_mtime_ns} {status.st_ctime_ns}"
    stamp = f"{path.resolve()} {status.st_size} {times}"
    if stamp not in hashes:
        hashes[stamp] = _hash_of_file(path, f"{key}: {source}", chunks)
        write_json(HASH_CACHE, hashes)
    return hashes[stamp]


def _hash_of_file(
    path: Path, name: str, chunks: Callable[[BinaryIO, str], Iterator[bytes]]
) -> str:
    digest = hashlib.sha256()
    try:
        with open(path, "rb") as stream:
            for chunk in chunks(stream, name):
                digest.update(chunk)
    except OSError as error:
        raise UserError(f"{name}: cannot be read: {error.strerror}") from None
    return digest.hexdigest()


def _known_hashes() -> dict[str, str]:
    """Read the remembered hashes; a damaged file counts as empty."""
    with suppress(OSError, ValueError):
        hashes = read_json(HASH_CACHE)
        if isinstance(hashes, dict):
            return hashes
    return {}
