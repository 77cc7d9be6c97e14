"""Spaces: the values that a family's hyperparameters may take."""

from itertools import product
from typing import Any

from toxtune.errors import UserError
from toxtune.models import family_module


def typed_axes(family: str, axes: dict[str, Any], where: str) -> dict[str, list[Any]]:
    """Give each value of each axis the type that its family declares.

    Parameters
    ----------
    family
        Name of the model family.
    axes
        Hyperparameter to a list of values, or to one value that stays fixed.
    where
        Key of `axes` in the configuration, for messages.

    Returns
    -------
    dict
        Hyperparameter to its distinct values, in the order given.

    Raises
    ------
    UserError
        For an unknown hyperparameter, an axis without values or an illegal value.
    """
    declared = family_module(family).HYPERPARAMETERS
    typed = {}
    for name, values in axes.items():
        key = f"{where}.{name}"
        if name not in declared:
            known = ", ".join(sorted(declared))
            raise UserError(
                f"{key}: {family} has no such hyperparameter; it has {known}"
            )
        listed = values if isinstance(values, list) else [values]
        if not listed:
            raise UserError(f"{key}: needs at least one value, got []")
        typed[name] = _distinct(_typed(declared[name], value, key) for value in listed)
    return typed


def grid(family: str, axes: dict[str, list[Any]]) -> list[dict[str, Any]]:
    """Every combination of the axes' values, hyperparameters by default elsewhere."""
    declared = family_module(family).HYPERPARAMETERS
    defaults = {name: axis.default for name, axis in declared.items()}
    return [
        {**defaults, **dict(zip(axes, values, strict=True))}
        for values in product(*axes.values())
    ]


def deviations(family: str, hyperparameters: dict[str, Any]) -> dict[str, Any]:
    """Return the hyperparameters that differ from the family's declared defaults."""
    declared = family_module(family).HYPERPARAMETERS
    return {
        name: value
        for name, value in hyperparameters.items()
        if value != declared[name].default
    }


def _typed(axis: Any, value: Any, key: str) -> Any:
    try:
        return axis.typed(value)
    except ValueError as error:
        raise UserError(f"{key}: {error}") from None


def _distinct(values: Any) -> list[Any]:
    return list(dict.fromkeys(values))
