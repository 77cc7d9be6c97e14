"""The model families by name.

Apart from what trainings import, so that a new family retrains no other.
"""

from importlib import import_module
from types import ModuleType

MODULES = {
    "dense": "toxtune.models.dense",
    "gradient_boosting": "toxtune.models.gradient_boosting",
    "logistic_regression": "toxtune.models.logistic_regression",
    "random_forest": "toxtune.models.random_forest",
    "ridge": "toxtune.models.ridge",
}


def family_module(family: str) -> ModuleType:
    """Import the module of a family by its name."""
    return import_module(MODULES[family])
