"""Numbers in a column of times: plain ones, and dates in another coat."""

import math
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from toxtune.splits.dates import NUMBER, read_as
from toxtune.tables.decimals import doubtful_number, find_decimal_sign, with_point

_NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)(e[+-]?\d+)?", re.IGNORECASE)
# With signs between thousands that cannot be a decimal sign: 1,000,000 and 1.000,5.
_GROUPED = re.compile(r"[+-]?[1-9]\d{0,2}((,\d{3})+(\.\d*)?|(\.\d{3})+(,\d*)?)")

_YEAR_AND_MONTH = re.compile(r"(19|20)\d\d[.,](?P<month>\d{1,2})")

# Dates before or after are no times of measurements.
_FIRST_YEAR, _LAST_YEAR = 1900, 2100

# Digits that spell a date, and how many there are with a zero that a spreadsheet drops.
_DIGITS = {
    "%Y%m%d": 8,
    "%d%m%Y": 8,
    "%m%d%Y": 8,
    "%Y%m%d%H%M": 12,
    "%Y%m%d%H%M%S": 14,
    "%Y%m": 6,
    "%d%m%y": 6,
    "%m%d%y": 6,
    "%y%m%d": 6,
}

# Excel counts the days since this one; Unix the seconds since 1970.
_EXCEL_START, _UNIX_START = datetime(1899, 12, 30), datetime(1970, 1, 1)
_SECONDS = {"seconds": 1, "milliseconds": 1e3, "microseconds": 1e6, "nanoseconds": 1e9}


@dataclass(frozen=True)
class Question:
    """What a column of numbers leaves open.

    Attributes
    ----------
    text
        What it has, in words.
    advice
        What to write.
    key
        Where.
    """

    text: str
    advice: str
    key: str = "split.date_format"


@dataclass(frozen=True)
class Read:
    """Numbers that were read.

    Attributes
    ----------
    moments
        What rows are sorted by: all numbers, or all dates.
    kind
        What they were taken for, in words.
    """

    moments: list[Any]
    kind: str


def is_number(text: str) -> bool:
    """Whether a text is a finite number, with a decimal point or comma.

    Examples
    --------
    >>> is_number("-1,5"), is_number("1,000,000"), is_number("1_000")
    (True, True, False)
    """
    if _NUMBER.fullmatch(text):
        return math.isfinite(_number(text))
    return bool(_GROUPED.fullmatch(text))


def read_plain_numbers(texts: list[str], decimal: str) -> list[float] | Question:
    """Read what `is_number` says are numbers; ask what their commas and points mean.

    Examples
    --------
    >>> read_plain_numbers(["999", "1,000.5", "1,000,000"], "")
    [999.0, 1000.5, 1000000.0]
    >>> read_plain_numbers(["999", "1,000"], "").key
    'dataset.decimal'
    >>> read_plain_numbers(["999", "1,000"], ",")
    [999.0, 1.0]
    """
    sign = find_decimal_sign(texts, decimal or None, points_may_group=True)
    if sign is None:
        return Question(
            f"has numbers such as {doubtful_number(texts)}, whose sign may be a "
            "decimal one or stand between thousands",
            '"," where a comma is the decimal sign, or "." where a point is',
            "dataset.decimal",
        )
    spelled = [with_point(text, sign) for text in texts]
    for text, plain in zip(texts, spelled, strict=True):
        if not _NUMBER.fullmatch(plain):
            return Question(
                f"has {text} beside numbers with another decimal sign",
                "all with the same",
                "split.column",
            )
    return list(map(_number, spelled))


def _number(text: str) -> float:
    return float(text.replace(",", "."))


def read_numbers(texts: list[str], decimal: str) -> Read | Question:
    """Read numbers as the dates that they spell, or else as plain numbers.

    `decimal` is their decimal sign, where it does not tell itself; empty to ask.

    Years, months such as 201001, days and seconds as computers count them come in the
    order of the numbers, whatever they are taken for. Digits with the day or the month
    first do not: they are read where only one reading fits, or asked for.
    """
    months = [read_as(text, "%m.%Y") for text in texts]
    if (dates := _dates(months)) is not None:
        return Read(dates, "months, the year last")
    if question := _months_or_decimals(texts):
        return question
    digits = [text for text in texts if text.isdigit()]
    found = _read_digits(texts) if len(digits) == len(texts) else None
    if found:
        return found
    numbers = read_plain_numbers(texts, decimal)
    if isinstance(numbers, Question):
        return numbers
    return _mixture(texts, numbers) or Read(numbers, _kind(numbers))


def _months_or_decimals(texts: list[str]) -> Question | None:
    """Ask about 2010.2 beside 2010.10, which as numbers have another order."""
    found = [_YEAR_AND_MONTH.fullmatch(text) for text in texts]
    months = [match["month"] for match in found if match]
    if len(months) < len(texts) or not all(1 <= int(month) <= 12 for month in months):
        return None
    if len(set(map(len, months))) < 2:
        return None
    text = f"has numbers such as {texts[0]}, which may be months or decimals"
    return Question(text, _one_of_patterns([f"%Y{texts[0][4]}%m"]))


def _mixture(texts: list[str], numbers: list[float]) -> Question | None:
    """Ask about numbers most of which are dates, and others are none."""
    days = {text for text, n in zip(texts, numbers, strict=True) if _is_excel_day(n)}
    years = {text for text, n in zip(texts, numbers, strict=True) if _is_year(n)}
    # Batch numbers may well be days by chance, so the others must be years, or nothing.
    zeros = {text for text, n in zip(texts, numbers, strict=True) if n == 0}
    if days and days | years | zeros == set(texts) != days:
        return _question_of_mixture(texts, days, "days as a spreadsheet counts them")
    kinds = {"years": years}
    for pattern, length in _DIGITS.items():
        kinds[f"dates as {pattern}"] = {
            text
            for text in texts
            if text.isdigit() and _dates(_padded([text], length, pattern)) is not None
        }
    for kind, good in kinds.items():
        if good != set(texts) and sum(text in good for text in texts) > len(texts) / 2:
            return _question_of_mixture(texts, good, kind)
    return None


def _question_of_mixture(texts: list[str], good: set[str], kind: str) -> Question:
    dated = next(text for text in texts if text in good)
    other = next(text for text in texts if text not in good)
    return Question(
        f"has what may be {kind}, such as {dated}, beside {other}",
        f"dates of one kind, or {NUMBER!r} for plain numbers",
    )


def _read_digits(texts: list[str]) -> Read | Question | None:
    """Read digits that spell dates; ``None`` if they do not."""
    lengths = {len(text) for text in texts}
    for length, pattern in ((8, "%Y%m%d"), (12, "%Y%m%d%H%M"), (14, "%Y%m%d%H%M%S")):
        if lengths <= {4, length} and length in lengths:
            moments = [
                read_as(text, "%Y" if len(text) == 4 else pattern) for text in texts
            ]
            if (dates := _dates(moments)) is not None:
                return Read(dates, "dates, the year first")
    if lengths == {6} and _dates([read_as(text, "%Y%m") for text in texts]):
        return Read([float(text) for text in texts], "months, the year first")
    # A spreadsheet drops the zero of 01312010.
    if lengths <= {7, 8}:
        return _one_of(texts, 8, ["%d%m%Y", "%m%d%Y"])
    if lengths <= {5, 6} and 6 in lengths:
        patterns = ["%d%m%y", "%m%d%y", "%y%m%d", "%m%Y"]
        fitting = [p for p in patterns if _dates(_padded(texts, 6, p)) is not None]
        return _question(texts, fitting) if fitting else None
    if lengths == {2} and min(texts) < "10" and max(texts) > "50":
        return _question(texts, ["%y"])
    return None


def _question(texts: list[str], patterns: list[str]) -> Question:
    return Question(
        f"has numbers such as {texts[0]}, which may be dates or plain numbers",
        _one_of_patterns(patterns),
    )


def _one_of_patterns(patterns: list[str]) -> str:
    return f"{' or '.join(map(repr, patterns))}, or {NUMBER!r} for plain numbers"


def _one_of(
    texts: list[str], length: int, patterns: list[str]
) -> Read | Question | None:
    """Read digits by the one pattern that fits; ask if several do."""
    fitting = {p: _dates(_padded(texts, length, p)) for p in patterns}
    found = {pattern: dates for pattern, dates in fitting.items() if dates is not None}
    if len(found) > 1:
        return _question(texts, list(found))
    return next((Read(dates, f"dates, as {p}") for p, dates in found.items()), None)


def _padded(texts: list[str], length: int, pattern: str) -> list[datetime | None]:
    padded = [text.zfill(length) for text in texts]
    return [read_as(text, pattern) if len(text) == length else None for text in padded]


def _dates(moments: list[datetime | None]) -> list[datetime] | None:
    """Return moments if all were read and are likely ones."""
    dates = [m for m in moments if m and _FIRST_YEAR <= m.year <= _LAST_YEAR]
    return dates if len(dates) == len(moments) else None


def _is_year(number: float) -> bool:
    return _FIRST_YEAR <= number <= _LAST_YEAR


def _is_excel_day(number: float) -> bool:
    # From 1970 to 2099.
    return 25569 <= number <= 73050


def _kind(numbers: list[float]) -> str:
    """Say what numbers look like; their order is the same in any case."""
    low, high = min(numbers), max(numbers)
    if _is_year(low) and _is_year(high):
        return "years"
    if _is_excel_day(low) and _is_excel_day(high):
        first = _EXCEL_START + timedelta(days=low)
        return f"days as Excel counts them, from {first:%Y-%m-%d} on"
    for unit, per_second in _SECONDS.items():
        if low / per_second >= 1e8 and high / per_second <= 4.1e9:
            first = _UNIX_START + timedelta(seconds=low / per_second)
            return f"{unit} since 1970, from {first:%Y-%m-%d} on"
    return "numbers"
