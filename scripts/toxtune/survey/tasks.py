"""Which of the columns that could be labels are the tasks of one run."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from toxtune.errors import UserError
from toxtune.survey.columns import ColumnSurvey, Content
from toxtune.survey.roles import ColumnRole
from toxtune.tasks import TaskType

# Of more columns, of several kinds, most are descriptors.
_MOST_MIXED = 20
# Where as much speaks for one type of tasks as for another.
_FIRST = (TaskType.BINARY, TaskType.REGRESSION, TaskType.MULTICLASS)


@dataclass(frozen=True)
class TaskChoice:
    """The tasks of a run.

    Attributes
    ----------
    tasks
        Columns of labels, all of one type.
    task_type
        What these labels are.
    alternatives
        Columns that could have been taken instead, or as well.
    set_aside
        Columns that are taken for descriptors, since there are so many.
    doubt
        Why columns are set aside; empty if none are.
    """

    tasks: list[ColumnRole]
    task_type: TaskType
    alternatives: list[ColumnRole]
    set_aside: list[ColumnRole]
    doubt: str = ""


def choose_tasks(
    candidates: Sequence[ColumnRole], wanted: TaskType | None = None
) -> TaskChoice:
    """Choose the tasks among columns that could be labels; there must be one.

    All tasks of a run have one type, since one metric ranks its trials. The type is
    that of most columns whose name says that they are labels, then of most columns.

    Parameters
    ----------
    candidates
        What could be labels.
    wanted
        The type, if somebody has chosen it. A column may then be taken for values
        whose whole numbers look like several classes, one of two numbers for either.

    Raises
    ------
    UserError
        If no column is of the wanted type.
    """
    if wanted is not None:
        return _of_type(candidates, wanted)
    types = {each.column.task_type for each in candidates}
    named = [each for each in candidates if each.is_named_so]
    doubt = ""
    kept = list(candidates)
    if len(candidates) > _MOST_MIXED and types != {TaskType.BINARY}:
        kept = named or kept[:1]
        doubt = (
            "the names of others say that they are labels"
            if named
            else "there are so many, and no name says which are labels"
        )
    by_type = {
        kind: [each for each in kept if each.column.task_type == kind]
        for kind in _FIRST
    }
    task_type = max(
        _FIRST,
        key=lambda kind: (
            sum(each.is_named_so for each in by_type[kind]),
            len(by_type[kind]),
            -_FIRST.index(kind),
        ),
    )
    tasks = by_type[task_type]
    alternatives = [each for each in kept if each.column.task_type != task_type]
    return TaskChoice(
        tasks=tasks,
        task_type=task_type,
        alternatives=alternatives,
        set_aside=[each for each in candidates if each not in kept],
        doubt=doubt,
    )


def _of_type(candidates: Sequence[ColumnRole], wanted: TaskType) -> TaskChoice:
    def fits(column: ColumnSurvey) -> bool:
        is_number = column.lowest is not None
        if column.task_type == TaskType.BINARY and column.strange:
            return wanted in {TaskType.BINARY, TaskType.MULTICLASS}
        as_values = wanted == TaskType.REGRESSION and is_number
        return column.task_type == wanted or (
            as_values and column.task_type == TaskType.MULTICLASS
        )

    candidates = [_two_numbers_as(wanted, each) for each in candidates]
    tasks = [each for each in candidates if fits(each.column)]
    if not tasks:
        found = ", ".join(
            f"{each.column.name} ({each.column.content})" for each in candidates
        )
        raise UserError(f"--metric: is for {wanted} labels, and there are {found}")
    named = [each for each in tasks if each.is_named_so]
    many = len(tasks) > _MOST_MIXED and wanted != TaskType.BINARY
    kept = (named or tasks[:1]) if many else tasks
    return TaskChoice(
        tasks=kept,
        task_type=wanted,
        alternatives=[],
        set_aside=[each for each in tasks if each not in kept],
        doubt="they are many" if len(kept) < len(tasks) else "",
    )


def _two_numbers_as(wanted: TaskType, role: ColumnRole) -> ColumnRole:
    """Take a column of two numbers for classes or values, as somebody wants it."""
    kinds = {
        TaskType.BINARY: Content.TWO_CLASSES,
        TaskType.REGRESSION: Content.VALUES,
    }
    if not role.column.two_numbers or wanted not in kinds:
        return role
    return replace(role, column=replace(role.column, content=kinds[wanted]))
