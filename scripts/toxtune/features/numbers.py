"""Numbers of the user's own in the columns of a table."""

from collections.abc import Collection, Iterable, Sequence

import numpy as np

from toxtune.errors import UserError
from toxtune.labels.words import MISSING, number_in, plain
from toxtune.tables.decimals import doubtful_number, find_decimal_sign, with_point
from toxtune.tables.table import Table, TableRow, column_name
from toxtune.text import did_you_mean, shown

# Models get float32.
MAX_VALUE = float(np.finfo(np.float32).max)


def lacking(table: Table, names: Sequence[str]) -> list[str]:
    """Return the names that are no columns of a table."""
    return [name for name in names if name not in table.header]


def read_numbers(
    table: Table,
    rows: Sequence[TableRow],
    names: Sequence[str],
    asked_by: str,
    decimal: str | None = None,
) -> np.ndarray:
    """Read columns of numbers.

    Parameters
    ----------
    table
        The table.
    rows
        All of its rows: a column's numbers tell its decimal sign together.
    names
        The columns.
    asked_by
        What asks for them, for messages.
    decimal
        The decimal sign where the numbers do not tell.

    Returns
    -------
    np.ndarray
        float32, n_rows x n_columns; NaN where a value is missing.

    Raises
    ------
    UserError
        If a column is not there or is there twice, or a cell is no number; the message
        names file, line and column.
    """
    values = np.full((len(rows), len(names)), np.nan, dtype=np.float32)
    for number, name in enumerate(names):
        index = column_index(table, name, asked_by)
        cells = [row.cells[index] for row in rows]
        sign = _decimal_sign(table, name, cells, decimal)
        for place, (row, cell) in enumerate(zip(rows, cells, strict=True)):
            value = _value(with_point(cell, sign))
            if value is None:
                raise UserError(
                    f"{table.name}, line {row.line}, column {name!r}: must be a number "
                    f"within ±{MAX_VALUE:.2g}, or empty where it is missing, got "
                    f"{shown(cell)} ({asked_by})"
                )
            values[place, number] = value
    return values


def refuse_tasks(names: Iterable[str], tasks: Collection[str], source: str) -> None:
    """Refuse a task among the features: a model would read what it is to predict.

    Raises
    ------
    UserError
        If a name of the features is that of a task; it begins with `source`, where
        they are from.
    """
    if both := [name for name in names if column_name(name) in tasks]:
        raise UserError(
            f"{source}: a task must be no feature, got {', '.join(both)}; "
            "name the columns to use in its key columns, or the tasks in dataset.tasks"
        )


def column_index(table: Table, name: str, asked_by: str) -> int:
    """Return where a column is.

    Raises
    ------
    UserError
        If it is not there, or there twice.
    """
    count = table.header.count(name)
    if count == 1:
        return table.header.index(name)
    there = ", ".join(table.header)
    if count:
        raise UserError(
            f"{table.name}: has {count} columns {name!r} ({asked_by}); rename all but "
            f"one; its columns are: {there}"
        )
    raise UserError(
        f"{table.name}: has no column {name!r} ({asked_by})"
        f"{did_you_mean(name, table.header)}; its columns are: {there}"
    )


def _decimal_sign(
    table: Table, name: str, cells: list[str], decimal: str | None
) -> str:
    """Tell a column's decimal sign."""
    sign = find_decimal_sign(cells, decimal, points_may_group=table.points_may_group)
    if sign is None:
        raise UserError(
            f"{table.name}, column {name!r}: cannot tell whether the sign in "
            f"{doubtful_number(cells)!r} is a decimal one or stands between "
            "thousands; say which is the decimal sign (dataset.decimal; predict: "
            "--decimal)"
        )
    return sign


def _value(cell: str) -> float | None:
    """Return a number, NaN for a missing one; ``None`` if it is neither."""
    word = plain(cell)
    if word in MISSING:
        return np.nan
    value = number_in(word)
    return value if value is not None and abs(value) <= MAX_VALUE else None
