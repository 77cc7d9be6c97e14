"""Axes of a space: a list of values or a range, with an optional condition."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from toxtune.errors import UserError
from toxtune.models.hyperparameters import Hyperparameter, Hyperparameters, as_number
from toxtune.text import did_you_mean, shown

SIGNIFICANT_DIGITS = 6


# Of an axis that is a mapping.
SETTINGS = ("values", "low", "high", "log", "step", "when")


@dataclass(frozen=True)
class Choices:
    """Some values, all equally likely."""

    values: tuple[Any, ...]

    def from_unit_interval(self, u: float) -> Any:
        """Map a number from 0 (included) to 1 (excluded) to a value."""
        return self.values[int(u * len(self.values))]

    def has(self, value: Any) -> bool:
        """Whether a value is among them."""
        return value in self.values

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

    def from_unit_interval(self, u: float) -> Any:
        """Map a number from 0 (included) to 1 (excluded) to one within the range.

        Numbers without a step are rounded to 6 significant digits, so that a trial
        has the same id on machines whose logarithms differ in the last bit.
        """
        if self.step is not None:
            n_values = _n_steps(self.low, self.high, self.step) + 1
            return self._after(int(u * n_values), self.step)
        low, high = self.low, self.high
        if isinstance(low, int):
            # Half a unit on either side makes the ends as likely as the others.
            low, high = low - 0.5, high + 0.5
        if self.log:
            number = math.exp(math.log(low) + u * math.log(high / low))
        else:
            number = low + u * (high - low)
        return self.rounded(number)

    def rounded(self, number: float) -> Any:
        """Return the number as a trial has it: whole, or to 6 digits; within bounds."""
        whole = isinstance(self.low, int)
        near = round(number) if whole else _rounded(number)
        return min(max(near, self.low), self.high)

    def with_all_digits(self, number: float) -> Any:
        """Return the number a whole count of steps from `low` that a rounded one is.

        Without a step it is the rounded one.
        """
        if self.step is None:
            return number
        low, high, step, near = (
            Decimal(str(each)) for each in (self.low, self.high, self.step, number)
        )
        n_steps = min(max(round((near - low) / step), 0), int((high - low) / step))
        return type(self.low)(low + n_steps * step)

    def has(self, value: Any) -> bool:
        """Whether a value is a number within the bounds, and on a step."""
        if not isinstance(value, int | float) or not self.low <= value <= self.high:
            return False
        return self.with_all_digits(value) == value

    def count(self) -> int | None:
        """Return how many numbers are a step apart; ``None`` without a step."""
        if self.step is None:
            return None
        return _n_steps(self.low, self.high, self.step) + 1

    def listed(self) -> list[Any]:
        """Return the numbers a step apart; refused without a step."""
        if self.step is None:
            raise ValueError("a range without a step has no list of values")
        n_steps = _n_steps(self.low, self.high, self.step)
        return [self._after(number, self.step) for number in range(n_steps + 1)]

    def _after(self, n_steps: int, step: float) -> Any:
        number = self.low + step * n_steps
        return number if isinstance(number, int) else _rounded(number)


def _n_steps(low: float, high: float, step: float) -> int:
    return int(math.floor((high - low) / step + 1e-9))


Values = Choices | Range


@dataclass(frozen=True)
class Axis:
    """The values of one hyperparameter, and when it is active.

    Attributes
    ----------
    values
        What may be chosen.
    when
        Maps other hyperparameters to the values with which this one is active; where it
        is not, it has its default.
    """

    values: Values
    when: dict[str, list[Any]] = field(default_factory=dict)

    def is_active(self, hyperparameters: Hyperparameters) -> bool:
        """Whether the conditions hold for the given values."""
        return all(hyperparameters[name] in legal for name, legal in self.when.items())


def read_axis(
    declared: dict[str, Hyperparameter], name: str, raw: Any, key: str
) -> Axis:
    """Read an axis from the configuration.

    Parameters
    ----------
    declared
        The family's hyperparameters.
    name
        Which of them this is.
    raw
        One value; a list of values; or a mapping with ``values``, or ``low`` and
        ``high`` with ``log`` or ``step``, and with ``when``.
    key
        Where it stands in the configuration, for messages.

    Raises
    ------
    UserError
        For an illegal value, range or condition.
    """
    if not isinstance(raw, dict):
        return Axis(_choices(declared[name], raw, key))
    for setting in raw:
        if setting not in SETTINGS:
            raise UserError(
                f"{key}: unknown key {setting!r}{did_you_mean(setting, SETTINGS)}; "
                f"an axis has {', '.join(SETTINGS)}"
            )
    if ("values" in raw) == bool({"low", "high"} & set(raw)):
        raise UserError(
            f"{key}: needs either values, or low and high, got {shown(raw)}"
        )
    if "values" in raw:
        values: Values = _listed(declared[name], raw, key)
    else:
        values = _range(declared[name], raw, key)
    return Axis(values, _conditions(declared, raw.get("when"), f"{key}.when"))


def _listed(declared: Hyperparameter, raw: dict[str, Any], key: str) -> Choices:
    for setting in ("log", "step"):
        if raw.get(setting, False) is not False:
            raise UserError(
                f"{key}.{setting}: is for a range; write low and high in place of "
                f"values, or leave it out, got {shown(raw[setting])}"
            )
    return _choices(declared, raw["values"], f"{key}.values")


def _choices(declared: Hyperparameter, raw: Any, key: str) -> Choices:
    values = raw if isinstance(raw, list) else [raw]
    if not values:
        raise UserError(f"{key}: needs at least one value, got []")
    return Choices(_distinct(_typed(declared, value, key) for value in values))


def _range(declared: Hyperparameter, raw: dict[str, Any], key: str) -> Range:
    if declared.type is str:
        raise UserError(f"{key}: has no order; list values, got {shown(raw)}")
    for end in ("low", "high"):
        if end not in raw:
            raise UserError(f"{key}.{end}: is missing; a range has low and high")
    low = _number(declared, raw["low"], f"{key}.low")
    high = _number(declared, raw["high"], f"{key}.high")
    log, step = raw.get("log", False), raw.get("step")
    if low > high:
        raise UserError(f"{key}: low must be ≤ high, got {low} and {high}")
    if not isinstance(log, bool):
        raise UserError(f"{key}.log: must be true or false, got {shown(log)}")
    if log and low <= 0:
        raise UserError(f"{key}.low: must be > 0 in a log range, got {low}")
    if log and step is not None:
        raise UserError(f"{key}.step: a log range has none, got {shown(step)}")
    if step is None and declared.type is int and not log:
        step = 1
    elif step is not None:
        step = _step(declared, step, f"{key}.step")
    return Range(low, high, log, step)


def _conditions(
    declared: dict[str, Hyperparameter], raw: Any, key: str
) -> dict[str, list[Any]]:
    if raw is None:
        return {}
    if not isinstance(raw, dict):
        raise UserError(f"{key}: must map hyperparameters to values, got {shown(raw)}")
    for name in raw:
        if name not in declared:
            raise UserError(
                f"{key}.{name}: no such hyperparameter{did_you_mean(name, declared)}; "
                f"there are {', '.join(sorted(declared))}"
            )
    return {
        name: list(_choices(declared[name], values, f"{key}.{name}").values)
        for name, values in raw.items()
    }


def _typed(declared: Hyperparameter, value: Any, key: str) -> Any:
    try:
        return declared.typed(value)
    except ValueError as error:
        raise UserError(f"{key}: {error}") from None


def _number(declared: Hyperparameter, value: Any, key: str) -> Any:
    typed = _typed(declared, value, key)
    if not isinstance(typed, int | float):
        raise UserError(f"{key}: must be a number, got {shown(value)}")
    return typed


def _step(declared: Hyperparameter, raw: Any, key: str) -> Any:
    value, whole = as_number(raw), declared.type is int
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not 0 < value < math.inf or (whole and value != int(value)):
        noun = "a whole number" if whole else "a number"
        raise UserError(f"{key}: must be {noun} > 0, got {shown(raw)}")
    return declared.type(value)


def _distinct(values: Iterable[Any]) -> tuple[Any, ...]:
    # A set would not do: a value may be a list.
    distinct: list[Any] = []
    for value in values:
        if value not in distinct:
            distinct.append(value)
    return tuple(distinct)


def _rounded(number: float) -> float:
    return float(f"{number:.{SIGNIFICANT_DIGITS}g}")
