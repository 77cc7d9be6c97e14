"""Text from elsewhere: what is refused in names, and how values stand in messages."""

import unicodedata
from typing import Any

MAX_SHOWN = 100


# Control characters, line ends among them, and halves of a character that UTF-8 has
# not got.
_CONTROL = {"Cc", "Cs"}


def control_character(text: str) -> str:
    """Return the first control character of a text; empty if it has none."""
    if text.isascii() and text.isprintable():
        return ""
    return next((one for one in text if unicodedata.category(one) in _CONTROL), "")


def looks_like_formula(text: str) -> bool:
    """Whether a spreadsheet would compute a cell with this text."""
    if not text.startswith(("=", "+", "-", "@")):
        return False
    try:
        float(text)
    except ValueError:
        return True
    return False


def shown(value: Any) -> str:
    """Spell a value for a message, on one line and not too long."""
    try:
        text = repr(value)
    except ValueError:
        return "a number of thousands of digits"
    return text if len(text) <= MAX_SHOWN else f"{text[: MAX_SHOWN - 4]} ..."
