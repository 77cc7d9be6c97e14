"""From a table with SMILES to the same table with predictions, chunk by chunk."""

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from types import MappingProxyType
from typing import IO

from toxtune.errors import UserError
from toxtune.io.files import whole_file
from toxtune.molecules.reactions import refuse_reactions
from toxtune.prediction.final_model import opened
from toxtune.prediction.metadata import FinalModelMetadata
from toxtune.prediction.own_numbers import OwnNumbers, find_own_numbers
from toxtune.prediction.prediction import NOTHING
from toxtune.prediction.row_predictor import (
    RowPredictor,
    input_readers,
    prediction_columns,
)
from toxtune.prediction.support_columns import CONFIDENCE
from toxtune.tables.smiles_column import SMILES, find_smiles_column
from toxtune.tables.table import Table, TableRow
from toxtune.tables.tables import open_table
from toxtune.tables.text_files import Reading

# Molecules in memory at a time.
CHUNK = 1000


Chunk = list[TableRow]


# Where the user says what a file does not tell.
OPTIONS = Reading(prefix="--")


NO_FILES: Mapping[str, str] = MappingProxyType({})


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


@dataclass(frozen=True)
class PredictionCounts:
    """What was written.

    Attributes
    ----------
    rows, problems
        How many there are, and how many of them have no prediction.
    tasks_left_out
        Tasks of the dataset that the model does not predict, with the reason.
    notes
        What was taken for what in the table, and whether a folder was made: sentences
        for people.
    smiles_column
        Where the SMILES were.
    """

    rows: int
    problems: int
    tasks_left_out: Mapping[str, str] = field(default_factory=dict)
    notes: Sequence[str] = ()
    smiles_column: str = ""


def show_nothing(chunks: Iterable[Chunk], n_rows: int) -> Iterable[Chunk]:
    """Yield the chunks, without a word on how far they are."""
    return chunks


def predict_file(
    *,
    model: Path,
    source: Path,
    destination: Path,
    smiles_column: str | None = None,
    reading: Reading = OPTIONS,
    features_files: Mapping[str, str] = NO_FILES,
    fallback: bool = False,
    confidence: float = CONFIDENCE,
    show_progress: Callable[[Iterable[Chunk], int], Iterable[Chunk]] = show_nothing,
) -> PredictionCounts:
    """Write the rows of a table with their predictions, whole or not at all.

    Parameters
    ----------
    model
        The final model.
    source
        A table with SMILES, an SD file or a SMILES file.
    destination
        The CSV file to write.
    smiles_column
        The column with the SMILES; ``None`` for its name in the dataset, or another
        usual one.
    reading
        What to do where the table does not tell how it is to be read.
    features_files
        Name of own features of the model's to a file that has them.
    fallback
        Whether rows without a prediction get the fallback.
    confidence
        Of prediction sets and intervals.
    show_progress
        Gets the chunks of rows and the number of rows; yields the chunks.

    Raises
    ------
    UserError
        If model or table cannot be read, or the destination is a folder or the source.
    """
    if destination.resolve() == source.resolve():
        raise UserError(f"{destination}: is the file that is read; name another")
    if destination.is_dir():
        raise UserError(f"{destination}: is a folder; name a file to write")
    is_new_folder = not destination.parent.exists()
    with opened(model) as packed:
        # Before the models are loaded, which takes seconds.
        table = read_molecules(
            source, packed.metadata.smiles_column, smiles_column, reading
        )
        _refuse_taken_names(table.table, packed.metadata)
        own = find_own_numbers(
            packed.metadata.own_features,
            table.table,
            features_files,
            "--features-file NAME=PATH",
            reading.decimal,
        )
        # They are forked before the models bring threads.
        with input_readers(packed.metadata, table.n_rows) as readers:
            final_model = packed.load()
            with whole_file(destination) as stream:
                chunks = show_progress(table.chunks(), table.n_rows)
                problems = write_predictions(
                    RowPredictor(final_model, readers, confidence, fallback),
                    table,
                    stream,
                    chunks,
                    own,
                )
    left_out = final_model.metadata.tasks_left_out
    notes = [*table.notes]
    if is_new_folder:
        notes.append(f"The folder {destination.parent} is new.")
    return PredictionCounts(
        table.n_rows, problems, left_out, notes, table.smiles_column
    )


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


def _refuse_taken_names(table: Table, metadata: FinalModelMetadata) -> None:
    new_columns = prediction_columns(metadata)
    if taken := [name for name in new_columns if name in table.header]:
        raise UserError(
            f"{table.name}: has a column {taken[0]!r} of its own; rename it"
        )


def write_predictions(
    predictor: RowPredictor,
    table: MoleculeTable,
    stream: IO[str],
    chunks: Iterable[Chunk],
    own: OwnNumbers = NOTHING,
) -> int:
    """Write the rows with their predictions; return how many have a problem.

    `own` has the own numbers of all rows.
    """
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow([*table.table.header, *predictor.columns])
    n_problems = start = 0
    for chunk in chunks:
        end = start + len(chunk)
        of_chunk = {name: numbers[start:end] for name, numbers in own.items()}
        start = end
        predicted = predictor.predict(table.smiles(chunk), of_chunk)
        for number, row in enumerate(chunk):
            # The file's own reason says more than that there is no SMILES.
            if row.problem and not row.cells[table.smiles_index]:
                predicted.problems[number] = row.problem
        for row, cells in zip(chunk, predictor.rows(predicted), strict=True):
            writer.writerow([*row.cells, *cells])
        n_problems += sum(map(bool, predicted.problems))
    return n_problems
