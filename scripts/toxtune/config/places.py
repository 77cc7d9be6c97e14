"""Where the files lie that a configuration names."""

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from toxtune.config.layers import Keys, Layer, last_writer
from toxtune.config.plain_values import spelled
from toxtune.config.sections import Config
from toxtune.tables.sources import local_path


def place_sources(config: Config, layers: Sequence[Layer]) -> list[str]:
    """Replace names of files by the paths where they are; list those that are nowhere.

    A relative path is looked for beside the file that names it, and then in the folder
    of the run. A dataset with a checksum may be nowhere: it is fetched once.

    Returns
    -------
    list[str]
        A line per file: key, name, and the folders.
    """
    dataset: dict[str, Any] = {**config["dataset"]}
    faults = []
    for holder, key, keys in _named(config):
        writer = last_writer(layers, keys)
        beside = () if writer is None else layers[writer].folders
        folders = (*beside, Path())
        names = holder[key] if isinstance(holder[key], list) else [holder[key]]
        places = [_place(name, folders) for name in names]
        found = [place or name for place, name in zip(places, names, strict=True)]
        holder[key] = found if isinstance(holder[key], list) else found[0]
        is_needed = keys != ("dataset", "source") or dataset["sha256"] is None
        # What comes from no file is missed when it is read.
        if is_needed and beside and None in places:
            faults.append(_nowhere(spelled(keys), names[places.index(None)], folders))
    return faults


def _named(config: Config) -> Iterator[tuple[Any, str, Keys]]:
    """Yield what holds a file's name, the key there, and all keys that lead to it."""
    for key in ("source", "test_source"):
        if config["dataset"][key] is not None:
            yield config["dataset"], key, ("dataset", key)
    for number, data in enumerate(config["prospective"]):
        yield data, "source", ("prospective", number, "source")
    for name, setting in config["features"].items():
        if not isinstance(setting, list) and "path" in setting:
            yield setting, "path", ("features", name, "path")


def _place(name: str, folders: Sequence[Path]) -> str | None:
    """Return the path where a file is, as short as it was written; None if nowhere."""
    if "://" in name or name == "demo":
        return name
    # A name with `$` or `~` in it may be meant as it is.
    paths = [Path(name), local_path(name)]
    for folder in folders:
        for path in paths:
            if os.path.exists(folder / path):
                return name if path.is_absolute() else str(folder / path)
    return name if paths[-1].is_absolute() else None


def _nowhere(key: str, name: str, folders: Sequence[Path]) -> str:
    for variable in re.findall(r"\$\{?(\w+)", name):
        if variable not in os.environ:
            return (
                f"{key}: the environment variable {variable} is not set, got {name!r}"
            )
    looked = dict.fromkeys(os.path.abspath(folder) for folder in folders)
    missing = f"{key}: there is no file {name} in {', nor in '.join(looked)}"
    if key.startswith("features."):
        return missing
    return (
        f"{missing}. Name a CSV file with a SMILES column, or try `make demo`, which "
        "needs no data"
    )
