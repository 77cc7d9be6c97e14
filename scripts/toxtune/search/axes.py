"""Axes of a space: a list of values or a range, with an optional condition."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Protocol

from toxtune.errors import UserError
from toxtune.models.hyperparameters import Hyperparameter

SIGNIFICANT_DIGITS = 6


class Values(Protocol):
    """What an axis may be: something with values to list or to draw from."""

    def at(self, share: float) -> Any:
        """Return the value at a share from 0 (included) to 1 (excluded)."""

    def count(self) -> int | None:
        """Return the number of values; ``None`` if they cannot be listed."""

    def listed(self) -> list[Any] | None:
        """Return all values; ``None`` if they cannot be listed."""


@dataclass(frozen=True)
class Choices:
    """Some values, each as likely as the others."""

    values: tuple[Any, ...]

    def at(self, share: float) -> Any:
        """Return the value at a share of the list."""
        return self.values[int(share * len(self.values))]

    def count(self) -> int:
        """Return the number of values."""
        return len(self.values)

    def listed(self) -> list[Any]:
        """Return the values in the order given."""
        return list(self.values)


@dataclass(frozen=True)
class Range:
    """Numbers from `low` to `high`, both included.

    Attributes
    ----------
    low, high
        Bounds, of the axis's type.
    log
        Whether equal ratios, not equal differences, are equally likely.
    step
        Distance of neighbours; 1 for whole numbers, ``None`` for no grid.
    """

    low: float
    high: float
    log: bool = False
    step: float | None = None

    def at(self, share: float) -> Any:
        """Return the number at a share of the range.

        Numbers without a step are rounded to 6 significant digits, so that a trial
        has the same name on machines whose logarithms differ in the last bit.
        """
        if self.step is not None:
            return self._number(int(share * (self._n_steps() + 1)))
        low, high = self.low, self.high
        if isinstance(low, int):
            # Half a unit on either side gives the ends their full share.
            low, high = low - 0.5, high + 0.5
        if self.log:
            number = math.exp(math.log(low) + share * math.log(high / low))
        else:
            number = low + share * (high - low)
        return self.rounded(number)

    def rounded(self, number: float) -> Any:
        """Return the number as a trial has it: whole, or to 6 digits; within bounds."""
        whole = isinstance(self.low, int)
        near = round(number) if whole else _rounded(number)
        return min(max(near, self.low), self.high)

    def count(self) -> int | None:
        """Return how many numbers are a step apart; ``None`` without a step."""
        return None if self.step is None else self._n_steps() + 1

    def listed(self) -> list[Any] | None:
        """Return the numbers a step apart; ``None`` without a step."""
        if self.step is None:
            return None
        return [self._number(step) for step in range(self._n_steps() + 1)]

    def _number(self, n_steps: int) -> Any:
        number = self.low + self.step * n_steps
        return number if isinstance(number, int) else _rounded(number)

    def _n_steps(self) -> int:
        return int(math.floor((self.high - self.low) / self.step + 1e-9))


@dataclass(frozen=True)
class Axis:
    """One hyperparameter's values, and when it counts.

    Attributes
    ----------
    values
        What may be chosen.
    when
        Other hyperparameters to the values under which this one counts; where it
        does not, it has its default.
    """

    values: Values
    when: dict[str, list[Any]] = field(default_factory=dict)

    def counts(self, hyperparameters: dict[str, Any]) -> bool:
        """Whether the conditions hold among the given values."""
        return all(hyperparameters[name] in legal for name, legal in self.when.items())


def read_axis(
    declared: dict[str, Hyperparameter], name: str, spelled: Any, key: str
) -> Axis:
    """Read an axis as the configuration spells it.

    Parameters
    ----------
    declared
        The family's hyperparameters.
    name
        Which of them this is.
    spelled
        One value; a list of values; or a mapping with ``values``, or ``low`` and
        ``high`` with ``log`` or ``step``, and with ``when``.
    key
        Where it stands in the configuration, for messages.

    Raises
    ------
    UserError
        If an illegal value, range or condition is spelled.
    """
    if not isinstance(spelled, dict):
        return Axis(_choices(declared[name], spelled, key))
    known = {"values", "low", "high", "log", "step", "when"}
    if unknown := sorted(set(spelled) - known):
        raise UserError(
            f"{key}: unknown key {unknown[0]!r}; an axis has {', '.join(sorted(known))}"
        )
    if ("values" in spelled) == bool({"low", "high"} & set(spelled)):
        raise UserError(f"{key}: needs either values, or low and high, got {spelled}")
    if "values" in spelled:
        values = _choices(declared[name], spelled["values"], f"{key}.values")
    else:
        values = _range(declared[name], spelled, key)
    return Axis(values, _conditions(declared, spelled.get("when") or {}, f"{key}.when"))


def _choices(declared: Hyperparameter, spelled: Any, key: str) -> Choices:
    listed = spelled if isinstance(spelled, list) else [spelled]
    if not listed:
        raise UserError(f"{key}: needs at least one value, got []")
    return Choices(_distinct(_typed(declared, value, key) for value in listed))


def _range(declared: Hyperparameter, spelled: dict[str, Any], key: str) -> Range:
    if declared.type is str:
        raise UserError(f"{key}: has no order; list values, got {spelled}")
    for end in ("low", "high"):
        if end not in spelled:
            raise UserError(f"{key}.{end}: is missing; a range has low and high")
    low = _number(declared, spelled["low"], f"{key}.low")
    high = _number(declared, spelled["high"], f"{key}.high")
    log, step = spelled.get("log", False), spelled.get("step")
    if low > high:
        raise UserError(f"{key}: low must be ≤ high, got {low} and {high}")
    if not isinstance(log, bool):
        raise UserError(f"{key}.log: must be true or false, got {log!r}")
    if log and low <= 0:
        raise UserError(f"{key}.low: must be > 0 in a log range, got {low}")
    if log and step is not None:
        raise UserError(f"{key}.step: a log range has none, got {step!r}")
    if step is None and declared.type is int and not log:
        step = 1
    elif step is not None:
        step = _step(declared, step, f"{key}.step")
    return Range(low, high, log, step)


def _conditions(
    declared: dict[str, Hyperparameter], spelled: Any, key: str
) -> dict[str, list[Any]]:
    if not isinstance(spelled, dict):
        raise UserError(f"{key}: must map hyperparameters to values, got {spelled!r}")
    for name in spelled:
        if name not in declared:
            known = ", ".join(sorted(declared))
            raise UserError(f"{key}.{name}: no such hyperparameter; there are {known}")
    return {
        name: list(_choices(declared[name], legal, f"{key}.{name}").values)
        for name, legal in spelled.items()
    }


def _typed(declared: Hyperparameter, value: Any, key: str) -> Any:
    try:
        return declared.typed(value)
    except ValueError as error:
        raise UserError(f"{key}: {error}") from None


def _number(declared: Hyperparameter, value: Any, key: str) -> Any:
    typed = _typed(declared, value, key)
    if not isinstance(typed, int | float):
        raise UserError(f"{key}: must be a number, got {value!r}")
    return typed


def _step(declared: Hyperparameter, value: Any, key: str) -> Any:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or value <= 0 or (declared.type is int and int(value) != value):
        noun = "a whole number" if declared.type is int else "a number"
        raise UserError(f"{key}: must be {noun} > 0, got {value!r}")
    return declared.type(value)


def _distinct(values: Iterable[Any]) -> tuple[Any, ...]:
    # Not by hash: a value may be a list.
    kept: list[Any] = []
    for value in values:
        if value not in kept:
            kept.append(value)
    return tuple(kept)


def _rounded(number: float) -> float:
    return float(f"{number:.{SIGNIFICANT_DIGITS}g}")
