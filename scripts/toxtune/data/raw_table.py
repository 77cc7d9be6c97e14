"""Read the dataset's table as the user wrote it, and name what is wrong with it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from toxtune.data.column_settings import ColumnSettings
from toxtune.data.decimals import COMMA, find_decimal_sign, with_point
from toxtune.data.kept_files import UserFile
from toxtune.data.label_column import Bounds, LabelColumn
from toxtune.data.smiles_column import SMILES, find_smiles_column
from toxtune.data.subsets import KEYS, SPLIT_COLUMN
from toxtune.data.table import Table, TableRow
from toxtune.data.tables import open_table
from toxtune.data.task_labels import read_task_labels
from toxtune.data.text_files import Reading
from toxtune.errors import UserError
from toxtune.io.csv_rows import COMMA as COMMA_SEPARATED
from toxtune.io.csv_rows import SEPARATORS
from toxtune.text import control_character, did_you_mean, shown

MAX_NAME = 200


# Names of other columns in tables that have a column for each task.
RESERVED = {*KEYS, SPLIT_COLUMN, "family", "seed", "mean"}


@dataclass(frozen=True)
class RawRow:
    """One molecule as the file has it.

    Attributes
    ----------
    row
        Counts the rows from 0; those of a test set's own file follow the dataset's.
    id, smiles, labels
        Without blanks around them.
    subset
        What the split goes by.
    where
        File and line, for messages.
    problem
        Why the molecule cannot be read, if the file's format tells that.
    """

    row: int
    id: str
    smiles: str
    labels: list[str]
    subset: str
    where: str = ""
    problem: str = ""


@dataclass(frozen=True)
class RawTable:
    """The columns of a table that the configuration names.

    Attributes
    ----------
    tasks
        Their names.
    smiles_column
        The name of the column with the SMILES.
    rows
        With labels as molecules.csv has them.
    columns
        What was read of each task's labels.
    notes, warnings
        What was taken for what, and what looks wrong: sentences for people.
    """

    tasks: list[str]
    smiles_column: str
    rows: list[RawRow]
    columns: dict[str, LabelColumn]
    notes: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def read_raw(
    path: Path, columns: ColumnSettings, name: str = "", test: UserFile | None = None
) -> RawTable:
    """Read the columns of the dataset that the configuration names.

    Parameters
    ----------
    path
        A table with a header, an SD file or a SMILES file.
    columns
        ``smiles_column`` (a name), ``id_column`` and ``part_column`` (a name or
        None), ``tasks`` (names; empty = all columns but those three), ``task_type`` (of
        the tasks, see `toxtune.tasks`), ``labels`` and ``bounds`` (see
        `toxtune.data.task_labels.read_task_labels`).
    name
        What messages call the file; its path if it is empty.
    test
        The file with the test set's molecules, if it is another one.

    Raises
    ------
    UserError
        If the table or a label is not as described; the message names the column,
        or the file and the line counted from 1.
    """
    asked = _asked(columns)
    table = open_table(path, name, reading_of(columns), asked)
    parts = [_part_of_dataset(table, columns, has_test=test is not None)]
    tasks = list(parts[0].tasks)
    notes = parts[0].notes
    if test is not None:
        table = open_table(test.path, test.name, reading_of(columns), asked)
        parts.append(_part_of_test_set(table, columns, tasks))
        notes = notes + [f"Test set: {note}" for note in parts[1].notes]
    rows = [(part, row) for part in parts for row in part.rows]
    cells, more_notes = _label_cells(tasks, parts, columns)
    read = read_task_labels(
        cells,
        [_where(part, row) for part, row in rows],
        task_type=columns["task_type"],
        words=columns.get("labels", {}),
        bounds=Bounds(columns.get("bounds", Bounds.REFUSE)),
        are_asked_for=bool(columns["tasks"]),
    )
    labels = [column.labels for column in read.columns.values()]
    return RawTable(
        tasks,
        parts[0].table.header[parts[0].smiles],
        [
            _raw_row(part, row, number, [column[number] for column in labels], columns)
            for number, (part, row) in enumerate(rows)
        ],
        read.columns,
        notes + more_notes + read.notes,
        read.warnings,
    )


def reading_of(columns: ColumnSettings) -> Reading:
    """Return what the user says about how files are read."""
    separator = columns.get("separator")
    return Reading(
        separator=SEPARATORS[separator] if separator else None,
        decimal=columns.get("decimal"),
        encoding=columns.get("encoding"),
    )


@dataclass(frozen=True)
class _Part:
    """A file of the dataset, with the places of its columns; all of its rows."""

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


def _asked(columns: ColumnSettings) -> list[str]:
    names = [columns["smiles_column"], columns["id_column"], columns["part_column"]]
    return [name.strip() for name in [*names, *columns["tasks"]] if name]


def _part_of_dataset(table: Table, columns: ColumnSettings, has_test: bool) -> _Part:
    smiles = _smiles_column(table, columns["smiles_column"])
    id_column = _named(table, columns["id_column"], "dataset.id_column")
    # Where the test set has a file of its own, this one has no such column.
    wanted = None if has_test else columns["part_column"]
    split_column = _named(table, wanted, "split.column")
    others = [name for name in (smiles, id_column, split_column) if name is not None]
    tasks = _tasks(table, columns["tasks"], others, columns.get("not_tasks", []))
    rows = _all_rows(table)
    notes = [*table.notes, *_note_of_smiles(table, smiles)]
    if not columns["tasks"]:
        notes += _note_of_nameless(table, rows)
        notes += _note_of_features(columns.get("not_tasks", []))
    return _Part(
        table,
        rows,
        smiles=table.header.index(smiles),
        id=None if id_column is None else table.header.index(id_column),
        subset=None if split_column is None else table.header.index(split_column),
        tasks={task: table.header.index(task) for task in tasks},
        notes=notes,
    )


def _part_of_test_set(table: Table, columns: ColumnSettings, tasks: list[str]) -> _Part:
    """Find the columns of the test set's file; some tasks may lack."""
    smiles = _smiles_column(table, columns["smiles_column"], may_differ=True)
    id_column = _named(table, columns["id_column"], "dataset.id_column")
    common = [task for task in tasks if task in table.header]
    if not common:
        raise UserError(
            f"dataset.test_source: {table.name} must have a task of dataset.source "
            f"({', '.join(tasks)}); its columns are: {', '.join(table.header)}"
        )
    _refuse_repeated(table, common)
    return _Part(
        table,
        _all_rows(table),
        smiles=table.header.index(smiles),
        id=None if id_column is None else table.header.index(id_column),
        subset=None,
        tasks={task: table.header.index(task) for task in common},
        notes=[*table.notes, *_note_of_smiles(table, smiles)],
        is_test=True,
    )


def _all_rows(table: Table) -> list[TableRow]:
    rows = list(table.rows())
    if not rows:
        raise UserError(f"{table.name}: has no rows")
    return rows


def _smiles_column(table: Table, named: str, may_differ: bool = False) -> str:
    if table.smiles_column and (named == SMILES or named not in table.header):
        return table.smiles_column
    if may_differ and named.strip() not in table.header:
        named = SMILES
    return find_smiles_column(
        table.header, named.strip(), table.name, "dataset.smiles_column: "
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
    left_out = {*others, *not_tasks, *table.described}
    there = ", ".join(header)
    tasks = [name.strip() for name in wanted] or [
        name for name in header if name and name not in left_out
    ]
    if not tasks:
        raise UserError(f"{file}: has no task column; its columns are: {there}")
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


def _note_of_smiles(table: Table, smiles: str) -> list[str]:
    if smiles == table.smiles_column:
        return []
    return [f"The SMILES are in the column {smiles!r}."]


def _note_of_features(not_tasks: list[str]) -> list[str]:
    names = ", ".join(map(repr, not_tasks))
    return [f"Columns that are features are no tasks: {names}."] if names else []


def _note_of_nameless(table: Table, rows: list[TableRow]) -> list[str]:
    nameless = [index for index, name in enumerate(table.header) if not name]
    used = [index for index in nameless if any(row.cells[index] for row in rows)]
    if not used:
        return []
    return [f"Columns without a name are no tasks; there are {len(used)}."]


def _where(part: _Part, row: TableRow) -> str:
    return f"{part.table.name}, line {row.line}"


def _raw_row(
    part: _Part,
    row: TableRow,
    number: int,
    labels: list[str],
    columns: ColumnSettings,
) -> RawRow:
    where = _where(part, row)
    identifier = str(number) if part.id is None else row.cells[part.id].strip()
    if control_character(identifier):
        raise UserError(
            f"{where}, column {columns['id_column']!r}: must not have control "
            f"characters, got {shown(identifier)}"
        )
    subset = "test" if part.is_test else ""
    if part.subset is not None:
        subset = row.cells[part.subset].strip()
    smiles = row.cells[part.smiles].strip()
    # A column of the user's has SMILES even where the structure beside it is broken.
    problem = "" if smiles else row.problem
    return RawRow(number, identifier, smiles, labels, subset, where, problem)


def _label_cells(
    tasks: list[str], parts: list[_Part], columns: ColumnSettings
) -> tuple[dict[str, list[str]], list[str]]:
    """Return the cells of each task, of all files, with decimal points; and notes."""
    cells: dict[str, list[str]] = {}
    notes: dict[str, list[str]] = {}
    for task in tasks:
        cells[task] = []
        for part in parts:
            column = _cells(part, part.tasks.get(task))
            sign = _decimal_sign(part, task, column, columns)
            spelled = [with_point(cell, sign) if sign else cell for cell in column]
            cells[task] += spelled
            if spelled != column:
                meaning = "decimal commas" if sign == COMMA else "commas of thousands"
                note = f"Numbers of {part.of} have {meaning}, in the columns"
                notes.setdefault(note, []).append(task)
    return cells, [f"{note} {', '.join(names)}." for note, names in notes.items()]


def _cells(part: _Part, index: int | None) -> list[str]:
    return ["" if index is None else row.cells[index] for row in part.rows]


def _decimal_sign(
    part: _Part, task: str, column: list[str], columns: ColumnSettings
) -> str:
    """Tell a column's decimal sign; empty where commas separate the columns."""
    if part.table.separator == COMMA_SEPARATED:
        return ""
    sign = find_decimal_sign(column, columns.get("decimal"))
    if sign is None:
        example = next(cell for cell in column if "," in cell)
        raise UserError(
            f"{part.table.name}, column {task!r}: cannot tell whether {example!r} is "
            'a number with a decimal comma or a large one; write dataset.decimal: "," '
            'or dataset.decimal: "."'
        )
    return sign
