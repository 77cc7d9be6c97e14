"""Errors of a run as a person should read them."""

import re
from itertools import takewhile
from logging import LogRecord

# Snakemake's own words around the message of an exception in a Snakefile.
_HEADING = re.compile(r"^\w+(?: in (?:file|rule) .*)?:$")
_FRAME = re.compile(r'^\s+File ".*", line \d+')
_ABOUT_A_JOB = {"RuleException"}
_FOR_THE_USER = {
    "CliException",
    "LockException",
    "MissingRuleException",
    "UserError",
    "WorkflowError",
}
_SUMMARY = "At least one job did not complete successfully."
# What follows the message in what the executor for Slurm says of a job.
_DETAILS = ("sbatch call:", "For further error details")


def scheduler_message(text: str | None) -> str:
    """Return what a scheduler said of a job, without the command that asked it."""
    lines = (text or "").strip().splitlines()
    said = takewhile(lambda line: not line.strip().startswith(_DETAILS), lines)
    return "\n".join(line.strip() for line in said)


def error_message(record: LogRecord, explained: bool) -> str:
    """Return what went wrong, without the traceback if the fault is not in the code.

    Parameters
    ----------
    record
        An error record of Snakemake.
    explained
        Whether the display has already shown why the run ends.

    Returns
    -------
    str
        Empty if there is nothing to add: a failed job has a record of its own.
    """
    exception = getattr(record, "exception", None)
    text = record.getMessage().strip()
    if exception in _ABOUT_A_JOB or (explained and _SUMMARY in text):
        return ""
    if exception in _FOR_THE_USER:
        lines = [line for line in text.splitlines() if not _FRAME.match(line)]
        if lines and _HEADING.match(lines[0]):
            lines = lines[1:]
        text = "\n".join(lines)
    return text.removeprefix("Error: ")
