"""From a table with SMILES to the same table with predictions, chunk by chunk."""

import csv
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO

import numpy as np
from rdkit import rdBase

from toxtune.data.smiles import parse_smiles
from toxtune.data.sources import refuse_irregular
from toxtune.errors import UserError
from toxtune.evaluation.predictions import column_names
from toxtune.io.csv_rows import read_rows
from toxtune.io.files import whole_file
from toxtune.prediction.final_model import FinalModel, Prediction, load
from toxtune.stats.metrics import of_task
from toxtune.tasks import TaskType

# Molecules in memory at a time.
CHUNK = 1000


MOLECULE_COLUMNS = ["similarity", "in_domain", "problem"]


Rows = list[list[str]]


@dataclass(frozen=True)
class MoleculeTable:
    """A table with SMILES that is read chunk by chunk.

    Attributes
    ----------
    path
        The CSV file.
    header
        Its columns.
    smiles_column
        The one with the SMILES.
    n_rows
        Number of rows.
    """

    path: Path
    header: list[str]
    smiles_column: str
    n_rows: int

    def chunks(self) -> Iterator[Rows]:
        """Yield the rows, up to `CHUNK` at a time."""
        _, rows = _open_table(self.path)
        while chunk := list(islice(rows, CHUNK)):
            yield chunk

    def smiles(self, rows: Rows) -> list[str]:
        """Return the SMILES of rows, without space around them."""
        index = self.header.index(self.smiles_column)
        return [row[index].strip() for row in rows]


@dataclass(frozen=True)
class PredictionCounts:
    """How many rows were written, and how many of them have no prediction."""

    rows: int
    problems: int


def show_nothing(chunks: Iterable[Rows], n_rows: int) -> Iterable[Rows]:
    """Yield the chunks, without a word on how far they are."""
    return chunks


def predict_file(
    *,
    model: Path,
    source: Path,
    destination: Path,
    smiles_column: str | None = None,
    show_progress: Callable[[Iterable[Rows], int], Iterable[Rows]] = show_nothing,
) -> PredictionCounts:
    """Write the rows of a table with their predictions, whole or not at all.

    Parameters
    ----------
    model
        The final model.
    source
        A CSV file with SMILES.
    destination
        The CSV file to write.
    smiles_column
        The column with the SMILES; ``None`` for its name in the dataset.
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
    final_model = load(model)
    column = smiles_column or final_model.metadata.smiles_column
    table = read_molecules(source, column)
    with whole_file(destination) as stream:
        chunks = show_progress(table.chunks(), table.n_rows)
        problems = write_predictions(final_model, table, stream, chunks)
    return PredictionCounts(rows=table.n_rows, problems=problems)


def read_molecules(path: Path, smiles_column: str) -> MoleculeTable:
    """Check a table from end to end, and return what its rows can be read from.

    Raises
    ------
    UserError
        If it cannot be read, has no such column or no rows, or its rows differ in
        length; the message names file and line.
    """
    # It is read twice.
    refuse_irregular(path)
    try:
        header, rows = _open_table(path)
        if header.count(smiles_column) != 1:
            raise UserError(
                f"{path}: must have one column {smiles_column!r} with SMILES; its "
                f"columns are: {', '.join(header)}"
            )
        n_rows = sum(1 for _ in rows)
    except OSError as error:
        raise UserError(f"{path}: cannot be read: {error.strerror}") from None
    if not n_rows:
        raise UserError(f"{path}: has no rows")
    return MoleculeTable(path, header, smiles_column, n_rows)


def write_predictions(
    model: FinalModel,
    table: MoleculeTable,
    stream: IO[str],
    chunks: Iterable[Rows],
) -> int:
    """Write the rows with their predictions; return how many have a problem.

    Raises
    ------
    UserError
        If the table has one of the new columns already.
    """
    new_columns = prediction_columns(model)
    if taken := [name for name in new_columns if name in table.header]:
        raise UserError(
            f"{table.path}: has a column {taken[0]!r} of its own; rename it"
        )
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow([*table.header, *new_columns])
    n_problems = 0
    for chunk in chunks:
        # What RDKit has to say of a molecule is in its row.
        with rdBase.BlockLogs():
            predictions = predict_rows(model, table.smiles(chunk))
        for row, cells in zip(chunk, predictions, strict=True):
            writer.writerow([*row, *cells])
            n_problems += bool(cells[-1])
    return n_problems


def prediction_columns(model: FinalModel) -> list[str]:
    """Name the columns that a prediction adds to a table."""
    metadata = model.metadata
    is_regression = metadata.task_type == TaskType.REGRESSION
    quantity = "value" if is_regression else "probability"
    columns = []
    for task in metadata.tasks:
        outputs = column_names([task], metadata.outputs_per_task)
        columns += [f"{output}_{quantity}" for output in outputs]
        columns += [f"{output}_sd" for output in outputs]
        if not is_regression:
            columns.append(f"{task}_class")
    return columns + MOLECULE_COLUMNS


def predict_rows(model: FinalModel, smiles: list[str]) -> Rows:
    """Return the cells of `prediction_columns` for each molecule.

    A molecule that cannot be read, or has no features, has nothing but a problem.
    """
    problems = [parse_smiles(text)[1] for text in smiles]
    readable = [row for row, problem in enumerate(problems) if not problem]
    width = len(prediction_columns(model))
    rows = [[""] * (width - 1) + [problem] for problem in problems]
    if not readable:
        return rows
    prediction = model.predict([smiles[row] for row in readable])
    cells = _cells(model, prediction)
    for number, row in enumerate(readable):
        if reason := prediction.failures.get(number):
            rows[row][-1] = f"no features: {reason}"
        else:
            rows[row] = [*cells[number], ""]
    return rows


def _open_table(path: Path) -> tuple[list[str], Iterator[list[str]]]:
    rows = (cells for _, cells in read_rows(path))
    return next(rows, []), rows


def _cells(model: FinalModel, prediction: Prediction) -> Rows:
    """n_molecules rows; all columns but the last."""
    tasks = model.metadata.tasks
    columns: list[np.ndarray] = []
    for number, task in enumerate(tasks):
        values, spread = (
            of_task(numbers, number, len(tasks)).reshape(len(numbers), -1)
            for numbers in (prediction.values, prediction.spread)
        )
        columns += [*map(_text, values.T), *map(_text, spread.T)]
        if model.metadata.task_type != TaskType.REGRESSION:
            columns.append(_classes(model, task, values))
    columns.append(_text(prediction.similarity))
    columns.append(model.in_domain(prediction.similarity).astype(int).astype(str))
    return np.column_stack(columns).tolist()


def _classes(model: FinalModel, task: str, values: np.ndarray) -> np.ndarray:
    """Return the predicted classes as text; empty for a task without a threshold."""
    if model.metadata.task_type == TaskType.MULTICLASS:
        return values.argmax(axis=1).astype(str)
    threshold = model.metadata.thresholds[task].threshold
    if threshold is None:
        return np.full(len(values), "")
    return (values[:, 0] >= threshold).astype(int).astype(str)


def _text(numbers: np.ndarray) -> np.ndarray:
    """Spell numbers, to float32's precision; a missing one is empty."""
    return np.where(np.isnan(numbers), "", numbers.astype(np.float32).astype(str))
