"""Say how the present run stands, or how the last one ended: ``make status``."""

import os
import sys
from datetime import datetime
from typing import Any

from toxtune.errors import UserError
from toxtune.runs.best_score import Best
from toxtune.runs.lock import lock_is_held
from toxtune.runs.progress import (
    TRAINING_RULES,
    Counts,
    added,
    best_in_words,
    in_words,
    trainings_in_words,
)
from toxtune.runs.status_file import last_status


def main() -> None:
    """Print the status of the working directory."""
    status = last_status()
    if status is None:
        print("No run here yet; `make run` starts one")
        return
    print("\n".join(described(status, lock_is_held())))


def described(status: dict[str, Any], locked: bool) -> list[str]:
    """Put a status file into words.

    Parameters
    ----------
    status
        Content of the status file.
    locked
        Whether a run holds the lock.

    Returns
    -------
    list[str]
        Lines.
    """
    lines = [_state(status, locked)]
    rules = {rule: Counts(**counts) for rule, counts in status["rules"].items()}
    if not rules:
        lines.append("there was nothing to be done")
    trainings = [rules[rule] for rule in TRAINING_RULES if rule in rules]
    if trainings:
        lines.append(f"trainings  {trainings_in_words(added(trainings))}")
    others = added(rules[rule] for rule in rules if rule not in TRAINING_RULES)
    if others.total:
        lines.append(f"other jobs {others.done} of {others.total} done")
    if status["best"]:
        lines.append(f"best       {best_in_words(Best(**status['best']))}")
    for failure in status["failures"]:
        lines += _failure(failure)
    return lines


def _state(status: dict[str, Any], locked: bool) -> str:
    started, updated = (
        datetime.fromisoformat(status[key]) for key in ("started", "updated")
    )
    lasted = in_words((updated - started).total_seconds())
    since, until = (f"{time:%Y-%m-%d %H:%M:%S}" for time in (started, updated))
    if status["state"] == "running":
        if locked or _is_alive(status["pid"]):
            return f"Running since {since}, process {status['pid']}"
        return f"Was killed at about {until}, after {lasted}; `make run` goes on"
    words = {
        "finished": "Finished",
        "failed": "Failed",
        "interrupted": "Was stopped",
    }[status["state"]]
    again = "" if status["state"] == "finished" else "; `make run` goes on"
    return f"{words} at {until}, after {lasted}{again}"


def _failure(failure: dict[str, Any]) -> list[str]:
    where = " ".join(f"{key}={value}" for key, value in failure["wildcards"].items())
    lines = [f"✗ {failure['rule']} {where}".rstrip()]
    lines += [f"    {line}" for line in failure["message"].splitlines()]
    return lines + ([f"    log: {failure['log']}"] if failure["log"] else [])


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


if __name__ == "__main__":
    try:
        main()
    except UserError as error:
        sys.exit(f"Error: {error}")
