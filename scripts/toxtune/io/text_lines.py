"""Text of users, line by line and within bounds, in the encoding that it is in."""

import codecs
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import IO

from toxtune.errors import UserError

# So that a file without line ends is refused before it fills the memory.
MAX_LINE = 10_000_000

# What spreadsheets write where they do not write Unicode.
FALLBACK = "windows-1252"

# Longest first: the mark of UTF-32 begins like that of UTF-16.
_MARKS = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}

_NAMES = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8",
    "utf-16": "UTF-16",
    "utf-32": "UTF-32",
    FALLBACK: "Windows-1252",
}

# No text has these, in any encoding of one byte; escape and bell do occur in cells.
_BINARY = re.compile(rb"[\x01-\x06\x0e-\x19\x1c-\x1f]")

# NUL, and bytes that are not of the encoding, read as halves of surrogate pairs.
_NOT_TEXT = re.compile("[\0\ud800-\udfff]")


@dataclass(frozen=True)
class Encoding:
    """The encoding of a file.

    Attributes
    ----------
    codec
        Python's name of it.
    is_guess
        Whether nothing in the file says so.
    """

    codec: str
    is_guess: bool = False

    @property
    def name(self) -> str:
        """What people call it."""
        return _NAMES.get(self.codec, self.codec)


def is_encoding(name: str) -> bool:
    """Tell whether Python knows a text encoding of this name."""
    try:
        # Looking up other codecs, such as zip, succeeds.
        b"".decode(name)
    except (LookupError, ValueError, AttributeError):
        return False
    return True


def find_encoding(chunks: Iterable[bytes], fallback: str | None) -> Encoding:
    """Tell a file's encoding by its mark, or by whether all of it is UTF-8.

    Parameters
    ----------
    chunks
        The file, of which no more is read than it takes.
    fallback
        The encoding of a file that has no mark and is not UTF-8; ``None`` for
        Windows-1252, unless the file looks binary.
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    is_first, is_binary, has_nul, is_utf8 = True, False, False, True
    for chunk in chunks:
        if is_first:
            for mark, codec in _MARKS.items():
                if chunk.startswith(mark):
                    return Encoding(codec)
            is_first = False
        if has_nul := b"\0" in chunk:
            break
        is_binary = is_binary or bool(_BINARY.search(chunk))
        if is_utf8:
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError:
                is_utf8 = False
    if is_utf8 and not has_nul:
        try:
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            is_utf8 = False
    if fallback and (has_nul or not is_utf8):
        return Encoding(fallback)
    if is_utf8 or has_nul or is_binary:
        return Encoding("utf-8")
    return Encoding(FALLBACK, is_guess=True)


def bounded_lines(stream: IO[str], name: str, encoding: Encoding) -> Iterator[str]:
    """Yield the lines of a file that was opened with ``errors="surrogateescape"``.

    Raises
    ------
    UserError
        If a line has more than `MAX_LINE` characters, NUL, or bytes that are not of
        the encoding; the message names the file, by `name`, and the line.
    """
    number = 0
    while line := _next_line(stream, name, number + 1, encoding):
        number += 1
        if len(line) > MAX_LINE:
            raise UserError(
                f"{name}, line {number}: must have at most {MAX_LINE:,} characters"
            )
        if found := _NOT_TEXT.search(line):
            # Python reads byte 0xff as U+DCFF.
            raise _not_text(name, number, encoding, ord(found.group()) & 0xFF)
        yield line


def _next_line(stream: IO[str], name: str, number: int, encoding: Encoding) -> str:
    try:
        return stream.readline(MAX_LINE + 1)
    # The encodings of more than one byte know no half pairs.
    except UnicodeDecodeError as error:
        byte = error.object[error.start]
        raise _not_text(name, number, encoding, byte) from None


def _not_text(name: str, number: int, encoding: Encoding, byte: int) -> UserError:
    return UserError(
        f"{name}, line {number}: must be {encoding.name} text without NUL, has the "
        f"byte 0x{byte:02x}; save it as UTF-8 text, or name its encoding, such as "
        "windows-1251 or utf-16-le, in dataset.encoding (predict: --encoding)"
    )
