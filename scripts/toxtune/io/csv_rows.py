"""Read CSV files of users, line by line and within bounds."""

import csv
import re
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from toxtune.errors import UserError

# So that a file without line ends is refused before it fills the memory.
MAX_LINE = 10_000_000

# NUL, and bytes that are not UTF-8, which Python reads as halves of surrogate pairs.
_NOT_TEXT = re.compile("[\0\ud800-\udfff]")


def read_rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows of a CSV file: the line on which each ends, and its cells.

    The header comes first. A byte order mark and blank lines are skipped.

    Raises
    ------
    UserError
        If the file is not UTF-8 text or not CSV, a line has more than `MAX_LINE`
        characters, or a row has more or fewer cells than the header; the message names
        the line.
    """
    with open(
        path, encoding="utf-8-sig", errors="surrogateescape", newline=""
    ) as stream:
        reader = csv.reader(_lines(path, stream), strict=True)
        width = None
        before = 0
        try:
            for cells in reader:
                before = reader.line_num
                if not cells:
                    continue
                width = width or len(cells)
                if len(cells) != width:
                    raise UserError(
                        f"{path}, line {before}: must have {width} columns like the "
                        f"header, got {len(cells)}"
                    )
                yield before, cells
        except csv.Error as error:
            raise UserError(
                f"{path}, line {before + 1}: the row that begins here is not CSV (is a "
                f"quote not closed?): {error}"
            ) from None


def _lines(path: Path, stream: IO[str]) -> Iterator[str]:
    number = 0
    while line := stream.readline(MAX_LINE + 1):
        number += 1
        if len(line) > MAX_LINE:
            raise UserError(
                f"{path}, line {number}: must have at most {MAX_LINE:,} characters"
            )
        if found := _NOT_TEXT.search(line):
            # Python reads byte 0xff as U+DCFF.
            raise UserError(
                f"{path}, line {number}: must be UTF-8 text without NUL, has the byte "
                f"0x{ord(found.group()) & 0xFF:02x}"
            )
        yield line
