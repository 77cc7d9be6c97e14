"""Spaces: the values that a family's features and hyperparameters may take."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import Any, NotRequired, TypedDict

from toxtune.errors import UserError
from toxtune.models.hyperparameters import Hyperparameters
from toxtune.models.registry import MODULES, get_family
from toxtune.search.axes import Axis, Choices
from toxtune.search.axis_settings import read_axis
from toxtune.search.conditions import idle_axes
from toxtune.search.named_family import named_family
from toxtune.stats.metrics import metrics_of
from toxtune.tasks import TaskType
from toxtune.text import did_you_mean

FEATURES = "features"


class SpaceSection(TypedDict):
    """One entry of ``search.spaces``: a family's space, and its own budget."""

    family: str
    features: str | list[str]
    hyperparameters: dict[str, Any]
    trials: NotRequired[int]
    rounds: NotRequired[int]
    batch: NotRequired[int]
    min_resource: NotRequired[int]


@dataclass(frozen=True)
class Point:
    """One point of a space: the name of the features, and all hyperparameters."""

    features: str
    hyperparameters: Hyperparameters


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
        """The names of all axes, sorted."""
        return sorted([FEATURES, *self.axes])

    def from_unit_cube(self, u: Mapping[str, float]) -> Point:
        """Map a number from 0 (included) to 1 (excluded) for each axis to a point."""
        hyperparameters = self.defaults()
        for name, axis in self.axes.items():
            if axis.is_active(hyperparameters):
                hyperparameters[name] = axis.values.from_unit_interval(u[name])
        features = self.features.from_unit_interval(u[FEATURES])
        return Point(features, hyperparameters)

    def grid(self) -> Iterator[Point]:
        """Yield every combination; an axis that is not active adds none."""
        for features in self.features.listed():
            for hyperparameters in self._combinations(list(self.axes.items())):
                yield Point(features, hyperparameters)

    def _combinations(self, axes: list[tuple[str, Axis]]) -> Iterator[Hyperparameters]:
        if not axes:
            yield self.defaults()
            return
        *earlier, (name, axis) = axes
        for hyperparameters in self._combinations(earlier):
            if not axis.is_active(hyperparameters):
                yield hyperparameters
                continue
            for value in axis.values.listed():
                yield {**hyperparameters, name: value}

    def defaults(self) -> Hyperparameters:
        """Return the family's hyperparameters at their declared defaults."""
        declared = get_family(self.family).hyperparameters
        return {name: axis.default for name, axis in declared.items()}


def read_space(
    raw: SpaceSection,
    known_features: list[str],
    key: str,
    task_type: TaskType = TaskType.BINARY,
) -> Space:
    """Read one entry of ``search.spaces``.

    Parameters
    ----------
    raw
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
        For a family that cannot learn such tasks; else one line for each unknown name
        of features or hyperparameter and each illegal axis.
    """
    family = raw["family"]
    try:
        declared = named_family(family).hyperparameters
    except UserError as error:
        raise UserError(f"{key}.family: {error}") from None
    _check_task_type(family, task_type, key)
    axes, faults = {}, []
    for name, raw_axis in raw["hyperparameters"].items():
        where = f"{key}.hyperparameters.{name}"
        try:
            _check_hyperparameter(name, family, task_type, where)
            axes[name] = read_axis(declared, name, raw_axis, where)
        except UserError as error:
            faults.append(str(error))
    try:
        features = _read_features(raw["features"], known_features, key)
    except UserError as error:
        faults.append(str(error))
    if faults:
        raise UserError("\n".join(faults))
    axes = _ordered(axes, f"{key}.hyperparameters")
    # An axis at fault would lack among those that conditions name.
    if faults := list(idle_axes(axes, declared, f"{key}.hyperparameters")):
        raise UserError("\n".join(faults))
    return Space(family, features, axes)


def _check_task_type(family: str, task_type: TaskType, key: str) -> None:
    task_types = get_family(family).task_types
    if task_type not in task_types:
        able = [name for name in MODULES if task_type in get_family(name).task_types]
        metrics = [metric for each in task_types for metric in metrics_of(each)]
        raise UserError(
            f"{key}.family: {family} is for {' and '.join(task_types)} tasks, and "
            f"objective.metric is for {task_type} ones; take {', '.join(able)}, or a "
            f"metric that {family} is for: {', '.join(metrics)}"
        )


def _check_hyperparameter(
    name: str, family: str, task_type: TaskType, key: str
) -> None:
    declared = get_family(family).hyperparameters
    if name not in declared:
        raise UserError(
            f"{key}: {family} has no such hyperparameter"
            f"{did_you_mean(name, declared)}; it has {', '.join(sorted(declared))}"
        )
    if task_type not in declared[name].task_types:
        raise UserError(f"{key}: means nothing for {task_type} tasks; leave it out")


def _read_features(raw: Any, known: list[str], key: str) -> Choices:
    names = raw if isinstance(raw, list) else [raw]
    for name in names:
        if name not in known:
            raise UserError(
                f"{key}.features: {name!r} is not defined under features, "
                f"which has {', '.join(sorted(known))}{did_you_mean(name, known)}"
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
