"""Laying configurations over each other, as Snakemake does it."""

from typing import Any


def overlaid(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """Merge two configurations: mappings key by key, everything else from `above`."""
    merged = dict(below)
    for key, value in above.items():
        both = isinstance(value, dict) and isinstance(below.get(key), dict)
        merged[key] = overlaid(below[key], value) if both else value
    return merged
