"""The model families by name.

No training imports this module, so that a new family retrains no other. A family's
module is imported when it is asked for, and imports nothing heavy then.
"""

from importlib import import_module

from toxtune.models.base import CPU, Family

MODULES = {
    "dense": "toxtune.models.dense",
    "extra_trees": "toxtune.models.extra_trees",
    "gradient_boosting": "toxtune.models.gradient_boosting",
    "lightgbm": "toxtune.models.lightgbm",
    "logistic_regression": "toxtune.models.logistic_regression",
    "random_forest": "toxtune.models.random_forest",
    "ridge": "toxtune.models.ridge",
}


def get_family(name: str) -> Family:
    """Return the family that has a name in `MODULES`."""
    return import_module(MODULES[name]).FAMILY


def device_of(family: str, wanted: str) -> str:
    """Return what a family is trained on: the wanted device, if it has the choice."""
    return wanted if get_family(family).uses_gpu else CPU
