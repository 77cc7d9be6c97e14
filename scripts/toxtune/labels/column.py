"""Reading the labels of one column: what its cells mean together.

A cell alone does not tell: a dash is a missing label, or the partner of a plus.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from toxtune.labels.faults import of_classes, of_partners, of_values
from toxtune.labels.legal import MAX_CLASSES, MAX_VALUE
from toxtune.labels.words import (
    MINUS,
    MISSING,
    PLUS,
    bound_in,
    number_in,
    plain,
    same_number,
    two_classes,
)
from toxtune.tasks import TaskType


class Bounds(StrEnum):
    """What is done with a label such as ``<5``: ``dataset.bounds``."""

    REFUSE = "refuse"
    DROP = "drop"
    VALUE = "value"


@dataclass(frozen=True)
class LabelSettings:
    """How the labels of a column are read.

    Attributes
    ----------
    task_type
        Of the task.
    words
        Word, in any case, to its class or value; ``None`` for a missing label.
    bounds
        What is done with a label such as ``<5``; matters for values alone.
    """

    task_type: TaskType
    words: Mapping[str, float | None] = field(default_factory=dict)
    bounds: Bounds = Bounds.REFUSE


@dataclass(frozen=True)
class LabelColumn:
    """The labels of a column.

    Attributes
    ----------
    labels
        One for each cell as it is written to molecules.csv: the class, or the value as
        Python spells it; empty = missing.
    classes
        What the column calls class 0, 1, ...; empty where it numbers them so itself.
    words
        Each plain word of the column to its class, or ``None`` for missing; without
        those that mean the same in any column.
    missing
        How often a word stands for a missing label; empty cells do not count.
    bounds
        Row to the cell, of labels such as ``<5``.
    """

    labels: list[str]
    classes: list[str]
    words: dict[str, int | None]
    missing: Counter[str]
    bounds: dict[int, str]


def read_column(cells: Sequence[str], settings: LabelSettings) -> LabelColumn:
    """Read the labels of a column.

    Parameters
    ----------
    cells
        As they stand in the table.
    settings
        How they are read.

    Raises
    ------
    LabelFault
        If they do not fit the task type, or cannot be decided; it says what to do.

    Examples
    --------
    >>> column = read_column(["Yes", "no", "n.d."], LabelSettings(TaskType.BINARY))
    >>> column.labels, column.classes, dict(column.missing)
    (['1', '0', ''], ['no', 'Yes'], {'n.d.': 1})
    """
    spellings: dict[str, Counter[str]] = {}
    for cell, count in Counter(cells).items():
        spellings.setdefault(plain(cell), Counter())[" ".join(cell.split())] += count
    meanings, rest = _known(spellings, settings)
    if settings.task_type == TaskType.REGRESSION:
        labels = _values(rest, settings.bounds)
    else:
        labels = _classes(rest, meanings, settings)
    is_class = settings.task_type != TaskType.REGRESSION
    labels |= {word: _spelled(value, is_class) for word, value in meanings.items()}
    words = [plain(cell) for cell in cells]
    # One that the user names means what the user says.
    bounds = set() if is_class else {word for word in rest if bound_in(word)}
    return LabelColumn(
        labels=[labels[word] for word in words],
        classes=_names(labels, spellings, settings.task_type),
        words=_mapping(labels, settings.task_type),
        missing=Counter(
            {
                spelling: count
                for word in labels
                if word and not labels[word] and word not in bounds
                for spelling, count in spellings[word].items()
            }
        ),
        bounds={row: cells[row] for row, word in enumerate(words) if word in bounds},
    )


def _known(
    spellings: Iterable[str], settings: LabelSettings
) -> tuple[dict[str, float | None], list[str]]:
    """Return the words that the user names or that are missing, and all the others."""
    named = {plain(word): value for word, value in settings.words.items()}
    # 999 names 999.0 as well, which pandas writes where cells are empty.
    alike = {same_number(word): value for word, value in named.items()}
    missing = MISSING - {MINUS} if PLUS in spellings else MISSING
    meanings: dict[str, float | None] = {}
    rest = []
    for word in spellings:
        if word in named:
            meanings[word] = named[word]
        elif same_number(word) in alike:
            meanings[word] = alike[same_number(word)]
        elif word in missing:
            meanings[word] = None
        else:
            rest.append(word)
    return meanings, rest


def _values(words: list[str], bounds: Bounds) -> dict[str, str]:
    """Read values; those behind ``<`` and its like as `bounds` says."""
    labels = {}
    for word in words:
        number, bound = number_in(word), bound_in(word)
        if bound and bounds != Bounds.REFUSE:
            number = bound[1]
        if number is None or not abs(number) <= MAX_VALUE:
            raise of_values(word, words)
        labels[word] = "" if bound and bounds == Bounds.DROP else repr(number)
    return labels


def _classes(
    words: list[str], meanings: Mapping[str, float | None], settings: LabelSettings
) -> dict[str, str]:
    """Read classes: numbers, or else words."""
    if not words:
        return {}
    numbers = {
        word: number for word in words if (number := number_in(word)) is not None
    }
    named = {word: value for word, value in meanings.items() if value is not None}
    is_named = bool(named)
    classes: Mapping[str, float] | None
    if len(numbers) == len(words):
        classes = _numbered(numbers, named, settings.task_type)
    elif numbers:
        classes = None
    else:
        classes = _worded(words, settings.task_type, is_named)
    if classes is None:
        raise of_classes(words, settings.task_type, is_named)
    _expect_partners_apart(classes, named, settings.task_type)
    return {word: str(int(number)) for word, number in classes.items()}


def _expect_partners_apart(
    classes: Mapping[str, float], named: Mapping[str, float], task_type: TaskType
) -> None:
    """Refuse a word that has by its looks the class which the user gave its partner."""
    # Numbers may be put together, as grades are, as long as there is another class.
    is_single = len({*classes.values(), *named.values()}) == 1
    for word, number in classes.items():
        for partner, given in named.items():
            are_opposite = {number_in(word), number_in(partner)} in ({0, 1}, {-1, 1})
            if given == number and (
                (is_single and are_opposite)
                or (partner and two_classes({word, partner}))
            ):
                raise of_partners(word, partner, int(number), task_type)


def _numbered(
    numbers: Mapping[str, float], named: Iterable[str], task_type: TaskType
) -> Mapping[str, float] | None:
    """Return the classes that numbers stand for; none if they are no classes."""
    distinct = set(numbers.values())
    # Where 0 is a class, -1 is none, or another one.
    has_zero = 0 in map(number_in, named)
    if task_type == TaskType.BINARY and distinct == {-1, 1} and not has_zero:
        return {word: max(number, 0) for word, number in numbers.items()}
    highest = 1 if task_type == TaskType.BINARY else MAX_CLASSES - 1
    legal = all(n.is_integer() and 0 <= n <= highest for n in distinct)
    return numbers if legal else None


def _worded(
    words: list[str], task_type: TaskType, is_named: bool
) -> Mapping[str, float] | None:
    """Return the classes that words stand for; none if that cannot be decided.

    Two classes are known by their words; several are numbered in alphabetical order,
    unless the user named some of them.
    """
    if pair := two_classes(words):
        return {word: pair.index(word) for word in words}
    if task_type == TaskType.BINARY or is_named or len(words) > MAX_CLASSES:
        return None
    if len(words) < 2 or any(bound_in(word) for word in words):
        return None
    return {word: number for number, word in enumerate(sorted(words))}


def _spelled(value: float | None, is_class: bool) -> str:
    """Spell what the user takes a word for."""
    if value is None:
        return ""
    return str(int(value)) if is_class else repr(float(value))


def _names(
    labels: Mapping[str, str],
    spellings: Mapping[str, Counter[str]],
    task_type: TaskType,
) -> list[str]:
    """Return what the column calls its classes, each by its commonest spelling."""
    if task_type == TaskType.REGRESSION:
        return []
    words: dict[int, list[str]] = {}
    for word, label in labels.items():
        if label:
            words.setdefault(int(label), []).append(word)
    is_numbered = all(
        number_in(word) == number for number in words for word in words[number]
    )
    if is_numbered:
        return []
    return [
        " or ".join(
            max(spellings[word].items(), key=lambda item: item[1])[0]
            for word in sorted(filter(None, words[number]))
        )
        if any(words.get(number, []))
        else str(number)
        for number in range(max(words) + 1)
    ]


def _mapping(labels: Mapping[str, str], task_type: TaskType) -> dict[str, int | None]:
    if task_type == TaskType.REGRESSION:
        return {}
    classes = {word: int(label) for word, label in labels.items() if label}
    of_this_column: dict[str, int | None] = {
        word: number for word, number in classes.items() if number_in(word) != number
    }
    missing = [word for word in labels if word not in classes | dict.fromkeys(MISSING)]
    return of_this_column | dict.fromkeys(missing)
