"""What one column of a table holds, before anybody has said what it is for."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import compress
from operator import not_

from toxtune.labels.legal import MAX_CLASSES, MAX_VALUE
from toxtune.labels.near_numbers import near_number
from toxtune.labels.words import (
    MINUS,
    MISSING,
    PLUS,
    UNDECIDED,
    beside_two_classes,
    bound_in,
    number_in,
    plain,
    same_number,
    two_classes,
)
from toxtune.tasks import TaskType

# So many words at most are classes, and so many rows at least have each on average.
_MOST_WORDS = MAX_CLASSES
_ROWS_OF_A_WORD = 3
# A column of numbers may have a few cells that are none, such as "see note".
_LEAST_NUMBERS = 0.9
# Numbers that stand for a missing one, beside 0 and 1.
_NO_CLASSES = {-1.0, 9.0, 99.0, 999.0, -9.0, -99.0, -999.0}
# Two classes of which the higher number is class 1.
_KNOWN_PAIRS = ({0.0, 1.0}, {-1.0, 1.0})
_DATE = re.compile(
    r"\d{4}[-/.]\d{1,2}([-/.]\d{1,2})?([T ]\d.*)?"
    r"|\d{1,2}[-/.]\d{1,2}[-/.]\d{2}(\d{2})?"
    r"|\d{1,2}[- .]?[A-Za-z]{3,9}[- .,]*\d{2}(\d{2})?"
)


class Content(StrEnum):
    """What the cells of a column are."""

    EMPTY = "empty"
    SAME = "the same in each row"
    TWO_CLASSES = "two classes"
    CLASSES = "several classes"
    VALUES = "values"
    DATES = "dates"
    WORDS = "a few words"
    TEXT = "text"


@dataclass(frozen=True)
class ColumnSurvey:
    """What a column holds.

    Attributes
    ----------
    name
        As the header has it.
    rows, filled, distinct
        How many rows there are, how many are not missing, how many spellings differ.
    content
        What the cells are.
    counts
        Rows of each word in its commonest spelling, the most frequent first, without
        what is strange; empty for text, and for more than two values.
    lowest, highest
        Of numbers that are no bounds, unless all are; ``None`` if they are none.
    is_whole
        Whether all are whole numbers.
    two_numbers
        The lower and the higher one of exactly two numbers that may be classes, if
        nobody knows which is which; no bounds, not 0 or -1 and 1.
    bounds
        How many are bounds, such as ``<10``.
    strange
        Cells that are probably no labels: words among numbers, ``inconclusive`` among
        classes.
    problem
        Of text: why it is no column of numbers, if it nearly is one.
    """

    name: str
    rows: int
    filled: int
    distinct: int
    content: Content
    counts: dict[str, int] = field(default_factory=dict)
    lowest: float | None = None
    highest: float | None = None
    is_whole: bool = False
    two_numbers: tuple[float, ...] = ()
    bounds: int = 0
    strange: tuple[str, ...] = ()
    problem: str = ""

    @property
    def is_unique(self) -> bool:
        """Whether each row has a value of its own."""
        return self.distinct == self.rows

    @property
    def is_running_number(self) -> bool:
        """Whether it counts the rows."""
        if self.lowest is None or self.highest is None:
            return False
        span = self.highest - self.lowest
        return self.is_unique and self.is_whole and span == self.rows - 1

    @property
    def task_type(self) -> TaskType | None:
        """What a task of these labels would be; ``None`` if it could be none."""
        if self.content == Content.WORDS and len(self.counts) == 2:
            return TaskType.BINARY
        return {
            Content.TWO_CLASSES: TaskType.BINARY,
            Content.CLASSES: TaskType.MULTICLASS,
            Content.WORDS: TaskType.MULTICLASS,
            Content.VALUES: TaskType.REGRESSION,
        }.get(self.content)


def survey_column(name: str, cells: Sequence[str]) -> ColumnSurvey:
    """Look at a column.

    Parameters
    ----------
    name
        As the header has it.
    cells
        Of each row, with a decimal point in numbers.
    """
    # A dash beside a plus is a class.
    signs = {plain(cell) for cell in set(cells)} >= {PLUS, MINUS}
    filled = [
        cell.strip()
        for cell in cells
        if not is_missing(cell) or (signs and plain(cell) == MINUS)
    ]
    spellings = Counter(filled)
    counts = _by_word(spellings)
    known = ColumnSurvey(name, len(cells), len(filled), len(spellings), Content.TEXT)
    if not filled or len(counts) == 1:
        content = Content.SAME if filled else Content.EMPTY
        return replace(known, content=content, counts=counts)
    undecided = tuple(text for text in counts if plain(text) in UNDECIDED)
    decided = {text: n for text, n in counts.items() if text not in undecided}
    if len(decided) > 1:
        known, counts = replace(known, strange=undecided), decided
    numbers = {text: number_of(text) for text in counts}
    are_numbers = sum(n for text, n in counts.items() if numbers[text] is not None)
    if are_numbers >= _LEAST_NUMBERS * sum(counts.values()):
        return _of_numbers(known, counts, numbers)
    if all(map(_DATE.fullmatch, counts)):
        return replace(known, content=Content.DATES)
    if problem := _problem(counts, numbers):
        return replace(known, problem=problem)
    return _of_words(known, counts)


def survey_rows(name: str, cells: Sequence[str], there: Sequence[bool]) -> ColumnSurvey:
    """Look at some rows of a column.

    What could be no label in the others is strange, since these are read as well.

    Parameters
    ----------
    name, cells
        As in `survey_column`.
    there
        Of each row, whether it is looked at.
    """
    column = survey_column(name, list(compress(cells, there)))
    known = {same_number(plain(text)) for text in (*column.counts, *column.strange)}
    read = number_of if column.bounds else number_in
    found: dict[str, str] = {}
    for cell in compress(cells, map(not_, there)):
        word = plain(cell)
        is_value = column.content == Content.VALUES and read(word) is not None
        if not is_value and word not in MISSING and same_number(word) not in known:
            found.setdefault(word, " ".join(cell.split()))
    return replace(column, strange=(*column.strange, *found.values()))


def _by_word(spellings: Counter[str]) -> dict[str, int]:
    """Count the rows of each word, in its commonest spelling, on one line."""
    names: dict[str, str] = {}
    counts: Counter[str] = Counter()
    for text, count in spellings.most_common():
        counts[names.setdefault(plain(text), " ".join(text.split()))] += count
    return dict(counts.most_common())


def _problem(counts: Mapping[str, int], numbers: Mapping[str, float | None]) -> str:
    """Say why cells that are nearly numbers are none; empty if most are not near."""
    total = sum(counts.values())
    near = {
        text: found
        for text, number in numbers.items()
        if number is None and (found := near_number(plain(text)))
    }
    others = sum(n for text, n in counts.items() if numbers[text] is None)
    others -= sum(counts[text] for text in near)
    if not near or others > (1 - _LEAST_NUMBERS) * total:
        return ""
    cell, (what, mend) = next(iter(near.items()))
    return f"text, since {cell!r} is {what}: {mend}"


def is_missing(cell: str) -> bool:
    """Whether a cell holds nothing that was measured."""
    return plain(cell) in MISSING


def number_of(text: str) -> float | None:
    """Read a number, also behind a sign such as ``<``; ``None`` if it is none.

    Examples
    --------
    >>> number_of("<10"), number_of("1e-3"), number_of("active")
    (10.0, 0.001, None)
    """
    word = plain(text)
    bound = bound_in(word)
    number = bound[1] if bound else number_in(word)
    return None if number is None or not abs(number) <= MAX_VALUE else number


def _of_words(known: ColumnSurvey, counts: dict[str, int]) -> ColumnSurvey:
    words = list(dict.fromkeys(map(plain, counts)))
    others = beside_two_classes(words)
    beside = {text: n for text, n in counts.items() if plain(text) in others}
    total = sum(counts.values())
    # Of three classes, one that is as frequent as both others is one.
    if len(others) < MAX_CLASSES and 2 * sum(beside.values()) < total:
        classes = {text: n for text, n in counts.items() if text not in beside}
        if two_classes({plain(text) for text in classes}):
            strange = (*known.strange, *beside)
            content = Content.TWO_CLASSES
            return replace(known, content=content, counts=classes, strange=strange)
    if len(counts) <= min(_MOST_WORDS, total / _ROWS_OF_A_WORD):
        return replace(known, content=Content.WORDS, counts=counts)
    return known


def _of_numbers(
    known: ColumnSurvey, counts: dict[str, int], numbers: dict[str, float | None]
) -> ColumnSurvey:
    strange = {text for text, number in numbers.items() if number is None}
    values = {number for number in numbers.values() if number is not None}
    if len(values) == 3 and {0, 1} < values and values - {0, 1} < _NO_CLASSES:
        strange |= {text for text, number in numbers.items() if number not in {0, 1}}
        values = {0.0, 1.0}
    bounds = sum(count for text, count in counts.items() if bound_in(plain(text)))
    whole = all(value.is_integer() for value in values)
    content = _kind_of_numbers(values, whole and not bounds)
    is_pair = len(values) == 2 and not bounds and values not in _KNOWN_PAIRS
    measured = _measured(numbers) or values if bounds else values
    counts = {text: n for text, n in counts.items() if text not in strange}
    return replace(
        known,
        content=content,
        counts={} if content == Content.VALUES and not is_pair else counts,
        lowest=min(measured),
        highest=max(measured),
        is_whole=whole,
        two_numbers=tuple(sorted(values)) if is_pair else (),
        bounds=bounds,
        strange=(*known.strange, *(text for text in numbers if text in strange)),
    )


def _measured(numbers: Mapping[str, float | None]) -> set[float]:
    """Return the numbers that are no bounds."""
    return {
        number
        for text, number in numbers.items()
        if number is not None and not bound_in(plain(text))
    }


def _kind_of_numbers(values: Iterable[float], could_be_classes: bool) -> Content:
    distinct = set(values)
    if could_be_classes and distinct in (*_KNOWN_PAIRS, {1, 2}):
        return Content.TWO_CLASSES
    # Classes are numbered without a gap.
    first, last = min(distinct), max(distinct)
    without_gap = last - first == len(distinct) - 1
    if could_be_classes and first in {0, 1} and last < MAX_CLASSES and without_gap:
        return Content.CLASSES if len(distinct) > 2 else Content.VALUES
    return Content.VALUES
