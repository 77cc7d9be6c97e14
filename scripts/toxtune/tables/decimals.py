"""Decimal commas: told by a column's own numbers."""

import re
from collections.abc import Sequence

POINT, COMMA = ".", ","

# Before a number may stand a bound, as in "<0,5".
_SIGN = r"[<>=~≤≥\s]*[+-]?"

# A decimal comma; before it, points may stand between thousands.
_WITH_COMMA = re.compile(
    rf"{_SIGN}(\d*|[1-9]\d{{0,2}}(\.\d{{3}})+),\d+(e[+-]?\d+)?", re.IGNORECASE
)

# "1,234" may be 1.234 or one thousand; "1,234.5" is more than a thousand.
_THOUSANDS = re.compile(rf"{_SIGN}[1-9]\d{{0,2}}(,\d{{3}})+(\.\d*)?")

_WITH_POINT = re.compile(
    rf"{_SIGN}(\d*|[1-9]\d{{0,2}}(,\d{{3}})+)\.\d+(e[+-]?\d+)?", re.IGNORECASE
)


def find_decimal_sign(column: Sequence[str], wanted: str | None = None) -> str | None:
    """Tell the decimal sign of a column by its numbers.

    Parameters
    ----------
    column
        Its cells.
    wanted
        The sign where they do not tell.

    Returns
    -------
    str or None
        ``None`` where the column has numbers such as ``1,234`` and none that tells.

    Examples
    --------
    >>> find_decimal_sign(["0,5", "-1,25"]), find_decimal_sign(["1,234", "20"])
    (',', None)
    """
    cells = [cell.strip() for cell in column]
    commas = [cell for cell in cells if "," in cell and _is_number(cell)]
    if not commas or any(map(_WITH_POINT.fullmatch, cells)):
        return POINT
    if all(map(_THOUSANDS.fullmatch, commas)):
        return wanted
    return COMMA


def _is_number(cell: str) -> bool:
    return bool(_WITH_COMMA.fullmatch(cell) or _THOUSANDS.fullmatch(cell))


def with_point(cell: str, sign: str) -> str:
    """Spell a number with a decimal point; other text stays as it is.

    Examples
    --------
    >>> with_point("-0,5", ","), with_point("a,b", ","), with_point("1,234", ".")
    ('-0.5', 'a,b', '1234')
    """
    text = cell.strip()
    if sign == COMMA:
        if not _WITH_COMMA.fullmatch(text):
            return cell
        return text.replace(".", "").replace(",", ".")
    return text.replace(",", "") if _THOUSANDS.fullmatch(text) else cell
