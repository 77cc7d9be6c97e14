"""Checks a ``.keras`` file before Keras builds what it describes.

Keras refuses to run code that comes with such a file. But the file names classes and
functions of Keras, and some of those read files or open addresses. So only the layers
that a network of the family `dense` has are let through.
"""

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from toxtune.errors import UserError
from toxtune.text import shown

FILES = {"metadata.json", "config.json", "model.weights.h5"}


CLASSES = {
    "Functional",
    "InputLayer",
    "Dense",
    "Dropout",
    "AlphaDropout",
    "BatchNormalization",
    "Activation",
    "Reshape",
    "Softmax",
    "Flatten",
    "Rescaling",
    "GlorotUniform",
    "LecunNormal",
    "Ones",
    "Zeros",
    "DTypePolicy",
    "__keras_tensor__",
}


def check_network(path: Path, name: str) -> None:
    """Refuse a ``.keras`` file that is no network of the family `dense`.

    Parameters
    ----------
    path
        The file.
    name
        What to call it, for messages.

    Raises
    ------
    UserError
        If it holds files or names classes that such a network does not have.
    """
    with zipfile.ZipFile(path) as archive:
        if others := set(archive.namelist()) - FILES:
            raise UserError(
                f"{name}: holds {shown(min(others))}, "
                "which does not belong to a network"
            )
        config = json.loads(archive.read("config.json"))
    for description in _descriptions(config):
        class_name, module = description["class_name"], description.get("module")
        is_of_keras = module is None or str(module).split(".")[0] == "keras"
        if (
            class_name not in CLASSES
            or not is_of_keras
            or _is_registered_elsewhere(description)
        ):
            raise UserError(
                f"{name}: describes {shown(f'{module}.{class_name}')}, "
                "which networks of the family dense do not have"
            )


def _descriptions(value: Any) -> Iterator[dict[str, Any]]:
    """Yield the descriptions of all that is to be built, outermost first."""
    if isinstance(value, dict):
        if "class_name" in value:
            yield value
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from _descriptions(item)


def _is_registered_elsewhere(description: dict[str, Any]) -> bool:
    """Whether Keras would look it up among classes that a user has registered."""
    name = description.get("registered_name")
    return name is not None and name != description["class_name"]
