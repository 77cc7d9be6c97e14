"""Labels that are nearly numbers: what is wrong with each, and what to do."""

import re

_NUMBER = r"[<>=~]*\s*[+-]?(\d+([.,]\d*)?|[.,]\d+)(e[+-]?\d+)?"

_UNIT = (
    r"[pnμumk]?(m|mol|mols|g|l|s|h|da)(\s?/\s?[pnμumkd]?(l|ml|kg|g|mg|h|min|s|mol))?"
    r"|min|hours?|days?|°c|k?cal(/mol)?|kj/mol|pp[mb]"
)

# The first that fits a whole label says what is wrong with it.
_KINDS = (
    (
        re.compile(rf"{_NUMBER}\s*%"),
        "a number with %",
        "take the % off all numbers of the column",
    ),
    (
        re.compile(rf"{_NUMBER}\s*(±|\+/-|\+-|-/\+)\s*{_NUMBER}(\s*%)?"),
        "a number with its error",
        "move the errors into a column of their own",
    ),
    (
        re.compile(rf"{_NUMBER}\s*\(\s*(n\s?=\s?|±\s?)?{_NUMBER}\s?%?\s*\)"),
        "a number with something in brackets",
        "move what is in brackets into a column of its own",
    ),
    (
        re.compile(rf"{_NUMBER}\s*({_UNIT})"),
        "a number with its unit",
        "write all numbers of the column in one unit, without it",
    ),
    (
        re.compile(rf"(?=[^,]*,[^,]*$){_NUMBER}"),
        "a number with a comma",
        "write all numbers of the column with the same decimal sign",
    ),
)


def near_number(word: str) -> tuple[str, str] | None:
    """Tell what makes a label no number, though it begins with one, and what to do.

    Parameters
    ----------
    word
        As `toxtune.labels.words.plain` has it.

    Examples
    --------
    >>> near_number("5%")
    ('a number with %', 'take the % off all numbers of the column')
    >>> [near_number(word)[0] for word in ("5.2 ± 0.1", "12 nm", "0,5")]
    ['a number with its error', 'a number with its unit', 'a number with a comma']
    >>> near_number("active"), near_number("5.2"), near_number("1a")
    (None, None, None)
    """
    for pattern, what, advice in _KINDS:
        if pattern.fullmatch(word):
            return what, advice
    return None
