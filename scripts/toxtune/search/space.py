"""Spaces: the values that a family's features and hyperparameters may take."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import Any

from toxtune.errors import UserError
from toxtune.models.registry import MODULES, get_family
from toxtune.search.axes import Axis, Choices, read_axis
from toxtune.tasks import TaskType

FEATURES = "features"


@dataclass(frozen=True)
class Point:
    """One point of a space: the name of the features, and all hyperparameters."""

    features: str
    hyperparameters: dict[str, Any]


@dataclass(frozen=True)
class Space:
    """What may be tried of one family.

    Attributes
    ----------
    family
        Name of the model family.
    features
        Names of features, an axis like any other.
    axes
        Hyperparameter to axis; each after those that its condition names.
    """

    family: str
    features: Choices
    axes: dict[str, Axis]

    @property
    def dimensions(self) -> list[str]:
        """The names of all axes, sorted; `point_at` wants a share for each."""
        return sorted([FEATURES, *self.axes])

    def point_at(self, shares: Mapping[str, float]) -> Point:
        """Return the point at one share, from 0 to below 1, of each axis."""
        hyperparameters = self.defaults()
        for name, axis in self.axes.items():
            if axis.counts(hyperparameters):
                hyperparameters[name] = axis.values.at(shares[name])
        return Point(self.features.at(shares[FEATURES]), hyperparameters)

    def grid(self) -> Iterator[Point]:
        """Yield every combination; an axis that does not count adds none."""
        for features in self.features.listed():
            for hyperparameters in self._combinations(list(self.axes.items())):
                yield Point(features, hyperparameters)

    def _combinations(self, axes: list[tuple[str, Axis]]) -> Iterator[dict[str, Any]]:
        if not axes:
            yield self.defaults()
            return
        *earlier, (name, axis) = axes
        for hyperparameters in self._combinations(earlier):
            if not axis.counts(hyperparameters):
                yield hyperparameters
                continue
            for value in axis.values.listed():
                yield {**hyperparameters, name: value}

    def defaults(self) -> dict[str, Any]:
        """Return the family's hyperparameters at their declared defaults."""
        declared = get_family(self.family).hyperparameters
        return {name: axis.default for name, axis in declared.items()}


def read_space(
    spelled: dict[str, Any],
    known_features: list[str],
    key: str,
    task_type: TaskType = TaskType.BINARY,
) -> Space:
    """Read one entry of ``search.spaces``.

    Parameters
    ----------
    spelled
        ``family``, ``features`` (one name or a list of names) and
        ``hyperparameters``.
    known_features
        The names that are defined.
    key
        Where it stands in the configuration, for messages.
    task_type
        Of the tasks.

    Raises
    ------
    UserError
        For a family that cannot learn such tasks, for unknown features or
        hyperparameters, and for illegal axes.
    """
    family = spelled["family"]
    _check_kind(family, task_type, key)
    declared = get_family(family).hyperparameters
    axes = {}
    for name, axis in spelled["hyperparameters"].items():
        where = f"{key}.hyperparameters.{name}"
        if name not in declared:
            known = ", ".join(sorted(declared))
            raise UserError(
                f"{where}: {family} has no such hyperparameter; it has {known}"
            )
        if task_type not in declared[name].task_types:
            raise UserError(
                f"{where}: means nothing for {task_type} tasks; leave it out"
            )
        axes[name] = read_axis(declared, name, axis, where)
    return Space(
        family=family,
        features=_read_features(spelled["features"], known_features, key),
        axes=_ordered(axes, f"{key}.hyperparameters"),
    )


def _check_kind(family: str, task_type: TaskType, key: str) -> None:
    kinds = get_family(family).task_types
    if task_type not in kinds:
        able = [name for name in MODULES if task_type in get_family(name).task_types]
        raise UserError(
            f"{key}.family: {family} is for {' and '.join(kinds)} tasks, and "
            f"objective.metric is for {task_type} ones; take {', '.join(able)}"
        )


def _read_features(spelled: Any, known: list[str], key: str) -> Choices:
    names = spelled if isinstance(spelled, list) else [spelled]
    for name in names:
        if name not in known:
            raise UserError(
                f"{key}.features: {name!r} is not defined under features, "
                f"which has {', '.join(sorted(known))}"
            )
    return Choices(tuple(dict.fromkeys(names)))


def _ordered(axes: dict[str, Axis], key: str) -> dict[str, Axis]:
    """Sort axes by name, each after those that its condition names."""
    graph = {name: set(axes[name].when) & set(axes) for name in sorted(axes)}
    try:
        return {name: axes[name] for name in TopologicalSorter(graph).static_order()}
    except CycleError as error:
        circle = " -> ".join(error.args[1])
        raise UserError(f"{key}: conditions go in a circle: {circle}") from None
