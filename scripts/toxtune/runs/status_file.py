"""The status file that a run leaves, and which of its trainings failed."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from toxtune.io.integrity import read_written
from toxtune.runs.best_score import Best
from toxtune.runs.progress import TRAINING_RULES, Snapshot


def last_status() -> dict[str, Any] | None:
    """Read the status file, if there has been a run.

    Raises
    ------
    UserError
        If it is damaged.
    """
    return read_written(STATUS_FILE) if STATUS_FILE.is_file() else None


def failed_trainings(status: dict[str, Any] | None) -> list[dict[str, Any]]:
    """Return the failures of trainings, as the status file of a run has them.

    There are none if the run was interrupted: who knows what would have become of them.
    """
    if not status or status["state"] != "failed":
        return []
    return [
        failure for failure in status["failures"] if failure["rule"] in TRAINING_RULES
    ]


STATUS_FILE = Path(".snakemake/toxtune/status.json")


def as_status(snapshot: Snapshot, state: str, best: Best | None) -> dict[str, Any]:
    """Put a snapshot into the form of the status file.

    Parameters
    ----------
    snapshot
        How the run stands.
    state
        ``running``, ``finished``, ``failed`` or ``interrupted``.
    best
        The best trial so far, if one is known.
    """
    return {
        "state": state,
        "rules": {rule: asdict(counts) for rule, counts in snapshot.counts.items()},
        "failures": [asdict(failure) for failure in snapshot.failures],
        "best": asdict(best) if best else None,
    }
