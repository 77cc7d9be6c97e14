"""Reading a table of any kind, to look at it."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from toxtune.errors import UserError
from toxtune.survey.table import TableSurvey, Wishes, survey_table
from toxtune.survey.words import counted
from toxtune.tables.decimals import doubtful_number, find_decimal_sign, with_point
from toxtune.tables.table import Table
from toxtune.tables.tables import open_table


def survey_file(path: Path, wishes: Wishes = Wishes()) -> TableSurvey:  # noqa: B008
    """Look at the table in a file; see `toxtune.survey.table.survey_table`.

    Raises
    ------
    UserError
        If it cannot be read, or is not such a table.
    """
    asked = [*wishes.tasks, *filter(None, [wishes.smiles_column])]
    table = open_table(path, reading=wishes.reading, asked=asked)
    # A column can be chosen only by a name of its own.
    columns = [
        (name, index)
        for index, name in enumerate(table.header)
        if name and table.header.count(name) == 1
    ]
    found = list(table.rows())
    if not found:
        raise UserError(f"{path}: has no rows")
    rows = [[row.cells[index] for _, index in columns] for row in found]
    header = [name for name, _ in columns]
    notes = [*table.notes]
    if unusable := len(table.header) - len(columns):
        nameless = counted(unusable, "column")
        notes.append(f"Without a name, or with that of another: {nameless}, not used.")
    rows, undecided = _with_points(rows, table, wishes.reading.decimal)
    questions = {
        header[index]: _question(header[index], [row[index] for row in rows])
        for index in undecided
    }
    notes += list(questions.values())[:1]
    try:
        survey = survey_table(header, rows, wishes)
    except UserError as error:
        raise UserError(" ".join([f"{path}: {error}.", *notes])) from None
    for task in survey.tasks.tasks:
        if task.column.name in questions:
            raise UserError(f"{path}: {questions[task.column.name]}")
    return replace(survey, notes=notes, lines=[row.line for row in found])


def _with_points(
    rows: Sequence[Sequence[str]], table: Table, decimal: str | None
) -> tuple[list[list[str]], list[int]]:
    """Spell numbers with decimal points; also tell where that could not be decided."""
    columns = [list(column) for column in zip(*rows, strict=True)]
    undecided = []
    for index, column in enumerate(columns):
        sign = find_decimal_sign(
            column, decimal, points_may_group=table.points_may_group
        )
        if sign is None:
            undecided.append(index)
        else:
            columns[index] = [with_point(cell, sign) for cell in column]
    return [list(row) for row in zip(*columns, strict=True)], undecided


def _question(name: str, column: Sequence[str]) -> str:
    return (
        f"Numbers such as {doubtful_number(column)} in column {name} may have a "
        'decimal sign, or be large: write --decimal "," if a comma is the decimal '
        'sign, or --decimal "." if a point is.'
    )
