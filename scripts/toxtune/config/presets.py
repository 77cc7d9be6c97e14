"""Presets: searches that are ready, each a configuration in ``examples/presets/``.

A preset is laid between config.yaml and a user's own configuration, so that whatever
else that one says still counts.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from toxtune.config.layers import Layer, merge_layers
from toxtune.config.schema import ROOT, Schema
from toxtune.stats.metrics import METRICS
from toxtune.tasks import TaskType

FOLDER = ROOT / "examples" / "presets"
NO_PRESET = "none"


def with_preset(layers: Sequence[Layer], schema: Schema) -> list[Layer]:
    """Put the preset that configurations name, if any, above the first of them.

    Where the first names a preset beside spaces of its own, these stay, to be refused.
    """
    preset = read_preset(merge_layers(layers, schema))
    if preset is None or _has_two_searches(layers[0].values):
        return list(layers)
    return [*layers[:1], preset, *layers[1:]]


def _has_two_searches(config: dict[str, Any]) -> bool:
    search = config.get("search")
    spaces = search.get("spaces") if isinstance(search, dict) else None
    return config.get("preset", NO_PRESET) != NO_PRESET and bool(spaces)


def read_preset(config: dict[str, Any]) -> Layer | None:
    """Read the preset that a configuration names; what is none is refused elsewhere.

    Networks learn values in more epochs than classes, and linear models differ: there
    is one file for each.
    """
    objective = config.get("objective")
    metric = objective.get("metric") if isinstance(objective, dict) else None
    known = METRICS.get(metric) if isinstance(metric, str) else None
    has_values = known is not None and known.task_type == TaskType.REGRESSION
    folder = FOLDER / ("values" if has_values else "classes")
    paths = {path.stem: path for path in folder.glob("*.yaml")}
    name = config.get("preset")
    if not isinstance(name, str) or name not in paths:
        return None
    return replace(Layer.read(paths[name]), is_preset=True)
