"""Logging of a job: to its log file and to the terminal."""

import logging
import sys
from pathlib import Path
from types import TracebackType

import psutil

from toxtune.errors import UserError


def log_to(path: str) -> None:
    """Send messages to the file `path` and to standard error.

    So does an uncaught exception: a `UserError` as its message alone, anything else
    with its traceback.
    """
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    logging.basicConfig(
        level=logging.INFO,
        format="%(message)s",
        handlers=[
            logging.FileHandler(path, mode="w", encoding="utf-8"),
            logging.StreamHandler(),
        ],
        force=True,
    )
    sys.excepthook = _log_exception


def _log_exception(
    exception: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    if isinstance(error, UserError):
        logging.error("Error: %s", error)
    else:
        logging.error("Unexpected error", exc_info=(exception, error, trace))


def snakemake_process() -> psutil.Process | None:
    """Return the outermost Snakemake among this process's ancestors, if any."""
    ancestors = psutil.Process().parents()
    ours = [process for process in ancestors if _is_snakemake(process)]
    return ours[-1] if ours else None


def _is_snakemake(process: psutil.Process) -> bool:
    try:
        command = process.cmdline()
    except psutil.Error:
        return False
    # `python -m snakemake ...` or `python /path/to/snakemake ...`
    return any(word.split("/")[-1] == "snakemake" for word in command[:3])
