"""From a table with SMILES to the same table with predictions, chunk by chunk."""

import csv
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import IO, Any

import numpy as np
from rdkit import rdBase

from toxtune.data.smiles import parse_smiles
from toxtune.data.sources import refuse_irregular
from toxtune.errors import UserError
from toxtune.evaluation.predictions import column_names
from toxtune.io.csv_rows import read_rows
from toxtune.prediction.final_model import FinalModel, Prediction
from toxtune.stats.metrics import of_task
from toxtune.tasks import TaskType

# Molecules in memory at a time.
CHUNK = 1000


ABOUT_MOLECULE = ["similarity", "in_domain", "problem"]


def new_columns(model: FinalModel) -> list[str]:
    """Name the columns that a prediction adds to a table."""
    tasks, task_type = model.card["tasks"], model.card["task_type"]
    what = "value" if task_type == TaskType.REGRESSION else "probability"
    columns = []
    for task in tasks:
        own = column_names([task], model.card["n_outputs"] // len(tasks))
        columns += [f"{name}_{what}" for name in own] + [f"{name}_sd" for name in own]
        columns += [] if task_type == TaskType.REGRESSION else [f"{task}_call"]
    return columns + ABOUT_MOLECULE


def predicted_rows(model: FinalModel, smiles: list[str]) -> list[list[str]]:
    """Return the cells of `new_columns` for each molecule.

    A molecule that cannot be read, or has no features, has nothing but a problem.
    """
    problems = [parse_smiles(one)[1] for one in smiles]
    good = [row for row, problem in enumerate(problems) if not problem]
    width = len(new_columns(model))
    rows = [[""] * (width - 1) + [problem] for problem in problems]
    if not good:
        return rows
    prediction = model.predict([smiles[row] for row in good])
    cells = _cells(model, prediction)
    for number, row in enumerate(good):
        if reason := prediction.failures.get(number):
            rows[row][-1] = f"no features: {reason}"
        else:
            rows[row] = [*cells[number], ""]
    return rows


def read_molecules(path: Path, smiles_column: str) -> "Molecules":
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
        count = sum(1 for _ in rows)
    except OSError as error:
        raise UserError(f"{path}: cannot be read: {error.strerror}") from None
    if not count:
        raise UserError(f"{path}: has no rows")
    return Molecules(path, header, header.index(smiles_column), count)


class Molecules:
    """A table with SMILES that is read chunk by chunk.

    Attributes
    ----------
    path
        The CSV file.
    header
        Its columns.
    smiles
        Which of them has the SMILES.
    count
        Number of rows.
    """

    def __init__(self, path: Path, header: list[str], smiles: int, count: int) -> None:
        self.path, self.header, self.smiles, self.count = path, header, smiles, count

    def chunks(self) -> Iterator[list[list[str]]]:
        """Yield the rows, up to `CHUNK` at a time."""
        _, rows = _open_table(self.path)
        while chunk := list(islice(rows, CHUNK)):
            yield chunk


def write_predictions(
    model: FinalModel,
    molecules: Molecules,
    stream: IO[str],
    chunks: Iterable[list[list[str]]],
) -> int:
    """Write the rows with their predictions; return how many have a problem.

    Raises
    ------
    UserError
        If the table has one of the new columns already.
    """
    added = new_columns(model)
    if taken := [name for name in added if name in molecules.header]:
        raise UserError(
            f"{molecules.path}: has a column {taken[0]!r} of its own; rename it"
        )
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow([*molecules.header, *added])
    n_problems = 0
    for chunk in chunks:
        smiles = [row[molecules.smiles].strip() for row in chunk]
        # What RDKit has to say of a molecule is in its row.
        with rdBase.BlockLogs():
            predicted = predicted_rows(model, smiles)
        for row, cells in zip(chunk, predicted, strict=True):
            writer.writerow([*row, *cells])
            n_problems += bool(cells[-1])
    return n_problems


def _open_table(path: Path) -> tuple[list[str], Iterator[list[str]]]:
    rows = (cells for _, cells in read_rows(path))
    return next(rows, []), rows


def _cells(model: FinalModel, prediction: Prediction) -> list[list[str]]:
    """n_molecules rows; all columns but the last."""
    tasks = model.card["tasks"]
    columns: list[Any] = []
    for number, task in enumerate(tasks):
        values, spread = (
            of_task(each, number, len(tasks)).reshape(len(each), -1)
            for each in (prediction.values, prediction.spread)
        )
        columns += [*map(_text, values.T), *map(_text, spread.T)]
        if model.card["task_type"] != TaskType.REGRESSION:
            columns.append(_calls(model, task, values))
    columns.append(_text(prediction.similarity))
    columns.append(model.in_domain(prediction.similarity).astype(int).astype(str))
    return np.column_stack(columns).tolist()


def _calls(model: FinalModel, task: str, values: np.ndarray) -> np.ndarray:
    """Return the calls as text; empty for a task that has no threshold."""
    if model.card["task_type"] == TaskType.MULTICLASS:
        return values.argmax(axis=1).astype(str)
    threshold = model.card["calls"][task]["threshold"]
    if threshold is None:
        return np.full(len(values), "")
    return (values[:, 0] >= threshold).astype(int).astype(str)


def _text(numbers: np.ndarray) -> np.ndarray:
    """Spell numbers, to float32's precision; a missing one is empty."""
    return np.where(np.isnan(numbers), "", numbers.astype(np.float32).astype(str))
