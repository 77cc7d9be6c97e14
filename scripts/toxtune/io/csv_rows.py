"""Read separated values of users: rows of cells, each with its line."""

import csv
from collections.abc import Iterable, Iterator

from toxtune.errors import UserError

COMMA, SEMICOLON, TAB = ",", ";", "\t"

# What the user calls a separator.
SEPARATORS = {"comma": COMMA, "semicolon": SEMICOLON, "tab": TAB, "bar": "|"}


def read_rows(
    lines: Iterable[str], name: str, separator: str = COMMA
) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows of a table: the line on which each ends, and its cells.

    The header comes first. Blank lines are skipped. Each row has as many cells as the
    header: blank cells behind its end, and columns without a name there, do not count.

    Parameters
    ----------
    lines
        With their ends.
    name
        Of the file, for messages.
    separator
        One character.

    Raises
    ------
    UserError
        If the file is not CSV, or a row has more or fewer cells than the header; the
        message names the line.
    """
    reader = csv.reader(lines, delimiter=separator, strict=True)
    width = named = before = 0
    try:
        for cells in reader:
            before = reader.line_num
            if not cells:
                continue
            if not width:
                width, named = len(cells), _width(cells)
            if len(cells) < named or _width(cells) > width:
                raise UserError(
                    f"{name}, line {before}: must have {named} columns like the "
                    f"header, got {len(cells)}"
                )
            yield before, [*cells[:width], *[""] * (width - len(cells))]
    except csv.Error as error:
        raise UserError(
            f"{name}, line {before + 1}: the row that begins here is not CSV (is a "
            f"quote not closed?): {error}"
        ) from None


def _width(cells: list[str]) -> int:
    """Return the number of cells up to the last that is not blank."""
    width = len(cells)
    while width and not cells[width - 1].strip():
        width -= 1
    return width
