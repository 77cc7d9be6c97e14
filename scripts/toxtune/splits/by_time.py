"""Splitting by time: what was measured last is the test set."""

import math
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from toxtune.errors import UserError
from toxtune.splits.settings import SplitSettings


def split_by_time(
    column: list[str], group_of_row: list[int], settings: SplitSettings
) -> list[str]:
    """Assign rows to train, valid and test in the order of time.

    A group counts by its earliest row, since it was known from then on. Groups of one
    time are never in two sets: a boundary moves on to the next later time.

    Parameters
    ----------
    column
        A time for each row: all are numbers, or all are dates as ISO 8601 has them.
    group_of_row
        The number of each row's group.
    settings
        ``fractions`` of the groups, and ``column``, its name.

    Raises
    ------
    UserError
        If a time cannot be read.
    """
    earliest: dict[int, Any] = {}
    for group, time in zip(
        group_of_row, _read_times(column, settings.column), strict=True
    ):
        earliest[group] = min(time, earliest.get(group, time))
    times = sorted(earliest.values())
    fractions = settings.fractions
    starts = {
        "valid": _start(times, fractions["train"]),
        "test": _start(times, fractions["train"] + fractions["valid"]),
    }
    return [_subset(earliest[group], starts) for group in group_of_row]


def _read_times(column: list[str], name: str) -> list[Any]:
    """Read the times: all as numbers, or all as dates."""
    numbers = [_read(_number, text) for text in column]
    dates = [_read(_date, text) for text in column]
    for times in (numbers, dates):
        if None not in times:
            return times
    neither = (
        text
        for text, number, date in zip(column, numbers, dates, strict=True)
        if number is None and date is None
    )
    # If each can be read in one way, numbers and dates are mixed: name the first date.
    wrong = next(neither, column[numbers.index(None)])
    raise UserError(
        f"split.column: {name!r} must be a number in each row, or a date such as "
        f"2026-11-24 in each row; got {wrong!r}"
    )


def _read(read: Callable[[str], Any], text: str) -> Any:
    try:
        return read(text)
    except ValueError:
        return None


def _number(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("no moment in time")
    return number


def _date(text: str) -> datetime:
    # Without the zone, since moments with and without one cannot be compared.
    return datetime.fromisoformat(text).replace(tzinfo=None)


def _start(times: list[Any], share: float) -> Any:
    """Return the first time after a share of the groups, if there is one."""
    position = round(share * len(times))
    while 0 < position < len(times) and times[position] == times[position - 1]:
        position += 1
    return times[position] if position < len(times) else None


def _subset(time: Any, starts: Mapping[str, Any]) -> str:
    for subset in ("test", "valid"):
        if starts[subset] is not None and time >= starts[subset]:
            return subset
    return "train"
