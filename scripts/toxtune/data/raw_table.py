"""Read the dataset's CSV as the user wrote it, and name what is wrong with it."""

import csv
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import NotRequired, TypedDict

from toxtune.data.labels import LEGAL, detect_task_type, read_label
from toxtune.data.subsets import KEYS, SPLIT_COLUMN
from toxtune.errors import UserError
from toxtune.io.csv_rows import read_rows
from toxtune.io.files import whole_file
from toxtune.tasks import TaskType
from toxtune.text import control_character, shown

MAX_NAME = 200


# Names of other columns in tables that have a column for each task.
RESERVED = {*KEYS, SPLIT_COLUMN, "family", "seed", "mean"}


class ColumnSettings(TypedDict):
    """How the columns of the dataset's table are read.

    ``part_column`` says in which set a molecule is, or when it was measured. The names
    of these settings are part of a dataset's id and stay as they were first.
    """

    smiles_column: str
    id_column: str | None
    part_column: str | None
    tasks: list[str]
    task_type: TaskType
    standardize: str
    merge: str
    permute_labels: NotRequired[int]


@dataclass(frozen=True)
class RawRow:
    """One molecule as the file has it; `row` counts the data rows from 0."""

    row: int
    id: str
    smiles: str
    labels: list[str]
    subset: str


@dataclass(frozen=True)
class RawTable:
    """The columns of a table that the configuration names.

    Attributes
    ----------
    tasks
        Their names.
    rows
        With labels as `toxtune.data.labels.read_label` spells them.
    notes, warnings
        What was taken for what, and what looks wrong: sentences for people.
    """

    tasks: list[str]
    rows: list[RawRow]
    notes: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def read_raw(path: Path, columns: ColumnSettings) -> RawTable:
    """Read the columns of the dataset that the configuration names.

    Parameters
    ----------
    path
        A CSV file with a header; blank lines do not count.
    columns
        ``smiles_column`` (a name), ``id_column`` and ``part_column`` (a name or
        None), ``tasks`` (names; empty = all columns but those three), ``task_type`` (of
        the tasks, see `toxtune.tasks`).

    Raises
    ------
    UserError
        If the table or a label is not as described; the message names the column,
        or the line of the file counted from 1.
    """
    header, lines = read_lines(path)
    tasks = _check_columns(path, header, columns)
    position = {name: index for index, name in enumerate(header)}
    smiles_index = position[columns["smiles_column"]]
    id_index, part_index = (
        None if name is None else position[name]
        for name in (columns["id_column"], columns["part_column"])
    )
    rows = []
    for row, (line, cells) in enumerate(lines):
        labels = []
        for task in tasks:
            label = read_label(cells[position[task]], columns["task_type"])
            if label is None:
                column = [cells[position[task]] for _, cells in lines]
                where = f"{path}, line {line}, column {task!r}"
                raise UserError(_refusal(where, cells[position[task]], column, columns))
            labels.append(label)
        identifier = str(row) if id_index is None else cells[id_index].strip()
        if control_character(identifier):
            raise UserError(
                f"{path}, line {line}, column {columns['id_column']!r}: must not have "
                f"control characters, got {shown(identifier)}"
            )
        subset = "" if part_index is None else cells[part_index].strip()
        smiles = cells[smiles_index].strip()
        rows.append(RawRow(row, identifier, smiles, labels, subset))
    return RawTable(tasks, rows)


def read_lines(path: Path) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Return the header and, for each row, the line it ends on and its cells.

    Raises
    ------
    UserError
        If it is no table with a row, or two columns have one name.
    """
    rows = list(read_rows(path))
    if len(rows) < 2:
        raise UserError(f"{path}: has no rows")
    (_, header), *rows = rows
    if repeated := [name for name, count in Counter(header).items() if count > 1]:
        raise UserError(
            f"{path}: column names must differ, repeated: {', '.join(repeated)}"
        )
    return header, rows


def _check_columns(path: Path, header: list[str], columns: ColumnSettings) -> list[str]:
    """Return the names of the tasks, after checking all names."""
    there = ", ".join(header)
    named = {
        "smiles_column": columns["smiles_column"],
        "id_column": columns["id_column"],
        "part_column": columns["part_column"],
    }
    not_tasks = {name for name in named.values() if name is not None}
    for key, name in named.items():
        if name is not None and name not in header:
            raise UserError(
                f"{path}: has no column {name!r} ({key}); its columns are: {there}"
            )
    tasks = columns["tasks"] or [name for name in header if name not in not_tasks]
    if not tasks:
        raise UserError(f"{path}: has no task column; its columns are: {there}")
    if unknown := [task for task in tasks if task not in header]:
        raise UserError(
            f"dataset.tasks: {path} has no column {', '.join(unknown)}; "
            f"its columns are: {there}"
        )
    taken = RESERVED | not_tasks
    for task in tasks:
        legal = 0 < len(task) <= MAX_NAME and not control_character(task)
        if task in taken or not legal:
            raise UserError(
                f"dataset.tasks: {shown(task)} in {path} cannot be a task: rename the "
                "column, or list the task columns in dataset.tasks; a name must have "
                f"1 to {MAX_NAME} characters, no control characters among them, and "
                f"be none of {', '.join(sorted(taken))}"
            )
    return list(tasks)


def _refusal(where: str, text: str, column: list[str], columns: ColumnSettings) -> str:
    """Say what is wrong with a label, and what the whole column looks like."""
    hint = ""
    if all(read_label(each, TaskType.REGRESSION) is not None for each in column):
        hint = (
            f"; the column looks like {detect_task_type(column)}: choose an "
            "objective.metric for that"
        )
    if not columns["tasks"]:
        hint += "; if it is no task, list the tasks in dataset.tasks"
    return (
        f"{where}: a label must be {LEGAL[columns['task_type']]}, got {shown(text)}; "
        f"objective.metric is for {columns['task_type']} tasks{hint}"
    )


def join_test_source(main: Path, test: Path, needed: list[str], raw: Path) -> None:
    """Write the rows of both tables to `raw`, with a last column that says ``test``.

    The columns are those of `main`; in `test` they may stand in another order, and some
    may lack, except for the `needed` ones: SMILES and ids.

    Raises
    ------
    UserError
        If a table cannot be read, or `test` has not the needed columns and a task.
    """
    header, rows = read_lines(main)
    test_header, test_rows = read_lines(test)
    if SPLIT_COLUMN in header:
        raise UserError(
            f"dataset.source: a column must not be named {SPLIT_COLUMN!r} where there "
            "is a dataset.test_source; rename it"
        )
    common = [name for name in header if name in test_header]
    if not set(needed) < set(common):
        raise UserError(
            f"dataset.test_source: must have {' and '.join(needed)} and tasks of "
            f"dataset.source ({', '.join(header)}), got {', '.join(test_header)}"
        )
    position = {name: test_header.index(name) for name in common}
    with whole_file(raw) as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow([*header, SPLIT_COLUMN])
        writer.writerows([*cells, ""] for _, cells in rows)
        for _, cells in test_rows:
            row = (cells[position[n]] if n in position else "" for n in header)
            writer.writerow([*row, "test"])
