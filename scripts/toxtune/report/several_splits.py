"""Whether the results in a folder are those of one split, or of several.

A configuration that gets several splits, or one again, keeps the run's folder. What was
finished in it before stays, and the summary says what was finished last.
"""

import re
from itertools import islice
from pathlib import Path

SUMMARY = "summary.md"
_HEADING = "# {run}: results of {n_splits} splits"


def heading_of_splits(run: str, n_splits: int) -> str:
    """Return the first line of the summary of several splits."""
    return _HEADING.format(run=run, n_splits=n_splits)


def has_several_splits(folder: Path) -> bool:
    """Tell whether the last summary in a run's folder is that of several splits."""
    summary = folder / SUMMARY
    if not summary.is_file():
        return False
    with open(summary, encoding="utf-8") as stream:
        first = "".join(islice(stream, 1))
    pattern = _HEADING.format(run=".+", n_splits="[0-9]+")
    return re.fullmatch(pattern, first.rstrip("\n")) is not None
