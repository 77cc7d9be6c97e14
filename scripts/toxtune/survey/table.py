"""A look at a table of molecules: what its columns are, and what is in them."""

import math
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from toxtune.errors import UserError
from toxtune.molecules.reactions import refuse_reactions
from toxtune.survey.columns import (
    ColumnSurvey,
    Content,
    number_of,
    survey_column,
    survey_rows,
)
from toxtune.survey.companions import about_companions, without_twins
from toxtune.survey.counts import count_labels, count_torn
from toxtune.survey.labels import (
    choose_label_settings,
    read_labels,
    words_of_class_1,
)
from toxtune.survey.names import is_smiles_name
from toxtune.survey.roles import (
    ColumnRole,
    Role,
    find_roles,
    sets_of,
)
from toxtune.survey.structures import (
    StructureSurvey,
    share_of_smiles,
    survey_structures,
)
from toxtune.survey.tasks import TaskChoice, choose_tasks
from toxtune.survey.times import TimesSurvey, survey_times
from toxtune.tables.smiles_column import without_header
from toxtune.tables.text_files import Reading
from toxtune.tasks import TaskType
from toxtune.text import did_you_mean

_LEAST_READABLE = 0.5
_TRIED = 30


@dataclass(frozen=True)
class Wishes:
    """What somebody says about a table before it is looked at.

    Attributes
    ----------
    tasks
        The columns to learn; empty to look for them.
    task_type
        What their labels are; ``None`` to go by their looks.
    smiles_column
        The column with the structures; empty to look for it.
    reading
        How the file is to be read, where it does not tell.
    """

    tasks: tuple[str, ...] = ()
    task_type: TaskType | None = None
    smiles_column: str = ""
    reading: Reading = Reading(prefix="--")


@dataclass(frozen=True)
class TableSurvey:
    """What was seen in a table.

    Attributes
    ----------
    rows
        How many there are.
    structures
        What the structures are.
    roles
        What each column is for, in the order of the table.
    tasks
        The columns with the labels to learn.
    molecules
        Of each task, how many different compounds have a label.
    rarest
        Of each task, how many of these have the rarest class; all for values.
    class_1
        Of each task, how many of these have class 1; all for values.
    contradicting
        How many compounds have rows with different labels of a task.
    sets
        The column that names the sets of a split, and the rows of each set.
    torn
        How many molecules that column puts into several sets.
    positives
        Of each task of two classes by words, the word of class 1.
    label_settings
        Settings of ``dataset`` by which labels are read.
    companions
        Which columns give the values of the tasks another meaning: sentences.
    times
        What is known of the first column of dates.
    notes
        What the reader took for what: sentences for people.
    lines
        Where each row is in the file.
    """

    rows: int
    structures: StructureSurvey
    roles: list[ColumnRole]
    tasks: TaskChoice
    molecules: dict[str, int]
    rarest: dict[str, int]
    class_1: dict[str, int]
    contradicting: int
    sets: dict[str, int]
    torn: int
    positives: dict[str, str] = field(default_factory=dict)
    label_settings: dict[str, Any] = field(default_factory=dict)
    companions: list[str] = field(default_factory=list)
    times: TimesSurvey | None = None
    notes: list[str] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)

    def column(self, role: Role) -> ColumnSurvey | None:
        """Return the first column that is for something, if there is one."""
        return next((each.column for each in self.roles if each.role == role), None)

    @property
    def smiles(self) -> str:
        """The name of the column with the structures."""
        column = self.column(Role.SMILES)
        assert column is not None
        return column.name


def survey_table(
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    wishes: Wishes = Wishes(),  # noqa: B008
) -> TableSurvey:
    """Look at a table.

    Parameters
    ----------
    header, rows
        Names of the columns, and the cells, with a decimal point in numbers.
    wishes
        What somebody has said already.

    Raises
    ------
    UserError
        If no column has structures, or none could be labels.
    """
    cells = dict(zip(header, zip(*rows, strict=True), strict=True))
    columns = [survey_column(name, cells[name]) for name in header]
    smiles = find_smiles(columns, cells, wishes.smiles_column)
    structures = survey_structures(cells[smiles])
    there = [
        bool(cell.strip()) and row not in structures.unreadable
        for row, cell in enumerate(cells[smiles])
    ]
    if not all(there):
        # Such rows are dropped: units, or a mean, say nothing about a column. But they
        # are counted by what counts the rows.
        columns = [
            each if each.is_running_number else survey_rows(name, cells[name], there)
            for name, each in zip(header, columns, strict=True)
        ]
    computed = {
        column.name
        for column in columns
        if (column.content in {Content.VALUES, Content.CLASSES} or column.two_numbers)
        and structures.agrees(_numbers(cells[column.name], structures))
    }
    roles = find_roles(columns, smiles, computed)
    told = wishes.tasks
    roles = _as_told(roles, told) if told else without_twins(roles, cells)
    candidates = [each for each in roles if each.role == Role.LABELS]
    if not candidates:
        found = ", ".join(f"{each.column.name} ({each.reason})" for each in roles)
        raise UserError(
            "no column could be labels, which are 0 and 1, classes, or values; its "
            f"columns are: {found}"
        )
    choice = choose_tasks(candidates, wishes.task_type)
    chosen = [each.column for each in choice.tasks]
    settings = choose_label_settings(chosen, choice.task_type)
    read = {
        each.name: read_labels(each, cells[each.name], choice.task_type, settings)
        for each in chosen
    }
    labels = {name: column.labels for name, column in read.items()}
    counts = {
        name: count_labels(each, structures, choice.task_type)
        for name, each in labels.items()
    }
    sets = next((each.column for each in roles if each.role == Role.SETS), None)
    return TableSurvey(
        rows=len(rows),
        structures=structures,
        roles=roles,
        tasks=choice,
        molecules={name: each.molecules for name, each in counts.items()},
        rarest={name: each.rarest for name, each in counts.items()},
        class_1={name: each.class_1 for name, each in counts.items()},
        contradicting=max((each.contradicting for each in counts.values()), default=0),
        sets=sets_of(sets.counts) if sets else {},
        torn=count_torn(cells[sets.name], structures) if sets else 0,
        positives=words_of_class_1(read) if choice.task_type == TaskType.BINARY else {},
        label_settings=settings,
        companions=about_companions(columns, cells, labels)
        if choice.task_type == TaskType.REGRESSION
        else [],
        times=survey_times(roles, cells),
    )


def find_smiles(
    columns: Sequence[ColumnSurvey],
    cells: Mapping[str, Sequence[str]],
    told: str = "",
) -> str:
    """Name the column of the structures: by its name, or by what RDKit can read.

    `told` is what somebody has said it is called.

    Raises
    ------
    UserError
        If no column is one, or the table begins with a molecule in place of names.
    """
    if told and told not in cells:
        raise UserError(
            f"--smiles-column: there is no column {told!r}{did_you_mean(told, cells)}; "
            f"its columns are: {', '.join(cells)}"
        )
    filled = [column for column in columns if column.filled]
    filled = [column for column in filled if not told or column.name == told]
    named = [column.name for column in filled if is_smiles_name(column.name)]
    texts = [column.name for column in filled if column.content == Content.TEXT]
    for name in [*named, *texts]:
        tried = [cell for cell in cells[name] if cell.strip()][:_TRIED]
        if share_of_smiles(tried) >= _LEAST_READABLE:
            if not told and (lost := without_header([name])):
                raise UserError(f"the first line must name the columns{lost}")
            return name
    for name in [*named, *texts]:
        refuse_reactions(cells[name], f"column {name!r}")
    raise UserError(
        "no column has SMILES that RDKit can read; its columns are: "
        + ", ".join(column.name for column in columns)
        + "; what stands above the line that names them must go"
    )


def _names_in(text: str, there: Container[str]) -> list[str]:
    """Return the columns that a text names: one, or several with commas or blanks."""
    for names in ([text], [name.strip() for name in text.split(",")], text.split()):
        if all(name in there for name in names):
            return names
    return [text]


def _as_told(roles: list[ColumnRole], tasks: Sequence[str]) -> list[ColumnRole]:
    """Return the roles where somebody has said which columns are the labels.

    Raises
    ------
    UserError
        If there is no such column, or its cells could be no labels.
    """
    there = {each.column.name: each for each in roles}
    tasks = [name for text in tasks for name in _names_in(text, there)]
    for name in tasks:
        if name not in there:
            raise UserError(
                f"--tasks: there is no column {name!r}{did_you_mean(name, there)}; its "
                f"columns are: {', '.join(there)}"
            )
        if there[name].column.task_type is None:
            column = there[name].column
            content = column.problem or column.content
            raise UserError(f"--tasks: column {name!r} could be no labels: {content}")
    return [
        ColumnRole(each.column, Role.LABELS, "as told", is_named_so=True)
        if each.column.name in tasks
        else ColumnRole(each.column, Role.OTHER, "not asked for")
        if each.role == Role.LABELS
        else each
        for each in roles
    ]


def _numbers(cells: Sequence[str], structures: StructureSurvey) -> list[float]:
    found = [number_of(cells[row].strip()) for row in structures.compared]
    return [math.nan if number is None else number for number in found]
