"""The column of a split by time: what it has in each row."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from toxtune.errors import UserError
from toxtune.labels.words import MISSING
from toxtune.splits.dates import NUMBER, comparable, pattern_of, read_as, readings
from toxtune.splits.numbers import (
    Question,
    is_number,
    read_numbers,
    read_plain_numbers,
)
from toxtune.splits.rows import Rows
from toxtune.splits.settings import SplitSettings

# Words for a date that is not known; pandas writes NaT.
_NONE = MISSING | {"nat"}


@dataclass(frozen=True)
class Times:
    """The times of rows.

    Attributes
    ----------
    moments
        Numbers or dates, in any case of one kind; a row without a time is not there.
    kind
        What they were taken for, in words.
    """

    moments: dict[int, Any]
    kind: str


def read_times(rows: Rows, settings: SplitSettings) -> Times:
    """Read the times in a column.

    Parameters
    ----------
    rows
        With the column.
    settings
        ``column``, its name, ``date_format`` and ``decimal``.

    Raises
    ------
    UserError
        If there is none, one cannot be read, or all can be read in several ways.
    """
    texts = {
        row: text.strip()
        for row, text in enumerate(rows.column)
        if text.strip().casefold() not in _NONE
    }
    if not texts:
        raise UserError(f"split.column: {settings.column!r} has no date in any row")
    if settings.date_format:
        return _as_told(texts, rows, settings)
    if all(map(is_number, texts.values())):
        return _numbers(texts, settings)
    return _dates(texts, rows, settings)


def _as_told(texts: dict[int, str], rows: Rows, settings: SplitSettings) -> Times:
    """Read all by ``split.date_format``."""
    told = settings.date_format
    if told == NUMBER:
        _expect_all(texts, [row for row in texts if is_number(texts[row])], rows, told)
        numbers = read_plain_numbers(list(texts.values()), settings.decimal)
        if isinstance(numbers, Question):
            raise _asked(numbers, settings)
        return Times(dict(zip(texts, numbers, strict=True)), "numbers")
    read = {row: read_as(text, told) for row, text in texts.items()}
    dates = {row: date for row, date in read.items() if date is not None}
    _expect_all(texts, list(dates), rows, told)
    return Times(_in_one_zone(dates, rows, settings), f"dates, as {told}")


def _expect_all(texts: dict[int, str], read: list[int], rows: Rows, told: str) -> None:
    if unlike := sorted(set(texts) - set(read)):
        raise UserError(
            f"split.date_format: {told!r} must fit each date, got "
            f"{rows.cell(unlike[0])}"
        )


def _numbers(texts: dict[int, str], settings: SplitSettings) -> Times:
    found = read_numbers(list(texts.values()), settings.decimal)
    if isinstance(found, Question):
        raise _asked(found, settings)
    return Times(dict(zip(texts, found.moments, strict=True)), found.kind)


def _asked(question: Question, settings: SplitSettings) -> UserError:
    return UserError(
        f"{question.key}: column {settings.column!r} {question.text}; write "
        f"{question.advice}"
    )


def _dates(texts: dict[int, str], rows: Rows, settings: SplitSettings) -> Times:
    """Read dates in the one order of day, month and year in which all can be read."""
    read = {
        order: dict(zip(texts, dates, strict=True))
        for order, dates in readings(list(texts.values())).items()
    }
    found = {
        order: {row: date for row, date in dates.items() if date is not None}
        for order, dates in read.items()
    }
    whole = {o: dates for o, dates in found.items() if len(dates) == len(texts)}
    if not whole:
        best = max(found.values(), key=len)
        row = next(row for row in texts if row not in best)
        raise UserError(
            f"split.column: {settings.column!r} must have a date such as 2026-11-24, "
            f"or a number, in each row; got {rows.cell(row)}{_hint(texts, row)}"
        )
    order, dates = next(iter(whole.items()))
    for row in texts:
        if len({unlike[row] for unlike in whole.values()}) > 1:
            patterns = [repr(pattern_of(texts[row], each)) for each in whole]
            raise UserError(
                f"split.date_format: dates in column {settings.column!r}, such as "
                f"{rows.cell(row)}, can be read in several ways; write how they are "
                f"spelled, such as {' or '.join(patterns)}"
            )
    kind = "dates" if len(whole) == len(read) else f"dates, {order}"
    return Times(_in_one_zone(dates, rows, settings), kind)


def _hint(texts: dict[int, str], row: int) -> str:
    if is_number(texts[row]) and len(texts) > 1:
        return ", beside dates: is it a day as a spreadsheet counts them?"
    return "; if all are spelled alike, split.date_format says how, such as '%d/%m/%Y'"


def _in_one_zone(
    dates: dict[int, datetime], rows: Rows, settings: SplitSettings
) -> dict[int, datetime]:
    try:
        return dict(zip(dates, comparable(list(dates.values())), strict=True))
    except ValueError:
        with_zone = next(row for row, date in dates.items() if date.tzinfo)
        without = next(row for row, date in dates.items() if not date.tzinfo)
        raise UserError(
            f"split.column: {settings.column!r} must have a time zone in each row, or "
            f"in none; got {rows.cell(with_zone)} and {rows.cell(without)}"
        ) from None
