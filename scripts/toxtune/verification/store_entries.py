"""Comparing the store's entries of a training with their manifests and its result."""

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
    for entry in map(store.entry, (key, model_key(key), state_key(key))):
        verify_entry(entry, findings)
    entry = store.entry(key)
    if entry.is_dir() and is_sound(entry):
        sums = read_json(entry / MANIFEST)
        findings.expect(
            ENTRIES,
            entry,
            result["sha256"].items() <= sums.items(),
            f"must have the files of {path}",
        )


def verify_entry(entry: Path, findings: Findings) -> None:
    """Expect that an entry, if it is there, is what its manifest says."""
    if entry.is_dir():
        rule = f"must have the files whose SHA-256 are in its {MANIFEST}"
        findings.expect(ENTRIES, entry, is_sound(entry), rule)


def is_key(key: Any) -> bool:
    """Whether it can name an entry."""
    return isinstance(key, str) and bool(_KEY.fullmatch(key))
