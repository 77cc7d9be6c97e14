"""What writes rows with their predictions, and the plainest of them."""

from dataclasses import dataclass
from typing import IO, Protocol

from toxtune.io.csv_writer import CsvRows
from toxtune.prediction.molecule_table import Chunk, MoleculeTable
from toxtune.prediction.row_predictor import PredictedRows, RowPredictor
from toxtune.workers.crew import Crew, Lost

# What is made of a molecule for a file, from its SMILES: a drawing, a structure.
Makers = Crew[str, str]


@dataclass(frozen=True)
class Written:
    """What a writer works with.

    Attributes
    ----------
    stream
        Of the file.
    table
        The table with the molecules.
    predictor
        Has predicted them.
    makers
        Child processes that make what the file shows of molecules: RDKit may crash.
    """

    stream: IO[str]
    table: MoleculeTable
    predictor: RowPredictor
    makers: Makers


class Writer(Protocol):
    """Writes the rows of a table one chunk after the other."""

    def write(self, chunk: Chunk, predicted: PredictedRows) -> None:
        """Write some rows."""

    def end(self) -> None:
        """Write what comes after all rows."""


def made_of(makers: Makers, smiles: list[str]) -> list[str]:
    """Have something made of molecules; empty where RDKit crashes or hangs."""
    made = [""] * len(smiles)
    for row, found in makers.done(smiles):
        made[row] = "" if isinstance(found, Lost) else found
    return made


class CsvWriter:
    """Writes the table's columns and those of the predictions as CSV."""

    def __init__(self, written: Written) -> None:
        self._predictor = written.predictor
        self._rows = CsvRows(written.stream)
        self._rows.write_row([*written.table.table.header, *written.predictor.columns])

    def write(self, chunk: Chunk, predicted: PredictedRows) -> None:
        """Write some rows."""
        cells = self._predictor.rows(predicted)
        self._rows.write_rows(
            [*row.cells, *more] for row, more in zip(chunk, cells, strict=True)
        )

    def end(self) -> None:
        """Do nothing: all is written."""
