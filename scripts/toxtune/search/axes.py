"""Axes of a space: a list of values or a range, with an optional condition."""

import math
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from toxtune.models.hyperparameters import Hyperparameters

SIGNIFICANT_DIGITS = 6


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
        """Whether a value is one of its numbers, as a trial has them.

        A range of numbers that are not whole has none without a step: as good as never
        is just that one drawn.
        """
        if not isinstance(value, int | float):
            return False
        if self.step is None:
            has_few = isinstance(self.low, int) or self.low == self.high
            return has_few and self.low <= value <= self.high
        n_steps = round((value - self.low) / self.step)
        is_inside = 0 <= n_steps <= _n_steps(self.low, self.high, self.step)
        return is_inside and self._after(n_steps, self.step) == value

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


def _rounded(number: float) -> float:
    return float(f"{number:.{SIGNIFICANT_DIGITS}g}")
