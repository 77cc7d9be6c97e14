"""Settings that are written and change nothing, which is hardly what is meant."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

from toxtune.config.layers import Keys, Layer, last_writer
from toxtune.config.plain_values import spelled
from toxtune.config.sections import Config
from toxtune.labels.column import Bounds
from toxtune.splits.settings import CROSS_VALIDATION, HOLDOUT, NESTED, split_settings
from toxtune.stats.metrics import METRICS
from toxtune.tasks import TaskType
from toxtune.text import shown


@dataclass(frozen=True)
class _Rule:
    """When a setting has an effect.

    Attributes
    ----------
    keys
        Of the setting.
    decider
        Keys of what decides that.
    has_effect
        Given a configuration.
    advice
        What to write otherwise.
    """

    keys: Keys
    decider: Keys
    has_effect: Callable[[Config], bool]
    advice: str


_SCHEME = ("validation", "scheme")
_RULES = (
    *(
        _Rule(
            ("validation", key),
            _SCHEME,
            lambda config: config["validation"]["scheme"] != HOLDOUT,
            "cross_validation or nested",
        )
        for key in ("folds", "repeats")
    ),
    _Rule(
        ("validation", "outer_folds"),
        _SCHEME,
        lambda config: config["validation"]["scheme"] == NESTED,
        "nested",
    ),
    _Rule(
        ("split", "fractions"),
        _SCHEME,
        lambda config: config["validation"]["scheme"] != NESTED,
        "another scheme, since outer_folds decides the sizes",
    ),
    _Rule(
        ("split", "fractions"),
        _SCHEME,
        lambda config: (
            config["validation"]["scheme"] != CROSS_VALIDATION
            or not _test_is_given(config)
        ),
        "holdout, since the test set is given and folds divide all the others",
    ),
    _Rule(
        ("calibration",),
        ("objective", "metric"),
        lambda config: (
            config["calibration"] == "none"
            or METRICS[config["objective"]["metric"]].task_type == TaskType.BINARY
        ),
        "a metric for labels of 0 and 1, which have probabilities to calibrate",
    ),
    _Rule(
        ("dataset", "bounds"),
        ("objective", "metric"),
        lambda config: (
            config["dataset"]["bounds"] == Bounds.REFUSE
            or METRICS[config["objective"]["metric"]].task_type == TaskType.REGRESSION
        ),
        "a metric for values, which alone can be bounds",
    ),
)


def settings_without_effect(config: Config, layers: Sequence[Layer]) -> list[str]:
    """List settings that have no effect beside another one, a line each.

    Those of the first layer are shipped, and those below a later word on what decides
    may have been meant for another: neither is a mistake.
    """
    lines = []
    for rule in _RULES:
        writer = last_writer(layers, rule.keys)
        value, decided = _value(config, rule.keys), _value(config, rule.decider)
        if not writer or rule.has_effect(config) or _is_shipped(layers, rule, value):
            continue
        if writer >= (last_writer(layers, rule.decider) or 0):
            lines.append(
                f"{spelled(rule.keys)}: has no effect with {spelled(rule.decider)} "
                f"{decided}; leave it out, or write {rule.advice}; got {shown(value)}"
            )
    return lines


def _test_is_given(config: Config) -> bool:
    """Whether a column or a file says who is in the test set."""
    given = config["dataset"]["test_source"] is not None
    splits = split_settings(config["split"], config["validation"], given)
    return all(split.test_is_given for split in splits.values())


def _is_shipped(layers: Sequence[Layer], rule: _Rule, value: Any) -> bool:
    only_first = layers[:1]
    return (
        last_writer(only_first, rule.keys) is not None
        and _value(only_first[0].values, rule.keys) == value
    )


def _value(config: Any, keys: Keys) -> Any:
    return reduce(lambda value, key: value[key], keys, config)
