"""Text of users: what names may not contain, and how messages show values."""

import unicodedata
from collections.abc import Iterable
from math import floor, log10
from typing import Any

MAX_SHOWN = 100

# Control characters (line ends are among them) and halves of surrogate pairs.
_CONTROL = {"Cc", "Cs"}


def control_character(text: str) -> str:
    """Return the first control character of a text; empty if it has none."""
    if text.isascii() and text.isprintable():
        return ""
    return next((char for char in text if unicodedata.category(char) in _CONTROL), "")


def looks_like_formula(text: str) -> bool:
    """Whether a spreadsheet would take a cell with this text for a formula.

    Examples
    --------
    >>> looks_like_formula("=A1"), looks_like_formula("-0.5")
    (True, False)
    """
    if not text.startswith(("=", "+", "-", "@")):
        return False
    try:
        float(text)
    except ValueError:
        return True
    return False


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Say which known name is nearest to another, to be put behind it.

    Examples
    --------
    >>> did_you_mean("sed", ["method", "seeds"])
    '; did you mean seeds?'
    >>> did_you_mean("colour", ["method", "seeds"])
    ''
    """
    # Not needed unless something is wrong.
    from difflib import get_close_matches

    nearest = get_close_matches(name, list(known), n=1)
    return f"; did you mean {nearest[0]}?" if nearest else ""


def decimals_of_share(share: float, least: int) -> int:
    """Return how many decimals tell a share from 0 and 1 by two digits.

    Examples
    --------
    >>> [decimals_of_share(share, 2) for share in (0, 0.5, 0.90, 0.046, 0.004, 0.9996)]
    [2, 2, 2, 3, 4, 5]
    """
    # What 1 - 0.9 has beyond 12 decimals is rounding.
    sizes = [share, round(1 - share, 12)]
    return max([least, *(1 - floor(log10(size)) for size in sizes if 0 < size < 1)])


def shown(value: Any) -> str:
    r"""Spell a value for a message as YAML does, on one line and not too long.

    Examples
    --------
    >>> print(shown({"seeds": [True, None, 0.5]}))
    {seeds: [true, null, 0.5]}
    >>> print(shown("a name with\na line end"))
    'a name with\na line end'
    """
    try:
        text = _spelled(value)
    except ValueError:
        return "a number of thousands of digits"
    return text if len(text) <= MAX_SHOWN else f"{text[: MAX_SHOWN - 4]} ..."


def _spelled(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return f"[{', '.join(map(_spelled, value))}]"
    if isinstance(value, dict):
        items = (f"{_key(key)}: {_spelled(each)}" for key, each in value.items())
        return f"{{{', '.join(items)}}}"
    return repr(value)


def _key(key: Any) -> str:
    is_plain = isinstance(key, str) and key.replace("_", "").isalnum()
    return key if is_plain else _spelled(key)
