"""Whether the results in a folder are those of one split, or of several.

A configuration that gets several splits, or one again, keeps the run's folder. What was
finished in it before stays, and the summary says what was finished last.
"""

import re
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from toxtune.errors import UserError

SUMMARY = "summary.md"
_HEADING = "# {run}: results of {n_splits} splits"


def heading_of_splits(run: str, n_splits: int) -> str:
    """Return the first line of the summary of several splits."""
    return _HEADING.format(run=run, n_splits=n_splits)


def refuse_several_splits(
    folder: Path, parts: Sequence[str], has: str, *, is_whole: bool
) -> None:
    """Refuse the folder of a run on several splits where that of one is needed.

    It may also have what a single split gave before.

    Parameters
    ----------
    folder
        Of the run.
    parts
        The runs of its splits.
    has
        What each of them has.
    is_whole
        Whether the folder has what a single split gives.

    Raises
    ------
    UserError
        If it is.
    """
    if parts and (not is_whole or has_several_splits(folder)):
        raise UserError(
            f"{folder}: has several splits, each with a {has}: name one, "
            f"{', '.join(parts)}"
        )


def has_several_splits(folder: Path) -> bool:
    """Tell whether the last summary in a run's folder is that of several splits."""
    summary = folder / SUMMARY
    if not summary.is_file():
        return False
    with open(summary, encoding="utf-8") as stream:
        first = "".join(islice(stream, 1))
    pattern = _HEADING.format(run=".+", n_splits="[0-9]+")
    return re.fullmatch(pattern, first.rstrip("\n")) is not None
