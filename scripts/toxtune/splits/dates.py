"""Dates as people write them, read with Python's own parsers."""

import re
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache

# ``split.date_format`` for numbers that only look like dates.
NUMBER = "number"

# Dates with the name of a month; four digits of a year are tried before two.
_WITH_NAMES = [
    pattern.replace("%Y", year).replace("%b", month)
    for year in ("%Y", "%y")
    for pattern in ("%d %b %Y", "%b %d %Y", "%d%b%Y", "%b %Y")
    for month in ("%b", "%B")
]
_WITH_NAMES += ["%Y %b %d", "%Y %B %d"]

# The order of day, month and year, as numbers, to patterns for it.
ORDERS: Mapping[str, list[str]] = {
    "day first": ["%d/%m/%Y", "%d/%m/%y", "%m/%Y"],
    "month first": ["%m/%d/%Y", "%m/%d/%y", "%m/%Y"],
    "year first": ["%Y/%m/%d", "%Y/%m"],
    "a year of two digits first": ["%y/%m/%d"],
}

_TIMES = ("%H:%M", "%H:%M:%S", "%I:%M %p", "%I:%M:%S %p", "%I:%M%p", "%I:%M:%S%p")
# As C's ctime has it.
_CTIME = "%a %b %d %H:%M:%S %Y"
_QUARTER = re.compile(r"(\d{4})[\s-]*Q([1-4])|Q([1-4])[\s/-]*(\d{4})", re.IGNORECASE)
_WITH_TIME = re.compile(r"(?P<date>.*?\S)[T ,]+(?P<time>\d{1,2}:\d{2}.*)")
_WEEKDAY = re.compile(r"^(mon|tue|wed|thu|fri|sat|sun)[a-z]*[\s,.]+", re.IGNORECASE)


def read_iso(text: str) -> datetime:
    """Read a date as ISO 8601 has it, of any length; what is left out is its first.

    Raises
    ------
    ValueError
        If it is none.

    Examples
    --------
    >>> print(read_iso("2010-02"), read_iso("2010-W05"), read_iso("20100131"))
    2010-02-01 00:00:00 2010-02-01 00:00:00 2010-01-31 00:00:00
    """
    if re.fullmatch(r"\d{4}", text):
        return datetime(int(text), 1, 1)
    if re.fullmatch(r"\d{4}-\d{2}", text):
        return datetime.fromisoformat(f"{text}-01")
    if re.fullmatch(r"\d{4}-\d{3}", text):
        return _by_pattern(text, "%Y-%j")
    return datetime.fromisoformat(text)


def readings(texts: Sequence[str]) -> dict[str, list[datetime | None]]:
    """Read texts in each order of day, month and year.

    Returns
    -------
    dict
        The order to what each text says; ``None`` for one that cannot be read so.
    """
    # Of many measurements, many are of one day.
    read = {order: {t: _read(t, order) for t in set(texts)} for order in ORDERS}
    return {order: [found[text] for text in texts] for order, found in read.items()}


def pattern_of(text: str, order: str) -> str:
    """Return the pattern of strptime's for a date that was read in an order.

    Examples
    --------
    >>> pattern_of("3.2.10 9:30", "day first")
    '%d.%m.%y %H:%M'
    """
    found = _WITH_TIME.fullmatch(text)
    day = found["date"] if found else text
    signs = re.findall(r"[^\d]+", day)
    pattern = next(p for p in ORDERS[order] if read_as(re.sub(r"[^\d]+", "/", day), p))
    for sign in signs:
        pattern = pattern.replace("/", sign, 1) if sign != "/" else pattern
    if not found:
        return pattern
    of_day = next((p for p in _TIMES if read_as(found["time"], p)), "%H:%M:%S")
    return f"{pattern}{text[found.end('date') : found.start('time')]}{of_day}"


def read_as(text: str, pattern: str) -> datetime | None:
    """Read a date by a pattern of strptime's; ``None`` if it does not fit."""
    with suppress(ValueError):
        return _by_pattern(text, pattern)
    return None


def _by_pattern(text: str, pattern: str) -> datetime:
    moment = datetime.strptime(text, pattern)
    # Python makes day 366 of a common year the first of the next.
    if "%j" in pattern:
        day = time.strptime(text, pattern).tm_yday
        if day != moment.timetuple().tm_yday:
            raise ValueError(f"the year has no day {day}")
    return moment


def is_pattern(text: str) -> bool:
    """Whether a text is a pattern that strptime can read dates by.

    Examples
    --------
    >>> is_pattern("%d/%m/%Y"), is_pattern("%d/%d/%Y"), is_pattern("%Q/%Y")
    (True, False, False)
    """
    moment = datetime(2011, 3, 25, 14, 5, 6, tzinfo=UTC)
    # A sign that comes twice is a mistake in the regular expression that strptime makes
    # of the pattern.
    with suppress(ValueError, re.error):
        return bool(datetime.strptime(moment.strftime(text), text))
    return False


def comparable(moments: list[datetime]) -> list[datetime]:
    """Return moments that all have a time zone, or none of which has one.

    Python compares those with zones as what they are in UTC.

    Raises
    ------
    ValueError
        If some have a time zone and others have none.
    """
    zoned = [moment.tzinfo is not None for moment in moments]
    if any(zoned) and not all(zoned):
        raise ValueError("moments with and without a time zone")
    return moments


def _read(text: str, order: str) -> datetime | None:
    if (whole := _read_iso_or_none(text) or read_as(text, _CTIME)) is not None:
        return whole
    found = _WITH_TIME.fullmatch(text)
    day = found["date"] if found else text
    date = _read_iso_or_none(day) or _read_day(day, order)
    if not found or date is None:
        return date
    of_day = _read_time(found["time"])
    return of_day and datetime.combine(date, of_day.timetz())


def _read_iso_or_none(text: str) -> datetime | None:
    with suppress(ValueError):
        return read_iso(text)
    return None


def _read_day(text: str, order: str) -> datetime | None:
    if found := _QUARTER.fullmatch(text):
        year, quarter = found[1] or found[4], found[2] or found[3]
        return datetime(int(year), 3 * int(quarter) - 2, 1)
    if re.fullmatch(r"[\d\s./-]+", text):
        patterns = ORDERS[order]
        if order == "a year of two digits first" and "-" not in text:
            return None
        spelled = re.sub(r"[\s./-]+", "/", text)
    else:
        patterns = _WITH_NAMES
        spelled = re.sub(r"(\d)(st|nd|rd|th)\b", r"\1", _WEEKDAY.sub("", text))
        spelled = re.sub(r"\bsept\b", "Sep", spelled, flags=re.IGNORECASE)
        spelled = re.sub(r"[\s,./-]+", " ", spelled).strip()
    return (
        _read_named(spelled) if patterns is _WITH_NAMES else _first(spelled, patterns)
    )


@cache
def _read_named(text: str) -> datetime | None:
    return _first(text, _WITH_NAMES)


def _read_time(text: str) -> datetime | None:
    spelled = re.sub(r"\s*(UTC|GMT|Z)$", "+00:00", text.strip(), flags=re.IGNORECASE)
    spelled = re.sub(r"\s+([+-]\d)", r"\1", spelled)
    with suppress(ValueError):
        hours = spelled if spelled[1:2] != ":" else f"0{spelled}"
        return datetime.fromisoformat(f"2000-01-01T{hours}")
    return _first(spelled.replace(".", "").upper(), _TIMES)


def _first(text: str, patterns: Iterable[str]) -> datetime | None:
    """Read a text by the first pattern that fits."""
    return next(filter(None, (read_as(text, pattern) for pattern in patterns)), None)
