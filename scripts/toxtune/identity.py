"""Ids: hashes of canonical JSON."""

import hashlib
import json
from typing import Any

ID_LENGTH = 12


def canonical_json(value: Any) -> str:
    r"""Spell a value in one way only: sorted keys, no blanks, no NaN.

    Numbers must have the right type already, since ``1`` and ``1.0`` are spelled
    differently.

    Examples
    --------
    >>> print(canonical_json({"b": [1.0, None], "a": "é"}))
    {"a":"\u00e9","b":[1.0,null]}
    """
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False
    )


def full_hash(value: Any) -> str:
    """SHA-256 of the canonical JSON of `value`, in hexadecimal."""
    return hashlib.sha256(canonical_json(value).encode()).hexdigest()


def short_id(value: Any) -> str:
    """First 12 hexadecimal digits of `full_hash`."""
    return full_hash(value)[:ID_LENGTH]
