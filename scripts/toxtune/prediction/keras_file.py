"""Looking into a ``.keras`` file before Keras builds what it describes.

Keras refuses code that such a file brings along. But the description names classes and
functions of Keras by their modules, and some of those read files or fetch addresses.
So nothing is built but what a network of the family `dense` is made of.
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
    "Activation",
    "Reshape",
    "Softmax",
    "Flatten",
    "Rescaling",
    "GlorotUniform",
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
        If it holds other files, or names other classes than such a network has.
    """
    with zipfile.ZipFile(path) as archive:
        if others := set(archive.namelist()) - FILES:
            raise UserError(
                f"{name}: holds {shown(min(others))}, which is no part of a network"
            )
        config = json.loads(archive.read("config.json"))
    for described in _described(config):
        kind, module = described["class_name"], described.get("module")
        known = module is None or str(module).split(".")[0] == "keras"
        if kind not in CLASSES or not known or _is_registered(described):
            raise UserError(
                f"{name}: describes {shown(f'{module}.{kind}')}, which is no part of a "
                "network of the family dense"
            )


def _described(value: Any) -> Iterator[dict[str, Any]]:
    """Yield all that is to be built, outermost first."""
    if isinstance(value, dict):
        if "class_name" in value:
            yield value
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from _described(each)


def _is_registered(described: dict[str, Any]) -> bool:
    """Whether it is to be looked up among classes that a user has registered."""
    name = described.get("registered_name")
    return name is not None and name != described["class_name"]
