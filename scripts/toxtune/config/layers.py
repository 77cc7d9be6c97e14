"""Configurations in layers: what each says, and where the files are that it names."""

import os
from collections.abc import Iterable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from toxtune.config.overlay import overlaid, read_overlay
from toxtune.config.schema import Schema

Keys = tuple[str | int, ...]


@dataclass(frozen=True)
class Layer:
    """One of the configurations that are laid over each other.

    Attributes
    ----------
    values
        What it says.
    folders
        Where files that it names by a relative path are looked for, in order, before
        the folder of the run.
    is_preset
        Whether it is one of ours, which ``null`` above it stands for.
    """

    values: dict[str, Any]
    folders: tuple[Path, ...] = ()
    is_preset: bool = False

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a file; a linked one has the folder of the link, and then its own.

        Raises
        ------
        UserError
            See `toxtune.config.overlay.read_overlay`.
        """
        values = read_overlay(path)
        folders = (path.parent, Path(os.path.realpath(path)).parent)
        return cls(values, folders)


def read_layers(paths: Iterable[Path]) -> list[Layer]:
    """Read configuration files."""
    return [Layer.read(Path(path)) for path in paths]


def merge_layers(layers: Sequence[Layer], schema: Schema) -> dict[str, Any]:
    """Lay configurations over each other.

    ``null`` stands for the default wherever the schema has no ``null``: for the value
    of the first layer and a preset above it, or for a key that is left out.
    """
    shipped: dict[str, Any] = {}
    merged: dict[str, Any] = {}
    for number, layer in enumerate(layers):
        if not number or layer.is_preset:
            shipped = overlaid(shipped, layer.values)
        merged = overlaid(merged, layer.values)
        merged = _without_nulls(schema, merged, shipped)
    return deepcopy(merged)


def last_writer(layers: Sequence[Layer], keys: Keys) -> int | None:
    """Return the number of the last layer that says what stands under some keys.

    ``null`` says nothing.
    """
    for number in reversed(range(len(layers))):
        value: Any = layers[number].values
        for step in keys:
            if not isinstance(value, dict):
                # A list, or a single value, is replaced as a whole.
                return number
            if step not in value:
                break
            value = value[step]
        else:
            if value is not None:
                return number
    return None


def _without_nulls(
    schema: Schema, values: dict[str, Any], shipped: dict[str, Any]
) -> dict[str, Any]:
    kept = {}
    for key, value in values.items():
        subschemas = list(_subschemas(schema, key))
        below = shipped.get(key) if isinstance(shipped, dict) else None
        if value is None and subschemas and not any(map(_has_null, subschemas)):
            if below is not None:
                kept[key] = below
            continue
        kept[key] = value
        for subschema in subschemas:
            kept[key] = _inside(subschema, kept[key], below)
    return kept


def _inside(schema: Schema, value: Any, shipped: Any) -> Any:
    if isinstance(value, dict):
        return _without_nulls(schema, value, shipped)
    items = schema.get("items")
    if isinstance(value, list) and isinstance(items, dict):
        return [_inside(items, each, None) for each in value]
    return value


def _subschemas(schema: Schema, key: str) -> Iterator[Schema]:
    """Yield what the schema and its conditional parts say of a key."""
    branches = [schema]
    for branch in schema.get("allOf", ()):
        branches += [branch.get("then", {}), branch.get("else", {})]
    for branch in branches:
        subschema = branch.get("properties", {}).get(
            key, branch.get("additionalProperties")
        )
        if isinstance(subschema, dict):
            yield subschema


def _has_null(schema: Schema) -> bool:
    """Whether null is a value of its own, or must be refused."""
    return "null" in schema.get("type", ()) or "x-never-null" in schema
