"""How a model family declares its hyperparameters."""

import math
import re
from dataclasses import dataclass
from typing import Any

from toxtune.tasks import TaskType

# Of one trial: a value for each hyperparameter that its family declares.
Hyperparameters = dict[str, Any]


@dataclass(frozen=True)
class Hyperparameter:
    """One axis of a family's space: type, default and legal values.

    Attributes
    ----------
    type
        ``int``, ``float`` or ``str``; ``str`` values must be among `choices`.
    default
        Used where a configuration does not say. It is not part of a trial's id, so
        that a new hyperparameter renames no trial.
    meaning
        What it is, in one line, with the unit.
    low, high
        Bounds, both inclusive.
    choices
        For ``str`` all legal words; else words that are legal beside the numbers.
    optional
        Whether ``null`` is legal.
    many
        Whether a value is a list of numbers, each of them of `type` and within bounds.
    task_types
        The types of task for which it has an effect.
    """

    type: type
    default: Any
    meaning: str
    low: float = -math.inf
    high: float = math.inf
    choices: tuple[str, ...] = ()
    optional: bool = False
    many: bool = False
    task_types: tuple[TaskType, ...] = tuple(TaskType)

    def typed(self, value: Any) -> Any:
        """Return `value` in the declared type.

        Raises
        ------
        ValueError
            With the rule that `value` breaks; the caller adds the key.
        """
        if value is None and self.optional:
            return None
        if isinstance(value, str) and value in self.choices:
            return value
        if self.type is not str:
            value = self._as_numbers(value)
        if not (self._is_list(value) if self.many else self._fits(value)):
            rule = f"must be {self.legal()}, got {_spelled(value)}"
            raise ValueError(f"{rule}{self._hint(value)}")
        if self.many:
            return [self.type(number) for number in value]
        return self.type(value)

    def legal(self) -> str:
        """Say in words which values are legal."""
        words = [*self.choices, *(["null"] if self.optional else [])]
        if self.type is not str:
            words.insert(0, self._legal_number())
        return " or ".join(words)

    def _as_numbers(self, value: Any) -> Any:
        if self.many and isinstance(value, list):
            return [as_number(number) for number in value]
        return as_number(value)

    def _is_list(self, value: Any) -> bool:
        return isinstance(value, list) and bool(value) and all(map(self._fits, value))

    def _fits(self, value: Any) -> bool:
        return self._is_number(value) and self.low <= value <= self.high

    def _is_number(self, value: Any) -> bool:
        if self.type is str or isinstance(value, bool):
            return False
        if self.type is int and isinstance(value, float):
            return value.is_integer() and abs(value) <= MAX_WHOLE
        if isinstance(value, int):
            return abs(value) <= MAX_WHOLE
        return isinstance(value, float) and math.isfinite(value)

    def _hint(self, value: Any) -> str:
        """Explain the commonest mistake: an axis of lists is a list of lists."""
        if self.many and self._fits(value):
            return f" (each value of the axis is a list: write [[{value}]])"
        return ""

    def _legal_number(self) -> str:
        noun = "whole number" if self.type is int else "number"
        noun = f"a list of {noun}s" if self.many else f"a {noun}"
        if math.isinf(self.low) and math.isinf(self.high):
            return noun
        if math.isinf(self.high):
            return f"{noun} ≥ {self.low:g}"
        return f"{noun} from {self.low:g} to {self.high:g}"


def meaningful(
    declared: dict[str, Hyperparameter],
    hyperparameters: Hyperparameters,
    task_type: TaskType,
) -> Hyperparameters:
    """Leave out the hyperparameters that have no effect on a type of task."""
    return {
        name: value
        for name, value in hyperparameters.items()
        if task_type in declared[name].task_types
    }


# Whole numbers have 64 bits at most.
MAX_WHOLE = 2**63 - 1

_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?", re.ASCII)


def _spelled(value: Any) -> str:
    """Spell a single value as YAML does."""
    if value is None:
        return "null"
    return str(value).lower() if isinstance(value, bool) else repr(value)


def as_number(value: Any) -> Any:
    """Return the number that a text spells; other values as they are.

    YAML takes ``1e-3`` for text, since it wants a dot: ``1.0e-3``. What has no dot is a
    whole number if it can be.

    Examples
    --------
    >>> as_number("1e-3"), as_number("1e3"), as_number("sqrt")
    (0.001, 1000, 'sqrt')
    """
    if not isinstance(value, str) or not _NUMBER.fullmatch(value):
        return value
    if value.lstrip("+-").isdecimal():
        return int(value)
    number = float(value)
    is_whole = "." not in value and number.is_integer() and abs(number) <= MAX_WHOLE
    return int(number) if is_whole else number
