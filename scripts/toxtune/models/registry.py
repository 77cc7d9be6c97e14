"""The model families by name.

Apart from what trainings import, so that a new family retrains no other.
"""

from importlib import import_module
from types import ModuleType

from toxtune.models.devices import CPU

MODULES = {
    "dense": "toxtune.models.dense",
    "gradient_boosting": "toxtune.models.gradient_boosting",
    "logistic_regression": "toxtune.models.logistic_regression",
    "random_forest": "toxtune.models.random_forest",
    "ridge": "toxtune.models.ridge",
}


# What networks are trained with; the other families know no GPU.
_WITH_GPU = "tensorflow"


def device_of(family: str, wanted: str) -> str:
    """Tell on which kind of device a family is trained, if it has the choice."""
    return wanted if _WITH_GPU in family_module(family).LIBRARIES else CPU


def family_module(family: str) -> ModuleType:
    """Import the module of a family by its name."""
    return import_module(MODULES[family])
