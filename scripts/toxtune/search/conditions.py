"""Whether the conditions of axes can hold at all."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from toxtune.models.hyperparameters import Hyperparameter
from toxtune.search.axes import Axis, Choices, Range, Values
from toxtune.text import shown


@dataclass(frozen=True)
class _Demand:
    """That a hyperparameter has one of some values, or that it has none of them."""

    name: str
    values: list[Any]
    one_of_them: bool = True

    def is_met_by(self, value: Any) -> bool:
        return (value in self.values) == self.one_of_them


def idle_axes(
    axes: dict[str, Axis], declared: dict[str, Hyperparameter], key: str
) -> Iterator[str]:
    """Say of axes that no point has, since a condition of theirs never holds.

    Parameters
    ----------
    axes
        Each after those that its condition names.
    declared
        The family's hyperparameters.
    key
        Of the axes, for messages.
    """
    for name, axis in axes.items():
        demands = [_Demand(*condition) for condition in axis.when.items()]
        never = [each for each in demands if not _can_hold([each], axes, declared)]
        for demand in never:
            other = demand.name
            yield (
                f"{key}.{name}.when.{other}: never holds, since "
                f"{_reason(other, axes, declared)}; search {other} with such a value, "
                f"or leave {name} out, got {shown(demand.values)}"
            )
        if not never and not _can_hold(demands, axes, declared):
            yield (
                f"{key}.{name}.when: never holds, since no point of the space meets "
                f"all of it; change one of the conditions, or leave {name} out, got "
                f"{shown(axis.when)}"
            )


def _reason(
    other: str, axes: dict[str, Axis], declared: dict[str, Hyperparameter]
) -> str:
    if other not in axes:
        return f"{other} has its default here, {shown(declared[other].default)}"
    values = axes[other].values
    if isinstance(values, Range) and isinstance(values.low, float) and not values.step:
        return f"{other} is a range without a step, which has no single values"
    return f"the axis {other} has no such value"


def _can_hold(
    demands: list[_Demand],
    axes: dict[str, Axis],
    declared: dict[str, Hyperparameter],
) -> bool:
    """Whether a point of the space meets all demands."""
    if not demands:
        return True
    # What the axes before it must have follows from this one, and nothing after it.
    order = list(axes)
    name = max(
        (demand.name for demand in demands),
        key=lambda each: order.index(each) if each in axes else -1,
    )
    here = [demand for demand in demands if demand.name == name]
    rest = [demand for demand in demands if demand.name != name]
    meets_by_default = all(each.is_met_by(declared[name].default) for each in here)
    if name not in axes:
        return meets_by_default and _can_hold(rest, axes, declared)
    axis = axes[name]
    active = [_Demand(*condition) for condition in axis.when.items()]
    if _can_meet(axis.values, here) and _can_hold([*rest, *active], axes, declared):
        return True
    return meets_by_default and any(
        _can_hold([*rest, _Demand(each.name, each.values, False)], axes, declared)
        for each in active
    )


def _can_meet(values: Values, demands: list[_Demand]) -> bool:
    """Whether one of an axis's values meets all demands."""
    if isinstance(values, Choices):
        named = list(values.values)
        has_others = False
    else:
        named = [
            value for each in demands for value in each.values if values.has(value)
        ]
        count = values.count()
        has_others = count is None or count > len(set(named))
    if any(all(each.is_met_by(value) for each in demands) for value in named):
        return True
    return has_others and not any(each.one_of_them for each in demands)
