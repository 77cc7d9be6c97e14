"""Laying configurations over each other, as Snakemake does it."""

from pathlib import Path
from typing import Any

import yaml

from toxtune.errors import UserError


def overlaid(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """Merge two configurations: mappings key by key, everything else from `above`."""
    merged = dict(below)
    for key, value in above.items():
        both = isinstance(value, dict) and isinstance(below.get(key), dict)
        merged[key] = overlaid(below[key], value) if both else value
    return merged


def read_overlay(path: Path) -> dict[str, Any]:
    """Read one configuration file.

    Raises
    ------
    UserError
        If it cannot be read, is not YAML or no mapping.
    """
    try:
        config = yaml.safe_load(path.read_text("utf-8")) or {}
    except OSError as error:
        raise UserError(f"{path}: cannot be read: {error.strerror}") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        reason = " ".join(str(error).split())
        raise UserError(f"{path}: is not YAML: {reason}") from None
    if not isinstance(config, dict):
        raise UserError(f"{path}: must be a mapping of keys to values, got {config!r}")
    return config
