"""Checking values against the JSON schemas in ``schemas/``, in plain words."""

import math
from collections.abc import Collection, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend

from toxtune.config.plain_values import spelled
from toxtune.text import did_you_mean, shown

# The folder of the workflow.
ROOT = Path(__file__).resolve().parents[3]
# Installed away from it, for prediction alone, the package brings them along.
_INSTALLED = Path(__file__).resolve().parents[1] / "schemas"
SCHEMAS = _INSTALLED if _INSTALLED.is_dir() else ROOT / "schemas"
# Of a configuration.
SCHEMA = SCHEMAS / "config.schema.yaml"


# A JSON schema, as YAML has it.
Schema = dict[str, Any]


@cache
def read_schema(path: Path) -> Schema:
    """Read a schema; once, since its YAML takes a fifth of a second."""
    return yaml.safe_load(path.read_text("utf-8"))


def schema_faults(schema: Schema, value: Any, root: str = "config") -> list[str]:
    """List what a value breaks of a schema, a line each: key, rule and value.

    `root` stands for the key of the value itself.
    """
    errors = sorted(SchemaValidator(schema).iter_errors(value), key=_position)
    mistyped = {_place(error) for error in errors if error.validator == "type"}
    lines = [
        line
        for error in errors
        # Of a value of another type, bounds say nothing more.
        if error.validator == "type" or _place(error) not in mistyped
        for line in _in_words(error, root)
    ]
    # jsonschema reports each missing key separately, and we name them all at once.
    return list(dict.fromkeys(lines))


def unknown_key(key: str, name: str, known: Collection[str]) -> str:
    """Say that a mapping has an unknown key, and which known one is meant."""
    meant = did_you_mean(name, known)
    return f"{key}: unknown key {shown(name)}{meant}; known are {', '.join(known)}"


def _is_whole(checker: Any, value: Any) -> bool:
    # JSON calls 2.0 an integer, but names and paths are made of these: 2.0 is not 2.
    return isinstance(value, int) and not isinstance(value, bool)


def _is_finite(checker: Any, value: Any) -> bool:
    return _is_whole(checker, value) or (
        isinstance(value, float) and math.isfinite(value)
    )


SchemaValidator = extend(
    Draft202012Validator,
    type_checker=Draft202012Validator.TYPE_CHECKER.redefine_many(
        {"integer": _is_whole, "number": _is_finite}
    ),
)


def _place(error: ValidationError) -> tuple[str | int, ...]:
    return tuple(error.absolute_path)


def _position(error: ValidationError) -> list[str]:
    return [str(step) for step in error.absolute_path]


def _in_words(error: ValidationError, root: str) -> Iterator[str]:
    key = spelled(error.absolute_path) or root
    # The declared types allow for unset attributes, which errors of a validator lack.
    value: Any = error.instance
    rule: Any = error.validator
    limit: Any = error.validator_value
    schema: Any = error.schema
    got = f"got {shown(value)}"
    if rule == "additionalProperties":
        yield from _unknown_keys(key, value, schema)
    elif rule == "required":
        missing = ", ".join(repr(name) for name in limit if name not in value)
        yield f"{key}: needs the key {missing}, got {', '.join(value) or 'none'}"
    elif _is_explained(rule, schema):
        yield f"{key}: must be {schema['x-rule']}, {got}"
    elif rule == "type":
        yield f"{key}: must be {_types(limit)}, {got}{_quotes(limit, value)}"
    elif rule == "enum":
        meant = did_you_mean(value, limit) if isinstance(value, str) else ""
        yield f"{key}: must be one of {', '.join(limit)}, {got}{meant}"
    else:
        yield f"{key}: {_RULES[rule].format(limit)}, {got}"


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


def _is_explained(rule: str, schema: Mapping[str, Any]) -> bool:
    """Whether the schema's ``x-rule`` is about what is broken here."""
    rules = {"anyOf", "pattern"} if "pattern" in schema else {"anyOf", "type"}
    return "x-rule" in schema and rule in rules


def _unknown_keys(key: str, value: Any, schema: Schema) -> Iterator[str]:
    known, moved = schema["properties"], schema.get("x-moved", {})
    for name in value:
        if name in moved:
            yield f"{key}: unknown key {name!r}; it is now {moved[name]}"
        elif name not in known and "x-strategy" in schema:
            yield (
                f"{key}.{name}: {schema['x-strategy']} has no such setting, only "
                f"{', '.join(known)}; leave it out, got {shown(value[name])}"
            )
        elif name not in known:
            yield unknown_key(key, name, known) + _belongs_below(name, known)


def _belongs_below(name: str, known: Mapping[str, Any]) -> str:
    """Say which sections know a key that stands beside them."""
    sections = [
        section
        for section, inner in known.items()
        if name in inner.get("properties", {})
    ]
    if len(sections) != 1:
        return ""
    return f"; {name} stands below {sections[0]}: `{sections[0]}: {{{name}: ...}}`"


def _quotes(names: str | list[str], value: Any) -> str:
    """Say how a text is written that YAML takes for something else."""
    if "string" not in names or not isinstance(value, bool | int | float):
        return ""
    if isinstance(value, bool):
        return "; YAML reads words such as NO and on as that: write 'NO' in quotes"
    return f"; YAML reads it as a number: write '{value}' in quotes"


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
