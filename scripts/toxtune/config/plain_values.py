"""What a configuration may be made of: plain values, not too many, not too large.

YAML can spell much in little: anchors that repeat each other, numbers of thousands of
digits, texts with control characters. What is refused here needs no care elsewhere.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from toxtune.errors import UserError
from toxtune.models.hyperparameters import MAX_WHOLE
from toxtune.text import control_character, shown

MAX_VALUES = 10_000


MAX_DEPTH = 20


MAX_TEXT = 10_000


# Python reads so many digits, whatever limit it is run with. Text of more is no name.
MAX_DIGITS = 640
_TOO_LARGE = f"must be a whole number within ±{MAX_WHOLE}, got a larger one"


def refuse_unplain(value: Any, name: str, most: int = MAX_VALUES) -> None:
    """Refuse what is not made of mappings, lists, text, numbers, booleans and null.

    Parameters
    ----------
    value
        What was read.
    name
        What to call it, for messages.
    most
        How many values there may be.

    Raises
    ------
    UserError
        For another type, a key that is no text, control characters, a number or text
        that is too large, values that are too many or nested too deeply.
    """
    for count, (path, each) in enumerate(_values(value, (), name)):
        if count >= most:
            raise UserError(
                f"{name}: must have at most {most:,} values, those counted again "
                "that an anchor repeats"
            )
        if rule := _broken_rule(each):
            raise UserError(f"{name}: {spelled(path) or 'all of it'}: {rule}")


def spelled(path: Iterable[str | int]) -> str:
    """Spell a path into a configuration as ``search.spaces[0].family``."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}"
    return text.removeprefix(".")


def _values(
    value: Any, path: tuple[str | int, ...], name: str
) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """Yield a value and all that is in it, each with its path."""
    yield path, value
    if not isinstance(value, dict | list):
        return
    if len(path) >= MAX_DEPTH:
        raise UserError(
            f"{name}: {shown(spelled(path))}: must be at most {MAX_DEPTH} levels deep"
        )
    if isinstance(value, dict):
        for key in value:
            _check_key(key, path, name)
    steps = value.items() if isinstance(value, dict) else enumerate(value)
    for step, each in steps:
        yield from _values(each, (*path, step), name)


def _check_key(key: Any, path: tuple[str | int, ...], name: str) -> None:
    where = f"{name}: {spelled(path)}".removesuffix(": ")
    if not isinstance(key, str):
        raise UserError(f"{where}: a key must be text, got {shown(key)}; quote it")
    if rule := _broken_rule(key):
        raise UserError(f"{where}: a key {rule}")


def _broken_rule(value: Any) -> str:
    """Say which rule a single value breaks; empty if none."""
    if isinstance(value, str):
        if len(value) > MAX_TEXT:
            return f"must have at most {MAX_TEXT:,} characters, got {len(value):,}"
        if len(value) > MAX_DIGITS and value.lstrip("+-").isdecimal():
            return _TOO_LARGE
        if control_character(value):
            return f"must not have control characters, got {shown(value)}"
        return ""
    if isinstance(value, int) and not isinstance(value, bool):
        # Larger ones fit into no 64 bits, and some not into a float.
        return _TOO_LARGE if abs(value) > MAX_WHOLE else ""
    if value is None or isinstance(value, bool | float | dict | list):
        return ""
    return (
        "must be text, a number, true, false, null, a list or a mapping, got a "
        f"{type(value).__name__}; quote it, if it is meant as text"
    )
