"""The settings without which the labels of a new table could not be read."""

from collections.abc import Mapping, Sequence
from typing import Any

from toxtune.errors import UserError
from toxtune.labels.column import Bounds, LabelColumn, LabelSettings, read_column
from toxtune.labels.faults import LabelFault
from toxtune.labels.tasks import words_of
from toxtune.labels.words import number_in
from toxtune.survey.columns import ColumnSurvey, Content
from toxtune.tasks import TaskType

# With fewer labels that are no bounds, bounds are better than nothing.
_LEAST_PLAIN = 50


def choose_label_settings(
    columns: Sequence[ColumnSurvey], task_type: TaskType
) -> dict[str, Any]:
    """Return further settings of ``dataset``, for the tasks of a run; often none."""
    settings: dict[str, Any] = {}
    words: dict[str, Any] = {}
    for column in columns:
        # Whoever wants several classes wants these, too.
        is_class = task_type == TaskType.MULTICLASS and not has_several(column)
        if column.strange and not is_class:
            words[column.name] = dict.fromkeys(column.strange)
        if pair := unknown_classes(column):
            first, second = pair
            words[column.name] = {first: 0, second: 1, **words.get(column.name, {})}
    if words:
        settings["labels"] = words
    if task_type == TaskType.REGRESSION and any(each.bounds for each in columns):
        plain = sum(column.filled - column.bounds for column in columns)
        bounds = Bounds.DROP if plain >= _LEAST_PLAIN else Bounds.VALUE
        settings["bounds"] = bounds.value
    return settings


def has_several(column: ColumnSurvey) -> bool:
    """Whether it has several classes, or values, without what is strange in it."""
    return column.task_type != TaskType.BINARY


def has_unknown_words(column: ColumnSurvey) -> bool:
    """Whether it has two words for classes, and it is unknown which is which."""
    return column.content == Content.WORDS and column.task_type == TaskType.BINARY


def has_unknown_numbers(column: ColumnSurvey) -> bool:
    """Whether it has two numbers for classes, and it is unknown which is which."""
    return column.content == Content.TWO_CLASSES and bool(column.two_numbers)


def unknown_classes(column: ColumnSurvey) -> list[str]:
    """Return what is taken for class 0 and 1 where nothing says so; else nothing."""
    if has_unknown_numbers(column):
        return [repr(number).removesuffix(".0") for number in column.two_numbers]
    # What is looked for is mostly rare.
    return list(column.counts) if has_unknown_words(column) else []


def read_labels(
    column: ColumnSurvey,
    cells: Sequence[str],
    task_type: TaskType,
    settings: dict[str, Any],
) -> LabelColumn:
    """Read the labels of a column as curation will.

    Raises
    ------
    UserError
        If they cannot be read.
    """
    reading = LabelSettings(
        task_type,
        words_of(column.name, settings.get("labels", {})),
        Bounds(settings.get("bounds", Bounds.REFUSE)),
    )
    try:
        return read_column(cells, reading)
    except LabelFault as fault:
        raise UserError(f"column {column.name!r}: {fault}") from None


def words_of_class_1(read: Mapping[str, LabelColumn]) -> dict[str, str]:
    """Map tasks of two classes to the word of class 1, where that is not 1 itself."""
    words = {name: each.classes[1] for name, each in read.items() if each.classes[1:]}
    return {name: word for name, word in words.items() if number_in(word) != 1}
