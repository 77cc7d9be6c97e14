"""Reading an axis of a space from a configuration."""

import math
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from toxtune.errors import UserError
from toxtune.models.hyperparameters import Hyperparameter, as_number
from toxtune.search.axes import SIGNIFICANT_DIGITS, Axis, Choices, Range, Values
from toxtune.text import did_you_mean, shown

# LightGBM and scikit-learn have 32 bits for numbers of trees, leaves and molecules.
LARGEST_WHOLE = 2**31 - 1

# Of an axis that is a mapping.
SETTINGS = ("values", "low", "high", "log", "step", "when")


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
    log, step = raw.get("log"), raw.get("step")
    if low > high:
        raise UserError(f"{key}: low must be ≤ high, got {low} and {high}")
    log = False if log is None else log
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
        _refuse_too_fine(low, high, step, f"{key}.step")
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
        typed = declared.typed(value)
    except ValueError as error:
        raise UserError(f"{key}: {error}") from None
    for number in typed if isinstance(typed, list) else [typed]:
        if isinstance(number, int) and abs(number) > LARGEST_WHOLE:
            raise UserError(
                f"{key}: a whole number must be ≤ {LARGEST_WHOLE}, with which the "
                f"libraries count; take a smaller one, got {number}"
            )
    return typed


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


def _refuse_too_fine(low: float, high: float, step: float, key: str) -> None:
    """Refuse a step whose numbers are the same once they are rounded."""
    if isinstance(low, int) or high - low < step:
        return
    exact = Decimal(str(step))
    largest = max(abs(Decimal(str(end))) for end in (low, high)) - exact
    least = Decimal(10) ** (largest.adjusted() + 1 - SIGNIFICANT_DIGITS)
    if largest > 0 and exact < least:
        raise UserError(
            f"{key}: must be ≥ {float(least):g} here, since numbers of a range have "
            f"{SIGNIFICANT_DIGITS} digits; take a larger step, or list values, got "
            f"{step:g}"
        )


def _distinct(values: Iterable[Any]) -> tuple[Any, ...]:
    # A set would not do: a value may be a list.
    distinct: list[Any] = []
    for value in values:
        if value not in distinct:
            distinct.append(value)
    return tuple(distinct)
