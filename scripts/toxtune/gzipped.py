"""Reading a file that may be compressed, whatever its name says."""

import gzip
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from toxtune.errors import UserError

CHUNK_BYTES = 1 << 20
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


def refuse_too_large(size: int, source: str) -> None:
    """Raise `UserError` if a dataset has more bytes than `MAX_BYTES`."""
    if size > MAX_BYTES:
        raise UserError(
            f"{source}: a dataset must have at most {MAX_BYTES:,} bytes, "
            "this one has more"
        )
