"""What a configuration leaves out, and numbers that YAML took for text.

The schema's ``default`` is the one place of a default.
"""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from toxtune.config.schema import Schema, SchemaValidator
from toxtune.models.hyperparameters import as_number


def with_defaults(schema: Schema, value: Any) -> Any:
    """Return a copy of a value in which its schema's defaults are filled in.

    Text is replaced by the number that it spells where the schema expects a number:
    YAML takes ``1e-3`` for text. Where it expects the name of a column, a whole number
    is replaced by its digits. What breaks the schema stays as it is.
    """
    if isinstance(value, dict):
        return _complete_mapping(schema, value)
    if isinstance(value, list):
        items = schema.get("items", {})
        return [with_defaults(items, item) for item in value]
    if type(value) is int and schema.get("x-column"):
        return str(value)
    return as_number(value) if _expects_number(schema) else value


def _complete_mapping(schema: Schema, value: dict[str, Any]) -> dict[str, Any]:
    completed = dict(value)
    for branch in _branches(schema, value):
        properties = branch.get("properties", {})
        for name, subschema in properties.items():
            has_default = isinstance(subschema, dict) and "default" in subschema
            if has_default and completed.get(name) is None:
                completed[name] = deepcopy(subschema["default"])
        for name in completed:
            subschema = properties.get(name, branch.get("additionalProperties"))
            if isinstance(subschema, dict):
                completed[name] = with_defaults(subschema, completed[name])
    return completed


def _branches(schema: Schema, value: dict[str, Any]) -> Iterator[Any]:
    """Yield a schema, and which of its conditional parts a mapping is subject to."""
    yield schema
    for branch in schema.get("allOf", ()):
        holds = SchemaValidator(branch["if"]).is_valid(value)
        yield branch.get("then" if holds else "else", {})


def _expects_number(schema: Schema) -> bool:
    types = schema.get("type", [])
    names = [types] if isinstance(types, str) else types
    return bool({"integer", "number"} & set(names)) and "string" not in names
