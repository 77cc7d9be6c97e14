"""Files with the user's own numbers for each id: tables, Parquet, NumPy's ``.npz``."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from toxtune.errors import UserError
from toxtune.features.npz_files import names_in_npz, read_npz
from toxtune.features.numbers import MAX_VALUE, read_numbers
from toxtune.tables.sources import local_path, refuse_irregular
from toxtune.tables.tables import open_table
from toxtune.tables.text_files import Reading
from toxtune.text import did_you_mean

# What files of these formats begin with.
ZIP, PARQUET = b"PK\x03\x04", b"PAR1"


@dataclass(frozen=True)
class KeyedNumbers:
    """Numbers for each of some ids.

    Attributes
    ----------
    source
        What messages call the file.
    names
        Of the columns.
    rows
        Id to its row of `values`.
    values
        float32, n_rows x n_columns; NaN where a value is missing.
    """

    source: str
    names: list[str]
    rows: dict[str, int]
    values: np.ndarray

    def of(self, ids: Sequence[str], table: str) -> np.ndarray:
        """Return the rows of ids, which `table` has, in their order.

        Raises
        ------
        UserError
            If an id is not there.
        """
        if missing := [id for id in dict.fromkeys(ids) if id not in self.rows]:
            example = next(iter(self.rows), None)
            raise UserError(
                f"{self.source}: has no row for {len(missing):,} of "
                f"{len(set(ids)):,} ids of {table}, such as {missing[0]!r} (its own "
                f"are like {example!r}); add them, with empty cells where nothing was "
                "measured"
            )
        return self.values[[self.rows[id] for id in ids]]


def read_keyed_numbers(
    path: str,
    id_column: str,
    columns: Sequence[str] | None,
    asked_by: str,
    reading: Reading = Reading(),  # noqa: B008 (it is frozen)
) -> KeyedNumbers:
    """Read a file of numbers.

    Parameters
    ----------
    path
        A table, a Parquet file or an ``.npz``; the content tells which.
    id_column
        Name of the column with the ids; an ``.npz`` has ``ids``.
    columns
        Names of the columns to read; ``None`` for all but the ids.
    asked_by
        What asks for the file, for messages.
    reading
        What to do where a table does not tell how it is read.

    Raises
    ------
    UserError
        If it cannot be read, a cell is no number, or an id has different values in
        two rows.
    """
    file = local_path(path)
    beginning = _beginning(file, path)
    if beginning == ZIP:
        found = _from_npz(file, path)
    elif beginning == PARQUET:
        found = _from_parquet(file, path, id_column, columns, asked_by)
    else:
        found = _from_table(file, path, id_column, columns, asked_by, reading)
    ids, names, values, places = found
    if columns is not None:
        values = values[:, [_position(path, names, name, asked_by) for name in columns]]
        names = list(columns)
    if not names:
        raise UserError(f"{path}: has no column but the ids ({asked_by})")
    return KeyedNumbers(path, names, _rows(path, ids, values, places), values)


def names_of_columns(
    path: str, id_column: str, columns: Sequence[str], asked_by: str, reading: Reading
) -> list[str]:
    """Return the names of the columns that `read_keyed_numbers` would read.

    No more of the file is read than that takes, so that a plan can look; `columns` are
    empty for all but the ids.

    Raises
    ------
    UserError
        If it cannot be read, or a column is not there or is there twice.
    """
    file = local_path(path)
    beginning = _beginning(file, path)
    if beginning == ZIP:
        there = _from_npz(file, path)[1] if columns else names_in_npz(file, path)
        others = there
    else:
        if beginning == PARQUET:
            there = _parquet_names(file, path)
        else:
            there = open_table(file, path, reading, asked=[id_column]).header
        _position(path, there, id_column, asked_by)
        others = [name for name in there if name and name != id_column]
    for name in columns:
        _position(path, there, name, asked_by)
    return list(columns) or others


def _beginning(file: Path, path: str) -> bytes:
    """Return the four bytes that tell an ``.npz`` or Parquet; of others, none."""
    refuse_irregular(file)
    try:
        with open(file, "rb") as stream:
            beginning = stream.read(4)
    except OSError as error:
        raise UserError(f"{path}: cannot be read: {error.strerror}") from None
    # Workbooks are archives as well; the reader of tables names them.
    is_npz = beginning == ZIP and file.suffix.lower() == ".npz"
    return beginning if is_npz or beginning == PARQUET else b""


# Ids, names of the columns, values, and where in the file each row is.
_Found = tuple[list[str], list[str], np.ndarray, list[str]]


def _from_table(
    file: Path,
    path: str,
    id_column: str,
    columns: Sequence[str] | None,
    asked_by: str,
    reading: Reading,
) -> _Found:
    table = open_table(file, path, reading, asked=[id_column])
    rows = list(table.rows())
    if table.header.count(id_column) != 1:
        raise UserError(
            f"{path}: must have one column {id_column!r} with the ids of the molecules "
            f"({asked_by}){did_you_mean(id_column, table.header)}; its columns are: "
            f"{', '.join(table.header)}"
        )
    index = table.header.index(id_column)
    others = [name for name in table.header if name and name != id_column]
    names = list(columns) if columns is not None else others
    values = read_numbers(table, rows, names, asked_by, reading.decimal)
    ids = [row.cells[index].strip() for row in rows]
    return ids, names, values, [f"line {row.line}" for row in rows]


def _from_npz(file: Path, path: str) -> _Found:
    ids, names, values = read_npz(file, path)
    return ids, names, _single(path, values), [f"row {row}" for row in range(len(ids))]


def _from_parquet(
    file: Path, path: str, id_column: str, columns: Sequence[str] | None, asked_by: str
) -> _Found:
    import pandas as pd

    _parquet_names(file, path)
    try:
        table = pd.read_parquet(file)
    except (OSError, ValueError) as error:
        reason = str(error).partition("\n")[0]
        raise UserError(f"{path}: cannot be read: {reason}") from None
    if table.index.name == id_column:
        table = table.reset_index()
    names = [str(name) for name in table.columns]
    place = _position(path, names, id_column, asked_by)
    ids = [str(id).strip() for id in table.iloc[:, place]]
    numbers = table.drop(columns=table.columns[place])
    names.pop(place)
    if columns is not None:
        kept = [_position(path, names, name, asked_by) for name in columns]
        numbers, names = numbers.iloc[:, kept], list(columns)
    for name, column in zip(names, numbers, strict=True):
        if not pd.api.types.is_numeric_dtype(numbers[column]):
            raise UserError(
                f"{path}, column {name!r}: must have numbers ({asked_by}), has "
                f"{numbers[column].dtype}"
            )
    values = numbers.to_numpy(dtype=np.float64, na_value=np.nan)
    places = [f"row {row}" for row in range(len(ids))]
    return ids, names, _single(path, values), places


def _parquet_names(file: Path, path: str) -> list[str]:
    """Return the names of the columns, that of an index among them."""
    try:
        from pyarrow.parquet import read_schema  # type: ignore[import-not-found]
    except ImportError:
        raise UserError(
            f"{path}: Parquet files are read by the package pyarrow, which is not "
            "installed here; `.venv/bin/uv pip install pyarrow`, or save the table as "
            "CSV or .npz"
        ) from None
    try:
        return list(read_schema(file).names)
    except (OSError, ValueError) as error:
        reason = str(error).partition("\n")[0]
        raise UserError(f"{path}: cannot be read: {reason}") from None


def _single(path: str, values: np.ndarray) -> np.ndarray:
    """Return float32; refuse what that cannot hold."""
    values = values.astype(np.float64)
    if len(wrong := np.argwhere(np.abs(np.nan_to_num(values, nan=0)) > MAX_VALUE)):
        row, column = wrong[0].tolist()
        raise UserError(
            f"{path}, row {row}, column {column}: must be a number within "
            f"±{MAX_VALUE:.2g}, or NaN where it is missing, got {values[row, column]}"
        )
    return values.astype(np.float32)


def _position(path: str, names: list[str], name: str, asked_by: str) -> int:
    if names.count(name) != 1:
        raise UserError(
            f"{path}: must have one column {name!r} ({asked_by})"
            f"{did_you_mean(name, names)}; its columns are: {', '.join(names)}"
        )
    return names.index(name)


def _rows(
    path: str, ids: Sequence[str], values: np.ndarray, places: Sequence[str]
) -> dict[str, int]:
    """Map each id to its first row, after comparing it with further ones."""
    rows: dict[str, int] = {}
    for row, id in enumerate(ids):
        first = rows.setdefault(id, row)
        if not np.array_equal(values[first], values[row], equal_nan=True):
            raise UserError(
                f"{path}: the id {id!r} has different values in {places[first]} and "
                f"{places[row]}; leave one"
            )
    return rows
