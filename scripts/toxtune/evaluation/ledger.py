"""The ledger: every distinct selection that has opened a test set."""

import fcntl
import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from toxtune.identity import short_id


def opening_id(selection: str, store_keys: Iterable[str]) -> str:
    """Name what opens the test set: a selection, and its models by their store keys.

    The same winners, trained by other code or with other libraries, are other models:
    scoring them is another opening.
    """
    return short_id({"selection": selection, "models": sorted(store_keys)})


def record_opening(ledger: Path, line: dict[str, Any]) -> None:
    """Append `line`, unless its selection has opened this test set before.

    Parameters
    ----------
    ledger
        One file per split; lines are only ever added.
    line
        JSON values; ``selection`` is what makes it distinct.
    """
    ledger.parent.mkdir(parents=True, exist_ok=True)
    with open(ledger, "a+", encoding="utf-8") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        stream.seek(0)
        text = stream.read()
        if line["selection"] in {opening["selection"] for opening in _lines(text)}:
            return
        # A line that a crash cut short is ended, not continued.
        start = "\n" if text and not text.endswith("\n") else ""
        stream.write(f"{start}{json.dumps(line, sort_keys=True)}\n")
        stream.flush()
        os.fsync(stream.fileno())


def read_openings(ledger: Path) -> list[dict[str, Any]]:
    """Read the ledger's lines, oldest first; none if the test set was never opened."""
    return _lines(ledger.read_text("utf-8")) if ledger.is_file() else []


def _lines(text: str) -> list[dict[str, Any]]:
    lines = []
    for text_of_line in text.splitlines():
        try:
            line = json.loads(text_of_line)
        except (ValueError, RecursionError):
            continue
        if isinstance(line, dict) and "selection" in line:
            lines.append(line)
    return lines
