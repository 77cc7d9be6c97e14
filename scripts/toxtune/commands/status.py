"""Show how the present run stands, or how the last one in this folder ended.

What a running job has printed is in .snakemake/toxtune/job_output.txt.
"""

import argparse

import psutil

from toxtune.runs.lock import lock_is_held
from toxtune.runs.progress import (
    TRAINING_RULES,
    Failure,
    describe_best,
    describe_trainings,
    format_duration,
    sum_counts,
    ways_on,
)
from toxtune.runs.status_file import State, Status, read_status

EXAMPLE = "status"
# The status has whole seconds, and the system counts from when it was booted.
_CLOCKS_DIFFER_SECONDS = 2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add no option: there is none."""


def main(options: argparse.Namespace) -> int:
    """Print the status of the working directory."""
    status = read_status()
    if status is None:
        print("No run here yet; `make run` starts one")
    else:
        print("\n".join(describe(status, lock_is_held())))
    return 0


def describe(status: Status, locked: bool) -> list[str]:
    """Put a status into words.

    Parameters
    ----------
    status
        What the status file says.
    locked
        Whether a run holds the lock.

    Returns
    -------
    list[str]
        Lines.
    """
    lines = [_describe_state(status, locked)]
    if status.of.run:
        lines.append(f"run        {status.of.run}")
    counts = status.counts
    if not counts:
        lines.append("there was nothing to be done")
    trainings = [counts[rule] for rule in TRAINING_RULES if rule in counts]
    if trainings:
        lines.append(f"trainings  {describe_trainings(sum_counts(trainings))}")
    others = sum_counts(counts[rule] for rule in counts if rule not in TRAINING_RULES)
    if others.total:
        lines.append(f"other jobs {others.done} of {others.total} done")
    if status.best:
        lines.append(f"best trial {describe_best(status.best)}")
    for failure in status.failures:
        lines += _describe_failure(failure)
    return lines


def _describe_state(status: Status, locked: bool) -> str:
    started = f"{status.started:%Y-%m-%d %H:%M:%S}"
    ended = f"{status.updated:%Y-%m-%d %H:%M:%S}"
    duration = format_duration((status.updated - status.started).total_seconds())
    continues = f"`{status.of.command}` continues"
    match status.state:
        case State.RUNNING if locked or _is_alive(status):
            return f"Running since {started}, process {status.pid}"
        case State.RUNNING:
            return f"Killed at about {ended}, after {duration}; {continues}"
        case State.FINISHED:
            return f"Finished at {ended}, after {duration}"
        case State.FAILED:
            advice = ways_on(status.failures, status.of.command)
            return f"Failed at {ended}, after {duration}. {advice}"
        case State.INTERRUPTED:
            return f"Stopped at {ended}, after {duration}; {continues}"


def _describe_failure(failure: Failure) -> list[str]:
    names = " ".join(f"{key}={value}" for key, value in failure.wildcards.items())
    lines = [f"✗ {failure.rule} {names}".rstrip()]
    lines += [f"    {line}" for line in failure.message.splitlines()]
    return lines + ([f"    log: {failure.log}"] if failure.log else [])


def _is_alive(status: Status) -> bool:
    """Whether the run's process is there; one that began later only has its number."""
    try:
        began = psutil.Process(status.pid).create_time()
    except psutil.NoSuchProcess:
        return False
    except psutil.AccessDenied:
        return True
    return began <= status.started.timestamp() + _CLOCKS_DIFFER_SECONDS
