"""The user's own features of a subset: from the dataset's table, or a file by ids."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from toxtune.data.column_settings import ColumnSettings
from toxtune.data.kept_files import kept_files
from toxtune.data.raw_table import reading_of
from toxtune.data.subsets import KEYS, read_table
from toxtune.errors import UserError
from toxtune.features.arrays import Features
from toxtune.features.definitions import COLUMNS, Definition
from toxtune.features.keyed_numbers import read_keyed_numbers
from toxtune.features.numbers import read_numbers, refuse_tasks
from toxtune.tables.sources import hash_of_source, uncompressed
from toxtune.tables.tables import open_table


def own_features(
    definition: Definition,
    subset: Path,
    raw: Sequence[Path],
    columns: ColumnSettings,
) -> Features:
    """Read the own features of a subset's molecules.

    Parameters
    ----------
    definition
        Of own features, as a plan completed it.
    subset
        The table of the molecules.
    raw
        The dataset's files and the record of them, see
        `toxtune.data.kept_files.kept_files`; for columns alone.
    columns
        How the dataset's table is read.

    Raises
    ------
    UserError
        If a column or an id is not there, a cell is no number, or a task is among
        the columns. If a file is not the one that was planned with.
    """
    header, rows = read_table(subset)
    tasks = header[len(KEYS) :]
    name = definition["name"]
    if definition["kind"] == COLUMNS:
        refuse_tasks(definition["columns"], tasks, f"features.{name}")
        values = _of_columns(definition, raw, columns)[[int(row[0]) for row in rows]]
        return Features(values, definition["columns"])
    numbers = read_keyed_numbers(
        definition["path"],
        definition["id_column"],
        definition.get("columns"),
        f"features.{name}",
        reading_of(columns),
    )
    refuse_tasks(numbers.names, tasks, f"features.{name}: {definition['path']}")
    key = f"features.{name}.path"
    if hash_of_source(definition["path"], key, uncompressed) != definition["sha256"]:
        raise UserError(
            f"{key}: {definition['path']} has changed since the run began; run again"
        )
    ids = [row[1] for row in rows]
    return Features(numbers.of(ids, f"the {subset.stem} set"), numbers.names)


def _of_columns(
    definition: Definition, raw: Sequence[Path], columns: ColumnSettings
) -> np.ndarray:
    """Return the numbers of all rows, those of a test set's own file last."""
    files = kept_files(*raw)
    reading, names = reading_of(columns), definition["columns"]
    asked_by = f"features.{definition['name']}.columns"
    values = []
    for file in (files.dataset, files.test):
        if file is not None:
            table = open_table(file.path, file.name, reading, names)
            rows = list(table.rows())
            values.append(read_numbers(table, rows, names, asked_by, reading.decimal))
    return np.concatenate(values)
