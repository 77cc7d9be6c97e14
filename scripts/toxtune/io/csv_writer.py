"""Write separated values that hold whatever users wrote, so that they come back."""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Protocol

from toxtune.io.csv_rows import COMMA
from toxtune.io.files import whole_file


class _Stream(Protocol):
    def write(self, text: str, /) -> object: ...


class CsvRows:
    r"""Writes rows that end in ``\n``.

    Python's own writer quotes the line ends that it writes, and takes others in a cell
    for letters: readers would begin a new row at a lone carriage return.

    Parameters
    ----------
    stream
        What is written to.
    separator
        One character.
    """

    def __init__(self, stream: _Stream, separator: str = COMMA) -> None:
        self._stream = stream
        # It writes a row at a time, and quotes either half of this line end.
        self._writer = csv.writer(self, delimiter=separator, lineterminator="\r\n")

    def write_row(self, cells: Iterable[object]) -> None:
        """Write one row."""
        self._writer.writerow(cells)

    def write_rows(self, rows: Iterable[Iterable[object]]) -> None:
        """Write one row after the other."""
        self._writer.writerows(rows)

    def write(self, row: str) -> None:
        """Take a row from Python's writer, and end it otherwise."""
        self._stream.write(row.removesuffix("\r\n") + "\n")


def write_csv(
    path: Path,
    header: Sequence[str],
    rows: Iterable[Sequence[object]],
    separator: str = COMMA,
) -> None:
    """Write a table, whole or not at all."""
    with whole_file(path) as stream:
        table = CsvRows(stream, separator)
        table.write_row(header)
        table.write_rows(rows)
