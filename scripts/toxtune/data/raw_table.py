"""Read the dataset's table as the user wrote it, and name what is wrong with it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from toxtune.data.column_settings import ColumnSettings
from toxtune.data.dataset_files import (
    DatasetFile,
    asked_columns,
    file_of_dataset,
    file_of_test_set,
)
from toxtune.data.kept_files import UserFile
from toxtune.errors import UserError
from toxtune.io.csv_rows import COMMA as COMMA_SEPARATED
from toxtune.io.csv_rows import SEPARATORS
from toxtune.labels.column import Bounds, LabelColumn
from toxtune.labels.tasks import read_task_labels
from toxtune.tables.decimals import (
    COMMA,
    doubtful_number,
    find_decimal_sign,
    with_point,
)
from toxtune.tables.table import TableRow
from toxtune.tables.tables import open_table
from toxtune.tables.text_files import Reading
from toxtune.tasks import TaskType
from toxtune.text import control_character, shown


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
        `toxtune.labels.tasks.read_task_labels`).
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
    asked = asked_columns(columns)
    table = open_table(path, name, reading_of(columns), asked)
    parts = [file_of_dataset(table, columns, has_test=test is not None)]
    tasks = list(parts[0].tasks)
    notes = parts[0].notes
    if test is not None:
        table = open_table(test.path, test.name, reading_of(columns), asked)
        parts.append(file_of_test_set(table, columns, tasks))
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
    # The test set's rows come last, and have no label where its file lacks the task.
    labels = [
        column.labels + [""] * (len(rows) - len(column.labels))
        for column in read.columns.values()
    ]
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


def reading_of(columns: Mapping[str, Any]) -> Reading:
    """Return what the user says about how files are read; see `ReadingSettings`."""
    separator = columns.get("separator")
    return Reading(
        separator=SEPARATORS[separator] if separator else None,
        decimal=columns.get("decimal"),
        encoding=columns.get("encoding"),
    )


def _where(part: DatasetFile, row: TableRow) -> str:
    return f"{part.table.name}, line {row.line}"


def _raw_row(
    part: DatasetFile,
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
    tasks: list[str], parts: list[DatasetFile], columns: ColumnSettings
) -> tuple[dict[str, list[str]], list[str]]:
    """Return the cells of each task, with decimal points; and notes.

    Files that lack a task add none: a cell that is not there is no empty one, for which
    the user may have a word.
    """
    cells: dict[str, list[str]] = {}
    notes: dict[str, list[str]] = {}
    for task in tasks:
        cells[task] = []
        for part in (part for part in parts if task in part.tasks):
            column = [row.cells[part.tasks[task]] for row in part.rows]
            sign = _decimal_sign(part, task, column, columns)
            spelled = [with_point(cell, sign) if sign else cell for cell in column]
            cells[task] += spelled
            if spelled != column:
                meaning = _meaning(column, sign)
                note = f"Numbers of {part.of} have {meaning}, in the columns"
                notes.setdefault(note, []).append(task)
    return cells, [f"{note} {', '.join(names)}." for note, names in notes.items()]


def _meaning(column: list[str], sign: str) -> str:
    """Say what was made of the signs in a column's numbers."""
    if sign != COMMA:
        return "commas of thousands"
    has_commas = any("," in cell for cell in column)
    return "decimal commas" if has_commas else "points of thousands"


def _decimal_sign(
    part: DatasetFile, task: str, column: list[str], columns: ColumnSettings
) -> str:
    """Tell a column's decimal sign; empty if it is not looked for."""
    # Where commas separate the columns, a quoted one may be a part of a word.
    is_quoted = part.table.separator == COMMA_SEPARATED
    if is_quoted and columns["task_type"] != TaskType.REGRESSION:
        return ""
    sign = find_decimal_sign(
        column,
        columns.get("decimal"),
        points_may_group=part.table.points_may_group,
    )
    if sign is None:
        raise UserError(
            f"{part.table.name}, column {task!r}: cannot tell whether the sign in "
            f"{doubtful_number(column)!r} is a decimal one or stands between "
            'thousands; write dataset.decimal: "," where a comma is the decimal sign, '
            'or dataset.decimal: "." where a point is'
        )
    return sign
