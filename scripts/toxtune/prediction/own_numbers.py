"""The numbers of one's own that a final model asks for, beside SMILES."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from toxtune.errors import UserError
from toxtune.features.keyed_numbers import read_keyed_numbers
from toxtune.features.numbers import MAX_VALUE, column_index, lacking, read_numbers
from toxtune.tables.table import Table, TableRow
from toxtune.tables.text_files import Reading
from toxtune.text import did_you_mean

# What the user calls the features, to float32, n_molecules x n_columns.
OwnNumbers = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class OwnFeatures:
    """Features that are not computed, but asked for.

    Attributes
    ----------
    name
        What the configuration calls them.
    columns
        Their names, in the order of the models' inputs.
    id_column
        Where they came from a file of their own: the column that names its molecules;
        else ``None``.
    table_id_column
        The one that has the same ids in tables.
    """

    name: str
    columns: list[str]
    id_column: str | None
    table_id_column: str | None

    def __str__(self) -> str:
        """Name them with their columns."""
        return f"{self.name} ({', '.join(self.columns)})"


def given_numbers(
    own: OwnNumbers, asked: Sequence[OwnFeatures], n_molecules: int
) -> OwnNumbers:
    """Take the numbers that a model asks for from what was given in Python.

    Parameters
    ----------
    own
        What was given: arrays, or what becomes one. Columns that have names, as those
        of a DataFrame, are taken by name.
    asked
        What the model asks for.
    n_molecules
        How many rows there must be.

    Raises
    ------
    UserError
        If some are not there, are no numbers, or are not so many.
    """
    found = {}
    for each in asked:
        if each.name not in own:
            raise UserError(
                "the model was trained on numbers of your own as well: "
                f"{', '.join(map(str, asked))}; give `own`, a mapping of these names "
                "to arrays of molecules x columns"
            )
        given, width = own[each.name], len(each.columns)
        try:
            if hasattr(given, "columns"):
                given = given[each.columns]
            with np.errstate(over="ignore"):
                found[each.name] = np.asarray(given, dtype=np.float32)
        except (KeyError, TypeError, ValueError) as error:
            raise UserError(
                f"own[{each.name!r}]: must be numbers, in the columns "
                f"{', '.join(each.columns)}: {error}"
            ) from None
        if found[each.name].shape != (n_molecules, width):
            raise UserError(
                f"own[{each.name!r}]: must have {n_molecules} rows and {width} "
                f"columns, got {found[each.name].shape}"
            )
        if (np.abs(found[each.name]) > MAX_VALUE).any():
            raise UserError(
                f"own[{each.name!r}]: must be within ±{MAX_VALUE:.2g}, or NaN where it "
                "is missing"
            )
    return found


def find_own_numbers(
    asked: Sequence[OwnFeatures],
    table: Table,
    files: Mapping[str, str],
    option: str,
    reading: Reading = Reading(),  # noqa: B008 (it is frozen)
) -> OwnNumbers:
    """Take the numbers that a model asks for from a table, or from files by its ids.

    Parameters
    ----------
    asked
        What the model asks for.
    table
        The table of the molecules; a column of it counts before one of a file.
    files
        Name of own features to the path of a file with them.
    option
        How the user names such a file, for messages.
    reading
        What to do where the table, or a file, does not tell how it is read.

    Raises
    ------
    UserError
        If some are nowhere, or are no numbers.
    """
    if unknown := sorted(set(files) - {each.name for each in asked}):
        known = [each.name for each in asked if each.id_column]
        raise UserError(
            f"{option}: the model has no features {unknown[0]!r}"
            f"{did_you_mean(unknown[0], known)} that a file may give; it has: "
            f"{', '.join(known) or 'none'}"
        )
    if not asked:
        return {}
    _refuse_incomplete(asked, table, files, option)
    rows = list(table.rows())
    numbers = {}
    for each in asked:
        asked_by = f"the model's features {each.name}"
        if lacking(table, each.columns) and each.name in files:
            path = files[each.name]
            numbers[each.name] = _from_file(each, table, rows, path, reading)
        else:
            numbers[each.name] = read_numbers(
                table, rows, each.columns, asked_by, reading.decimal
            )
    return numbers


def refuse_both(
    asked: Sequence[OwnFeatures], table: Table, files: Mapping[str, str]
) -> None:
    """Refuse a file that was named for columns of the table: it may say otherwise.

    Raises
    ------
    UserError
        If there is one.
    """
    for each in asked:
        if each.name in files and not lacking(table, each.columns):
            raise UserError(
                f"{files[each.name]}: {table.name} has the columns of {each} itself; "
                "leave the file out, or rename them in the table"
            )


def _refuse_incomplete(
    asked: Sequence[OwnFeatures],
    table: Table,
    files: Mapping[str, str],
    option: str,
) -> None:
    """Say all that a table lacks, in one message."""
    faults = []
    for each in asked:
        missing = lacking(table, each.columns)
        if not missing or (each.name in files and each.table_id_column in table.header):
            continue
        way_out = "add them to the table"
        if each.id_column:
            way_out += (
                f", or name a file that has them: {option} (the table then needs a "
                f"column {each.table_id_column!r} with the ids)"
            )
        faults.append(
            f"{table.name}: the model was trained on numbers of your own, {each}, and "
            f"the table has no column {', '.join(map(repr, missing))}: {way_out}"
        )
    if faults:
        raise UserError("\n".join(faults))


def _from_file(
    each: OwnFeatures,
    table: Table,
    rows: Sequence[TableRow],
    path: str,
    reading: Reading,
) -> np.ndarray:
    asked_by = f"the model's features {each.name}"
    index = column_index(table, str(each.table_id_column), asked_by)
    ids = [row.cells[index].strip() for row in rows]
    numbers = read_keyed_numbers(
        path, str(each.id_column), each.columns, asked_by, reading
    )
    return numbers.of(ids, table.name)
