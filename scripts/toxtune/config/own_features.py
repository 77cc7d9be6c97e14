"""Own features of a configuration, completed by what only a plan knows."""

from typing import cast

from toxtune.config.sections import Config
from toxtune.errors import UserError
from toxtune.features.definitions import (
    COLUMNS,
    FILE,
    DefinedFeatures,
    Definition,
    is_own,
)
from toxtune.tables.sources import hash_of_source, uncompressed

# Where neither the features nor the dataset say which column has the ids.
ID_COLUMN = "id"


def planned_features(config: Config) -> DefinedFeatures:
    """Return ``features`` of a checked configuration, the user's own ones completed.

    These get their name, files the name of their column with ids, and the SHA-256 of
    their content, which is part of what features are.

    Raises
    ------
    UserError
        If there is no such file, it cannot be read, or the dataset has no ids for it.
    """
    planned: DefinedFeatures = {}
    for name, setting in config["features"].items():
        is_single = not isinstance(setting, list)
        if is_single and is_own(cast(Definition, setting)):
            planned[name] = _completed(name, cast(Definition, setting), config)
        else:
            planned[name] = setting
    return planned


def feature_columns(features: DefinedFeatures) -> list[str]:
    """Name the columns of the dataset's table that are features; sorted."""
    return sorted(
        {
            column.strip()
            for setting in features.values()
            if not isinstance(setting, list) and setting["kind"] == COLUMNS
            for column in setting["columns"]
        }
    )


def _completed(name: str, definition: Definition, config: Config) -> Definition:
    completed: Definition = {**definition, "name": name}
    if "columns" in definition:
        completed["columns"] = sorted(
            column.strip() for column in definition["columns"]
        )
    if definition["kind"] == FILE:
        key = f"features.{name}.path"
        of_dataset = config["dataset"]["id_column"]
        # Numbered rows would be joined with ids that look the same.
        if of_dataset is None:
            raise UserError(
                f"{key}: {definition['path']} is joined by ids; write "
                "dataset.id_column: NAME, the column of the dataset that has them"
            )
        completed["id_column"] = definition.get("id_column", of_dataset)
        completed["sha256"] = hash_of_source(definition["path"], key, uncompressed)
    return completed
