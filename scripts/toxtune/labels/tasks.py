"""Reading the labels of all tasks of a table, and saying what was taken for what."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from toxtune.errors import UserError
from toxtune.labels.column import (
    Bounds,
    LabelColumn,
    LabelSettings,
    read_column,
)
from toxtune.labels.faults import LabelFault
from toxtune.labels.words import bound_in, number_in, plain, same_number
from toxtune.tasks import TaskType
from toxtune.text import did_you_mean, shown

# ``dataset.labels``: word to class, or task to such a mapping.
Words = Mapping[str, Any]

# Trees of scikit-learn split no molecules whose values have an SD below 1.5e-8: of
# values with this one, the last hundredth is lost.
LEAST_SD = 1e-6

# Tasks, or words, that a sentence names.
MOST_NAMED = 4

IF_NO_TASK = "; if it is no task, list the tasks in dataset.tasks"


@dataclass(frozen=True)
class TaskLabels:
    """The labels of a table.

    Attributes
    ----------
    columns
        Of each task.
    notes, warnings
        What was taken for what, and what looks wrong: sentences for people.
    """

    columns: dict[str, LabelColumn]
    notes: list[str]
    warnings: list[str]


def label_words(key: str, words: Words) -> Iterator[tuple[str, Words]]:
    """Yield the words for all tasks, then those of each task, with their keys."""
    yield key, {word: to for word, to in words.items() if not isinstance(to, Mapping)}
    for task, own in words.items():
        if isinstance(own, Mapping):
            yield f"{key}.{task}", own


def words_of(task: str, words: Words) -> dict[str, float | None]:
    """Return what the user says of a task's words: for all tasks, then for this one."""
    common = {word: to for word, to in words.items() if not isinstance(to, Mapping)}
    own = words.get(task)
    return {**common, **(own if isinstance(own, Mapping) else {})}


def read_task_labels(
    cells: Mapping[str, Sequence[str]],
    wheres: Sequence[str],
    *,
    task_type: TaskType,
    words: Words,
    bounds: Bounds,
    are_asked_for: bool,
) -> TaskLabels:
    """Read the labels of all tasks.

    Parameters
    ----------
    cells
        Task to the cells of its column.
    wheres
        File and line of each row, for messages.
    task_type
        Of the tasks.
    words
        ``dataset.labels``.
    bounds
        ``dataset.bounds``.
    are_asked_for
        Whether the user named the tasks; else a column may be none.

    Raises
    ------
    UserError
        If a column cannot be read; with line, column, label, and what to write.
    """
    _refuse_unknown_tasks(words, cells)
    columns = {}
    for task, column in cells.items():
        settings = LabelSettings(task_type, words_of(task, words), bounds)
        try:
            columns[task] = read_column(column, settings)
        except LabelFault as fault:
            row = next(
                row for row, cell in enumerate(column) if plain(cell) == fault.word
            )
            raise UserError(
                f"{wheres[row]}, column {task!r}: {fault.rule}, got "
                f"{shown(column[row])}; {fault.advice}"
                + ("" if are_asked_for else IF_NO_TASK)
            ) from None
    return TaskLabels(
        columns,
        notes=[
            *_class_notes(columns),
            *_missing_note(columns),
            *_bounds_note(columns, bounds),
        ],
        warnings=[
            *_unused_words(columns, words, cells),
            *(_tiny_values(columns) if task_type == TaskType.REGRESSION else []),
        ],
    )


def _refuse_unknown_tasks(words: Words, tasks: Iterable[str]) -> None:
    for task, own in words.items():
        if isinstance(own, Mapping) and task not in tasks:
            raise UserError(
                f"dataset.labels: {task!r} is no task, but has words of its own; the "
                f"tasks are {_named(list(tasks))}"
            )


def _class_notes(columns: Mapping[str, LabelColumn]) -> Iterable[str]:
    """Say which words are which class, once for all tasks that have the same."""
    alike: defaultdict[str, list[str]] = defaultdict(list)
    for task, column in columns.items():
        if column.classes:
            classes = [
                f"{name!r} is class {number}"
                for number, name in enumerate(column.classes)
                # A class that the column does not have is called by its number.
                if str(number) in column.labels
            ]
            alike[", ".join(classes)].append(task)
    for words, tasks in alike.items():
        yield f"Labels of {_named(tasks)}: {words}."


def _missing_note(columns: Mapping[str, LabelColumn]) -> Iterable[str]:
    """Say which words are missing labels."""
    missing: Counter[str] = Counter()
    for column in columns.values():
        missing += column.missing
    if missing:
        words = [f"{word!r} ({count:,})" for word, count in missing.most_common()]
        yield f"Taken for a missing label, besides empty cells: {_named(words)}."


def _bounds_note(columns: Mapping[str, LabelColumn], bounds: Bounds) -> Iterable[str]:
    """Say what became of labels such as ``<5``."""
    having = [
        f"{len(column.bounds):,} of {task}"
        for task, column in columns.items()
        if column.bounds
    ]
    if having:
        done = "left out" if bounds == Bounds.DROP else "taken as the number itself"
        yield (
            f"Labels with <, > or ~ are {done} (dataset.bounds: {bounds}): "
            f"{_named(having)}."
        )


def _unused_words(
    columns: Mapping[str, LabelColumn],
    words: Words,
    cells: Mapping[str, Sequence[str]],
) -> Iterable[str]:
    """Warn of words of the user that no column has: they may be misspelled."""
    if not words:
        return
    texts = {cell for column in cells.values() for cell in column}
    found = {same_number(plain(text)) for text in texts}
    # A number is near many others, and is none of them.
    near = sorted(text.strip() for text in texts if _is_word(plain(text)))
    named = [word for task in columns for word in words_of(task, words)]
    for word in dict.fromkeys(named):
        if same_number(plain(word)) not in found:
            hint = did_you_mean(word, near) or "."
            yield f"dataset.labels names {word!r}, which no task column has{hint}"


def _tiny_values(columns: Mapping[str, LabelColumn]) -> Iterable[str]:
    """Warn of values whose differences scikit-learn's trees take for rounding."""
    for task, column in columns.items():
        values = [float(label) for label in column.labels if label]
        sd = np.std(values, ddof=1) if len(values) > 1 else 0
        if 0 < sd < LEAST_SD:
            yield (
                f"Values of {task} hardly differ (SD {sd:.1g}), and forests take such "
                "differences for none: write them in a smaller unit, such as nM in "
                "place of M, or their logarithms."
            )


def _is_word(label: str) -> bool:
    return number_in(label) is None and bound_in(label) is None


def _named(names: Sequence[str]) -> str:
    """Join names; of many, the first."""
    if len(names) <= MOST_NAMED:
        return ", ".join(names)
    return f"{', '.join(names[:MOST_NAMED])} and {len(names) - MOST_NAMED} others"
