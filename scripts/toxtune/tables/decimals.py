"""Decimal commas and points between thousands: told by a column's own numbers."""

import re
from collections.abc import Sequence

from toxtune.tables.signs import with_ascii_signs

POINT, COMMA = ".", ","

# Before a number may stand a bound, as in "<0,5".
_SIGN = r"[<>=~\s]*[+-]?"

# A decimal comma; before it, points may stand between thousands.
_WITH_COMMA = re.compile(
    rf"{_SIGN}(\d*|[1-9]\d{{0,2}}(\.\d{{3}})+),\d+(e[+-]?\d+)?", re.IGNORECASE
)

# "1,234" may be 1.234 or one thousand; "1,234.5" is more than a thousand.
_THOUSANDS = re.compile(rf"{_SIGN}[1-9]\d{{0,2}}(,\d{{3}})+(\.\d*)?")

# "1.391" may be one thousand in a table of a spreadsheet that has decimal commas.
_GROUPED = re.compile(rf"{_SIGN}[1-9]\d{{0,2}}(\.\d{{3}})+")
_GROUPED_TWICE = re.compile(rf"{_SIGN}[1-9]\d{{0,2}}(\.\d{{3}}){{2,}}")

_WHOLE = re.compile(rf"{_SIGN}(?P<digits>\d+)")

_WITH_POINT = re.compile(
    rf"{_SIGN}(\d*|[1-9]\d{{0,2}}(,\d{{3}})+)\.\d+(e[+-]?\d+)?", re.IGNORECASE
)


def find_decimal_sign(
    column: Sequence[str], wanted: str | None = None, *, points_may_group: bool = False
) -> str | None:
    """Tell the decimal sign of a column by its numbers.

    Parameters
    ----------
    column
        Its cells.
    wanted
        The sign where they do not tell.
    points_may_group
        Whether points may stand between thousands where no comma does: in what a
        spreadsheet writes in a country of decimal commas.

    Returns
    -------
    str or None
        ``None`` where the column has numbers such as ``1,234`` and none that tells.
        With `points_may_group` also where each point has three digits behind it, and
        smaller whole numbers, or decimal commas, are beside: ``1.391`` and ``314``.

    Examples
    --------
    >>> find_decimal_sign(["0,5", "-1,25"]), find_decimal_sign(["1,234", "20"])
    (',', None)
    >>> find_decimal_sign(["1,234", "1,234,567"])
    '.'
    >>> [
    ...     find_decimal_sign([cell, "314"], points_may_group=True)
    ...     for cell in ("1.391", "1.39", "1.391.000", "1.391,5")
    ... ]
    [None, '.', ',', ',']
    """
    cells = list(map(_plain, column))
    commas = [cell for cell in cells if "," in cell and _is_number(cell)]
    if not commas:
        return _sign_of_points(cells, wanted) if points_may_group else POINT
    pointed = list(filter(_WITH_POINT.fullmatch, cells))
    if pointed and points_may_group and all(map(_GROUPED.fullmatch, pointed)):
        return wanted
    if pointed:
        return POINT
    if all(map(_THOUSANDS.fullmatch, commas)):
        # A number has one decimal sign.
        return POINT if any(cell.count(",") > 1 for cell in commas) else wanted
    return COMMA


def doubtful_number(column: Sequence[str]) -> str:
    """Return a number of a column whose decimal sign cannot be told.

    Examples
    --------
    >>> doubtful_number(["20", "1,234"]), doubtful_number(["314", "1.391"])
    ('1,234', '1.391')
    """
    return next(
        cell.strip()
        for cell in column
        if _THOUSANDS.fullmatch(_plain(cell)) or _GROUPED.fullmatch(_plain(cell))
    )


def _plain(cell: str) -> str:
    """Return a cell as it is matched: its digits, points and commas are the same."""
    return with_ascii_signs(cell.strip())


def _sign_of_points(cells: Sequence[str], wanted: str | None) -> str | None:
    """Tell the decimal sign of a column that has no commas."""
    pointed = [cell for cell in cells if "." in cell and _is_pointed(cell)]
    if not pointed or not all(map(_GROUPED.fullmatch, pointed)):
        return POINT
    if any(map(_GROUPED_TWICE.fullmatch, pointed)):
        return COMMA
    whole = [found["digits"] for found in map(_WHOLE.fullmatch, cells) if found]
    # Who groups thousands leaves no large number without; three decimals everywhere
    # are decimals.
    if not whole or max(map(len, whole)) > 3:
        return POINT
    return wanted


def _is_pointed(cell: str) -> bool:
    return bool(_WITH_POINT.fullmatch(cell) or _GROUPED.fullmatch(cell))


def _is_number(cell: str) -> bool:
    return bool(_WITH_COMMA.fullmatch(cell) or _THOUSANDS.fullmatch(cell))


def with_point(cell: str, sign: str) -> str:
    """Spell a number with a decimal point; other text stays as it is.

    Examples
    --------
    >>> with_point("-0,5", ","), with_point("a,b", ","), with_point("1.391", ",")
    ('-0.5', 'a,b', '1391')
    """
    text, matched = cell.strip(), _plain(cell)
    if sign == COMMA:
        if not (_WITH_COMMA.fullmatch(matched) or _GROUPED.fullmatch(matched)):
            return cell
        return text.replace(".", "").replace(",", ".")
    return text.replace(",", "") if _THOUSANDS.fullmatch(matched) else cell
