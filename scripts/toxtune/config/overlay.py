"""Laying configurations over each other, as Snakemake does it."""

import os
import shlex
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator

from toxtune.config.plain_values import refuse_unplain
from toxtune.config.schema import ROOT, SCHEMA, read_schema
from toxtune.errors import UserError
from toxtune.text import shown

# What all others are laid over, in the folder that commands work in.
SHIPPED = Path("config.yaml")

MAX_CHARACTERS = 1_000_000


# With this key Snakemake takes a file for a template, and evaluates what is in it.
TEMPLATE = "__use_yte__"


# The value of a section that brings others with it, see `_brought_by`.
_BRINGING = {"dataset": "source", "objective": "metric"}


def overlaid(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """Merge two configurations: mappings key by key, everything else from `above`.

    Features of another ``kind`` replace those of their name. Of another strategy's
    settings those stay that the new one has as well. A new source has another checksum
    than the one before, and a new metric its own direction.
    """
    return _merged(below, above, ())


def _merged(
    below: dict[str, Any], above: dict[str, Any], keys: tuple[str, ...]
) -> dict[str, Any]:
    """Merge two mappings that stand under `keys`."""
    is_definition = len(keys) == 2 and keys[0] == "features"
    if is_definition and "kind" in above and above["kind"] != below.get("kind"):
        return dict(above)
    merged = dict(below)
    if keys == ("search", "strategy") and "name" in above:
        merged = _settings_that_stay(below, above)
    bringing = _BRINGING.get(keys[0]) if len(keys) == 1 else None
    if bringing in above and above[bringing] != below.get(bringing):
        for brought in _brought_by(keys[0], above[bringing]):
            merged.pop(brought, None)
    for key, value in above.items():
        both = isinstance(value, dict) and isinstance(below.get(key), dict)
        merged[key] = _merged(below[key], value, (*keys, key)) if both else value
    return merged


def _brought_by(section: str, value: Any) -> tuple[str, ...]:
    """Name what a value brings with it: where only it is written, that is another's.

    Metrics without a unit have no scale.
    """
    if section == "dataset":
        return ("sha256",)
    # Slow to import, and seldom asked.
    from toxtune.stats.metrics import METRICS

    metric = METRICS.get(value) if isinstance(value, str) else None
    return ("direction",) if metric and metric.has_unit else ("direction", "scale")


def _settings_that_stay(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """Return the settings of a strategy that the one laid over it has, too.

    The others were written for the former one: they would be refused, and whoever
    wrote the new one could not leave them out. ``null`` is the default, with its own.
    """
    if above["name"] == below.get("name"):
        return dict(below)
    sections = read_schema(SCHEMA)["properties"]
    branches = sections["search"]["properties"]["strategy"]["allOf"]
    merged = {**below, **above}
    known = {
        key
        for branch in branches
        if Draft202012Validator(branch["if"]).is_valid(merged)
        for key in branch["then"]["properties"]
    }
    return {key: value for key, value in below.items() if key in known}


def read_overlay(path: Path) -> dict[str, Any]:
    """Read one configuration file.

    Raises
    ------
    UserError
        If it cannot be read, is not YAML, no mapping or a template.
    """
    try:
        with open(path, encoding="utf-8") as stream:
            text = stream.read(MAX_CHARACTERS + 1)
    except OSError as error:
        if path == SHIPPED and not os.path.lexists(path):
            raise UserError(_where_to_go()) from None
        raise UserError(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise UserError(f"{path}: must be UTF-8 text: {error}") from None
    if len(text) > MAX_CHARACTERS:
        raise UserError(f"{path}: must have at most {MAX_CHARACTERS:,} characters")
    config = read_yaml(text, str(path))
    # Snakemake refuses it, and names no file.
    if config is None:
        raise UserError(
            f"{path}: has no keys; write what differs from config.yaml, or leave the "
            "file out"
        )
    if not isinstance(config, dict):
        raise UserError(
            f"{path}: must be a mapping of keys to values, got {shown(config)}"
        )
    if TEMPLATE in config:
        raise UserError(
            f"{path}: {TEMPLATE}: a configuration is no template, whose code would be "
            "run; write the values themselves"
        )
    return config


def read_yaml(text: str, name: str) -> Any:
    """Read YAML of plain values, in which no key stands twice; `name` is for messages.

    Raises
    ------
    UserError
        If it is not that.
    """
    value = parse_yaml(text, name, _Loader)
    refuse_unplain(value, name)
    return value


def parse_yaml(
    text: str, name: str, loader: type[yaml.SafeLoader | yaml.BaseLoader]
) -> Any:
    """Read YAML with a loader that makes no objects of Python's.

    Raises
    ------
    UserError
        If it is not YAML.
    """
    try:
        return yaml.load(text, Loader=loader)
    except RecursionError:
        raise UserError(f"{name}: is nested too deeply") from None
    # A number or date that is none raises what Python raises for it.
    except (yaml.YAMLError, ValueError, AttributeError) as error:
        raise UserError(f"{name}: is not YAML: {_reason(error)}") from None


def _reason(error: Exception) -> str:
    """Say what is wrong with YAML and in which line, in one line."""
    if not isinstance(error, yaml.MarkedYAMLError) or error.problem_mark is None:
        return " ".join(str(error).split())
    problem, line = error.problem or "", error.problem_mark.line + 1
    if r"'\t'" in problem:
        problem = "a tab, where YAML wants blanks"
    if error.context is None or error.context_mark is None:
        return f"line {line}: {problem}"
    begin = error.context_mark.line + 1
    return f"line {line}: {problem} ({error.context} that begins in line {begin})"


class UniqueKeys:
    """Of a loader: a key that stands twice is a mistake."""

    def compose_mapping_node(self, anchor: Any) -> yaml.MappingNode:
        """Read a mapping.

        Raises
        ------
        yaml.composer.ComposerError
            If a key stands twice in it.
        """
        node = super().compose_mapping_node(anchor)  # type: ignore[misc]
        seen = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                continue
            if (key.tag, key.value) in seen:
                raise yaml.composer.ComposerError(
                    problem=f"the key {shown(key.value)} stands twice",
                    problem_mark=key.start_mark,
                )
            seen.add((key.tag, key.value))
        return node


class _Loader(UniqueKeys, yaml.SafeLoader):
    """YAML without types of Python's."""


def _where_to_go() -> str:
    return (
        f"{SHIPPED}: is not in {Path.cwd()}; commands work in the folder that has it "
        f"and Snakefile: `cd {shlex.quote(str(ROOT))}` first, and name files that are "
        "elsewhere by their whole paths"
    )
