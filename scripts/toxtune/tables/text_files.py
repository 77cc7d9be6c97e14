"""A file of the user's as lines of text, whatever its compression and encoding."""

import io
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from toxtune.errors import UserError
from toxtune.io.text_lines import Encoding, bounded_lines, find_encoding
from toxtune.tables.sources import refuse_irregular, table_chunks


@dataclass(frozen=True)
class Reading:
    """What to do where a file does not tell how it is to be read.

    Attributes
    ----------
    separator
        Between columns, a character; ``None`` = unknown, as for the others.
    decimal
        The decimal sign.
    encoding
        Python's name of it.
    prefix
        What stands before these names where the user writes them.
    """

    separator: str | None = None
    decimal: str | None = None
    encoding: str | None = None
    prefix: str = "dataset."

    def advice(self, name: str, value: str) -> str:
        """Say what the user writes.

        Examples
        --------
        >>> Reading().advice("separator", "tab")
        'dataset.separator: tab'
        """
        sign = " " if self.prefix.startswith("-") else ": "
        return f"{self.prefix}{name}{sign}{value}"


@dataclass(frozen=True)
class TextFile:
    """A file, what messages call it, and its encoding."""

    path: Path
    name: str
    encoding: Encoding

    def lines(self) -> Iterator[str]:
        """Yield the lines with their ends, within bounds.

        Raises
        ------
        UserError
            As `toxtune.io.text_lines.bounded_lines`.
        """
        with (
            open(self.path, "rb") as file,
            closing(_Chunks(table_chunks(file, self.name))) as chunks,
            io.TextIOWrapper(
                io.BufferedReader(chunks),
                encoding=self.encoding.codec,
                errors="surrogateescape",
                newline="",
            ) as stream,
        ):
            yield from bounded_lines(stream, self.name, self.encoding)


def open_text(path: Path, name: str, reading: Reading) -> TextFile:
    """Find out how a file is encoded.

    Raises
    ------
    UserError
        If it cannot be read, or is no text.
    """
    refuse_irregular(path)
    try:
        with open(path, "rb") as stream:
            encoding = find_encoding(table_chunks(stream, name), reading.encoding)
    except OSError as error:
        raise UserError(f"{name}: cannot be read: {error.strerror}") from None
    return TextFile(path, name, encoding)


class _Chunks(io.RawIOBase):
    """Chunks of bytes as a stream."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        if not self._rest:
            self._rest = memoryview(next(self._chunks, b""))
        size = min(len(buffer), len(self._rest))
        buffer[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        return size
