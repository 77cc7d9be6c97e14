"""A table with the molecules to predict, read chunk by chunk."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from toxtune.errors import UserError
from toxtune.molecules.reactions import refuse_reactions
from toxtune.tables.smiles_column import SMILES, find_smiles_column
from toxtune.tables.table import Table, TableRow
from toxtune.tables.tables import open_table
from toxtune.tables.text_files import Reading

# Molecules in memory at a time.
CHUNK = 1000


Chunk = list[TableRow]


# Where the user says what a file does not tell.
OPTIONS = Reading(prefix="--")


@dataclass(frozen=True)
class MoleculeTable:
    """A table with SMILES that is read chunk by chunk.

    Attributes
    ----------
    table
        How its file is read.
    smiles_index
        Place of the column with the SMILES.
    n_rows
        Number of rows.
    """

    table: Table
    smiles_index: int
    n_rows: int

    @property
    def notes(self) -> list[str]:
        """What was taken for what: sentences for people."""
        return [*self.table.notes, *self.table.notes_of_smiles(self.smiles_column)]

    @property
    def smiles_column(self) -> str:
        """The name of the column with the SMILES."""
        return self.table.header[self.smiles_index]

    def chunks(self) -> Iterator[Chunk]:
        """Yield the rows, up to `CHUNK` at a time."""
        rows = self.table.rows()
        while chunk := list(islice(rows, CHUNK)):
            yield chunk

    def smiles(self, rows: Chunk) -> list[str]:
        """Return the SMILES of rows, without space around them."""
        return [row.cells[self.smiles_index].strip() for row in rows]


def read_molecules(
    path: Path,
    usual_column: str,
    asked_column: str | None = None,
    reading: Reading = OPTIONS,
) -> MoleculeTable:
    """Check a table from end to end, and return what its rows can be read from.

    Parameters
    ----------
    path
        The file; it is read several times.
    usual_column
        The column with the SMILES, if there is one of that name.
    asked_column
        The column that it must be; ``None`` to find it by other usual names, too.
    reading
        What to do where the file does not tell how it is to be read.

    Raises
    ------
    UserError
        If it cannot be read, has no SMILES or no rows, or its rows differ in length;
        the message names file and line.
    """
    table = open_table(path, reading=reading, asked=[asked_column or usual_column])
    column = _smiles_column(table, usual_column, asked_column)
    index, n_rows = table.header.index(column), 0

    def smiles() -> Iterator[str]:
        nonlocal n_rows
        for row in table.rows():
            n_rows += 1
            yield row.cells[index].strip()

    refuse_reactions(smiles(), f"{path}, column {column!r}")
    if not n_rows:
        raise UserError(f"{path}: has no rows")
    return MoleculeTable(table, index, n_rows)


def _smiles_column(table: Table, usual: str, asked: str | None) -> str:
    if asked is None and table.smiles_column:
        return table.smiles_column
    named = asked or (usual if usual in table.header else SMILES)
    try:
        return find_smiles_column(table.header, named, table.name, "--smiles-column ")
    except UserError as error:
        raise UserError(f"{error} (make predict: SMILES_COLUMN=NAME)") from None
