"""Checking values against the JSON schemas in ``schemas/``, in plain words."""

import math
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend

from toxtune.config.plain_values import spelled
from toxtune.models.hyperparameters import number_hint
from toxtune.text import shown

SCHEMAS = Path(__file__).resolve().parents[3] / "schemas"


def read_schema(path: Path) -> dict[str, Any]:
    """Read a schema."""
    return yaml.safe_load(path.read_text("utf-8"))


def schema_faults(
    schema: dict[str, Any], value: Any, root: str = "config"
) -> list[str]:
    """List what a value breaks of a schema, a line each: key, rule and value.

    `root` stands for the key of the value itself.
    """
    errors = sorted(_Validator(schema).iter_errors(value), key=_position)
    # A key that lacks is an error for each of those that lack.
    return list(dict.fromkeys(_in_words(error, root) for error in errors))


def _is_whole(checker: Any, value: Any) -> bool:
    # JSON calls 2.0 an integer, but names and paths are made of these: 2.0 is not 2.
    return isinstance(value, int) and not isinstance(value, bool)


def _is_finite(checker: Any, value: Any) -> bool:
    return _is_whole(checker, value) or (
        isinstance(value, float) and math.isfinite(value)
    )


_Validator = extend(
    Draft202012Validator,
    type_checker=Draft202012Validator.TYPE_CHECKER.redefine_many(
        {"integer": _is_whole, "number": _is_finite}
    ),
)


def _position(error: ValidationError) -> list[str]:
    return [str(step) for step in error.absolute_path]


def _in_words(error: ValidationError, root: str) -> str:
    key = spelled(error.absolute_path) or root
    rule, value, limit = error.validator, error.instance, error.validator_value
    got = f"got {shown(value)}"
    if rule == "additionalProperties":
        known = error.schema["properties"]
        unknown = ", ".join(repr(name) for name in value if name not in known)
        return f"{key}: unknown key {unknown}; known are {', '.join(known)}"
    if rule == "required":
        missing = ", ".join(repr(name) for name in limit if name not in value)
        return f"{key}: needs the key {missing}, got {', '.join(value) or 'none'}"
    if rule == "type":
        return f"{key}: must be {_types(limit)}, {got}{_hint(limit, value)}"
    if rule == "enum":
        return f"{key}: must be one of {', '.join(limit)}, {got}"
    if rule in {"pattern", "anyOf"}:
        return f"{key}: must be {error.schema['$comment']}, {got}"
    return f"{key}: {_RULES[rule].format(limit)}, {got}"


_RULES = {
    "minItems": "needs at least one entry",
    "minProperties": "needs at least one entry",
    "minLength": "must not be empty",
    "uniqueItems": "must not repeat an entry",
    "minimum": "must be ≥ {}",
    "maximum": "must be ≤ {}",
    "exclusiveMinimum": "must be > {}",
    "exclusiveMaximum": "must be < {}",
}


def _hint(types: str | list[str], value: Any) -> str:
    names = [types] if isinstance(types, str) else types
    if not isinstance(value, str) or not {"integer", "number"} & set(names):
        return ""
    return number_hint(value, whole="number" not in names)


def _types(names: str | list[str]) -> str:
    words = {
        "string": "text",
        "object": "a mapping",
        "array": "a list",
        "integer": "a whole number",
        "number": "a number",
        "null": "null",
        "boolean": "true or false",
    }
    listed = [names] if isinstance(names, str) else names
    return " or ".join(words[name] for name in listed)
