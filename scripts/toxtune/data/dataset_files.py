"""The files of a dataset: which of their columns are what."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from toxtune.data.column_settings import ColumnNames
from toxtune.data.subsets import KEYS, SPLIT_COLUMN
from toxtune.errors import UserError
from toxtune.tables.smiles_column import SMILES, find_smiles_column
from toxtune.tables.table import Table, TableRow
from toxtune.text import control_character, did_you_mean, shown

MAX_NAME = 200


# Names of other columns in tables that have a column for each task.
RESERVED = {*KEYS, SPLIT_COLUMN, "family", "seed", "mean"}


@dataclass(frozen=True)
class DatasetColumns:
    """The columns of such a file that are used, by their names.

    ``subset`` is what the split goes by; it and ``id`` are None where there is none.
    """

    smiles: str
    id: str | None
    subset: str | None
    tasks: list[str]


@dataclass(frozen=True)
class DatasetFile:
    """A file of the dataset, or of its test set, and what its columns are.

    Attributes
    ----------
    table, rows
        The file, and all of its rows.
    smiles, id, subset
        Places of the columns with the SMILES, the ids, and what the split goes by.
    tasks
        Task to the place of its column.
    notes
        What was taken for what.
    is_test
        Whether it is the test set's.
    """

    table: Table
    rows: list[TableRow]
    smiles: int
    id: int | None
    subset: int | None
    tasks: dict[str, int]
    notes: list[str]
    is_test: bool = False

    @property
    def of(self) -> str:
        """What the file is, in words."""
        return "the test set" if self.is_test else "the dataset"


def asked_columns(columns: ColumnNames) -> list[str]:
    """List the names that the user writes."""
    names = [columns["smiles_column"], columns["id_column"], columns["part_column"]]
    return [name.strip() for name in [*names, *columns["tasks"]] if name]


def columns_of_dataset(
    table: Table, columns: ColumnNames, has_test: bool
) -> DatasetColumns:
    """Find the columns of the dataset's own file, by its header alone.

    Raises
    ------
    UserError
        If a column is not there, or cannot be what it is asked for.
    """
    smiles = _smiles_column(table, columns["smiles_column"])
    id_column = _named(table, columns["id_column"], "dataset.id_column")
    # Where the test set has a file of its own, this one has no such column.
    wanted = None if has_test else columns["part_column"]
    split_column = _named(table, wanted, "split.column")
    others = [name for name in (smiles, id_column, split_column) if name is not None]
    tasks = _tasks(table, columns["tasks"], others, columns.get("not_tasks", []))
    return DatasetColumns(smiles, id_column, split_column, tasks)


def columns_of_test_set(
    table: Table, columns: ColumnNames, tasks: list[str]
) -> DatasetColumns:
    """Find the columns of the test set's file; some tasks may lack.

    Raises
    ------
    UserError
        If another column is not there, or no task is.
    """
    smiles = _smiles_column(table, columns["smiles_column"], may_differ=True)
    id_column = _named(table, columns["id_column"], "dataset.id_column")
    common = [task for task in tasks if task in table.header]
    if not common:
        raise UserError(
            f"dataset.test_source: {table.name} must have a task of dataset.source "
            f"({', '.join(tasks)}); its columns are: {', '.join(table.header)}"
        )
    _refuse_repeated(table, common)
    return DatasetColumns(smiles, id_column, None, common)


def columns_of_later_data(
    table: Table, smiles_column: str, id_column: str | None, tasks: list[str]
) -> DatasetColumns:
    """Find the columns of data that came later; ids and some tasks may lack.

    Raises
    ------
    UserError
        If no column has the SMILES, or no task is there.
    """
    common = [task for task in tasks if task in table.header]
    if not common:
        raise UserError(
            f"{table.name}: has none of the model's tasks {', '.join(tasks)}"
            f"{_nearest_to_any(tasks, table.header)}; its columns are: "
            f"{', '.join(table.header)}"
        )
    smiles = _smiles_column(table, smiles_column, may_differ=True)
    ids = id_column if id_column in table.header else None
    return DatasetColumns(smiles, ids, None, common)


def file_of_dataset(table: Table, columns: ColumnNames, has_test: bool) -> DatasetFile:
    """Read the dataset's own file; see `columns_of_dataset` for the errors."""
    found = columns_of_dataset(table, columns, has_test)
    file = _read_file(table, found)
    if columns["tasks"]:
        return file
    more = _note_of_nameless(table, file.rows)
    more += _note_of_features(columns.get("not_tasks", []))
    return replace(file, notes=file.notes + more)


def file_of_test_set(
    table: Table, columns: ColumnNames, tasks: list[str]
) -> DatasetFile:
    """Read the test set's file; see `columns_of_test_set` for the errors."""
    found = columns_of_test_set(table, columns, tasks)
    return replace(_read_file(table, found), is_test=True)


def _read_file(table: Table, found: DatasetColumns) -> DatasetFile:
    place = table.header.index
    return DatasetFile(
        table,
        _all_rows(table),
        smiles=place(found.smiles),
        id=None if found.id is None else place(found.id),
        subset=None if found.subset is None else place(found.subset),
        tasks={task: place(task) for task in found.tasks},
        notes=[*table.notes, *table.notes_of_smiles(found.smiles)],
    )


def _all_rows(table: Table) -> list[TableRow]:
    rows = list(table.rows())
    if not rows:
        raise UserError(f"{table.name}: has no rows")
    return rows


def _smiles_column(table: Table, named: str, may_differ: bool = False) -> str:
    named = named.strip()
    # Only a test set, or later data, may have another column than the one named.
    if may_differ and named not in table.header:
        named = SMILES
    if table.smiles_column and named == SMILES:
        return table.smiles_column
    return find_smiles_column(
        table.header, named, table.name, "dataset.smiles_column: "
    )


def _named(table: Table, name: str | None, setting: str) -> str | None:
    """Return the name of a column that is asked for, if one is."""
    if name is None:
        return None
    stripped = name.strip()
    if stripped not in table.header:
        raise UserError(
            f"{table.name}: has no column {name!r} ({setting})"
            f"{did_you_mean(stripped, table.header)}; its columns are: "
            f"{', '.join(table.header)}"
        )
    _refuse_repeated(table, [stripped])
    return stripped


def _nearest_to_any(names: Sequence[str], header: Sequence[str]) -> str:
    """Say which column is nearest to the first name that has one near it."""
    hints = (did_you_mean(name, header) for name in names)
    return next(filter(None, hints), "")


def _refuse_repeated(table: Table, names: Sequence[str]) -> None:
    if repeated := [name for name in names if table.header.count(name) > 1]:
        raise UserError(
            f"{table.name}: column names must differ, repeated: "
            f"{', '.join(dict.fromkeys(repeated))}; rename one, or leave it out of "
            "dataset.tasks"
        )


def _tasks(
    table: Table, wanted: list[str], others: list[str], not_tasks: list[str]
) -> list[str]:
    """Return the names of the tasks, after checking them."""
    header, file = table.header, table.name
    there = ", ".join(header)
    left_out = {*others, *not_tasks, *table.described}
    tasks = [name.strip() for name in wanted] or [
        name for name in header if name and name not in left_out
    ]
    if not tasks:
        alone = (
            "; the first line names the columns, and what stands above it must go; "
            "dataset.separator says what separates them"
        )
        raise UserError(
            f"{file}: has no task column; its columns are: {there}"
            + (alone if len(header) == 1 else "")
        )
    if unknown := [task for task in tasks if task not in header]:
        raise UserError(
            f"dataset.tasks: {file} has no column {', '.join(unknown)}"
            f"{did_you_mean(unknown[0], header)}; its columns are: {there}"
        )
    _refuse_repeated(table, tasks)
    taken = RESERVED | set(others)
    for task in tasks:
        legal = 0 < len(task) <= MAX_NAME and not control_character(task)
        if task in taken or not legal:
            raise UserError(
                f"dataset.tasks: {shown(task)} in {file} cannot be a task: rename the "
                "column, or list the task columns in dataset.tasks; a name must have "
                f"1 to {MAX_NAME} characters, no control characters among them, and "
                f"be none of {', '.join(sorted(taken))}"
            )
    return tasks


def _note_of_features(not_tasks: list[str]) -> list[str]:
    names = ", ".join(map(repr, not_tasks))
    return [f"Columns that are features are no tasks: {names}."] if names else []


def _note_of_nameless(table: Table, rows: list[TableRow]) -> list[str]:
    nameless = [index for index, name in enumerate(table.header) if not name]
    used = [index for index in nameless if any(row.cells[index] for row in rows)]
    if not used:
        return []
    return [f"Columns without a name are no tasks; there are {len(used)}."]
