"""Comparing the store's entries of a training with their manifests and its result."""

import os
import re
from pathlib import Path
from typing import Any

from toxtune.io.files import read_json
from toxtune.training.replicates import model_key, state_key
from toxtune.training.store import MANIFEST, default_store, is_sound
from toxtune.verification.findings import Findings

ENTRIES = "entries of the store"

_KEY = re.compile(r"[0-9a-f]{64}")


def verify_entries(path: Path, result: dict[str, Any], findings: Findings) -> None:
    """Verify the entries of one training that the store still has.

    Parameters
    ----------
    path
        Its ``result.json``, for messages.
    result
        Its content.
    findings
        Records what does not hold.
    """
    key, store = result["store_key"], default_store()
    if not findings.expect(ENTRIES, path, is_key(key), "store_key must be a SHA-256"):
        return
    for part in (key, model_key(key), state_key(key)):
        for entry in store.entries(part):
            verify_entry(entry, findings)
    # Several stores may have trained the same, on machines that round differently.
    if sound := list(filter(is_sound, store.entries(key))):
        holds = any(
            result["sha256"].items() <= read_json(entry / MANIFEST).items()
            for entry in sound
        )
        rule = f"must have the files of {path}"
        findings.expect(ENTRIES, sound[0], holds, rule)


def verify_entry(entry: Path, findings: Findings) -> None:
    """Expect that an entry is what its manifest says."""
    rule = f"must have the files whose SHA-256 are in its {MANIFEST}"
    findings.expect(ENTRIES, entry, is_sound(entry), rule)


def is_of_another_user(key: str) -> bool:
    """Whether another user's files are in an entry of the store, as far as is known."""
    entries = default_store().entries(key)
    return any(map(_is_foreign, entries)) or any(
        _is_foreign(file) for entry in entries for file in entry.iterdir()
    )


def _is_foreign(path: Path) -> bool:
    return path.lstat().st_uid != os.geteuid()


def is_key(key: Any) -> bool:
    """Whether it can name an entry."""
    return isinstance(key, str) and bool(_KEY.fullmatch(key))
