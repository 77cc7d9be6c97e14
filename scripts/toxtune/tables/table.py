"""A table of molecules as it is read from a file, row by row."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from toxtune.io.csv_rows import SEMICOLON, SEPARATORS, TAB

# Line ends, which Excel puts into a cell by Alt+Enter, and tabs.
_BREAK = re.compile(r"\s*[\t-\r\x1c-\x1f\x85\u2028\u2029]\s*")


def column_name(cell: str) -> str:
    r"""Return what a header cell calls its column: on one line, as settings name it.

    Examples
    --------
    >>> column_name(" Assay\r\nresult "), column_name("two  blanks")
    ('Assay result', 'two  blanks')
    """
    return _BREAK.sub(" ", cell.strip())


class TableRow(NamedTuple):
    """A row of a table.

    Attributes
    ----------
    line
        Where it is in the file, counted from 1: its last line, or in an SD file the
        first.
    cells
        A text for each column.
    problem
        Why its molecule cannot be read, if the file's format tells that.
    structure
        The lines of its structure, in an SD file; empty in others, and where it cannot
        be read.
    """

    line: int
    cells: list[str]
    problem: str = ""
    structure: str = ""


@dataclass(frozen=True)
class Table:
    """A table that is read row by row, as often as it takes.

    Attributes
    ----------
    name
        What messages call the file.
    header
        Names of the columns, as `column_name` has them; empty where there is none.
    read
        Begins to read the rows.
    notes
        What was taken for what: sentences for people.
    smiles_column
        The column that the reader put the SMILES in; empty if the file has them.
    described
        Columns that hold no data of the user's: SMILES, titles of SD files and names
        of SMILES files. They are no tasks unless somebody asks for them.
    separator
        Between the columns; empty where there is none.
    has_structures
        Whether the file is an SD file, which has more than SMILES.
    """

    name: str
    header: list[str]
    read: Callable[[], Iterator[TableRow]]
    notes: list[str]
    smiles_column: str = ""
    described: frozenset[str] = field(default_factory=frozenset)
    separator: str = ""
    has_structures: bool = False

    def notes_of_smiles(self, column: str) -> list[str]:
        """Say which column has the SMILES, unless the reader put them there."""
        if column == self.smiles_column:
            return []
        return [f"The SMILES are in the column {column!r}."]

    @property
    def points_may_group(self) -> bool:
        """Whether points may stand between thousands; see `decimals`."""
        return self.separator in {SEMICOLON, TAB, SEPARATORS["bar"]}

    def rows(self) -> Iterator[TableRow]:
        """Yield the rows.

        Raises
        ------
        UserError
            Where a row cannot be read; the message names file and line.
        """
        return self.read()
