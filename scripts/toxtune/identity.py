"""Names that say what a thing is: hashes of canonical JSON."""

import hashlib
import json
from typing import Any

ID_LENGTH = 12


def canonical_json(value: Any) -> str:
    """One spelling per value: sorted keys, no blanks, no NaN.

    Numbers must already have the type that their meaning gives them, since
    ``1`` and ``1.0`` are spelled differently.
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
