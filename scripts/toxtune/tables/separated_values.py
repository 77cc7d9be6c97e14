"""Tables of separated values: which character separates the columns."""

import csv
import re
from collections.abc import Collection, Iterator
from itertools import chain

from toxtune.errors import UserError
from toxtune.io.csv_rows import COMMA, SEPARATORS, read_rows
from toxtune.tables.smiles_column import tell_a_header
from toxtune.tables.table import Table, TableRow, column_name
from toxtune.tables.text_files import Reading, TextFile

_WORDS = {sign: word for word, sign in SEPARATORS.items()}

# Rows, and characters in them, that are looked at where the header does not tell.
SAMPLE_ROWS = 50


SAMPLE_CHARACTERS = 1_000_000


# What Excel takes for the separator, in a line above the header.
_SEP_LINE = re.compile(r'"?sep=(.)"?,*\s*')


def separated_table(text: TextFile, reading: Reading, asked: Collection[str]) -> Table:
    """Open a table of separated values.

    Parameters
    ----------
    text
        The file.
    reading
        What to do where the header does not tell the separator.
    asked
        Names of columns that tell a header.

    Raises
    ------
    UserError
        If it has no header, or the separator cannot be decided.
    """
    sample = first_lines(text)
    if declared := _SEP_LINE.fullmatch(sample[0]):
        # Blank lines may stand above it.
        separator, skipped = declared.group(1), _first_line(text) + 1
    else:
        separator, skipped = _separator(sample, text.name, reading, asked), 0

    def rows() -> Iterator[TableRow]:
        # A blank line is skipped and counts as a line.
        lines = chain(["\n"] * skipped, _behind(text.lines(), skipped))
        for line, cells in read_rows(lines, text.name, separator):
            yield TableRow(line, cells)

    header = next(rows(), None)
    if header is None:
        raise UserError(f"{text.name}: has no rows")
    names = list(map(column_name, header.cells))

    def data() -> Iterator[TableRow]:
        behind = rows()
        next(behind)
        return behind

    note = _note(text, separator, len(names))
    return Table(text.name, names, data, [note], separator=separator)


def _behind(lines: Iterator[str], skipped: int) -> Iterator[str]:
    for number, line in enumerate(lines):
        if number >= skipped:
            yield line


def _first_line(text: TextFile) -> int:
    """Return the number, from 0, of the first line that is not blank."""
    return next(number for number, line in enumerate(text.lines()) if line.strip())


def _note(text: TextFile, separator: str, n_columns: int) -> str:
    encoding = text.encoding.name
    if text.encoding.is_guess:
        encoding += ", since it is not UTF-8"
    if n_columns == 1:
        return f"The table has one column; its text is {encoding}."
    word = _WORDS.get(separator, f"{separator!r}")
    return f"The table's columns are separated by {word}s; its text is {encoding}."


def first_lines(text: TextFile) -> list[str]:
    """Return the first lines from the first that is not blank, if there is one."""
    sample: list[str] = []
    for line in text.lines():
        if sample or line.strip():
            sample.append(line)
        size = sum(map(len, sample))
        if len(sample) > SAMPLE_ROWS or size > SAMPLE_CHARACTERS:
            break
    return sample


def _separator(
    sample: list[str], name: str, reading: Reading, asked: Collection[str]
) -> str:
    tables = {sign: _cells(sample, sign) for sign in SEPARATORS.values()}
    possible = {sign: rows for sign, rows in tables.items() if len(rows[0]) > 1}
    if reading.separator and (reading.separator in possible or not possible):
        return reading.separator
    # A bar may be part of a name; nobody means it where there is another one.
    if len(possible) > 1:
        possible.pop(SEPARATORS["bar"], None)
    for choose in (_that_names_columns, _that_fits_all_rows):
        if len(possible) > 1:
            possible = choose(possible, asked) or possible
    if len(possible) > 1:
        words = " or ".join(f"{_WORDS[sign]}s" for sign in possible)
        advice = reading.advice("separator", _WORDS[next(iter(possible))])
        raise UserError(
            f"{name}: cannot tell whether {words} separate the columns; write "
            f"{advice} (known are {', '.join(SEPARATORS)})"
        )
    return next(iter(possible), COMMA)


Candidates = dict[str, list[list[str]]]


def _that_names_columns(possible: Candidates, asked: Collection[str]) -> Candidates:
    """Keep separators that make a name of a column that is usual or asked for."""
    kept = {}
    for sign, (header, *rows) in possible.items():
        if tell_a_header(list(map(column_name, header)), asked):
            kept[sign] = [header, *rows]
    return kept


def _that_fits_all_rows(possible: Candidates, _: Collection[str]) -> Candidates:
    """Keep separators that make rows as long as the header."""
    return {
        sign: rows
        for sign, rows in possible.items()
        if all(len(row) == len(rows[0]) for row in rows)
    }


def _cells(sample: list[str], separator: str) -> list[list[str]]:
    """Return the cells of the first rows; the last, which may be cut, is left out."""
    rows = []
    try:
        for cells in csv.reader(sample, delimiter=separator):
            if cells:
                rows.append(cells)
    except csv.Error:
        pass
    return rows[:-1] if len(rows) > 2 else rows or [[]]
