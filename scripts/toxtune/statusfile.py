"""The status file that a run leaves, and which of its trainings failed."""

from typing import Any

from toxtune.progress import STATUS_FILE, TRAINING_RULES
from toxtune.writtenfiles import read_written


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
